"""SQLite in trouble: locked, full, damaged, cancelled; nothing hangs, nothing is half done, and it recovers."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from factories import KEY

from storage.crypto import Cipher
from storage.database import Database, TransactionLost
from storage.migrations import migrate
from storage.queries import meta
from storage.sqlite import SqliteDatabase


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jinlin.db"


@pytest.fixture
async def impatient(path: Path) -> AsyncIterator[SqliteDatabase]:
    """A database that waits a tenth of a second for a lock."""
    database = await SqliteDatabase.open(path, Cipher(KEY), lock_wait_s=0.1)
    await migrate(database)
    yield database
    await database.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else writes."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def damaged(path: Path) -> Iterator[None]:
    """The file says nonsense for a while."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    path.write_bytes(b"no database at all" * 4000)
    yield
    path.write_bytes(whole)


async def turns_until(ready: Callable[[], bool]) -> None:
    """Let the others go on until it is so."""
    for _ in range(1_000_000):
        if ready():
            return
        await asyncio.sleep(0)
    raise TimeoutError


async def put(database: Database, name: str, value: str = "x") -> None:
    async with database.write() as tx:
        await meta.put(tx, name, value)


async def get(database: Database, name: str) -> str | None:
    async with database.read() as tx:
        return await meta.get(tx, name)


async def test_a_lock_held_too_long_is_a_lost_transaction_and_readers_go_on(
    impatient: SqliteDatabase, path: Path
) -> None:
    with locked(path):
        with pytest.raises(TransactionLost, match="locked"):
            await put(impatient, "a")
        assert await get(impatient, "a") is None

    await put(impatient, "a")
    assert await get(impatient, "a") == "x"


async def test_waiting_for_a_lock_does_not_stop_the_loop(path: Path) -> None:
    database = await SqliteDatabase.open(path, Cipher(KEY))
    await migrate(database)
    turns = 0

    with locked(path):
        writing = asyncio.create_task(put(database, "a"))
        async with asyncio.timeout(5):
            while turns < 1000:
                await asyncio.sleep(0)
                turns += 1
        assert not writing.done()
    await writing

    assert await get(database, "a") == "x"
    await database.close()


async def test_a_file_locked_at_the_start_is_waited_for_and_then_a_lost_transaction(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TransactionLost, match=r"jinlin\.db: database is locked"):
            await SqliteDatabase.open(path, Cipher(KEY), lock_wait_s=0.1)
        turns = 0
        opening = asyncio.create_task(SqliteDatabase.open(path, Cipher(KEY)))
        async with asyncio.timeout(5):
            while turns < 1000:
                await asyncio.sleep(0)
                turns += 1
        assert not opening.done()
        other.execute("ROLLBACK")

    database = await opening
    await migrate(database)
    await database.close()


async def test_who_waits_too_long_behind_another_writer_gives_up_too(impatient: SqliteDatabase) -> None:
    async with impatient.write() as tx:
        with pytest.raises(TransactionLost, match="too long"):
            await put(impatient, "a")
        await meta.put(tx, "b", "x")

    assert [await get(impatient, name) for name in "ab"] == [None, "x"]


async def test_after_the_disk_was_full_nothing_runs_outside_the_transaction(impatient: SqliteDatabase) -> None:
    with pytest.raises(TransactionLost, match="full"):
        async with impatient.write() as tx:
            await tx.run("PRAGMA max_page_count = 1")
            with contextlib.suppress(TransactionLost):  # as somebody's careless except might
                for number in range(2000):
                    await meta.put(tx, f"filler {number}", "x" * 1000)
            await meta.put(tx, "a", "must not stay alone")

    assert await get(impatient, "a") is None
    async with impatient.write() as tx:
        await tx.run("PRAGMA max_page_count = 1000000")
        await meta.put(tx, "a", "x")
    assert await get(impatient, "a") == "x"


async def test_a_lost_transaction_is_lost_even_if_its_error_was_swallowed(impatient: SqliteDatabase) -> None:
    with pytest.raises(TransactionLost, match="full"):
        async with impatient.write() as tx:
            await tx.run("PRAGMA max_page_count = 1")
            with contextlib.suppress(TransactionLost):
                async with tx.savepoint():
                    for number in range(2000):
                        await meta.put(tx, f"filler {number}", "x" * 1000)


async def test_a_wrong_statement_is_a_defect_and_no_trouble_of_the_database(impatient: SqliteDatabase) -> None:
    async with impatient.write() as tx:
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            async with tx.savepoint():
                await tx.run("UPDATE nonsense SET x = 1")
        await meta.put(tx, "a", "x")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        async with impatient.read() as tx:
            await tx.one(int, "SELECT x FROM nonsense")

    assert await get(impatient, "a") == "x"


async def test_a_reader_on_a_damaged_file_is_a_lost_transaction_and_the_next_reads_the_mended_one(
    impatient: SqliteDatabase, path: Path
) -> None:
    async with impatient.write() as tx:
        for number in range(500):
            await meta.put(tx, f"filler {number}", "x" * 1000)

    with damaged(path):
        for _ in range(3):
            with pytest.raises(TransactionLost):
                async with impatient.read() as tx:
                    await tx.all(str, "SELECT value FROM meta")

    async with impatient.read() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM meta WHERE value <> ''") >= 500
    await put(impatient, "a")


async def test_a_writer_that_lost_its_file_opens_it_anew(impatient: SqliteDatabase, path: Path) -> None:
    with damaged(path):
        for _ in range(2):
            with pytest.raises(TransactionLost):
                async with impatient.write() as tx:
                    await tx.run("DELETE FROM outbox")
                    await tx.run("DELETE FROM reports")
                    await meta.put(tx, "a", "x")

    await put(impatient, "a")
    assert await get(impatient, "a") == "x"


async def test_a_cancelled_reader_leaves_a_pool_that_works(impatient: SqliteDatabase) -> None:
    async def read() -> None:
        await get(impatient, "a")

    for turns in range(12):  # at each of its steps
        task = asyncio.create_task(read())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async with asyncio.timeout(5), impatient.read(), impatient.read() as tx:
        assert await meta.get(tx, "a") is None


async def test_a_writer_cancelled_while_it_waits_for_the_lock_holds_none(path: Path) -> None:
    database = await SqliteDatabase.open(path, Cipher(KEY))
    await migrate(database)

    with locked(path):
        task = asyncio.create_task(put(database, "a"))
        await turns_until(database._turn.locked)
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(task, return_exceptions=True)

    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # free
        other.execute("ROLLBACK")
    await put(database, "b")
    assert [await get(database, name) for name in "ab"] == [None, "x"]
    await database.close()


async def test_a_backup_ends_however_much_is_written_meanwhile(impatient: SqliteDatabase, tmp_path: Path) -> None:
    async with impatient.write() as tx:
        for number in range(3000):
            await meta.put(tx, f"filler {number}", "x" * 3000)
    written = 0

    async def write_on() -> None:
        nonlocal written
        while True:
            async with impatient.write() as tx:
                await meta.put(tx, "first", str(written))
                await meta.put(tx, "second", str(written))
            written += 1

    writing = asyncio.create_task(write_on())
    await turns_until(lambda: written > 0)
    async with asyncio.timeout(20):
        await impatient.backup(tmp_path / "copy.db")
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)

    copy = await SqliteDatabase.open(tmp_path / "copy.db", Cipher(KEY))
    assert await get(copy, "first") == await get(copy, "second")
    async with copy.read() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM meta WHERE name LIKE 'filler%'") == 3000
        assert await tx.all(str, "PRAGMA integrity_check") == ["ok"]
    await copy.close()
