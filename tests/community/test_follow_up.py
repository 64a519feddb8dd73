"""What falls due after a claim, and what is left of it after a stall."""

from datetime import datetime, timedelta

import pytest
from factories import AMEI, NAINAI, XIAOLIN, Town

from community import follow_up, orders, permissions, taking, tasks
from community.errors import NotAllowed
from storage.states import TaskState


async def claimed(town: Town, service: str = "repairs") -> None:
    """An order that somebody has claimed."""
    async with town.database.write() as tx:
        await orders.place(tx, town.here(), await town.person(NAINAI), service=service)
        await taking.claim(tx, town.here(), await town.person(XIAOLIN), 1)


async def marks(town: Town) -> dict[str, str]:
    """The timers of the task: the community's day and hour."""
    async with town.database.read() as tx:
        kinds = await tx.all(
            str, "SELECT kind FROM timers WHERE kind LIKE 'task_%' OR kind LIKE 'look_%' ORDER BY due, kind"
        )
        return {
            kind: (await tx.need(datetime, "SELECT due FROM timers WHERE kind = :kind", kind=kind))
            .astimezone(town.here().zone)
            .strftime("%d %H:%M")
            for kind in kinds
        }


async def test_a_claim_sets_the_clock_as_far_as_it_lies_ahead(town: Town) -> None:
    await claimed(town)

    assert await marks(town) == {
        "task_ask@180": "10 10:00",
        "task_soon": "10 12:30",
        "task_now": "10 13:00",
        "task_late": "10 13:10",
        "task_return": "10 13:30",
    }


async def test_a_task_of_days_is_asked_about_the_day_before_and_three_hours_before(town: Town) -> None:
    await claimed(town, "phone_lesson")

    found = await marks(town)
    assert (found["task_ask@1440"], found["task_ask@180"]) == ("11 09:00", "11 21:55")


@pytest.mark.parametrize("event", ["set_off", "arrive", "finish", "release"])
async def test_every_step_replaces_the_clock_of_the_one_before(town: Town, event: str) -> None:
    await claimed(town)

    async with town.database.write() as tx:
        await getattr(taking, event)(tx, town.here(), await town.person(XIAOLIN), 1)

    left = {
        "set_off": {"task_ask@180", "task_soon", "task_now", "task_late", "task_return"},
        "arrive": {"task_overrun"},
        "finish": {"task_unconfirmed"},
        "release": {"look_wave", "look_officer", "look_staff"},
    }
    assert set(await marks(town)) == left[event]


async def test_an_answer_drops_the_questions_that_are_left(town: Town) -> None:
    await claimed(town, "phone_lesson")

    async with town.database.write() as tx:
        await follow_up.ask(tx, town.here(), 1)
        await taking.still_coming(tx, town.here(), await town.person(XIAOLIN), 1)
        await follow_up.silence(tx, town.here(), 1)
        await follow_up.ask(tx, town.here(), 1)
        task = await tasks.get(tx, 1)

    assert (task.state, task.answered_at) == (TaskState.CLAIMED, town.clock.now())
    assert set(await marks(town)) == {"task_soon", "task_now", "task_late", "task_return"}


async def test_who_was_asked_late_has_ten_minutes_to_answer(town: Town) -> None:
    await claimed(town)
    town.clock.advance(hours=3, minutes=20)

    async with town.database.write() as tx:
        await follow_up.ask(tx, town.here(), 1)

    assert (await marks(town))["task_silence"] == "10 12:30"


async def test_who_was_never_asked_is_not_silent(town: Town) -> None:
    await claimed(town)

    async with town.database.write() as tx:
        await follow_up.silence(tx, town.here(), 1)
        assert (await tasks.get(tx, 1)).state is TaskState.CLAIMED


@pytest.mark.parametrize("order", [("soon", "now", "late", "give_up"), ("give_up", "late", "now", "soon")])
async def test_of_several_pings_that_are_due_at_once_only_the_last_counts(town: Town, order: tuple[str, ...]) -> None:
    await claimed(town)
    taker = await town.person(XIAOLIN)
    town.clock.advance(hours=30)
    said = "person_id = :id AND kind = 'say'"
    before = await town.count("outbox", said, id=taker.id)

    async with town.database.write() as tx:
        for ping in order:
            await getattr(follow_up, ping)(tx, town.here(), 1)

    assert await town.count("outbox", said, id=taker.id) == before + 1
    assert await town.count("outbox", "template = 'task/replaced'") == 1
    assert await town.count("tasks", "state = 'open'") == 1


async def test_a_late_claim_is_due_half_an_hour_from_now(town: Town) -> None:
    async with town.database.write() as tx:
        await orders.place(tx, town.here(), await town.person(NAINAI), service="repairs")
    town.clock.advance(hours=5)

    async with town.database.write() as tx:
        await taking.claim(tx, town.here(), await town.person(AMEI), 1)
        assert (await tasks.get(tx, 1)).due == town.clock.now() + timedelta(minutes=30)

    assert set(await marks(town)) == {"task_now", "task_late", "task_return"}


async def test_who_set_out_and_is_not_there_is_told_of_until_they_are(town: Town) -> None:
    await claimed(town)
    town.clock.advance(hours=4, minutes=30)

    async with town.database.write() as tx:
        await taking.set_off(tx, town.here(), await town.person(XIAOLIN), 1)
        for _ in range(2):
            await follow_up.give_up(tx, town.here(), 1)
            town.clock.advance(minutes=30)

    assert await town.count("outbox", "template = 'task/not_arrived'") == 4  # two of staff, twice
    assert (await marks(town))["task_return"] == "10 15:00"


async def test_where_somebody_lives_is_told_to_nobody_once_it_is_done(town: Town) -> None:
    await claimed(town)
    taker = await town.person(XIAOLIN)
    async with town.database.write() as tx:
        await permissions.address_of_held_task(tx, taker, await tasks.get(tx, 1))
        await taking.finish(tx, town.here(), taker, 1)

        with pytest.raises(NotAllowed):
            await permissions.address_of_held_task(tx, taker, await tasks.get(tx, 1))
