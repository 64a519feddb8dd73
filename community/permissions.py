"""Who may do and see what. Names, phones and addresses are opened here and nowhere else."""

from dataclasses import dataclass
from enum import StrEnum

from community.errors import NotAllowed, NotFound
from community.here import Here
from community.tell import Both
from storage.crypto import Sealed
from storage.database import Transaction
from storage.queries import audit, people, places
from storage.queries import companions as companion_rows
from storage.queries import votes as vote_rows
from storage.records import Ballot, OwnBallot, Person, Place, Report, Task, Vote
from storage.states import PlaceKind, ReportState, Role, TaskState, VoteState


class Action(StrEnum):
    """What needs a role at the place it is done at."""

    VERIFY = "verify"  # confirm that somebody lives where they say
    HANDLE_REPORTS = "handle_reports"  # accept, assign, check, send back
    BIND_GROUP = "bind_group"
    SEE_OPEN = "see_open"  # what is open at a place
    OPEN_VOTE = "open_vote"  # put a question to the households of a place, and take it back
    SEND_NOTICE = "send_notice"  # tell everybody who lives at a place
    CLAIM_TASK = "claim_task"  # take a visit that is looked for
    POST_SHIFT = "post_shift"  # post shifts, call them off, see what they found and their figures
    REGISTER_CALLER = "register_caller"  # ☎️ 来电登记: take an order or a report for somebody on the phone
    MAKE_CALLS = "make_calls"  # tell somebody by phone, and hear their answer
    BANK_TIME = "bank_time"  # enter minutes by hand and reverse entries, and be the second person for it
    CHECK_VOLUNTEER = "check_volunteer"  # have seen in person who somebody is; see who is asked how often
    STOP_VOLUNTEER = "stop_volunteer"  # somebody visits nobody any more; and may begin again
    ENROL = "enrol"  # 报平安: enrol somebody who agrees
    KNOCK = "knock"  # go and knock at the door of somebody who has not been heard of
    DECLARE = "declare"  # 应急状态: begin it and end it, for the whole community
    LOOK_IN = "look_in"  # see who needs a look today, and say how they are


