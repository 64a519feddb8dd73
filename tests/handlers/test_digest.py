"""Pings are polite: nobody is disturbed while they rest, and as they wake one message tells of everything."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from dialogue import Dialogue, Edited, Forge, Popup, Press
from factories import AMEI, AQIANG, LIU, NAINAI, XIAOLIN, XIAOWANG, Speaker
from ordering import told

from community import order_changes, orders
from storage.queries import people
from storage.states import Keyboard

SERVICES = ("repairs", "shopping", "medicine")


@pytest.fixture
async def by_night(chat: Dialogue) -> AsyncIterator[Dialogue]:
    """23:00. 小林 has taken two visits to 陈奶奶 for the next afternoon."""
    for service in ("bills", "gas"):
        async with chat.town.database.write() as tx:
            elder, due = await chat.town.person(NAINAI), chat.clock.now() + timedelta(hours=31)
            await orders.place(tx, chat.town.here(), elder, service=service, due=due)
        await chat.settle()
        await chat.play(XIAOLIN, [(Press("🙋 我去"), [Popup("交给您了，谢谢！"), Edited("*")])])
    await chat.advance(hours=14)
    for who in (XIAOLIN, AMEI, XIAOWANG):
        chat.heard(who)
    yield chat


async def rest(chat: Dialogue, who: Speaker, begins: int, ends: int) -> None:
    """Quiet hours of somebody's own, in minutes of the day."""
    async with chat.town.database.write() as tx:
        await people.set_quiet(tx, person_id=(await chat.town.person(who)).id, begins=begins, ends=ends)


async def ordered(chat: Dialogue, *services: str) -> None:
    """陈奶奶 orders for the next afternoon."""
    for service in services:
        async with chat.town.database.write() as tx:
            elder, due = await chat.town.person(NAINAI), chat.clock.now() + timedelta(hours=16)
            await orders.place(tx, chat.town.here(), elder, service=service, due=due)
    await chat.settle()


async def five_things(chat: Dialogue) -> None:
    """Three offers, a visit that is cancelled, and one that is put off."""
    await ordered(chat, *SERVICES)
    async with chat.town.database.write() as tx:
        here, elder = chat.town.here(), await chat.town.person(NAINAI)
        await order_changes.cancel(tx, here, elder, 1)
        await order_changes.change_time(tx, here, elder, 2, due=here.now + timedelta(hours=20))
    await chat.settle()


async def test_five_things_are_one_message_as_quiet_hours_end(by_night: Dialogue) -> None:
    chat = by_night
    await five_things(chat)
    await chat.advance(hours=7, minutes=59)
    assert told(chat, XIAOLIN) == []

    await chat.advance(minutes=1)

    (text,) = told(chat, XIAOLIN)
    assert text == (
        "早上好！有 5 件事： "
        "1. 3号楼的“教缴费”取消了，不用去了，谢谢您。 "
        "2. 🕒 3号楼的“查燃气”想改到今天 19:00。还能来吗？ "
        "3. 🔧 修东西，3号楼，今天 15:00 前到，您能去吗？ "
        "4. 🛒 代买，3号楼，今天 15:00 前到，您能去吗？ "
        "5. 💊 代取药，3号楼，今天 15:00 前到，您能去吗？ "
        "点哪一件，就打开哪一件。"
    )
    assert chat.last(XIAOLIN).labels == [f"👉 第 {number} 件" for number in (2, 3, 4, 5)]
    await chat.advance(minutes=4)
    assert told(chat, XIAOLIN) == []


async def test_whose_own_quiet_hours_are_longer_hears_of_it_as_those_end(by_night: Dialogue) -> None:
    chat = by_night
    await rest(chat, XIAOLIN, 22 * 60, 9 * 60 + 30)
    await five_things(chat)

    await chat.advance(hours=10, minutes=29)
    before = told(chat, XIAOLIN)
    await chat.advance(minutes=1)

    assert before == []
    assert [text.partition("：")[0] for text in told(chat, XIAOLIN)] == [
        "早上好！有 2 件事"
    ]  # who rests is not offered anything


async def test_a_tap_opens_the_card_and_what_was_answered_is_ticked(by_night: Dialogue) -> None:
    chat = by_night
    await five_things(chat)
    await chat.advance(hours=8)

    await chat.play(
        XIAOLIN,
        [
            (Press("👉 第 3 件"), "🔧 修东西 📍 3号楼 *您能去吗？*"),
            (
                Press("🙋 我去"),
                [Popup("交给您了，谢谢！"), Edited("*✅ 🔧 修东西*"), Edited("🔧 修东西 📍 3号楼2梯301*")],
            ),
            (Press("👉 第 4 件"), "🛒 代买*"),
            (Press("这次不行"), [Popup("好的，这次不打扰您。"), Edited("*✅ 🛒 代买*")]),
        ],
    )

    assert chat.card(XIAOLIN, "早上好！*").labels == ["👉 第 2 件", "👉 第 5 件"]


