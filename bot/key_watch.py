"""While a bot runs: see that the keys its database is sealed with are still those it was given."""

import asyncio

import structlog

from storage.database import Database, TransactionLost
from storage.keys import LOOK_EVERY_S, check_key

log = structlog.get_logger()


async def watch(database: Database) -> None:
    """Until cancelled. Raises BadKey, so that a bot that knows the old key alone ends before it does harm."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        await look(database)


async def look(database: Database) -> None:
    """Look once. Raises BadKey."""
    try:
        await check_key(database)
    except TransactionLost as error:
        log.warning("the keys could not be looked at", error=str(error))
