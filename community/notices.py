"""Notices: one row with a cursor that tops the outbox up, so that a reply never waits behind a broadcast."""

from dataclasses import dataclass
from datetime import timedelta

from community import permissions
from community.errors import NoLongerPossible, NotAllowed, NotFound, TooLong
from community.here import Here
from community.notice_texts import Finished, NobodyThere
from community.permissions import ALLOWED, Action
from community.tell import show, tell
from storage.database import Transaction
from storage.queries import audit, deliveries, notices, people, places, timers
from storage.records import Delivery, Notice, Person, Place
from storage.states import NoticeState, PlaceKind, Priority, Role

WORDS_LIMIT, CAPTION_LIMIT = 3000, 900
SEND = "notice_send"
"""The timer by which a notice goes on."""
BATCH = 100
_QUEUED_AT_MOST = 200  # messages: a few seconds of Telegram's pace
_TICK = timedelta(seconds=1)
_PROGRESS_EVERY = timedelta(seconds=2)

S = NoticeState
TRANSITIONS: dict[NoticeState, frozenset[NoticeState]] = {
    S.SENDING: frozenset({S.PAUSED, S.STOPPED, S.SENT}),
    S.PAUSED: frozenset({S.SENDING, S.STOPPED}),
    S.STOPPED: frozenset(),
    S.SENT: frozenset(),
}
_NEXT_DOWN: dict[PlaceKind, tuple[PlaceKind, ...]] = {
    PlaceKind.STREET: (PlaceKind.COMMUNITY,),
    PlaceKind.COMMUNITY: (PlaceKind.GRID, PlaceKind.ESTATE, PlaceKind.DORMITORY),
    PlaceKind.GRID: (PlaceKind.BUILDING, PlaceKind.STAIRWELL, PlaceKind.DORMITORY),
    PlaceKind.ESTATE: (PlaceKind.BUILDING, PlaceKind.DORMITORY),
    PlaceKind.BUILDING: (PlaceKind.STAIRWELL,),
}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How many people and groups a notice to a place reaches."""

    people: int
    groups: int


@dataclass(frozen=True, kw_only=True)
class Level:
    """A place one may write to, how many people that reaches, and the places inside it with how many each."""

    place: Place
    people: int
    inside: list[tuple[Place, int]]


async def offices(tx: Transaction, person: Person) -> list[Place]:
    """The places at which somebody holds a role that sends notices; none: they may not write any."""
    held = {g.place_id: g for g in await people.grants(tx, person.id) if g.role in ALLOWED[Action.SEND_NOTICE]}
    found = [await places.by_id(tx, place_id) for place_id in held]
    return [place for place in found if place.kind is not PlaceKind.UNIT]


async def office(tx: Transaction, author: Person, *, place_id: int) -> int:
    """Where the author holds the role by which they reach a place: that is who speaks. Raises NotAllowed."""
    role = await permissions.require(tx, author, Action.SEND_NOTICE, place_id=place_id)
    above = [p.id for p in await places.ancestors(tx, place_id)]
    held = [g.place_id for g in await people.grants(tx, author.id) if g.role is role and g.place_id in above]
    return max(held, key=above.index)


async def reach(tx: Transaction, person: Person, *, place_id: int) -> Reach:
    """Whom a notice to a place reaches. Raises NotAllowed, NobodyThere."""
    await permissions.require(tx, person, Action.SEND_NOTICE, place_id=place_id)
    counted = await notices.audiences(tx, place_ids=[place_id])
    found = Reach(people=sum(a.people for a in counted), groups=await notices.groups_in(tx, place_id=place_id))
    if not found.people and not found.groups:
        raise NobodyThere(place=await permissions.full_name(tx, place_id))
    return found


async def level(tx: Transaction, person: Person, *, place_id: int) -> Level:
    """A place, and the ways further down. Raises NotAllowed."""
    await permissions.require(tx, person, Action.SEND_NOTICE, place_id=place_id)
    place = await places.by_id(tx, place_id)
    inside = await notices.within(tx, place_id=place_id, kinds=_NEXT_DOWN.get(place.kind, ()))
    counted = {a.place_id: a.people for a in await notices.audiences(tx, place_ids=[place_id, *(p.id for p in inside)])}
    return Level(
        place=place,
        people=counted.get(place_id, 0),
        inside=[(p, counted.get(p.id, 0)) for p in inside],
    )


def check_words(words: str, *, photo: bool) -> str:
    """The words as they are sent. Raises TooLong."""
    words, limit = words.strip(), CAPTION_LIMIT if photo else WORDS_LIMIT
    if len(words) > limit:
        raise TooLong(limit=limit, length=len(words))
    return words


async def send(tx: Transaction, here: Here, author: Person, *, place_id: int, words: str, photo: str) -> Notice:
    """Send a notice to all who live at a place and the groups bound there. Raises NotAllowed, TooLong, NobodyThere."""
    role = await permissions.require(tx, author, Action.SEND_NOTICE, place_id=place_id)
    words = check_words(words, photo=bool(photo))
    found = await reach(tx, author, place_id=place_id)
    notice_id = await notices.add(
        tx,
        author_id=author.id,
        role=role,
        office_id=await office(tx, author, place_id=place_id),
        place_id=place_id,
        words=tx.seal(words),
        photo=photo or None,
        expected=found.people,
        now=here.now,
    )
    await _audit(tx, here, author, "notice_sent", notice_id)
    notice = await get(tx, notice_id)
    await deliveries.add_for_groups(tx, notice=notice, priority=Priority.NOTICE, now=here.now)
    await timers.put(tx, kind=SEND, subject_id=notice_id, due=here.now)
    await show(tx, author, deliveries.PROGRESS, notice_id, priority=Priority.REPLY, now=here.now)
    return notice


async def _audit(tx: Transaction, here: Here, actor: Person, action: str, notice_id: int) -> None:
    await audit.note(tx, action=action, actor_id=actor.id, subject_kind="notice", subject_id=notice_id, now=here.now)


async def go_on(tx: Transaction, here: Here, notice_id: int) -> None:
    """One step of a notice's way out: see what has arrived, correct what must be, and queue the next people."""
    before = await notices.hold(tx, notice_id)
    if before is None:
        return
    waiting = await deliveries.settle(tx, notice_id=notice_id)
    room = _QUEUED_AT_MOST - await deliveries.queued(tx, priority=Priority.NOTICE, limit=_QUEUED_AT_MOST)
    if before.mending is not None and room:
        await deliveries.mend_for_people(
            tx, notice=before, limit=min(BATCH, room), priority=Priority.NOTICE, now=here.now
        )
    elif before.state is S.SENDING and room:
        limit = min(BATCH, room)
        added = await deliveries.add_for_people(tx, notice=before, limit=limit, priority=Priority.NOTICE, now=here.now)
        if added < limit:
            await notices.set_expected(tx, notice_id=notice_id)
            if not waiting and not added and before.place_cursor is None:
                await _finish(tx, here, notice_id)
    now = await get(tx, notice_id)
    if now != before:
        await _show_progress(tx, here, notice_id)
    if now.state is S.SENDING or waiting or now.mending is not None:
        await timers.put(tx, kind=SEND, subject_id=notice_id, due=here.now + _TICK)


