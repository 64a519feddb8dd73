"""Tasks: the one unit of claimable work, and its state table; who takes one is in `claims.py`."""

from datetime import datetime

from community import permissions
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.places import above
from community.tell import Both, Text, What, refresh, take_back, tell
from storage.database import Transaction
from storage.queries import offers, places, tasks, timers
from storage.queries import orders as order_rows
from storage.queries import people as people_rows
from storage.records import Order, Person, Task
from storage.states import CompanionState, OfferState, PlaceKind, Priority, TaskEvent, TaskKind, TaskState

S, E = TaskState, TaskEvent
_END = {E.CANCEL: S.CANCELLED}
_BACK = {E.RELEASE: S.OPEN, E.RETURN: S.OPEN, E.NO_SHOW: S.OPEN}
TRANSITIONS: dict[TaskState, dict[TaskEvent, TaskState]] = {
    S.OPEN: {E.CLAIM: S.CLAIMED, E.CONFIRM: S.CONFIRMED} | _END,
    S.CLAIMED: {E.SET_OFF: S.ON_WAY, E.ARRIVE: S.ARRIVED, E.FINISH: S.DONE} | _BACK | _END,
    S.ON_WAY: {E.ARRIVE: S.ARRIVED, E.FINISH: S.DONE} | _BACK | _END,
    S.ARRIVED: {E.FINISH: S.DONE, E.RELEASE: S.OPEN, E.NO_SHOW: S.OPEN} | _END,
    S.DONE: {E.CONFIRM: S.CONFIRMED, E.NOT_GOOD: S.OPEN, E.NO_SHOW: S.OPEN},
    S.CONFIRMED: {},
    S.CANCELLED: {},
}
"""OPEN → CONFIRMED is a call that was told; a visit is confirmed after it was done."""
HELD = permissions.HELD
SOS = "sos"
"""What a call for help is ordered as; no service of the file."""
SHIFTS = frozenset({TaskKind.PATROL, TaskKind.EVENT, TaskKind.SEARCH})
"""Kinds that concern a whole place: those who serve a part of it are asked, too."""
AT_THE_HOUR = frozenset({TaskKind.PATROL, TaskKind.EVENT})
"""Kinds that begin at their hour: a late claim does not move it, and their noun says what becomes of it by then."""
QUEUED = AT_THE_HOUR
"""Kinds with a waiting list (`community/waiting_list.py`) for whoever comes when it is full."""
IN_LINE = (CompanionState.WAITING, CompanionState.ASKED)
TIMERS, LOOKING = "task_", "look_"
"""What the kinds of timers begin with: those of the step a task is at, and those that look for people."""


async def get(tx: Transaction, task_id: int) -> Task:
    """The task. Raises NotFound."""
    task = await tasks.by_id(tx, task_id)
    if task is None:
        raise NotFound
    return task


async def post(
    tx: Transaction,
    here: Here,
    actor: Person | None,
    *,
    kind: TaskKind,
    place_id: int,
    due: datetime,
    minutes: int,
    order_id: int | None = None,
    person_id: int | None = None,
    skill: str | None = None,
    urgent: bool = False,
    people: int = 1,
    least: int = 1,
) -> Task:
    """A new task, open: `due` is when somebody must be there, `people` may go and `least` must; nobody is asked yet."""
    task_id = await tasks.add_task(
        tx,
        kind=kind,
        order_id=order_id,
        person_id=person_id,
        place_id=place_id,
        due=due,
        minutes=minutes,
        skill=skill,
        urgent=urgent,
        people=people,
        least=least,
        now=here.now,
    )
    actor_id = actor.id if actor else None
    await tasks.add_event(tx, task_id=task_id, actor_id=actor_id, event=E.OPEN, state=S.OPEN, now=here.now)
    return await get(tx, task_id)


async def said_by(tx: Transaction, person: Person, task: Task) -> OfferState | None:
    """What somebody who was asked for a task has said; None where they were not asked."""
    return await offers.of(tx, task_id=task.id, person_id=person.id)


def wanted(task: Task) -> bool:
    """Whether somebody (or one more) may join."""
    joinable = (S.CLAIMED, S.ON_WAY, S.ARRIVED) if task.kind is TaskKind.SEARCH else (S.CLAIMED, S.ON_WAY)
    return task.state is S.OPEN or (task.state in joinable and task.joined < task.people)


