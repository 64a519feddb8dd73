"""☎️ 来电登记 and the calls that follow: an elder without chat is served like anybody else."""

import pytest
from dialogue import Dialogue, Edited, Forge, Photo, Popup, Press, Voice
from factories import AMEI, AQIANG, NAINAI, WU, XIAOHE, XIAOLIN, XIAOWANG, ZHOU
from ordering import card, claim, everything, order_by_phone, password, rows, to_the_end, told

from storage.states import ContactMode, Role, TaskState

NUMBER = "13900001077"
BEGIN = [("/desk", "*"), (Press("☎️ 来电登记"), "对方的电话号码是多少*")]
TO_THE_FLAT = [
    (Press("榕荫小区"), "*"),
    (Press("3号楼"), "*"),
    (Press("2梯"), "*"),
]


async def elder(chat: Dialogue) -> None:
    """林爷爷 has no chat, and gave his number."""
    await chat.town.resident("林爷爷", "B3-2-202", mode=ContactMode.PHONE, phone=NUMBER)


async def test_a_new_caller_is_registered_with_consent_and_an_order_is_taken_down(chat: Dialogue) -> None:
    await chat.play(
        ZHOU,
        [
            *BEGIN,
            ("139 0000-1077", "这个号码还没登记。怎么称呼对方？*"),
            ("林爷爷", "*"),
            *TO_THE_FLAT,
            (Press("202"), "林爷爷，3号楼2梯202。请念给对方听：*您同意吗？"),
            (Press("✅ 同意"), "林爷爷，3号楼2梯202。要办什么？"),
            (Press("🧺 下单"), "要帮什么忙？"),
            (Press("🔧 修东西"), "🔧 修东西，给林爷爷，3号楼2梯202。下单吗？*"),
            ("水龙头漏水", "🔧 修东西*水龙头漏水"),
            (Press("✅ 下单"), "下好了，订单 0001。找到人会有电话任务，请照着告诉对方。"),
        ],
    )

    assert await chat.town.count("people", "contact_mode = 'phone' AND verified_at IS NOT NULL") == 1
    assert await chat.town.count("audit", "action = 'registered'") == 1
    assert told(chat, XIAOLIN) == ["🔧 修东西 📍 3号楼 约 30 分钟，今天 13:00 前到。您能去吗？"]
    assert "漏水" not in everything(chat, XIAOLIN)


async def test_everything_the_elder_is_to_know_is_a_call_of_somebody_else_to_the_end(chat: Dialogue) -> None:
    await elder(chat)
    await order_by_phone(chat)
    chat.heard(ZHOU)

    await claim(chat)
    await chat.advance(seconds=1)
    word = await password(chat)
    [call] = told(chat, ZHOU)
    assert call.startswith("☎️ 请打电话告诉林爷爷（13900001077）： 找到人了：小林来办“修东西”，今天 13:00 前到。")
    assert f"暗号“{word}”" in call
    assert call.endswith("📍 3号楼2梯202")
    assert (told(chat, WU), chat.buttons(ZHOU)) == ([], ["已告知", "没打通"])
    await chat.play(ZHOU, [(Press("已告知"), [Popup("记下了，谢谢！"), Edited("☎️ 值班员老周已经告诉对方了。")])])

    await to_the_end(chat)
    await chat.advance(seconds=1)
    [call] = told(chat, ZHOU)
    assert call == "☎️ 请打电话问问林爷爷（13900001077）： 小林来办的“修东西”，办好了吗？ 📍 3号楼2梯202"
    assert not any("请打电话" in text for text in told(chat, XIAOLIN))
    await chat.play(ZHOU, [(Press("👍 好了"), [Popup("记下了，谢谢！"), Edited("*已经问过对方了。")])])

    assert (await rows(chat))[1].state is TaskState.CONFIRMED
    assert told(chat, XIAOLIN)[-1].endswith("记入时间银行 20 分钟，一共 20 分钟。")


