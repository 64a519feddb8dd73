"""Pings: what people are told unasked. Whoever rests is left in peace, and hears of it all in one message as they wake.

One place decides when a ping goes, `goes_at`, whatever rule it comes from: the sender asks it before it sends. What is
held back stays in the outbox; one timer a person tells of it, together: several things are one digest, a single one
comes as it is. What has been seen to meanwhile is left out.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from community import waking
from community.errors import NotFound
from community.here import Here
from community.tell import refresh, show
from storage.database import Transaction
from storage.queries import offers, people, tasks, timers, waiting
from storage.queries import pings as rows
from storage.records import Outgoing, Person
from storage.rows import from_ms
from storage.states import CompanionState, Keyboard, OutboxState, Priority, TaskKind

WAKE, CARD = "wake", "digest"
Asks = Callable[[Person, str, int], Awaitable[str | None]]
"""What a card (kind, subject) asks this person now, as a digest to tell a change by; None if nothing any more."""
_AT_ONCE = frozenset({CARD, "check_in", "check_in_alarm", "notice", "notice_progress"})
"""Cards that never wait: an elder's one question and the alarm about them, whose rules know the hours; what staff sends
out at an hour of their own choice."""
_WITHIN = timedelta(hours=1)
"""What needs an answer within this time goes at once, as its own card."""
_ON_ITS_WAY = timedelta(minutes=5)
"""So long a message may take that was said before one went to sleep."""


def about(row: Outgoing) -> tuple[str, int] | None:
    """The card that a message is or goes with: kind and subject."""
    if row.card_kind is not None:
        return row.card_kind, row.card_subject or 0
    found = (row.context or {}).get("about")
    return (found[0], found[1]) if found else None


async def goes_at(tx: Transaction, here: Here, person: Person, row: Outgoing) -> datetime | None:
    """When a message may go out to somebody; None: at once, by itself."""
    if row.priority < Priority.TASK or row.kind not in rows.KINDS or row.asks is not None:
        return None
    subject = about(row)
    if subject is not None and subject[0] in _AT_ONCE:
        return None
    late = here.now - row.created_at > _ON_ITS_WAY
    moments = (row.created_at, *([here.now] if late else []))
    if not any(waking.is_quiet(here, at, person=person) for at in moments):
        return None
    by = await _needed_by(tx, here, person, row)
    if by is not None and by <= here.now + _WITHIN:
        return None
    awake = waking.after(here, here.now, person=person)
    return by - _WITHIN if by is not None and by <= awake else awake


async def _needed_by(tx: Transaction, here: Here, person: Person, row: Outgoing) -> datetime | None:
    """By when somebody must know of it, or have answered; None if there is time, or others are asked as well."""
    if "by" in (row.context or {}):
        return from_ms((row.context or {})["by"]["ms"])
    kind, subject_id = about(row) or ("", 0)
    task = await tasks.by_id(tx, subject_id) if kind in ("task", "call") else None
    if task is None:
        return None
    if task.kind is TaskKind.CALL:
        return here.now if task.question == "check_in" else None
    if await offers.one_of_several(tx, task_id=task.id, person_id=person.id):
        return None
    for one in await waiting.line(tx, task.id):
        if one.person_id == person.id and one.state is CompanionState.ASKED:
            return one.until
    if task.taker_id == person.id and task.asked_at is not None and task.answered_at is None:
        return task.due - timedelta(minutes=here.neighbourhood.dispatch.silence_before_minutes)
    return task.due


async def hold(tx: Transaction, here: Here, person: Person, row: Outgoing) -> bool:
    """Hold a message back that is about to be sent, if it may not go now; whether it was.

    A card that is in the chat already stays the one to look at and to press until then.
    """
    until = await goes_at(tx, here, person, row)
    if until is None:
        return False
    await rows.hold(tx, outbox_id=row.id, until=until)
    if row.card_kind is not None and row.card_message is not None:
        await refresh(tx, row.card_kind, row.card_subject or 0, to=person, now=here.now)
    await _set_clock(tx, person.id)
    return True


async def _set_clock(tx: Transaction, person_id: int) -> None:
    until = await rows.held_until(tx, person_id)
    if until is not None:
        await timers.put(tx, kind=WAKE, subject_id=person_id, due=until)


async def look_again(tx: Transaction, here: Here, person: Person) -> None:
    """They have chosen other hours: what is held back may go now."""
    if await rows.held_until(tx, person.id) is not None:
        await timers.put(tx, kind=WAKE, subject_id=person.id, due=here.now)


async def wake(tx: Transaction, here: Here, person_id: int, *, asks: Asks) -> None:
    """Tell somebody what was held back: one thing as it is, several as a digest (never to an elder's keyboard).

    What falls due in the same moment has been queued by now, for this timer is the latest set.
    """
    person = await people.by_id(tx, person_id)
    stale: list[int] = []
    apart: list[int] = []
    items: dict[tuple[str, int], dict[int, str]] = {}  # by what they are about: rows, and what is asked
    for row in await rows.of(tx, person_id):
        goes, subject = await goes_at(tx, here, person, row), about(row)
        asked = await asks(person, *subject) if subject else ""
        if goes is not None and goes > here.now:
            await rows.hold(tx, outbox_id=row.id, until=goes)
        elif goes is None and row.state is OutboxState.WAITING:
            continue  # it is on its way
        elif asked is None:
            stale.append(row.id)
        elif goes is None or not {"picture", "document"}.isdisjoint(row.context or {}):
            apart.append(row.id)
        else:
            items.setdefault(subject or ("", row.id), {})[row.id] = asked
    told = {row_id: asked for item in items.values() for row_id, asked in item.items()}
    await rows.drop(tx, stale, now=here.now)
    if len(items) > 1 and person.keyboard is not Keyboard.ELDER:
        await rows.merge(tx, told, person_id=person.id, now=here.now)
        await show(tx, person, CARD, person.id, priority=Priority.TASK, now=here.now)
    else:
        apart += told
    await rows.release(tx, apart, now=here.now)
    await _set_clock(tx, person_id)


async def told_to(tx: Transaction, person: Person) -> list[list[Outgoing]]:
    """What somebody's digest tells: an item is what was said about one thing, its card last."""
    items: dict[tuple[str, int], list[Outgoing]] = {}
    for row in await rows.merged(tx, person.id):
        items.setdefault(about(row) or ("", row.id), []).append(row)
    return [sorted(item, key=lambda row: row.card_kind is not None) for item in items.values()]


async def opened(tx: Transaction, person: Person, row_id: int) -> tuple[str, int]:
    """The card (kind, subject) of an item of somebody's own digest. Raises NotFound."""
    subject = next((about(row) for row in await rows.merged(tx, person.id) if row.id == row_id), None)
    if subject is None:
        raise NotFound
    return subject
