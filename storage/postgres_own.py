"""Connections of one's own on PostgreSQL: what is locked on one and what is written through it end together.

Locks are the session's, so PostgreSQL frees them when the process dies, and whoever has lost its locks cannot commit
any more: two leaders, or two workers in one lane, cannot both write.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.database import Database, Transaction, TransactionLost
from storage.lanes import Lanes
from storage.leading import Candidate, Reign
from storage.postgres_transaction import FAILURES, PostgresTransaction, transaction
from storage.queries import inbox, locks
from storage.records import Waiting

if TYPE_CHECKING:
    from storage.postgres import PostgresDatabase

_PING_EVERY_S = 1.0
_PONG_WITHIN_S = 3.0
_CLOSES_WITHIN_S = 2.0
_QUEUE = "queue"


class Own(Database):
    """One connection as a database whose writing ends with it."""

    engine = "postgresql"
    ids_in_order = False

    def __init__(self, whole: "PostgresDatabase", connection: Any, *, over: Callable[["Own"], None]) -> None:
        super().__init__(whole.cipher)
        self._whole = whole
        self.connection = connection
        self._turn = asyncio.Lock()
        self._say_over = over
        self.over = asyncio.Event()
        connection.add_termination_listener(self._ended)

    def _ended(self, *_: Any) -> None:
        self.over.set()
        self._say_over(self)

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        async with self._turn:
            try:
                yield
            finally:
                # asyncpg tells its listeners of no end that it met in the middle of an operation.
                if self.connection.is_closed():
                    self._ended()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with (
            self._whole.counting(),
            self._at_work(),
            transaction(self.connection, self._whole.mapper, before_commit=self._whole.before_commit) as tx,
        ):
            yield tx
        self.ring(tx)

    @asynccontextmanager
    async def my_turn(self) -> AsyncIterator[None]:
        async with self.each() as tx:
            await locks.wait(tx, _QUEUE)
        try:
            yield
        finally:
            if not self.over.is_set():
                async with self.each() as tx:
                    await locks.unlock(tx, _QUEUE)

    @asynccontextmanager
    async def each(self) -> AsyncIterator[Transaction]:
        """No transaction: each statement commits by itself and sees what has just been committed."""
        async with self._at_work():
            yield PostgresTransaction(self.connection, self._whole.mapper)

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        return self._whole.read()

    async def script(self, sql: str) -> None:
        await self._whole.script(sql)

    async def backup(self, target: Path) -> None:
        await self._whole.backup(target)

    def bell(self, what: str) -> asyncio.Event:
        return self._whole.bell(what)

    def ring(self, tx: Transaction) -> None:
        self._whole.ring(tx)

    async def keep(self) -> None:
        """Until cancelled or over: notice within seconds that the other side is gone, though nobody says so."""
        while not self.over.is_set():
            await asyncio.sleep(_PING_EVERY_S)
            async with self._turn:
                try:
                    await self.connection.execute("SELECT 1", timeout=_PONG_WITHIN_S)
                except FAILURES:
                    self._ended()
                    with contextlib.suppress(*FAILURES):
                        self.connection.terminate()

    async def close(self) -> None:
        self._ended()
        try:
            await self.connection.close(timeout=_CLOSES_WITHIN_S)
        except FAILURES:
            with contextlib.suppress(*FAILURES):
                self.connection.terminate()


class Elected(Candidate):
    """Leads while its connection holds the part's lock."""

    def __init__(self, whole: "PostgresDatabase", part: str) -> None:
        self._whole = whole
        self._part = part
        self._own: Own | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def ask(self) -> Reign | None:
        if self._own is None or self._own.over.is_set():
            await self.resign()
            self._own = await self._whole.own(self._part)
        async with self._own.each() as tx:
            if not await locks.lock(tx, self._part):
                return None
        self._keeping = asyncio.create_task(self._own.keep())
        return Reign(database=self._own, over=self._own.over)

    async def resign(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._own is not None:
            await self._own.close()
        self._own, self._keeping = None, None


class LockedLanes(Lanes):
    """Lanes are locked on the connection on which their updates are handled."""

    look_again_s = 1.0

    def __init__(self, whole: "PostgresDatabase") -> None:
        self._whole = whole
        self._own: Own | None = None

    async def _mine(self) -> Own:
        if self._own is None or self._own.over.is_set():
            await self.close()
            self._own = await self._whole.own("lanes")
        return self._own

    async def take(self, *, limit: int, untried: Collection[int] = (), but: Collection[int] = ()) -> list[Waiting]:
        own = await self._mine()
        async with own.each() as tx:
            if untried:
                await inbox.give_back(tx, untried)
            others = set(but)  # and then the lanes that other workers have
            while True:
                ahead = await inbox.lock_lanes(tx, limit=limit, but=others)
                chosen = inbox.together([row for row in ahead if row.ours])
                # Looked at again under the lock: somebody may have handled them just before.
                rows = await inbox.take(tx, [row.id for row in chosen]) if chosen else []
                if rows or len(ahead) < limit:
                    return rows
                others |= {row.lane for row in ahead if not row.ours}

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        return self._open().write()

    def _open(self) -> Own:
        if self._own is None:
            raise TransactionLost("no lane was taken")
        return self._own

    def my_turn(self) -> AbstractAsyncContextManager[None]:
        return self._open().my_turn()

    async def release(self) -> None:
        if self._own is None or self._own.over.is_set():
            return
        async with self._own.each() as tx:
            await inbox.unlock_lanes(tx)

    async def close(self) -> None:
        if self._own is not None:
            own, self._own = self._own, None
            await own.close()
