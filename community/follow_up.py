"""Following through: the taker is asked, reminded and, if silent, replaced; the person served always knows.

Asked 24 h and 3 h before (in waking hours; the answer holds), reminded 30 min before, at the hour, asked 10 min
after; silence by 1 h before, or 30 min after, puts the task back. Numbers are the neighbourhood file's.
"""

from datetime import datetime, timedelta

from community import claims, dispatch, helper_photos, lapses, permissions, tasks, visit_watch, waiting_list, waking
from community.here import Here
from community.order_texts import GoesAlong, HelperChanged
from community.tell import refresh, show, tell
from community.visit_texts import HelperLate, OneFewer
from storage.database import Transaction
from storage.queries import companions as companion_rows
from storage.queries import offers, people, timers, volunteers
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import LapseKind, OfferState, Priority, TaskEvent, TaskKind, TaskState

ASK, SILENCE, SOON, NOW = "task_ask", "task_silence", "task_soon", "task_now"
LATE, RETURN = "task_late", "task_return"
_GRACE = timedelta(minutes=10)


def _marks(here: Here, task: Task) -> dict[str, datetime]:
    numbers = here.neighbourhood.dispatch
    return {
        SOON: task.due - timedelta(minutes=numbers.remind_before_minutes),
        NOW: task.due,
        LATE: task.due + timedelta(minutes=numbers.overdue_ask_minutes),
        RETURN: task.due + timedelta(minutes=numbers.overdue_return_minutes),
    }


def _stale(here: Here, task: Task, kind: str) -> bool:
    """After a stall, whether something later is due as well: then only that is said."""
    marks = _marks(here, task)
    later = list(marks)[list(marks).index(kind) + 1 :] if kind in marks else marks
    return any(marks[one] <= here.now for one in later)


async def set_clock(tx: Transaction, here: Here, task: Task) -> None:
    """After a claim: everything that will be asked, as far as it lies ahead; at times when the taker is awake."""
    taker = await people.by_id(tx, task.taker_id) if task.taker_id else None
    asks = {
        f"{ASK}@{before}": waking.before(here, task.due - timedelta(minutes=before), person=taker)
        for before in here.neighbourhood.dispatch.ask_before_minutes
    }
    for kind, at in (asks | _marks(here, task)).items():
        if at > here.now:
            await timers.put(tx, kind=kind, subject_id=task.id, due=at)


async def ask(tx: Transaction, here: Here, task_id: int) -> None:
    """还能来吗? Asked once: an answer holds."""
    task = await tasks.get(tx, task_id)
    if task.state is not TaskState.CLAIMED or task.taker_id is None or task.answered_at is not None:
        return
    if _stale(here, task, ASK):
        return
    await ask_now(tx, here, task)
    taker = await people.by_id(tx, task.taker_id)
    await show(tx, taker, "task", task.id, priority=Priority.TASK, now=here.now)
    await visit_watch.remind(tx, here, task, ASK, await claims.companions(tx, task))


async def ask_now(tx: Transaction, here: Here, task: Task) -> None:
    """From now on an answer is waited for; silence by an hour before puts it back."""
    await rows.asked(tx, task_id=task.id, now=here.now)
    before = timedelta(minutes=here.neighbourhood.dispatch.silence_before_minutes)
    await timers.put(tx, kind=SILENCE, subject_id=task.id, due=max(task.due - before, here.now + _GRACE))


async def answer(tx: Transaction, here: Here, task: Task) -> None:
    """They can still come."""
    await rows.answered(tx, task_id=task.id, now=here.now)
    await timers.drop(tx, prefix=SILENCE, subject_id=task.id)
    await timers.drop(tx, prefix=ASK, subject_id=task.id)
    await tasks.refresh_cards(tx, here, await tasks.get(tx, task.id))


async def silence(tx: Transaction, here: Here, task_id: int) -> None:
    """No answer: it is put back and somebody else looked for."""
    task = await tasks.get(tx, task_id)
    if task.state is TaskState.CLAIMED and task.asked_at is not None and task.answered_at is None:
        await replace(tx, here, task, TaskEvent.RETURN)


async def replace(
    tx: Transaction, here: Here, task: Task, event: TaskEvent, *, stopped_by: Person | None = None
) -> None:
    """The captain does not come: a companion leads now, or somebody else is looked for; the person served is told.

    `stopped_by`: staff who do not let the captain come.
    """
    taker = await people.by_id(tx, task.taker_id) if task.taker_id and event is TaskEvent.RELEASE else None
    was_id = task.taker_id
    task = await claims.put_back(tx, here, task, event, actor=stopped_by or taker)
    task = await _as_few_as_may(tx, here, task)
    await visit_watch.over(tx, here, task)
    if was_id is not None and stopped_by is None:
        await lapses.speak(tx, here, task, was_id, put_back=True)
    heir = await people.by_id(tx, task.taker_id) if task.taker_id else None
    if heir is not None:
        await set_clock(tx, here, task)
    await waiting_list.fill(tx, here, task)
    if task.order_id is not None:
        officer = await dispatch.officer_instead(tx, here, task.id)
        order = await tasks.order_of(tx, task)
        helper = permissions.public_name(tx, heir) if heir else ""
        service = tasks.service_name(here, order.service)
        text = HelperChanged(
            service=service,
            helper=helper,
            lacking=tasks.lacking(task),
            due=task.due,
            password=permissions.own_words(tx, order.password) if heir else "",
            nobody_left=officer is not None,
            officer=officer or "",
            hotline=here.neighbourhood.community.hotline,
            stopped=stopped_by is not None,
        )
        await tasks.tell_served(tx, here, order, text)
        if heir is not None:
            await helper_photos.show_helper(tx, here, order, task)


