"""A day of 报平安: its table walked whole, what the clock does, and that nobody silent is ever forgotten."""

from datetime import datetime, timedelta

import pytest
from factories import AMEI, AQIANG, LIU, NAINAI, XIAOWANG, ZONE, Town

from community import check_in_clock, check_in_day, check_in_marks, check_ins
from community.check_in_texts import BadHour, EnrolledAlready, NotEnrolled
from community.errors import NoLongerPossible, NotAllowed
from storage.database import Transaction
from storage.queries import check_ins as rows
from storage.queries import timers
from storage.records import CheckInDay, Person
from storage.states import CheckInEvent, CheckInState, ContactState

S, E = CheckInState, CheckInEvent


async def enrolled(town: Town, minute: int = 9 * 60) -> Person:
    """陈奶奶 takes part; 阿梅 agreed to be told."""
    elder, amei = await town.person(NAINAI), await town.person(AMEI)
    async with town.database.write() as tx:
        actor = await town.person(XIAOWANG)
        await check_ins.enrol(tx, town.here(), actor, elder, minute=minute, contacts=[amei.id], agreed=True)
        await check_ins.answer_contact(tx, town.here(), amei, elder.id, willing=True)
    return elder


async def begun(town: Town) -> tuple[Person, CheckInDay]:
    """And it is the next morning, before the hour."""
    elder = await enrolled(town)
    town.clock.at = at(town, 7, 30, days=1)
    return elder, await step(town, elder)


