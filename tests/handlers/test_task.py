"""🙋 领任务: who is asked, who gets it, what they see and when, and what they are reminded of."""

import pytest
from dialogue import Dialogue, Edited, Forge, Popup, Press
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU
from ordering import card, claim, everything, order, password, rows, to_the_end, told

from storage.states import ContactMode, Role, TaskState

SECRETS = ("陈奶奶", "13900001001", "2梯", "301", "插座冒火花")
CLOCK = "⏱ 第 3 轮，问了 2 位，0 位来不了；已经找了值班员"
OFFER = "🔧 修东西 📍 3号楼 约 30 分钟，今天 13:00 前到。您能去吗？"


async def order_with_words(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", "*叫人来吗？"),
            ("插座冒火花", "*叫人来吗？ 插座冒火花"),
            (Press("✅ 叫人来"), ["*正在找人", "好，正在找人*"]),
        ],
    )


async def test_volunteers_of_building_and_grid_are_asked_and_nobody_else(chat: Dialogue) -> None:
    elsewhere = await chat.town.resident("河畔小何", "B5-1-101", roles=((Role.VOLUNTEER, "B5"),))

    await order(chat)

    assert [told(chat, who) for who in (XIAOLIN, AMEI)] == [[OFFER], [OFFER]]
    assert chat.buttons(AMEI) == ["🙋 我去", "这次不行"]
    assert [told(chat, who) for who in (elsewhere, AQIANG, LIU, ZHOU, WU, XIAOWANG)] == [[]] * 6


async def test_an_elder_who_is_a_volunteer_is_not_asked_to_help_herself(chat: Dialogue) -> None:
    await order(chat, who=XIAOLIN)

    assert len(told(chat, AMEI)) == 1
    await chat.play(XIAOLIN, [(Forge("task.claim:1:"), Popup("自己的事要请别人来*"))])
    assert (await rows(chat))[1].state is TaskState.OPEN


async def test_before_the_claim_nothing_that_anybody_read_says_who_or_where(chat: Dialogue) -> None:
    await order_with_words(chat)
    await chat.advance(minutes=31)  # the officer and staff were called, too

    word = await password(chat)
    for who in (XIAOLIN, AMEI, XIAOWANG, ZHOU, WU, AQIANG, LIU):
        shown = everything(chat, who)
        assert not [secret for secret in (*SECRETS, word) if secret in shown], who


async def test_the_taker_alone_sees_name_phone_door_words_and_password_until_it_is_done(chat: Dialogue) -> None:
    await order_with_words(chat)
    await claim(chat)

    word = await password(chat)
    assert card(chat, XIAOLIN) == (
        "🔧 修东西 📍 3号楼2梯301 👤 陈奶奶 📞 13900001001 ⏳ 今天 13:00 前到，约 30 分钟 "
        f"🔑 到门口先说暗号：{word} 插座冒火花 近邻从不要钱、验证码、身份证。"
    )
    assert card(chat, AMEI) == "🔧 修东西 📍 3号楼 已有邻居接单，谢谢您。"

    await to_the_end(chat)

    assert card(chat, XIAOLIN) == "🔧 修东西 📍 3号楼 ✔️ 等对方确认"
    now = " ".join(m.text for m in chat.screen(XIAOLIN))
    assert not [secret for secret in (*SECRETS, word) if secret in now]
    assert not [secret for secret in (*SECRETS, word) if secret in everything(chat, AMEI)]


async def test_reminders_that_stay_in_the_chat_do_not_name_the_door(chat: Dialogue) -> None:
    await order_with_words(chat)
    await claim(chat)
    await chat.advance(hours=1)
    await chat.play(XIAOLIN, [(Press("✅ 能来"), [Popup("好，等您来。"), Edited("*")])])
    await chat.advance(hours=3)
    await to_the_end(chat)

    now = " ".join(m.text for m in chat.screen(XIAOLIN))
    assert "⏰ 到时间了：3号楼，“修东西”。" in now
    assert not [secret for secret in SECRETS if secret in now]


