"""☎️ 来电登记: people who are reached by phone, and what is taken in for whoever rings."""

from community import people as joining
from community import permissions
from community.here import Here
from community.permissions import Action
from storage.database import Transaction
from storage.queries import audit, people
from storage.records import Person
from storage.states import ContactMode


async def known(tx: Transaction, actor: Person, *, phone: str) -> list[Person]:
    """Those who gave this number and live where the actor takes calls."""
    found = await people.by_phone(tx, joining.clean_phone(phone))
    return [
        p for p in found if p.place_id and await permissions.may(tx, actor, Action.REGISTER_CALLER, place_id=p.place_id)
    ]


async def may_register(tx: Transaction, actor: Person) -> bool:
    """Whether somebody takes calls at all: nobody lives at a responsible unit."""
    return await permissions.works_somewhere(tx, actor, Action.REGISTER_CALLER)


async def register(tx: Transaction, here: Here, actor: Person, *, name: str, phone: str, place_id: int) -> Person:
    """Somebody without chat, who agreed on the phone. Raises NotAllowed, TooLong, Invalid."""
    await permissions.require(tx, actor, Action.REGISTER_CALLER, place_id=place_id)
    person = await people.add(
        tx, telegram_id=None, language=actor.language, contact_mode=ContactMode.PHONE, now=here.now
    )
    kept = tx.seal(joining.clean_name(name))
    await people.join(tx, person_id=person.id, name=kept, place_id=place_id, now=here.now)
    await people.set_phone(tx, person_id=person.id, phone=joining.clean_phone(phone))
    await people.verify(tx, person_id=person.id, verified_by=actor.id, now=here.now)
    await audit.note(tx, action="registered", actor_id=actor.id, person_id=person.id, now=here.now)
    return await people.by_id(tx, person.id)


async def look_up(tx: Transaction, here: Here, actor: Person, person_id: int) -> permissions.Address:
    """Whom somebody on the phone turns out to be; that it was looked up is written down. Raises NotAllowed."""
    person = await caller(tx, actor, person_id)
    return await permissions.open_address(tx, here, person, viewer=actor, role="caller", subject=("person", person.id))


async def caller(tx: Transaction, actor: Person, person_id: int) -> Person:
    """Somebody the actor takes calls from. Raises NotAllowed."""
    person = await people.by_id(tx, person_id)
    await permissions.require(tx, actor, Action.REGISTER_CALLER, place_id=person.place_id)
    return person