async def test_who_takes_it_ticks_it_for_the_others(by_night: Dialogue) -> None:
    chat = by_night
    await ordered(chat, *SERVICES)
    await chat.advance(hours=8)

    await chat.play(AMEI, [(Press("👉 第 1 件"), "🔧*"), (Press("🙋 我去"), [Popup("*"), Edited("*")])])

    assert "✅ 🔧 修东西" in chat.card(XIAOLIN, "早上好！*").text
    assert chat.card(XIAOLIN, "早上好！*").labels == ["👉 第 2 件", "👉 第 3 件"]


async def test_one_thing_alone_comes_as_it_is(by_night: Dialogue) -> None:
    chat = by_night
    await ordered(chat, "repairs")

    await chat.advance(hours=8)

    assert [text[:5] for text in told(chat, XIAOLIN)] == ["🔧 修东西"]
    assert "🙋 我去" in chat.last(XIAOLIN).labels


async def reported(chat: Dialogue, *words: str) -> None:
    """阿强 reports, at whatever hour."""
    for said in words:
        await chat.say(AQIANG, "/report")
        await chat.say(AQIANG, said)
        await chat.say(AQIANG, Press("✅ 提交"))


async def test_what_is_over_by_the_morning_is_left_out(by_night: Dialogue) -> None:
    chat = by_night
    await reported(chat, "楼道灯不亮了", "楼道里堆了纸箱", "垃圾桶满了")
    assert told(chat, XIAOWANG) == []
    await chat.play(AQIANG, [(Forge("report.withdraw:2:"), ["*", "*"])])

    await chat.advance(hours=8)

    (text,) = told(chat, XIAOWANG)
    assert text.startswith("早上好！有 2 件事： 1. 💡 0001")
    assert "0002" not in text


async def test_two_of_which_one_is_over_are_no_list(by_night: Dialogue) -> None:
    chat = by_night
    await reported(chat, "楼道灯不亮了", "楼道里堆了纸箱")
    await chat.play(AQIANG, [(Forge("report.withdraw:1:"), ["*", "*"])])

    await chat.advance(hours=8)

    (text,) = told(chat, XIAOWANG)
    assert "0002" in text
    assert "早上好" not in text


async def put_off(chat: Dialogue) -> None:
    """The visit that 小林 has taken is asked for at another time: card and words wait for the morning."""
    async with chat.town.database.write() as tx:
        here, elder = chat.town.here(), await chat.town.person(NAINAI)
        await order_changes.change_time(tx, here, elder, 2, due=here.now + timedelta(hours=20))
    await chat.settle()


def place_of_card(chat: Dialogue) -> int:
    """Where in 小林's chat the one copy of a visit's card is that reads like it."""
    (place,) = [i for i, shown in enumerate(chat.screen(XIAOLIN)) if shown.text.startswith("🔥 查燃气")]
    return place


async def test_while_a_card_waits_for_the_morning_the_copy_in_the_chat_can_be_pressed(by_night: Dialogue) -> None:
    chat = by_night
    place = place_of_card(chat)

    await put_off(chat)

    assert place_of_card(chat) == place
    assert {"✅ 能来", "↩️ 去不了"} <= set(chat.screen(XIAOLIN)[place].labels)
    await chat.play(XIAOLIN, [(Press("✅ 能来"), [Popup("好，等您来。"), Edited("🔥 查燃气*明天 19:00*")])])


async def test_the_copy_in_the_chat_gives_way_once_the_new_one_has_come(by_night: Dialogue) -> None:
    chat = by_night
    place = place_of_card(chat)
    await put_off(chat)

    await chat.advance(hours=8)

    before, now = chat.screen(XIAOLIN)[place], chat.screen(XIAOLIN)[place_of_card(chat)]
    assert (before.text, before.labels) == ("⬇️ 最新的在下面。", [])
    assert "✅ 能来" in now.labels


async def test_what_is_urgent_goes_at_once(by_night: Dialogue) -> None:
    chat = by_night
    await rest(chat, XIAOLIN, 20 * 60, 12 * 60)
    await reported(chat, "我头晕，胸口闷")
    assert "生命财产危险" in told(chat, XIAOWANG)[0]

    await chat.say(NAINAI, "🆘 急事")
    await chat.say(NAINAI, Press("🆘 马上来人"))

    assert "急事" in told(chat, XIAOLIN)[0]


