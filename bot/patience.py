"""Patience at the start: what the database cannot carry on with is tried again until it can, as it is later on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from storage.database import TransactionLost

log = structlog.get_logger()
T = TypeVar("T")
_BACK_OFF_S = (0.2, 1, 2, 5, 10)


async def until_done(
    work: Callable[[], Awaitable[T]], stopping: asyncio.Event, *, back_off_s: Sequence[float] = _BACK_OFF_S
) -> T | None:
    """Do it, and again after each TransactionLost; None when we are to stop before it is done."""
    failures = 0
    while not stopping.is_set():
        try:
            return await work()
        except TransactionLost as error:
            pause = back_off_s[min(failures, len(back_off_s) - 1)]
            failures += 1
            log.error("the database could not carry on", error=str(error), again_in_s=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
    return None