def at(town: Town, hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """An hour of the community's day."""
    local = town.clock.at.astimezone(ZONE) + timedelta(days=days)
    return local.replace(hour=hour, minute=minute, second=0, microsecond=0).astimezone(town.clock.at.tzinfo)


async def step(town: Town, elder: Person) -> CheckInDay:
    """The elder's timer runs; the latest day."""
    async with town.database.write() as tx:
        await check_in_clock.step(tx, town.here(), elder.id)
        return (await rows.last_days(tx, elder.id, limit=1))[0]


async def next_due(tx: Transaction, elder_id: int) -> object:
    """When this elder's clock has something to do."""
    return await tx.one(
        int, "SELECT due FROM timers WHERE kind = :kind AND subject_id = :id", kind=check_in_marks.STEP, id=elder_id
    )


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("event", E)
async def test_the_table_is_kept_for_every_state_and_event(
    town: Town, state: CheckInState, event: CheckInEvent
) -> None:
    elder, day = await begun(town)
    wanted = check_in_day.TRANSITIONS[state].get(event)
    async with town.database.write() as tx:
        settled = state not in check_in_day.OPEN
        await rows.move(tx, day=day, state=state, settled=settled, found_by=None, now=town.clock.now())
        day = await check_in_day.get(tx, day.id)

        if wanted is None:
            with pytest.raises(NoLongerPossible):
                await check_in_day.move(tx, town.here(), day, event)
        else:
            assert (await check_in_day.move(tx, town.here(), day, event)).state is wanted
            assert await next_due(tx, elder.id) is not None


def test_every_state_but_the_last_can_be_left_and_every_open_one_ends_well() -> None:
    assert set(check_in_day.TRANSITIONS) == set(S)
    assert [state for state, ways in check_in_day.TRANSITIONS.items() if not ways] == [S.ENDED]
    for state in check_in_day.OPEN:
        assert check_in_day.TRANSITIONS[state][E.TAP] is S.SAFE
        assert check_in_day.TRANSITIONS[state][E.FOUND] is S.SAFE


async def test_a_silent_day_climbs_one_step_after_the_other(town: Town) -> None:
    elder, _ = await begun(town)
    seen = []

    for hour, minute in ((8, 2), (8, 52), (9, 2), (9, 7), (9, 12), (9, 32), (10, 2), (10, 33)):
        town.clock.at = at(town, hour, minute)
        seen.append((await step(town, elder)).state)

    assert seen == [S.WAITING, S.WAITING, S.WAITING, S.PHONED, S.ALERTED, S.KNOCKING, S.DESK, S.DESK]


async def test_after_a_stall_in_the_middle_of_the_ladder_only_the_present_step_is_taken(town: Town) -> None:
    elder, _ = await begun(town)
    for minute in (2, 7):
        town.clock.at = at(town, 9, minute)
        await step(town, elder)

    town.clock.at = at(town, 10, 5)
    day = await step(town, elder)

    assert day.state is S.DESK
    assert await town.count("tasks", "kind = 'knock'") == 0
    assert await town.count("cards", "kind = 'check_in_alarm'") > 1  # the contact and the desk


async def test_who_could_not_tap_because_the_hour_was_slept_over_is_asked_once_more_first(town: Town) -> None:
    elder, _ = await begun(town)

    town.clock.at = at(town, 9, 40)
    asked = await step(town, elder)
    town.clock.at = at(town, 9, 46)
    then = await step(town, elder)

    assert (asked.state, then.state) == (S.WAITING, S.PHONED)
    assert await town.count("tasks", "kind = 'knock'") == 0


async def test_what_was_slept_over_until_night_is_left_until_morning(town: Town) -> None:
    elder, _ = await begun(town)

    town.clock.at = at(town, 21, 40)
    day = await step(town, elder)

    assert day.state is S.SKIPPED
    async with town.database.read() as tx:
        assert (await timers.next_due(tx)) is not None
        assert await next_due(tx, elder.id) is not None


async def test_a_step_that_runs_twice_does_nothing_more(town: Town) -> None:
    elder, _ = await begun(town)
    town.clock.at = at(town, 9, 7)
    first = await step(town, elder)

    again = await step(town, elder)

    assert first == again


async def test_thousands_with_the_same_hour_are_spread(town: Town) -> None:
    elder, _ = await begun(town)
    async with town.database.read() as tx:
        plan = await rows.of(tx, elder.id)
    assert plan is not None
    fields = {name: getattr(plan, name) for name in plan.__slots__}
    spreads = [
        check_in_marks.spread(town.here(), type(plan)(**(fields | {"person_id": number}))) for number in range(3000)
    ]

    assert len(set(spreads)) == town.neighbourhood.check_in.spread_seconds
    assert max(spreads) < timedelta(seconds=town.neighbourhood.check_in.spread_seconds)


async def test_every_hour_that_may_be_chosen_lies_with_all_its_steps_in_waking_hours(town: Town) -> None:
    elder, day = await begun(town)
    first, last = check_in_marks.hours(town.here())
    async with town.database.write() as tx:
        plan = await rows.of(tx, elder.id)
        assert plan is not None
        for minute in (first, last):
            due = at(town, minute // 60, minute % 60)
            await rows.acted(tx, day_id=day.id, due=due, now=town.clock.now())
            for when, _ in check_in_marks.marks(town.here(), plan, await check_in_day.get(tx, day.id)):
                assert not town.neighbourhood.is_quiet(when.astimezone(ZONE))
        for minute in (first - 1, last + 1, -1, 24 * 60):
            with pytest.raises(BadHour):
                check_ins.check_hour(town.here(), minute)


async def test_only_who_works_there_enrols_and_only_once(town: Town) -> None:
    elder, stranger = await town.person(NAINAI), await town.person(AQIANG)
    async with town.database.write() as tx:
        for actor in (stranger, await town.person(LIU)):
            with pytest.raises(NotAllowed):
                await check_ins.enrol(tx, town.here(), actor, elder, minute=540, contacts=[], agreed=True)
    await enrolled(town)

    async with town.database.write() as tx:
        with pytest.raises(EnrolledAlready):
            await check_ins.enrol(
                tx, town.here(), await town.person(XIAOWANG), elder, minute=540, contacts=[], agreed=True
            )
        with pytest.raises(NotEnrolled):
            await check_in_day.tap(tx, town.here(), stranger)


async def test_nobody_is_told_who_has_not_agreed_to_be(town: Town) -> None:
    elder, day = await begun(town)
    amei = await town.person(AMEI)
    async with town.database.write() as tx:
        await check_ins.answer_contact(tx, town.here(), amei, elder.id, willing=False)
    for minute in (2, 7, 12):
        town.clock.at = at(town, 9, minute)
        await step(town, elder)

    async with town.database.write() as tx:
        assert await rows.contacts(tx, elder.id, ContactState.WILLING) == []
        assert await rows.alerted(tx, day.id) == []
        with pytest.raises(NotAllowed):
            await check_in_day.seen(tx, town.here(), amei, day.id, well=True)
