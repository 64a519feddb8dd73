"""SQLite: one writer on the event loop's own thread, many readers beside it.

A short indexed statement costs less than a hop to a thread, so the writer runs its statements where it is
called; BEGIN and COMMIT, which may wait for a lock or the disk, run on a thread. Long reads go through
aiosqlite on connections of their own and never see an open batch.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.crypto import Cipher
from storage.database import Database, DatabaseError, Transaction, TransactionLost, Violation
from storage.rows import Mapper, parameter

R = TypeVar("R")
_LOCK_WAIT_S = 10.0
_READERS = 2
_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")


def _violation(error: sqlite3.IntegrityError) -> Violation:
    """The constraint's name as PostgreSQL gives it: `table_column_column_key` for a unique one."""
    text = str(error)
    if found := _UNIQUE.match(text):
        columns = [c.split(".") for c in found["columns"].split(", ")]
        return Violation("_".join([columns[0][0], *(c[-1] for c in columns), "key"]))
    if found := _CHECK.match(text):
        return Violation(found["name"])
    return Violation("foreign_key" if "FOREIGN" in text else text)


class _Writing(Transaction):
    engine = "sqlite"

    def __init__(self, connection: sqlite3.Connection, mapper: Mapper, cipher: Cipher) -> None:
        super().__init__()
        self.cipher = cipher
        self._connection = connection
        self._mapper = mapper

    def _execute(self, sql: str, params: dict[str, object]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, {k: parameter(v) for k, v in params.items()})
        except sqlite3.IntegrityError as error:
            raise _violation(error) from error
        except sqlite3.OperationalError as error:
            raise TransactionLost(str(error)) from error

    def _maker(self, record: type, cursor: sqlite3.Cursor) -> Callable[[Sequence[Any]], Any]:
        return self._mapper.maker(record, tuple(c[0] for c in cursor.description))

    async def one(self, record: type[R], sql: str, **params: object) -> R | None:
        cursor = self._execute(sql, params)
        rows = cursor.fetchall()  # to the end, so that the statement is reset and RETURNING has run
        result: R | None = self._maker(record, cursor)(rows[0]) if rows else None
        return result

    async def all(self, record: type[R], sql: str, **params: object) -> list[R]:
        cursor = self._execute(sql, params)
        make = self._maker(record, cursor)
        return [make(row) for row in cursor.fetchall()]

    async def run(self, sql: str, **params: object) -> int:
        return self._execute(sql, params).rowcount

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        self._execute("SAVEPOINT turn", {})
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._execute("ROLLBACK TO turn", {})
                self._execute("RELEASE turn", {})
            raise
        self._execute("RELEASE turn", {})


class _Reading(Transaction):
    engine = "sqlite"

    def __init__(self, connection: aiosqlite.Connection, mapper: Mapper, cipher: Cipher) -> None:
        super().__init__()
        self.cipher = cipher
        self._connection = connection
        self._mapper = mapper

    async def one(self, record: type[R], sql: str, **params: object) -> R | None:
        rows = await self.all(record, sql, **params)
        return rows[0] if rows else None

    async def all(self, record: type[R], sql: str, **params: object) -> list[R]:
        async with self._connection.execute(sql, {k: parameter(v) for k, v in params.items()}) as cursor:
            make = self._mapper.maker(record, tuple(c[0] for c in cursor.description))
            return [make(row) for row in await cursor.fetchall()]

    async def run(self, sql: str, **params: object) -> int:
        raise DatabaseError("a reading transaction cannot write")

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        yield


class SqliteDatabase(Database):
    """A SQLite file: WAL, synchronous=FULL, foreign keys, BEGIN IMMEDIATE."""

    engine = "sqlite"

    def __init__(self, path: Path, cipher: Cipher) -> None:
        super().__init__(cipher)
        self._path = path
        self._mapper = Mapper(cipher)
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "sqlite-commit")
        self._readers: asyncio.LifoQueue[aiosqlite.Connection | None] = asyncio.LifoQueue()
        for _ in range(_READERS):
            self._readers.put_nowait(None)
        try:
            self._writer = sqlite3.connect(
                path,
                timeout=_LOCK_WAIT_S,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=512,
            )
            self._writer.execute("PRAGMA journal_mode=WAL")
            self._writer.execute("PRAGMA synchronous=FULL")
            self._writer.execute("PRAGMA foreign_keys=ON")
        except sqlite3.Error as error:
            self._thread.shutdown()
            raise DatabaseError(f"{path}: {error}") from error

    @classmethod
    async def open(cls, path: Path, cipher: Cipher) -> "SqliteDatabase":
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"{path.parent}: {error.strerror}") from error
        return cls(path, cipher)

    async def _hop(self, sql: str) -> None:
        """A statement that may wait, on the thread."""
        done = asyncio.get_running_loop().run_in_executor(self._thread, self._writer.execute, sql)
        try:
            await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait([done])  # a commit under way is seen to its end, or nobody knows what is stored
            raise
        except sqlite3.OperationalError as error:
            raise TransactionLost(str(error)) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with self._turn:
            await self._hop("BEGIN IMMEDIATE")
            tx = _Writing(self._writer, self._mapper, self.cipher)
            try:
                yield tx
                await self._hop("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    await self._hop("ROLLBACK")
                raise
        self.ring(tx)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        connection = await self._readers.get()
        try:
            if connection is None:
                connection = await aiosqlite.connect(self._path, isolation_level=None)
                await connection.execute("PRAGMA query_only=ON")
            await connection.execute("BEGIN")
            try:
                yield _Reading(connection, self._mapper, self.cipher)
            finally:
                await connection.execute("ROLLBACK")
        finally:
            self._readers.put_nowait(connection)

    async def script(self, sql: str) -> None:
        async with self._turn:
            await self._hop("BEGIN IMMEDIATE")
            try:
                for statement in sql.split(";\n"):
                    if statement.strip():
                        self._writer.execute(statement)
                await self._hop("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    await self._hop("ROLLBACK")
                raise

    async def backup(self, target: Path) -> None:
        try:
            async with aiosqlite.connect(self._path) as source, aiosqlite.connect(target) as copy:
                await source.backup(copy, pages=1024)
                await copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise DatabaseError(f"{target}: {error}") from error

    async def close(self) -> None:
        for _ in range(_READERS):
            if connection := await self._readers.get():
                await connection.close()
        async with self._turn:
            self._writer.close()
        self._thread.shutdown()
