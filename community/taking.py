"""What whoever was asked for a task, or has it, does: 我去, 这次不行, 能来, 我出发了, 到门口了, 做好了, 去不了.

What follows for those it is for is said by the noun that it belongs to (`NOUNS`).
"""

from collections.abc import Mapping
from typing import Protocol

from community import (
    asking,
    claims,
    dispatch,
    follow_up,
    knocks,
    orders,
    permissions,
    shifts,
    tasks,
    visit_watch,
    waiting_list,
)
from community.errors import NoLongerPossible
from community.here import Here
from community.order_texts import AssignedToYou, StillAlone
from community.permissions import Action
from community.tell import show, tell
from storage.database import Transaction
from storage.queries import offers
from storage.records import Person, Task
from storage.states import OfferState, Priority, TaskEvent, TaskKind


class Noun(Protocol):
    """What a kind of task has to say about each step of whoever takes it."""

    async def on_claim(self, tx: Transaction, here: Here, actor: Person, task: Task, /) -> None: ...
    async def on_set_off(self, tx: Transaction, here: Here, actor: Person, task: Task, /) -> None: ...
    async def on_arrive(self, tx: Transaction, here: Here, actor: Person, task: Task, /) -> None: ...
    async def on_finish(self, tx: Transaction, here: Here, actor: Person, task: Task, /) -> None: ...


_BY_HAND = 8
NOUNS: Mapping[TaskKind, Noun] = {
    TaskKind.VISIT: orders,
    TaskKind.SOS: orders,
    **dict.fromkeys(tasks.SHIFTS, shifts),
    TaskKind.KNOCK: knocks,
}


async def claim(tx: Transaction, here: Here, actor: Person, task_id: int) -> Task:
    """🙋 我去. Raises what `claims.claim` raises."""
    task = await claims.claim(tx, here, actor, task_id)
    if task.taker_id == actor.id:
        await follow_up.set_clock(tx, here, task)
    elif task.order_id is not None:
        await follow_up.tell_captain(tx, here, task, actor)
    await NOUNS[task.kind].on_claim(tx, here, actor, task)
    return task


async def candidates(tx: Transaction, here: Here, actor: Person, task_id: int) -> list[tuple[Person, str]]:
    """Whom a task may be given to by hand, best first, with their names. Raises NotAllowed, NoLongerPossible."""
    task = await tasks.get(tx, task_id)
    await permissions.require(tx, actor, Action.SEE_OPEN, place_id=task.place_id)
    if not tasks.wanted(task):
        raise NoLongerPossible
    asked = [p for p in await offers.waiting(tx, task.id) if not await claims.goes_along(tx, p, task)]
    found = {p.id: p for p in (*asked, *await asking.best(tx, here, task, limit=_BY_HAND))}
    return [(p, permissions.public_name(tx, p)) for p in list(found.values())[:_BY_HAND]]


async def assign(tx: Transaction, here: Here, actor: Person, task_id: int, person: Person) -> Task:
    """派给…: staff give it to a volunteer, who hears so and may still give it back.

    Raises NotAllowed (also where it is not the volunteer's to take), NoLongerPossible, SomebodyFaster.
    """
    task = await tasks.get(tx, task_id)
    await permissions.require(tx, actor, Action.SEE_OPEN, place_id=task.place_id)
    task = await claim(tx, here, person, task_id)
    text = AssignedToYou(service=await tasks.what(tx, here, task), by=permissions.public_name(tx, actor))
    await tell(tx, person, text, priority=Priority.TASK, about=("task", task.id), now=here.now)
    await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)
    return task


async def take_free_place(tx: Transaction, here: Here, actor: Person, task_id: int) -> Task:
    """✅ 还来, from the waiting list. Raises what `claim` raises."""
    await waiting_list.require_asked(tx, actor, task_id)
    task = await claim(tx, here, actor, task_id)
    await waiting_list.taken(tx, task)
    return task


async def decline(tx: Transaction, here: Here, actor: Person, task_id: int) -> None:
    """这次不行: not asked again for this one; the next one is asked at once. Raises NoLongerPossible."""
    task = await tasks.get(tx, task_id)
    said = await offers.of(tx, task_id=task.id, person_id=actor.id)
    if not tasks.wanted(task) or said is not OfferState.ASKED:
        raise NoLongerPossible
    await offers.mark(tx, task_id=task.id, person_id=actor.id, state=OfferState.DECLINED, now=here.now)
    await tasks.refresh_cards(tx, here, task)
    await dispatch.replace_refusal(tx, here, task)


async def release(tx: Transaction, here: Here, actor: Person, task_id: int) -> None:
    """↩️ 去不了: always one tap; somebody else is looked for at once. Raises NoLongerPossible."""
    task = await tasks.get(tx, task_id)
    if await claims.goes_along(tx, actor, task):
        await follow_up.lose_companion(tx, here, task, actor)
    else:
        await follow_up.replace(tx, here, await claims.held_by(tx, actor, task_id), TaskEvent.RELEASE)


async def still_coming(tx: Transaction, here: Here, actor: Person, task_id: int) -> None:
    """The answer to 还能来吗? Raises NoLongerPossible."""
    await follow_up.answer(tx, here, await claims.held_by(tx, actor, task_id))


async def set_off(tx: Transaction, here: Here, actor: Person, task_id: int) -> Task:
    """🚶 我出发了. Raises StillAlone, NoLongerPossible."""
    task = await tasks.move(
        tx, here, await ready(tx, actor, task_id), TaskEvent.SET_OFF, actor=actor, taker_id=actor.id
    )
    await follow_up.set_clock(tx, here, task)
    await NOUNS[task.kind].on_set_off(tx, here, actor, task)
    return task


async def arrive(tx: Transaction, here: Here, actor: Person, task_id: int) -> Task:
    """📍 到门口了. Raises StillAlone, NoLongerPossible."""
    task = await tasks.move(tx, here, await ready(tx, actor, task_id), TaskEvent.ARRIVE, actor=actor, taker_id=actor.id)
    await visit_watch.begin(tx, here, task)
    await NOUNS[task.kind].on_arrive(tx, here, actor, task)
    return task


async def finish(tx: Transaction, here: Here, actor: Person, task_id: int) -> Task:
    """✅ 做好了. Raises StillAlone, NoLongerPossible."""
    task = await tasks.move(tx, here, await ready(tx, actor, task_id), TaskEvent.FINISH, actor=actor, taker_id=actor.id)
    await visit_watch.over(tx, here, task)
    await NOUNS[task.kind].on_finish(tx, here, actor, task)
    return task


async def ready(tx: Transaction, actor: Person, task_id: int) -> Task:
    """A task that this person leads and that enough people go to. Raises StillAlone, NoLongerPossible."""
    task = await claims.held_by(tx, actor, task_id)
    if task.joined < task.least:
        raise StillAlone
    return task
