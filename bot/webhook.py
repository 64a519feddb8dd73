"""Receiving by webhook: 200 is answered only after the update is stored. Volunteers' weeks are fetched here, too."""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import orjson
import structlog
from aiohttp import web

from bot.clock import Clock
from bot.inbox import keep, number_of
from bot.meter import Meter
from bot.newcomer import ALLOWED
from bot.settings import Settings, SettingsError
from bot.transport import Transport
from storage.database import Database, TransactionLost

log = structlog.get_logger()
_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LARGEST = 1024 * 1024
Week = Callable[[str], Awaitable[str | None]]
"""The iCalendar page behind a feed's token, or None."""


class Webhook:
    """A small HTTP server behind whatever ends TLS."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        transport: Transport,
        clock: Clock,
        week: Week,
        meter: Meter | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._transport = transport
        self._clock = clock
        self._week = week
        self._meter = meter or Meter()
        # Without a secret of the operator's own, one that follows from the key: a webhook is never open.
        # While the key is changed, the one announced before is good as well.
        made = [one.hex() for one in database.cipher.hashes("webhook")]
        self._secrets = [settings.webhook_secret] if settings.webhook_secret else made
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. Raises SettingsError."""
        host, _, port = self._settings.webhook_listen.rpartition(":")
        app = web.Application(client_max_size=_LARGEST)
        path = urlsplit(self._settings.webhook_url).path
        app.router.add_post(path or "/", self._receive)
        app.router.add_get(path.rstrip("/") + r"/week/{token:[\w-]{1,64}}.ics", self._feed)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host or "127.0.0.1", int(port)).start()
        except (OSError, ValueError) as error:
            raise SettingsError(
                f'JINLIN_WEBHOOK_LISTEN: cannot listen on "{self._settings.webhook_listen}": {error}'
            ) from error

    async def announce(self) -> None:
        """Tell the Bot API where to deliver. Raises ApiError."""
        told = {"url": self._settings.webhook_url, "secret_token": self._secrets[0], "allowed_updates": ALLOWED}
        await self._transport.call("setWebhook", told)

    async def stop(self) -> None:
        """Listen no more; the Bot API keeps what comes until the next start."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(_HEADER, "").encode()
        if not any(hmac.compare_digest(given, secret.encode()) for secret in self._secrets):
            return web.Response(status=401)
        try:
            update = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            return web.Response(status=400)
        if number_of(update) is None:
            return web.Response(status=400)
        try:
            await keep(self._database, self._clock, bot_id=self._settings.bot_id, updates=[update])
        except TransactionLost as error:
            log.error("an update could not be stored; it will be delivered again", error=str(error))
            return web.Response(status=503)
        self._meter.took_in(1)
        return web.Response()

    async def _feed(self, request: web.Request) -> web.Response:
        try:
            page = await self._week(request.match_info["token"])
        except TransactionLost as error:
            log.error("a feed could not be read", error=str(error))
            return web.Response(status=503)
        if page is None:
            return web.Response(status=404)
        private = {"Cache-Control": "private, max-age=600"}
        return web.Response(text=page, content_type="text/calendar", charset="utf-8", headers=private)
