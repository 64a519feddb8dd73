"""One transaction on PostgreSQL: statements prepared once a connection, errors told apart, few round trips.

Everybody writes in REPEATABLE READ: a use case sees one state from its first statement to its last, as on SQLite, and
where another writer was first it fails as a Conflict and is redone, instead of deciding by what is no longer so.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from storage.database import Conflict, Transaction, TransactionLost, Violation
from storage.rows import Mapper, numbered, parameter

R = TypeVar("R")
_WRITING = "BEGIN ISOLATION LEVEL REPEATABLE READ"
_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
_CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCachedStatementError,  # the tables were changed by a newer program
    OSError,
)


def explained(error: Exception) -> Exception:
    """What a failure means to whoever called; itself where it is a defect of ours."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        foreign = isinstance(error, asyncpg.ForeignKeyViolationError)
        return Violation("foreign_key" if foreign else error.constraint_name or str(error))
    if isinstance(error, _CONFLICTS):
        return Conflict(str(error))
    # asyncpg's own DataError is both: a value that fits no column, which no other connection will take either.
    if isinstance(error, _GONE) and not isinstance(error, ValueError):
        return TransactionLost(str(error) or type(error).__name__)
    return error


class PostgresTransaction(Transaction):
    """The statements of one transaction, or of none: then each commits by itself."""

    engine = "postgresql"

    def __init__(self, connection: Any, mapper: Mapper) -> None:
        super().__init__(mapper)
        self.lost: TransactionLost | None = None
        self._connection = connection
        self._depth = 0
        self._left = 0  # the savepoint of this depth is over but not yet released

    def _explained(self, error: Exception) -> Exception:
        known = explained(error)
        if isinstance(known, TransactionLost):
            self.lost = known
        return known

    def _values(self, names: tuple[str, ...], params: dict[str, object]) -> list[object]:
        if self.lost is not None:  # and swallowed: what comes now would stand alone
            raise self.lost
        return [parameter(params[name]) for name in names]

    async def one(self, record: type[R], sql: str, **params: object) -> R | None:
        rows = await self.all(record, sql, **params)
        return rows[0] if rows else None

    async def all(self, record: type[R], sql: str, **params: object) -> list[R]:
        statement, names = numbered(sql, "$")
        values = self._values(names, params)
        try:
            rows = await self._connection.fetch(statement, *values)
        except FAILURES as error:
            raise self._explained(error) from error
        if not rows:
            return []
        make = self.mapper.maker(record, sql, lambda: list(rows[0].keys()))
        return [make(tuple(row.values())) for row in rows]

    async def insert(self, sql: str, **params: object) -> int:
        return await self.need(int, f"{sql} RETURNING id", **params)

    async def run(self, sql: str, **params: object) -> int:
        statement, names = numbered(sql, "$")
        values = self._values(names, params)
        try:
            status = await self._connection.execute(statement, *values)
        except FAILURES as error:
            raise self._explained(error) from error
        count = status.rsplit(" ", 1)[-1]
        return int(count) if count.isdigit() else 0

    async def many(self, sql: str, rows: Sequence[dict[str, object]]) -> None:
        statement, names = numbered(sql, "$")
        values = [self._values(names, params) for params in rows]
        try:
            await self._connection.executemany(statement, values)
        except FAILURES as error:
            raise self._explained(error) from error

    async def command(self, sql: str) -> str:
        """Commands without parameters, in one round trip; the last one's status."""
        if self.lost is not None:
            raise self.lost
        try:
            status: str = await self._connection.execute(sql)
        except FAILURES as error:
            raise self._explained(error) from error
        return status

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        self._depth += 1
        name = f"turn{self._depth}"
        # The one before is released on this way, not on one of its own.
        before = f"RELEASE {name}; " if self._left == self._depth else ""
        self._left = 0
        await self.command(f"{before}SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            if self.lost is None:
                await self.command(f"ROLLBACK TO {name}; RELEASE {name}")
                self._left = 0
            raise
        else:
            self._left = self._depth
        finally:
            self._depth -= 1


@asynccontextmanager
async def transaction(
    connection: Any, mapper: Mapper, *, before_commit: str | None
) -> AsyncIterator[PostgresTransaction]:
    """Begin, and commit or roll back; `before_commit` takes {woken}, None is for reading. Raises TransactionLost."""
    tx = PostgresTransaction(connection, mapper)
    try:
        await tx.command(_READING if before_commit is None else _WRITING)
        yield tx
        if before_commit is None:
            await undo(connection)
            return
        told = before_commit.format(woken=",".join(sorted(tx.woken))) if tx.woken else ""
        # After an error that somebody swallowed PostgreSQL answers COMMIT by rolling back.
        if await tx.command(f"{told}COMMIT") != "COMMIT":
            raise TransactionLost("an error inside was swallowed")
    except BaseException:
        await undo(connection)
        raise


async def undo(connection: Any) -> None:
    """End what is under way on a connection; where that cannot be, the connection."""
    try:
        if not connection.is_closed() and connection.is_in_transaction():
            await connection.execute("ROLLBACK")
    except FAILURES:
        with contextlib.suppress(*FAILURES):
            connection.terminate()