async def test_of_two_who_press_at_once_one_wins_and_the_other_hears_so(chat: Dialogue) -> None:
    await order(chat)
    presses = [chat.update(who, Press("🙋 我去")) for who in (AMEI, XIAOLIN)]
    for who in (AMEI, XIAOLIN):
        chat.heard(who)

    await chat.receive(*presses)
    await chat.settle()

    assert told(chat, AMEI) == ["交给您了，谢谢！"]
    assert told(chat, XIAOLIN) == ["已有邻居接单，谢谢您！"]
    assert card(chat, XIAOLIN) == "🔧 修东西 📍 3号楼 已有邻居接单，谢谢您。"
    assert chat.buttons(XIAOLIN) == []
    assert await chat.town.count("task_events", "event = 'claim'") == 1
    assert sum("找到人了" in text for text in told(chat, NAINAI)) == 1


async def test_a_double_tap_claims_once(chat: Dialogue) -> None:
    await order(chat)

    await chat.play(
        XIAOLIN,
        [([Press("🙋 我去"), Press("🙋 我去")], [Popup("交给您了*"), Popup("这一步已经办过了*"), Edited("*陈奶奶*")])],
    )

    assert await chat.town.count("audit", "action = 'opened_address'") == 1


async def test_whose_door_was_opened_reads_by_whom(chat: Dialogue) -> None:
    await order(chat)
    await chat.play(NAINAI, [("/privacy", "*还没有人看过。")])

    await claim(chat)

    assert await chat.town.count("audit", "action = 'opened_address' AND detail = 'volunteer'") == 1
    await chat.play(NAINAI, [("/privacy", "*谁看过您的地址和电话 今天 9:00 小林")])


async def test_the_elder_who_presses_it_herself_is_refused(chat: Dialogue) -> None:
    await order(chat)

    await chat.play(NAINAI, [(Forge("task.claim:1:"), Popup("自己的事要请别人来确认*"))])

    assert (await rows(chat))[1].state is TaskState.OPEN


@pytest.mark.parametrize("action", ["claim", "decline", "coming", "release", "set_off", "arrive", "finish"])
async def test_a_forged_press_of_a_neighbour_changes_nothing(chat: Dialogue, action: str) -> None:
    await order(chat)

    for who in (AQIANG, LIU):
        await chat.play(who, [("/menu", "*"), (Forge(f"task.{action}:1:"), Popup("*"))])
        await chat.play(who, [(Forge(f"task.{action}:99:"), Popup("没有找到*"))])

    found = (await rows(chat))[1]
    assert (found.state, found.taker_id) == (TaskState.OPEN, None)
    assert await chat.town.count("audit", "action = 'opened_address'") == 0


@pytest.mark.parametrize("action", ["release", "set_off", "arrive", "finish", "coming"])
async def test_a_forged_press_of_another_volunteer_changes_nothing(chat: Dialogue, action: str) -> None:
    await order(chat)
    await claim(chat)

    await chat.play(AMEI, [(Forge(f"task.{action}:1:"), Popup("这一步已经办过了*"))])

    assert (await rows(chat))[1].state is TaskState.CLAIMED


async def test_who_is_no_volunteer_any_more_cannot_claim_by_an_old_card(chat: Dialogue) -> None:
    await order(chat)
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE roles SET revoked_at = 1 WHERE role = 'volunteer'")

    await chat.play(XIAOLIN, [(Press("🙋 我去"), Popup("这件事要由负责的人来办*"))])

    assert (await rows(chat))[1].state is TaskState.OPEN


async def test_who_declined_is_left_in_peace_and_when_all_have_the_officer_hears_at_once(chat: Dialogue) -> None:
    await order(chat)
    for who in (XIAOLIN, AMEI, NAINAI):
        chat.heard(who)

    await chat.play(XIAOLIN, [(Press("这次不行"), [Popup("好的，这次不打扰您。"), Edited("*这次不打扰您。")])])
    assert told(chat, ZHOU) == []
    await chat.play(AMEI, [(Press("这次不行"), [Popup("好的*"), Edited("*")])])

    assert told(chat, ZHOU)[0].startswith("🔴 订单 0001 3号楼 “修东西”，没有人能接，请安排人")
    assert told(chat, NAINAI) == ["“修东西”还没找到人，社区在亲自安排，由值班员老周负责。着急就打 059155500100。"]
    await chat.advance(minutes=29)
    assert [told(chat, who) for who in (XIAOLIN, AMEI, NAINAI, ZHOU)] == [[], [], [], []]


