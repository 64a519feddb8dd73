"""Late, or not there: noted gently. A kind word first; after several, nothing is offered for a while.

What was given back in time is none. Numbers are the neighbourhood file's (`[visits]`): 3 within 30 days, 7 days.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from community import permissions, tasks
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.order_texts import NotYourOwn
from community.permissions import Action
from community.tell import refresh, tell
from community.visit_texts import KindWord, Paused, PauseOver
from community.volunteers import MINE, STAFF, standing
from storage.database import Transaction
from storage.queries import audit, people, timers
from storage.queries import lapses as rows
from storage.records import Person, Task
from storage.states import LapseKind, Priority, TaskKind

OVER = "offers_again"
KEPT = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How often somebody was late or not there of late, and until when nothing is offered."""

    late: int
    no_show: int
    paused_until: datetime | None


async def note(tx: Transaction, here: Here, task: Task, kind: LapseKind) -> None:
    """Whoever leads a visit has not come as they said."""
    if task.kind is TaskKind.VISIT and task.taker_id is not None:
        await rows.add(tx, person_id=task.taker_id, task_id=task.id, kind=kind, now=here.now)


async def speak(tx: Transaction, here: Here, task: Task, person_id: int, *, put_back: bool = False) -> None:
    """Once the visit is over, or `put_back`: a kind word, the first time; the pause, when it has been often."""
    lapse = await rows.untold(tx, person_id=person_id, task_id=task.id)
    if lapse is None:
        return
    numbers, person = here.neighbourhood.visits, await people.by_id(tx, person_id)
    since = here.now - timedelta(days=numbers.lapse_days)
    counted = await rows.of(tx, person_id=person_id, since=since, open_only=True)
    hotline = here.neighbourhood.community.hotline
    if len(counted) >= numbers.lapses:
        until = here.now + timedelta(days=numbers.pause_days)
        kinds = Counter(one.kind for one in counted)
        await rows.pause(tx, person_id=person_id, until=until)
        await rows.settle(tx, person_id=person_id)
        await timers.put(tx, kind=OVER, subject_id=person_id, due=until)
        paused = Paused(
            late=kinds[LapseKind.LATE],
            no_show=kinds[LapseKind.NO_SHOW],
            days=numbers.pause_days,
            until=until,
            hotline=hotline,
        )
        await tell(tx, person, paused, priority=Priority.TASK, now=here.now)
    elif len(counted) == 1:
        word = KindWord(
            kind="put_back" if put_back and lapse.kind is LapseKind.LATE else lapse.kind,
            service=await tasks.what(tx, here, task),
            hotline=hotline,
        )
        await tell(tx, person, word, priority=Priority.TASK, now=here.now)
    await _refresh(tx, here, person)


async def of(tx: Transaction, here: Here, person_id: int) -> Figures:
    """For the volunteer, and for whoever looks after volunteers there."""
    since = here.now - timedelta(days=here.neighbourhood.visits.lapse_days)
    kinds = Counter(one.kind for one in await rows.of(tx, person_id=person_id, since=since))
    until = await rows.paused_until(tx, person_id)
    return Figures(
        late=kinds[LapseKind.LATE],
        no_show=kinds[LapseKind.NO_SHOW],
        paused_until=until if until is not None and until > here.now else None,
    )


async def over(tx: Transaction, here: Here, person_id: int) -> None:
    """The pause ends by itself."""
    if await rows.end_pause(tx, person_id):
        person = await people.by_id(tx, person_id)
        if person.erased_at is None and (await standing(tx, person)).held_at:
            await tell(tx, person, PauseOver(lifted=False), priority=Priority.TASK, now=here.now)
            await _refresh(tx, here, person)


async def lift(tx: Transaction, here: Here, actor: Person, person_id: int) -> None:
    """恢复派单, by staff, before it is over. Raises NotFound, NotAllowed, NotYourOwn, NoLongerPossible."""
    known = await people.by_ids(tx, [person_id])
    if not known:
        raise NotFound
    await permissions.require(tx, actor, Action.CHECK_VOLUNTEER, place_id=(await standing(tx, known[0])).at)
    if actor.id == person_id:
        raise NotYourOwn
    if not await rows.end_pause(tx, person_id):
        raise NoLongerPossible
    await timers.drop(tx, prefix=OVER, subject_id=person_id)
    await audit.note(tx, action="offers_again", actor_id=actor.id, person_id=person_id, now=here.now)
    await tell(tx, known[0], PauseOver(lifted=True), priority=Priority.REPLY, now=here.now)
    await _refresh(tx, here, known[0])


async def _refresh(tx: Transaction, here: Here, person: Person) -> None:
    await refresh(tx, MINE, person.id, now=here.now)
    await refresh(tx, STAFF, person.id, now=here.now)
