"""People: joining, being confirmed, the roles they are given, and being forgotten."""

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from community import permissions
from community.errors import Invalid, NoLongerPossible, NotFound, TooLong
from community.hand_over import hand_over
from community.here import Here
from community.permissions import Action
from community.places import HOMES
from community.tell import Both, Text, offer_commands, put_away, refresh, show, tell
from community.volunteer_texts import Stopped
from storage.database import Transaction
from storage.queries import audit, invites, people, places, volunteers
from storage.records import Invite, Person, Place
from storage.states import Keyboard, PlaceKind, Priority, Role

NAME_LIMIT = 30
DOOR, INVITE = "d_", "i_"  # what a start payload begins with
_CONFIRMERS = (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN, Role.GRID_WORKER, Role.STAFF, Role.ADMIN)
_LIVES_ELSEWHERE = (Role.GRID_WORKER, Role.STAFF, Role.ADMIN)


@dataclass(kw_only=True, eq=False)
class InviteOver(NoLongerPossible, template="refused/invite_over"):
    """An invitation that is used up or has expired."""


@dataclass(frozen=True, kw_only=True)
class Confirmed(Text, template="join/confirmed"):
    """To a newcomer: the household is confirmed."""

    place: Both


@dataclass(frozen=True, kw_only=True)
class NotConfirmed(Text, template="join/not_confirmed"):
    """To a newcomer: whoever knows the stairwell says this is not their flat."""

    hotline: str


@dataclass(frozen=True, kw_only=True)
class Housemate(Text, template="join/housemate"):
    """To a household: somebody joined it."""

    place: Both
    name: str


def clean_name(text: str) -> str:
    """A name as it is kept. Raises TooLong, Invalid."""
    seen = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    name = " ".join(unicodedata.normalize("NFC", seen).split())
    if len(name) > NAME_LIMIT:
        raise TooLong(limit=NAME_LIMIT, length=len(name))
    if not any(unicodedata.category(c)[0] in "LN" for c in name):
        raise Invalid
    return name


def clean_phone(text: str) -> str:
    """A phone number as digits, without the country's prefix."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isascii() and c.isdigit())
    return digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def get(tx: Transaction, person_id: int) -> Person:
    """The person. Raises LookupError."""
    return await people.by_id(tx, person_id)


async def several(tx: Transaction, ids: Collection[int]) -> Mapping[int, Person]:
    """Those of these people that there are, by id."""
    return {person.id: person for person in await people.by_ids(tx, ids)} if ids else {}


async def choose_language(tx: Transaction, here: Here, person: Person, language: str) -> Person:
    """Read and be answered in another language from now on."""
    await people.set_language(tx, person_id=person.id, language=language)
    await offer_commands(tx, person, now=here.now)
    return await people.by_id(tx, person.id)


async def choose_keyboard(tx: Transaction, person: Person, keyboard: Keyboard) -> Person:
    """Large words, or all keys."""
    await people.set_keyboard(tx, person_id=person.id, keyboard=keyboard)
    return await people.by_id(tx, person.id)


async def choose_quiet(tx: Transaction, person: Person, *, begins: int | None, ends: int | None) -> None:
    """Not to be disturbed between these minutes of the day, beside the community's hours; None: those alone."""
    await people.set_quiet(tx, person_id=person.id, begins=begins, ends=ends)


async def block(tx: Transaction, person: Person, *, since: datetime | None) -> None:
    """Somebody blocked the bot at that time, or (None) lets it speak again."""
    await people.set_unreachable(tx, person_id=person.id, since=since)


async def make_invite(tx: Transaction, here: Here, *, role: Role, place: Place, uses: int, days: int) -> str:
    """An invitation to a role at a place; its start payload, which is told once and kept as a hash."""
    token = secrets.token_urlsafe(12)
    await invites.add(
        tx,
        token_hash=_hash(token),
        role=role,
        place_id=place.id,
        uses=uses,
        expires_at=here.now + timedelta(days=days),
        now=here.now,
    )
    return INVITE + token


async def find_invite(tx: Transaction, here: Here, payload: str) -> Invite:
    """The invitation behind a start payload. Raises NotFound, InviteOver."""
    invite = await invites.by_token(tx, _hash(payload.removeprefix(INVITE)))
    if invite is None:
        raise NotFound
    if invite.uses_left < 1 or invite.expires_at < here.now:
        raise InviteOver
    return invite


def needs_home(invite: Invite | None) -> bool:
    """Whether somebody who joins by this invitation says where they live."""
    return invite is None or invite.role not in _LIVES_ELSEWHERE


