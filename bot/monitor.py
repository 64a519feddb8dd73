"""`/metrics` and `/healthz` on an address of their own, for those who watch; off unless the operator names one."""

import asyncio

import orjson
from aiohttp import web

from bot.health import Health
from bot.meter import Meter
from bot.metrics import exposition
from bot.settings import SettingsError
from storage.database import Database

_TICK_S = 0.25


class Monitor:
    """A small HTTP server; it is open to whoever reaches it, and says nothing about anybody."""

    def __init__(self, *, listen: str, database: Database, meter: Meter, health: Health) -> None:
        self._listen = listen
        self._database = database
        self._meter = meter
        self._health = health
        self._runner: web.AppRunner | None = None
        self._ticking: asyncio.Task[None] | None = None
        self.address: tuple[str, int] | None = None
        """Where it listens, once it does."""

    async def start(self) -> None:
        """Listen. Raises SettingsError."""
        host, _, port = self._listen.rpartition(":")
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/healthz", self._healthz)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host.strip("[]") or "127.0.0.1", int(port)).start()
        except (OSError, ValueError) as error:
            raise SettingsError(f'JINLIN_METRICS_LISTEN: cannot listen on "{self._listen}": {error}') from error
        self.address = self._runner.addresses[0]
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Answer nobody any more."""
        if self._ticking is not None:
            self._ticking.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        await self._health.close()

    async def _tick(self) -> None:
        """Measure by how much the loop is late, until cancelled."""
        while True:
            due = self._meter.monotonic() + _TICK_S
            await asyncio.sleep(_TICK_S)
            self._meter.loop_lag.add(max(0.0, self._meter.monotonic() - due))

    async def _metrics(self, _: web.Request) -> web.Response:
        text = exposition(self._meter, self._database, await self._health.look())
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _healthz(self, _: web.Request) -> web.Response:
        behind = await self._health.behind()
        body = orjson.dumps({"ok": not behind, "behind": behind})
        return web.Response(body=body, status=503 if behind else 200, content_type="application/json")
