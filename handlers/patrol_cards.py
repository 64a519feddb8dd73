"""The cards of a patrol's shift: for whoever may grab it, its team, the desk that posted it, and the place's groups."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from community import groups, patrol_repeats, patrol_rounds, patrols, permissions, tasks, waiting_list
from community.here import Here
from community.permissions import Action
from community.tell import Both, Text
from handlers.buttons import Button, Rows, button
from handlers.flow import grid
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, InLine, Patrol, PatrolPoint, Person, Task
from storage.states import CompanionState, OfferState, TaskState

S = TaskState


@dataclass(frozen=True, kw_only=True)
class ShiftCard(Text, template="patrol/card"):
    """A shift in private chat. Names are there for the team and the desk only."""

    place: Both
    begins: datetime
    minutes: int
    people: int
    least: int
    joined: int
    waiting: int
    state: str
    weekly: bool
    part: str  # of this reader: captain, companion, waiting, asked, none
    turn: int  # in the waiting list
    until: datetime | None  # to answer by
    coming: bool  # 还能来吗?
    early: bool  # it cannot be begun yet
    captain: str
    others: list[str]
    points: list[dict[str, Any]]
    hazards: int
    quarrels: int
    clues: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class GroupShiftCard(Text, template="patrol/group_card"):
    """A shift in a group: no names."""

    place: Both
    begins: datetime
    minutes: int
    lacking: int
    state: str


async def face(tx: Transaction, here: Here, task: Task, reader: Person) -> Face:
    """A shift as this reader may see it."""
    patrol = await patrols.of_task(tx, task)
    line = await waiting_list.line(tx, task)
    part = await _part(tx, task, line, reader)
    desk = await permissions.may(tx, reader, Action.POST_PATROL, place_id=task.place_id) is not None
    team = await patrols.team(tx, task)
    named = part in ("captain", "companion") or desk
    names = [permissions.public_name(tx, one) for one in team] if named else []
    points, found = await patrol_rounds.so_far(tx, patrol)
    mine = next((one for one in line if one.person_id == reader.id), None)
    weekly = await patrol_repeats.goes_on(tx, patrol)
    early = here.now < task.due - timedelta(minutes=here.neighbourhood.patrols.begin_before_minutes)
    text = ShiftCard(
        place=await tasks.rough_place(tx, task),
        begins=task.due,
        minutes=task.minutes,
        people=task.people,
        least=task.least,
        joined=task.joined,
        waiting=len(line),
        state=task.state,
        weekly=weekly,
        part=part,
        turn=line.index(mine) + 1 if mine else 0,
        until=mine.until if mine else None,
        coming=part == "captain" and task.asked_at is not None and task.answered_at is None,
        early=early,
        captain=names[0] if names and task.taker_id else "",
        others=names[1:] if task.taker_id else names,
        points=[{"name": point.name, "at": point.at and {"ms": _ms(point.at)}} for point in points],
        hazards=found["hazard"],
        quarrels=found["quarrel"],
        clues=found["clue"],
        reason=permissions.own_words(tx, patrol.reason) if named or mine else "",
    )
    said = await tasks.said_by(tx, reader, task)
    rows = _own(patrol, task, part, points, early) if part != "none" else _joining(task, len(line), said)
    return Face(text=text, buttons=[*rows, *(_for_desk(patrol, task, weekly) if desk else [])])


async def _part(tx: Transaction, task: Task, line: list[InLine], reader: Person) -> str:
    if task.taker_id == reader.id:
        return "captain"
    if await tasks.goes_along(tx, reader, task):
        return "companion"
    mine = next((one for one in line if one.person_id == reader.id), None)
    return mine.state.value if mine else "none"


def _joining(task: Task, waiting: int, said: OfferState | None) -> Rows:
    if task.state not in (S.OPEN, S.CLAIMED):
        return []
    if task.joined + waiting >= task.people:
        return [[button("queue_up", "task.queue", task.id)]]
    no = [button("not_now", "task.decline", task.id)] if said is OfferState.ASKED else []
    return [[button("i_go", "task.claim", task.id), *no]]


def _own(patrol: Patrol, task: Task, part: str, points: list[PatrolPoint], early: bool) -> Rows:
    """What somebody who joined or waits does next."""
    cannot = button("cannot_come", "task.release", task.id)
    if part == CompanionState.WAITING:
        return [[button("leave_queue", "task.leave_queue", task.id)]]
    if part == CompanionState.ASKED:
        yes = button("still_come", "task.free_place", task.id)
        return [[yes, button("come_no_more", "task.leave_queue", task.id)]]
    captain = part == "captain"
    if task.state is S.CLAIMED:
        coming = [button("can_come", "task.coming", task.id)] if task.asked_at and not task.answered_at else []
        ready = captain and not early and (task.joined >= task.least or patrol.began_at is not None)
        start = [button("patrol_start", "patrol.start", patrol.id)] if ready else []
        return [coming if captain else [], start, [cannot]]
    if task.state is not S.ARRIVED:
        return []
    ahead: list[Button] = [
        button("patrol_point", "patrol.point", point.id, name=point.name) for point in points if point.at is None
    ]
    return [
        *grid(ahead),
        [button("patrol_hazard", "patrol.hazard", patrol.id)],
        [button("patrol_quarrel", "patrol.quarrel", patrol.id), button("patrol_clue", "patrol.clue", patrol.id)],
        [*([button("patrol_end", "patrol.end", patrol.id)] if captain else []), cannot],
    ]


def _for_desk(patrol: Patrol, task: Task, weekly: bool) -> Rows:
    """What whoever posts patrols there can do."""
    rows: Rows = []
    if task.state in (S.OPEN, S.CLAIMED) and patrol.began_at is None:
        go = [button("patrol_go", "patrol.go", patrol.id)] if tasks.lacking(task) and task.joined else []
        rows = [[*go, button("patrol_cancel", "patrol.cancel", patrol.id)]]
    if weekly and patrol.repeat_id:
        rows.append([button("patrol_stop", "patrol.stop", patrol.repeat_id)])
    if patrol.began_at is not None:
        rows.append([button("patrol_record", "patrol.record", patrol.id)])
    return rows


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


async def in_group(tx: Transaction, _: Here, patrol_id: int, reader: Person | Group) -> Face | None:
    """The group's card, once; it goes on telling how many are wanted."""
    if isinstance(reader, Person):
        return None
    patrol, task = await patrols.get(tx, patrol_id)
    if not await groups.concerns(tx, reader, place_id=task.place_id):
        return None
    text = GroupShiftCard(
        place=await tasks.rough_place(tx, task),
        begins=task.due,
        minutes=task.minutes,
        lacking=task.people - task.joined,
        state=task.state,
    )
    grab = [[Button(label="patrol_grab", start=f"{patrols.LINK}{patrol.id}")]]
    return Face(text=text, buttons=grab if task.state in (S.OPEN, S.CLAIMED) else [])


CARDS = {patrols.GROUP_CARD: in_group}