async def _as_few_as_may(tx: Transaction, here: Here, task: Task) -> Task:
    """Two had to go for the sake of somebody new: for whoever goes now, that is asked anew."""
    if task.kind is not TaskKind.VISIT or task.people == 1:
        return task
    order, served = await tasks.order_of(tx, task), await people.by_id(tx, task.person_id or 0)
    pairs = {one.code: one.pair for one in here.neighbourhood.services}
    first = here.neighbourhood.dispatch.first_visits_in_pairs
    if pairs.get(order.service, True):
        return task
    if task.taker_id and served.alone and await volunteers.is_new(tx, person_id=task.taker_id, visits=first):
        return task
    await rows.widen(tx, task_id=task.id, people=1)
    task = await tasks.get(tx, task.id)
    if not tasks.wanted(task):
        await timers.drop(tx, prefix=tasks.LOOKING, subject_id=task.id)
    await tasks.refresh_cards(tx, here, task)
    return task


async def tell_captain(tx: Transaction, here: Here, task: Task, companion: Person, *, gone: bool = False) -> None:
    """Whoever leads a visit hears that somebody goes along, or does not any more."""
    captain = await people.by_id(tx, task.taker_id or 0)
    text = GoesAlong(
        companion=permissions.public_name(tx, companion),
        gone=gone,
        lacking=tasks.lacking(task),
        service=await tasks.what(tx, here, task),
        due=task.due,
    )
    await tell(tx, captain, text, priority=Priority.TASK, about=("task", task.id), now=here.now)
    await show(tx, captain, "task", task.id, priority=Priority.TASK, now=here.now)


async def lose_companion(tx: Transaction, here: Here, task: Task, companion: Person) -> None:
    """Somebody who was to go along cannot: one more is looked for."""
    await companion_rows.leave(tx, task_id=task.id, person_id=companion.id, now=here.now)
    await offers.mark(tx, task_id=task.id, person_id=companion.id, state=OfferState.RELEASED, now=here.now)
    before_it = task.state in (TaskState.CLAIMED, TaskState.ON_WAY)
    if before_it:
        await claims.change_password(tx, here, task)
    task = await claims.joined(tx, here, task, companion, TaskEvent.LEAVE)
    if task.state is TaskState.ARRIVED and tasks.alone(task):
        await visit_watch.begin(tx, here, task)
    await waiting_list.fill(tx, here, task)
    if before_it and task.order_id is not None and task.taker_id is not None:
        officer = await dispatch.officer_instead(tx, here, task.id)
        order = await tasks.order_of(tx, task)
        going = [await people.by_id(tx, task.taker_id), *await claims.companions(tx, task)]
        text = OneFewer(
            companion=permissions.public_name(tx, companion),
            helpers=[permissions.public_name(tx, one) for one in going],
            lacking=tasks.lacking(task),
            nobody_left=officer is not None,
            officer=officer or "",
            hotline=here.neighbourhood.community.hotline,
            service=tasks.service_name(here, order.service),
            due=task.due,
            password=permissions.own_words(tx, order.password),
        )
        await tasks.tell_served(tx, here, order, text)
        await tell_captain(tx, here, task, companion, gone=True)


async def soon(tx: Transaction, here: Here, task_id: int) -> None:
    """Half an hour before."""
    await _remind(tx, here, task_id, SOON, (TaskState.CLAIMED,))


async def now(tx: Transaction, here: Here, task_id: int) -> None:
    """At the hour."""
    await _remind(tx, here, task_id, NOW, (TaskState.CLAIMED,))


async def late(tx: Transaction, here: Here, task_id: int) -> None:
    """Ten minutes over."""
    await _remind(tx, here, task_id, LATE, (TaskState.CLAIMED, TaskState.ON_WAY))


async def give_up(tx: Transaction, here: Here, task_id: int) -> None:
    """Half an hour over and not a word: it is put back.

    Whoever is on the way is not replaced; the desk hears of it, and again as long as they have not arrived.
    """
    task = await tasks.get(tx, task_id)
    if task.state is TaskState.CLAIMED:
        await replace(tx, here, task, TaskEvent.RETURN)
    elif task.state is TaskState.ON_WAY and task.taker_id is not None:
        await dispatch.tell_not_arrived(tx, here, task, await people.by_id(tx, task.taker_id))
        again = here.now + max(here.now - task.due, _GRACE)
        await timers.put(tx, kind=RETURN, subject_id=task.id, due=again if task.urgent else waking.after(here, again))


async def _remind(tx: Transaction, here: Here, task_id: int, kind: str, states: tuple[TaskState, ...]) -> None:
    task = await tasks.get(tx, task_id)
    if task.state not in states or task.taker_id is None or _stale(here, task, kind):
        return
    together = kind == SOON or (kind == NOW and task.kind in tasks.AT_THE_HOUR)
    others = await claims.companions(tx, task) if together else []
    await visit_watch.remind(tx, here, task, kind, [await people.by_id(tx, task.taker_id), *others])
    if kind == LATE and task.order_id is not None:
        await _tell_late(tx, here, task)


async def _tell_late(tx: Transaction, here: Here, task: Task) -> None:
    """The person served hears that it may be later, and what to press; 没人来 is offered from now on."""
    await lapses.note(tx, here, task, LapseKind.LATE)
    order = await tasks.order_of(tx, task)
    text = HelperLate(
        helper=permissions.public_name(tx, await people.by_id(tx, task.taker_id or 0)),
        service=tasks.service_name(here, order.service),
        hotline=here.neighbourhood.community.hotline,
    )
    await tasks.tell_served(tx, here, order, text)
    served = await people.by_id(tx, order.person_id)
    await refresh(tx, "order_mine", order.id, now=here.now)
    await show(tx, served, "order_mine", order.id, priority=Priority.REPLY, now=here.now)
