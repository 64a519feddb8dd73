"""Photos of volunteers, for those they go to."""

from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.records import HelperPhoto


async def put(tx: Transaction, *, person_id: int, file: Sealed, now: datetime) -> None:
    """Another one; staff have not seen it yet."""
    await tx.run(
        "INSERT INTO helper_photos (person_id, file, at) VALUES (:person_id, :file, :now) "
        "ON CONFLICT (person_id) DO UPDATE SET file = excluded.file, at = excluded.at, checked_by = NULL",
        person_id=person_id,
        file=file,
        now=now,
    )


async def of(tx: Transaction, person_id: int) -> HelperPhoto | None:
    """Somebody's."""
    return await tx.one(
        HelperPhoto, "SELECT file, at, checked_by FROM helper_photos WHERE person_id = :person_id", person_id=person_id
    )


async def check(tx: Transaction, *, person_id: int, at: datetime, checked_by: int) -> bool:
    """Staff have seen the one of that moment; False where it is another one, or was seen before."""
    return bool(
        await tx.run(
            "UPDATE helper_photos SET checked_by = :checked_by "
            "WHERE person_id = :person_id AND at = :at AND checked_by IS NULL",
            checked_by=checked_by,
            person_id=person_id,
            at=at,
        )
    )


async def remove(tx: Transaction, person_id: int) -> bool:
    """It is gone; False where there was none."""
    return bool(await tx.run("DELETE FROM helper_photos WHERE person_id = :person_id", person_id=person_id))
