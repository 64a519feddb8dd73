"""今天要看看的: who has not been heard of today, who needs help, who is away, where somebody looks in on them."""

from dataclasses import dataclass

from community import check_in_alarm, check_in_day, permissions
from community.errors import NoLongerPossible, NotAllowed
from community.here import Here
from community.permissions import Action
from community.tell import Both, show
from storage.database import Transaction
from storage.queries import check_ins as rows
from storage.queries import people, places
from storage.records import CheckIn, CheckInDay, Person
from storage.states import CheckInState, ContactState, PlaceKind, Priority

LIMIT = 20
_URGENT_FIRST = (
    CheckInState.HELP,
    CheckInState.DESK,
    CheckInState.KNOCKING,
    CheckInState.ALERTED,
    CheckInState.PHONED,
    CheckInState.WAITING,
)


@dataclass(frozen=True, kw_only=True)
class ToLookAt:
    """Those who need a look, the most urgent first, and those who are away; at most `LIMIT` of each."""

    days: list[tuple[CheckInDay, Both]]
    away: list[tuple[CheckIn, Both]]


async def to_look_at(tx: Transaction, here: Here, person: Person) -> ToLookAt | None:
    """What there is for this person; None for who looks in on nobody."""
    days: dict[int, CheckInDay] = {}
    away: dict[int, CheckIn] = {}
    looks = False
    for grant in await people.grants(tx, person.id):
        if grant.role in permissions.ALLOWED[Action.LOOK_IN]:
            if (await places.by_id(tx, grant.place_id)).kind is PlaceKind.UNIT:
                continue
            looks = True
            days |= {d.id: d for d in await rows.open_in(tx, place_id=grant.place_id, limit=LIMIT)}
            found = await rows.away_in(tx, place_id=grant.place_id, now=here.now, limit=LIMIT)
            away |= {plan.person_id: plan for plan in found}
    if not looks:
        return None
    urgent = sorted(days.values(), key=lambda day: (_URGENT_FIRST.index(day.state), day.due, day.id))
    others = [day for day in urgent if day.person_id != person.id][:LIMIT]
    return ToLookAt(
        days=[(day, await _place(tx, day.person_id)) for day in others],
        away=[(plan, await _place(tx, plan.person_id)) for plan in list(away.values())[:LIMIT]],
    )


async def _place(tx: Transaction, person_id: int) -> Both:
    return await check_in_alarm.stairwell(tx, await people.by_id(tx, person_id))


async def open_card(tx: Transaction, here: Here, actor: Person, day_id: int) -> None:
    """The card with name, phone and door, which is written down. Raises NotFound, NotAllowed, NoLongerPossible."""
    day = await check_in_day.get(tx, day_id)
    elder = await people.by_id(tx, day.person_id)
    role = await check_in_day.looks_in(tx, here, actor, elder)
    if role is None:
        raise NotAllowed
    if day.settled_at is not None:
        raise NoLongerPossible
    await rows.alert(tx, day_id=day.id, person_id=actor.id)
    await rows.opened(tx, day_id=day.id, person_id=actor.id, now=here.now)
    await permissions.open_address(tx, here, elder, viewer=actor, role=role, subject=("check_in", day.id))
    await show(tx, actor, "check_in_alarm", day.id, priority=Priority.REPLY, now=here.now)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What somebody may see and do about an elder's day."""

    place: Both
    name: str  # empty for who is neither a contact nor has opened the address
    address: permissions.Address | None
    looks_in: bool
    contact: bool


async def sight(tx: Transaction, here: Here, reader: Person, day: CheckInDay) -> Sight:
    """Name, phone and door, for who has opened them and may, as long as the day is open; the contacts know the name."""
    elder = await people.by_id(tx, day.person_id)
    looks_in = await check_in_day.looks_in(tx, here, reader, elder) is not None
    state = await rows.contact_state(tx, person_id=elder.id, contact_id=reader.id)
    contact = state is ContactState.WILLING
    opened = looks_in and day.settled_at is None and await rows.has_opened(tx, day_id=day.id, person_id=reader.id)
    return Sight(
        place=await check_in_alarm.stairwell(tx, elder),
        name=permissions.name_in_care(tx, elder) if contact or opened else "",
        address=await permissions.own_address(tx, elder) if opened else None,
        looks_in=looks_in,
        contact=contact,
    )
