"""Pings are polite: nobody is disturbed while they rest, and as they wake one message tells of everything."""

from datetime import timedelta

import pytest
from dialogue import Dialogue, Edited, Forge, Popup, Press
from factories import AMEI, AQIANG, LIU, NAINAI, XIAOHE, XIAOLIN, XIAOWANG, Speaker
from ordering import told

from community import orders
from storage.queries import people

SERVICES = ("repairs", "shopping", "medicine", "bills", "gas")


async def night(chat: Dialogue) -> None:
    """23:00."""
    await chat.advance(hours=14)
    for who in (XIAOLIN, AMEI, XIAOWANG):
        chat.heard(who)


async def rest(chat: Dialogue, who: Speaker, begins: int, ends: float) -> None:
    """Quiet hours of somebody's own."""
    async with chat.town.database.write() as tx:
        person = await people.by_telegram(tx, who.id)
        assert person is not None
        await people.set_quiet(tx, person_id=person.id, begins=begins * 60, ends=int(ends * 60))


async def orders_by_night(chat: Dialogue, number: int = 5, *, due_in: int = 16) -> None:
    """So many are placed, for the next afternoon."""
    for service in SERVICES[:number]:
        async with chat.town.database.write() as tx:
            due = chat.clock.now() + timedelta(hours=due_in)
            await orders.place(tx, chat.town.here(), await chat.town.person(NAINAI), service=service, due=due)
    await chat.settle()


async def sent(chat: Dialogue, who: Speaker, kinds: str = "'say', 'card'") -> int:
    """How many messages went out to somebody since the night began."""
    since = chat.clock.now() - timedelta(hours=20)
    person = await chat.town.person(who)
    where = f"person_id = :person AND kind IN ({kinds}) AND state = 'sent' AND message_id IS NOT NULL AND done_at > :since"
    return await chat.town.count("outbox", where, person=person.id, since=since)


async def test_five_things_are_one_message_in_the_morning(chat: Dialogue) -> None:
    await night(chat)
    await orders_by_night(chat)
    assert told(chat, XIAOLIN) == []

    await chat.advance(hours=8)

    print(chat.last(XIAOLIN).text, chat.last(XIAOLIN).labels)
    print(told(chat, XIAOLIN), await sent(chat, XIAOLIN))
    assert False