async def test_when_the_officer_declines_too_staff_hear_and_nobody_twice(chat: Dialogue) -> None:
    await order(chat)
    for who in (XIAOLIN, AMEI, ZHOU):
        await chat.play(who, [(Press("这次不行"), [Popup("好的*"), Edited("*")])])

    assert told(chat, WU)[0].startswith("🔴 订单 0001")
    assert told(chat, ZHOU) == []
    assert told(chat, NAINAI)[-1] == "“修东西”还没找到人，社区在亲自安排。着急就打 059155500100。"


async def test_nobody_claims_then_the_officer_at_20_minutes_and_staff_at_30(chat: Dialogue) -> None:
    await order(chat)
    chat.heard(NAINAI)

    await chat.advance(minutes=19, seconds=59)
    assert (told(chat, ZHOU), told(chat, NAINAI)) == ([], [])
    await chat.advance(seconds=1)
    assert told(chat, ZHOU) == [
        "🔴 订单 0001 3号楼 “修东西”，20 分钟了还没人接，请安排人，或自己接下：",
        f"{OFFER} {CLOCK}",
    ]
    assert told(chat, WU) == []
    assert len(told(chat, NAINAI)) == 1
    await chat.advance(minutes=10)

    assert told(chat, WU)[0].startswith("🔴 订单 0001 3号楼 “修东西”，30 分钟了还没人接")
    assert told(chat, NAINAI) == []
    await claim(chat, ZHOU)
    assert card(chat, WU) == "🔧 修东西 📍 3号楼 已有邻居接单，谢谢您。"


async def test_an_officer_who_is_not_in_chat_is_not_named_and_staff_hear(chat: Dialogue) -> None:
    await chat.advance(hours=9)  # 18:00: the night's officer has no account
    await order(chat)
    chat.heard(NAINAI)

    await chat.advance(minutes=20)

    assert [len(told(chat, who)) for who in (WU, ZHOU)] == [2, 2]
    assert told(chat, NAINAI) == ["“修东西”还没找到人，社区在亲自安排。着急就打 059155500100。"]


async def test_an_officer_whose_role_lies_elsewhere_may_claim_what_they_were_called_for(chat: Dialogue) -> None:
    officer = await chat.town.resident("夜班员小吴", None, phone="13900000102", roles=((Role.GRID_WORKER, "G3"),))
    await chat.advance(hours=9)
    await order(chat)
    await chat.advance(minutes=20)

    assert told(chat, officer)[0].startswith("🔴 订单 0001")
    await claim(chat, officer)

    assert "陈奶奶" in card(chat, officer)


async def test_without_a_single_volunteer_the_officer_hears_at_once(chat: Dialogue) -> None:
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE roles SET revoked_at = 1 WHERE role = 'volunteer'")

    await order(chat)
    await chat.advance(seconds=1)

    assert told(chat, ZHOU)[0].startswith("🔴 订单 0001 3号楼 “修东西”，没有人能接")


