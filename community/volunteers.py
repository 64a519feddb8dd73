"""Volunteers: what somebody offers, and that staff have seen in person who they are before they visit anybody."""

from dataclasses import dataclass
from enum import StrEnum

from community import permissions
from community.asking import ANY_TIME
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.here import Here
from community.order_texts import NotYourOwn
from community.permissions import Action
from community.tell import offer_commands, refresh, show, tell
from community.volunteer_texts import Checked, NoHome, NoTimeChosen, PutOff, Stopped
from storage.database import Transaction
from storage.queries import audit, people, places, volunteers
from storage.records import Person, Place, Volunteer
from storage.states import PlaceKind, Priority, Role

REACHES = (PlaceKind.STAIRWELL, PlaceKind.DORMITORY, PlaceKind.BUILDING, PlaceKind.GRID, PlaceKind.COMMUNITY)
"""How far somebody may want to go from home, the nearest first."""
MINE, STAFF = "volunteer_mine", "volunteer"
"""The cards: for the volunteer, and for staff."""
_CHECKERS = (Role.GRID_WORKER, Role.STAFF, Role.ADMIN)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What somebody offers; without a place it is said by the invitation they came by."""

    skills: list[str]
    teams: list[str]
    hours: int
    place_id: int | None


class Stage(StrEnum):
    """Where somebody is as a volunteer."""

    NONE = "none"  # never applied, or left
    WAITING = "waiting"  # staff are to check who they are
    PUT_OFF = "put_off"  # it could not be checked yet
    ACTIVE = "active"
    WIDER = "wider"  # active, and wants to go further than was checked
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What somebody offers and where they are volunteers."""

    stage: Stage
    offer: Offer
    row: Volunteer | None
    held_at: list[int]  # places

    @property
    def at(self) -> int | None:
        """Where they are volunteers, or want to be."""
        return self.held_at[0] if self.held_at else self.offer.place_id


async def standing(tx: Transaction, person: Person) -> Standing:
    """What somebody is as a volunteer."""
    row = await volunteers.by_id(tx, person.id)
    held = [grant.place_id for grant in await people.grants(tx, person.id) if grant.role is Role.VOLUNTEER]
    return Standing(
        stage=_stage(row, held),
        offer=Offer(
            skills=await volunteers.skills(tx, person.id),
            teams=await volunteers.teams(tx, person.id),
            hours=row.hours if row else ANY_TIME,
            place_id=row.place_id if row else None,
        ),
        row=row,
        held_at=held,
    )


def _stage(row: Volunteer | None, held: list[int]) -> Stage:
    if row is not None and row.stopped_at is not None:
        return Stage.STOPPED
    if held:
        return Stage.WIDER if row is not None and row.checked_at is None else Stage.ACTIVE
    if row is None or row.checked_at is not None:
        return Stage.NONE
    return Stage.PUT_OFF if row.put_off_at is not None else Stage.WAITING


async def reaches(tx: Transaction, person: Person) -> list[Place]:
    """The places above somebody's home that they may want to help in, the nearest first. Raises NoHome."""
    if person.place_id is None:
        raise NoHome
    above = await places.ancestors(tx, person.place_id)
    return sorted((p for p in above if p.kind in REACHES), key=lambda p: REACHES.index(p.kind))


async def may_register(tx: Transaction, here: Here, person: Person) -> Standing:
    """What somebody is before they say what they offer. Raises Stopped, NoHome."""
    found = await standing(tx, person)
    if found.stage is Stage.STOPPED:
        raise Stopped(hotline=here.neighbourhood.community.hotline)
    if not found.held_at:
        await reaches(tx, person)
    return found


async def register(tx: Transaction, here: Here, person: Person, offer: Offer) -> list[str]:
    """提交: whoever is in charge near there is asked to check who it is; their names.

    Raises Stopped, NoHome, NoTimeChosen, NotFound, NoLongerPossible.
    """
    found = await may_register(tx, here, person)
    if found.stage is not Stage.NONE:
        raise NoLongerPossible
    await _keep(tx, here, person, offer, found)
    return [permissions.public_name(tx, one) for one in await _ask_to_check(tx, here, person)]


