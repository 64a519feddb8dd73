"""SQLite: one writer on the event loop's own thread, many readers beside it.

A short indexed statement costs less than a hop to a thread, so the writer runs its statements where it is
called; what may wait, COMMIT for the disk and BEGIN for another process's lock, waits on a thread. Long reads go
through aiosqlite on connections of their own and never see an open batch.

What the database itself cannot do (a lock held too long, a full disk, a file gone) is TransactionLost wherever
it shows: at BEGIN, in a statement, at COMMIT, in a reader. A wrong statement is a defect and stays what it is.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.crypto import Cipher
from storage.database import Database, DatabaseError, Transaction, TransactionLost
from storage.rows import AS_IT_IS, Mapper, numbered, parameter
from storage.sqlite_errors import is_lost, is_passing, violation

R = TypeVar("R")
_LOCK_WAIT_S = 10.0
_READERS = 2


def _columns(cursor: sqlite3.Cursor | aiosqlite.Cursor) -> list[str]:
    return [column[0] for column in cursor.description]


def _values(names: tuple[str, ...], params: dict[str, object]) -> list[object]:
    return [v if type(v) in AS_IT_IS else parameter(v) for v in map(params.__getitem__, names)]


class _Savepoint:
    """A plain class: a generator's context manager takes as long as the statements."""

    __slots__ = ("_tx",)

    def __init__(self, tx: "_Writing") -> None:
        self._tx = tx

    async def __aenter__(self) -> None:
        self._tx.command("SAVEPOINT turn")

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._tx.command("RELEASE turn")
        elif self._tx.lost is None and self._tx.open:
            self._tx.command("ROLLBACK TO turn")
            self._tx.command("RELEASE turn")


class _Writing(Transaction):
    engine = "sqlite"

    def __init__(self, connection: sqlite3.Connection, mapper: Mapper) -> None:
        super().__init__(mapper)
        self._connection = connection
        self.lost: TransactionLost | None = None

    @property
    def open(self) -> bool:
        """Whether it has not ended yet."""
        return self._connection.in_transaction

    def _explained(self, error: sqlite3.DatabaseError) -> Exception:
        if isinstance(error, sqlite3.IntegrityError):
            return violation(error)
        if not is_lost(error):
            return error
        self.lost = TransactionLost(str(error))
        return self.lost

    def _execute(self, sql: str, params: dict[str, object]) -> tuple[sqlite3.Cursor, list[Any]]:
        # By number: names are looked up one by one, each time.
        statement, names = numbered(sql, "?")
        values = _values(names, params)
        if self.lost is not None:  # SQLite has rolled back by itself: what came now would stand alone
            raise self.lost
        try:
            cursor = self._connection.execute(statement, values)
            # To the end, so that the statement is reset and RETURNING has run.
            return cursor, cursor.fetchall()
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def command(self, sql: str) -> None:
        """A statement without parameters or result."""
        if self.lost is not None:
            raise self.lost
        try:
            self._connection.execute(sql)
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    async def one(self, record: type[R], sql: str, **params: object) -> R | None:
        cursor, rows = self._execute(sql, params)
        make = self.mapper.maker(record, sql, partial(_columns, cursor))
        result: R | None = make(rows[0]) if rows else None
        return result

    async def all(self, record: type[R], sql: str, **params: object) -> list[R]:
        cursor, rows = self._execute(sql, params)
        make = self.mapper.maker(record, sql, partial(_columns, cursor))
        return [make(row) for row in rows]

    async def insert(self, sql: str, **params: object) -> int:
        return self._execute(sql, params)[0].lastrowid or 0  # RETURNING costs a third more

    async def run(self, sql: str, **params: object) -> int:
        return self._execute(sql, params)[0].rowcount

    async def many(self, sql: str, rows: Sequence[dict[str, object]]) -> None:
        if self.lost is not None:
            raise self.lost
        statement, names = numbered(sql, "?")
        try:
            self._connection.executemany(statement, [_values(names, params) for params in rows])
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def savepoint(self) -> _Savepoint:
        return _Savepoint(self)

    def looking(self) -> contextlib.nullcontext[None]:
        return contextlib.nullcontext()  # what fails here does not end the transaction


class _Reading(Transaction):
    engine = "sqlite"

    def __init__(self, connection: aiosqlite.Connection, mapper: Mapper) -> None:
        super().__init__(mapper)
        self._connection = connection
        self.lost = False

    async def one(self, record: type[R], sql: str, **params: object) -> R | None:
        rows = await self.all(record, sql, **params)
        return rows[0] if rows else None

    async def all(self, record: type[R], sql: str, **params: object) -> list[R]:
        statement, names = numbered(sql, "?")
        try:
            async with self._connection.execute(statement, _values(names, params)) as cursor:
                rows = list(await cursor.fetchall())
        except sqlite3.DatabaseError as error:
            if not is_lost(error):
                raise
            self.lost = True
            raise TransactionLost(str(error)) from error
        make = self.mapper.maker(record, sql, partial(_columns, cursor))
        return [make(row) for row in rows]

    async def insert(self, sql: str, **params: object) -> int:
        raise DatabaseError("a reading transaction cannot write")

    async def run(self, sql: str, **params: object) -> int:
        raise DatabaseError("a reading transaction cannot write")

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        yield