ALLOWED: dict[Action, tuple[Role, ...]] = {
    Action.VERIFY: (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN, Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.HANDLE_REPORTS: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.BIND_GROUP: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.SEE_OPEN: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.OPEN_VOTE: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.SEND_NOTICE: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.CLAIM_TASK: (Role.VOLUNTEER, Role.GRID_WORKER, Role.STAFF),
    Action.POST_SHIFT: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.REGISTER_CALLER: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.MAKE_CALLS: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.BANK_TIME: (Role.STAFF, Role.ADMIN),
    Action.CHECK_VOLUNTEER: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.STOP_VOLUNTEER: (Role.STAFF, Role.ADMIN),
    Action.ENROL: (Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
    Action.KNOCK: (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN, Role.GRID_WORKER, Role.STAFF),
    Action.DECLARE: (Role.STAFF, Role.ADMIN),
    Action.LOOK_IN: (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN, Role.GRID_WORKER, Role.STAFF, Role.ADMIN),
}
"""Which roles, held at the place or above it, may do it; weakest first."""


HELD = (TaskState.CLAIMED, TaskState.ON_WAY, TaskState.ARRIVED)
"""While these last, and no longer, whoever goes there sees name, phone and door."""
_DOOR_WHILE = (ReportState.SUBMITTED, ReportState.ACCEPTED, ReportState.ASSIGNED, ReportState.RESOLVED)

ALARM = "visit_alarm"
"""What an address is opened for, when a helper at a visit is not heard of."""


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


async def may_inside(tx: Transaction, person: Person, action: Action, place_id: int) -> Role | None:
    """The role, held at a part of a place, by which somebody may do something there together with others."""
    for grant in await people.grants(tx, person.id):
        at = await places.by_id(tx, grant.place_id) if grant.role in ALLOWED[action] else None
        if at and at.kind is not PlaceKind.UNIT and await places.overlap(tx, one=at.id, other=place_id):
            return grant.role
    return None


async def reach(tx: Transaction, person: Person, action: Action, kinds: tuple[PlaceKind, ...]) -> list[Place]:
    """The places of these kinds at which somebody may do something, in the order of the kinds."""
    found: dict[int, Place] = {}
    for grant in await people.grants(tx, person.id):
        if grant.role in ALLOWED[action]:
            found |= {p.id: p for p in await places.within(tx, place_id=grant.place_id, kinds=kinds)}
    return sorted(found.values(), key=lambda p: (kinds.index(p.kind), p.id))


async def require(tx: Transaction, person: Person, action: Action, *, place_id: int | None) -> Role:
    """Like `may`. Raises NotAllowed."""
    role = await may(tx, person, action, place_id=place_id)
    if role is None:
        raise NotAllowed
    return role


async def roles_of(tx: Transaction, person: Person) -> set[Role]:
    """Every role somebody holds, wherever it is."""
    return {grant.role for grant in await people.grants(tx, person.id)}


async def require_somewhere(tx: Transaction, person: Person, action: Action) -> None:
    """Before the place is known: whether it can be anywhere at all. Raises NotAllowed."""
    if not (await roles_of(tx, person)).intersection(ALLOWED[action]):
        raise NotAllowed


async def works_somewhere(tx: Transaction, person: Person, action: Action) -> bool:
    """Whether somebody holds a role for it at any place where people live, which a responsible unit is not."""
    return bool(await places_of(tx, person, action))


async def places_of(tx: Transaction, person: Person, action: Action) -> list[int]:
    """The places where people live at which somebody holds a role for it; it reaches what lies in them."""
    held = dict.fromkeys(
        grant.place_id for grant in await people.grants(tx, person.id) if grant.role in ALLOWED[action]
    )
    return [one for one in held if (await places.by_id(tx, one)).kind is not PlaceKind.UNIT]


async def officers(tx: Transaction, phone: str) -> list[Person]:
    """Whom a number of the roster stands for: anybody may type it when they join, so a role must go with it."""
    known = await people.by_phone(tx, "".join(c for c in phone if c.isdigit()))
    return [p for p in known if await works_somewhere(tx, p, Action.MAKE_CALLS)]


async def volunteers_at(tx: Transaction, phone: str) -> list[Person]:
    """Whom a number of a team's roster stands for; that they are volunteers where the task is, is asked later."""
    return await people.by_phone(tx, "".join(c for c in phone if c.isdigit()))


def _open(tx: Transaction, value: Sealed | None) -> str:
    return str(tx.cipher.open(value.token)) if value else ""


def own_words(tx: Transaction, value: Sealed | None) -> str:
    """What somebody wrote, for themselves or for whoever handles the matter it belongs to."""
    return _open(tx, value)


def public_name(tx: Transaction, person: Person) -> str:
    """The name of who serves (volunteer, captain, staff), as the served may know it; else ask `may` before."""
    return _open(tx, person.name)


_NUMBER_FOR_CONFIRMED = (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN)


async def public_phone(tx: Transaction, holder: Person, *, role: Role, reader: Person) -> str:
    """The number of who looks after the reader's home: the grid worker's for all, captains' for the confirmed."""
    if role is not Role.GRID_WORKER and (role not in _NUMBER_FOR_CONFIRMED or reader.verified_at is None):
        return ""
    reached = await people.holds(tx, person_id=holder.id, roles=(role,), place_id=reader.place_id or 0)
    return _open(tx, holder.phone) if reached and reader.erased_at is None else ""


def name_in_care(tx: Transaction, person: Person) -> str:
    """The name of somebody who is looked in on, for those who agreed to be told and for who looks in on them."""
    return _open(tx, person.name)


async def open_address(
    tx: Transaction, here: Here, person: Person, *, viewer: Person, role: str, subject: tuple[str, int]
) -> Address:
    """Name, phone and door of `person`, for `viewer`, who needs them for `subject`; the person can see who did."""
    await audit.note(
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


async def address_of_held_task(tx: Transaction, viewer: Person, task: Task) -> Address:
    """Where to go, for who has the task or goes along (which was noted then), until it is done. Raises NotAllowed."""
    goes = task.taker_id == viewer.id or await companion_rows.is_one(tx, task_id=task.id, person_id=viewer.id)
    if not goes or task.state not in HELD or task.person_id is None:
        raise NotAllowed
    return await own_address(tx, await people.by_id(tx, task.person_id))


async def address_in_alarm(tx: Transaction, viewer: Person, task: Task, person_id: int) -> Address | None:
    """Where somebody of a visit with an alarm is found, for who was given it (which is noted); None once it is over."""
    if task.state is not TaskState.ARRIVED or task.alarm_at is None:
        return None
    if not await works_somewhere(tx, viewer, Action.MAKE_CALLS):
        return None
    if not await audit.has_opened(tx, actor_id=viewer.id, person_id=person_id, subject=(ALARM, task.id)):
        return None
    person = await people.by_id(tx, person_id)
    return await own_address(tx, person) if person.erased_at is None else None


def has_door(report: Report) -> bool:
    """Whether a report lets who comes see the reporter's name, door and phone: an emergency from home, while open."""
    return report.door and report.reporter_id is not None and report.state in _DOOR_WHILE


async def open_door(tx: Transaction, here: Here, actor: Person, report: Report) -> None:
    """Open it for somebody of the desk, once; the reporter can see who did. Raises NotAllowed, NotFound."""
    role = await require(tx, actor, Action.HANDLE_REPORTS, place_id=report.place_id)
    if not has_door(report) or report.reporter_id is None:
        raise NotFound
    subject = ("report", report.id)
    if not await audit.has_opened(tx, actor_id=actor.id, person_id=report.reporter_id, subject=subject):
        person = await people.by_id(tx, report.reporter_id)
        await open_address(tx, here, person, viewer=actor, role=role, subject=subject)


async def door_of_report(tx: Transaction, viewer: Person, report: Report) -> Address | None:
    """Where the reporter is found, for whoever of the desk has opened it; None for everybody else."""
    if not has_door(report) or report.reporter_id is None:
        return None
    if await may(tx, viewer, Action.HANDLE_REPORTS, place_id=report.place_id) is None:
        return None
    subject = ("report", report.id)
    if not await audit.has_opened(tx, actor_id=viewer.id, person_id=report.reporter_id, subject=subject):
        return None
    person = await people.by_id(tx, report.reporter_id)
    return await own_address(tx, person) if person.erased_at is None else None


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


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What somebody is to a vote."""

    household_id: int | None  # theirs, if it is on the roll
    confirmed: bool  # a confirmed member of it: may vote, and sees its ballot
    desk: bool  # may take the vote back

    @property
    def voter(self) -> int | None:
        """The household they vote for."""
        return self.household_id if self.confirmed else None


async def standing(tx: Transaction, person: Person, vote: Vote) -> Standing:
    """What somebody is to a vote: a member of a household on its roll, of the desk that opened it, or neither."""
    on_roll = await vote_rows.on_roll(tx, vote_id=vote.id, household_id=person.place_id)
    return Standing(
        household_id=person.place_id if on_roll else None,
        confirmed=on_roll and person.verified_at is not None and person.erased_at is None,
        desk=await may(tx, person, Action.OPEN_VOTE, place_id=vote.place_id) is not None,
    )


async def own_ballot(tx: Transaction, standing: Standing, vote: Vote) -> Ballot | None:
    """What somebody's own household has chosen; nobody sees another's."""
    if standing.voter is None:
        return None
    return await vote_rows.ballot(tx, vote_id=vote.id, household_id=standing.voter)


async def ballots_by(tx: Transaction, person: Person) -> list[OwnBallot]:
    """The ballots somebody has cast, for themselves."""
    return await vote_rows.ballots_of(tx, person.id)


async def counted(tx: Transaction, vote: Vote) -> dict[str, int] | None:
    """How many households chose what: only once the vote is closed, not while it runs nor when it was cancelled."""
    if vote.state is not VoteState.CLOSED:
        return None
    return {line.state: line.count for line in await vote_rows.ballots_by_choice(tx, vote.id)}


def name_at_home(tx: Transaction, person: Person, reader: Person) -> str:
    """A name for those who live in the same household."""
    return _open(tx, person.name) if person.place_id is not None and person.place_id == reader.place_id else ""