async def test_the_whole_way_with_every_ping_that_is_answered(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)

    await chat.advance(hours=1)  # 3 h before
    [asked] = told(chat, XIAOLIN)
    assert "还能来吗？" in asked
    await chat.play(XIAOLIN, [(Press("✅ 能来"), [Popup("好，等您来。"), Edited("*")])])
    await chat.advance(hours=2, minutes=29)
    assert told(chat, XIAOLIN) == []
    await chat.advance(minutes=1)
    assert told(chat, XIAOLIN)[0] == "⏰ 今天 13:00 要到3号楼，“修东西”。出发时点一下。"
    await chat.advance(minutes=30)
    assert told(chat, XIAOLIN)[0] == "⏰ 到时间了：3号楼，“修东西”。出发了吗？"
    await chat.advance(minutes=10)
    assert told(chat, XIAOLIN)[0].startswith("⏰ 已经过了约好的时间：3号楼，“修东西”。")
    chat.heard(NAINAI)
    chat.heard(AMEI)
    await chat.advance(minutes=20)

    assert told(chat, XIAOLIN) == [
        "3号楼的“修东西”已经另外找人，您不用去了，谢谢您。",
        "没关系，谁都有脱不开身的时候。下次要晚或来不了，早点说一声，老人就不用一直等。",
    ]
    assert told(chat, NAINAI) == ["原来要来的人来不了，“修东西”正在另外找人，您放心。"]
    assert len(told(chat, AMEI)) == 1
    assert chat.buttons(AMEI) == ["🙋 我去", "这次不行"]
    assert chat.buttons(XIAOLIN) == []


async def test_silence_by_one_hour_before_puts_it_back(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)

    await chat.advance(hours=2, minutes=59)
    assert (await rows(chat))[1].state is TaskState.CLAIMED
    await chat.advance(minutes=1)

    assert (await rows(chat))[1].state is TaskState.OPEN
    assert told(chat, NAINAI)[-1].startswith("原来要来的人来不了")
    assert await chat.town.count("timers", "kind LIKE 'look_%'") == 3  # the next wave's, the officer's and staff's


async def test_somebody_asleep_is_asked_in_their_last_waking_hour_and_the_answer_holds(chat: Dialogue) -> None:
    await chat.advance(hours=-2)  # 7:00; due in two days, at 7:00
    await chat.play(AQIANG, [("/order", "*"), (Press("📚 送书"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await chat.advance(hours=24)
    assert "还能来吗？" in told(chat, XIAOLIN)[0]

    await chat.advance(hours=14, minutes=54)
    assert told(chat, XIAOLIN) == []
    await chat.advance(minutes=1)  # 21:55, for 4:00
    assert "还能来吗？" in told(chat, XIAOLIN)[0]
    await chat.play(XIAOLIN, [(Press("✅ 能来"), [Popup("*"), Edited("*")])])
    await chat.advance(hours=8, minutes=30)

    assert (await rows(chat))[1].state is TaskState.CLAIMED
    assert told(chat, XIAOLIN) == []


async def test_whoever_is_on_the_way_is_not_replaced_but_staff_hear(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Press("🚶 我出发了"), [Popup("路上小心。"), Edited("*")])])
    assert card(chat, NAINAI) == f"🔧 修东西 🚶 小林在路上了 🔑 暗号：{await password(chat)}"

    await chat.advance(hours=4, minutes=30)

    assert (await rows(chat))[1].state is TaskState.ON_WAY
    assert told(chat, WU) == ["🔴 订单 0001 3号楼 “修东西”：小林说出发了，过了 30 分钟还没到，请联系一下。"]


async def test_giving_it_back_looks_for_somebody_else_and_tells_the_elder(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    before = await password(chat)
    for who in (NAINAI, AMEI):
        chat.heard(who)

    await chat.play(
        XIAOLIN, [(Press("↩️ 去不了"), [Popup("知道了，马上另外找人。"), Edited("*正在另外找人，谢谢您。")])]
    )

    assert told(chat, NAINAI) == ["原来要来的人来不了，“修东西”正在另外找人，您放心。"]
    assert told(chat, AMEI) == [OFFER]
    await claim(chat, AMEI)
    assert "阿梅" in told(chat, NAINAI)[0]
    assert await password(chat) not in (before, "")
    assert "陈奶奶" not in " ".join(m.text for m in chat.screen(XIAOLIN))


async def test_nobody_left_to_ask_once_it_is_given_back_is_one_message_that_says_both(chat: Dialogue) -> None:
    await order(chat)
    await chat.play(AMEI, [(Press("这次不行"), [Popup("好的*"), Edited("*")])])
    await claim(chat)
    for who in (NAINAI, ZHOU):
        chat.heard(who)

    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("知道了*"), Edited("*")])])
    await chat.advance(minutes=25)

    assert told(chat, NAINAI) == [
        "原来要来的人来不了，“修东西”一时还没找到别人，社区在亲自安排，由值班员老周负责。着急就打 059155500100。"
    ]
    assert [text.startswith("🔴 订单 0001") for text in told(chat, ZHOU)] == [True, False]  # and its card


