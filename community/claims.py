"""Who takes a task: a claim is atomic, one leads, others go along; and what follows when it is given back."""

import secrets
from datetime import timedelta

from community import permissions, tasks
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.here import Here
from community.order_texts import CaptainNow, Full, NotYourOwn, Replaced, SomebodyFaster
from community.permissions import Action
from community.tell import show, tell
from storage.database import Transaction
from storage.queries import companions as companion_rows
from storage.queries import offers, timers, waiting
from storage.queries import orders as order_rows
from storage.queries import people as people_rows
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import OfferState, Priority, TaskEvent, TaskKind, TaskState

S, E = TaskState, TaskEvent


async def claim(tx: Transaction, here: Here, actor: Person, task_id: int) -> Task:
    """🙋 我去: whoever is first is its captain, others go along as long as some are wanted.

    Raises SomebodyFaster, NotAllowed, NoLongerPossible, NotYourOwn.
    """
    await waiting.hold(tx, task_id)
    task = await tasks.get(tx, task_id)
    if task.kind is TaskKind.CALL:
        raise NotFound
    if actor.id == task.person_id:
        raise NotYourOwn
    if task.taker_id == actor.id or await goes_along(tx, actor, task):
        raise NoLongerPossible
    if task.state in tasks.HELD and not tasks.wanted(task):
        raise Full if task.kind in tasks.QUEUED else SomebodyFaster
    role = await by_which_role(tx, here, actor, task)
    if task.kind in tasks.QUEUED and not await has_room(tx, task, besides=actor):
        raise Full
    if task.taker_id is None:
        await waiting.step_out(tx, task_id=task.id, person_id=actor.id, states=tasks.IN_LINE, now=here.now)
        soon = 0 if task.urgent else here.neighbourhood.dispatch.remind_before_minutes
        soonest = here.now + timedelta(minutes=soon)
        try:
            # who claims late is followed up like anybody else
            due = task.due if task.kind in tasks.AT_THE_HOUR else max(task.due, soonest)
            task = await tasks.move(tx, here, task, E.CLAIM, actor=actor, taker_id=actor.id, due=due)
        except NoLongerPossible:
            if (await tasks.get(tx, task.id)).taker_id not in (None, actor.id):
                raise SomebodyFaster from None
            raise
    elif await companion_rows.join(tx, task_id=task.id, person_id=actor.id, now=here.now):
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
    task = await tasks.get(tx, task.id)
    await rows.add_event(tx, task_id=task.id, actor_id=actor.id, event=event, state=task.state, now=here.now)
    if not tasks.wanted(task):
        await timers.drop(tx, prefix=tasks.LOOKING, subject_id=task.id)
    await tasks.refresh_cards(tx, here, task)
    return task


async def goes_along(tx: Transaction, person: Person, task: Task) -> bool:
    """Whether somebody is a companion."""
    return task.companions > 0 and await companion_rows.is_one(tx, task_id=task.id, person_id=person.id)


async def companions(tx: Transaction, task: Task) -> list[Person]:
    """Who goes along with the captain, whoever joined first before the others."""
    return await companion_rows.of_task(tx, task.id) if task.companions else []


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
    if task.kind in tasks.SHIFTS:
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
    task = await tasks.get(tx, task_id)
    if task.taker_id != actor.id or task.state not in tasks.HELD:
        raise NoLongerPossible
    return task


async def put_back(tx: Transaction, here: Here, task: Task, event: TaskEvent, *, actor: Person | None) -> Task:
    """The captain has it no more, and is not asked for it again; a companion, if there is one, takes their place."""
    taker_id = task.taker_id
    if taker_id is not None:
        await offers.mark(tx, task_id=task.id, person_id=taker_id, state=OfferState.RELEASED, now=here.now)
        await change_password(tx, here, task)
    due = task.due if task.kind in tasks.AT_THE_HOUR else max(task.due, here.now)
    task = await tasks.move(tx, here, task, event, actor=actor, taker_id=None, due=due)
    if taker_id is not None and (actor is None or actor.id != taker_id):
        await _tell_replaced(tx, here, task, await people_rows.by_id(tx, taker_id))
    others = await companions(tx, task)
    if others and event in (E.RELEASE, E.RETURN):
        heir = others[0]
        await companion_rows.leave(tx, task_id=task.id, person_id=heir.id, now=here.now)
        task = await tasks.move(tx, here, await tasks.get(tx, task.id), E.CLAIM, actor=heir, taker_id=heir.id)
        text = CaptainNow(service=await tasks.what(tx, here, task))
        await tell(tx, heir, text, priority=Priority.TASK, about=("task", task.id), now=here.now)
        await show(tx, heir, "task", task.id, priority=Priority.TASK, now=here.now)
    elif others:
        task = await send_home(tx, here, task, others)
    return task


async def send_home(tx: Transaction, here: Here, task: Task, others: list[Person]) -> Task:
    """Companions need not go, and are told."""
    for companion in others:
        await companion_rows.leave(tx, task_id=task.id, person_id=companion.id, now=here.now)
        await _tell_replaced(tx, here, task, companion)
    await tasks.refresh_cards(tx, here, task)
    return await tasks.get(tx, task.id)


async def change_password(tx: Transaction, here: Here, task: Task) -> None:
    """Whoever does not come any more knows the old one."""
    if task.order_id is not None:
        order = await tasks.order_of(tx, task)
        known = permissions.own_words(tx, order.password)
        password = secrets.choice([word for word in here.neighbourhood.passwords if word != known])
        await order_rows.change_password(tx, order_id=order.id, password=tx.seal(password))


async def _tell_replaced(tx: Transaction, here: Here, task: Task, person: Person) -> None:
    text = Replaced(service=await tasks.what(tx, here, task), place=await tasks.rough_place(tx, task))
    await tell(tx, person, text, priority=Priority.TASK, by=task.due, now=here.now)