async def accept_invite(tx: Transaction, here: Here, person: Person, invite: Invite) -> Place:
    """Give the role; the place it is held at. Raises InviteOver, Stopped."""
    stopped = await volunteers.by_id(tx, person.id) if invite.role is Role.VOLUNTEER else None
    if stopped is not None and stopped.stopped_at is not None:
        raise Stopped(hotline=here.neighbourhood.community.hotline)
    if not await invites.use(tx, invite.id):
        raise InviteOver
    place = await places.by_id(tx, invite.place_id)
    if invite.role is Role.RESIDENT:
        if place.kind in HOMES and person.place_id == place.id:
            await people.verify(tx, person_id=person.id, verified_by=person.id, now=here.now)
        return place
    await people.grant(tx, person_id=person.id, role=invite.role, place_id=place.id, now=here.now)
    await offer_commands(tx, person, now=here.now)
    await audit.note(
        tx,
        action="role_given",
        actor_id=None,
        person_id=person.id,
        detail=f"{invite.role} {place.code}",
        now=here.now,
    )
    return place


async def join(tx: Transaction, here: Here, person: Person, *, name: str, place_id: int | None, phone: str) -> Person:
    """Keep who somebody is and where they live, and ask whoever knows the stairwell to confirm it."""
    await people.join(tx, person_id=person.id, name=tx.seal(clean_name(name)), place_id=place_id, now=here.now)
    if phone:
        await people.set_phone(tx, person_id=person.id, phone=clean_phone(phone))
    joined = await people.by_id(tx, person.id)
    if joined.verified_at is None:
        await ask_to_confirm(tx, here, joined)
    return joined


async def ask_to_confirm(tx: Transaction, here: Here, newcomer: Person) -> None:
    """Have the nearest who know the stairwell asked."""
    for person in await confirmers(tx, newcomer):
        about = ("person", newcomer.id)
        await permissions.open_address(tx, here, newcomer, viewer=person, role="confirmer", subject=about)
        await show(tx, person, "newcomer", newcomer.id, priority=Priority.TASK, now=here.now)


async def confirmers(tx: Transaction, newcomer: Person) -> list[Person]:
    """The nearest who know the stairwell: its captain, else the building's, else the grid worker, else staff."""
    place = await places.by_id(tx, newcomer.place_id) if newcomer.place_id is not None else None
    if place is None or place.kind is not PlaceKind.HOUSEHOLD:
        return []
    for role in _CONFIRMERS:
        asked = [p for p in await people.in_charge(tx, role=role, place_id=place.id) if p.id != newcomer.id]
        if asked:
            return asked
    return []


async def _newcomer(tx: Transaction, person_id: int) -> Person:
    try:
        return await people.by_id(tx, person_id)
    except LookupError as error:
        raise NotFound from error


async def confirm(tx: Transaction, here: Here, actor: Person, *, newcomer_id: int) -> Person:
    """Confirm that somebody lives where they say. Raises NotFound, NotAllowed, NoLongerPossible."""
    newcomer = await _newcomer(tx, newcomer_id)
    await permissions.require(tx, actor, Action.VERIFY, place_id=newcomer.place_id)
    if actor.id == newcomer.id or not await people.verify(
        tx, person_id=newcomer.id, verified_by=actor.id, now=here.now
    ):
        raise NoLongerPossible
    await audit.note(tx, action="verified", actor_id=actor.id, person_id=newcomer.id, now=here.now)
    assert newcomer.place_id is not None  # noqa: S101  # the permission is for a place
    place = await permissions.full_name(tx, newcomer.place_id)
    await tell(tx, newcomer, Confirmed(place=place), priority=Priority.TASK, now=here.now)
    name = permissions.public_name(tx, newcomer)
    for member in await people.members(tx, place_id=newcomer.place_id):
        if member.id != newcomer.id:
            await tell(tx, member, Housemate(place=place, name=name), priority=Priority.TASK, now=here.now)
    await refresh(tx, "newcomer", newcomer.id, now=here.now)
    return newcomer


async def refuse(tx: Transaction, here: Here, actor: Person, *, newcomer_id: int) -> None:
    """Say that somebody does not live there. Raises NotFound, NotAllowed, NoLongerPossible."""
    newcomer = await _newcomer(tx, newcomer_id)
    await permissions.require(tx, actor, Action.VERIFY, place_id=newcomer.place_id)
    if newcomer.verified_at is not None:
        raise NoLongerPossible
    await people.unplace(tx, person_id=newcomer.id)
    await audit.note(tx, action="not_confirmed", actor_id=actor.id, person_id=newcomer.id, now=here.now)
    hotline = here.neighbourhood.community.hotline
    await tell(tx, newcomer, NotConfirmed(hotline=hotline), priority=Priority.TASK, now=here.now)
    await refresh(tx, "newcomer", newcomer.id, now=here.now)


async def erase(tx: Transaction, here: Here, person: Person) -> Person:
    """Forget who somebody was; the account goes on as a stranger's, so that the farewell can still be said."""
    await hand_over(tx, here, person)
    await audit.note(tx, action="erased", actor_id=person.id, person_id=person.id, now=here.now)
    await people.erase(tx, person_id=person.id, now=here.now)
    heir = await people.add(
        tx,
        telegram_id=person.telegram_id,
        language=person.language,
        contact_mode=person.contact_mode,
        now=here.now,
    )
    await put_away(tx, person, heir=heir, now=here.now)
    return heir