async def order_for_two(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await chat.play(AMEI, [(Press("🙋 我去"), [Popup("*"), Edited("*")])])
    chat.heard(NAINAI)


async def test_nobody_left_to_go_along_is_one_message_that_says_who_still_comes(chat: Dialogue) -> None:
    await order_for_two(chat)

    await chat.play(AMEI, [(Press("↩️ 去不了"), [Popup("知道了*"), Edited("*")])])
    await chat.advance(minutes=25)

    [said] = told(chat, NAINAI)
    assert said.startswith("志愿者阿梅来不了了，“查燃气”要两位一起来。还差一位没找到，社区在亲自安排，")
    assert said.endswith(f"暗号换了：来的人会先说“{await password(chat)}”，说不对别开门。")


async def test_a_captain_who_cannot_come_hands_over_and_one_message_says_that_one_is_missing(chat: Dialogue) -> None:
    await order_for_two(chat)

    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("知道了*"), Edited("*")])])
    await chat.advance(seconds=1)

    [said] = told(chat, NAINAI)
    assert "换志愿者阿梅来，时间不变" in said
    assert said.endswith("还差一位没找到，社区在亲自安排，由值班员老周负责。着急就打 059155500100。")


async def test_at_a_door_that_nobody_opens_it_can_still_be_given_back(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Press("📍 到门口了"), [Popup("*"), Edited("*")])])

    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("知道了*"), Edited("*")])])

    assert (await rows(chat))[1].state is TaskState.OPEN


async def stall(chat: Dialogue, **how_far: float) -> None:
    """Time jumps: all that was due meanwhile runs now."""
    chat.clock.advance(**how_far)
    await chat.advance(seconds=0)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (182, "🔧 修东西*还能来吗？*"),  # asked late
        (215, "⏰ 今天 13:00 要到*"),
        (245, "⏰ 到时间了*"),
        (255, "⏰ 已经过了约好的时间*"),
        (24 * 60, "3号楼的“修东西”已经另外找人*"),
    ],
)
async def test_after_a_stall_the_volunteer_gets_one_message_and_at_most_its_card(
    chat: Dialogue, minutes: int, expected: str
) -> None:
    await order(chat)
    await claim(chat)
    for who in (XIAOLIN, NAINAI):
        chat.heard(who)

    await stall(chat, minutes=minutes)

    got = chat.heard(XIAOLIN)
    cards = [text for text in got if text.startswith("🔧")]
    messages = [text for text in got if not text.startswith(("🔧", "没关系"))]
    assert len(cards) <= 1
    assert len(messages) == (0 if expected.startswith("🔧") else 1)
    assert chat.card(XIAOLIN, expected)
    assert len(chat.heard(NAINAI)) == {24 * 60: 1, 255: 2}.get(minutes, 0)


async def test_after_a_stall_over_officer_and_staff_each_hears_once(chat: Dialogue) -> None:
    await order(chat)
    chat.heard(NAINAI)

    await stall(chat, days=1)

    assert [sum(t.startswith("🔴") for t in told(chat, who)) for who in (ZHOU, WU)] == [1, 1]
    assert len(told(chat, NAINAI)) == 1


async def test_who_claims_when_it_is_long_overdue_is_followed_up_as_well(chat: Dialogue) -> None:
    await order(chat)
    await chat.advance(hours=6)

    await claim(chat)

    assert "今天 15:30 前到" in told(chat, NAINAI)[-1]
    await chat.advance(hours=1)
    assert (await rows(chat))[1].state is TaskState.OPEN


