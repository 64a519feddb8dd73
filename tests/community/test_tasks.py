"""The state table of tasks, walked whole, and who is asked for one."""

import itertools

import pytest
from factories import AMEI, NAINAI, XIAOLIN, Town

from community import claims, dispatch, follow_up, orders, tasks, visit_watch, waking
from community.errors import NoLongerPossible, NotFound
from storage.database import Transaction
from storage.queries import offers
from storage.queries import tasks as rows
from storage.records import Task
from storage.states import OfferState, Role, TaskEvent, TaskState

S, E = TaskState, TaskEvent
WAYS: dict[TaskState, list[TaskEvent]] = {
    S.OPEN: [],
    S.CLAIMED: [E.CLAIM],
    S.ON_WAY: [E.CLAIM, E.SET_OFF],
    S.ARRIVED: [E.CLAIM, E.ARRIVE],
    S.DONE: [E.CLAIM, E.FINISH],
    S.CONFIRMED: [E.CLAIM, E.FINISH, E.CONFIRM],
    S.CANCELLED: [E.CANCEL],
}
MOVES = [
    e for e in E if e not in (E.OPEN, E.JOIN, E.LEAVE, E.CHANGE, E.IMPOSTOR, E.ALARM, E.WELL)
]  # with those it stays where it is


async def brought_to(tx: Transaction, town: Town, state: TaskState) -> Task:
    """A visit in that state."""
    order = await orders.place(tx, town.here(), await town.person(NAINAI), service="repairs")
    task = await rows.of_order(tx, order.id)
    assert task is not None
    taker = await town.person(XIAOLIN)
    for event in WAYS[state]:
        task = await tasks.move(tx, town.here(), task, event, actor=taker, taker_id=taker.id)
    assert task.state is state
    return task


def test_the_table_names_every_state_and_its_ends_are_final() -> None:
    assert set(tasks.TRANSITIONS) == set(S)
    assert [s for s in S if not tasks.TRANSITIONS[s]] == [S.CONFIRMED, S.CANCELLED]
    assert {to for moves in tasks.TRANSITIONS.values() for to in moves.values()} == set(S)
    assert {e for moves in tasks.TRANSITIONS.values() for e in moves} == set(MOVES)


def test_whoever_holds_a_task_can_always_give_it_back_and_the_served_can_always_cancel() -> None:
    for state in tasks.HELD:
        assert tasks.TRANSITIONS[state][E.RELEASE] is S.OPEN
        assert tasks.TRANSITIONS[state][E.NO_SHOW] is S.OPEN
        assert tasks.TRANSITIONS[state][E.CANCEL] is S.CANCELLED


@pytest.mark.parametrize("state", list(S))
async def test_every_event_does_what_the_table_says_and_no_other_does_anything(town: Town, state: TaskState) -> None:
    async with town.database.write() as tx:
        task = await brought_to(tx, town, state)
        for event in MOVES:
            to = tasks.TRANSITIONS[state].get(event)
            if to is None:
                with pytest.raises(NoLongerPossible):
                    await tasks.move(tx, town.here(), task, event, actor=None, taker_id=None)
                assert (await tasks.get(tx, task.id)).state is state
                continue
            moved = await tasks.move(tx, town.here(), task, event, actor=None, taker_id=task.taker_id)
            assert moved.state is to
            with pytest.raises(NoLongerPossible):  # what was read before it is stale
                await tasks.move(tx, town.here(), task, event, actor=None, taker_id=None)
            await tx.run("UPDATE tasks SET state = :state WHERE id = :id", state=state, id=task.id)


async def test_every_move_is_one_line_more_on_the_timeline(town: Town) -> None:
    async with town.database.write() as tx:
        task = await brought_to(tx, town, S.CONFIRMED)

    async with town.database.read() as tx:
        lines = await tx.all(str, "SELECT event FROM task_events WHERE task_id = :id ORDER BY id", id=task.id)
    assert lines == ["open", "claim", "finish", "confirm"]


