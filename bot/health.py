"""Whether what this process is there for is being done: updates handled, messages sent, due things run.

A process whose loop stands still cannot answer, which says it too.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from bot.meter import Meter
from bot.parts import Part
from storage.database import Database, TransactionLost, redone
from storage.queries import backlog, meta
from storage.records import Backlog, OutboxBacklog
from storage.states import Priority

_PATIENCE_S = 5.0
_HANDLED_WITHIN_S = 30.0
_POLLED_WITHIN_S = 60.0
_SENT_WITHIN_S = 60.0
_GOT_THROUGH_WITHIN_S = 30.0
_DUE_WITHIN_S = 60.0
_PROBE = "probe"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What waits, at one moment of the community's clock."""

    now: datetime
    updates: Backlog
    messages: list[OutboxBacklog]
    timers: Backlog

    def age(self, since: datetime | None) -> float:
        """For how many seconds it has waited."""
        return 0.0 if since is None else max(0.0, (self.now - since).total_seconds())


class Health:
    """Looks, and says which part is behind."""

    def __init__(
        self,
        *,
        database: Database,
        meter: Meter,
        now: Callable[[], datetime],
        parts: Collection[Part],
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """`parts`: those of this process; `patience_s`: the database has this long to answer."""
        self._database = database
        self._meter = meter
        self._now = now
        self._parts = parts
        self._patience_s = patience_s
        self._under_way: dict[str, asyncio.Task[object]] = {}
        self.running = False
        """Set when the parts have been started."""

    async def behind(self) -> dict[str, str]:
        """Part → what is wrong with it; empty when all is well."""
        if not self.running:
            return {"start": "not all parts are running yet"}
        found = {}
        if not await self._in_time("write", self._write):
            found["database"] = "it cannot be written to"
        look = await self.look()
        if look is None:
            return {"database": "it cannot be read"} | found
        found |= self._handling(look) | self._polling() | self._sending(look) | self._due(look)
        return found

    async def look(self) -> Look | None:
        """What waits; None when the database does not say so in time."""
        found = await self._in_time("read", self._look)
        return found if isinstance(found, Look) else None

    async def close(self) -> None:
        """Wait for nobody's answer any more."""
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _handling(self, look: Look) -> dict[str, str]:
        age = look.age(look.updates.oldest)
        if Part.WORKER not in self._parts or age <= _HANDLED_WITHIN_S:
            return {}
        return {"worker": f"an update has waited for {age:.0f} s"}

    def _polling(self) -> dict[str, str]:
        if Part.RECEIVER not in self._meter.active:
            return {}
        at = self._meter.polled_at
        if at is not None and self._meter.monotonic() - at <= _POLLED_WITHIN_S:
            return {}
        return {"receiver": f"no updates could be asked for in the last {_POLLED_WITHIN_S:.0f} s"}

    def _sending(self, look: Look) -> dict[str, str]:
        """Notices may wait behind one another for an hour; and a chat's limit may hold its messages back."""
        meter, now = self._meter, self._meter.monotonic()
        if Part.SENDER not in meter.active:
            return {}
        if meter.unanswered_since is not None and now - meter.unanswered_since > _SENT_WITHIN_S:
            return {"sender": f"no sending was answered in the last {_SENT_WITHIN_S:.0f} s"}
        age = max((look.age(m.oldest) for m in look.messages if m.priority < Priority.NOTICE), default=0.0)
        gets_through = meter.sent_at is not None and now - meter.sent_at <= _GOT_THROUGH_WITHIN_S
        if age <= _SENT_WITHIN_S or gets_through or now < meter.flooded_until:
            return {}
        return {"sender": f"a message has waited for {age:.0f} s and none gets through"}

    def _due(self, look: Look) -> dict[str, str]:
        age = look.age(look.timers.oldest)
        if Part.SCHEDULER not in self._parts or age <= _DUE_WITHIN_S:
            return {}
        return {"scheduler": f"something has been due for {age:.0f} s"}

    async def _in_time(self, what: str, work: Callable[[], Awaitable[object]]) -> object:
        """What it gives, or None when it fails or takes too long; then the next who asks waits for the same."""
        task = self._under_way.get(what)
        if task is None:
            task = self._under_way[what] = asyncio.ensure_future(work())
        await asyncio.wait({task}, timeout=self._patience_s)
        if not task.done():
            return None
        self._under_way.pop(what, None)
        with contextlib.suppress(TransactionLost):
            return task.result()
        return None

    async def _look(self) -> Look:
        async with self._database.read() as tx:
            return Look(
                now=self._now(),
                updates=await backlog.updates(tx),
                messages=await backlog.messages(tx),
                timers=await backlog.timers(tx),
            )

    async def _write(self) -> bool:
        """As much of a transaction as any other: a lock and a place on the disk."""

        async def work() -> None:
            async with self._database.write() as tx:
                await meta.put(tx, _PROBE, self._now().isoformat())

        await redone(work)
        return True
