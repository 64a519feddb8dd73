"""Shifts that come every week: each shift is posted a week ahead, until somebody of the desk ends it with a tap."""

from datetime import datetime, timedelta

from community import permissions, shifts
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.permissions import Action
from storage.database import Transaction
from storage.queries import people, timers
from storage.queries import shifts as rows
from storage.records import Person, Shift, ShiftRepeat

POST = "repeat_shift"
_WEEK = timedelta(days=7)


async def begin(tx: Transaction, here: Here, actor: Person, draft: shifts.Draft) -> Shift:
    """The first shift now, the next ones a week ahead each. Raises what `shifts.post` raises."""
    await permissions.require(tx, actor, Action.POST_SHIFT, place_id=draft.place_id)
    repeat_id = await rows.add_repeat(
        tx,
        place_id=draft.place_id,
        posted_by=actor.id,
        minutes=draft.minutes,
        people=draft.people,
        kind=draft.kind,
        words=tx.seal(draft.words) if draft.words else None,
        skill=draft.skill,
        points=draft.points,
        next_at=_a_week_after(here, draft.begins),
        now=here.now,
    )
    shift = await shifts.post(tx, here, actor, draft, repeat_id=repeat_id)
    await _wait(tx, here, repeat_id)
    return shift


async def go_on(tx: Transaction, here: Here, repeat_id: int) -> None:
    """A week before the next shift: it is posted. What a long stall has passed over is left out."""
    repeat = await rows.repeat(tx, repeat_id)
    if repeat is None or repeat.ended_at is not None:
        return
    begins = repeat.next_at
    while begins - here.now < shifts.SOONEST:
        begins = _a_week_after(here, begins)
    draft = shifts.Draft(
        kind=repeat.kind,
        place_id=repeat.place_id,
        begins=begins,
        minutes=repeat.minutes,
        people=_allowed(here, repeat),
        words=permissions.own_words(tx, repeat.words),
        skill=repeat.skill,
        points=repeat.points.splitlines(),
    )
    await shifts.post(tx, here, await people.by_id(tx, repeat.posted_by), draft, repeat_id=repeat.id)
    await rows.go_on(tx, repeat_id=repeat.id, next_at=_a_week_after(here, begins))
    await _wait(tx, here, repeat.id)


async def end(tx: Transaction, here: Here, actor: Person, repeat_id: int) -> None:
    """⏹ 不再每周发: what is posted stays, nothing more comes. Raises NotAllowed, NotFound, NoLongerPossible."""
    repeat = await rows.repeat(tx, repeat_id)
    if repeat is None:
        raise NotFound
    await permissions.require(tx, actor, Action.POST_SHIFT, place_id=repeat.place_id)
    if not await rows.end_repeat(tx, repeat_id=repeat.id, by=actor.id, now=here.now):
        raise NoLongerPossible
    await timers.drop(tx, prefix=POST, subject_id=repeat.id)


async def goes_on(tx: Transaction, shift: Shift) -> bool:
    """Whether a shift is one of those that come every week, still."""
    repeat = await rows.repeat(tx, shift.repeat_id) if shift.repeat_id else None
    return repeat is not None and repeat.ended_at is None


async def _wait(tx: Transaction, here: Here, repeat_id: int) -> None:
    repeat = await rows.repeat(tx, repeat_id)
    if repeat is not None:
        await timers.put(tx, kind=POST, subject_id=repeat.id, due=max(repeat.next_at - _WEEK, here.now))


def _a_week_after(here: Here, at: datetime) -> datetime:
    """The same hour on the community's clock."""
    return (at.astimezone(here.zone) + _WEEK).astimezone(at.tzinfo)


def _allowed(here: Here, repeat: ShiftRepeat) -> int:
    """As many as go on a shift today: the neighbourhood file may have changed."""
    size = here.neighbourhood.shifts.size(repeat.kind)
    return min(max(repeat.people, size.fewest), size.most)
