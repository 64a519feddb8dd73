"""🌀 应急状态: ordinary clocks stand still, urgent ones go on, and at the end everything goes on as a whole."""

from dialogue import Dialogue, Edited, Popup, Press
from factories import AQIANG, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU
from ordering import card, claim, order, rows, told

from storage.states import TaskState

ON = "🌀 应急状态(台风) 今天 9:00 起，社区吴主任开的。*"


async def declared(chat: Dialogue, cause: str = "🌀 台风") -> None:
    """Staff have begun it."""
    await chat.play(
        WU, [("/desk", "*"), (Press("🌀 应急状态"), "🌀 开启应急状态？ 先停:平常的上门*"), (Press(cause), "*")]
    )


async def ended(chat: Dialogue) -> None:
    """Staff have ended it."""
    await chat.play(
        WU, [(Press("✅ 结束应急状态"), "现在结束应急状态？*"), (Press("✅ 现在结束"), Edited("✅ 应急状态*结束了。*"))]
    )
    await chat.advance(seconds=1)


async def test_begun_with_two_taps_and_everybody_whom_it_concerns_hears(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    told(chat, NAINAI)

    await chat.play(WU, [("/desk", "*"), (Press("🌀 应急状态"), "🌀 开启应急状态？*"), (Press("🌀 台风"), ON)])

    assert [text for text in told(chat, XIAOWANG) if "应急状态" in text]
    [paused] = [text for text in told(chat, NAINAI) if "应急状态" in text]
    assert paused.startswith("🌀 现在是应急状态（台风），今天 13:00 的“修东西”先停一停，一结束就接着安排。急事按 🆘")
    assert "先停一停，一结束就接着安排" in card(chat, NAINAI)
    [stay] = [text for text in told(chat, XIAOLIN) if "先别出门，平安" in text]
    assert stay == "🌀 应急状态（台风）：3号楼的“修东西”先停一停，您先别出门，平安要紧。一结束就告诉您。"


async def test_nobody_is_asked_or_reminded_meanwhile_and_afterwards_it_gets_another_hour(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await declared(chat)
    for who in (NAINAI, XIAOLIN, XIAOWANG, WU):
        told(chat, who)

    await chat.advance(hours=23)

    assert [told(chat, who) for who in (NAINAI, XIAOLIN, WU)] == [[], [], []]
    assert (await rows(chat))[1].state is TaskState.CLAIMED
    await ended(chat)
    assert told(chat, NAINAI) == ["应急状态结束了。“修东西”由小林来，今天 12:00 前到。"]
    assert "🙋 小林会来，今天 12:00 前到" in card(chat, NAINAI)
    [moved, visit] = told(chat, XIAOLIN)
    assert moved == "应急状态结束了。3号楼的“修东西”改到今天 12:00 前，来不了请点一下。"
    assert "⏳ 今天 12:00 前到" in visit
    await chat.advance(hours=4)
    assert any("正在另外找人" in text for text in told(chat, XIAOLIN))  # not a word: the clock runs again


async def test_what_is_ordered_meanwhile_is_looked_for_when_it_is_over(chat: Dialogue) -> None:
    await declared(chat, "⚡ 停水停电")
    told(chat, XIAOLIN)

    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", "*叫人来吗？*"),
            (Press("✅ 叫人来"), ["🔧 修东西 🌀 应急状态，先停一停*", "好，记下了。现在是应急状态，*急事按 🆘。*"]),
        ],
    )
    await chat.advance(hours=2)

    assert told(chat, XIAOLIN) == []
    await ended(chat)
    assert told(chat, NAINAI) == ["应急状态结束了。“修东西”接着找人，今天 13:00 前到。"]
    assert any("您能去吗？" in text for text in told(chat, XIAOLIN))


async def test_an_sos_goes_its_way_and_whoever_has_set_out_is_followed(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Press("🚶 我出发了"), [Popup("路上小心。"), Edited("*")])])
    await declared(chat)
    told(chat, XIAOLIN)

    await chat.play(
        NAINAI,
        [("🆘 急事", "*要社区的人马上来吗？*"), (Press("🆘 马上来人"), ["🆘 急事求助*", "已经叫人了！*"])],
    )
    await chat.advance(hours=5)

    heard = told(chat, XIAOLIN)
    assert any(text.startswith("🆘 急事求助 📍 3号楼") for text in heard)
    assert any("修东西" in text and "13:00" in text for text in heard)
    assert any("急事求助" in text and "还没人接" in text for text in told(chat, ZHOU))


async def test_a_report_gets_back_the_working_time_that_was_lost(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("楼道灯不亮了", "*"), (Press("✅ 提交"), ["*", "*"])])
    async with chat.town.database.read() as tx:
        before = await tx.need(int, "SELECT resolve_due FROM reports")
    await declared(chat)
    told(chat, XIAOWANG)

    await chat.advance(hours=48)
    assert not [text for text in told(chat, XIAOWANG) if "超时" in text]
    await ended(chat)

    async with chat.town.database.read() as tx:
        after = await tx.need(int, "SELECT resolve_due FROM reports")
    assert after > before
    assert not [text for text in told(chat, XIAOWANG) if "超时" in text]


async def test_ended_at_once_nothing_has_changed(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    _, before = await rows(chat)
    await declared(chat)
    await ended(chat)

    _, after = await rows(chat)

    assert (after.due, after.state, after.taker_id) == (before.due, before.state, before.taker_id)
    assert "🙋 小林会来，今天 13:00 前到" in card(chat, NAINAI)


async def test_ended_at_night_everything_waits_for_the_morning(chat: Dialogue) -> None:
    await order(chat)
    await declared(chat)
    await chat.advance(hours=14)
    told(chat, NAINAI)

    await chat.play(
        WU,
        [
            (Press("✅ 结束应急状态"), "现在结束应急状态？*"),
            (Press("✅ 现在结束"), Edited("✅ 应急状态(台风)结束了。平常的事明天 7:00 接着办。")),
        ],
    )

    assert told(chat, NAINAI) == []
    await chat.advance(hours=10)
    assert [text for text in told(chat, NAINAI) if "应急状态结束了" in text]


async def test_a_forgotten_switch_is_asked_about_every_day(chat: Dialogue) -> None:
    await declared(chat)
    told(chat, WU)

    await chat.advance(hours=25)

    first, again = told(chat, WU)
    assert first.startswith("🌀 应急状态已经开了 24 小时。")
    assert again.startswith("🌀 应急状态（台风）")
    assert "✅ 结束应急状态" in chat.buttons(WU)


async def test_it_is_begun_once_and_ended_once(chat: Dialogue) -> None:
    await chat.play(WU, [("/desk", "*"), (Press("🌀 应急状态"), "🌀 开启应急状态？*")])
    await chat.play(ZHOU, [("/desk", "*")])
    await chat.play(WU, [(Press("🌀 台风"), "🌀*"), (Press("🌧 暴雨"), "🌀 应急状态（台风）*")])
    await chat.play(WU, [(Press("✅ 结束应急状态"), "*"), (Press("✅ 现在结束"), Edited("*结束了*"))])
    await chat.play(WU, [(Press("✅ 现在结束"), "*")])

    assert await chat.town.count("emergency_states") == 1
