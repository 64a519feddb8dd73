"""Who may do and see what. Names, phones and addresses are opened here and nowhere else."""

from dataclasses import dataclass
from enum import StrEnum

from community.errors import NotAllowed
from community.here import Here
from community.tell import Both
from storage.crypto import Sealed
from storage.database import Transaction
from storage.queries import people, places
from storage.records import Person
from storage.states import PlaceKind, Role


class Action(StrEnum):
    """What needs a role at the place it is done at."""

    VERIFY = "verify"  # confirm that somebody lives where they say
    HANDLE_REPORTS = "handle_reports"  # accept, assign, check, send back
    BIND_GROUP = "bind_group"
    SEE_OPEN = "see_open"  # what is open at a place


ALLOWED: dict[Action, tuple[Role, ...]] = {
    Action.VERIFY: (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN, Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.HANDLE_REPORTS: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.BIND_GROUP: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.SEE_OPEN: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
}
"""Which roles, held at the place or above it, may do it; weakest first."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where somebody is found: opened for one viewer and written down."""

    name: str
    phone: str | None
    place: Both


async def may(tx: Transaction, person: Person, action: Action, *, place_id: int | None) -> Role | None:
    """The role by which somebody may do something at a place, or None."""
    if place_id is None or person.erased_at:
        return None
    return await people.holds(tx, person_id=person.id, roles=ALLOWED[action], place_id=place_id)


async def require(tx: Transaction, person: Person, action: Action, *, place_id: int | None) -> Role:
    """Like `may`. Raises NotAllowed."""
    role = await may(tx, person, action, place_id=place_id)
    if role is None:
        raise NotAllowed
    return role


def _open(tx: Transaction, value: Sealed | None) -> str:
    return str(tx.cipher.open(value.token)) if value else ""


def own_words(tx: Transaction, value: Sealed | None) -> str:
    """What somebody wrote, for themselves or for whoever handles the matter it belongs to."""
    return _open(tx, value)


def public_name(tx: Transaction, person: Person) -> str:
    """The name of somebody who serves (volunteer, captain, grid worker, staff), as the served may know it."""
    return _open(tx, person.name)


async def open_address(
    tx: Transaction, here: Here, person: Person, *, viewer: Person, role: str, subject: tuple[str, int]
) -> Address:
    """Name, phone and door of `person`, for `viewer`, who needs them for `subject`; the person can see who did."""
    await people.audit(
        tx,
        action="opened_address",
        actor_id=viewer.id,
        person_id=person.id,
        subject_kind=subject[0],
        subject_id=subject[1],
        detail=role,
        now=here.now,
    )
    return await own_address(tx, person)


async def own_address(tx: Transaction, person: Person) -> Address:
    """What is held about somebody, for themselves."""
    return Address(
        name=_open(tx, person.name),
        phone=_open(tx, person.phone) or None,
        place=await full_name(tx, person.place_id),
    )


async def full_name(tx: Transaction, place_id: int | None) -> Both:
    """A place's name with what it lies in, down from the building: 3号楼2梯301."""
    if place_id is None:
        return {"zh": "", "en": ""}
    chain = {p.id: p for p in await places.ancestors(tx, place_id)}
    place = chain[place_id]
    parts = [place]
    while place.kind in (PlaceKind.HOUSEHOLD, PlaceKind.STAIRWELL) and place.parent_id in chain:
        place = chain[place.parent_id]
        parts.insert(0, place)
    return {"zh": "".join(p.name_zh for p in parts), "en": ", ".join(p.name_en for p in reversed(parts))}
