"""Calls: whoever is reached by phone or at the door gets each message through somebody who tells it.

A call may carry a question; its answer counts as the person's own, so whoever did the work may not ask it.
"""

from datetime import timedelta

from community import claims, dispatch, permissions, tasks, waking
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.here import Here
from community.order_texts import NotYourOwn
from community.permissions import Action
from community.tell import Text, have_rung, show
from storage.database import Transaction
from storage.queries import check_ins, people, reports, timers
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import Priority, Role, TaskEvent, TaskKind, TaskState

NEW, AGAIN = "call_new", "call_again"
_AGAIN_AFTER = timedelta(minutes=15)


async def ask_by_phone(
    tx: Transaction, here: Here, person: Person, text: Text, *, question: str, subject_id: int
) -> None:
    """Have somebody ring a person and ask; `question` is one that `answers.give` knows."""
    await have_rung(tx, person, text, question=question, subject_id=subject_id, now=here.now)


async def announce(tx: Transaction, here: Here, task_id: int) -> None:
    """Give a call to those who make calls: the officer on duty, else staff, else the grid worker.

    It comes again, less and less often, until it is made; then staff and the grid worker get it too.
    """
    task = await tasks.get(tx, task_id)
    if task.state is not TaskState.OPEN:
        return
    helpers = await _helpers(tx, task)
    _, officer = await dispatch.officer_on_duty(tx, here)
    callers = {officer.id: officer} if officer else {}
    waited = here.now - task.created_at
    for role in (Role.STAFF, Role.GRID_WORKER, Role.ADMIN):
        if waited < _AGAIN_AFTER and set(callers) - helpers - {task.person_id}:
            break
        callers |= {p.id: p for p in await people.in_charge(tx, role=role, place_id=task.place_id)}
    served = await people.by_id(tx, task.person_id or 0)
    callers.pop(task.person_id or 0, None)
    if task.question is None and not set(callers) - helpers:
        helpers = set()  # there is nobody else, and it must be told
    for caller in callers.values():
        if caller.id not in helpers:
            await permissions.open_address(tx, here, served, viewer=caller, role="caller", subject=("task", task.id))
            priority = Priority.EMERGENCY if task.urgent else Priority.TASK
            await show(tx, caller, "call", task.id, priority=priority, now=here.now)
    again = here.now + max(waited, _AGAIN_AFTER)
    again = again if task.urgent else waking.after(here, again)
    await timers.put(tx, kind=AGAIN, subject_id=task.id, due=again)


async def _helpers(tx: Transaction, task: Task) -> set[int | None]:
    """Who does the work that a call is about: they may not ask, and others tell."""
    if task.question == "order":
        visit = await rows.of_order(tx, task.subject_id or 0)
        return {visit.taker_id, *(p.id for p in await claims.companions(tx, visit))} if visit else set()
    if task.question == "visit":
        visit = await rows.by_id(tx, task.subject_id or 0)
        return {task.person_id, visit.taker_id if visit else None}
    if task.question == "report":
        report = await reports.by_id(tx, task.subject_id or 0)
        return {report.keeper_id} if report else set()
    if task.question == "check_in":
        day = await check_ins.day(tx, task.subject_id or 0)
        knock = await rows.by_id(tx, day.task_id) if day and day.task_id else None
        return {task.person_id, knock.taker_id if knock else None}
    return {t.taker_id for t in await rows.live_of_person(tx, person_id=task.person_id or 0)}


async def may_make(tx: Transaction, here: Here, actor: Person, task: Task) -> bool:
    """Whether somebody may ring whom this call is for."""
    if await permissions.may(tx, actor, Action.MAKE_CALLS, place_id=task.place_id) is not None:
        return True
    return await claims.on_roster(tx, here, actor)


async def allowed(tx: Transaction, here: Here, actor: Person, task_id: int) -> Task:
    """A call that this person may make. Raises NotFound, NotAllowed, NotYourOwn."""
    task = await tasks.get(tx, task_id)
    if task.kind is not TaskKind.CALL:
        raise NotFound
    if not await may_make(tx, here, actor, task):
        raise NotAllowed
    if task.question is not None and actor.id in await _helpers(tx, task):
        raise NotYourOwn
    return task


async def told(tx: Transaction, here: Here, actor: Person, task_id: int) -> None:
    """已告知. Raises NoLongerPossible."""
    task = await allowed(tx, here, actor, task_id)
    if task.question is not None:
        raise NoLongerPossible  # a question wants its answer
    await settle(tx, here, task, actor)


async def settle(tx: Transaction, here: Here, task: Task, actor: Person) -> None:
    """The call is made. Raises NoLongerPossible."""
    await tasks.move(tx, here, task, TaskEvent.CONFIRM, actor=actor, taker_id=actor.id)
    await timers.drop(tx, prefix="call_", subject_id=task.id)


async def not_reached(tx: Transaction, here: Here, actor: Person, task_id: int) -> int:
    """没打通: it comes again in a quarter of an hour; how often it was tried."""
    task = await allowed(tx, here, actor, task_id)
    if task.state is not TaskState.OPEN:
        raise NoLongerPossible
    tries = await rows.not_reached(tx, task_id=task.id)
    await timers.put(tx, kind=AGAIN, subject_id=task.id, due=here.now + _AGAIN_AFTER)
    await tasks.refresh_cards(tx, here, task)
    return tries


async def hurry(tx: Transaction, here: Here, *, question: str, subject_id: int) -> bool:
    """Bring calls that still ask this down to the end of the chats now; False where there is none."""
    found = await rows.live_calls(tx, question=question, subject_id=subject_id)
    for task in found:
        await timers.put(tx, kind=AGAIN, subject_id=task.id, due=here.now)
    return bool(found)


async def close_question(tx: Transaction, here: Here, *, question: str, subject_id: int) -> None:
    """It was answered in chat: nobody need ring and ask any more."""
    for task in await rows.live_calls(tx, question=question, subject_id=subject_id):
        await _drop(tx, here, task)


async def nothing_to_tell(tx: Transaction, here: Here, person_id: int, about: type[Text]) -> None:
    """What somebody was to be rung up about is over: nobody need tell them that any more."""
    for task in await rows.live_of_person(tx, person_id=person_id):
        if task.kind is TaskKind.CALL and task.template == about.template:
            await _drop(tx, here, task)


async def _drop(tx: Transaction, here: Here, task: Task) -> None:
    await timers.drop(tx, prefix="call_", subject_id=task.id)
    await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=None, taker_id=None)
