"""Who looks after somebody: captains, grid worker, duty officer, property company."""

from dataclasses import dataclass

from community import permissions
from community.here import Here
from community.places import above
from community.tell import Both
from storage.database import Transaction
from storage.queries import people
from storage.records import Person
from storage.states import PlaceKind, Role


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """Names for those who serve, numbers for offices."""

    place: Both
    captains: list[tuple[str, str, str]]  # role, name, phone where it is this person's to know
    duty: tuple[str, str] | None  # name, phone
    property: tuple[Both, str] | None  # name, phone


async def of(tx: Transaction, here: Here, person: Person) -> Contacts:
    """Whom this person can turn to now."""
    captains: list[tuple[str, str, str]] = []
    company = None
    if person.place_id is not None:
        for role in (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN, Role.GRID_WORKER):
            holders = await people.in_charge(tx, role=role, place_id=person.place_id)
            captains += [
                (
                    role.value,
                    permissions.public_name(tx, holder),
                    await permissions.public_phone(tx, holder, role=role, reader=person),
                )
                for holder in holders
            ]
        estate = await above(tx, person.place_id, PlaceKind.ESTATE)
        company = here.neighbourhood.property_for(estate.code) if estate else None
    duty = here.neighbourhood.duty_at(here.local)
    return Contacts(
        place=await permissions.full_name(tx, person.place_id),
        captains=captains,
        duty=(duty.name, duty.phone) if duty else None,
        property=({"zh": company.name.zh, "en": company.name.en}, company.phone) if company else None,
    )
