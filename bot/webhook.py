"""Receiving by webhook: 200 is answered only after the update is stored."""

import hmac
from urllib.parse import urlsplit

import orjson
import structlog
from aiohttp import web

from bot.clock import Clock
from bot.inbox import ALLOWED, keep
from bot.settings import Settings, SettingsError
from bot.transport import Transport
from storage.database import Database, TransactionLost

log = structlog.get_logger()
_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LARGEST = 1024 * 1024


class Webhook:
    """A small HTTP server behind whatever ends TLS."""

    def __init__(self, *, settings: Settings, database: Database, transport: Transport, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._transport = transport
        self._clock = clock
        # Without a secret of the operator's own, one that follows from the key: a webhook is never open.
        self._secret = settings.webhook_secret or database.cipher.hash("webhook").hex()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. Raises SettingsError."""
        host, _, port = self._settings.webhook_listen.rpartition(":")
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post(urlsplit(self._settings.webhook_url).path or "/", self._receive)
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
        told = {"url": self._settings.webhook_url, "secret_token": self._secret, "allowed_updates": ALLOWED}
        await self._transport.call("setWebhook", told)

    async def stop(self) -> None:
        """Listen no more; the Bot API keeps what comes until the next start."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(_HEADER, "").encode(), self._secret.encode()):
            return web.Response(status=401)
        try:
            update = orjson.loads(await request.read())
            int(update["update_id"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return web.Response(status=400)
        try:
            await keep(self._database, self._clock, bot_id=self._settings.bot_id, updates=[update])
        except TransactionLost as error:
            log.error("an update could not be stored; it will be delivered again", error=str(error))
            return web.Response(status=503)
        return web.Response()
