"""PostgreSQL through asyncpg, for more than one machine; the same SQL as SQLite."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from storage.crypto import Cipher
from storage.database import Database, DatabaseError, Transaction, TransactionLost
from storage.lanes import Lanes
from storage.leading import Candidate
from storage.postgres_bells import Bells
from storage.postgres_own import Elected, LockedLanes, Own
from storage.postgres_transaction import FAILURES, explained, transaction, undo
from storage.queries import locks
from storage.rows import Mapper

_POOL = 10
_ANSWERS_WITHIN_S = 30.0
_CONNECTS_WITHIN_S = 5.0
_SCRIPT_S = 3600.0
_ASK_AGAIN_S = 0.2
_SETTINGS = {
    # A machine that is gone without a word is noticed, and its locks are free, after five seconds.
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
    # Who stands still in the middle of a transaction does not hold up the others for ever.
    "idle_in_transaction_session_timeout": "30000",
    # Two who wait for each other are told apart sooner than by PostgreSQL's search for deadlocks (1 s).
    "lock_timeout": "800",
    "jit": "off",  # compiling costs more than our short statements
}


async def _as_it_is(_: Any) -> None:
    """A connection goes back to the pool without a round trip: whatever was begun on it has ended."""


class PostgresDatabase(Database):
    """A PostgreSQL database behind a pool of connections."""

    engine = "postgresql"
    ids_in_order = False

    def __init__(self, pool: Any, url: str, cipher: Cipher, name: str) -> None:
        super().__init__(cipher)
        self.mapper = Mapper(cipher)
        self._pool = pool
        self._url = url
        self._name = name
        self._token = secrets.token_hex(4)
        self.before_commit = f"NOTIFY {Bells.CHANNEL}, '{self._token} {{woken}}'; "
        self._apart: set[Own] = set()

    @classmethod
    async def open(cls, url: str, cipher: Cipher, name: str) -> "PostgresDatabase":
        try:
            pool = await asyncpg.create_pool(url, min_size=0, max_size=_POOL, reset=_as_it_is, **_options(name))
            await pool.release(await pool.acquire())
        except (*FAILURES, ValueError) as error:
            raise DatabaseError(f"PostgreSQL at {url.rsplit('@', 1)[-1]}: {error}") from error
        return cls(pool, url, cipher, name)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        try:
            connection = await self._pool.acquire()
        except FAILURES as error:
            raise _lost(error) from error
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with (
            self.counting(),
            self._connection() as connection,
            transaction(connection, self.mapper, before_commit=self.before_commit) as tx,
        ):
            yield tx
        self.ring(tx)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with (
            self.counting(),
            self._connection() as connection,
            transaction(connection, self.mapper, before_commit=None) as tx,
        ):
            yield tx

    async def script(self, sql: str) -> None:
        async with self._connection() as connection:
            try:
                await connection.execute(f"BEGIN; SET LOCAL lock_timeout = 0; {sql}; COMMIT", timeout=_SCRIPT_S)
            except FAILURES as error:
                await undo(connection)
                raise explained(error) from error

    # ---- among several processes

    async def own(self, purpose: str) -> Own:
        """A connection apart from the pool. Raises TransactionLost."""
        try:
            connection = await asyncpg.connect(self._url, **_options(f"{self._name} {purpose}"))
        except FAILURES as error:
            raise _lost(error) from error
        own = Own(self, connection, over=self._apart.discard)
        self._apart.add(own)
        return own

    def lanes(self) -> Lanes:
        return LockedLanes(self)

    def candidate(self, part: str) -> Candidate:
        return Elected(self, part)

    @asynccontextmanager
    async def alone(self, what: str) -> AsyncIterator[None]:
        own = await self.own(what)
        try:
            async with own.each() as tx:
                while not await locks.lock(tx, what):  # noqa: ASYNC110  # it is free when its holder is gone
                    await asyncio.sleep(_ASK_AGAIN_S)
            yield
        finally:
            await own.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        bells = Bells(connect=lambda: self.own("bells"), token=self._token, ring=self._ring_from_afar)
        try:
            yield
        finally:
            await bells.close()

    def _ring_from_afar(self, names: list[str] | None) -> None:
        for name in list(self._bells) if names is None else names:
            self.bell(name).set()

    # ---- the whole

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
        for own in list(self._apart):
            await own.close()
        await self._pool.close()


def _options(name: str) -> dict[str, Any]:
    return {
        "timeout": _CONNECTS_WITHIN_S,
        "command_timeout": _ANSWERS_WITHIN_S,
        "statement_cache_size": 1000,
        "max_cached_statement_lifetime": 0,
        "server_settings": {"application_name": name[:63], **_SETTINGS},
    }


def _lost(error: Exception) -> TransactionLost:
    return TransactionLost(str(error) or type(error).__name__)