def alone(task: Task) -> bool:
    """Whether just one goes."""
    return task.joined == 1


def lacking(task: Task) -> bool:
    """Whether it cannot be done yet by those who have joined."""
    return wanted(task) and task.joined < task.least


async def what(tx: Transaction, here: Here, task: Task) -> What:
    """What a task is called: a visit after its service, others after their kind."""
    if task.order_id is None:
        return {"label": f"task_{task.kind}"}
    return service_name(here, (await order_of(tx, task)).service)


async def order_of(tx: Transaction, task: Task) -> Order:
    """The order a visit belongs to. Raises NotFound."""
    order = await order_rows.by_id(tx, task.order_id) if task.order_id else None
    if order is None:
        raise NotFound
    return order


def service_name(here: Here, code: str) -> What:
    """A service's name, or what no order named; a word for any help where the neighbourhood file has it no more."""
    if code == SOS or code in SHIFTS:
        return {"label": f"task_{code}"}
    found = next((s for s in here.neighbourhood.services if s.code == code), None)
    return {"zh": found.name.zh, "en": found.name.en} if found else {"label": "some_help"}


def service_sign(here: Here, code: str) -> str:
    """A service's emoji; a hand where the neighbourhood file has it no more."""
    if code == SOS:
        return "🆘"
    return next((s.emoji for s in here.neighbourhood.services if s.code == code), "🙋")


async def sign(tx: Transaction, here: Here, task: Task) -> What:
    """A task's emoji: its service's, or its kind's."""
    if task.order_id is None:
        return {"label": f"sign_{task.kind}"}
    found = service_sign(here, (await order_of(tx, task)).service)
    return {"zh": found, "en": found}


async def rough_place(tx: Transaction, task: Task) -> Both:
    """Where it is, as whoever is asked may know it: the building, not the door."""
    place = await above(tx, task.place_id, PlaceKind.BUILDING) or await places.by_id(tx, task.place_id)
    return place.name


async def tell_served(tx: Transaction, here: Here, order: Order, text: Text) -> None:
    """Tell the person served how things stand; a call that has not been made yet would say what is over."""
    await drop_calls(tx, here, order)
    served = await people_rows.by_id(tx, order.person_id)
    await tell(tx, served, text, priority=Priority.REPLY, now=here.now)


async def drop_calls(tx: Transaction, here: Here, order: Order) -> None:
    """Nobody need ring about this order any more (one service is ordered once at a time)."""
    service = service_name(here, order.service)
    for call in await tasks.live_of_person(tx, person_id=order.person_id):
        about = (call.context or {}).get("service")
        if call.kind is TaskKind.CALL and call.question is None and about == service:
            await timers.drop(tx, prefix="call_", subject_id=call.id)
            await move(tx, here, call, E.CANCEL, actor=None, taker_id=None)


async def move(
    tx: Transaction,
    here: Here,
    task: Task,
    event: TaskEvent,
    *,
    actor: Person | None,
    taker_id: int | None,
    due: datetime | None = None,
) -> Task:
    """Carry out an event of the table; its timers are the next step's to set. Raises NoLongerPossible."""
    state = TRANSITIONS[task.state].get(event)
    moved = state is not None and await tasks.move(
        tx, task=task, state=state, taker_id=taker_id, due=due or task.due, now=here.now
    )
    if not moved:
        raise NoLongerPossible
    await timers.drop(tx, prefix=TIMERS, subject_id=task.id)
    task = await get(tx, task.id)
    if not wanted(task):
        await timers.drop(tx, prefix=LOOKING, subject_id=task.id)
    await tasks.add_event(
        tx, task_id=task.id, actor_id=actor.id if actor else None, event=event, state=task.state, now=here.now
    )
    await refresh_cards(tx, here, task)
    return task


async def refresh_cards(tx: Transaction, here: Here, task: Task) -> None:
    """Bring every card of the task and its order up to date, ahead of all but emergencies."""
    await refresh(tx, "task", task.id, priority=Priority.REPLY, now=here.now)
    await refresh(tx, "call", task.id, priority=Priority.REPLY, now=here.now)
    if task.order_id is not None:
        for card in ("order_mine", "order_ask", "order_door"):
            await refresh(tx, card, task.order_id, priority=Priority.REPLY, now=here.now)
        if task.state not in HELD:  # nobody comes: their face is nobody's business
            await take_back(tx, "order_helper", task.order_id, now=here.now)
