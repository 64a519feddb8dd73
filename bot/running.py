"""From settings to a running bot: the database is opened and brought up to date, signals end it cleanly."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import demo_clock
from bot.clock import Clock, DemoClock
from bot.settings import Settings, check_key, check_token
from community import neighbourhood, places
from community.neighbourhood import Neighbourhood
from community.working_time import WorkingTime
from storage.crypto import Cipher
from storage.database import Database, connect
from storage.migrations import migrate

_DEMO_KEY = "ZGVtbyBvbmx5OiBpbnZlbnRlZCBwZW9wbGUgbGl2ZSA="
"""Only invented people live in the demo; outside it a key of one's own is required."""


def cipher_of(settings: Settings) -> Cipher:
    """The cipher of the secret key. Raises SettingsError, BadKey."""
    if settings.demo and not settings.secret_key:
        return Cipher(_DEMO_KEY)
    check_key(settings)
    return Cipher(settings.secret_key)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database, brought up to date. Raises SettingsError, BadKey, DatabaseError."""
    database = await connect(settings.database_url, cipher_of(settings))
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


async def load(settings: Settings, database: Database) -> tuple[Neighbourhood, int]:
    """The neighbourhood file, brought into the database; and how many places it has. Raises NeighbourhoodError."""
    found = neighbourhood.load(settings.neighbourhood)
    async with database.write() as tx:
        count = await places.load(tx, found)
    if settings.demo:
        await demo_clock.set_going(database, WorkingTime.of(found, settings.zone))
    return found, count


async def clock_of(settings: Settings, database: Database) -> Clock:
    """The clock: the machine's, or the demo's."""
    return DemoClock(await demo_clock.read_offset(database)) if settings.demo else Clock()


async def run(settings: Settings, stopping: asyncio.Event) -> None:
    """Run the bot until `stopping`. Raises SettingsError, BadKey, DatabaseError, NeighbourhoodError, BadToken."""
    from bot.application import Jinlin  # the other commands need no bot, and start in a third of the time

    check_token(settings)
    async with opened(settings) as database:
        found, _ = await load(settings, database)
        clock = await clock_of(settings, database)
        jinlin = Jinlin(settings=settings, database=database, neighbourhood=found, clock=clock)
        async with contextlib.AsyncExitStack() as stack:
            if isinstance(clock, DemoClock):
                follower = asyncio.create_task(demo_clock.follow(database, clock, jinlin.scheduler.wake))
                stack.callback(follower.cancel)
                runner = await demo_clock.serve(database, clock, jinlin.scheduler.wake, api_url=settings.api_url)
                stack.push_async_callback(runner.cleanup)
            await jinlin.run(stopping)


def stop_on_signals(stopping: asyncio.Event) -> None:
    """SIGTERM and Ctrl-C end the run."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
