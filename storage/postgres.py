"""PostgreSQL through asyncpg, for more than one machine; the same SQL as SQLite."""

import asyncio
import contextlib
import functools
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from storage.crypto import Cipher
from storage.database import Database, DatabaseError, Transaction, TransactionLost, Violation
from storage.rows import Mapper, parameter

R = TypeVar("R")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_POOL = 10
_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    OSError,
)


@functools.lru_cache(maxsize=2048)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """`:name` parameters as PostgreSQL's `$1`, and the names in order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PARAMETER.sub(number, sql), tuple(names)


@asynccontextmanager
async def _ended(transaction: Any) -> AsyncIterator[None]:
    """Begin, and commit or roll back. Raises TransactionLost; an error of the caller's own stays what it is."""
    try:
        await transaction.start()
    except _GONE as error:
        raise TransactionLost(str(error)) from error
    try:
        yield
    except BaseException:
        with contextlib.suppress(*_GONE):  # the connection is gone, and with it what was begun
            await transaction.rollback()
        raise
    try:
        await transaction.commit()
    except _GONE as error:
        raise TransactionLost(str(error)) from error


class _Postgres(Transaction):
    engine = "postgresql"

    def __init__(self, connection: Any, mapper: Mapper, cipher: Cipher) -> None:
        super().__init__()
        self.cipher = cipher
        self._connection = connection
        self._mapper = mapper

    async def _fetch(self, sql: str, params: dict[str, object]) -> tuple[list[Any], str]:
        numbered, names = _numbered(sql)
        try:
            statement = await self._connection.prepare(numbered)
            rows = await statement.fetch(*(parameter(params[n]) for n in names))
            return rows, statement.get_statusmsg()
        except asyncpg.IntegrityConstraintViolationError as error:
            name = error.constraint_name or str(error)
            foreign = isinstance(error, asyncpg.ForeignKeyViolationError)
            raise Violation("foreign_key" if foreign else name) from error
        except _GONE as error:
            raise TransactionLost(str(error)) from error

    async def one(self, record: type[R], sql: str, **params: object) -> R | None:
        rows = await self.all(record, sql, **params)
        return rows[0] if rows else None

    async def all(self, record: type[R], sql: str, **params: object) -> list[R]:
        rows, _ = await self._fetch(sql, params)
        if not rows:
            return []
        make = self._mapper.maker(record, tuple(rows[0].keys()))
        return [make(tuple(row.values())) for row in rows]

    async def run(self, sql: str, **params: object) -> int:
        _, status = await self._fetch(sql, params)
        count = status.rsplit(" ", 1)[-1]
        return int(count) if count.isdigit() else 0

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        async with _ended(self._connection.transaction()):
            yield


class PostgresDatabase(Database):
    """A PostgreSQL database behind a pool of connections."""

    engine = "postgresql"

    def __init__(self, pool: Any, url: str, cipher: Cipher) -> None:
        super().__init__(cipher)
        self._pool = pool
        self._url = url
        self._mapper = Mapper(cipher)

    @classmethod
    async def open(cls, url: str, cipher: Cipher) -> "PostgresDatabase":
        try:
            pool = await asyncpg.create_pool(url, min_size=1, max_size=_POOL)
        except (OSError, asyncpg.PostgresError, ValueError) as error:
            raise DatabaseError(f"PostgreSQL at {url.rsplit('@', 1)[-1]}: {error}") from error
        return cls(pool, url, cipher)

    @asynccontextmanager
    async def _transaction(self, *, readonly: bool) -> AsyncIterator[_Postgres]:
        try:
            connection = await self._pool.acquire()
        except _GONE as error:
            raise TransactionLost(str(error)) from error
        try:
            isolation = "repeatable_read" if readonly else "read_committed"
            async with _ended(connection.transaction(isolation=isolation, readonly=readonly)):
                tx = _Postgres(connection, self._mapper, self.cipher)
                yield tx
        finally:
            await self._pool.release(connection)
        self.ring(tx)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with self._transaction(readonly=False) as tx:
            yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with self._transaction(readonly=True) as tx:
            yield tx

    async def script(self, sql: str) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(sql)

    async def backup(self, target: Path) -> None:
        """pg_dump in its own format; restore with pg_restore."""
        address = urlsplit(self._url)
        public = address._replace(netloc=address.netloc.replace(f":{address.password}@", "@"))
        # The password goes by the environment: arguments are there for every user of the machine to read.
        secret = {"PGPASSWORD": unquote(address.password)} if address.password else {}
        try:
            dump = await asyncio.create_subprocess_exec(
                "pg_dump",
                "--format=custom",
                f"--file={target}",
                urlunsplit(public),
                stderr=asyncio.subprocess.PIPE,
                env=os.environ | secret,
            )
        except FileNotFoundError as error:
            raise DatabaseError("backup needs pg_dump (Debian: apt-get install postgresql-client)") from error
        _, said = await dump.communicate()
        if dump.returncode:
            raise DatabaseError("; ".join(said.decode().strip().splitlines()))

    async def close(self) -> None:
        await self._pool.close()
