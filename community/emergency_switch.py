"""应急状态 begun and ended by staff: ordinary clocks and pings stand still meanwhile, urgent ones go on.

Timers that run out are held by the scheduler (`holds`). At the end everything goes on as a whole: what was held falls
due, orders whose hour has passed get another, and reports get back the time that was lost. By night that waits for the
morning; nobody need be woken for it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from community import (
    claims,
    dispatch,
    emergency_state,
    follow_up,
    permissions,
    repeats,
    reports,
    shift_repeats,
    shifts,
    tasks,
    time_bank_month,
    volunteer_word,
    votes,
    waiting_list,
    waking,
)
from community.emergency_texts import (
    EmergencyBegins,
    EmergencyOver,
    EmergencyStillOn,
    OrderPaused,
    OrderResumed,
    TaskPaused,
    TaskResumed,
)
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.permissions import Action
from community.tell import Text, refresh, show, tell
from storage.database import Transaction
from storage.queries import audit, dialogues, people, places, timers
from storage.queries import emergency_states as rows
from storage.queries import reports as report_rows
from storage.queries import tasks as task_rows
from storage.records import EmergencyState, Person, Report, Task, Timer
from storage.states import EmergencyCause, Priority, ReportState, Role, TaskKind

CARD = "emergency"
STILL, RESUME = "emergency_still", "emergency_resume"
_STILL_AFTER = timedelta(hours=24)
_USUAL = timedelta(hours=4)  # for a service that the neighbourhood file has no more
_DESK = (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN, Role.GRID_WORKER, Role.STAFF, Role.ADMIN)
_ORDINARY = frozenset(
    {
        *(votes.REMIND, repeats.AGAIN, time_bank_month.PUBLISH, volunteer_word.WORD, volunteer_word.WORD_TO),
        *(shifts.SPREAD, shifts.FEW, shift_repeats.POST, waiting_list.ASK, waiting_list.SILENCE),
    }
)
"""Timers that wait whatever they are about."""


async def holds(tx: Transaction, here: Here, due: Iterable[Timer]) -> set[int]:
    """Of the timers that have run out those that wait for the end, by their ids."""
    if await emergency_state.current(tx) is None:
        return set()
    return {timer.id for timer in due if await _waits(tx, here, timer)}


async def _waits(tx: Transaction, here: Here, timer: Timer) -> bool:
    if timer.kind in _ORDINARY:
        return True
    if timer.kind.startswith((tasks.TIMERS, tasks.LOOKING)):
        task = await task_rows.by_id(tx, timer.subject_id)
        return task is not None and emergency_state.is_ordinary(task)
    if timer.kind in (reports.ACCEPT_OVERDUE, reports.RESOLVE_OVERDUE):
        report = await report_rows.by_id(tx, timer.subject_id)
        return report is not None and not _urgent(here, report)
    return False


def _urgent(here: Here, report: Report) -> bool:
    return any(category.code == report.category and category.urgent for category in here.neighbourhood.categories)


async def may(tx: Transaction, here: Here, person: Person) -> bool:
    """Whether somebody may begin and end it."""
    return await permissions.may(tx, person, Action.DECLARE, place_id=await _community(tx, here)) is not None


async def require(tx: Transaction, here: Here, actor: Person) -> None:
    """Raises NotAllowed for whoever may not begin and end it."""
    await permissions.require(tx, actor, Action.DECLARE, place_id=await _community(tx, here))


async def _community(tx: Transaction, here: Here) -> int:
    place = await places.by_code(tx, here.neighbourhood.community.code)
    return place.id if place else await people.top_place(tx)


async def get(tx: Transaction, state_id: int) -> EmergencyState:
    """The one of that number. Raises NotFound."""
    found = await rows.by_id(tx, state_id)
    if found is None:
        raise NotFound
    return found


async def begin(tx: Transaction, here: Here, actor: Person, cause: EmergencyCause) -> None:
    """From now on; the desk, groups, and whoever waits for a visit or was to make one hear. Raises NotAllowed.

    Where it is on already, its card is shown.
    """
    await require(tx, here, actor)
    state = await rows.begin(tx, cause=cause, person_id=actor.id, now=here.now)
    if state is None:
        await _show_current(tx, here, actor)
        return
    await _note(tx, here, actor, state, "emergency_begun")
    await timers.put(tx, kind=STILL, subject_id=state.id, due=waking.after(here, here.now + _STILL_AFTER))
    for person in await people.serving(tx, roles=_DESK):
        await show_card(tx, here, person, state)
    await _tell_groups(tx, here, EmergencyBegins(cause=cause, hotline=here.neighbourhood.community.hotline))
    for task_id in await rows.ordinary_tasks(tx):
        await _pause(tx, here, await tasks.get(tx, task_id), cause)


async def may_end(tx: Transaction, here: Here, actor: Person, state_id: int) -> EmergencyState:
    """The one that somebody may end. Raises NotAllowed, NotFound, NoLongerPossible."""
    await require(tx, here, actor)
    state = await get(tx, state_id)
    if state.ended_at is not None:
        raise NoLongerPossible
    return state


async def end(tx: Transaction, here: Here, actor: Person, state_id: int) -> None:
    """It is over, and everything goes on, by night in the morning. Raises NotAllowed, NotFound, NoLongerPossible."""
    state = await may_end(tx, here, actor, state_id)
    if not await rows.end(tx, state_id=state.id, person_id=actor.id, now=here.now):
        raise NoLongerPossible
    await _note(tx, here, actor, state, "emergency_ended")
    await timers.drop(tx, prefix=STILL, subject_id=state.id)
    await refresh(tx, CARD, state.id, now=here.now)
    await timers.put(tx, kind=RESUME, subject_id=state.id, due=waking.after(here, here.now))


async def resume(tx: Transaction, here: Here, state_id: int) -> None:
    """Everything goes on, unless it has been declared anew since."""
    state = await get(tx, state_id)
    if state.ended_at is None or await emergency_state.current(tx) is not None:
        return
    for timer in await rows.held(tx):
        # Who had been asked and was given some time has as much of it again as was left.
        left = timer.due - state.begun_at if timer.kind == waiting_list.SILENCE else timedelta(0)
        await timers.let_go(tx, timer_id=timer.id, due=here.now + max(left, timedelta(0)))
    for task_id in await rows.ordinary_tasks(tx):
        await _resume(tx, here, await tasks.get(tx, task_id))
    for report_id in await rows.open_reports(tx, since=state.begun_at):
        await _give_back(tx, here, await reports.get(tx, report_id), state.begun_at, state.ended_at)
    await _tell_groups(tx, here, EmergencyOver(hotline=here.neighbourhood.community.hotline))


async def still(tx: Transaction, here: Here, state_id: int) -> None:
    """Every day staff are asked whether it is needed: a forgotten switch would leave people without help."""
    state = await get(tx, state_id)
    if state.ended_at is not None:
        return
    text = EmergencyStillOn(hours=round((here.now - state.begun_at) / timedelta(hours=1)))
    for person in await people.in_charge(tx, role=Role.STAFF, place_id=await _community(tx, here)):
        await tell(tx, person, text, priority=Priority.TASK, now=here.now)
        await show(tx, person, CARD, state.id, priority=Priority.TASK, now=here.now)
    await timers.put(tx, kind=STILL, subject_id=state.id, due=waking.after(here, here.now + _STILL_AFTER))


async def _show_current(tx: Transaction, here: Here, person: Person) -> None:
    state = await emergency_state.current(tx)
    if state is not None:
        await show_card(tx, here, person, state)


async def show_card(tx: Transaction, here: Here, person: Person, state: EmergencyState) -> None:
    """Bring the card down to the end of somebody's chat."""
    await show(tx, person, CARD, state.id, priority=Priority.EMERGENCY, now=here.now)


