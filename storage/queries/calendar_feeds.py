"""The feeds of volunteers' weeks, by the hashes of their addresses."""

from datetime import datetime

from storage.database import Transaction


async def put(tx: Transaction, *, person_id: int, token_hash: bytes, now: datetime) -> None:
    """Somebody's feed; an earlier address of theirs leads nowhere any more."""
    await tx.run(
        "INSERT INTO calendar_feeds (person_id, token_hash, created_at) VALUES (:person_id, :token_hash, :now) "
        "ON CONFLICT (person_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at",
        person_id=person_id,
        token_hash=token_hash,
        now=now,
    )


async def reader(tx: Transaction, token_hash: bytes) -> int | None:
    """Whose it is."""
    return await tx.one(
        int, "SELECT person_id FROM calendar_feeds WHERE token_hash = :token_hash", token_hash=token_hash
    )


async def drop(tx: Transaction, *, person_id: int) -> None:
    """Their address leads nowhere any more."""
    await tx.run("DELETE FROM calendar_feeds WHERE person_id = :person_id", person_id=person_id)
