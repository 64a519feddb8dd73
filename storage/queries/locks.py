"""Locks that are a connection's and end with it (PostgreSQL only)."""

from storage.database import Transaction


async def wait(tx: Transaction, what: str) -> None:
    """Lock it for this connection, when those who asked before have let go. Raises Conflict after a while."""
    await tx.one(
        int,
        "SELECT 1 FROM (SELECT pg_advisory_lock(hashtextextended(CAST(:what AS TEXT), 0))) AS locked",
        what=what,
    )


async def unlock(tx: Transaction, what: str) -> None:
    """Let go."""
    await tx.one(
        int,
        "SELECT 1 FROM (SELECT pg_advisory_unlock(hashtextextended(CAST(:what AS TEXT), 0))) AS unlocked",
        what=what,
    )


async def lock(tx: Transaction, what: str) -> bool:
    """Lock it for this connection; False when another one has it."""
    return bool(
        await tx.need(
            int,
            "SELECT CAST(pg_try_advisory_lock(hashtextextended(CAST(:what AS TEXT), 0)) AS INTEGER) AS locked",
            what=what,
        )
    )
