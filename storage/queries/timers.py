"""What falls due."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Timer


async def put(tx: Transaction, *, kind: str, subject_id: int, due: datetime) -> None:
    """Have something fall due; a timer of the same kind and subject is moved."""
    tx.wake("timers")
    await tx.run(
        "INSERT INTO timers (kind, subject_id, due) VALUES (:kind, :subject_id, :due) "
        "ON CONFLICT (kind, subject_id) DO UPDATE SET due = excluded.due, tries = 0, held_at = NULL",
        kind=kind,
        subject_id=subject_id,
        due=due,
    )


async def drop(tx: Transaction, *, prefix: str, subject_id: int) -> None:
    """Forget a subject's timers whose kind begins with `prefix`."""
    await tx.run(
        "DELETE FROM timers WHERE subject_id = :subject_id AND kind LIKE :pattern",
        subject_id=subject_id,
        pattern=prefix + "%",
    )


async def due(
    tx: Transaction, *, now: datetime, limit: int, steady: str = "", ahead: datetime | None = None
) -> list[Timer]:
    """What has fallen due, oldest first; and what is of the `steady` kind and lies beyond `ahead`."""
    return await tx.all(
        Timer,
        "SELECT id, kind, subject_id, due, tries FROM timers WHERE due <= :now AND held_at IS NULL "
        "UNION ALL SELECT id, kind, subject_id, due, tries FROM timers WHERE kind = :steady AND due > :ahead "
        "ORDER BY due, id LIMIT :limit",
        now=now,
        steady=steady,
        ahead=ahead,
        limit=limit,
    )


async def set_for(tx: Transaction, *, kind: str, subject_id: int) -> datetime | None:
    """When a timer runs out; None where there is none."""
    return await tx.one(
        datetime,
        "SELECT due FROM timers WHERE kind = :kind AND subject_id = :subject_id",
        kind=kind,
        subject_id=subject_id,
    )


async def next_due(tx: Transaction) -> datetime | None:
    """When the next one falls due."""
    return await tx.one(datetime, "SELECT MIN(due) AS due FROM timers WHERE held_at IS NULL")


async def let_go(tx: Transaction, *, timer_id: int, due: datetime) -> None:
    """What was held falls due then."""
    tx.wake("timers")
    await tx.run("UPDATE timers SET held_at = NULL, due = :due WHERE id = :timer_id", timer_id=timer_id, due=due)


async def finish(tx: Transaction, *, timer_id: int, due: datetime) -> None:
    """Remove a timer that was handled, unless handling it set it anew."""
    await tx.run("DELETE FROM timers WHERE id = :timer_id AND due = :due", timer_id=timer_id, due=due)


async def put_off(tx: Transaction, *, timer_id: int, until: datetime, error: str) -> None:
    """Try a failed timer again later."""
    await tx.run(
        "UPDATE timers SET due = :until, tries = tries + 1, error = :error WHERE id = :timer_id",
        timer_id=timer_id,
        until=until,
        error=error,
    )


async def counts(tx: Transaction, *, now: datetime) -> tuple[int, int]:
    """How many are pending, and how many of them are overdue."""
    pending = await tx.need(int, "SELECT COUNT(*) FROM timers")
    overdue = await tx.need(int, "SELECT COUNT(*) FROM timers WHERE due < :now AND held_at IS NULL", now=now)
    return pending, overdue