async def change(tx: Transaction, here: Here, person: Person, offer: Offer) -> Standing:
    """Offer something else from now on; whoever wants to go further than was checked is checked again.

    Raises Stopped, NoLongerPossible, NoTimeChosen, NotFound.
    """
    found = await may_register(tx, here, person)
    if found.stage is Stage.NONE:
        raise NoLongerPossible
    await _keep(tx, here, person, offer, found)
    moved = found.row is not None and found.row.place_id is not None and offer.place_id != found.row.place_id
    if moved and found.held_at and await _narrower(tx, found.held_at, offer.place_id):
        await volunteers.check(tx, person_id=person.id, checked_by=None, now=here.now)
        await _hold_at(tx, here, person, offer.place_id)
    elif moved:
        await volunteers.check_again(tx, person_id=person.id)
        await _ask_to_check(tx, here, person)
    await refresh(tx, STAFF, person.id, now=here.now)
    await show(tx, person, MINE, person.id, priority=Priority.REPLY, now=here.now)
    return await standing(tx, person)


async def _keep(tx: Transaction, here: Here, person: Person, offer: Offer, found: Standing) -> None:
    if not offer.hours & ANY_TIME:
        raise NoTimeChosen
    known = {s.code for s in here.neighbourhood.skills} | set(found.offer.skills)
    teams = {t.code for t in here.neighbourhood.teams} | set(found.offer.teams)
    invited = bool(found.held_at) and (found.row is None or found.row.place_id is None)
    place_id = None if invited else offer.place_id
    if not invited and place_id not in {p.id for p in await reaches(tx, person)}:
        raise NotFound
    if not set(offer.skills) <= known or not set(offer.teams) <= teams:
        raise NotFound
    await volunteers.put(tx, person_id=person.id, hours=offer.hours & ANY_TIME, place_id=place_id, now=here.now)
    await volunteers.set_skills(tx, person_id=person.id, skills=offer.skills)
    await volunteers.set_teams(tx, person_id=person.id, teams=offer.teams, now=here.now)


async def _narrower(tx: Transaction, held: list[int], place_id: int | None) -> bool:
    """Whether a place lies in one where they are volunteers."""
    return place_id is not None and bool({p.id for p in await places.ancestors(tx, place_id)} & set(held))


async def _hold_at(tx: Transaction, here: Here, person: Person, place_id: int | None) -> None:
    """A volunteer there, and nowhere else."""
    if place_id is None:
        raise NotFound
    await people.revoke(tx, person_id=person.id, role=Role.VOLUNTEER, but=place_id, now=here.now)
    await people.grant(tx, person_id=person.id, role=Role.VOLUNTEER, place_id=place_id, now=here.now)
    await volunteers.keep_turn(tx, person_id=person.id)


async def _ask_to_check(tx: Transaction, here: Here, person: Person) -> list[Person]:
    """Ask whoever is in charge there: the grid worker, or staff where there is none; never the applicant."""
    row = await volunteers.by_id(tx, person.id)
    for role in _CHECKERS:
        charge = await people.in_charge(tx, role=role, place_id=row.place_id if row and row.place_id else 0)
        asked = [one for one in charge if one.id != person.id]
        for one in asked:
            await open_card(tx, here, one, person, priority=Priority.TASK)
        if asked:
            return asked
    return []


async def open_card(
    tx: Transaction, here: Here, viewer: Person, person: Person, *, priority: Priority = Priority.REPLY
) -> None:
    """Give staff the card of a volunteer; as long as they are to meet, it has a number, and it is noted who saw it."""
    if (await standing(tx, person)).stage in TO_CHECK:
        about = ("volunteer", person.id)
        await permissions.open_address(tx, here, person, viewer=viewer, role="checker", subject=about)
    await show(tx, viewer, STAFF, person.id, priority=priority, now=here.now)


TO_CHECK = (Stage.WAITING, Stage.PUT_OFF, Stage.WIDER)


