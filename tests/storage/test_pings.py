"""What is held back for somebody stays in the outbox, on both engines, until it is told."""

from datetime import datetime, timedelta

import pytest
from factories import AMEI, XIAOLIN, Town

from storage.database import Transaction
from storage.queries import outbox, people, pings
from storage.records import Outgoing
from storage.states import OutboxKind, OutboxState, Priority


async def said(tx: Transaction, person_id: int, now: datetime, *, priority: Priority = Priority.TASK) -> int:
    """A message that waits."""
    return await outbox.put(
        tx, priority=priority, kind=OutboxKind.SAY, person_id=person_id, group_id=None, template="flow/cancelled",
        context={"c": {"words": "一句话"}}, now=now,
    )  # fmt: skip


async def card(tx: Transaction, person_id: int, now: datetime, *, instead: str | None = None) -> None:
    """A card that waits."""
    await outbox.put_card(
        tx, priority=Priority.TASK, kind="task", subject_id=7, person_id=person_id, group_id=None, instead=instead,
        now=now,
    )  # fmt: skip


async def waiting(tx: Transaction) -> list[Outgoing]:
    """What may be sent."""
    return await outbox.outgoing(tx, [row.id for row in await outbox.waiting(tx, after=0, limit=99)])


async def test_what_is_held_back_is_not_sent_and_comes_out_as_it_was(town: Town) -> None:
    now, later = town.clock.now(), town.clock.now() + timedelta(hours=9)
    me = (await town.person(XIAOLIN)).id
    async with town.database.write() as tx:
        held = await said(tx, me, now)
        await said(tx, (await town.person(AMEI)).id, now)
        await pings.hold(tx, outbox_id=held, until=later)
        assert [row.person_id == me for row in await waiting(tx)] == [False]
        assert await pings.held_until(tx, me) == later

        await pings.release(tx, [held], now=later)

        (row,) = [row for row in await waiting(tx) if row.person_id == me]
        assert await pings.held_until(tx, me) is None
    assert row.id > held  # the sender looks at what is new
    assert (row.context, row.asks, row.not_before, row.created_at) == ({"c": {"words": "一句话"}}, "", later, now)


async def test_what_waits_counts_with_what_is_held_back_but_answers_and_what_has_waited_do_not(town: Town) -> None:
    now = town.clock.now()
    me = (await town.person(XIAOLIN)).id
    async with town.database.write() as tx:
        first, released = await said(tx, me, now), await said(tx, me, now)
        await pings.hold(tx, outbox_id=first, until=now)
        await pings.release(tx, [released], now=now)
        second = await said(tx, me, now)
        await said(tx, me, now, priority=Priority.REPLY)

        found = await pings.of(tx, me)

    assert [(row.id, row.state) for row in found] == [(first, OutboxState.HELD), (second, OutboxState.WAITING)]


async def test_a_digest_ends_the_one_before_and_is_found_by_its_cards(town: Town) -> None:
    now = town.clock.now()
    me = (await town.person(XIAOLIN)).id
    async with town.database.write() as tx:
        await card(tx, me, now)
        (row,) = await pings.of(tx, me)
        await pings.merge(tx, {row.id: "x"}, person_id=me, now=now)
        assert [(one.card_kind, one.asks) for one in await pings.merged(tx, me)] == [("task", "x")]
        assert await pings.told_of(tx, kind="task", subject_id=7) == [me]
        assert await waiting(tx) == []

        other = await said(tx, me, now)
        await pings.merge(tx, {other: ""}, person_id=me, now=now)

        assert [one.id for one in await pings.merged(tx, me)] == [other]
        assert await pings.told_of(tx, kind="task", subject_id=7) == []


async def test_a_card_that_is_shown_anew_is_not_held_back_twice(town: Town) -> None:
    now = town.clock.now()
    me = (await town.person(XIAOLIN)).id
    async with town.database.write() as tx:
        await card(tx, me, now)
        (row,) = await pings.of(tx, me)
        await pings.hold(tx, outbox_id=row.id, until=now)

        await card(tx, me, now)

        assert [one.state for one in await pings.of(tx, me)] == [OutboxState.WAITING]


@pytest.mark.parametrize(
    ("form", "instead", "kind"), [("text", "x", "fade"), ("photo", "x", "gone"), ("photo", "", "fade")]
)
async def test_what_a_card_showed_is_kept_up_until_its_new_copy_has_come(
    town: Town, form: str, instead: str, kind: str
) -> None:
    now = town.clock.now()
    me = (await town.person(XIAOLIN)).id
    async with town.database.write() as tx:
        await card(tx, me, now)
        (first,) = await waiting(tx)
        await outbox.arrived(tx, {first.id: 41}, now=now)
        there = outbox.ShownCard(card_id=first.card_id or 0, message_id=41, form=form, shown="a", edited=False)
        await outbox.shown(tx, [there])
        await card(tx, me, now, instead=instead or None)

        (anew,) = await waiting(tx)
        assert anew.card_message == 41
        await outbox.arrived(tx, {anew.id: 42}, now=now)
        await outbox.give_way(tx, [anew], now=now)

        (old,) = await waiting(tx)
    assert (old.kind, old.alters_message, old.template) == (kind, 41, instead or None)


async def test_nothing_of_whoever_had_themselves_erased_is_kept(town: Town) -> None:
    now = town.clock.now()
    me = (await town.person(XIAOLIN)).id
    async with town.database.write() as tx:
        held, told = await said(tx, me, now), await said(tx, me, now)
        await pings.hold(tx, outbox_id=held, until=now)
        await pings.merge(tx, {told: ""}, person_id=me, now=now)

        await people.erase(tx, person_id=me, now=now)

        assert await pings.of(tx, me) == await pings.merged(tx, me) == []
    assert await town.count("outbox", "context IS NOT NULL AND person_id = :me", me=me) == 0
