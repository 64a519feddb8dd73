"""A neighbourhood in which anything may be tried: every try happens in one transaction that is then undone.

`world.run(coroutine)` is for tests that are no coroutines themselves (hypothesis draws in plain functions).
"""

import asyncio
import itertools
import re
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from dialogue import Dialogue
from factories import KEY, ZONE, StillClock, Town

from bot import inbox
from bot.worker import Worker
from community.here import Here
from community.neighbourhood import Neighbourhood
from community.working_time import WorkingTime
from storage.crypto import Cipher
from storage.database import Database, Transaction, connect

R = TypeVar("R")
_WRITES = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")


class Undone(Exception):
    """The end of a try."""


class Recorded(Transaction):
    """A transaction that remembers which tables were written to."""

    def __init__(self, inner: Transaction) -> None:
        super().__init__(inner.mapper)
        self.engine = inner.engine
        self.written: set[str] = set()
        self._inner = inner

    def _note(self, sql: str) -> str:
        self.written.update(_WRITES.findall(sql))
        return sql

    async def one(self, record: type[R], sql: str, **params: object) -> R | None:
        return await self._inner.one(record, self._note(sql), **params)

    async def all(self, record: type[R], sql: str, **params: object) -> list[R]:
        return await self._inner.all(record, self._note(sql), **params)

    async def run(self, sql: str, **params: object) -> int:
        return await self._inner.run(self._note(sql), **params)

    async def insert(self, sql: str, **params: object) -> int:
        return await self._inner.insert(self._note(sql), **params)

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._inner.savepoint()


class Held(Database):
    """A database whose transactions are savepoints of the one that is open."""

    tx: Recorded

    def __init__(self, engine: str) -> None:
        super().__init__(Cipher(KEY))
        self.engine = engine
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with self._turn:
            async with self.tx.savepoint():
                yield self.tx
            self.ring(self.tx)
            self.tx.woken.clear()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        yield self.tx

    async def script(self, sql: str) -> None:
        raise AssertionError("no update runs a script")

    async def backup(self, target: Path) -> None:
        raise AssertionError("no update makes a backup")

    async def close(self) -> None:
        """It is closed by whoever opened it."""


class World:
    """The example neighbourhood with its cast, and whatever is put into it before the first try."""

    def __init__(self, neighbourhood: Neighbourhood) -> None:
        self.clock = StillClock()
        self._start = self.clock.at
        self._neighbourhood = neighbourhood
        self._working_time = WorkingTime.of(neighbourhood, ZONE)
        self._runner = asyncio.Runner()
        self._updates = itertools.count(1)
        self._first: dict[str, frozenset[str]] = {}  # tables as they are before a try

    def open(self, url: str, folder: Path) -> None:
        """Open a copy of the town (SQLite), or the database as it is (PostgreSQL)."""
        if url.startswith("sqlite:///"):
            copy = folder / "world.db"
            shutil.copy(url.removeprefix("sqlite:///"), copy)
            url = f"sqlite:///{copy}"
        self._database = self.run(connect(url, Cipher(KEY)))
        self.town = self._town(self._database)
        self.held = Held(self._database.engine)
        self.chat = Dialogue(self._town(self.held))
        self.run(self.chat.start())

    def _town(self, database: Database) -> Town:
        return Town(database=database, clock=self.clock, neighbourhood=self._neighbourhood, here=self.here)

    def close(self) -> None:
        """Give everything back."""
        self.run(self.chat.stop())
        self.run(self._database.close())
        self._runner.close()

    def run(self, doing: Coroutine[Any, Any, R]) -> R:
        """Wait for it."""
        return self._runner.run(doing)

    def here(self) -> Here:
        """The neighbourhood now."""
        return Here(neighbourhood=self._neighbourhood, working_time=self._working_time, zone=ZONE, now=self.clock.now())

    @contextmanager
    def attempt(self) -> Iterator[Recorded]:
        """Whatever is done inside is undone at the end."""
        self.clock.at = self._start
        self.chat.api.forget()
        self.chat.worker = Worker(  # a new one has counted nobody's messages yet
            database=self.held,
            application=self.chat.application,
            texts=self.chat.texts,
            clock=self.clock,
            here=self.here,
        )
        self.chat.sender = self.chat.fresh_sender()
        outer = self._database.write()
        self.held.tx = Recorded(self.run(outer.__aenter__()))
        try:
            yield self.held.tx
        finally:
            self.run(_undo(outer))

    async def hand(self, *updates: dict[str, Any]) -> None:
        """Let the worker handle updates as they are; nothing is sent."""
        numbered = [{**update, "update_id": next(self._updates)} for update in updates]
        await inbox.keep(self.held, self.clock, bot_id=1, updates=numbered)
        while await self.chat.worker.step():
            pass

    async def rows(self, table: str, columns: str = "*", where: str = "1 = 1") -> frozenset[str]:
        """Every row of a table, each as one string."""
        if self.held.engine == "postgresql":
            sql = f"SELECT CAST(t AS TEXT) FROM (SELECT {columns} FROM {table} WHERE {where}) t"
        else:
            names = columns.split(", ") if columns != "*" else await self._columns(table)
            quoted = " || '|' || ".join(f"quote({name})" for name in names)
            sql = f"SELECT {quoted} FROM {table} WHERE {where}"
        return frozenset(await self.held.tx.all(str, sql))

    async def _columns(self, table: str) -> list[str]:
        return await self.held.tx.all(str, f"SELECT name FROM pragma_table_info('{table}')")

    async def first(self, tables: Iterable[str]) -> None:
        """Remember how these tables are before any try."""
        for table in tables:
            if table not in self._first:
                self._first[table] = await self.rows(table)

    async def changed(self, tables: Iterable[str]) -> list[str]:
        """Which of these are not any more as they were."""
        written = [table for table in tables if table in self.held.tx.written]
        return [table for table in written if await self.rows(table) != self._first[table]]

    async def said(self, since: int, *, person_id: int | None = None) -> list[tuple[str, str]]:
        """What was queued after an outbox row, to one person or to anybody: (kind, template)."""
        rows = await self.held.tx.all(
            str,
            "SELECT kind || ' ' || COALESCE(template, '') FROM outbox WHERE id > :since "
            "AND (CAST(:person_id AS BIGINT) IS NULL OR person_id = :person_id) ORDER BY id",
            since=since,
            person_id=person_id,
        )
        return [(kind, template) for kind, _, template in (row.partition(" ") for row in rows)]

    async def last_said(self) -> int:
        """The number of the latest message queued."""
        return await self.held.tx.need(int, "SELECT COALESCE(MAX(id), 0) FROM outbox")

    async def poison(self) -> list[str]:
        """Why updates were set aside."""
        return await self.held.tx.all(str, "SELECT COALESCE(error, '?') FROM inbox WHERE state = 'poison'")


async def _undo(outer: Any) -> None:
    try:
        await outer.__aexit__(Undone, Undone(), None)
    except Undone:
        return