@pytest.mark.parametrize(("answer", "desk"), [("👎 没好", "没办好"), ("没人来", "没人来")])
async def test_a_complaint_on_the_phone_puts_it_back(chat: Dialogue, answer: str, desk: str) -> None:
    await elder(chat)
    await order_by_phone(chat)
    await claim(chat)
    await to_the_end(chat)
    await chat.advance(seconds=1)
    chat.heard(XIAOWANG)

    await chat.play(ZHOU, [(Press(answer), [Popup("记下了，谢谢！"), Edited("*")])])

    assert (await rows(chat))[1].state is TaskState.OPEN
    assert told(chat, XIAOWANG) == [f"🔴 订单 0001 3号楼 “修东西”：对方说{desk}，已重新找人，请跟进。"]


async def test_the_helper_who_is_staff_is_not_asked_and_may_not_confirm(chat: Dialogue) -> None:
    await elder(chat)
    await order_by_phone(chat)
    await chat.advance(minutes=20)
    await claim(chat, ZHOU)
    await to_the_end(chat, ZHOU)
    await chat.advance(seconds=1)

    assert not any("请打电话问问" in text for text in told(chat, ZHOU))
    question = await chat.town.count("tasks")
    await chat.play(ZHOU, [(Forge(f"call.good:{question}:"), Popup("自己的事要请别人来确认*"))])
    await chat.play(ZHOU, [(Forge("order.good:1:"), Popup("这件事要由负责的人来办*"))])
    await chat.play(WU, [(Press("👍 好了"), [Popup("记下了*"), Edited("*")])])

    assert (await rows(chat))[1].state is TaskState.CONFIRMED


async def test_of_two_who_say_told_at_once_the_first_counts(chat: Dialogue) -> None:
    await chat.advance(hours=9)  # the night's officer is not in chat: staff are given the call
    await elder(chat)
    await order_by_phone(chat, who=WU)
    await claim(chat)
    await chat.advance(seconds=1)
    presses = [chat.update(who, Press("已告知")) for who in (ZHOU, WU)]
    for who in (ZHOU, WU):
        chat.heard(who)

    await chat.receive(*presses)
    await chat.settle()

    assert told(chat, ZHOU) == ["记下了，谢谢！"]
    assert told(chat, WU) == ["这一步已经办过了，或者情况有变化。请看最新的那条消息。"]
    assert card(chat, WU, "☎️*") == "☎️ 值班员老周已经告诉对方了。"
    assert chat.card(WU, "☎️*").labels == []


async def test_a_call_nobody_answered_comes_again_after_a_quarter_of_an_hour(chat: Dialogue) -> None:
    await elder(chat)
    await order_by_phone(chat)
    await claim(chat)
    await chat.advance(seconds=1)

    await chat.play(ZHOU, [(Press("没打通"), [Popup("记下了，15 分钟后再提醒您。"), Edited("*已经打了 1 次没打通*")])])
    await chat.advance(minutes=14, seconds=59)
    assert told(chat, ZHOU) == []
    await chat.advance(seconds=1)

    [again] = told(chat, ZHOU)
    assert again.startswith("☎️ 请打电话告诉林爷爷")
    assert chat.buttons(ZHOU) == ["已告知", "没打通"]
    await chat.play(ZHOU, [(Press("已告知"), [Popup("*"), Edited("*")])])
    await chat.advance(hours=1)
    assert not any("请打电话" in text for text in told(chat, ZHOU))


async def test_a_call_that_says_what_is_over_is_taken_back(chat: Dialogue) -> None:
    await elder(chat)
    await order_by_phone(chat)
    await claim(chat)
    await chat.advance(seconds=1)

    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("*"), Edited("*")])])
    await chat.advance(seconds=1)

    calls = [" ".join(m.text.split()) for m in chat.screen(ZHOU) if m.text.startswith("☎️")]
    assert calls[0] == "☎️ 这个电话不用打了。"
    assert "原来要来的人来不了" in calls[1]


async def test_somebody_reached_at_the_door_is_visited(chat: Dialogue) -> None:
    await chat.town.resident("林爷爷", "B3-2-202", mode=ContactMode.DOOR, phone=NUMBER)
    await order_by_phone(chat)
    await claim(chat)
    await chat.advance(seconds=1)

    assert card(chat, ZHOU, "🚪*").startswith("🚪 请上门告诉林爷爷： 找到人了")


