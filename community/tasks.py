"""Tasks: the one unit of claimable work, and its state table. A claim is atomic: exactly one wins."""

import secrets
from datetime import datetime, timedelta

from community import permissions
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.here import Here
from community.order_texts import CaptainNow, Full, NotYourOwn, Replaced, SomebodyFaster
from community.permissions import Action
from community.places import above
from community.tell import Both, Text, What, refresh, show, take_back, tell
from storage.database import Transaction
from storage.queries import offers, places, tasks, timers, waiting
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
    order = await tasks.order_by_id(tx, task.order_id) if task.order_id else None
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


async def claim(tx: Transaction, here: Here, actor: Person, task_id: int) -> Task:
    """🙋 我去: whoever is first is its captain, others go along as long as some are wanted.

    Raises SomebodyFaster, NotAllowed, NoLongerPossible, NotYourOwn.
    """
    await waiting.hold(tx, task_id)
    task = await get(tx, task_id)
    if task.kind is TaskKind.CALL:
        raise NotFound
    if actor.id == task.person_id:
        raise NotYourOwn
    if task.taker_id == actor.id or await goes_along(tx, actor, task):
        raise NoLongerPossible
    if task.state in HELD and not wanted(task):
        raise Full if task.kind in QUEUED else SomebodyFaster
    role = await by_which_role(tx, here, actor, task)
    if task.kind in QUEUED and not await has_room(tx, task, besides=actor):
        raise Full
    if task.taker_id is None:
        await waiting.step_out(tx, task_id=task.id, person_id=actor.id, states=IN_LINE, now=here.now)
        soon = 0 if task.urgent else here.neighbourhood.dispatch.remind_before_minutes
        soonest = here.now + timedelta(minutes=soon)
        try:
            # who claims late is followed up like anybody else
            due = task.due if task.kind in AT_THE_HOUR else max(task.due, soonest)
            task = await move(tx, here, task, E.CLAIM, actor=actor, taker_id=actor.id, due=due)
        except NoLongerPossible:
            if (await get(tx, task.id)).taker_id not in (None, actor.id):
                raise SomebodyFaster from None
            raise
    elif await tasks.join(tx, task_id=task.id, person_id=actor.id, now=here.now):
        task = await joined(tx, here, task, actor, E.JOIN)
    else:
        raise SomebodyFaster
    await offers.mark(tx, task_id=task.id, person_id=actor.id, state=OfferState.TAKEN, now=here.now)
    if task.person_id is not None:
        served = await people_rows.by_id(tx, task.person_id)
        await permissions.open_address(tx, here, served, viewer=actor, role=role, subject=("task", task.id))
    return task


async def joined(tx: Transaction, here: Here, task: Task, actor: Person, event: TaskEvent) -> Task:
    """A companion has come or gone; the task as it stands now."""
    task = await get(tx, task.id)
    await tasks.add_event(tx, task_id=task.id, actor_id=actor.id, event=event, state=task.state, now=here.now)
    if not wanted(task):
        await timers.drop(tx, prefix=LOOKING, subject_id=task.id)
    await refresh_cards(tx, here, task)
    return task


async def goes_along(tx: Transaction, person: Person, task: Task) -> bool:
    """Whether somebody is a companion."""
    return task.companions > 0 and await tasks.is_companion(tx, task_id=task.id, person_id=person.id)


async def companions(tx: Transaction, task: Task) -> list[Person]:
    """Who goes along with the captain, whoever joined first before the others."""
    return await tasks.companions(tx, task.id) if task.companions else []


async def has_room(tx: Transaction, task: Task, *, besides: Person) -> bool:
    """Whether there is a place that nobody else waits for."""
    return task.joined + await waiting.reserved(tx, task_id=task.id, besides=besides.id) < task.people


async def by_which_role(tx: Transaction, here: Here, actor: Person, task: Task) -> str:
    """By which role somebody may claim now, whatever they were when they were asked. Raises NotAllowed."""
    claims = Action.KNOCK if task.kind is TaskKind.KNOCK else Action.CLAIM_TASK
    for action in (claims, Action.SEE_OPEN):
        role = await permissions.may(tx, actor, action, place_id=task.place_id)
        if role is not None:
            return role
    if task.kind in SHIFTS:
        inside = await permissions.may_inside(tx, actor, Action.CLAIM_TASK, task.place_id)
        if inside is not None:
            return inside
    offered = await offers.of(tx, task_id=task.id, person_id=actor.id) is not None
    if offered and await on_roster(tx, here, actor):
        return "officer"
    raise NotAllowed


async def on_roster(tx: Transaction, here: Here, person: Person) -> bool:
    """Whether somebody is a duty officer by the neighbourhood file, wherever their role is."""
    for phone in {duty.phone for duty in here.neighbourhood.duty}:
        if person.id in {p.id for p in await permissions.officers(tx, phone)}:
            return True
    return False


async def held_by(tx: Transaction, actor: Person, task_id: int) -> Task:
    """A task that this person has claimed. Raises NoLongerPossible."""
    task = await get(tx, task_id)
    if task.taker_id != actor.id or task.state not in HELD:
        raise NoLongerPossible
    return task


async def put_back(tx: Transaction, here: Here, task: Task, event: TaskEvent, *, actor: Person | None) -> Task:
    """The captain has it no more, and is not asked for it again; a companion, if there is one, takes their place."""
    taker_id = task.taker_id
    if taker_id is not None:
        await offers.mark(tx, task_id=task.id, person_id=taker_id, state=OfferState.RELEASED, now=here.now)
        await change_password(tx, here, task)
    due = task.due if task.kind in AT_THE_HOUR else max(task.due, here.now)
    task = await move(tx, here, task, event, actor=actor, taker_id=None, due=due)
    if taker_id is not None and (actor is None or actor.id != taker_id):
        await _tell_replaced(tx, here, task, await people_rows.by_id(tx, taker_id))
    others = await companions(tx, task)
    if others and event in (E.RELEASE, E.RETURN):
        heir = others[0]
        await tasks.leave(tx, task_id=task.id, person_id=heir.id, now=here.now)
        task = await move(tx, here, await get(tx, task.id), E.CLAIM, actor=heir, taker_id=heir.id)
        text = CaptainNow(service=await what(tx, here, task))
        await tell(tx, heir, text, priority=Priority.TASK, about=("task", task.id), now=here.now)
        await show(tx, heir, "task", task.id, priority=Priority.TASK, now=here.now)
    elif others:
        task = await send_home(tx, here, task, others)
    return task


async def send_home(tx: Transaction, here: Here, task: Task, others: list[Person]) -> Task:
    """Companions need not go, and are told."""
    for companion in others:
        await tasks.leave(tx, task_id=task.id, person_id=companion.id, now=here.now)
        await _tell_replaced(tx, here, task, companion)
    await refresh_cards(tx, here, task)
    return await get(tx, task.id)


async def change_password(tx: Transaction, here: Here, task: Task) -> None:
    """Whoever does not come any more knows the old one."""
    if task.order_id is not None:
        order = await order_of(tx, task)
        known = permissions.own_words(tx, order.password)
        password = secrets.choice([word for word in here.neighbourhood.passwords if word != known])
        await tasks.change_password(tx, order_id=order.id, password=tx.seal(password))


async def _tell_replaced(tx: Transaction, here: Here, task: Task, person: Person) -> None:
    text = Replaced(service=await what(tx, here, task), place=await rough_place(tx, task))
    await tell(tx, person, text, priority=Priority.TASK, by=task.due, now=here.now)


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
