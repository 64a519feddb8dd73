"""The fund's balance is published every month, once, in the morning, to staff and the community's group alone."""

from datetime import datetime

import pytest
from dialogue import Dialogue
from factories import AQIANG, B3_GROUP, NAINAI, WU, XIAOLIN, ZHOU, ZONE, Room, Town
from ordering import told
from test_time_bank import decide, enter, help_with

from bot import housekeeping
from community import time_bank_giving
from storage.queries import dialogues, timers

WHOLE = Room(id=-2003, title="社区大群")


async def bind(town: Town) -> None:
    """A group of the whole community."""
    group = await town.group(WHOLE)
    async with town.database.write() as tx:
        place_id, staff = (await town.place("C1")).id, (await town.person(WU)).id
        await dialogues.bind_group(tx, group_id=group.id, place_id=place_id, bound_by=staff)


async def night(chat: Dialogue, month: int, day: int) -> None:
    """The nightly duty at 3:30 of that day in 2025, and half a day more."""
    chat.clock.at = datetime(2025, month, day, 3, 30, tzinfo=ZONE)
    async with chat.town.database.write() as tx:
        await housekeeping.daily(tx, chat.town.here(), 0)
        await timers.drop(tx, prefix=housekeeping.DAILY, subject_id=0)
    await chat.advance(hours=12)


async def served(chat: Dialogue) -> None:
    """In June a neighbour was helped."""
    await help_with(chat.town, XIAOLIN, NAINAI, minutes=90)
    await chat.settle()
    chat.heard(WU)


async def test_before_the_first_minutes_there_is_nothing_to_publish(chat: Dialogue) -> None:
    await night(chat, 7, 1)
    await served(chat)
    await night(chat, 7, 20)

    assert told(chat, WU) == []


async def test_the_month_is_published_with_what_it_brought_and_what_the_fund_owes(chat: Dialogue) -> None:
    await bind(chat.town)
    await help_with(chat.town, XIAOLIN, NAINAI, minutes=90)
    await help_with(chat.town, XIAOLIN, NAINAI, minutes=30)
    await decide(chat.town, ZHOU, await enter(chat.town, WU, XIAOLIN))
    async with chat.town.database.write() as tx:
        await time_bank_giving.donate(tx, chat.town.here(), await chat.town.person(XIAOLIN), minutes=20)
    await chat.settle()
    for who in (WU, ZHOU, AQIANG):
        chat.heard(who)

    await night(chat, 7, 1)

    published = (
        "⏳ 时间银行 2025 年 6 月公布 邻居互助 2 次，共 2 小时。 社区基金替没有时间的邻居付出：2 小时。 "
        "大家捐给基金：20 分钟。 补记荣誉时：1 小时 30 分钟（另外记，不算在上面）。 "
        "基金现在欠 1 小时 40 分钟，底线是欠 2000 小时。这是社区对帮过忙的邻居的承诺。 时间不换钱、不计息、不过期。"
    )
    assert [told(chat, WU), told(chat, ZHOU)] == [[published], [published]]
    assert [" ".join(text.split()) for text in chat.heard(WHOLE)] == [published]
    assert (chat.heard(B3_GROUP), told(chat, AQIANG)) == ([], [])


async def test_it_is_published_once_a_month(chat: Dialogue) -> None:
    await served(chat)

    for day in (1, 2, 20):
        await night(chat, 7, day)
    once = len(told(chat, WU))
    await night(chat, 8, 1)

    assert (once, len(told(chat, WU))) == (1, 1)


async def test_a_bot_that_was_off_on_the_day_publishes_on_the_next(chat: Dialogue) -> None:
    await served(chat)

    await night(chat, 8, 9)

    assert told(chat, WU)[0].startswith("⏳ 时间银行 2025 年 7 月公布")


@pytest.mark.parametrize(("day", "due"), [(30, False), (1, True)])
async def test_it_waits_for_its_day_and_for_the_morning(chat: Dialogue, day: int, due: bool) -> None:
    await served(chat)
    month = 6 if day == 30 else 7
    chat.clock.at = datetime(2025, month, day, 3, 30, tzinfo=ZONE)

    async with chat.town.database.write() as tx:
        await housekeeping.daily(tx, chat.town.here(), 0)

    async with chat.town.database.read() as tx:
        found = await tx.all(datetime, "SELECT due FROM timers WHERE kind = 'time_bank_publish'")
    assert found == ([datetime(2025, 7, 1, 9, 0, tzinfo=ZONE)] if due else [])
