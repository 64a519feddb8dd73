"""候补: who comes when a task of several people is full is asked, in order, as soon as a place comes free.

Nobody is put in without having said 还来 again. Kinds with a list are `tasks.QUEUED`; what `companions` keeps of it
holds for any of them.
"""

from datetime import datetime, timedelta

from community import claims, dispatch, tasks, waking
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.order_texts import LineClosed, PlacePassedOn, StillRoom
from community.tell import show, tell
from storage.database import Transaction
from storage.queries import offers, people, timers, waiting
from storage.records import InLine, Person, Task
from storage.states import CompanionState, OfferState, Priority, TaskState

ASK, SILENCE = "wait_ask", "wait_silence"
_PREFIX = "wait_"
_OPEN = (TaskState.OPEN, TaskState.CLAIMED)
_TICK = timedelta(milliseconds=1)
_SHORTEST = timedelta(minutes=5)  # to answer, however soon it begins


async def line(tx: Transaction, task: Task) -> list[InLine]:
    """Who waits and who has been asked, in order."""
    return await waiting.line(tx, task.id) if task.kind in tasks.QUEUED else []


async def enter(tx: Transaction, here: Here, actor: Person, task_id: int) -> int:
    """⏳ 排候补: to the end; their number in the line. Raises NotFound, NotAllowed, StillRoom, NoLongerPossible."""
    task = await _held(tx, task_id)
    if task.kind not in tasks.QUEUED:
        raise NotFound
    await claims.by_which_role(tx, here, actor, task)
    if task.state not in _OPEN or task.taker_id == actor.id or await claims.goes_along(tx, actor, task):
        raise NoLongerPossible
    if await claims.has_room(tx, task, besides=actor):
        raise StillRoom
    before = [one.at + _TICK for one in await line(tx, task)]
    behind = max(here.now, *before) if before else here.now  # in order also within one moment
    if not await waiting.enter(tx, task_id=task.id, person_id=actor.id, now=behind):
        raise NoLongerPossible
    await offers.mark(tx, task_id=task.id, person_id=actor.id, state=OfferState.TAKEN, now=here.now)
    await tasks.refresh_cards(tx, here, task)
    return len(await line(tx, task))


async def leave(tx: Transaction, here: Here, actor: Person, task_id: int) -> None:
    """不排了, or 不来了 when asked: the next one is. Raises NoLongerPossible."""
    task = await _held(tx, task_id)
    await _out(tx, here, task, actor.id, *tasks.IN_LINE)
    await offers.mark(tx, task_id=task.id, person_id=actor.id, state=OfferState.DECLINED, now=here.now)
    await tasks.refresh_cards(tx, here, task)
    await fill(tx, here, task)


async def require_asked(tx: Transaction, actor: Person, task_id: int) -> None:
    """还来: whether a place is kept for them. Raises NoLongerPossible."""
    found = await line(tx, await _held(tx, task_id))
    if not any(one.person_id == actor.id and one.state is CompanionState.ASKED for one in found):
        raise NoLongerPossible


async def taken(tx: Transaction, task: Task) -> None:
    """Somebody who was asked has taken the place: nobody waits for their answer."""
    await _set_clock(tx, task)


async def fill(tx: Transaction, here: Here, task: Task) -> None:
    """A place may have come free: those who wait are asked for it, others where fewer wait than are wanted."""
    task = await _held(tx, task.id)
    if not tasks.wanted(task):
        return
    await _ask_next(tx, here, task)
    if task.joined + len(await line(tx, task)) < task.people:
        await dispatch.look_for(tx, here, task)


async def ask_later(tx: Transaction, here: Here, task_id: int) -> None:
    """People are awake: those are asked for whom a place came free at night."""
    await fill(tx, here, await tasks.get(tx, task_id))


async def silence(tx: Transaction, here: Here, task_id: int) -> None:
    """Who has not answered in time is told so, and the next one asked."""
    task = await _held(tx, task_id)
    for one in await line(tx, task):
        if one.until is not None and one.until <= here.now:
            await _out(tx, here, task, one.person_id, CompanionState.ASKED)
            await offers.mark(tx, task_id=task.id, person_id=one.person_id, state=OfferState.DECLINED, now=here.now)
            text = PlacePassedOn(service=await tasks.what(tx, here, task))
            await tell(tx, await people.by_id(tx, one.person_id), text, priority=Priority.TASK, now=here.now)
    await tasks.refresh_cards(tx, here, task)
    await fill(tx, here, task)
    await _set_clock(tx, task)


async def close(tx: Transaction, here: Here, task: Task, *, quietly: bool = False) -> list[Person]:
    """It has begun, or will not: nobody waits any more. Who did; they are told unless `quietly`."""
    waited = [await people.by_id(tx, one.person_id) for one in await line(tx, task)]
    for person in waited:
        await _out(tx, here, task, person.id, *tasks.IN_LINE)
        if not quietly:
            text = LineClosed(service=await tasks.what(tx, here, task))
            await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    await timers.drop(tx, prefix=_PREFIX, subject_id=task.id)
    return waited


async def forget(tx: Transaction, here: Here, person: Person) -> None:
    """Whoever is gone waits for nothing."""
    for task_id in await waiting.lines_of(tx, person.id):
        await leave(tx, here, person, task_id)


async def _held(tx: Transaction, task_id: int) -> Task:
    await waiting.hold(tx, task_id)
    return await tasks.get(tx, task_id)


async def _out(tx: Transaction, here: Here, task: Task, person_id: int, *states: CompanionState) -> None:
    if not await waiting.step_out(tx, task_id=task.id, person_id=person_id, states=states, now=here.now):
        raise NoLongerPossible


async def _ask_next(tx: Transaction, here: Here, task: Task) -> None:
    """As many as there are places, the first first; nobody at night."""
    found = await line(tx, task)
    asked = [one for one in found if one.state is CompanionState.ASKED]
    turn = [one for one in found if one.state is CompanionState.WAITING][: task.people - task.joined - len(asked)]
    if not turn:
        return
    awake = waking.after(here, here.now)
    if awake > here.now:
        await timers.put(tx, kind=ASK, subject_id=task.id, due=awake)
        return
    until = _until(here, task)
    for one in turn:
        await waiting.ask(tx, task_id=task.id, person_id=one.person_id, until=until)
        person = await people.by_id(tx, one.person_id)
        await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)
    await tasks.refresh_cards(tx, here, task)
    await _set_clock(tx, task)


def _until(here: Here, task: Task) -> datetime:
    """By when they must answer: in waking hours, and before it begins."""
    long = timedelta(minutes=here.neighbourhood.shifts.waiting_minutes)
    at = here.now + long
    if here.neighbourhood.is_quiet(at.astimezone(here.zone)):
        at = waking.after(here, at) + long
    return max(min(at, task.due), here.now + _SHORTEST)


async def _set_clock(tx: Transaction, task: Task) -> None:
    """Until the first of those who were asked must have answered."""
    answers = [one.until for one in await line(tx, task) if one.until is not None]
    if answers:
        await timers.put(tx, kind=SILENCE, subject_id=task.id, due=min(answers))
    else:
        await timers.drop(tx, prefix=SILENCE, subject_id=task.id)
