"""Shifts (班次): a patrol (抢单式巡防), helpers for an event, a search; posted by the desk, and grabbed by whoever can.

Whoever is first leads; others join until it is full, then wait (`community/waiting_list.py`).
A search begins at once, by night as by day; others may join while it is on. What becomes of a shift is in
`shift_rounds.py` (it takes place), `shift_ends.py` (it does not) and `shift_vouching.py` (who was there).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community import claims, dispatch, permissions, tasks, waking
from community.errors import NoLongerPossible, NotAllowed, NotFound, TooLong
from community.here import Here
from community.permissions import Action
from community.reports import desk_of
from community.shift_texts import (
    NotVolunteer,
    Overlapping,
    ShiftIsPast,
    ShiftTooFar,
    TooManyPoints,
    WrongSize,
)
from community.tell import Both, Text, refresh, show, tell
from storage.database import Transaction
from storage.queries import dialogues, offers, people, places, timers
from storage.queries import shifts as rows
from storage.queries import tasks as task_rows
from storage.records import Person, Place, Shift, Task
from storage.states import PlaceKind, Priority, TaskKind, TaskState

FEW, START, OVER, SPREAD, CLOSE = "shift_few", "shift_start", "shift_over", "shift_spread", "shift_close"
TIMERS = "shift_"
GROUP_CARD = "shift_group"
LINK = "p_"  # what a start payload begins with
SCOPES = (PlaceKind.COMMUNITY, PlaceKind.ESTATE, PlaceKind.GRID, PlaceKind.BUILDING)
SOONEST, FARTHEST = timedelta(minutes=15), timedelta(days=60)
POINT_LIMIT, MOST_POINTS, WORDS_LIMIT = 30, 12, 500
_LISTED = 10
_AHEAD = 100
_NOT_BEGUN = (TaskState.OPEN, TaskState.CLAIMED)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a shift is made of; `people` with the captain."""

    kind: TaskKind
    place_id: int
    begins: datetime  # of a search: now
    minutes: int
    people: int
    words: str = ""  # what there is to do, or whom to look for
    skill: str | None = None  # who has it is asked first
    points: list[str] = field(default_factory=list)


async def get(tx: Transaction, shift_id: int) -> tuple[Shift, Task]:
    """The shift of that number and its task. Raises NotFound."""
    shift = await rows.by_id(tx, shift_id)
    if shift is None:
        raise NotFound
    return shift, await tasks.get(tx, shift.task_id)


async def of_task(tx: Transaction, task: Task) -> Shift:
    """The shift that a task belongs to. Raises NotFound."""
    shift = await rows.of_task(tx, task.id)
    if shift is None:
        raise NotFound
    return shift


async def scopes(tx: Transaction, person: Person) -> list[Place]:
    """The places somebody may post shifts for, the widest first."""
    return await permissions.reach(tx, person, Action.POST_SHIFT, SCOPES)


async def buildings(tx: Transaction, place_id: int) -> list[Place]:
    """What may be chosen as points there."""
    return await places.within(tx, place_id=place_id, kinds=(PlaceKind.BUILDING,))


async def place_name(tx: Transaction, task: Task) -> Both:
    """Where it is, as a list may say it."""
    return await tasks.rough_place(tx, task)


async def team(tx: Transaction, task: Task) -> list[Person]:
    """The captain, then the others."""
    captain = [await people.by_id(tx, task.taker_id)] if task.taker_id else []
    return [*captain, *await claims.companions(tx, task)]


