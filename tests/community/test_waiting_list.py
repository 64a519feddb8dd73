"""候补: in order, asked and not just put in, in waking hours, and nobody waits for ever."""

import pytest
from factories import AMEI, XIAOLIN, Speaker, Town

from community import shifts, taking, tasks, waiting_list
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.order_texts import Full, StillRoom
from storage.queries import waiting
from storage.records import Shift, Task
from storage.states import CompanionState, Role, TaskKind

from test_shifts import claimed, posted, said, volunteer  # isort: skip


async def crowd(town: Town, number: int) -> list[Speaker]:
    """So many more who may come."""
    return [await volunteer(town, f"邻居{n}") for n in range(number)]


async def full(town: Town, **how: float) -> tuple[Shift, Speaker]:
    """A shift of three that is full, and the third."""
    shift = await posted(town, **how)  # type: ignore[arg-type]
    third = await volunteer(town, "第三位")
    await claimed(town, shift, XIAOLIN, AMEI, third)
    return shift, third


async def queued(town: Town, shift: Shift, *who: Speaker) -> list[int]:
    """They go to the end of the line; their numbers."""
    numbers = []
    for one in who:
        town.clock.advance(seconds=1)
        async with town.database.write() as tx:
            numbers.append(await waiting_list.enter(tx, town.here(), await town.person(one), shift.task_id))
    return numbers


async def gives_up(town: Town, shift: Shift, who: Speaker) -> None:
    """↩️ 去不了"""
    async with town.database.write() as tx:
        await taking.release(tx, town.here(), await town.person(who), shift.task_id)


async def asked(town: Town, shift: Shift) -> list[int]:
    """Who is asked now."""
    async with town.database.read() as tx:
        return [one.person_id for one in await waiting.line(tx, shift.task_id) if one.state is CompanionState.ASKED]


async def ids(town: Town, *who: Speaker) -> list[int]:
    return [(await town.person(one)).id for one in who]


async def test_whoever_comes_when_it_is_full_is_put_at_the_end_of_the_line(town: Town) -> None:
    shift, _ = await full(town)
    first, second = await crowd(town, 2)

    assert await queued(town, shift, first, second) == [1, 2]
    with pytest.raises(NoLongerPossible):
        await queued(town, shift, first)


async def test_two_who_come_in_the_same_moment_stay_in_their_order(town: Town) -> None:
    shift, _ = await full(town)
    first, second = await crowd(town, 2)

    async with town.database.write() as tx:
        for one in (second, first):
            await waiting_list.enter(tx, town.here(), await town.person(one), shift.task_id)
        found = [one.person_id for one in await waiting.line(tx, shift.task_id)]

    assert found == await ids(town, second, first)


async def test_nobody_queues_while_there_is_room_or_for_what_has_no_list(town: Town) -> None:
    shift = await posted(town)
    await claimed(town, shift, XIAOLIN)
    async with town.database.write() as tx:
        kind, at = TaskKind.VISIT, (await town.place("B3")).id
        visit = await tasks.post(tx, town.here(), None, kind=kind, place_id=at, due=town.clock.now(), minutes=30)

        with pytest.raises(StillRoom):
            await waiting_list.enter(tx, town.here(), await town.person(AMEI), shift.task_id)
        with pytest.raises(NotFound):
            await waiting_list.enter(tx, town.here(), await town.person(AMEI), visit.id)


@pytest.mark.parametrize("leaver", ["captain", "companion"])
async def test_the_first_is_asked_when_somebody_leaves_and_must_confirm(town: Town, leaver: str) -> None:
    shift, third = await full(town)
    first, second = await crowd(town, 2)
    await queued(town, shift, first, second)

    await gives_up(town, shift, XIAOLIN if leaver == "captain" else third)

    assert await asked(town, shift) == await ids(town, first)
    with pytest.raises(Full):  # the place is kept
        await claimed(town, shift, second)
    async with town.database.write() as tx:
        task = await taking.take_free_place(tx, town.here(), await town.person(first), shift.task_id)
    assert task.joined == 3
    assert await asked(town, shift) == []


