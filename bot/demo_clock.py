"""The demo's clock: kept in the database, moved from the command line or from the page."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson
import structlog

from bot.clock import Clock, DemoClock
from community.working_time import WorkingTime
from storage.database import Database, TransactionLost
from storage.queries import meta

if TYPE_CHECKING:
    from aiohttp import web

log = structlog.get_logger()
_NAME = "clock_offset_ms"
_FOLLOW_S = 0.4
_LONGEST_S = 366 * 86_400
_MS = timedelta(milliseconds=1)


async def read_offset(database: Database) -> timedelta:
    """How far the demo's clock is ahead."""
    async with database.read() as tx:
        return int(await meta.get(tx, _NAME) or 0) * _MS


async def set_going(database: Database, working_time: WorkingTime) -> None:
    """A new demo begins at 9:00 on the next working day."""
    real = Clock().now()
    start = working_time.next_day_start(real)
    nine = start.astimezone(working_time.zone).replace(hour=9, minute=0, second=0, microsecond=0)
    async with database.write() as tx:
        if await meta.get(tx, _NAME) is None:
            await meta.put(tx, _NAME, str((nine - real) // _MS))


async def advance(database: Database, by: timedelta) -> datetime:
    """Move the clock ahead; the new time."""
    async with database.write() as tx:
        offset = int(await meta.get(tx, _NAME) or 0) * _MS + by
        await meta.put(tx, _NAME, str(offset // _MS))
    return Clock().now() + offset


async def follow(database: Database, clock: DemoClock, moved: Callable[[], None]) -> None:
    """Keep the running bot's clock as the database has it, until cancelled."""
    while True:
        try:
            offset = await read_offset(database)
        except TransactionLost as error:
            log.warning("the demo's clock was not read", error=str(error))
        else:
            if offset != clock.offset:
                clock.offset = offset
                moved()
        await asyncio.sleep(_FOLLOW_S)


def ordered(body: bytes) -> timedelta | None:
    """How far the page moves the clock; None where it begins anew. Raises ValueError for anything else."""
    said = orjson.loads(body)
    if said == {"restart": True}:
        return None
    by = said.get("advance") if isinstance(said, dict) and len(said) == 1 else None
    if isinstance(by, bool) or not isinstance(by, int | float) or not 0 < by <= _LONGEST_S:
        raise ValueError('an order is {"advance": seconds}, above 0 and at most a year, or {"restart": true}')
    return timedelta(seconds=by)


async def serve(
    database: Database,
    clock: DemoClock,
    moved: Callable[[], None],
    *,
    api_url: str,
    begin_anew: Callable[[], None] | None,
) -> "web.AppRunner":
    """A loopback address by which the page moves the clock or begins anew; the chat server is told of it."""
    import aiohttp  # for the running bot only: the commands that look at the clock start without it
    from aiohttp import web

    async def move(request: web.Request) -> web.Response:
        if "Origin" in request.headers or request.content_type != "application/json":
            raise web.HTTPBadRequest(text="orders come from the chat server, never from a page")
        try:
            by = ordered(await request.read())
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        if by is None:
            if begin_anew is None:
                raise web.HTTPConflict(text="only `jinlin demo` can begin anew")
            begin_anew()
            return web.json_response({"ok": True})
        now = await advance(database, by)
        clock.offset = await read_offset(database)
        moved()
        return web.json_response({"now": now.isoformat()})

    app = web.Application()
    secret = f"/{secrets.token_urlsafe(24)}"  # no page can guess it; the chat server alone is told
    app.router.add_post(secret, move)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    told = {"url": f"http://127.0.0.1:{port}{secret}", "now": clock.now().isoformat()}
    try:
        async with aiohttp.ClientSession() as session, session.post(f"{api_url}/control/clock", json=told) as answer:
            await answer.read()
    except aiohttp.ClientError as error:
        log.info("the chat server shows no clock", error=type(error).__name__)
    return runner
