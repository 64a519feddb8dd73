"""Who may order for whom, with consent."""

from datetime import datetime

from storage.database import Transaction
from storage.queries.people import PERSON
from storage.records import Person, Proxy
from storage.states import ProxyState

_PROXY = "id, person_id, proxy_id, state"


async def ask(tx: Transaction, *, person_id: int, proxy_id: int, now: datetime) -> int | None:
    """Somebody wants to order for another; its id, or None where that was asked or agreed before."""
    return await tx.one(
        int,
        "INSERT INTO proxies (person_id, proxy_id, state, at) VALUES (:person_id, :proxy_id, 'asked', :now) "
        "ON CONFLICT (person_id, proxy_id) DO UPDATE SET state = 'asked', at = excluded.at "
        "WHERE proxies.state IN ('refused', 'ended') RETURNING id",
        person_id=person_id,
        proxy_id=proxy_id,
        now=now,
    )


async def by_id(tx: Transaction, id_: int) -> Proxy | None:
    """One of them."""
    return await tx.one(Proxy, f"SELECT {_PROXY} FROM proxies WHERE id = :id", id=id_)


async def move(tx: Transaction, *, id_: int, was: ProxyState, state: ProxyState, now: datetime) -> bool:
    """From one state to another; False when it was in neither."""
    return bool(
        await tx.run(
            "UPDATE proxies SET state = :state, at = :now WHERE id = :id AND state = :was",
            id=id_,
            was=was,
            state=state,
            now=now,
        )
    )


async def allowed(tx: Transaction, *, person_id: int, proxy_id: int) -> bool:
    """Whether somebody may order for another."""
    found = await tx.one(
        int,
        "SELECT id FROM proxies WHERE person_id = :person_id AND proxy_id = :proxy_id AND state = 'agreed'",
        person_id=person_id,
        proxy_id=proxy_id,
    )
    return found is not None


async def served_by(tx: Transaction, proxy_id: int) -> list[Person]:
    """Those somebody may order for."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM proxies x JOIN people p ON p.id = x.person_id "
        "WHERE x.proxy_id = :proxy_id AND x.state = 'agreed' AND p.erased_at IS NULL ORDER BY p.id",
        proxy_id=proxy_id,
    )


async def of_person(tx: Transaction, person_id: int) -> list[Proxy]:
    """Who may order for somebody, as they agreed."""
    return await tx.all(
        Proxy, f"SELECT {_PROXY} FROM proxies WHERE person_id = :person_id AND state = 'agreed'", person_id=person_id
    )


async def forget(tx: Transaction, person_id: int) -> None:
    """Of somebody who is erased."""
    await tx.run("DELETE FROM proxies WHERE person_id = :person_id", person_id=person_id)
    await tx.run("DELETE FROM proxies WHERE proxy_id = :person_id", person_id=person_id)
