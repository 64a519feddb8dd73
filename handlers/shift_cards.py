"""The cards of a shift: for whoever may grab it, its team, the desk that posted it, and the place's groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from community import claims, groups, permissions, shift_repeats, shift_rounds, shifts, tasks, waiting_list
from community.here import Here
from community.permissions import Action
from community.tell import NO_NAME, Both, Text
from handlers.buttons import Button, Rows, button
from handlers.flow import grid
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, InLine, Person, Shift, ShiftPoint, Task
from storage.states import CompanionState, OfferState, TaskKind, TaskState

S = TaskState


@dataclass(frozen=True, kw_only=True)
class ShiftCard(Text, template="shift/card"):
    """A shift in private chat. Names are there for the team and the desk only."""

    kind: str
    words: str  # what there is to do, or whom to look for while that is on
    skill: Both  # empty: none
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
    found: bool  # whom a search was for
    vouch: bool  # this reader is asked whether it was so
    reason: str


@dataclass(frozen=True, kw_only=True)
class GroupShiftCard(Text, template="shift/group_card"):
    """A shift in a group: no names, and not a word of who is searched for."""

    kind: str
    words: str
    place: Both
    begins: datetime
    minutes: int
    joined: int
    lacking: int
    state: str
    found: bool


async def face(tx: Transaction, here: Here, task: Task, reader: Person) -> Face:
    """A shift as this reader may see it."""
    shift = await shifts.of_task(tx, task)
    line = await waiting_list.line(tx, task)
    part = await _part(tx, task, line, reader)
    desk = await permissions.may(tx, reader, Action.POST_SHIFT, place_id=task.place_id) is not None
    team = await shifts.team(tx, task)
    named = part in ("captain", "companion") or desk
    names = [permissions.public_name(tx, one) for one in team] if named else []
    points, found = await shift_rounds.so_far(tx, shift)
    mine = next((one for one in line if one.person_id == reader.id), None)
    weekly = await shift_repeats.goes_on(tx, shift)
    early = here.now < task.due - timedelta(minutes=here.neighbourhood.shifts.begin_before_minutes)
    vouch = desk and task.state is S.DONE and part == "none"
    text = ShiftCard(
        kind=task.kind,
        words=permissions.own_words(tx, shift.words),
        skill=skill_name(here, task.skill),
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
        found=shift.found_at is not None,
        vouch=vouch,
        reason=permissions.own_words(tx, shift.reason) if named or mine else "",
    )
    said = await tasks.said_by(tx, reader, task)
    rows = _own(shift, task, part, points, early) if part != "none" else _joining(task, len(line), said)
    return Face(text=text, buttons=[*rows, *(_for_desk(shift, task, weekly, part) if desk else [])])


def skill_name(here: Here, code: str | None) -> Both:
    """What one must be able to do, in words; empty where nothing is asked for, or the file has it no more."""
    found = next((one for one in here.neighbourhood.skills if one.code == code), None)
    return {"zh": found.name.zh, "en": found.name.en} if found else NO_NAME


async def _part(tx: Transaction, task: Task, line: list[InLine], reader: Person) -> str:
    if task.taker_id == reader.id:
        return "captain"
    if await claims.goes_along(tx, reader, task):
        return "companion"
    mine = next((one for one in line if one.person_id == reader.id), None)
    return mine.state.value if mine else "none"


def _joining(task: Task, waiting: int, said: OfferState | None) -> Rows:
    if not (tasks.wanted(task) or (task.kind in tasks.QUEUED and task.state is S.CLAIMED)):
        return []
    if task.joined + waiting >= task.people:
        return [[button("queue_up", "task.queue", task.id)]]
    no = [button("not_now", "task.decline", task.id)] if said is OfferState.ASKED else []
    return [[button("i_go", "task.claim", task.id), *no]]


def _own(shift: Shift, task: Task, part: str, points: list[ShiftPoint], early: bool) -> Rows:
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
        ready = captain and not early and (task.joined >= task.least or shift.began_at is not None)
        start = [button("shift_start", "shift.start", shift.id, kind=task.kind)] if ready else []
        return [coming if captain else [], start, [cannot]]
    if task.state is not S.ARRIVED:
        return []
    ahead: list[Button] = [
        button("shift_point", "shift.point", point.id, name=point.name) for point in points if point.at is None
    ]
    clue = button("shift_clue", "shift.clue", shift.id)
    findings: Mapping[TaskKind, Rows] = {
        TaskKind.PATROL: [
            [button("shift_hazard", "shift.hazard", shift.id)],
            [button("shift_quarrel", "shift.quarrel", shift.id), clue],
        ],
        TaskKind.SEARCH: [[button("shift_found", "shift.found", shift.id)], [clue]],
    }
    end = [button("shift_end", "shift.end", shift.id, kind=task.kind)] if captain else []
    return [*grid(ahead), *findings.get(task.kind, []), [*end, cannot]]


def _for_desk(shift: Shift, task: Task, weekly: bool, part: str) -> Rows:
    """What whoever posts shifts there can do."""
    rows: Rows = []
    if task.kind is TaskKind.SEARCH and part == "none" and task.state in (S.OPEN, S.CLAIMED, S.ARRIVED):
        rows.append([button("shift_found", "shift.found", shift.id)])
    if task.state is S.DONE and part == "none":
        rows.append([button("shift_vouch", "shift.vouch", shift.id), button("shift_deny", "shift.deny", shift.id)])
    if task.state in (S.OPEN, S.CLAIMED) and shift.began_at is None:
        go = [button("shift_go", "shift.go", shift.id)] if tasks.lacking(task) and task.joined else []
        rows += [[*go, button("shift_cancel", "shift.cancel", shift.id, kind=task.kind)]]
    if weekly and shift.repeat_id:
        rows.append([button("shift_stop", "shift.stop", shift.repeat_id)])
    if shift.began_at is not None and task.kind is not TaskKind.EVENT:
        rows.append([button("shift_record", "shift.record", shift.id)])
    return rows


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


async def in_group(tx: Transaction, _: Here, shift_id: int, reader: Person | Group) -> Face | None:
    """The group's card, once; it goes on telling how many are wanted."""
    if isinstance(reader, Person):
        return None
    shift, task = await shifts.get(tx, shift_id)
    if not await groups.concerns(tx, reader, place_id=task.place_id):
        return None
    text = GroupShiftCard(
        kind=task.kind,
        words=permissions.own_words(tx, shift.words) if task.kind is TaskKind.EVENT else "",
        place=await tasks.rough_place(tx, task),
        begins=task.due,
        minutes=task.minutes,
        joined=task.joined,
        lacking=task.people - task.joined,
        state=task.state,
        found=shift.found_at is not None,
    )
    grab = [[Button(label="shift_grab", start=f"{shifts.LINK}{shift.id}", values={"kind": task.kind})]]
    open_still = task.state in (S.OPEN, S.CLAIMED) or tasks.wanted(task)
    return Face(text=text, buttons=grab if open_still else [])


CARDS = {shifts.GROUP_CARD: in_group}
