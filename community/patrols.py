"""Patrols (抢单式巡防): a shift is posted, people grab it, and it takes place or is called off in time.

Whoever is first leads; others join until it is full, then wait (`community/waiting_list.py`). Too few two hours before:
the desk and who joined hear of it; too few at its hour: it is called off, unless staff said that they are enough.
The round itself is `community/patrol_rounds.py`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community import dispatch, permissions, tasks, waiting_list, waking
from community.errors import NoLongerPossible, NotAllowed, NotFound, TooLong
from community.here import Here
from community.patrol_texts import (
    CalledOff,
    FewYet,
    GoAhead,
    NotVolunteer,
    Overlapping,
    ShiftIsPast,
    ShiftTooFar,
    TooManyPoints,
    WrongSize,
)
from community.permissions import Action
from community.reports import desk_of
from community.tell import Both, Text, refresh, show, tell
from storage.database import Transaction
from storage.queries import dialogues, offers, people, places, timers
from storage.queries import patrols as rows
from storage.queries import tasks as task_rows
from storage.records import Patrol, Person, Place, Task
from storage.states import PlaceKind, Priority, TaskEvent, TaskKind, TaskState

FEW, START, OVER, SPREAD, CLOSE = "patrol_few", "patrol_start", "patrol_over", "patrol_spread", "patrol_close"
TIMERS = "patrol_"
GROUP_CARD = "patrol_group"
LINK = "p_"  # what a start payload begins with
SCOPES = (PlaceKind.COMMUNITY, PlaceKind.ESTATE, PlaceKind.GRID, PlaceKind.BUILDING)
SOONEST, FARTHEST = timedelta(minutes=15), timedelta(days=60)
POINT_LIMIT, MOST_POINTS, REASON_LIMIT = 30, 12, 200
_LISTED = 10
_AHEAD = 100
_NOT_BEGUN = (TaskState.OPEN, TaskState.CLAIMED)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a shift is made of; `people` with the captain."""

    place_id: int
    begins: datetime
    minutes: int
    people: int
    points: list[str] = field(default_factory=list)


async def get(tx: Transaction, patrol_id: int) -> tuple[Patrol, Task]:
    """The shift of that number and its task. Raises NotFound."""
    patrol = await rows.by_id(tx, patrol_id)
    if patrol is None:
        raise NotFound
    return patrol, await tasks.get(tx, patrol.task_id)


async def of_task(tx: Transaction, task: Task) -> Patrol:
    """The shift that a task belongs to. Raises NotFound."""
    patrol = await rows.of_task(tx, task.id)
    if patrol is None:
        raise NotFound
    return patrol


async def scopes(tx: Transaction, person: Person) -> list[Place]:
    """The places somebody may post patrols for, the widest first."""
    found: dict[int, Place] = {}
    for grant in await people.grants(tx, person.id):
        if grant.role in permissions.ALLOWED[Action.POST_PATROL]:
            found |= {p.id: p for p in await places.within(tx, place_id=grant.place_id, kinds=SCOPES)}
    return sorted(found.values(), key=lambda p: (SCOPES.index(p.kind), p.id))


async def buildings(tx: Transaction, place_id: int) -> list[Place]:
    """What may be chosen as points there."""
    return await places.within(tx, place_id=place_id, kinds=(PlaceKind.BUILDING,))


async def place_name(tx: Transaction, task: Task) -> Both:
    """Where it is, as a list may say it."""
    return await tasks.rough_place(tx, task)


async def team(tx: Transaction, task: Task) -> list[Person]:
    """The captain, then the others."""
    captain = [await people.by_id(tx, task.taker_id)] if task.taker_id else []
    return [*captain, *await tasks.companions(tx, task)]


