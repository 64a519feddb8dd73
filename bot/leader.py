"""Leading: a part of which only one may run, in however many processes it stands ready."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from storage.database import Database, TransactionLost

log = structlog.get_logger()
_ASK_EVERY_S = 1.0


async def lead(
    database: Database, part: str, work: Callable[[Database], Awaitable[None]], stopping: asyncio.Event
) -> None:
    """Do the work of a part whenever it is ours to do, until `stopping` or cancelled; raises what the work raises.

    The work gets a database through which it can write only as long as it leads, and is cancelled when it does no more.
    """
    candidate = database.candidate(part)
    try:
        while not stopping.is_set():
            try:
                reign = await candidate.ask()
                if reign is not None:
                    log.info("leading", part=part)
                    await _until_over(work(reign.database), reign.over)
                    await candidate.resign()
                    if not stopping.is_set():
                        log.warning("leading no more", part=part)
            except TransactionLost as error:
                log.warning("cannot lead", part=part, error=str(error))
                await candidate.resign()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _ASK_EVERY_S)
    finally:
        await candidate.resign()


async def _until_over(work: Awaitable[None], over: asyncio.Event) -> None:
    """Until the work ends, or may no longer go on."""
    working, ending = asyncio.ensure_future(work), asyncio.ensure_future(over.wait())
    try:
        await asyncio.wait([working, ending], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        ending.cancel()
        working.cancel()
        await asyncio.gather(working, ending, return_exceptions=True)