async def test_a_call_is_not_claimed_and_what_is_not_there_is_not_found(town: Town) -> None:
    async with town.database.write() as tx:
        with pytest.raises(NotFound):
            await claims.claim(tx, town.here(), await town.person(XIAOLIN), 9)
        with pytest.raises(NotFound):
            await tasks.get(tx, 9)


async def test_putting_it_back_forgets_the_visit_and_remembers_who_had_it(town: Town) -> None:
    async with town.database.write() as tx:
        task = await brought_to(tx, town, S.ARRIVED)
        assert task.arrived_at is not None
        task = await claims.put_back(tx, town.here(), task, E.NO_SHOW, actor=None)

        assert (task.taker_id, task.arrived_at, task.done_at) == (None, None, None)
        said = await offers.of(tx, task_id=task.id, person_id=(await town.person(XIAOLIN)).id)
        assert said is OfferState.RELEASED
        assert [p.id for p in await offers.waiting(tx, task.id)] == [(await town.person(AMEI)).id]


async def test_nobody_is_asked_twice_however_many_roles_they_hold(town: Town) -> None:
    many = await town.resident("多面手", roles=((Role.VOLUNTEER, "B3"), (Role.VOLUNTEER, "G2"), (Role.STAFF, "G2")))

    async with town.database.write() as tx:
        task = await brought_to(tx, town, S.OPEN)
        await dispatch.look_for(tx, town.here(), task)

    person = await town.person(many)
    assert await town.count("offers") == 3
    assert await town.count("offers", "person_id = :id", id=person.id) == 1
    assert await town.count("outbox", "person_id = :id AND kind = 'card'", id=person.id) == 1


async def test_staff_with_two_roles_hear_once(town: Town) -> None:
    many = await town.resident("社区小郑", None, roles=((Role.STAFF, "C1"), (Role.STAFF, "G2")))

    async with town.database.write() as tx:
        task = await brought_to(tx, town, S.OPEN)
        await dispatch.call_staff(tx, town.here(), task.id)

    person = await town.person(many)
    assert await town.count("outbox", "person_id = :id AND kind = 'say'", id=person.id) == 1


@pytest.mark.parametrize("state", [s for s in S if s is not S.OPEN])
async def test_the_ladder_is_silent_once_somebody_has_it(town: Town, state: TaskState) -> None:
    async with town.database.write() as tx:
        task = await brought_to(tx, town, state)
        before = await tx.need(int, "SELECT COUNT(*) FROM outbox")
        await dispatch.call_officer(tx, town.here(), task.id)
        await dispatch.call_staff(tx, town.here(), task.id)

        assert await tx.need(int, "SELECT COUNT(*) FROM outbox") == before


@pytest.mark.parametrize(
    ("state", "ping"),
    list(itertools.product([S.OPEN, S.DONE, S.CONFIRMED, S.CANCELLED], ["soon", "now", "late", "ask"])),
)
async def test_no_ping_reaches_who_has_nothing_to_do_any_more(town: Town, state: TaskState, ping: str) -> None:
    async with town.database.write() as tx:
        task = await brought_to(tx, town, state)
        before = await tx.need(int, "SELECT COUNT(*) FROM outbox")
        await getattr(follow_up, ping)(tx, town.here(), task.id)
        await visit_watch.ask(tx, town.here(), task.id)
        await visit_watch.unheard(tx, town.here(), task.id)
        await follow_up.give_up(tx, town.here(), task.id)
        await follow_up.silence(tx, town.here(), task.id)

        assert await tx.need(int, "SELECT COUNT(*) FROM outbox") == before
        assert (await tasks.get(tx, task.id)).state is state


async def test_a_service_that_is_gone_is_called_help_and_a_hand_is_its_sign(town: Town) -> None:
    assert tasks.service_name(town.here(), "gone") == {"label": "some_help"}
    assert tasks.service_sign(town.here(), "gone") == "🙋"
    assert tasks.service_sign(town.here(), "repairs") == "🔧"


async def test_the_last_waking_moment_lies_before_the_quiet_hours(town: Town) -> None:
    here = town.here()
    night = here.now.replace(hour=18)  # 2:00 in the community

    assert waking.before(here, night).astimezone(here.zone).strftime("%H:%M") == "21:55"
    assert waking.before(here, here.now) == here.now
