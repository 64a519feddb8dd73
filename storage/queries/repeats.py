"""Orders that come again every week."""

from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.records import Repeat

_REPEAT = "id, person_id, ordered_by, service, words, wanted_id, weekday, minute, next_at, ended_at"


async def add(
    tx: Transaction,
    *,
    person_id: int,
    ordered_by: int,
    service: str,
    words: Sealed | None,
    wanted_id: int | None,
    weekday: int,
    minute: int,
    next_at: datetime,
) -> int:
    """A new one; its id."""
    return await tx.insert(
        "INSERT INTO repeats (person_id, ordered_by, service, words, wanted_id, weekday, minute, next_at) "
        "VALUES (:person_id, :ordered_by, :service, :words, :wanted_id, :weekday, :minute, :next_at)",
        person_id=person_id,
        ordered_by=ordered_by,
        service=service,
        words=words,
        wanted_id=wanted_id,
        weekday=weekday,
        minute=minute,
        next_at=next_at,
    )


async def by_id(tx: Transaction, repeat_id: int) -> Repeat | None:
    """One of them."""
    return await tx.one(Repeat, f"SELECT {_REPEAT} FROM repeats WHERE id = :repeat_id", repeat_id=repeat_id)


async def move(tx: Transaction, *, repeat_id: int, next_at: datetime) -> None:
    """When it comes next."""
    await tx.run("UPDATE repeats SET next_at = :next_at WHERE id = :repeat_id", repeat_id=repeat_id, next_at=next_at)


async def end(tx: Transaction, *, repeat_id: int, now: datetime) -> bool:
    """It does not come again; False when that was so already."""
    return bool(
        await tx.run(
            "UPDATE repeats SET ended_at = :now WHERE id = :repeat_id AND ended_at IS NULL",
            repeat_id=repeat_id,
            now=now,
        )
    )


async def end_all(tx: Transaction, *, person_id: int, now: datetime) -> list[int]:
    """Nothing comes again for somebody who is erased; which ones ended."""
    return await tx.all(
        int,
        "UPDATE repeats SET ended_at = :now, words = NULL WHERE person_id = :person_id AND ended_at IS NULL "
        "RETURNING id",
        person_id=person_id,
        now=now,
    )
