"""Lanes: updates of one chat are one worker's at a time, whole and in order, however many workers there are."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from contextlib import AbstractAsyncContextManager

from storage.database import Database, Transaction
from storage.queries import inbox
from storage.records import Waiting


class Lanes(ABC):
    """One worker's lanes: what it takes is nobody else's until it lets go or dies."""

    look_again_s: float | None
    """How long to wait for the bell before looking anyway: the dead do not ring."""

    @abstractmethod
    async def take(self, *, limit: int, untried: Collection[int] = (), but: Collection[int] = ()) -> list[Waiting]:
        """The next updates, in order, each one's tries counted up and committed; none if there are none for us.

        `untried`: ids taken earlier that had no try after all; `but`: lanes to leave alone. Raises TransactionLost.
        """

    @abstractmethod
    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that can commit only as long as the lanes are ours. Raises TransactionLost."""

    @abstractmethod
    def my_turn(self) -> AbstractAsyncContextManager[None]:
        """For `redone`. Raises TransactionLost."""

    @abstractmethod
    async def release(self) -> None:
        """Let go of what was taken."""

    @abstractmethod
    async def close(self) -> None:
        """Give everything back."""


class EveryLane(Lanes):
    """The only worker has every lane, and needs to lock none."""

    look_again_s = None

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, *, limit: int, untried: Collection[int] = (), but: Collection[int] = ()) -> list[Waiting]:
        async with self._database.write() as tx:
            if untried:
                await inbox.give_back(tx, untried)
            rows = inbox.together(await inbox.waiting(tx, limit=limit, but=but))
            await inbox.count_tries(tx, [row.id for row in rows])
            return rows

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        return self._database.write()

    def my_turn(self) -> AbstractAsyncContextManager[None]:
        return self._database.my_turn()

    async def release(self) -> None:
        """Nothing is locked."""

    async def close(self) -> None:
        """Nothing was opened."""