class SqliteDatabase(Database):
    """A SQLite file: WAL, synchronous=FULL, foreign keys, BEGIN IMMEDIATE."""

    engine = "sqlite"

    def __init__(self, path: Path, cipher: Cipher, *, lock_wait_s: float = _LOCK_WAIT_S) -> None:
        super().__init__(cipher)
        self._path = path
        self._lock_wait_s = lock_wait_s
        self._mapper = Mapper(cipher)
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "sqlite-commit")
        self._readers: asyncio.LifoQueue[aiosqlite.Connection | None] = asyncio.LifoQueue()
        for _ in range(_READERS):
            self._readers.put_nowait(None)
        try:
            self._writer = self._connect()
        except sqlite3.Error as error:
            self._thread.shutdown()
            trouble = TransactionLost if is_passing(error) else DatabaseError
            raise trouble(f"{path}: {error}") from error
        self._damaged = False

    @classmethod
    async def open(cls, path: Path, cipher: Cipher, *, lock_wait_s: float = _LOCK_WAIT_S) -> "SqliteDatabase":
        """Raises DatabaseError, and TransactionLost where somebody holds the file for longer than we wait."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"{path.parent}: {error.strerror}") from error
        # On a thread: who holds the file keeps us waiting.
        return await asyncio.to_thread(cls, path, cipher, lock_wait_s=lock_wait_s)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=self._lock_wait_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA temp_store=MEMORY")  # what a savepoint may undo
            connection.execute("PRAGMA wal_autocheckpoint=4000")  # pages: a checkpoint keeps the writer waiting
            connection.execute("PRAGMA busy_timeout=0")  # on the loop nothing waits
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    async def _hop(self, work: Callable[[], object]) -> None:
        """What may wait, on the thread."""
        done = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait([done])  # a commit under way is seen to its end, or nobody knows what is stored
            raise
        except sqlite3.Error as error:
            raise TransactionLost(str(error)) from error

    async def _begin(self) -> None:
        """Wait for the file's lock. Raises TransactionLost."""
        if self._damaged:
            await self._hop(self._reopen)
            self._damaged = False
        elif self._writer.in_transaction:  # its rollback failed
            await self._hop(partial(self._writer.execute, "ROLLBACK"))
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "") != "SQLITE_BUSY":
                raise TransactionLost(str(error)) from error
            await self._hop(self._wait_for_lock)

    def _wait_for_lock(self) -> None:
        """On the thread: another process has the file."""
        self._writer.execute(f"PRAGMA busy_timeout={int(self._lock_wait_s * 1000)}")
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        finally:
            self._writer.execute("PRAGMA busy_timeout=0")

    def _reopen(self) -> None:
        fresh = self._connect()
        self._writer.close()
        self._writer = fresh

    async def _undo(self) -> None:
        if self._writer.in_transaction:
            await self._hop(partial(self._writer.execute, "ROLLBACK"))

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        """One writer at a time; who waited as long as for the file's lock gives up as then. Raises TransactionLost."""
        if self._turn.locked():
            self.waiting += 1
            try:
                async with asyncio.timeout(self._lock_wait_s):
                    await self._turn.acquire()
            except TimeoutError as error:
                self.lost += 1
                raise TransactionLost("others have been writing for too long") from error
            finally:
                self.waiting -= 1
        else:
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with self._my_turn():
            try:
                await self._begin()
                tx = _Writing(self._writer, self._mapper)
                yield tx
                if tx.lost is not None:  # swallowed by whoever ran the statement
                    raise tx.lost
                await self._hop(partial(self._writer.execute, "COMMIT"))
            except BaseException as error:
                if isinstance(error, TransactionLost):
                    self.lost += 1
                    self._damaged = self._damaged or not is_passing(error.__cause__)
                await self._undo()
                raise
        self.ring(tx)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        connection, sound = await self._readers.get(), False
        try:
            try:
                if connection is None:
                    connection = await aiosqlite.connect(self._path, isolation_level=None)
                    await connection.execute("PRAGMA query_only=ON")
                await connection.execute("BEGIN")
            except sqlite3.Error as error:
                self.lost += 1
                raise TransactionLost(str(error)) from error
            tx = _Reading(connection, self._mapper)
            try:
                yield tx
            finally:
                with contextlib.suppress(sqlite3.Error):
                    await connection.execute("ROLLBACK")
                    sound = not tx.lost
                self.lost += tx.lost
        finally:
            # Only a connection on which nothing is under way goes back; any other makes room for a new one.
            self._readers.put_nowait(connection if sound else None)
            if connection is not None and not sound:
                with contextlib.suppress(sqlite3.Error):
                    await asyncio.shield(connection.close())

    async def script(self, sql: str) -> None:
        async with self._my_turn():
            try:
                await self._begin()
                for statement in sql.split(";\n"):
                    if statement.strip():
                        self._writer.execute(statement)
                await self._hop(partial(self._writer.execute, "COMMIT"))
            except BaseException as error:
                await self._undo()
                if isinstance(error, sqlite3.DatabaseError) and is_lost(error):
                    raise TransactionLost(str(error)) from error
                raise

    async def backup(self, target: Path) -> None:
        try:
            async with aiosqlite.connect(self._path) as source, aiosqlite.connect(target) as copy:
                # In one step, which is one reading transaction: in several, commits of others may begin it anew.
                await source.backup(copy, pages=-1)
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
