"""Somebody else knows: whoever is at a visit is asked whether all is well, and looked after if they do not say.

Alone: when the usual time is up, then every quarter of an hour, four hours at most; without an answer the duty officer
rings the helper up, and those who run things see who is where. Two or more: once, when it runs long. Numbers are the
neighbourhood file's (`[visits]`).
"""

from datetime import datetime, timedelta

from community import claims, dispatch, permissions, tasks, waking
from community.calls import close_question
from community.errors import NoLongerPossible
from community.here import Here
from community.order_texts import Reminder
from community.tell import have_rung, reachable_by_chat, refresh, show, tell
from community.visit_texts import AllWell, AreYouWell, LongEnough, RunsLong, StillThere
from storage.database import Transaction
from storage.queries import people, timers
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import Priority, Role, TaskEvent, TaskState

OVERRUN, UNHEARD = "task_overrun", "task_unheard"
QUESTION, CARD = "visit", "visit_alarm"


async def begin(tx: Transaction, here: Here, task: Task) -> None:
    """After signing in, or once a companion has left: when it is asked whether all is well."""
    begun = task.arrived_at or here.now
    if tasks.alone(task):
        step = here.neighbourhood.visits.step_minutes
        ends = begun + timedelta(minutes=-(-task.minutes // step) * step)
        await _ask_at(tx, task, min(max(ends, here.now), _most(here, task)))
    else:
        long = task.minutes + here.neighbourhood.dispatch.overrun_ask_minutes
        await _ask_at(tx, task, max(begun + timedelta(minutes=long), here.now))


def _most(here: Here, task: Task) -> datetime:
    """So long at most somebody stays alone."""
    return (task.arrived_at or here.now) + timedelta(minutes=here.neighbourhood.visits.most_minutes)


def may_stay(here: Here, task: Task) -> bool:
    """Whether whoever is there may still take more time; two or more always may."""
    return task.state is TaskState.ARRIVED and (not tasks.alone(task) or here.now < _most(here, task))


async def _ask_at(tx: Transaction, task: Task, until: datetime) -> None:
    await rows.watch(tx, task_id=task.id, until=until)
    await timers.drop(tx, prefix=UNHEARD, subject_id=task.id)
    await timers.put(tx, kind=OVERRUN, subject_id=task.id, due=until)


async def ask(tx: Transaction, here: Here, task_id: int) -> None:
    """都好吗? Asked of the captain; a team on its round is only reminded."""
    task = await tasks.get(tx, task_id)
    if task.state is not TaskState.ARRIVED or task.taker_id is None:
        return
    captain = await people.by_id(tx, task.taker_id)
    if task.order_id is None:
        await remind(tx, here, task, OVERRUN, [captain])
        return
    await rows.asked(tx, task_id=task.id, now=here.now)
    minutes = here.neighbourhood.visits.answer_minutes
    await timers.put(tx, kind=UNHEARD, subject_id=task.id, due=here.now + timedelta(minutes=minutes))
    text = AllWell(
        service=await tasks.what(tx, here, task),
        place=await tasks.rough_place(tx, task),
        alone=tasks.alone(task),
        minutes=minutes,
    )
    priority = Priority.REPLY if tasks.alone(task) else Priority.TASK
    await tell(tx, captain, text, priority=priority, now=here.now)
    await show(tx, captain, "task", task.id, priority=priority, now=here.now)


async def remind(tx: Transaction, here: Here, task: Task, kind: str, whom: list[Person]) -> None:
    """Remind the helpers of something, and bring their cards down."""
    text = Reminder(
        service=await tasks.what(tx, here, task),
        place=await tasks.rough_place(tx, task),  # the door is on the card, which forgets it
        due=task.due,
        moment=kind.removeprefix(tasks.TIMERS),
        kind=task.kind,
    )
    for person in whom:
        await tell(tx, person, text, priority=Priority.TASK, about=("task", task.id), now=here.now)
        await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)


async def well(tx: Transaction, here: Here, actor: Person, task_id: int, *, on_behalf: bool = False) -> None:
    """😊 都好: asked again after one step. `on_behalf`: said on the phone, to somebody who may ring them.

    Who was heard on the phone may stay on beyond the hours of who is alone. Raises NoLongerPossible, LongEnough.
    """
    task = await tasks.get(tx, task_id) if on_behalf else await claims.held_by(tx, actor, task_id)
    await _stay(tx, here, actor, task, here.now, capped=not on_behalf)


async def more_time(tx: Transaction, here: Here, actor: Person, task_id: int) -> datetime:
    """⏱ 再要 15 分钟: each press one step more; until when. Raises NoLongerPossible, LongEnough."""
    task = await claims.held_by(tx, actor, task_id)
    return await _stay(tx, here, actor, task, max(task.until or here.now, here.now))


async def _stay(
    tx: Transaction, here: Here, actor: Person, task: Task, since: datetime, *, capped: bool = True
) -> datetime:
    if task.state is not TaskState.ARRIVED or task.order_id is None:
        raise NoLongerPossible
    numbers, most = here.neighbourhood.visits, _most(here, task)
    until = since + timedelta(minutes=numbers.step_minutes)
    if tasks.alone(task) and capped:
        until = min(until, most)
        if until <= max(since, here.now):
            raise LongEnough(hours=numbers.most_minutes / 60, hotline=here.neighbourhood.community.hotline)
    was_alarm = task.alarm_at is not None
    await _ask_at(tx, task, until)
    if was_alarm:
        await rows.add_event(
            tx, task_id=task.id, actor_id=actor.id, event=TaskEvent.WELL, state=task.state, now=here.now
        )
    await over(tx, here, task)
    await tasks.refresh_cards(tx, here, task)
    return until


async def over(tx: Transaction, here: Here, task: Task) -> None:
    """Nobody need be looked after any more: they were heard of, or the visit is over."""
    await close_question(tx, here, question=QUESTION, subject_id=task.id)
    await refresh(tx, CARD, task.id, priority=Priority.REPLY, now=here.now)


async def unheard(tx: Transaction, here: Here, task_id: int) -> None:
    """No answer: the person served is asked to look, and whoever is in charge hears; of a lone helper as an alarm.

    Both come again, less and less often, until all is well or it is over.
    """
    task = await tasks.get(tx, task_id)
    silent = task.asked_at is not None or task.alarm_at is not None
    if task.state is not TaskState.ARRIVED or not silent or task.taker_id is None:
        return
    helper = await people.by_id(tx, task.taker_id)
    name = permissions.public_name(tx, helper)
    served = await people.by_id(tx, task.person_id or 0)
    if reachable_by_chat(served) and task.alarm_at is None:
        text = StillThere(helper=name, hotline=here.neighbourhood.community.hotline)
        await tell(tx, served, text, priority=Priority.REPLY, now=here.now)
    if tasks.alone(task):
        await _alarm(tx, here, task, helper, actor=None)
        return
    long = RunsLong(
        order=task.order_id or 0,
        service=await tasks.what(tx, here, task),
        place=await tasks.rough_place(tx, task),
        helper=name,
    )
    for person in await _in_charge(tx, here, task):
        await tell(tx, person, long, priority=Priority.TASK, now=here.now)
    await _again(tx, here, task, since=task.asked_at)


async def _again(tx: Transaction, here: Here, task: Task, *, since: datetime | None) -> None:
    """As long after as it has lasted by now, half an hour at least."""
    least = timedelta(minutes=here.neighbourhood.dispatch.staff_minutes)
    due = here.now + max(here.now - (since or here.now), least)
    await timers.put(tx, kind=UNHEARD, subject_id=task.id, due=due if tasks.alone(task) else waking.after(here, due))


async def need_help(tx: Transaction, here: Here, actor: Person, task_id: int, *, on_behalf: bool = False) -> None:
    """🆘 需要帮忙, by whoever is there (or said on the phone): the alarm at once. Raises NoLongerPossible."""
    task = await tasks.get(tx, task_id)
    if not on_behalf and not await claims.goes_along(tx, actor, task):
        task = await claims.held_by(tx, actor, task_id)
    if task.state is not TaskState.ARRIVED or task.taker_id is None:
        raise NoLongerPossible
    await timers.drop(tx, prefix=UNHEARD, subject_id=task.id)
    await timers.drop(tx, prefix=OVERRUN, subject_id=task.id)
    await _alarm(tx, here, task, await people.by_id(tx, task.taker_id), actor=actor, ring=not on_behalf)


async def _alarm(
    tx: Transaction, here: Here, task: Task, helper: Person, *, actor: Person | None, ring: bool = True
) -> None:
    """The helper is rung up (unless just now), and those in charge see who is where (which is written down)."""
    first = await rows.alarm(tx, task_id=task.id, now=here.now)
    if first or actor is not None:
        await rows.add_event(
            tx,
            task_id=task.id,
            actor_id=actor.id if actor else None,
            event=TaskEvent.ALARM,
            state=task.state,
            now=here.now,
        )
    asked = await rows.live_calls(tx, question=QUESTION, subject_id=task.id)
    if actor is not None or not asked:  # whoever is to ring already goes on
        await close_question(tx, here, question=QUESTION, subject_id=task.id)
        if ring:
            what, place = await tasks.what(tx, here, task), await tasks.rough_place(tx, task)
            text = AreYouWell(service=what, place=place, asked=actor is not None)
            await have_rung(tx, helper, text, question=QUESTION, subject_id=task.id, urgent=True, now=here.now)
    served = await people.by_id(tx, task.person_id or 0)
    for person in await _in_charge(tx, here, task):
        if person.id not in (helper.id, served.id):
            about = (permissions.ALARM, task.id)
            await permissions.open_address(tx, here, served, viewer=person, role="alarm", subject=about)
            await permissions.open_address(tx, here, helper, viewer=person, role="alarm", subject=about)
            await show(tx, person, CARD, task.id, priority=Priority.EMERGENCY, now=here.now)
    await _again(tx, here, task, since=task.alarm_at)
    await tasks.refresh_cards(tx, here, task)


async def _in_charge(tx: Transaction, here: Here, task: Task) -> list[Person]:
    """The officer on duty, staff and the grid worker of the place."""
    _, officer = await dispatch.officer_on_duty(tx, here)
    found = {officer.id: officer} if officer else {}
    for role in (Role.STAFF, Role.GRID_WORKER):
        found |= {p.id: p for p in await people.in_charge(tx, role=role, place_id=task.place_id)}
    return list(found.values())
