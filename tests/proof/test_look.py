"""Looking into a database at work: all that is looked at is of one moment."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import asyncpg
import pytest
from postgres import Server

from proof.faults.look import look

BOTH = ("SELECT COUNT(*) FROM first", "SELECT COUNT(*) FROM second")
TABLES = ("CREATE TABLE first (n INTEGER)", "CREATE TABLE second (n INTEGER)")
ONE_MORE = ("INSERT INTO first VALUES (1)", "INSERT INTO second VALUES (1)")


def _write_on(path: Path, stop: Event) -> None:
    with closing(sqlite3.connect(path, timeout=10)) as db:
        while not stop.is_set():
            with db:
                for sql in ONE_MORE:
                    db.execute(sql)


def test_what_is_written_between_two_queries_is_seen_by_neither(tmp_path: Path) -> None:
    path, stop = tmp_path / "x.db", Event()
    with closing(sqlite3.connect(path)) as db:
        for sql in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", *TABLES):
            db.execute(sql)
    writing = Thread(target=_write_on, args=(path, stop))
    writing.start()

    seen = [look(f"sqlite:///{path}", *BOTH) for _ in range(300)]
    stop.set()
    writing.join()

    assert [first for first, second in seen if first != second] == []


@pytest.fixture
async def growing(postgres_server: Server) -> AsyncIterator[str]:
    """A database on PostgreSQL whose two tables grow by a row each, together, again and again."""
    url = postgres_server.create_database()
    connection = await asyncpg.connect(url)
    for sql in TABLES:
        await connection.execute(sql)

    async def write_on() -> None:
        while True:
            await connection.execute(f"BEGIN; {'; '.join(ONE_MORE)}; COMMIT")

    writing = asyncio.create_task(write_on())
    yield url
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await connection.close()
    postgres_server.drop_database(url)


async def test_on_postgresql_too(growing: str) -> None:
    seen = [await asyncio.to_thread(look, growing, *BOTH) for _ in range(40)]

    assert [first for first, second in seen if first != second] == []
