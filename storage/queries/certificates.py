"""Certificates of service, and the codes by which they are verified."""

from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.time_bank_records import Certificate, Served

_CERTIFICATE = "c.id, c.code, c.person_id, c.name, c.visits, c.credit, c.honour, c.since, c.issued_at"


async def add(
    tx: Transaction, *, code: str, person_id: int, name: Sealed, served: Served, since: datetime, now: datetime
) -> int:
    """One more; its number."""
    return await tx.insert(
        "INSERT INTO certificates (code, person_id, name, visits, credit, honour, since, issued_at) "
        "VALUES (:code, :person_id, :name, :visits, :credit, :honour, :since, :now)",
        code=code,
        person_id=person_id,
        name=name,
        visits=served.visits,
        credit=served.credit,
        honour=served.honour,
        since=since,
        now=now,
    )


async def by_id(tx: Transaction, certificate_id: int) -> Certificate | None:
    """The certificate of that number."""
    return await tx.one(Certificate, f"SELECT {_CERTIFICATE} FROM certificates c WHERE c.id = :id", id=certificate_id)


async def by_code(tx: Transaction, code: str) -> Certificate | None:
    """The certificate whose QR holds this code."""
    return await tx.one(Certificate, f"SELECT {_CERTIFICATE} FROM certificates c WHERE c.code = :code", code=code)


async def of_person(tx: Transaction, person_id: int) -> list[Certificate]:
    """Somebody's certificates, latest first."""
    return await tx.all(
        Certificate,
        f"SELECT {_CERTIFICATE} FROM certificates c WHERE c.person_id = :person_id ORDER BY c.id DESC",
        person_id=person_id,
    )


async def void(tx: Transaction, certificate_id: int) -> None:
    """It could not be made, so it certifies nothing."""
    await tx.run("UPDATE certificates SET name = NULL WHERE id = :id", id=certificate_id)


async def forget(tx: Transaction, *, person_id: int) -> None:
    """The name of somebody who is erased."""
    await tx.run("UPDATE certificates SET name = NULL WHERE person_id = :person_id", person_id=person_id)