async def check(tx: Transaction, here: Here, actor: Person, person_id: int) -> None:
    """已当面核对身份: from now on they are asked. Raises NotFound, NotAllowed, NotYourOwn, NoLongerPossible."""
    person, row = await _applicant(tx, actor, person_id)
    if not await volunteers.check(tx, person_id=person.id, checked_by=actor.id, now=here.now):
        raise NoLongerPossible
    wider = bool((await standing(tx, person)).held_at)
    await _hold_at(tx, here, person, row.place_id)
    await offer_commands(tx, person, now=here.now)
    place = await places.by_id(tx, row.place_id or 0)
    await audit.note(
        tx,
        action="role_given",
        actor_id=actor.id,
        person_id=person.id,
        detail=f"{Role.VOLUNTEER} {place.code}",
        now=here.now,
    )
    pairs = here.neighbourhood.dispatch.first_visits_in_pairs
    text = Checked(place=await permissions.full_name(tx, place.id), pairs=pairs, wider=wider)
    await tell(tx, person, text, priority=Priority.TASK, now=here.now, keys=True)
    await refresh_cards(tx, here, person)


async def put_off(tx: Transaction, here: Here, actor: Person, person_id: int) -> None:
    """暂不: the applicant hears what to do. Raises NotFound, NotAllowed, NotYourOwn, NoLongerPossible."""
    person, _ = await _applicant(tx, actor, person_id)
    if not await volunteers.put_off(tx, person_id=person.id, now=here.now):
        raise NoLongerPossible
    await audit.note(tx, action="volunteer_put_off", actor_id=actor.id, person_id=person.id, now=here.now)
    community = here.neighbourhood.community
    office = {"zh": community.office.zh, "en": community.office.en} if community.office else None
    await tell(tx, person, PutOff(office=office, hotline=community.hotline), priority=Priority.TASK, now=here.now)
    await refresh_cards(tx, here, person)


async def _applicant(tx: Transaction, actor: Person, person_id: int) -> tuple[Person, Volunteer]:
    """Somebody whom this person may check."""
    row = await volunteers.by_id(tx, person_id)
    if row is None or row.place_id is None:
        raise NotFound
    await permissions.require(tx, actor, Action.CHECK_VOLUNTEER, place_id=row.place_id)
    if actor.id == person_id:
        raise NotYourOwn
    return await people.by_id(tx, person_id), row


async def to_check(tx: Transaction, actor: Person, *, limit: int) -> list[Person]:
    """Those whom this person may check and nobody has, the first first."""
    found: dict[int, None] = {}
    for place_id in await permissions.places_of(tx, actor, Action.CHECK_VOLUNTEER):
        for row in await volunteers.waiting(tx, place_id=place_id, limit=limit + 1):
            found.setdefault(row.person_id)
    ids = [one for one in found if one != actor.id][:limit]
    known = {p.id: p for p in await people.by_ids(tx, ids)} if ids else {}
    return [known[one] for one in ids if one in known]


async def looks_after(tx: Transaction, reader: Person, found: Standing) -> bool:
    """Whether somebody checks volunteers where this one is, or wants to be, one."""
    for place_id in {*found.held_at, found.offer.place_id}:
        if await permissions.may(tx, reader, Action.CHECK_VOLUNTEER, place_id=place_id) is not None:
            return True
    return False


async def look_at(tx: Transaction, here: Here, reader: Person, person_id: int) -> None:
    """Give the desk a volunteer's card. Raises NotFound, NotAllowed."""
    known = await people.by_ids(tx, [person_id])
    found = await standing(tx, known[0]) if known else None
    if found is None or found.stage is Stage.NONE:
        raise NotFound
    if not await looks_after(tx, reader, found):
        raise NotAllowed
    await open_card(tx, here, reader, known[0])


async def refresh_cards(tx: Transaction, here: Here, person: Person) -> None:
    """Bring the volunteer's own card and those at the desk up to date."""
    await refresh(tx, MINE, person.id, priority=Priority.REPLY, now=here.now)
    await refresh(tx, STAFF, person.id, priority=Priority.REPLY, now=here.now)
