"""Receiving: updates are taken raw and stored; only then are they confirmed."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from bot.clock import Clock
from bot.transport import ApiError, BadToken, Conflict, Transport
from storage.database import Database, TransactionLost
from storage.queries import inbox

log = structlog.get_logger()
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
_POLL_S = 25
_BACK_OFF_S = (0.5, 1, 2, 5, 10, 20)


def lane_of(update: dict[str, Any]) -> int:
    """The chat an update belongs to; updates of one lane are handled in order."""
    for value in update.values():
        if isinstance(value, dict):
            message = value if "chat" in value else value.get("message")
            for holder in (message, value):
                for key in ("chat", "from", "user"):
                    found = holder.get(key) if isinstance(holder, dict) else None
                    if isinstance(found, dict) and isinstance(found.get("id"), int):
                        return int(found["id"])
    return 0


async def keep(database: Database, clock: Clock, *, bot_id: int, updates: Sequence[dict[str, Any]]) -> None:
    """Store updates in one commit; those that are there already stay as they are. Raises TransactionLost."""
    async with database.write() as tx:
        for update in updates:
            await inbox.store(
                tx,
                bot_id=bot_id,
                update_id=int(update["update_id"]),
                lane=lane_of(update),
                payload=update,
                now=clock.now(),
            )


class Poller:
    """Long polling: the offset that confirms a batch is sent after the batch is stored."""

    def __init__(self, *, database: Database, transport: Transport, clock: Clock, bot_id: int) -> None:
        self._database = database
        self._transport = transport
        self._clock = clock
        self._bot_id = bot_id

    async def run(self) -> None:
        """Until cancelled. Raises BadToken."""
        offset, failures = 0, 0
        while True:
            try:
                updates = await self._transport.call(
                    "getUpdates",
                    {"offset": offset, "timeout": _POLL_S, "limit": 100, "allowed_updates": ALLOWED},
                    seconds=_POLL_S + 10,
                )
                if updates:
                    await keep(self._database, self._clock, bot_id=self._bot_id, updates=updates)
                    offset = max(int(u["update_id"]) for u in updates) + 1
                failures = 0
            except BadToken:
                raise
            except (ApiError, TransactionLost) as error:
                pause = _BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)]
                failures += 1
                hint = "another bot takes this token's updates" if isinstance(error, Conflict) else str(error)
                log.warning("polling failed", error=hint, again_in_s=pause)
                await asyncio.sleep(pause)
