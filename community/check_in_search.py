"""Finding whom to enrol for 报平安, and whom they want to be told: by phone number, or by where they live."""

from community import people as joining
from community import permissions
from community.check_in_texts import NotTheirContact
from community.check_ins import check_enrol
from community.errors import NotFound
from community.here import Here
from community.permissions import Action
from community.tell import reachable_by_chat
from storage.database import Transaction
from storage.queries import people
from storage.records import Person


async def may_enrol(tx: Transaction, actor: Person) -> bool:
    """Whether somebody enrols at all: nobody lives at a responsible unit."""
    return await permissions.works_somewhere(tx, actor, Action.ENROL)


async def candidates(tx: Transaction, actor: Person, *, phone: str, place_id: int | None) -> list[Person]:
    """Those with this number, or else at this home, whom the actor may enrol."""
    found = await people.by_phone(tx, joining.clean_phone(phone)) if phone else []
    if not phone and place_id is not None:
        found = await people.living_at(tx, place_id=place_id)
    return [p for p in found if await permissions.may(tx, actor, Action.ENROL, place_id=p.place_id) is not None]


async def choose(tx: Transaction, here: Here, actor: Person, elder: Person) -> str:
    """Their name, which is written down as looked up. Raises NotAllowed, EnrolledAlready."""
    await check_enrol(tx, actor, elder)
    about = ("person", elder.id)
    return (await permissions.open_address(tx, here, elder, viewer=actor, role="enroller", subject=about)).name


async def contact(tx: Transaction, *, phone: str, elder_id: int) -> Person:
    """Whoever is known by this number, those who chat before others. Raises NotFound, NotTheirContact."""
    known = [p for p in await people.by_phone(tx, joining.clean_phone(phone)) if p.joined_at is not None]
    known.sort(key=reachable_by_chat, reverse=True)
    others = [p for p in known if p.id != elder_id]
    if known and not others:
        raise NotTheirContact
    if not others:
        raise NotFound
    return others[0]


async def known_as(tx: Transaction, actor: Person, person_id: int) -> str:
    """The name by which whoever enrols sees that a number is the right one's; empty for who lives elsewhere."""
    found = await people.by_id(tx, person_id)
    here = await permissions.may(tx, actor, Action.ENROL, place_id=found.place_id)
    return permissions.public_name(tx, found) if here else ""


async def person(tx: Transaction, person_id: int) -> Person:
    """The person. Raises LookupError."""
    return await people.by_id(tx, person_id)