async def test_my_tasks_come_after_their_count(chat: Dialogue) -> None:
    await order(chat)
    await order(chat, "🍚 送饭")
    await chat.play(XIAOLIN, [(Forge("task.claim:1:"), [Popup("*"), Edited("*")])])

    await chat.play(
        XIAOLIN, [("/tasks", ["您手上有 1 件，还有 1 件等人接，都在下面。*0 分钟", "🔧*陈奶奶*", "🍚*您能去吗？"])]
    )
    await chat.play(AMEI, [("/tasks", ["有 1 件等人接，在下面。*0 分钟", "🍚*您能去吗？"])])
    await chat.play(AQIANG, [("/tasks", "现在没有等您的事*0 分钟")])
    await chat.play(XIAOLIN, [(Forge("task.decline:2:"), [Popup("*"), Edited("*")])])
    await chat.play(XIAOLIN, [("/tasks", ["您手上有 1 件，在下面。*0 分钟", "🔧*陈奶奶*"])])


async def test_an_erased_volunteers_claim_is_given_back(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Press("📍 到门口了"), [Popup("*"), Edited("*")])])
    chat.heard(AMEI)

    await chat.play(XIAOLIN, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*"), (Press("🗑 确定删除"), "*")])

    assert (await rows(chat))[1].state is TaskState.OPEN
    assert told(chat, AMEI) == [OFFER]
    assert told(chat, NAINAI)[-1].startswith("原来要来的人来不了")


async def test_an_erased_elders_order_is_cancelled_and_its_words_are_gone(chat: Dialogue) -> None:
    await order_with_words(chat)
    await claim(chat)
    chat.heard(XIAOLIN)

    await chat.play(NAINAI, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*"), (Press("🗑 确定删除"), "*")])

    found, task = await rows(chat)
    assert (task.state, found.words) == (TaskState.CANCELLED, None)
    assert told(chat, XIAOLIN) == ["3号楼的“修东西”取消了，不用去了，谢谢您。"]
    assert "陈奶奶" not in card(chat, XIAOLIN)


async def test_a_volunteer_who_is_reached_by_phone_is_not_asked(chat: Dialogue) -> None:
    await chat.town.resident("电话志愿者", phone="13900001088", mode=ContactMode.PHONE, roles=((Role.VOLUNTEER, "G2"),))

    await order(chat)

    assert await chat.town.count("offers") == 2


async def test_staff_see_the_clock_and_give_it_to_somebody_by_hand(chat: Dialogue) -> None:
    await order(chat)
    await chat.play(AMEI, [(Press("这次不行"), [Popup("好的*"), Edited("*")])])
    await chat.play(
        WU,
        [
            ("/desk", "*"),
            (Press("🧺 3号楼 还没人接"), "🔧 修东西*⏱ 第 1 轮，问了 2 位，1 位来不了；今天 9:20 找值班员"),
        ],
    )

    await chat.play(
        WU,
        [
            (Press("👉 派给…"), "派给谁？最好先打个电话问一声。"),
            (Press("小林"), [Edited("派给小林了。"), Edited("*")]),
        ],
    )

    assert told(chat, XIAOLIN)[-2] == "社区吴主任请您去办“修东西”，详情在下面。去不了请点“去不了”，没关系。"
    assert "陈奶奶" in card(chat, XIAOLIN)
    assert told(chat, NAINAI)[-1].startswith("找到人了：小林来办“修东西”")
    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("*"), Edited("*")])])


async def test_only_who_runs_things_gives_tasks_and_only_to_who_may_take_them(chat: Dialogue) -> None:
    await order(chat)
    aqiang = await chat.town.person(AQIANG)

    await chat.play(AQIANG, [(Forge("task.whom:1:"), Popup("*"))])
    await chat.play(XIAOLIN, [(Forge(f"task.assign:1:{aqiang.id}"), Popup("*"))])
    await chat.play(WU, [(Forge(f"task.assign:1:{aqiang.id}"), Popup("*"))])

    assert (await rows(chat))[1].taker_id is None