async def test_whoever_says_no_passes_it_on(town: Town) -> None:
    shift, third = await full(town)
    first, second = await crowd(town, 2)
    await queued(town, shift, first, second)
    await gives_up(town, shift, third)

    async with town.database.write() as tx:
        await waiting_list.leave(tx, town.here(), await town.person(first), shift.task_id)
        with pytest.raises(NoLongerPossible):
            await waiting_list.require_asked(tx, await town.person(first), shift.task_id)

    assert await asked(town, shift) == await ids(town, second)


async def test_silence_for_half_an_hour_passes_it_on_and_the_last_silence_looks_for_others(town: Town) -> None:
    shift, third = await full(town)
    first, second = await crowd(town, 2)
    await queued(town, shift, first, second)
    await gives_up(town, shift, third)

    found = []
    for _ in range(2):
        town.clock.advance(minutes=30)
        async with town.database.write() as tx:
            await waiting_list.silence(tx, town.here(), shift.task_id)
        found.append(await asked(town, shift))

    assert found == [await ids(town, second), []]
    assert [await said(town, one, "task/place_passed_on") for one in (first, second)] == [1, 1]
    async with town.database.read() as tx:
        task: Task = await tasks.get(tx, shift.task_id)
    assert task.looking_since == town.clock.now()


async def test_at_night_nobody_is_asked_until_the_morning(town: Town) -> None:
    shift, third = await full(town)
    (first,) = await crowd(town, 1)
    await queued(town, shift, first)
    town.clock.advance(hours=14)  # 23:00

    await gives_up(town, shift, third)
    before = await asked(town, shift)
    with pytest.raises(Full):
        await claimed(town, shift, *await crowd(town, 1))
    town.clock.advance(hours=8)
    async with town.database.write() as tx:
        await waiting_list.ask_later(tx, town.here(), shift.task_id)

    assert (before, await asked(town, shift)) == ([], await ids(town, first))


async def test_half_an_hour_does_not_run_through_the_night(town: Town) -> None:
    shift, third = await full(town)
    (first,) = await crowd(town, 1)
    await queued(town, shift, first)
    town.clock.at = town.clock.at.replace(hour=13, minute=50, second=0)  # 21:50

    await gives_up(town, shift, third)

    async with town.database.read() as tx:
        (one,) = await waiting.line(tx, shift.task_id)
    assert one.until is not None
    assert one.until.astimezone(town.here().zone).strftime("%H:%M") == "07:30"


async def test_two_free_places_ask_two(town: Town) -> None:
    shift, third = await full(town)
    line = await crowd(town, 3)
    await queued(town, shift, *line)

    await gives_up(town, shift, third)
    await gives_up(town, shift, AMEI)

    assert await asked(town, shift) == await ids(town, *line[:2])


async def test_whoever_left_may_queue_again_behind_the_others(town: Town) -> None:
    shift, third = await full(town)
    line = await crowd(town, 2)
    await queued(town, shift, *line)
    await gives_up(town, shift, third)
    async with town.database.write() as tx:
        await taking.take_free_place(tx, town.here(), await town.person(line[0]), shift.task_id)

    assert await queued(town, shift, third) == [2]


async def test_when_it_begins_those_who_waited_are_told(town: Town) -> None:
    shift, _ = await full(town, hours=1)
    (first,) = await crowd(town, 1)
    await queued(town, shift, first)

    async with town.database.write() as tx:
        _, task = await shifts.get(tx, shift.id)
        await waiting_list.close(tx, town.here(), task)

    assert await said(town, first, "task/line_closed") == 1
    assert await town.count("timers", "kind LIKE 'wait_%'") == 0


async def test_whoever_may_not_come_may_not_queue(town: Town) -> None:
    shift, _ = await full(town)
    far = await town.resident("远处", "B5-1-101", roles=((Role.VOLUNTEER, "B5"),))

    with pytest.raises(NotAllowed):
        await queued(town, shift, far)
    assert await town.count("companions", "state = 'waiting'") == 0