def check(here: Here, draft: Draft) -> None:
    """Raises ShiftIsPast, ShiftTooFar, WrongSize, TooManyPoints, TooLong."""
    numbers = here.neighbourhood.patrols
    if draft.begins - here.now < SOONEST:
        raise ShiftIsPast(minutes=SOONEST // timedelta(minutes=1))
    if draft.begins - here.now > FARTHEST:
        raise ShiftTooFar(days=FARTHEST.days)
    if not numbers.fewest <= draft.people <= numbers.most:
        raise WrongSize(fewest=numbers.fewest, most=numbers.most)
    check_points(draft.points)


def check_points(points: list[str]) -> None:
    """Raises TooManyPoints, TooLong."""
    if len(points) > MOST_POINTS:
        raise TooManyPoints(limit=MOST_POINTS)
    for name in points:
        if len(name) > POINT_LIMIT:
            raise TooLong(limit=POINT_LIMIT, length=len(name))


async def post(tx: Transaction, here: Here, actor: Person, draft: Draft, *, repeat_id: int | None = None) -> Patrol:
    """🛡 发巡防: volunteers are asked, the place's groups see it. Raises NotAllowed, NotFound, and what `check` does.

    What comes every week was allowed when it was begun.
    """
    if repeat_id is None:
        await permissions.require(tx, actor, Action.POST_PATROL, place_id=draft.place_id)
    if (await places.by_id(tx, draft.place_id)).kind not in SCOPES:
        raise NotFound
    check(here, draft)
    numbers = here.neighbourhood.patrols
    task = await tasks.post(
        tx,
        here,
        actor,
        kind=TaskKind.PATROL,
        place_id=draft.place_id,
        due=draft.begins,
        minutes=draft.minutes,
        people=draft.people,
        least=numbers.least,
    )
    patrol_id = await rows.add(
        tx, task_id=task.id, repeat_id=repeat_id, posted_by=actor.id, begins=draft.begins, points=draft.points
    )
    few = waking.before(here, draft.begins - timedelta(minutes=numbers.few_before_minutes))
    over = draft.begins + timedelta(minutes=draft.minutes)
    marks = {FEW: few, START: draft.begins, OVER: over, SPREAD: waking.after(here, here.now)}
    for kind, at in marks.items():
        if at > here.now:
            await timers.put(tx, kind=kind, subject_id=patrol_id, due=at)
    await dispatch.look_for(tx, here, task)
    if marks[SPREAD] <= here.now:
        await spread(tx, here, patrol_id)
    patrol, _ = await get(tx, patrol_id)
    return patrol


async def spread(tx: Transaction, here: Here, patrol_id: int) -> None:
    """Once into each group of the place: no names, and the way into private chat."""
    patrol, task = await get(tx, patrol_id)
    if task.state in _NOT_BEGUN:
        for group in await dialogues.bound_groups(tx, place_id=task.place_id):
            await show(tx, group, GROUP_CARD, patrol.id, priority=Priority.TASK, now=here.now)


async def groups_of(tx: Transaction, place_id: int) -> int:
    """How many groups see what is posted for a place."""
    return len(await dialogues.bound_groups(tx, place_id=place_id))


async def refresh_cards(tx: Transaction, here: Here, task: Task) -> None:
    """The group's card as it stands; the others are brought up to date with the task."""
    patrol = await of_task(tx, task)
    await refresh(tx, GROUP_CARD, patrol.id, now=here.now)


# ---- grabbing


async def ahead(tx: Transaction, here: Here, person: Person) -> list[tuple[Patrol, Task]]:
    """The next shifts that somebody may grab or wait for."""
    found = []
    for patrol in await rows.ahead(tx, now=here.now, limit=_AHEAD):
        task = await tasks.get(tx, patrol.task_id)
        if await may_grab(tx, person, task):
            found.append((patrol, task))
    return found[:_LISTED]


async def may_grab(tx: Transaction, person: Person, task: Task) -> bool:
    """Whether their role reaches the place or lies in it."""
    if await permissions.may(tx, person, Action.CLAIM_TASK, place_id=task.place_id):
        return True
    return await permissions.may_inside(tx, person, Action.CLAIM_TASK, task.place_id) is not None


async def bring_card(tx: Transaction, here: Here, person: Person, patrol_id: int) -> None:
    """抢班次: the shift's card comes to private chat. Raises NotFound, NotVolunteer."""
    _, task = await get(tx, patrol_id)
    desk = await permissions.may(tx, person, Action.POST_PATROL, place_id=task.place_id)
    if not desk and not await may_grab(tx, person, task):
        raise NotVolunteer(hotline=here.neighbourhood.community.hotline)
    await offers.offer(tx, task_id=task.id, person_id=person.id, now=here.now)
    await show(tx, person, "task", task.id, priority=Priority.REPLY, now=here.now)


async def on_claim(tx: Transaction, here: Here, actor: Person, task: Task) -> None:
    """Nobody walks two rounds at once, nor one whose time is over. Raises Overlapping, NoLongerPossible."""
    ends = task.due + timedelta(minutes=task.minutes)
    if here.now >= ends:
        raise NoLongerPossible
    for other in await task_rows.taken_by(tx, person_id=actor.id):
        if other.kind is not TaskKind.PATROL or other.id == task.id:
            continue
        if other.due < ends and task.due < other.due + timedelta(minutes=other.minutes):
            raise Overlapping(place=await tasks.rough_place(tx, other), begins=other.due)
    await refresh_cards(tx, here, task)


async def on_set_off(_: Transaction, __: Here, ___: Person, ____: Task) -> None:
    """A round has steps of its own."""
    raise NoLongerPossible


on_arrive = on_finish = on_set_off


# ---- too few, or called off


async def few(tx: Transaction, here: Here, patrol_id: int) -> None:
    """Some hours before: the desk and who joined hear that they are too few."""
    patrol, task = await get(tx, patrol_id)
    if task.state not in _NOT_BEGUN or not tasks.lacking(task) or task.due <= here.now:
        return
    place = await tasks.rough_place(tx, task)
    for person in await team(tx, task):
        text = FewYet(place=place, begins=task.due, joined=task.joined, least=task.least, desk=False)
        await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    text = FewYet(place=place, begins=task.due, joined=task.joined, least=task.least, desk=True)
    await _tell_desk(tx, here, patrol, task, text, card=True)


async def its_hour(tx: Transaction, here: Here, patrol_id: int) -> None:
    """Its hour has come: with too few it is called off."""
    patrol, task = await get(tx, patrol_id)
    if task.state in _NOT_BEGUN and (task.taker_id is None or tasks.lacking(task)):
        await _call_off(tx, here, patrol, task, why="few")


async def over(tx: Transaction, here: Here, patrol_id: int) -> None:
    """Its time is over and nobody has begun."""
    patrol, task = await get(tx, patrol_id)
    if task.state in _NOT_BEGUN:
        await _call_off(tx, here, patrol, task, why="nobody")


async def go_ahead(tx: Transaction, here: Here, actor: Person, patrol_id: int) -> None:
    """👌 照样巡: staff say that whoever has joined is enough. Raises NotAllowed, NoLongerPossible."""
    _, task = await for_desk(tx, actor, patrol_id)
    if task.state not in _NOT_BEGUN or not tasks.lacking(task) or not task.joined:
        raise NoLongerPossible
    await rows.enough(tx, task.id)
    text = GoAhead(place=await tasks.rough_place(tx, task), begins=task.due, joined=task.joined)
    for person in await team(tx, task):
        await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    await tasks.refresh_cards(tx, here, task)


async def call_off(tx: Transaction, here: Here, actor: Person, patrol_id: int, *, reason: str) -> None:
    """🚫 取消这班, with a reason that everybody who joined hears. Raises NotAllowed, NoLongerPossible, TooLong."""
    patrol, task = await may_call_off(tx, actor, patrol_id)
    if len(reason) > REASON_LIMIT:
        raise TooLong(limit=REASON_LIMIT, length=len(reason))
    await rows.called_off(tx, patrol_id=patrol.id, reason=tx.seal(reason) if reason else None)
    await _call_off(tx, here, patrol, task, why="staff", reason=reason, actor=actor)


async def may_call_off(tx: Transaction, actor: Person, patrol_id: int) -> tuple[Patrol, Task]:
    """Raises NotAllowed, NotFound, NoLongerPossible."""
    patrol, task = await for_desk(tx, actor, patrol_id)
    if task.state not in _NOT_BEGUN or patrol.began_at is not None:
        raise NoLongerPossible
    return patrol, task


async def for_desk(tx: Transaction, actor: Person, patrol_id: int) -> tuple[Patrol, Task]:
    """A shift, for whoever may post there. Raises NotAllowed, NotFound."""
    patrol, task = await get(tx, patrol_id)
    if await permissions.may(tx, actor, Action.POST_PATROL, place_id=task.place_id) is None:
        raise NotAllowed
    return patrol, task


async def _call_off(
    tx: Transaction,
    here: Here,
    patrol: Patrol,
    task: Task,
    *,
    why: str,
    reason: str = "",
    actor: Person | None = None,
) -> None:
    concerned = [*await team(tx, task), *await waiting_list.close(tx, here, task, quietly=True)]
    task = await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=actor, taker_id=None)
    await timers.drop(tx, prefix=TIMERS, subject_id=patrol.id)
    place = await tasks.rough_place(tx, task)
    for person in concerned:
        text = CalledOff(place=place, begins=task.due, why=why, reason=reason, desk=False)
        await tell(tx, person, text, priority=Priority.TASK, by=task.due, now=here.now)
    if why != "staff":
        text = CalledOff(place=place, begins=task.due, why=why, reason="", desk=True)
        await _tell_desk(tx, here, patrol, task, text)
    await refresh_cards(tx, here, task)


async def _tell_desk(
    tx: Transaction, here: Here, patrol: Patrol, task: Task, text: Text, *, card: bool = False
) -> None:
    """Whoever posted it and still may, or else the desk of the place."""
    poster = await people.by_id(tx, patrol.posted_by)
    may = await permissions.may(tx, poster, Action.POST_PATROL, place_id=task.place_id)
    for person in [poster] if may else await desk_of(tx, task.place_id):
        about = ("task", task.id) if card else None
        await tell(tx, person, text, priority=Priority.TASK, about=about, now=here.now)
        if card:
            await offers.offer(tx, task_id=task.id, person_id=person.id, now=here.now)
            await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)
