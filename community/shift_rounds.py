"""A shift that takes place: begun by the captain, point by point, what is found on it, ended with a note."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from community import claims, permissions, shift_ends, shift_vouching, shifts, tasks, visit_watch, waiting_list
from community.errors import NoLongerPossible, NotAllowed, NotFound, TooLong
from community.here import Here
from community.permissions import Action
from community.reports import desk_of, unit_place
from community.shift_texts import CaptainOnly, CheckedIn, Clue, Found, NotThere, TooEarly, TooFew
from community.tell import Both, show, tell
from storage.database import Transaction
from storage.queries import companions as companion_rows
from storage.queries import people, timers
from storage.queries import shifts as rows
from storage.records import Person, Shift, ShiftPoint, Task
from storage.states import FindingKind, Priority, Role, TaskEvent, TaskKind, TaskState

CLUE = "clue_relay"
NOTE_LIMIT = 500
_SAID_BY = timedelta(minutes=10)  # a clue is passed on without words after that
_LOCATED_BY = timedelta(minutes=15)  # a position that is sent belongs to the last check-in, if not older
_WORDS_BY = timedelta(days=1)


async def start(tx: Transaction, here: Here, actor: Person, shift_id: int) -> Task:
    """▶️ 开始, by the captain. Raises NoLongerPossible, CaptainOnly, TooEarly, TooFew."""
    shift, task = await shifts.get(tx, shift_id)
    if task.state is not TaskState.CLAIMED:
        raise NoLongerPossible
    await _require_captain(tx, actor, task)
    early = here.neighbourhood.shifts.begin_before_minutes
    if here.now < task.due - timedelta(minutes=early):
        raise TooEarly(minutes=early, begins=task.due)
    if task.joined < task.least and shift.began_at is None:  # whoever is left of a team may end the round
        raise TooFew(joined=task.joined, least=task.least)
    task = await tasks.move(tx, here, task, TaskEvent.ARRIVE, actor=actor, taker_id=actor.id)
    await rows.begin(tx, shift_id=shift.id, now=here.now)
    await waiting_list.close(tx, here, task)
    await timers.drop(tx, prefix=shifts.TIMERS, subject_id=shift.id)
    ends = max(task.due, here.now) + timedelta(minutes=task.minutes)
    close = ends + timedelta(minutes=here.neighbourhood.shifts.close_after_minutes)
    await timers.put(tx, kind=shifts.CLOSE, subject_id=shift.id, due=close)
    await visit_watch.begin(tx, here, task)
    await shifts.refresh_cards(tx, here, task)
    for person in await claims.companions(tx, task):
        await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)
    return task


async def check_in(tx: Transaction, here: Here, actor: Person, point_id: int) -> ShiftPoint:
    """📍 到点, by anybody of the team. Raises NotFound, NotAllowed, NoLongerPossible, CheckedIn."""
    point = await rows.point(tx, point_id)
    if point is None:
        raise NotFound
    _, task = await running(tx, actor, point.shift_id)
    if not await rows.check_in(tx, point_id=point.id, person_id=actor.id, now=here.now):
        first = await rows.point(tx, point_id) or point
        by = permissions.public_name(tx, await people.by_id(tx, first.person_id)) if first.person_id else ""
        raise CheckedIn(point=point.name, by=by, at=first.at or here.now)
    await tasks.refresh_cards(tx, here, task)
    return point


async def locate(tx: Transaction, here: Here, person: Person) -> ShiftPoint | None:
    """A position was sent after a check-in; which one it belongs to, or None.

    Only that it was sent is kept. Where a volunteer was to the metre is nobody's business afterwards, points are known
    by their names, and a team vouches for each other; so nothing is compared or stored.
    """
    point = await rows.latest_check_in(tx, person_id=person.id, since=here.now - _LOCATED_BY)
    if point is None or point.located:
        return None
    _, task = await shifts.get(tx, point.shift_id)
    if task.state is not TaskState.ARRIVED:
        return None
    await rows.located(tx, point.id)
    return point


async def hazard(tx: Transaction, here: Here, actor: Person, shift_id: int, *, report_id: int) -> None:
    """⚠️ A report that was made on the round belongs to it; one that comes in after its end does, too."""
    shift, task = await shifts.get(tx, shift_id)
    if shift.began_at is not None and actor.id in {person.id for person in await shifts.team(tx, task)}:
        await rows.add_finding(
            tx, shift_id=shift.id, kind=FindingKind.HAZARD, person_id=actor.id, report_id=report_id, now=here.now
        )
        await tasks.refresh_cards(tx, here, task)


async def note(tx: Transaction, here: Here, actor: Person, shift_id: int, kind: FindingKind) -> int:
    """🤝 劝和一起 or 🔎 线索一条: counted at once; its number, for words. Raises NotAllowed, NoLongerPossible."""
    shift, task = await running(tx, actor, shift_id)
    finding_id = await rows.add_finding(tx, shift_id=shift.id, kind=kind, person_id=actor.id, now=here.now)
    if kind is FindingKind.CLUE:
        await timers.put(tx, kind=CLUE, subject_id=finding_id, due=here.now + _SAID_BY)
    await tasks.refresh_cards(tx, here, task)
    return finding_id


async def describe(tx: Transaction, here: Here, actor: Person, finding_id: int, *, words: str) -> None:
    """Words about one's own finding, or none; a clue is passed on. Raises NotFound, TooLong, NoLongerPossible."""
    found = await rows.finding(tx, finding_id)
    if found is None or found.person_id != actor.id:
        raise NotFound
    if len(words) > NOTE_LIMIT:
        raise TooLong(limit=NOTE_LIMIT, length=len(words))
    if here.now - found.at > _WORDS_BY:
        raise NoLongerPossible
    if words and not await rows.describe(tx, finding_id=found.id, words=tx.seal(words)):
        raise NoLongerPossible
    if found.kind is FindingKind.CLUE:
        await relay(tx, here, found.id, again=bool(words))