async def _finish(tx: Transaction, here: Here, notice_id: int) -> None:
    await notices.move(tx, notice_id=notice_id, was=S.SENDING, state=S.SENT, ended_at=here.now)
    notice = await get(tx, notice_id)
    text = Finished(
        number=notice.id,
        delivered=notice.delivered,
        expected=notice.expected,
        blocked=notice.blocked,
        failed=notice.failed,
    )
    await tell(tx, await people.by_id(tx, notice.author_id), text, priority=Priority.REPLY, now=here.now)


async def _show_progress(tx: Transaction, here: Here, notice_id: int) -> None:
    """Not at once: all that happens within two seconds is one edit, and the author's own chat stays free."""
    due = here.now + _PROGRESS_EVERY
    await deliveries.show_progress(tx, notice_id=notice_id, priority=Priority.TASK, due=due, now=here.now)


async def get(tx: Transaction, notice_id: int) -> Notice:
    """The notice of that number. Raises NotFound."""
    notice = await notices.by_id(tx, notice_id)
    if notice is None:
        raise NotFound
    return notice


async def manages(tx: Transaction, person: Person, notice: Notice) -> bool:
    """Whether somebody may pause, stop and correct a notice: its author, and staff over its place."""
    role = await permissions.may(tx, person, Action.SEND_NOTICE, place_id=notice.place_id)
    return role is not None and (person.id == notice.author_id or role in (Role.STAFF, Role.ADMIN))


async def managed(tx: Transaction, person: Person, notice_id: int) -> Notice:
    """A notice for whoever may change it. Raises NotFound, NotAllowed."""
    notice = await get(tx, notice_id)
    if not await manages(tx, person, notice):
        raise NotAllowed
    return notice


