"""Shifts that do not take place: too few before it, nobody at its hour, or called off by staff with a reason.

Too few two hours before: the desk and who joined hear of it. Too few at its hour: it is called off, unless staff said
that they are enough.
"""

from community import shifts, tasks, waiting_list
from community.errors import NoLongerPossible, TooLong
from community.here import Here
from community.shift_texts import CalledOff, FewYet, GoAhead
from community.tell import tell
from storage.database import Transaction
from storage.queries import shifts as rows
from storage.queries import timers
from storage.records import Person, Shift, Task
from storage.states import Priority, TaskEvent, TaskKind, TaskState

REASON_LIMIT = 200
_NOT_BEGUN = (TaskState.OPEN, TaskState.CLAIMED)


async def few(tx: Transaction, here: Here, shift_id: int) -> None:
    """Some hours before: the desk and who joined hear that they are too few."""
    shift, task = await shifts.get(tx, shift_id)
    if task.state not in _NOT_BEGUN or not tasks.lacking(task) or task.due <= here.now:
        return

    async def text(*, desk: bool) -> FewYet:
        what, place = await tasks.what(tx, here, task), await tasks.rough_place(tx, task)
        return FewYet(what=what, place=place, begins=task.due, joined=task.joined, least=task.least, desk=desk)

    for person in await shifts.team(tx, task):
        await tell(tx, person, await text(desk=False), priority=Priority.TASK, now=here.now)
    await shifts.show_desk(tx, here, shift, task, await text(desk=True))


async def its_hour(tx: Transaction, here: Here, shift_id: int) -> None:
    """Its hour has come: with too few it is called off."""
    shift, task = await shifts.get(tx, shift_id)
    if task.state in _NOT_BEGUN and (task.taker_id is None or tasks.lacking(task)):
        await end(tx, here, shift, task, why="few")


async def over(tx: Transaction, here: Here, shift_id: int) -> None:
    """Its time is over and nobody has begun."""
    shift, task = await shifts.get(tx, shift_id)
    if task.state in _NOT_BEGUN:
        await end(tx, here, shift, task, why="nobody")


async def go_ahead(tx: Transaction, here: Here, actor: Person, shift_id: int) -> None:
    """👌 照样去: staff say that whoever has joined is enough. Raises NotAllowed, NoLongerPossible."""
    _, task = await shifts.for_desk(tx, actor, shift_id)
    if task.state not in _NOT_BEGUN or not tasks.lacking(task) or not task.joined:
        raise NoLongerPossible
    await rows.enough(tx, task.id)
    what, place = await tasks.what(tx, here, task), await tasks.rough_place(tx, task)
    text = GoAhead(what=what, place=place, begins=task.due, joined=task.joined)
    for person in await shifts.team(tx, task):
        await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    await tasks.refresh_cards(tx, here, task)


async def call_off(tx: Transaction, here: Here, actor: Person, shift_id: int, *, reason: str) -> None:
    """🚫 取消这班, with a reason that everybody who joined hears. Raises NotAllowed, NoLongerPossible, TooLong."""
    shift, task = await may_call_off(tx, actor, shift_id)
    if len(reason) > REASON_LIMIT:
        raise TooLong(limit=REASON_LIMIT, length=len(reason))
    await rows.called_off(tx, shift_id=shift.id, reason=tx.seal(reason) if reason else None)
    await end(tx, here, shift, task, why="staff", reason=reason, actor=actor)


async def may_call_off(tx: Transaction, actor: Person, shift_id: int) -> tuple[Shift, Task]:
    """Raises NotAllowed, NotFound, NoLongerPossible."""
    shift, task = await shifts.for_desk(tx, actor, shift_id)
    if task.state not in _NOT_BEGUN or shift.began_at is not None:
        raise NoLongerPossible
    return shift, task


async def end(
    tx: Transaction,
    here: Here,
    shift: Shift,
    task: Task,
    *,
    why: str,
    reason: str = "",
    actor: Person | None = None,
) -> None:
    """It does not take place: everybody who joined or waits hears why (staff, few, nobody, found)."""
    concerned = [*await shifts.team(tx, task), *await waiting_list.close(tx, here, task, quietly=True)]
    task = await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=actor, taker_id=None)
    await timers.drop(tx, prefix=shifts.TIMERS, subject_id=shift.id)
    what, place = await tasks.what(tx, here, task), await tasks.rough_place(tx, task)
    for person in concerned:
        text = CalledOff(what=what, place=place, begins=task.due, why=why, reason=reason, desk=False)
        await tell(tx, person, text, priority=shifts.priority(task), by=task.due, now=here.now)
    if why in ("few", "nobody"):
        text = CalledOff(what=what, place=place, begins=task.due, why=why, reason="", desk=True)
        for person in await shifts.who_posted(tx, shift, task):
            await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    await forget_whom(tx, shift, task)
    await shifts.refresh_cards(tx, here, task)


async def forget_whom(tx: Transaction, shift: Shift, task: Task) -> None:
    """It is over: what somebody who was searched for looks like is kept no longer."""
    if task.kind is TaskKind.SEARCH:
        await rows.forget_words(tx, shift.id)
