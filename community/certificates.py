"""📄 开证明: what somebody has served, in writing, and the code that verifies it.

Order 67 of the Ministry of Civil Affairs (志愿服务记录与证明出具办法): true, accurate, complete, free, timely; whoever
records certifies. So only minutes of service that stand are in it, what was entered by hand apart, and a correction
made afterwards shows to whoever verifies.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from community import permissions
from community.errors import NotFound
from community.here import Here
from community.tell import Both, tell
from community.time_bank_texts import CertificateFailed, CertificateReady, CertifiedAlready, NoService
from storage.database import Transaction
from storage.queries import certificates, jobs, meta, people, time_bank
from storage.records import Person
from storage.states import Priority
from storage.time_bank_records import Certificate, Served, ServiceCount

LINK = "c_"
SHEET = "certificate"
"""The kind of job by which one is made."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a certificate says, to anybody who has its code, and whether it still holds."""

    number: int
    name: str
    visits: int
    credit: int
    honour: int
    since: datetime
    issued_at: datetime
    issuer: Both
    holds: bool


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands on the paper; `link` is what the QR holds."""

    said: Verified
    services: list[ServiceCount]
    link: str


async def issue(tx: Transaction, here: Here, person: Person) -> int:
    """Have a certificate of all service up to now made; its number. Raises NoService, CertifiedAlready."""
    served = await time_bank.served(tx, person_id=person.id, until=here.now)
    if served.since is None:
        raise NoService
    for last in (await certificates.of_person(tx, person.id))[:1]:
        if last.name is not None and _figures(last) == _figures(served):
            raise CertifiedAlready(number=last.id)
    number = await certificates.add(
        tx,
        code=secrets.token_urlsafe(12),
        person_id=person.id,
        name=tx.seal(permissions.public_name(tx, person)),
        served=served,
        since=served.since,
        now=here.now,
    )
    await jobs.put(tx, kind=SHEET, subject_id=number, now=here.now)
    return number


async def verify(tx: Transaction, here: Here, payload: str) -> Verified:
    """What the certificate behind a start payload says. Raises NotFound."""
    found = await certificates.by_code(tx, payload.removeprefix(LINK))
    if found is None:
        raise NotFound
    return await _said(tx, here, found)


async def sheet(tx: Transaction, here: Here, number: int) -> Sheet:
    """What is put on paper. Raises LookupError."""
    found = await certificates.by_id(tx, number)
    if found is None or found.name is None:
        raise LookupError("a certificate that is not to be made any more")
    bot = await meta.get(tx, "bot")
    return Sheet(
        said=await _said(tx, here, found),
        services=await time_bank.services(tx, person_id=found.person_id, until=found.issued_at),
        link=f"https://t.me/{bot}?start={LINK}{found.code}",
    )


async def hand_over(tx: Transaction, here: Here, number: int, *, made: bytes | None, name: str) -> None:
    """Give somebody their certificate, or tell them that it could not be made."""
    found = await certificates.by_id(tx, number)
    if found is None or found.name is None:
        return
    person = await people.by_id(tx, found.person_id)
    if made is None:
        await certificates.void(tx, number)
        await tell(tx, person, CertificateFailed(), priority=Priority.REPLY, now=here.now)
        return
    document = {"name": name, "base64": base64.b64encode(made).decode()}
    text = CertificateReady(number=number)
    await tell(tx, person, text, priority=Priority.REPLY, now=here.now, document=document)


async def _said(tx: Transaction, here: Here, found: Certificate) -> Verified:
    stands = await time_bank.served(tx, person_id=found.person_id, until=found.issued_at)
    issuer = here.neighbourhood.community.name
    return Verified(
        number=found.id,
        name=permissions.own_words(tx, found.name),
        visits=found.visits,
        credit=found.credit,
        honour=found.honour,
        since=found.since,
        issued_at=found.issued_at,
        issuer={"zh": issuer.zh, "en": issuer.en},
        holds=found.name is not None and _figures(stands) == _figures(found),
    )


def _figures(counted: Served | Certificate) -> tuple[int, int, int]:
    return counted.visits, counted.credit, counted.honour