async def test_an_officer_whose_role_lies_elsewhere_makes_the_call(chat: Dialogue) -> None:
    officer = await chat.town.resident("夜班员小吴", None, phone="13900000102", roles=((Role.GRID_WORKER, "G3"),))
    await chat.advance(hours=9)
    await elder(chat)
    await order_by_phone(chat)
    await claim(chat)
    await chat.advance(seconds=1)

    assert card(chat, officer, "☎️*").startswith("☎️ 请打电话告诉林爷爷")
    await chat.play(officer, [(Press("已告知"), [Popup("记下了*"), Edited("*")])])


@pytest.mark.parametrize("role", [None, (Role.VOLUNTEER, "G2"), (Role.STAFF, "property_rongyin")])
async def test_whoever_has_only_typed_the_officers_number_is_no_officer(
    chat: Dialogue, role: tuple[Role, str] | None
) -> None:
    """The roster's numbers are shown to everybody, and whoever joins may type any number."""
    impostor = await chat.town.resident("冒名的", None, phone="13900000102", roles=(role,) if role else ())
    await chat.advance(hours=9)
    await elder(chat)
    await order_by_phone(chat)
    await claim(chat)
    await chat.advance(seconds=1)

    assert not any("林爷爷" in text for text in told(chat, impostor))
    call = await chat.town.count("tasks")
    await chat.play(impostor, [("/menu", "*"), (Forge(f"call.told:{call}:"), Popup("这件事要由负责的人来办*"))])


async def test_the_elder_who_has_chat_reads_who_ordered_for_them_and_gets_the_card(chat: Dialogue) -> None:
    await order_by_phone(chat, "13900001001")

    by_whom, card = told(chat, NAINAI)
    assert by_whom.startswith("值班员老周替您下了单：修东西。")
    assert card == "🔧 修东西 ⏳ 正在找人"
    found, _ = await rows(chat)
    assert found.ordered_by == (await chat.town.person(ZHOU)).id
    await chat.play(NAINAI, [(Press("取消"), ["好，取消了*", Edited("*已取消")])])


async def test_whoever_took_it_down_can_take_it_back(chat: Dialogue) -> None:
    await elder(chat)
    await order_by_phone(chat)

    await chat.play(
        ZHOU,
        [
            ("/my", "*修东西 · 订单 0001 · 正在找人*"),
            (Press("🔧 修东西 · 订单 0001"), "🔧 修东西 ⏳ 正在找人"),
            (Press("取消"), ["好，取消了*", Edited("*已取消")]),
        ],
    )


async def test_a_report_by_phone_is_judged_on_the_phone(chat: Dialogue) -> None:
    await elder(chat)
    await chat.play(
        WU,
        [
            *BEGIN,
            (NUMBER, "这个号码登记过*"),
            (Press("是林爷爷"), "林爷爷，3号楼2梯202。要办什么？"),
            (Press("📷 报事"), "对方说了什么*"),
            ("消防通道被堵了", "🚒 消防通道被占，林爷爷报的，3号楼2梯202。提交吗？*消防通道被堵了"),
            (Press("✅ 提交"), "登记好了，编号 0001。有进展会有电话任务*"),
        ],
    )
    assert "林爷爷" not in everything(chat, XIAOHE)
    await chat.play(XIAOWANG, [(Press("属实，派给榕荫物业"), ["*", Edited("*")])])
    await chat.advance(seconds=1)
    assert card(chat, ZHOU, "☎️*").startswith("☎️ 请打电话告诉林爷爷（13900001077）：")
    await chat.play(ZHOU, [(Press("已告知"), [Popup("*"), Edited("*")])])
    await chat.say(XIAOHE, Press("✅ 提交结果"))
    await chat.say(XIAOHE, Photo("装好隔离桩了"))
    await chat.say(XIAOWANG, Press("核实无误"))
    await chat.advance(seconds=1)

    assert card(chat, ZHOU, "☎️ 请*").startswith("☎️ 请打电话问问林爷爷（13900001077）：")
    assert chat.buttons(ZHOU) == ["👍 解决了", "👎 没解决", "没打通"]
    question = await chat.town.count("tasks")
    await chat.play(XIAOWANG, [(Forge(f"call.solved:{question}:"), Popup("自己的事要请别人来确认*"))])
    await chat.play(ZHOU, [(Press("👍 解决了"), [Popup("记下了，谢谢！"), Edited("*")])])

    assert await chat.town.count("reports", "state = 'closed' AND outcome = 'solved'") == 1


