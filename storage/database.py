"""The thin engine: one SQL for SQLite and PostgreSQL, frozen records out, values as `:name` parameters in."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from storage.crypto import Cipher, Sealed
from storage.rows import Mapper

if TYPE_CHECKING:
    from storage.lanes import Lanes
    from storage.leading import Candidate

R = TypeVar("R")
_REDONE = 12
_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.2
_AMONG = {
    "sqlite": "{column} IN (SELECT value FROM json_each(:{name}))",
    "postgresql": "{column} = ANY(CAST(translate(CAST(:{name} AS TEXT), '[]', '{{}}') AS BIGINT[]))",
}


class Violation(Exception):
    """A statement would break a constraint; `constraint` is its name, alike on both engines."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class TransactionLost(Exception):
    """The database could not carry on (full disk, lock, lost connection); all of it must be redone."""


class Conflict(TransactionLost):
    """Others changed the same rows first: nothing was written, and it is to be redone at once."""


class DatabaseError(Exception):
    """The database cannot be used as configured; the message says what to do."""


class Queue(Protocol):
    """Where those who met others at the same rows wait for their turn."""

    def my_turn(self) -> AbstractAsyncContextManager[None]:
        """Meanwhile none of the others who queue is at work. Raises TransactionLost."""
        ...


async def redone(work: Callable[[], Awaitable[R]], queue: Queue | None = None, *, queued: bool = False) -> R:
    """Do what is one transaction, and again each time others were first; `queued`: the first time too in its turn.

    Raises TransactionLost.
    """
    longest = _PAUSE_S
    for attempt in range(_REDONE):
        try:
            if queue is None or (attempt == 0 and not queued):
                return await work()
            async with queue.my_turn():
                return await work()
        except Conflict:
            # By chance, so that those who met do not meet again.
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311
            longest = min(2 * longest, _LONGEST_PAUSE_S)
    return await work()


class Transaction(ABC):
    """One transaction. `sql` has `:name` parameters; datetimes go in and come out UTC-aware."""

    engine: str

    def __init__(self, mapper: Mapper) -> None:
        self.mapper = mapper
        self.cipher = mapper.cipher
        self.woken: set[str] = set()
        self.meant: datetime | None = None  # when what is being done fell due, which may be long ago

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
    async def insert(self, sql: str, **params: object) -> int:
        """Add one row, for sure; its id. Raises Violation."""

    async def many(self, sql: str, rows: Sequence[dict[str, object]]) -> None:
        """Run a statement once for each of these parameters. Raises Violation."""
        for params in rows:
            await self.run(sql, **params)

    @abstractmethod
    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """What is done inside is undone alone when it raises."""

    def looking(self) -> AbstractAsyncContextManager[None]:
        """What is only read inside may fail: the transaction goes on without it."""
        return self.savepoint()

    async def need(self, record: type[R], sql: str, **params: object) -> R:
        """Like `one`, for a row that must be there. Raises LookupError."""
        found = await self.one(record, sql, **params)
        if found is None:
            raise LookupError(record.__name__)
        return found

    def among(self, column: str, name: str) -> str:
        """SQL for: `column` is one of the whole numbers in the list that parameter `name` is."""
        return _AMONG[self.engine].format(column=column, name=name)

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
    ids_in_order = True
    """Whether rows show themselves in the order of their ids, as they do where one writes at a time."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher
        self._bells: dict[str, asyncio.Event] = {}
        self.waiting = 0
        """How many wait in this process for whoever writes now."""
        self.lost = 0
        """Transactions the database could not carry on, since the start."""

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
        """The event that committed transactions, of other processes too, set when they have work for `what`."""
        return self._bells.setdefault(what, asyncio.Event())

    def ring(self, tx: Transaction) -> None:
        """Wake those for whom a committed transaction has work."""
        for what in tx.woken:
            self._bells.setdefault(what, asyncio.Event()).set()

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[None]:
        """Around a transaction: count it when it is lost, and not when it only lost a race."""
        try:
            yield
        except TransactionLost as error:
            self.lost += not isinstance(error, Conflict)
            raise

    # ---- among several processes; whoever has the database to itself leads and owns every lane

    def lanes(self) -> "Lanes":
        """What keeps several workers out of each other's way."""
        from storage.lanes import EveryLane

        return EveryLane(self)

    def candidate(self, part: str) -> "Candidate":
        """What leads a part of which only one may run."""
        from storage.leading import Unopposed

        return Unopposed(self)

    @asynccontextmanager
    async def my_turn(self) -> AsyncIterator[None]:
        """For `redone`: nobody else redoes anything meanwhile. Raises TransactionLost."""
        yield

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Meanwhile the commits of other processes ring our bells."""
        yield

    @asynccontextmanager
    async def alone(self, what: str) -> AsyncIterator[None]:
        """One process after another. Raises TransactionLost."""
        yield


async def connect(url: str, cipher: Cipher, *, name: str = "jinlin") -> Database:
    """Open `sqlite:///path` or `postgresql://…`, whose administrator sees `name`.

    Raises DatabaseError, TransactionLost.
    """
    if url.startswith("sqlite:///"):
        from storage.sqlite import SqliteDatabase

        return await SqliteDatabase.open(Path(url.removeprefix("sqlite:///")), cipher)
    if url.startswith(("postgresql://", "postgres://")):
        from storage.postgres import PostgresDatabase

        return await PostgresDatabase.open(url, cipher, name)
    raise DatabaseError("JINLIN_DATABASE_URL must begin with sqlite:/// or postgresql://")
