"""The thin engine: one SQL for SQLite and PostgreSQL, frozen records out, values as `:name` parameters in."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeVar

from storage.crypto import Cipher, Sealed

R = TypeVar("R")


class Violation(Exception):
    """A statement would break a constraint; `constraint` is its name, alike on both engines."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class TransactionLost(Exception):
    """The database could not carry on (full disk, lock, lost connection); all of it must be redone."""


class DatabaseError(Exception):
    """The database cannot be used as configured; the message says what to do."""


class Transaction(ABC):
    """One transaction. `sql` has `:name` parameters; datetimes go in and come out UTC-aware."""

    cipher: Cipher
    engine: str

    def __init__(self) -> None:
        self.woken: set[str] = set()

    @abstractmethod
    async def one(self, record: type[R], sql: str, **params: object) -> R | None:
        """The first row as `record` (a frozen dataclass, or a plain type for one column), or None."""

    @abstractmethod
    async def all(self, record: type[R], sql: str, **params: object) -> list[R]:
        """Every row as `record`."""

    @abstractmethod
    async def run(self, sql: str, **params: object) -> int:
        """Run a statement; how many rows it touched. Raises Violation."""

    @abstractmethod
    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """What is done inside is undone alone when it raises."""

    async def need(self, record: type[R], sql: str, **params: object) -> R:
        """Like `one`, for a row that must be there. Raises LookupError."""
        found = await self.one(record, sql, **params)
        if found is None:
            raise LookupError(record.__name__)
        return found

    def seal(self, value: object) -> Sealed:
        """Encrypt a personal value on its way in."""
        return self.cipher.seal(value)

    def wake(self, what: str) -> None:
        """Once this is committed, wake whoever waits for `what` ("outbox", "timers", "jobs")."""
        self.woken.add(what)


class Database(ABC):
    """A database: short writes one after another, long reads beside them."""

    cipher: Cipher
    engine: str

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher
        self._bells: dict[str, asyncio.Event] = {}

    @abstractmethod
    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that commits at the end and is rolled back by an exception. Raises TransactionLost."""

    @abstractmethod
    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """A consistent view for reads that may take long; nothing can be written."""

    @abstractmethod
    async def script(self, sql: str) -> None:
        """Run several statements in one transaction (migrations only)."""

    @abstractmethod
    async def backup(self, target: Path) -> None:
        """A consistent copy while others go on working. Raises DatabaseError."""

    @abstractmethod
    async def close(self) -> None:
        """Give everything back."""

    def bell(self, what: str) -> asyncio.Event:
        """The event that committed transactions set when they have work for `what`."""
        return self._bells.setdefault(what, asyncio.Event())

    def ring(self, tx: Transaction) -> None:
        """Wake those for whom a committed transaction has work."""
        for what in tx.woken:
            self.bell(what).set()


async def connect(url: str, cipher: Cipher) -> Database:
    """Open `sqlite:///path` or `postgresql://…`. Raises DatabaseError."""
    if url.startswith("sqlite:///"):
        from storage.sqlite import SqliteDatabase

        return await SqliteDatabase.open(Path(url.removeprefix("sqlite:///")), cipher)
    if url.startswith(("postgresql://", "postgres://")):
        from storage.postgres import PostgresDatabase

        return await PostgresDatabase.open(url, cipher)
    raise DatabaseError("JINLIN_DATABASE_URL must begin with sqlite:/// or postgresql://")