async def relay(tx: Transaction, here: Here, finding_id: int, *, again: bool = False) -> None:
    """A clue goes to the desk and the community police, with its words; `again` where words come late."""
    found = await rows.finding(tx, finding_id)
    if found is None or not (await rows.relay(tx, finding_id=finding_id, now=here.now) or again):
        return
    await timers.drop(tx, prefix=CLUE, subject_id=finding_id)
    _, task = await shifts.get(tx, found.shift_id)
    text = Clue(
        what=await tasks.what(tx, here, task),
        place=await tasks.rough_place(tx, task),
        by=permissions.public_name(tx, await people.by_id(tx, found.person_id)),
        at=found.at,
        words=permissions.own_words(tx, found.words),
    )
    for person in await _desk_and_units(tx, here, task):
        await tell(tx, person, text, priority=shifts.priority(task), now=here.now)


async def _desk_and_units(tx: Transaction, here: Here, task: Task) -> list[Person]:
    """Who takes what comes in there, and the units that hear of clues, as the community police."""
    hearing = {person.id: person for person in await desk_of(tx, task.place_id)}
    for code in here.neighbourhood.shifts.clues_to:
        unit = await unit_place(tx, code)
        if unit is not None:
            hearing |= {p.id: p for p in await people.holding(tx, role=Role.STAFF, place_id=unit.id)}
    return list(hearing.values())


async def end(
    tx: Transaction, here: Here, actor: Person, shift_id: int, *, note: str, absent: Collection[int] = ()
) -> None:
    """🏁 结束了, by the captain, with a note or none; `absent`: who had joined and did not come, by their ids.

    Raises NoLongerPossible, CaptainOnly, TooLong.
    """
    shift, task = await shifts.get(tx, shift_id)
    await may_end(tx, actor, task)
    if len(note) > NOTE_LIMIT:
        raise TooLong(limit=NOTE_LIMIT, length=len(note))
    for companion in await claims.companions(tx, task):
        if companion.id in absent and await companion_rows.leave(
            tx, task_id=task.id, person_id=companion.id, now=here.now
        ):
            task = await claims.joined(tx, here, task, companion, TaskEvent.LEAVE)
            text = NotThere(
                what=await tasks.what(tx, here, task),
                place=await tasks.rough_place(tx, task),
                hotline=here.neighbourhood.community.hotline,
            )
            await tell(tx, companion, text, priority=Priority.TASK, now=here.now)
    await _end(tx, here, shift, task, actor=actor, note=note)


async def found(tx: Transaction, here: Here, actor: Person, shift_id: int, *, words: str) -> None:
    """🎉 人找到了, by anybody of the team or the desk; everybody who looks and who decides hears it at once.

    Raises NotFound, NotAllowed, NoLongerPossible, TooLong.
    """
    shift, task = await may_find(tx, actor, shift_id)
    if len(words) > NOTE_LIMIT:
        raise TooLong(limit=NOTE_LIMIT, length=len(words))
    await rows.found(tx, shift_id=shift.id, now=here.now)
    place, by = await tasks.rough_place(tx, task), permissions.public_name(tx, actor)
    for person in await _desk_and_units(tx, here, task):
        if person.id != actor.id:
            text = Found(place=place, by=by, at=here.now, words=words)
            await tell(tx, person, text, priority=Priority.EMERGENCY, now=here.now)
    if task.state is TaskState.ARRIVED:
        shift, task = await shifts.get(tx, shift.id)
        await _end(tx, here, shift, task, actor=actor, note="")
    else:
        await shift_ends.end(tx, here, shift, task, why="found", actor=actor)


