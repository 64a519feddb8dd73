"""What may be asked about later: who did what to whom, and who opened whose address; never a personal value."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Disclosure


async def note(
    tx: Transaction,
    *,
    action: str,
    actor_id: int | None,
    person_id: int | None = None,
    subject_kind: str | None = None,
    subject_id: int | None = None,
    detail: str | None = None,
    now: datetime,
) -> None:
    """Write down what may be asked about later; never a personal value."""
    await tx.run(
        "INSERT INTO audit (at, action, actor_id, person_id, subject_kind, subject_id, detail) "
        "VALUES (:now, :action, :actor_id, :person_id, :subject_kind, :subject_id, :detail)",
        now=now,
        action=action,
        actor_id=actor_id,
        person_id=person_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        detail=detail,
    )


async def disclosures(tx: Transaction, *, person_id: int, limit: int) -> list[Disclosure]:
    """Who opened somebody's address, latest first."""
    return await tx.all(
        Disclosure,
        "SELECT at, actor_id, detail AS actor_role FROM audit "
        "WHERE person_id = :person_id AND action = 'opened_address' "
        "ORDER BY id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def has_opened(tx: Transaction, *, actor_id: int, person_id: int, subject: tuple[str, int]) -> bool:
    """Whether somebody has opened a person's address for this subject."""
    return bool(
        await tx.one(
            int,
            "SELECT 1 FROM audit WHERE person_id = :person_id AND action = 'opened_address' "
            "AND actor_id = :actor_id AND subject_kind = :kind AND subject_id = :subject_id LIMIT 1",
            person_id=person_id,
            actor_id=actor_id,
            kind=subject[0],
            subject_id=subject[1],
        )
    )
