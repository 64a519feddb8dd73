"""A bell that any number of long polls may wait for."""

import asyncio
import contextlib
from collections.abc import Callable


class Bell:
    """Wakes everybody who waits now; after ``close`` nobody waits any more."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.closed = False

    def ring(self) -> None:
        """Wake all who wait."""
        rung, self._event = self._event, asyncio.Event()
        rung.set()

    def close(self) -> None:
        """Wake all, for good."""
        self.closed = True
        self.ring()

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after ``seconds``."""
        if self.closed or seconds <= 0:
            return
        event = self._event
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``, whoever rings, or at once when this is closed."""
        await self.wait_until(lambda: False, seconds)

    async def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Return as soon as ``ready`` holds after a ring, or after ``seconds``."""
        until = asyncio.get_running_loop().time() + seconds
        while not self.closed and not ready():
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await self.wait(left)
