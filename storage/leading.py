"""Leading: of some parts (who polls, who sends, who runs what is due) only one may run, wherever it runs."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from storage.database import Database


@dataclass(frozen=True, kw_only=True)
class Reign:
    """As long as it lasts, this process leads; what it writes through `database` cannot commit afterwards."""

    database: Database
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Candidate(ABC):
    """Who would lead a part."""

    @abstractmethod
    async def ask(self) -> Reign | None:
        """Lead, if nobody else does. Raises TransactionLost."""

    @abstractmethod
    async def resign(self) -> None:
        """Let others lead."""


class Unopposed(Candidate):
    """The only process leads, always."""

    def __init__(self, database: Database) -> None:
        self._reign = Reign(database=database)

    async def ask(self) -> Reign | None:
        return self._reign

    async def resign(self) -> None:
        """There is nobody else."""
