"""Receiving: updates are taken raw and stored; only then are they confirmed."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import structlog

from bot.clock import Clock
from bot.meter import Meter
from bot.newcomer import Newcomer, poll
from bot.transport import ApiError, BadToken, Conflict, Transport
from storage.database import Database, TransactionLost, redone
from storage.queries import inbox

log = structlog.get_logger()
_BACK_OFF_S = (0.5, 1, 2, 5, 10)
_LARGEST = 2**63
_CONTEST_S, _CONTESTED_AGAIN_S = 3.0, 0.1


def _is_number(value: object) -> bool:
    """Whether it is a number as Telegram gives them and the database keeps them."""
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST


def number_of(update: Any) -> int | None:
    """An update's number; None for what has none, and cannot be told apart nor confirmed."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if _is_number(number) else None


def lane_of(update: dict[str, Any]) -> int:
    """The chat an update belongs to; updates of one lane are handled in order."""
    for value in update.values():
        if isinstance(value, dict):
            message = value if "chat" in value else value.get("message")
            for holder in (message, value):
                for key in ("chat", "from", "user"):
                    found = holder.get(key) if isinstance(holder, dict) else None
                    if isinstance(found, dict) and _is_number(found.get("id")):
                        return int(found["id"])
    return 0


async def keep(database: Database, clock: Clock, *, bot_id: int, updates: Sequence[dict[str, Any]]) -> None:
    """Store updates in one commit; those that are there already stay as they are. Raises TransactionLost."""
    received = [(n, lane_of(update), update) for update in updates if (n := number_of(update)) is not None]
    received.sort(key=lambda one: one[0])  # as they happened, in whatever order they are handed over
    if len(received) < len(updates):
        log.error("updates without a number were left out", count=len(updates) - len(received))

    async def put() -> None:
        async with database.write() as tx:
            await inbox.store(tx, bot_id=bot_id, updates=received, now=clock.now())

    await redone(put)


class Poller:
    """Long polling: the offset that confirms a batch is sent after the batch is stored."""

    def __init__(
        self,
        *,
        database: Database,
        transport: Transport,
        clock: Clock,
        bot_id: int,
        meter: Meter | None = None,
        newcomer: Newcomer | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._clock = clock
        self._bot_id = bot_id
        self._newcomer = newcomer
        self._meter = meter or Meter()
        self._contested_at = -_CONTEST_S

    async def run(self) -> None:
        """Until cancelled. Raises BadToken."""
        offset, failures = 0, 0
        while True:
            try:
                updates = await self._poll(offset)
                self._meter.polled()
                if updates:
                    await keep(self._database, self._clock, bot_id=self._bot_id, updates=updates)
                    self._meter.took_in(len(updates))
                    offset = max((n for u in updates if (n := number_of(u)) is not None), default=offset - 1) + 1
                if failures:
                    log.info("updates are taken again")
                failures = 0
            except BadToken:
                raise
            except Conflict:
                pause = self._contested()
                log.warning("another bot takes this token's updates", again_in_s=pause)
                await asyncio.sleep(pause)
            except (ApiError, TransactionLost) as error:
                pause = _BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)]
                failures += 1
                if isinstance(error, TransactionLost):
                    log.error("updates could not be stored and wait unconfirmed", error=str(error), again_in_s=pause)
                else:
                    log.warning("polling failed", error=str(error), again_in_s=pause)
                await asyncio.sleep(pause)

    async def _poll(self, offset: int) -> list[dict[str, Any]]:
        if self._newcomer is None:
            return await poll(self._transport, offset=offset)
        begun, self._newcomer = self._newcomer, None  # its poll is under way: another would end it
        return await begun.updates()

    def _contested(self) -> float:
        """Seconds until the next poll: none, so that a newcomer hears that we are here, unless it is a fight."""
        now = time.monotonic()
        pause = 0.0 if now - self._contested_at >= _CONTEST_S else _CONTESTED_AGAIN_S
        self._contested_at = now
        return pause