def check(here: Here, draft: Draft) -> None:
    """Raises ShiftIsPast, ShiftTooFar, WrongSize, TooManyPoints, TooLong."""
    if draft.kind in tasks.AT_THE_HOUR and draft.begins - here.now < SOONEST:
        raise ShiftIsPast(minutes=SOONEST // timedelta(minutes=1))
    if draft.begins - here.now > FARTHEST:
        raise ShiftTooFar(days=FARTHEST.days)
    check_people(here, draft.kind, draft.people)
    check_words(draft.words)
    check_points(draft.points)


def check_people(here: Here, kind: TaskKind, count: int) -> None:
    """Raises WrongSize."""
    size = here.neighbourhood.shifts.size(kind)
    if not size.fewest <= count <= size.most:
        raise WrongSize(fewest=size.fewest, most=size.most)


def check_words(words: str) -> None:
    """Raises TooLong."""
    if len(words) > WORDS_LIMIT:
        raise TooLong(limit=WORDS_LIMIT, length=len(words))


def check_points(points: list[str]) -> None:
    """Raises TooManyPoints, TooLong."""
    if len(points) > MOST_POINTS:
        raise TooManyPoints(limit=MOST_POINTS)
    for name in points:
        if len(name) > POINT_LIMIT:
            raise TooLong(limit=POINT_LIMIT, length=len(name))


async def post(tx: Transaction, here: Here, actor: Person, draft: Draft, *, repeat_id: int | None = None) -> Shift:
    """👋 招人手: volunteers are asked, the place's groups see it. Raises NotAllowed, NotFound, and what `check` does.

    What comes every week was allowed when it was begun.
    """
    if repeat_id is None:
        await permissions.require(tx, actor, Action.POST_SHIFT, place_id=draft.place_id)
    if (await places.by_id(tx, draft.place_id)).kind not in SCOPES:
        raise NotFound
    check(here, draft)
    numbers = here.neighbourhood.shifts
    task = await tasks.post(
        tx,
        here,
        actor,
        kind=draft.kind,
        place_id=draft.place_id,
        due=draft.begins,
        minutes=draft.minutes,
        people=draft.people,
        skill=draft.skill,
        least=numbers.size(draft.kind).least,
        urgent=draft.kind is TaskKind.SEARCH,
    )
    shift_id = await rows.add(
        tx,
        task_id=task.id,
        repeat_id=repeat_id,
        posted_by=actor.id,
        begins=draft.begins,
        words=tx.seal(draft.words) if draft.words else None,
        points=draft.points,
    )
    over = draft.begins + timedelta(minutes=draft.minutes)
    marks = {OVER: over, SPREAD: here.now if task.urgent else waking.after(here, here.now)}
    if task.kind in tasks.AT_THE_HOUR:
        few = waking.before(here, draft.begins - timedelta(minutes=numbers.few_before_minutes))
        marks |= {FEW: few, START: draft.begins}
    for kind, at in marks.items():
        if at > here.now:
            await timers.put(tx, kind=kind, subject_id=shift_id, due=at)
    await dispatch.look_for(tx, here, task)
    if marks[SPREAD] <= here.now:
        await spread(tx, here, shift_id)
    shift, _ = await get(tx, shift_id)
    return shift


async def spread(tx: Transaction, here: Here, shift_id: int) -> None:
    """Once into each group of the place: no names, and the way into private chat."""
    shift, task = await get(tx, shift_id)
    if task.state in _NOT_BEGUN:
        for group in await dialogues.bound_groups(tx, place_id=task.place_id):
            await show(tx, group, GROUP_CARD, shift.id, priority=priority(task), now=here.now)


async def groups_of(tx: Transaction, place_id: int) -> int:
    """How many groups see what is posted for a place."""
    return len(await dialogues.bound_groups(tx, place_id=place_id))


async def refresh_cards(tx: Transaction, here: Here, task: Task) -> None:
    """The group's card as it stands; the others are brought up to date with the task."""
    shift = await of_task(tx, task)
    await refresh(tx, GROUP_CARD, shift.id, now=here.now)


# ---- grabbing


async def ahead(tx: Transaction, here: Here, person: Person) -> list[tuple[Shift, Task]]:
    """The next shifts that somebody may grab or wait for."""
    found = []
    for shift in await rows.ahead(tx, now=here.now, limit=_AHEAD):
        task = await tasks.get(tx, shift.task_id)
        if await may_grab(tx, person, task):
            found.append((shift, task))
    return found[:_LISTED]


async def may_grab(tx: Transaction, person: Person, task: Task) -> bool:
    """Whether their role reaches the place or lies in it."""
    if await permissions.may(tx, person, Action.CLAIM_TASK, place_id=task.place_id):
        return True
    return await permissions.may_inside(tx, person, Action.CLAIM_TASK, task.place_id) is not None


async def bring_card(tx: Transaction, here: Here, person: Person, shift_id: int) -> None:
    """抢班次: the shift's card comes to private chat. Raises NotFound, NotVolunteer."""
    _, task = await get(tx, shift_id)
    desk = await permissions.may(tx, person, Action.POST_SHIFT, place_id=task.place_id)
    if not desk and not await may_grab(tx, person, task):
        raise NotVolunteer(hotline=here.neighbourhood.community.hotline)
    await offers.offer(tx, task_id=task.id, person_id=person.id, now=here.now)
    await show(tx, person, "task", task.id, priority=Priority.REPLY, now=here.now)


async def on_claim(tx: Transaction, here: Here, actor: Person, task: Task) -> None:
    """Nobody is on two shifts at once, nor on one whose time is over. Raises Overlapping, NoLongerPossible.

    A search comes before either.
    """
    if task.kind not in tasks.AT_THE_HOUR:
        await refresh_cards(tx, here, task)
        return
    ends = task.due + timedelta(minutes=task.minutes)
    if here.now >= ends:
        raise NoLongerPossible
    for other in await task_rows.taken_by(tx, person_id=actor.id):
        if other.kind not in tasks.AT_THE_HOUR or other.id == task.id:
            continue
        if other.due < ends and task.due < other.due + timedelta(minutes=other.minutes):
            what, place = await tasks.what(tx, here, other), await tasks.rough_place(tx, other)
            raise Overlapping(what=what, place=place, begins=other.due)
    await refresh_cards(tx, here, task)


async def on_set_off(_: Transaction, __: Here, ___: Person, ____: Task) -> None:
    """A round has steps of its own."""
    raise NoLongerPossible


on_arrive = on_finish = on_set_off


async def for_desk(tx: Transaction, actor: Person, shift_id: int) -> tuple[Shift, Task]:
    """A shift, for whoever may post there. Raises NotAllowed, NotFound."""
    shift, task = await get(tx, shift_id)
    if await permissions.may(tx, actor, Action.POST_SHIFT, place_id=task.place_id) is None:
        raise NotAllowed
    return shift, task


async def who_posted(tx: Transaction, shift: Shift, task: Task) -> list[Person]:
    """Whoever posted it and still may, or else the desk of the place; but not whom it would ask about themselves."""
    poster = await people.by_id(tx, shift.posted_by)
    may = await permissions.may(tx, poster, Action.POST_SHIFT, place_id=task.place_id)
    desk, above = await desk_of(tx, task.place_id), await desk_of(tx, task.place_id, above_grid=True)
    for found in ([poster] if may else [], desk, above):
        others = [person for person in found if task.taker_id != person.id]
        if others:
            return others
    return []


async def show_desk(tx: Transaction, here: Here, shift: Shift, task: Task, text: Text | None = None) -> None:
    """The shift's card to whoever posted it, after a word about it."""
    for person in await who_posted(tx, shift, task):
        if text is not None:
            await tell(tx, person, text, priority=priority(task), about=("task", task.id), now=here.now)
        await offers.offer(tx, task_id=task.id, person_id=person.id, now=here.now)
        await show(tx, person, "task", task.id, priority=priority(task), now=here.now)


def priority(task: Task) -> Priority:
    """A search does not wait for the morning."""
    return Priority.EMERGENCY if task.urgent else Priority.TASK
