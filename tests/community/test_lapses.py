"""Late, or not there: what is noted, what counts for a pause, and that it ends; and what positions say."""

from datetime import timedelta

import pytest
from factories import AQIANG, NAINAI, WU, XIAOLIN, XIAOWANG, Town

from bot import housekeeping
from community import asking, lapses, orders, taking, tasks, visit_positions
from community.errors import NoLongerPossible, NotAllowed
from community.order_texts import NotYourOwn
from storage.records import Task
from storage.states import LapseKind


async def visit(town: Town, *, spoken: LapseKind | None = None) -> Task:
    """小林 has claimed one more visit; `spoken`: and did not come as said, which is dealt with."""
    async with town.database.write() as tx:
        for live in await tx.all(int, "SELECT id FROM orders"):
            await tx.run("UPDATE tasks SET state = 'confirmed' WHERE order_id = :id", id=live)
        order = await orders.place(tx, town.here(), await town.person(NAINAI), service="repairs")
        _, task = await orders.get(tx, order.id)
        task = await taking.claim(tx, town.here(), await town.person(XIAOLIN), task.id)
        if spoken is not None:
            await lapses.note(tx, town.here(), task, spoken)
            await lapses.speak(tx, town.here(), task, task.taker_id or 0)
    return task


async def said(town: Town, template: str) -> int:
    return await town.count("outbox", "template = :template", template=template)


async def figures(town: Town) -> lapses.Figures:
    async with town.database.read() as tx:
        return await lapses.of(tx, town.here(), (await town.person(XIAOLIN)).id)


async def test_first_a_word_then_silence_then_a_pause(town: Town) -> None:
    for kind in (LapseKind.LATE, LapseKind.NO_SHOW):
        await visit(town, spoken=kind)
    assert (await said(town, "visit/kind_word"), await said(town, "visit/paused")) == (1, 0)

    await visit(town, spoken=LapseKind.LATE)

    found = await figures(town)
    assert (found.late, found.no_show, found.paused_until) == (2, 1, town.clock.now() + timedelta(days=7))
    assert (await said(town, "visit/kind_word"), await said(town, "visit/paused")) == (1, 1)


async def test_what_lies_long_back_does_not_count(town: Town) -> None:
    for _ in range(2):
        await visit(town, spoken=LapseKind.NO_SHOW)
    town.clock.advance(days=31)

    await visit(town, spoken=LapseKind.NO_SHOW)

    assert (await figures(town)).paused_until is None
    assert await said(town, "visit/kind_word") == 2


async def test_after_a_pause_it_begins_anew(town: Town) -> None:
    for _ in range(3):
        await visit(town, spoken=LapseKind.LATE)
    town.clock.advance(days=8)

    await visit(town, spoken=LapseKind.LATE)

    assert await said(town, "visit/paused") == 1


async def test_late_and_then_not_there_at_all_is_one_lapse(town: Town) -> None:
    task = await visit(town, spoken=LapseKind.LATE)
    async with town.database.write() as tx:
        await lapses.note(tx, town.here(), task, LapseKind.NO_SHOW)
        await lapses.note(tx, town.here(), task, LapseKind.LATE)

    found = await figures(town)
    assert (found.late, found.no_show) == (0, 1)


async def test_while_it_lasts_nobody_asks_and_then_it_ends_by_itself(town: Town) -> None:
    for _ in range(3):
        await visit(town, spoken=LapseKind.LATE)
    helper = await town.person(XIAOLIN)

    async def asked() -> bool:
        async with town.database.write() as tx:
            task = await tasks.get(tx, 1)
            await tx.run("DELETE FROM offers")
            return helper.id in {p.id for p in await asking.best(tx, town.here(), task, limit=50)}

    assert not await asked()
    town.clock.advance(days=7)
    async with town.database.write() as tx:
        await lapses.over(tx, town.here(), helper.id)
        await lapses.over(tx, town.here(), helper.id)

    assert await asked()
    assert await said(town, "visit/pause_over") == 1
    assert await town.count("offer_pauses") == 0


async def test_staff_lift_it_and_nobody_else(town: Town) -> None:
    for _ in range(3):
        await visit(town, spoken=LapseKind.LATE)
    helper = await town.person(XIAOLIN)

    async with town.database.write() as tx:
        for who in (AQIANG, NAINAI, XIAOLIN):
            with pytest.raises((NotAllowed, NotYourOwn)):
                await lapses.lift(tx, town.here(), await town.person(who), helper.id)
        await lapses.lift(tx, town.here(), await town.person(XIAOWANG), helper.id)
        with pytest.raises(NoLongerPossible):
            await lapses.lift(tx, town.here(), await town.person(WU), helper.id)

    assert (await figures(town)).paused_until is None
    assert await town.count("timers", "kind = 'offers_again'") == 0


async def test_after_ninety_days_it_is_forgotten(town: Town) -> None:
    await visit(town, spoken=LapseKind.NO_SHOW)
    town.clock.advance(days=91)

    async with town.database.write() as tx:
        await housekeeping.daily(tx, town.here(), 0)

    assert await town.count("lapses") == 0


async def test_a_position_far_away_at_sign_in_and_none_where_nobody_knows_the_building(town: Town) -> None:
    helper = await town.person(XIAOLIN)
    for known, expected in ((True, "away"), (False, "sent")):
        task = await visit(town)
        async with town.database.write() as tx:
            if not known:
                await tx.run("UPDATE places SET latitude = NULL, longitude = NULL")
            assert await visit_positions.take(tx, town.here(), helper, latitude=26.1, longitude=119.3) is None
            await taking.arrive(tx, town.here(), helper, task.id)
            assert await visit_positions.take(tx, town.here(), helper, latitude=26.1, longitude=119.3) is False
            assert (await tasks.get(tx, task.id)).came == expected
