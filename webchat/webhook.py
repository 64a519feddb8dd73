"""Delivery of updates to a bot's webhook: one a POST, in order within a chat, again after a failure."""

import asyncio
import contextlib
import re
from dataclasses import dataclass

import aiohttp

from webchat.addresses import is_loopback, parsed
from webchat.clock import Clock
from webchat.errors import bad_request
from webchat.faults import Faults
from webchat.records import Bot, Wire
from webchat.updates import Queue, Waiting

SECRET = re.compile(r"[A-Za-z0-9_-]+")
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 20.0  # seconds between tries of one update
DEFAULT_CONNECTIONS = 40


def checked_webhook(url: str, secret: str, connections: int) -> Wire:
    """The webhook's settings; BotApiError when the address is not on this machine, or the secret is odd."""
    parts = parsed(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not is_loopback(parts.hostname):
        raise bad_request("bad webhook: webchat delivers to this machine only")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    return {"url": url, "secret_token": secret, "max_connections": connections}


@dataclass(frozen=True, kw_only=True)
class Told:
    """An answer that is true, with a word about it."""

    description: str


class Webhook:
    """Keeps posting one bot's updates for as long as it has a webhook."""

    def __init__(self, bot: Bot, queue: Queue, clock: Clock, faults: Faults) -> None:
        self._bot = bot
        self._queue = queue
        self._clock = clock
        self._faults = faults
        self._task: asyncio.Task[None] | None = None
        self.last_error: Wire = {}

    def restart(self) -> None:
        """Begin anew with the bot's present settings, or stop where there are none."""
        if self._task:
            self._task.cancel()
        self._task = asyncio.create_task(self._run()) if self._bot.webhook else None

    async def stop(self) -> None:
        """End delivery; what is not confirmed stays in the queue."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def info(self) -> Wire:
        """The answer to getWebhookInfo."""
        hook = self._bot.webhook
        info: Wire = {
            "url": hook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue.waiting),
        }
        if hook:
            info["max_connections"] = hook["max_connections"]
            info |= self.last_error
        if self._bot.allowed:
            info["allowed_updates"] = self._bot.allowed
        return info

    async def _run(self) -> None:
        busy: dict[object, asyncio.Task[None]] = {}
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            try:
                while True:
                    self._start_free(session, busy)
                    if busy:
                        bell = asyncio.create_task(self._queue.bell.wait(60))
                        await asyncio.wait([*busy.values(), bell], return_when=asyncio.FIRST_COMPLETED)
                        bell.cancel()
                    else:
                        await self._queue.bell.wait(60)
                    if self._queue.bell.closed:
                        return
                    for lane in [lane for lane, task in busy.items() if task.done()]:
                        busy.pop(lane)
            finally:
                for task in busy.values():
                    task.cancel()
                await asyncio.gather(*busy.values(), return_exceptions=True)

    def _start_free(self, session: aiohttp.ClientSession, busy: dict[object, asyncio.Task[None]]) -> None:
        for waiting in self._queue.waiting:
            if len(busy) >= int(self._bot.webhook["max_connections"]):
                return
            lane = lane_of(waiting.update)
            if lane not in busy:
                busy[lane] = asyncio.create_task(self._deliver(session, waiting))

    async def _deliver(self, session: aiohttp.ClientSession, waiting: Waiting) -> None:
        pause = FIRST_PAUSE
        while True:
            failure = await self._post(session, waiting.update)
            if not failure:
                self._queue.confirm(waiting)
                return
            self.last_error = {"last_error_date": self._clock.seconds(), "last_error_message": failure}
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _post(self, session: aiohttp.ClientSession, update: Wire) -> str:
        if self._faults.down(self._bot):
            return "Connection failed: down"
        hook = self._bot.webhook
        secret = hook["secret_token"]
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with session.post(hook["url"], json=update, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                if 200 <= answer.status < 300:
                    return ""
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"


def lane_of(update: Wire) -> object:
    """What an update has to stay in order with: its chat, or nothing but itself."""
    for content in update.values():
        if isinstance(content, dict):
            chat = content.get("chat") or (content.get("message") or {}).get("chat")
            if isinstance(chat, dict):
                return chat.get("id")
    return ("update", update.get("update_id"))