async def test_an_unsolved_report_by_phone_is_open_again(chat: Dialogue) -> None:
    await elder(chat)
    await chat.play(WU, [*BEGIN, (NUMBER, "*"), (Press("是林爷爷"), "*"), (Press("📷 报事"), "*")])
    await chat.play(
        WU, [("随便说一句", "这是哪一类的事？"), (Press("🚒*"), "🚒*提交吗*"), (Press("✅ 提交"), "登记好了*")]
    )
    await chat.say(XIAOWANG, Press("属实，派给榕荫物业"))
    await chat.say(XIAOHE, Press("✅ 提交结果"))
    await chat.say(XIAOHE, Photo("好了"))
    await chat.say(XIAOWANG, Press("核实无误"))
    await chat.advance(seconds=1)

    await chat.play(ZHOU, [(Press("👎 没解决"), [Popup("记下了*"), "🔴 0001 居民说没解决*", "🚒 0001*", Edited("*")])])

    assert await chat.town.count("reports", "state = 'closed'") == 0


@pytest.mark.parametrize(
    "said",
    [
        "123456",
        "1" * 16,
        "我家电话",
        "13900001077 林爷爷",
        "3号楼2梯301",
        "١٣٩٠٠٠٠١٠٧٧",
        "——",
        Voice(),
        Photo("13900001077"),
    ],
)
async def test_what_is_no_number_is_asked_for_again(chat: Dialogue, said: object) -> None:
    await chat.play(
        ZHOU, [*BEGIN, (said, ["这不像电话号码*", "对方的电话号码是多少*"]), ("059155500199", "这个号码还没*")]
    )


async def test_an_emergency_taken_down_tells_who_comes_which_door_it_is(chat: Dialogue) -> None:
    await elder(chat)
    await chat.play(WU, [*BEGIN, (NUMBER, "*"), (Press("是林爷爷"), "*"), (Press("📷 报事"), "*")])
    await chat.play(WU, [("摔倒了起不来", "⚠️ 生命财产危险*请告诉对方：危急先打急救 120*"), (Press("✅ 提交"), "*")])

    await chat.play(XIAOWANG, [(Press("🧾 受理"), [Popup("*"), Edited("*👤 林爷爷 📞 13900001077 🚪 3号楼2梯202*")])])


@pytest.mark.parametrize("said", ["１３９００００１０７７", "+86 139-0000-1077", "(86)13900001077", "0086 13900001077"])
async def test_a_number_is_the_same_however_it_is_written(chat: Dialogue, said: str) -> None:
    await elder(chat)

    await chat.play(ZHOU, [*BEGIN, (said, "这个号码登记过，是哪一位？")])

    assert "是林爷爷" in chat.buttons(ZHOU)


async def test_a_name_is_written_and_has_letters(chat: Dialogue) -> None:
    await chat.play(
        ZHOU,
        [
            *BEGIN,
            (NUMBER, "这个号码还没登记*"),
            (Photo("林爷爷"), ["请用文字写下来。", "这个号码还没登记*"]),
            ("……", "名字里要有字*"),
            ("林" * 31, "内容太长了：31 字，最多 30 字*"),
            ("<b>林爷爷</b>", "*哪*"),
        ],
    )


async def test_words_of_a_caller_are_written_and_not_endless(chat: Dialogue) -> None:
    await elder(chat)
    await chat.play(
        ZHOU,
        [
            *BEGIN,
            (NUMBER, "*"),
            ("林爷爷", ["请点下面的按键。", "这个号码登记过*"]),
            (Press("是林爷爷"), "*要办什么？"),
            ("修水管", ["请点下面的按键。", "*要办什么？"]),
            (Press("🧺 下单"), "要帮什么忙？"),
            ("修水管", ["请点下面的按键。", "要帮什么忙？"]),
            (Press("🔧 修东西"), "*下单吗*"),
            ("修" * 501, "内容太长了：501 字，最多 500 字*"),
            (Voice(), ["请点下面的按键。", "*下单吗*"]),
            (Press("⬅️ 返回"), "要帮什么忙？"),
            (Press("⬅️ 返回"), "*要办什么？"),
            (Press("📷 报事"), "对方说了什么*"),
            (Voice(), ["请用文字写下来。", "对方说了什么*"]),
            ("长" * 2001, "内容太长了：2001 字，最多 2000 字*"),
            (Press("❌ 取消"), "好，不办了*"),
        ],
    )

    assert await chat.town.count("orders") + await chat.town.count("reports") == 0


