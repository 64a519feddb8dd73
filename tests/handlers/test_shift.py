"""🛡 巡防 in chat: posted with buttons or typed, grabbed from the group, waited for, walked, called off."""

import pytest
from dialogue import Dialogue, Edited, Forge, Location, Photo, Popup, Press
from factories import AMEI, AQIANG, B3_GROUP, NAINAI, WU, XIAOLIN, XIAOWANG, Speaker, stranger
from ordering import everything, told

from storage.states import Role

CARD = "🛡 巡防*📍 3号楼*"
RECORD = "*领队小林*一切正常*东门：志愿者阿梅（发过位置）*车棚：没到*隐患，编号 0001*🤝 劝和*线索：有生人在收旧卡*"
FIGURES = (
    "📊 巡防月报：第二网格 6 月 巡防 1 趟，参加 2 人，共 1.3 小时 到点 1/2 "
    "隐患 1 件，办好 0 件 劝和 1 起，线索 1 条 5 月 巡防 0 趟*"
)


async def post(chat: Dialogue, when: str = "6-10 19:30", people: str = "3 人", who: Speaker = XIAOWANG) -> None:
    """The grid worker posts a shift with two points."""
    await chat.play(
        who,
        [
            ("/desk", "*"),
            (Press("👋 招人手"), "👋 要招什么人手？"),
            (Press("🛡 巡防"), "📍 在哪里？*"),
            (Press("3号楼"), "哪一天？*"),
            (when, "* 开始。就这一次，还是每周都有？"),
            (Press("就这一次"), "大约多久？*"),
            (Press("60 分钟"), "连领队一共几个人？至少到 2 人才出发。"),
            (Press(people), "要到哪些点？*"),
            ("东门、车棚", "要到的点：东门、车棚。还有吗？"),
            (Press("就这些"), "👋 这样发出去对吗？ 🛡 巡防 📍 3号楼 ⏰ *，约 60 分钟 👥 3 人*🚩 到点：东门、车棚"),
            (Press("✅ 提交"), ["发出去了：*本片的群里也能报名。", f"{CARD}0/3 人，还差 3 人*"]),
        ],
    )


async def grab(chat: Dialogue, *who: Speaker) -> None:
    """They grab it."""
    for one in who:
        await chat.play(one, [(Press("🙋 我去"), [Popup("抢到了，到时候见！"), Edited(f"{CARD}")])])


async def volunteer(chat: Dialogue, name: str, home: str = "B3-1-101") -> Speaker:
    """One more, who finds the shift by /tasks."""
    who = await chat.town.resident(name, home, roles=((Role.VOLUNTEER, "B3"),))
    await chat.play(
        who,
        [
            ("/tasks", "*"),
            (Press("🛡 看班次"), "🛡 近期有 1 班要人，点一班看看："),
            (Press("🛡 6-10 19:30 3号楼，*"), CARD),
        ],
    )
    return who


async def begun(chat: Dialogue) -> None:
    """小林 and 阿梅 are on the round, at its hour."""
    await post(chat)
    await grab(chat, XIAOLIN, AMEI)
    await chat.advance(hours=7, minutes=31)
    await chat.play(XIAOLIN, [(Press("✅ 能来"), [Popup("好，等您来。"), Edited("*")])])
    await chat.advance(hours=2, minutes=49)
    await chat.play(XIAOLIN, [(Press("▶️ 开始巡防"), [Popup("开始了，注意安全。*"), Edited("*正在巡*")])])


async def test_a_shift_is_posted_by_buttons_alone(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            (Forge("shift.post:0:"), "👋 要招什么人手？"),
            (Press("🛡 巡防"), "📍 在哪里？*"),
            (Press("榕荫小区"), "哪一天？*"),
            (Press("周五 6-13"), "几点开始？*"),
            (Press("19:30"), "周五 19:30 开始。*"),
            (Press("每周五"), "大约多久？*"),
            (Press("90 分钟"), "连领队*"),
            (Press("4 人"), "要到哪些点？*"),
            (Press("1号楼"), "要到的点：1号楼。还有吗？"),
            (Press("2号楼"), "要到的点：1号楼、2号楼。还有吗？"),
            (Press("重写"), "要到哪些点？*"),
            (Press("不设点"), "*🔁 每周这个时候一班*🚩 不设点"),
            (Press("✅ 提交"), ["发出去了：周五 19:30*以后每周提前一周自动发*", "🛡 巡防（每周一次）*榕荫小区*"]),
            (Press("⏹ 不再每周发"), [Popup("好，以后不再每周发。*")]),
            (Press("⏹ 不再每周发"), [Popup("*")]),
        ],
    )


