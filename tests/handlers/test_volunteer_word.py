"""The monthly word: once, on the first working day, to volunteers whom nobody asked."""

from datetime import datetime, timedelta

from dialogue import Dialogue, Edited, Press
from factories import AMEI, XIAOLIN, ZONE
from ordering import order, told

from bot import housekeeping
from storage.queries import people, volunteers
from storage.states import Role

WORD = "🙋 谢谢您当志愿者！"


async def go_to(chat: Dialogue, *moment: int) -> None:
    """Nights pass one after the other."""
    await housekeeping.start(chat.town.database, chat.town.here(), bot="jinlin_bot")
    at = datetime(*moment, tzinfo=ZONE)  # type: ignore[misc]  # a date and a time
    await chat.advance(seconds=(at - chat.clock.at).total_seconds())


async def test_it_comes_once_a_month_when_the_office_opens(chat: Dialogue) -> None:
    await go_to(chat, 2025, 7, 31, 20, 0)  # by then both have been volunteers for more than a month
    told(chat, XIAOLIN)
    await go_to(chat, 2025, 8, 1, 8, 29)
    assert told(chat, XIAOLIN) == []

    await go_to(chat, 2025, 8, 1, 8, 31)
    assert [text[: len(WORD)] for text in told(chat, XIAOLIN)] == [WORD]
    await go_to(chat, 2025, 8, 31, 20, 0)
    assert told(chat, XIAOLIN) == []
    await go_to(chat, 2025, 9, 1, 9, 0)

    assert len(told(chat, XIAOLIN)) == 1
    await chat.play(XIAOLIN, [(Press("技能"), "谢谢您愿意帮邻居*"), (Press("理发"), [Edited("*")])])


async def test_who_was_asked_or_rests_or_has_just_begun_is_left_in_peace(chat: Dialogue) -> None:
    novice = await chat.town.resident("新志愿者", "B3-1-101", roles=((Role.VOLUNTEER, "B3"),))
    await go_to(chat, 2025, 7, 1, 12, 0)
    assert told(chat, novice) == []  # three weeks are no month

    await go_to(chat, 2025, 7, 20, 12, 0)
    async with chat.town.database.write() as tx:
        mine = (await chat.town.person(XIAOLIN)).id
        until = chat.clock.at + timedelta(days=60)
        await volunteers.pause(tx, person_id=mine, until=until, hours=1, now=chat.clock.at)
    await order(chat, "🍚 送饭")
    for who in (AMEI, XIAOLIN):
        told(chat, who)
    await go_to(chat, 2025, 8, 1, 12, 0)

    assert not [text for who in (AMEI, XIAOLIN) for text in told(chat, who) if text.startswith(WORD)]


async def test_who_sleeps_by_day_gets_it_afterwards_and_what_is_needed_is_named(chat: Dialogue) -> None:
    async with chat.town.database.write() as tx:
        mine = (await chat.town.person(XIAOLIN)).id
        await people.set_quiet(tx, person_id=mine, begins=8 * 60, ends=15 * 60)
    await go_to(chat, 2025, 7, 31, 10, 0)
    await order(chat, "🍚 送饭")
    told(chat, XIAOLIN)

    await go_to(chat, 2025, 8, 1, 14, 59)
    assert not [text for text in told(chat, XIAOLIN) if text.startswith(WORD)]
    await go_to(chat, 2025, 8, 1, 15, 1)

    [word] = [text for text in told(chat, XIAOLIN) if text.startswith(WORD)]
    assert "常有人请帮忙：送饭。" in word
