"""家人代办: who may order for whom. The person served agrees first, in chat or on the phone, and may take it back."""

from dataclasses import dataclass

from community import people as joining
from community import permissions
from community.calls import ask_by_phone, close_question
from community.errors import Invalid, NoLongerPossible, NotAllowed
from community.here import Here
from community.tell import Text, reachable_by_chat, refresh, show, tell
from storage.database import Transaction
from storage.queries import audit, people
from storage.queries import proxies as rows
from storage.records import Order, Person, Proxy
from storage.states import Priority, ProxyState


@dataclass(frozen=True, kw_only=True)
class MayTheyOrder(Text, template="proxy/may_they"):
    """To be asked by phone: may this person order help for you?"""

    by: str


@dataclass(frozen=True, kw_only=True)
class Decided(Text, template="proxy/decided"):
    """To whoever asked: what the person said."""

    name: str
    agreed: bool


async def ask(tx: Transaction, here: Here, actor: Person, *, phone: str) -> None:
    """Ask whoever gave this number. Whether anybody did is not told. Raises Invalid."""
    number = joining.clean_phone(phone)
    if not 7 <= len(number) <= 15:
        raise Invalid
    for person in await people.by_phone(tx, number):
        if person.id == actor.id or person.place_id is None:
            continue
        asked = await rows.ask(tx, person_id=person.id, proxy_id=actor.id, now=here.now)
        if asked is None:
            continue
        if reachable_by_chat(person):
            await show(tx, person, "proxy", asked, priority=Priority.TASK, now=here.now)
        else:
            text = MayTheyOrder(by=permissions.public_name(tx, actor))
            await ask_by_phone(tx, here, person, text, question="proxy", subject_id=asked)


async def get(tx: Transaction, id_: int) -> Proxy:
    """The row. Raises NoLongerPossible where it was forgotten."""
    found = await rows.by_id(tx, id_)
    if found is None:
        raise NoLongerPossible
    return found


async def decide(
    tx: Transaction, here: Here, actor: Person, id_: int, *, agreed: bool, on_behalf: bool = False
) -> None:
    """同意 or 不同意, by the person served (or whoever rang them up). Raises NotAllowed, NoLongerPossible."""
    proxy = await get(tx, id_)
    if not on_behalf and actor.id != proxy.person_id:
        raise NotAllowed
    state = ProxyState.AGREED if agreed else ProxyState.REFUSED
    if not await rows.move(tx, id_=id_, was=ProxyState.ASKED, state=state, now=here.now):
        raise NoLongerPossible
    await close_question(tx, here, question="proxy", subject_id=id_)
    await refresh(tx, "proxy", id_, priority=Priority.REPLY, now=here.now)
    action = "proxy_agreed" if agreed else "proxy_refused"
    await audit.note(
        tx, action=action, actor_id=actor.id, person_id=proxy.person_id, subject_kind="person",
        subject_id=proxy.proxy_id, now=here.now,
    )  # fmt: skip
    asker = await people.by_id(tx, proxy.proxy_id)
    name = permissions.public_name(tx, await people.by_id(tx, proxy.person_id)) if agreed else ""
    await tell(tx, asker, Decided(name=name, agreed=agreed), priority=Priority.TASK, now=here.now)


async def end(tx: Transaction, here: Here, actor: Person, id_: int) -> None:
    """不再让他替我下单, by either of the two. Raises NotAllowed, NoLongerPossible."""
    proxy = await get(tx, id_)
    if actor.id not in (proxy.person_id, proxy.proxy_id):
        raise NotAllowed
    if not await rows.move(tx, id_=id_, was=ProxyState.AGREED, state=ProxyState.ENDED, now=here.now):
        raise NoLongerPossible
    await refresh(tx, "proxy", id_, priority=Priority.REPLY, now=here.now)
    await audit.note(
        tx, action="proxy_ended", actor_id=actor.id, person_id=proxy.person_id, subject_kind="person",
        subject_id=proxy.proxy_id, now=here.now,
    )  # fmt: skip


async def served_by(tx: Transaction, actor: Person) -> list[tuple[Person, str]]:
    """Those somebody may order for, with their names."""
    return [(p, permissions.public_name(tx, p)) for p in await rows.served_by(tx, actor.id)]


async def of_person(tx: Transaction, person: Person) -> list[tuple[Proxy, str]]:
    """Who may order for somebody, with their names."""
    found = await rows.of_person(tx, person.id)
    return [(x, permissions.public_name(tx, await people.by_id(tx, x.proxy_id))) for x in found]


async def require(tx: Transaction, actor: Person, person_id: int) -> Person:
    """Somebody this person may order for, themselves included. Raises NotAllowed."""
    if person_id != actor.id and not await rows.allowed(tx, person_id=person_id, proxy_id=actor.id):
        raise NotAllowed
    return await people.by_id(tx, person_id)


async def stands_for(tx: Transaction, actor: Person, person_id: int) -> bool:
    """Whether somebody else agreed that this person orders for them."""
    return await rows.allowed(tx, person_id=person_id, proxy_id=actor.id)


async def acts_for(tx: Transaction, actor: Person, order: Order) -> bool:
    """Whether somebody may change or cancel an order: theirs, made by them, or of whom they may order for."""
    if actor.id in (order.person_id, order.ordered_by):
        return True
    return await rows.allowed(tx, person_id=order.person_id, proxy_id=actor.id)