async def test_every_friday_can_be_typed_and_the_next_one_comes_by_itself(chat: Dialogue) -> None:
    await chat.play(
        XIAOWANG,
        [
            (Forge("shift.post:0:"), "👋 要招什么人手？"),
            (Press("🛡 巡防"), "*"),
            ("3号楼", "哪一天？*"),
            ("每周五 19:30", "大约多久？*"),
            ("45", "连领队*"),
            ("3", "要到哪些点？*"),
            (Press("不设点"), "*周五 19:30，约 45 分钟*🔁*"),
            (Press("✅ 提交"), ["发出去了*", CARD]),
        ],
    )

    await chat.advance(days=3, hours=11)

    assert await chat.town.count("shifts") == 2
    assert sum("招人" in shown.text for shown in chat.screen(B3_GROUP)) == 2


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("6-10 8:00", "这个时间已经过了，或者太近了。*"),
        ("昨天", "这个时间已经过了，或者太近了。*"),
        ("改天", ["没看懂*", "哪一天？*"]),
        ("每周八 19:30", ["没看懂*", "哪一天？*"]),
    ],
)
async def test_a_time_that_is_no_good_is_asked_for_again(chat: Dialogue, typed: str, answer: object) -> None:
    await chat.play(
        XIAOWANG,
        [
            (Forge("shift.post:0:"), "👋 要招什么人手？"),
            (Press("🛡 巡防"), "*"),
            ("3号楼", "*"),
            (typed, answer),
            ("6-11 9:00", "明天 9:00 开始*"),
        ],
    )


async def test_numbers_and_points_that_are_no_good_are_refused_and_nothing_is_lost(chat: Dialogue) -> None:
    await chat.play(
        XIAOWANG,
        [
            (Forge("shift.post:0:"), "👋 要招什么人手？"),
            (Press("🛡 巡防"), "*"),
            ("9号楼", ["没看懂*", "📍 在哪里？*"]),
            ("3号楼", "*"),
            (Press("⬅️ 返回"), "📍 在哪里？*"),
            ("3号楼", "*"),
            (Press("周三 6-11"), "几点开始？*"),
            ("25:00", ["没看懂*", "几点开始？*"]),
            ("19点半", "明天 19:30 开始*"),
            (Press("就这一次"), "*"),
            ("5", ["没看懂*", "大约多久？*"]),
            ("60", "*"),
            ("8", "一班连领队 3 到 5 人，请换一个数。"),
            ("3", "*"),
            ("东门", "要到的点：东门*"),
            ("长" * 31, "*"),
            ("\n".join(str(n) for n in range(20)), "点太多了，一趟最多 12 个。*"),
            (Photo(), ["没看懂*", "要到的点：东门*"]),
            (Press("就这些"), "*🚩 到点：东门"),
        ],
    )


async def test_the_group_sees_it_once_without_names_and_leads_into_private_chat(chat: Dialogue) -> None:
    await post(chat)
    chat.heard(B3_GROUP)
    await grab(chat, XIAOLIN)

    await chat.advance(minutes=1)

    (card,) = chat.screen(B3_GROUP)
    assert card.text.split() == [
        "🛡",
        "巡防招人",
        "📍",
        "3号楼",
        "⏰",
        "今天",
        "19:30，约",
        "60",
        "分钟",
        "还差",
        "2",
        "人。",
    ]
    assert card.labels == ["🛡 抢班次"]
    assert chat.heard(B3_GROUP) == []


