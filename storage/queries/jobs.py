"""Jobs that are done outside a transaction, and the pictures they make."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Job, Picture


async def put(tx: Transaction, *, kind: str, subject_id: int, now: datetime) -> None:
    """Have something made; once for each subject."""
    tx.wake("jobs")
    await tx.run(
        "INSERT INTO jobs (kind, subject_id, state, not_before, created_at) "
        "VALUES (:kind, :subject_id, 'waiting', :now, :now) ON CONFLICT (kind, subject_id) DO NOTHING",
        kind=kind,
        subject_id=subject_id,
        now=now,
    )


async def take(tx: Transaction, *, now: datetime) -> Job | None:
    """The oldest that waits; the try is counted before it is made, so that a job that kills us cannot loop."""
    return await tx.one(
        Job,
        "UPDATE jobs SET tries = tries + 1 WHERE id = (SELECT j.id FROM jobs j WHERE j.state = 'waiting' "
        "AND j.not_before <= :now ORDER BY j.not_before, j.id LIMIT 1) RETURNING id, kind, subject_id, tries",
        now=now,
    )


async def next_try(tx: Transaction) -> datetime | None:
    """When the next one may be tried."""
    return await tx.one(datetime, "SELECT MIN(not_before) AS not_before FROM jobs WHERE state = 'waiting'")


async def put_off(tx: Transaction, *, job_id: int, until: datetime, error: str) -> None:
    """Try again later."""
    await tx.run(
        "UPDATE jobs SET not_before = :until, error = :error WHERE id = :job_id",
        until=until,
        error=error,
        job_id=job_id,
    )


async def finish(tx: Transaction, *, job_id: int, error: str | None) -> None:
    """It is made, or given up with its reason."""
    await tx.run(
        "UPDATE jobs SET state = CASE WHEN CAST(:error AS TEXT) IS NULL THEN 'done' ELSE 'failed' END, "
        "error = CAST(:error AS TEXT) WHERE id = :job_id",
        error=error,
        job_id=job_id,
    )


async def put_picture(tx: Transaction, *, kind: str, subject_id: int, png: bytes, now: datetime) -> int:
    """Keep a picture of a subject; its id."""
    return await tx.need(
        int,
        "INSERT INTO pictures (kind, subject_id, png, created_at) VALUES (:kind, :subject_id, :png, :now) "
        "ON CONFLICT (kind, subject_id) DO UPDATE SET png = excluded.png, file_id = NULL RETURNING id",
        kind=kind,
        subject_id=subject_id,
        png=png,
        now=now,
    )


async def picture_of(tx: Transaction, *, kind: str, subject_id: int) -> int | None:
    """The id of a subject's picture."""
    return await tx.one(
        int,
        "SELECT id FROM pictures WHERE kind = :kind AND subject_id = :subject_id",
        kind=kind,
        subject_id=subject_id,
    )


async def picture(tx: Transaction, picture_id: int) -> Picture:
    """The picture; its bytes only as long as Telegram has no copy. Raises LookupError."""
    return await tx.need(
        Picture,
        "SELECT id, CASE WHEN file_id IS NULL THEN png END AS png, file_id FROM pictures WHERE id = :picture_id",
        picture_id=picture_id,
    )


async def uploaded(tx: Transaction, *, picture_id: int, file_id: str) -> None:
    """Telegram keeps a copy under this name."""
    await tx.run(
        "UPDATE pictures SET file_id = :file_id WHERE id = :picture_id AND file_id IS NULL",
        picture_id=picture_id,
        file_id=file_id,
    )