async def turn_to(tx: Transaction, here: Here, actor: Person, notice_id: int, *, state: NoticeState) -> None:
    """Pause, go on or stop. Raises NotAllowed, NoLongerPossible."""
    await notices.hold(tx, notice_id)
    notice = await managed(tx, actor, notice_id)
    if state is S.SENT or state not in TRANSITIONS[notice.state]:
        raise NoLongerPossible
    if state is not S.SENDING:
        await deliveries.settle(tx, notice_id=notice_id)
        await deliveries.take_back(tx, notice=notice, priority=Priority.NOTICE)
    ended_at = here.now if state is S.STOPPED else None
    await notices.move(tx, notice_id=notice_id, was=notice.state, state=state, ended_at=ended_at)
    await _audit(tx, here, actor, f"notice_{state}", notice_id)
    await timers.put(tx, kind=SEND, subject_id=notice_id, due=here.now)
    await _refresh_progress(tx, here, notice_id)


async def _refresh_progress(tx: Transaction, here: Here, notice_id: int) -> None:
    """At once: somebody has pressed a button of it."""
    await deliveries.show_progress(tx, notice_id=notice_id, priority=Priority.REPLY, due=here.now, now=here.now)


async def correct(tx: Transaction, here: Here, actor: Person, notice_id: int, *, words: str) -> Notice:
    """Put new words in place of the old ones, also where they have been read. Raises NotAllowed, TooLong."""
    await notices.hold(tx, notice_id)
    notice = await managed(tx, actor, notice_id)
    words = check_words(words, photo=bool(notice.photo))
    await notices.correct(tx, notice_id=notice_id, words=tx.seal(words), now=here.now)
    await _audit(tx, here, actor, "notice_corrected", notice_id)
    await deliveries.mend_for_groups(tx, notice=notice, priority=Priority.NOTICE, now=here.now)
    await timers.put(tx, kind=SEND, subject_id=notice_id, due=here.now)
    await _refresh_progress(tx, here, notice_id)
    return await get(tx, notice_id)


async def delivery(tx: Transaction, person: Person, notice_id: int) -> Delivery | None:
    """Somebody's own share of a notice."""
    return await deliveries.delivery(tx, notice_id=notice_id, person_id=person.id)


async def receive(tx: Transaction, here: Here, person: Person, notice_id: int) -> None:
    """✅ 收到. Raises NotFound, NoLongerPossible."""
    await notices.hold(tx, notice_id)
    if await delivery(tx, person, notice_id) is None:
        raise NotFound
    if not await deliveries.receive(tx, notice_id=notice_id, person_id=person.id, now=here.now):
        raise NoLongerPossible
    await deliveries.show_received(tx, notice_id=notice_id, person_id=person.id, priority=Priority.REPLY, now=here.now)
    await _show_progress(tx, here, notice_id)


async def show_again(tx: Transaction, here: Here, person: Person, notice_id: int) -> None:
    """Bring a notice down to the end of its reader's chat. Raises NotFound."""
    await notices.hold(tx, notice_id)
    if await delivery(tx, person, notice_id) is None:
        raise NotFound
    if await deliveries.try_again(tx, notice_id=notice_id, person_id=person.id):
        await timers.put(tx, kind=SEND, subject_id=notice_id, due=here.now + _TICK)
    await show(tx, person, deliveries.CARD, notice_id, priority=Priority.REPLY, now=here.now)


async def show_progress(tx: Transaction, here: Here, person: Person, notice_id: int) -> None:
    """Give the progress card to somebody who may change the notice. Raises NotFound, NotAllowed."""
    await managed(tx, person, notice_id)
    await show(tx, person, deliveries.PROGRESS, notice_id, priority=Priority.REPLY, now=here.now)


async def got_by(tx: Transaction, person: Person, *, limit: int) -> list[tuple[Notice, Delivery]]:
    """The last notices that came to somebody, latest first."""
    found = await notices.got_by(tx, person_id=person.id, limit=limit)
    shares = [(notice, await delivery(tx, person, notice.id)) for notice in found]
    return [(notice, share) for notice, share in shares if share is not None]


async def sent_by(tx: Transaction, person: Person, *, limit: int) -> list[Notice]:
    """The last notices that somebody may change, latest first."""
    found = await notices.sent_in(tx, place_ids=[p.id for p in await offices(tx, person)], limit=limit * 4)
    return [notice for notice in found if await manages(tx, person, notice)][:limit]