async def test_what_somebody_does_at_night_is_answered_at_once(by_night: Dialogue) -> None:
    await by_night.play(XIAOLIN, [("/tasks", ["*", "*", "*"]), ("/menu", "*")])


async def test_what_must_be_known_within_the_hour_goes_at_once(chat: Dialogue) -> None:
    """Whoever sleeps until noon and has promised to come at 11:00 is reminded at 10:30."""
    async with chat.town.database.write() as tx:
        elder, due = await chat.town.person(NAINAI), chat.clock.now() + timedelta(hours=2)
        await orders.place(tx, chat.town.here(), elder, service="repairs", due=due)
    await chat.settle()
    await chat.play(XIAOLIN, [(Press("🙋 我去"), ["*", Edited("*")])])
    await rest(chat, XIAOLIN, 8 * 60, 12 * 60)

    await chat.advance(hours=1, minutes=30)

    assert "⏰ 今天 11:00 要到3号楼" in told(chat, XIAOLIN)[0]


async def test_an_elder_gets_one_question_at_a_time(by_night: Dialogue) -> None:
    chat = by_night
    async with chat.town.database.write() as tx:
        await people.set_keyboard(tx, person_id=(await chat.town.person(XIAOLIN)).id, keyboard=Keyboard.ELDER)
    await five_things(chat)

    await chat.advance(hours=8)

    heard = told(chat, XIAOLIN)
    assert len(heard) == 6  # the visit put off: words and card
    assert not any("早上好" in text for text in heard)


async def again(chat: Dialogue) -> Dialogue:
    """The process is killed, and another one starts: what is not in the database is gone."""
    await chat.stop()
    anew = await Dialogue(chat.town).start()
    anew.api, anew._heard = chat.api, chat._heard  # the chats stay as they are
    anew.sender = anew.fresh_sender()
    await anew.drain()
    return anew


async def test_a_restart_at_night_loses_nothing_and_says_nothing_twice(by_night: Dialogue) -> None:
    await five_things(by_night)
    chat = await again(by_night)
    await chat.advance(hours=3)
    chat = await again(chat)

    await chat.advance(hours=5)

    assert [text.partition("：")[0] for text in told(chat, XIAOLIN)] == ["早上好！有 5 件事"]
    chat = await again(chat)
    await chat.advance(hours=1)
    assert not any("早上好" in text for text in told(chat, XIAOLIN))
    await chat.stop()


async def test_who_wakes_while_the_machine_is_down_hears_of_it_in_one_message_too(by_night: Dialogue) -> None:
    await five_things(by_night)
    by_night.clock.advance(hours=9, minutes=20)
    chat = await again(by_night)

    await chat.advance(seconds=1)

    assert [text.partition("：")[0] for text in told(chat, XIAOLIN)] == ["早上好！有 5 件事"]
    await chat.stop()


async def test_whoever_ends_their_quiet_hours_hears_of_it_now(by_night: Dialogue) -> None:
    chat = by_night
    await rest(chat, XIAOLIN, 22 * 60, 12 * 60)
    await five_things(chat)
    await chat.advance(hours=9)
    assert told(chat, XIAOLIN) == []

    await chat.play(XIAOLIN, [(Forge("settings.quiet:0:off"), [Edited("*")])])
    await chat.advance(seconds=1)

    assert any("早上好！有 2 件事：" in text for text in told(chat, XIAOLIN))


async def test_the_next_mornings_digest_takes_the_place_of_the_last(by_night: Dialogue) -> None:
    chat = by_night
    await reported(chat, "楼道灯不亮了", "楼道里堆了纸箱")
    await chat.advance(hours=8)
    first = chat.last(XIAOWANG)
    await chat.advance(hours=16)
    chat.heard(XIAOWANG)
    await reported(chat, "垃圾桶满了", "电梯坏了")

    await chat.advance(hours=8)

    assert any(text.startswith("早上好！") for text in told(chat, XIAOWANG))
    assert chat.api.find(XIAOWANG.id, first.id).labels == []
    assert "👉 第 1 件" in chat.card(XIAOWANG, "早上好！*").labels


async def test_nobody_opens_what_is_in_somebody_elses_digest(by_night: Dialogue) -> None:
    chat = by_night
    await five_things(chat)
    await chat.advance(hours=8)
    data = next(one["callback_data"] for _, one in chat.api.inline(XIAOLIN.id) if one["text"] == "👉 第 3 件")
    chat.heard(LIU)

    await chat.play(LIU, [("/menu", "*"), (Forge(data), Popup("没有找到*"))])
