"""Bells of other processes: LISTEN on a connection that is made anew whenever it is lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from storage.database import TransactionLost
from storage.postgres_transaction import FAILURES

if TYPE_CHECKING:
    from storage.postgres_own import Own

_AGAIN_S = 0.5


class Bells:
    """Rings what others' commits rang, and everything after a time in which it could not hear."""

    CHANNEL = "jinlin"

    def __init__(
        self, *, connect: "Callable[[], Awaitable[Own]]", token: str, ring: Callable[[list[str] | None], None]
    ) -> None:
        self._connect = connect
        self._token = token
        self._ring = ring
        self._listening = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TransactionLost, *FAILURES):
                await self._listen()
            await asyncio.sleep(_AGAIN_S)

    async def _listen(self) -> None:
        own = await self._connect()
        try:
            await own.connection.add_listener(self.CHANNEL, self._heard)
            self._ring(None)  # what was rung before is lost
            await own.keep()
        finally:
            await own.close()

    def _heard(self, _: Any, __: int, ___: str, payload: str) -> None:
        token, _, names = payload.partition(" ")
        if token != self._token:  # ours were rung at the commit
            self._ring(names.split(","))

    async def close(self) -> None:
        """Listen no more."""
        self._listening.cancel()
        await asyncio.wait([self._listening])
