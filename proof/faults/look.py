"""Looking into the bot's database from outside, on either engine."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import asyncpg

Found = list[Sequence[Any]]
GONE = (sqlite3.OperationalError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
"""What is raised while the database cannot be looked into."""


def look(database_url: str, *queries: str) -> list[Found]:
    """The rows of each query, all as they are at one moment. Raises what `GONE` names."""
    if database_url.startswith("sqlite:///"):
        path = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
            db.execute("BEGIN")
            return [db.execute(sql).fetchall() for sql in queries]
    return asyncio.run(_look(database_url, queries))


async def _look(database_url: str, queries: Sequence[str]) -> list[Found]:
    connection = await asyncpg.connect(database_url, timeout=5, command_timeout=30)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return [[tuple(row) for row in await connection.fetch(sql)] for sql in queries]
    finally:
        await connection.close(timeout=5)


def drained(database_url: str, count: int) -> bool:
    """Whether `count` updates have come, and nothing is left to handle, to send or to go on with."""
    ((stored, waiting),), ((unsent,),), ((under_way,),) = look(
        database_url,
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) FROM inbox",
        "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')",
        "SELECT COUNT(*) FROM notices WHERE state = 'sending'",
    )
    return bool(stored >= count and not waiting and not unsent and not under_way)