async def _note(tx: Transaction, here: Here, actor: Person, state: EmergencyState, action: str) -> None:
    await audit.note(
        tx, action=action, actor_id=actor.id, subject_kind=CARD, subject_id=state.id, detail=state.cause, now=here.now
    )


async def _tell_groups(tx: Transaction, here: Here, text: Text) -> None:
    for group in await dialogues.bound_groups(tx, place_id=await _community(tx, here)):
        await tell(tx, group, text, priority=Priority.EMERGENCY, now=here.now)


async def _helpers(tx: Transaction, task: Task) -> list[Person]:
    captain = [await people.by_id(tx, task.taker_id)] if task.taker_id else []
    return [*captain, *await claims.companions(tx, task)]


async def _pause(tx: Transaction, here: Here, task: Task, cause: EmergencyCause) -> None:
    service, place = await tasks.what(tx, here, task), await tasks.rough_place(tx, task)
    for person in await _helpers(tx, task):
        text = TaskPaused(service=service, place=place, cause=cause)
        await tell(tx, person, text, priority=Priority.EMERGENCY, now=here.now)
    if task.order_id is not None:
        hotline = here.neighbourhood.community.hotline
        told = OrderPaused(service=service, due=task.due, cause=cause, hotline=hotline)
        await tasks.tell_served(tx, here, await tasks.order_of(tx, task), told)
    await tasks.refresh_cards(tx, here, task)