async def test_a_command_in_the_middle_is_carried_out_and_the_call_goes_on(chat: Dialogue) -> None:
    await elder(chat)

    await chat.play(ZHOU, [*BEGIN, ("/who", "*"), (NUMBER, "这个号码登记过*"), ("/cancel", "好，不办了*")])


async def test_a_grid_worker_registers_nobody_in_another_grid(chat: Dialogue) -> None:
    await chat.town.resident("河畔王奶奶", "B5-1-101", mode=ContactMode.PHONE, phone="13900001066")

    await chat.play(XIAOWANG, [*BEGIN, ("13900001066", "这个号码还没登记*")])
    stranger = await chat.town.count("people")
    await chat.play(
        XIAOWANG,
        [
            (Press("⬅️ 返回"), "对方的电话号码*"),
            (NUMBER, "这个号码还没登记*"),
            ("林爷爷", "*"),
            (Press("河畔新村"), "*"),
            (Press("5号楼"), "*"),
            (Press("1梯"), "*"),
            (Press("101"), "*您同意吗？"),
            (Press("✅ 同意"), Popup("这件事要由负责的人来办*")),
            (Press("❌ 取消"), "好，不办了*"),
        ],
    )

    assert await chat.town.count("people") == stranger


@pytest.mark.parametrize("word", ["999999", "1", "²", "-1", "", "new2"])
async def test_a_forged_choice_of_a_person_is_none(chat: Dialogue, word: str) -> None:
    await elder(chat)

    await chat.play(ZHOU, [*BEGIN, (NUMBER, "*"), (Forge(f"step.caller.who:0:{word}"), ["请点下面的按键。", "*"])])


async def test_only_who_takes_calls_may_begin(chat: Dialogue) -> None:
    for who in (AQIANG, XIAOLIN, AMEI, NAINAI):
        await chat.play(who, [("/menu", "*"), (Forge("caller.start:0:"), Popup("这件事要由负责的人来办*"))])
        assert "☎️ 来电登记" not in chat.buttons(who)


@pytest.mark.parametrize("action", ["told", "missed", "good", "not_good", "no_show", "solved", "unsolved"])
async def test_a_forged_press_makes_no_call(chat: Dialogue, action: str) -> None:
    await elder(chat)
    await order_by_phone(chat)
    await claim(chat)
    await chat.advance(seconds=1)
    call = await chat.town.count("tasks")

    for who in (AQIANG, XIAOLIN):
        await chat.play(who, [("/menu", "*"), (Forge(f"call.{action}:{call}:"), Popup("这件事要由负责的人来办*"))])
        await chat.play(who, [(Forge(f"call.{action}:1:"), Popup("没有找到*"))])
        await chat.play(who, [(Forge(f"call.{action}:99:"), Popup("没有找到*"))])

    assert await chat.town.count("tasks", "kind = 'call' AND state = 'open' AND tries = 0") == 1


async def test_the_same_order_is_not_taken_down_twice(chat: Dialogue) -> None:
    await elder(chat)
    await order_by_phone(chat)

    await chat.play(
        WU,
        [
            *BEGIN,
            (NUMBER, "*"),
            (Press("是林爷爷"), "*"),
            (Press("🧺 下单"), "*"),
            (Press("🔧 修东西"), "*"),
            (Press("✅ 下单"), Popup("“修东西”已经在办了*")),
        ],
    )


async def test_a_grid_worker_does_not_learn_whose_number_of_another_grid_it_is(chat: Dialogue) -> None:
    await elder(chat)
    other = await chat.town.resident("网格员小郑", None, roles=((Role.GRID_WORKER, "G1"),))

    await chat.play(other, [*BEGIN, (NUMBER, "这个号码还没登记*")])