async def may_find(tx: Transaction, actor: Person, shift_id: int) -> tuple[Shift, Task]:
    """A search that is on, for its team and the desk. Raises NotFound, NotAllowed, NoLongerPossible."""
    shift, task = await shifts.get(tx, shift_id)
    if task.kind is not TaskKind.SEARCH:
        raise NotFound
    if actor.id not in {person.id for person in await shifts.team(tx, task)}:
        await permissions.require(tx, actor, Action.POST_SHIFT, place_id=task.place_id)
    if task.state not in (TaskState.OPEN, TaskState.CLAIMED, TaskState.ARRIVED):
        raise NoLongerPossible
    return shift, task


async def may_end(tx: Transaction, actor: Person, task: Task) -> None:
    """Raises NoLongerPossible, CaptainOnly."""
    if task.state is not TaskState.ARRIVED:
        raise NoLongerPossible
    await _require_captain(tx, actor, task)


async def close(tx: Transaction, here: Here, shift_id: int) -> None:
    """Nobody has said for hours that it is over; or its captain has left, and nobody has gone on."""
    shift, task = await shifts.get(tx, shift_id)
    if task.state in (TaskState.ARRIVED, TaskState.CLAIMED):
        await _end(tx, here, shift, task, actor=None, note="")
    elif task.state is TaskState.OPEN:
        await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=None, taker_id=None)
        await rows.end(tx, shift_id=shift.id, note=None, now=here.now)  # what was found on it counts
        await shift_ends.forget_whom(tx, shift, task)
        await shifts.refresh_cards(tx, here, task)


async def so_far(tx: Transaction, shift: Shift) -> tuple[list[ShiftPoint], Counter[str]]:
    """Its points, and how many of each kind were found."""
    found = await rows.findings(tx, shift.id) if shift.began_at else []
    return await rows.points(tx, shift.id), Counter(str(one.kind) for one in found)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the desk may read of a round: points (name, who, with a position), findings (kind, words, report)."""

    place: Both
    captain: str
    note: str
    points: list[tuple[str, str, bool]]
    findings: list[tuple[str, str, int]]


async def record(tx: Transaction, actor: Person, shift_id: int) -> Record:
    """For whoever posts shifts there. Raises NotAllowed, NotFound, NoLongerPossible."""
    shift, task = await shifts.for_desk(tx, actor, shift_id)
    if shift.began_at is None:
        raise NoLongerPossible
    points = []
    for point in await rows.points(tx, shift.id):
        by = permissions.public_name(tx, await people.by_id(tx, point.person_id)) if point.person_id else ""
        points.append((point.name, by, point.located))
    return Record(
        place=await tasks.rough_place(tx, task),
        captain=permissions.public_name(tx, await people.by_id(tx, task.taker_id)) if task.taker_id else "",
        note=permissions.own_words(tx, shift.note),
        points=points,
        findings=[
            (str(one.kind), permissions.own_words(tx, one.words), one.report_id or 0)
            for one in await rows.findings(tx, shift.id)
        ],
    )


async def running(tx: Transaction, actor: Person, shift_id: int) -> tuple[Shift, Task]:
    """A round that somebody is on now. Raises NotAllowed, NoLongerPossible."""
    shift, task = await shifts.get(tx, shift_id)
    if actor.id not in {person.id for person in await shifts.team(tx, task)}:
        raise NotAllowed
    if task.state is not TaskState.ARRIVED:
        raise NoLongerPossible
    return shift, task


async def _require_captain(tx: Transaction, actor: Person, task: Task) -> None:
    if task.taker_id == actor.id:
        return
    if task.taker_id is None or not await claims.goes_along(tx, actor, task):
        raise NotAllowed
    raise CaptainOnly(captain=permissions.public_name(tx, await people.by_id(tx, task.taker_id)))


async def _end(tx: Transaction, here: Here, shift: Shift, task: Task, *, actor: Person | None, note: str) -> None:
    task = await tasks.move(tx, here, task, TaskEvent.FINISH, actor=actor, taker_id=task.taker_id)
    await rows.end(tx, shift_id=shift.id, note=tx.seal(note) if note else None, now=here.now)
    await timers.drop(tx, prefix=shifts.TIMERS, subject_id=shift.id)
    await shift_ends.forget_whom(tx, shift, task)
    if actor is not None and (not tasks.alone(task) or actor.id != task.taker_id):
        await shift_vouching.settle(tx, here, shift, task, actor)
    else:
        await shift_vouching.wait(tx, here, shift, task, closed=actor is None)
