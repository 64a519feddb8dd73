"""A volunteer's week as a feed that calendars fetch by themselves, where the bot can be reached from outside."""

import hashlib
import secrets

from community.errors import NoLongerPossible
from community.here import Here
from storage.database import Transaction
from storage.queries import calendar_feeds, meta, people
from storage.records import Person

_ADDRESS = "feeds"


async def announce(tx: Transaction, webhook_url: str) -> None:
    """At every start: where feeds are found, under the webhook's address; nowhere ("") without one."""
    await meta.put(tx, _ADDRESS, f"{webhook_url.rstrip('/')}/week/" if webhook_url else "")


async def possible(tx: Transaction) -> bool:
    """Whether there can be feeds."""
    return bool(await meta.get(tx, _ADDRESS))


async def link(tx: Transaction, here: Here, person: Person) -> str:
    """A new address for somebody's week; the one before leads nowhere. Raises NoLongerPossible where there are none."""
    base = await meta.get(tx, _ADDRESS)
    if not base:
        raise NoLongerPossible
    token = secrets.token_urlsafe(24)
    await calendar_feeds.put(tx, person_id=person.id, token_hash=_hash(token), now=here.now)
    return f"{base}{token}.ics"


async def reader(tx: Transaction, token: str) -> Person | None:
    """Whose week an address stands for."""
    person_id = await calendar_feeds.reader(tx, _hash(token))
    return await people.by_id(tx, person_id) if person_id is not None else None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