async def _resume(tx: Transaction, here: Here, task: Task) -> None:
    moved = task.kind is TaskKind.VISIT and task.due <= here.now
    if moved:
        due = await _another_hour(tx, here, task)
        await task_rows.put_off(tx, task_id=task.id, due=due, now=here.now)
        task = await tasks.get(tx, task.id)
    for prefix in (tasks.TIMERS, tasks.LOOKING):
        await timers.drop(tx, prefix=prefix, subject_id=task.id)
    helpers = await _helpers(tx, task)
    if helpers:
        await follow_up.set_clock(tx, here, task)
        place = await tasks.rough_place(tx, task)
        text = TaskResumed(service=await tasks.what(tx, here, task), place=place, due=task.due, moved=moved)
        for person in helpers:
            await tell(tx, person, text, priority=Priority.TASK, now=here.now)
            await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)
    if task.order_id is not None:
        helper = permissions.public_name(tx, helpers[0]) if helpers else ""
        told = OrderResumed(service=await tasks.what(tx, here, task), due=task.due, helper=helper)
        await tasks.tell_served(tx, here, await tasks.order_of(tx, task), told)
    if tasks.wanted(task):
        await dispatch.look_for(tx, here, task)
    await tasks.refresh_cards(tx, here, task)


async def _another_hour(tx: Transaction, here: Here, task: Task) -> datetime:
    """As if it were ordered now."""
    order = await tasks.order_of(tx, task)
    service = next((s for s in here.neighbourhood.services if s.code == order.service), None)
    return waking.after(here, here.now + (timedelta(minutes=service.due_minutes) if service else _USUAL))


async def _give_back(tx: Transaction, here: Here, report: Report, begun: datetime, ended: datetime) -> None:
    """The time that was lost, by the clock that each time limit goes by."""
    begun = max(begun, report.created_at)
    category = next((c for c in here.neighbourhood.categories if c.code == report.category), None)
    if category is None or category.urgent or ended <= begun:
        return

    def later(due: datetime, clock: str) -> datetime:
        if due <= begun:
            return due
        lost = here.working_time.between(begun, ended)
        return here.working_time.add(due, lost) if clock == "working" else due + (ended - begun)

    accept = later(report.accept_due, category.accept.clock)
    resolve = later(report.resolve_due, category.resolve.clock)
    await report_rows.give_time(tx, report_id=report.id, accept_due=accept, resolve_due=resolve)
    if report.state is ReportState.SUBMITTED and accept > here.now:
        await timers.put(tx, kind=reports.ACCEPT_OVERDUE, subject_id=report.id, due=accept)
    await timers.put(tx, kind=reports.RESOLVE_OVERDUE, subject_id=report.id, due=resolve)
    await reports.refresh_cards(tx, here, report)