async def test_grabbing_from_the_group_is_for_volunteers_and_others_hear_how_to_become_one(chat: Dialogue) -> None:
    await post(chat)

    await chat.play(AMEI, [("/start p_1", CARD)])
    await chat.play(AQIANG, [("/start p_1", "班次由本片志愿者来抢。想当志愿者，*059155500100*")])
    await chat.play(AQIANG, [("/start p_9", "*")])
    await chat.play(stranger(), [("/start p_1", ["您好*", "您住哪里？*"])])


async def test_whoever_joined_sees_the_others_and_who_did_not_sees_no_name(chat: Dialogue) -> None:
    await post(chat)
    await grab(chat, XIAOLIN, AMEI)
    third = await volunteer(chat, "邻居甲")

    assert "领队：小林，同去：志愿者阿梅" in chat.card(AMEI, CARD).text
    assert "小林" not in everything(chat, third)
    assert "小林" in chat.card(XIAOWANG, CARD).text


async def test_who_presses_when_it_is_full_waits_and_is_asked(chat: Dialogue) -> None:
    await post(chat)
    await grab(chat, XIAOLIN, AMEI)
    third, late, later = [await volunteer(chat, name) for name in ("邻居甲", "邻居乙", "邻居丙")]
    await grab(chat, third)

    await chat.play(late, [(Forge("task.claim:1:"), "人满了，谢谢您！*")])
    await chat.play(late, [(Press("⏳ 排候补"), [Popup("排上了，候补第 1 位。*"), Edited("*您排候补第 1 位*")])])
    await chat.play(later, [(Press("⏳ 排候补"), [Popup("排上了，候补第 2 位。*"), Edited("*您排候补第 2 位*")])])
    await chat.play(AMEI, [(Press("↩️ 去不了"), [Popup("*"), Edited("*")])])

    assert chat.heard(late)[-1].split()[-1].startswith("前点一下")
    assert chat.heard(later) == []
    await chat.play(late, [(Press("不来了"), [Popup("好的，不排了，谢谢您。"), Edited("*")])])
    await chat.play(later, [(Press("✅ 还来"), [Popup("太好了，算您一个！"), Edited("*您已报名，到时候见。")])])
    await chat.play(late, [(Forge("task.free_place:1:"), "*")])


async def test_two_who_press_at_once_do_not_both_lead(chat: Dialogue) -> None:
    await post(chat)
    await chat.receive(chat.update(XIAOLIN, Press("🙋 我去")), chat.update(AMEI, Press("🙋 我去")))

    await chat.settle()

    assert "您是领队" in chat.card(XIAOLIN, CARD).text
    assert "您已报名" in chat.card(AMEI, CARD).text


async def test_an_overlapping_shift_is_refused_and_named(chat: Dialogue) -> None:
    await post(chat)
    await grab(chat, XIAOLIN)
    await post(chat, "6-10 20:00")

    await chat.play(XIAOLIN, [(Forge("task.claim:2:"), "您 今天 19:30 已经有3号楼的巡防，两班时间撞上了。*")])


async def test_a_round_with_points_a_hazard_a_quarrel_and_a_clue(chat: Dialogue) -> None:
    await begun(chat)

    await chat.play(
        AMEI,
        [
            (Press("📍 东门"), [Popup("“东门”记下了。*"), Edited("*✅ 东门*▫️ 车棚*")]),
            (Location(26.08, 119.3), "“东门”记了位置，坐标不存。"),
            (Forge("shift.point:1:"), "“东门”志愿者阿梅 今天 19:20 已经到过了，不用再点。"),
            (Press("⚠️ 有隐患"), "怎么了？*"),
            (Photo("楼道灯不亮了"), "这样登记对吗？*📍 3号楼*"),
            (Press("✅ 提交"), ["登记好了，编号 0001。*", "*0001*"]),
            (Press("🤝 劝和一起"), [Popup("劝和记了一起。"), "🤝 想补一句吗？*"]),
            (Photo(), ["请写一句话*", "🤝 想补一句吗？*"]),
            (Press("跳过"), "记好了，只有社区看得到。"),
            (Press("🔎 线索一条"), [Popup("线索记了一条。"), "🔎 看到了什么？*"]),
            ("有生人在收旧卡", "转给社区和民警了，不会出现在群里。"),
            (Forge("shift.end:1:"), "开始和结束由领队小林来点，请告诉领队一声。"),
        ],
    )
    await chat.advance(minutes=40)
    await chat.play(
        XIAOLIN,
        [
            (Press("🏁 巡完了"), "报了名的都来了吗？*"),
            (Press("✅ 都来了"), "🏁 写一句这一趟的情况吧*"),
            (
                "一切正常",
                [
                    "巡完了，谢谢您带队！",
                    "🛡 3号楼巡完了*40 分钟*到点 1/2*隐患 1 件，劝和 1 起，线索 1 条。*记入时间银行 40 分钟。",
                ],
            ),
            (Forge("shift.end:1:"), "*"),
        ],
    )

    assert "🛡 3号楼巡完了，辛苦了！" in told(chat, AMEI)[-1]
    assert "有生人在收旧卡" in "".join(told(chat, XIAOWANG))
    assert not any("旧卡" in shown.text for shown in chat.screen(B3_GROUP))
    await chat.play(
        XIAOWANG,
        [
            (Press("📄 看记录"), RECORD),
            ("/desk", "*"),
            (Press("📊 巡防月报"), FIGURES),
        ],
    )


