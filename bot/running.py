"""From settings to a running bot: the database is opened and brought up to date, signals end it cleanly."""

import asyncio
import contextlib
import importlib
import signal
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from bot import demo_clock
from bot.clock import Clock, DemoClock
from bot.lean import EXTRAS, starting
from bot.parts import Part, chosen
from bot.patience import until_done
from bot.settings import Settings, check_key, check_token
from community import neighbourhood, places
from community.neighbourhood import Neighbourhood
from community.working_time import WorkingTime
from storage.claim import claimed
from storage.crypto import Cipher
from storage.database import Database, connect, redone
from storage.migrations import migrate

_DEMO_KEY = "ZGVtbyBvbmx5OiBpbnZlbnRlZCBwZW9wbGUgbGl2ZSA="
"""Only invented people live in the demo; outside it a key of one's own is required."""


def cipher_of(settings: Settings) -> Cipher:
    """The cipher of the secret key. Raises SettingsError, BadKey."""
    if settings.demo and not settings.secret_key:
        return Cipher(_DEMO_KEY)
    check_key(settings)
    old = [key.strip() for key in settings.old_secret_key.split(",") if key.strip()]
    return Cipher(settings.secret_key, old=old)


@asynccontextmanager
async def opened(settings: Settings, *, name: str = "jinlin") -> AsyncIterator[Database]:
    """The database, brought up to date. Raises SettingsError, BadKey, DatabaseError, TransactionLost."""
    database = await connect(settings.database_url, cipher_of(settings), name=name)
    try:
        async with database.alone("migrations"):
            await migrate(database)
        yield database
    finally:
        await database.close()


async def load(settings: Settings, database: Database) -> tuple[Neighbourhood, int]:
    """The neighbourhood file, brought into the database; and how many places it has. Raises NeighbourhoodError."""
    found = neighbourhood.load(settings.neighbourhood)

    async def put() -> int:
        async with database.write() as tx:
            return await places.load(tx, found)

    async with database.alone("neighbourhood"):
        count = await redone(put)
    if settings.demo:
        await demo_clock.set_going(database, WorkingTime.of(found, settings.zone))
    return found, count


async def clock_of(settings: Settings, database: Database) -> Clock:
    """The clock: the machine's, or the demo's."""
    return DemoClock(await demo_clock.read_offset(database)) if settings.demo else Clock()


async def run(settings: Settings, stopping: asyncio.Event, *, parts: Collection[Part] = ()) -> None:
    """Run the bot, or parts of it, until `stopping`.

    Raises SettingsError, BadKey, DatabaseError, Claimed, NeighbourhoodError, BadToken, TokenTaken.
    """
    check_token(settings)
    ours = chosen(settings, parts)
    with claimed(settings.database_url):
        await go_on(settings, stopping, parts=ours)


async def go_on(
    settings: Settings,
    stopping: asyncio.Event,
    *,
    parts: Collection[Part] = frozenset(Part),
    begin_anew: Callable[[], None] | None = None,
) -> None:
    """The same, when the database is claimed already; `begin_anew`: what the demo's page asks for."""
    # The other commands need no bot, and start in a third of the time.
    with starting(*EXTRAS):
        from bot.newcomer import Newcomer
        from bot.transport import Transport

    transport = Transport(api_url=settings.api_url, token=settings.token)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(transport.close)
        newcomer = None
        if not settings.webhook_url and settings.database_url.startswith("sqlite"):
            newcomer = Newcomer(transport)
            newcomer.start()
            stack.push_async_callback(newcomer.stop)
        # On a thread, so that the first poll gets on meanwhile.
        with starting(*EXTRAS):
            await asyncio.to_thread(importlib.import_module, "bot.application")
        from bot.application import Jinlin

        name = "jinlin" if len(parts) == len(Part) else f"jinlin {' '.join(sorted(parts))}"

        async def get_ready() -> tuple[Database, Neighbourhood, Clock]:
            async with contextlib.AsyncExitStack() as trying:
                database = await trying.enter_async_context(opened(settings, name=name))
                found, _ = await load(settings, database)
                clock = await clock_of(settings, database)
                stack.push_async_callback(trying.pop_all().aclose)
            return database, found, clock

        ready = await until_done(get_ready, stopping)
        if ready is None:
            return
        database, found, clock = ready
        jinlin = Jinlin(
            settings=settings,
            database=database,
            neighbourhood=found,
            clock=clock,
            transport=transport,
            newcomer=newcomer,
            parts=parts,
        )
        if isinstance(clock, DemoClock):
            follower = asyncio.create_task(demo_clock.follow(database, clock, jinlin.look_again))
            stack.callback(follower.cancel)
            runner = await demo_clock.serve(
                database, clock, jinlin.look_again, api_url=settings.api_url, begin_anew=begin_anew
            )
            stack.push_async_callback(runner.cleanup)
        await jinlin.run(stopping)


def stop_on_signals(stopping: asyncio.Event) -> None:
    """SIGTERM and Ctrl-C end the run."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