async def test_a_position_that_belongs_to_no_round_is_asked_about_as_ever(chat: Dialogue) -> None:
    await chat.play(AMEI, [(Location(26.08, 119.3), "*是要报一件事，还是请人帮忙？*")])


async def test_starting_too_early_or_too_few_is_refused_with_what_to_do(chat: Dialogue) -> None:
    await post(chat)
    await grab(chat, XIAOLIN)

    await chat.play(XIAOLIN, [(Forge("shift.start:1:"), "还早，这一班 今天 19:30 开始*")])
    await chat.advance(hours=10, minutes=5)
    await chat.play(XIAOLIN, [(Forge("shift.start:1:"), "*")])


async def test_too_few_is_told_two_hours_before_and_called_off_kindly_at_the_hour(chat: Dialogue) -> None:
    await post(chat)
    await grab(chat, XIAOLIN)
    await chat.advance(hours=7, minutes=31)
    await chat.play(XIAOLIN, [(Press("✅ 能来"), [Popup("*"), Edited("*")])])

    await chat.advance(hours=1)
    desk, captain = told(chat, XIAOWANG), told(chat, XIAOLIN)
    await chat.advance(hours=2)

    assert "今天 19:30 3号楼的巡防人还不够：现在 1 人，至少要 2 人。可以再叫人" in "".join(desk)
    assert "人还不够" in "".join(captain)
    assert "今天 19:30 3号楼的巡防人没凑够，这次就取消了。谢谢您愿意来，下次再约。" in told(chat, XIAOLIN)
    assert "这一班取消了" in chat.card(XIAOLIN, CARD).text


async def test_the_desk_lets_one_go_alone(chat: Dialogue) -> None:
    await post(chat)
    await grab(chat, XIAOLIN)

    await chat.play(XIAOWANG, [(Press("👌 照样去"), [Popup("好，照样去，已经告诉他们了。"), Edited("*")])])

    assert "社区说 1 个人也行" in told(chat, XIAOLIN)[-1]


async def test_a_call_off_asks_for_the_reason_and_tells_it(chat: Dialogue) -> None:
    await post(chat)
    await grab(chat, XIAOLIN, AMEI)

    await chat.play(
        XIAOWANG,
        [
            (Press("🚫 取消这班"), "为什么取消？*"),
            ("今晚有雷暴", ["取消了，报了名的人都告诉了。", Edited("*这一班取消了*")]),
            (Forge("shift.cancel:1:"), "*"),
        ],
    )

    for who in (XIAOLIN, AMEI):
        assert "3号楼的巡防取消了，不用去了，谢谢您。 原因：今晚有雷暴" in told(chat, who)[-1]
    await chat.play(XIAOLIN, [(Forge("task.release:1:"), "*")])


async def test_an_elder_sees_nothing_of_it(chat: Dialogue) -> None:
    await post(chat)

    assert chat.heard(NAINAI) == []


async def test_the_list_is_empty_in_kind_words(chat: Dialogue) -> None:
    await chat.play(AMEI, [(Forge("shift.list:0:"), "近期没有要抢的班次，有了就叫您。")])
