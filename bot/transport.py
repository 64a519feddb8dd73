"""The Bot API over aiohttp: for the sender directly, and for python-telegram-bot as its request class."""

import asyncio
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_SECONDS = 20.0


class ApiError(Exception):
    """The Bot API said no, in its own words."""


class Unreachable(ApiError):
    """No answer, half of one, or a server error: it may or may not have been done. Worth another try."""


class TooMany(ApiError):
    """429: wait `seconds`."""

    def __init__(self, description: str, seconds: float) -> None:
        super().__init__(description)
        self.seconds = seconds


class Forbidden(ApiError):
    """403: blocked, kicked, or never spoken to."""


class Rejected(ApiError):
    """400: this will never work as it is."""

    def __init__(self, description: str, migrate_to: int | None = None) -> None:
        super().__init__(description)
        self.migrate_to = migrate_to


class BadToken(ApiError):
    """401 or 404: the token is wrong."""


class Conflict(ApiError):
    """409: somebody else takes this bot's updates, or a webhook does."""


def _result(status: int, body: bytes) -> Any:
    """What the API answered. Raises ApiError; Unreachable for what is no answer of it, such as a proxy's page."""
    try:
        answer = orjson.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Unreachable(f"HTTP {status} without an answer")
    if status == 200 and answer.get("ok") is True and "result" in answer:
        return answer["result"]
    raise _error(status, answer)


def _error(status: int, answer: dict[str, Any]) -> ApiError:
    said = str(answer.get("description", f"HTTP {status}"))
    found = answer.get("parameters")
    more: dict[str, Any] = found if isinstance(found, dict) else {}
    if status == 429:
        seconds = more.get("retry_after")
        return TooMany(said, float(seconds) if isinstance(seconds, int | float) else 1.0)
    if status == 403:
        return Forbidden(said)
    if status in (401, 404):
        return BadToken(said)
    if status == 409:
        return Conflict(said)
    if status == 400:
        return Rejected(said, more.get("migrate_to_chat_id"))
    return Unreachable(said)


class Transport:
    """One bot's way to its Bot API server."""

    def __init__(self, *, api_url: str, token: str) -> None:
        self._base = f"{api_url.rstrip('/')}/bot{token}/"
        self._files = f"{api_url.rstrip('/')}/file/bot{token}/"
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session, opened at its first use."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
                json_serialize=lambda value: orjson.dumps(value).decode(),
            )
        return self._session

    async def call(
        self,
        method: str,
        params: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        seconds: float = _SECONDS,
    ) -> Any:
        """Call a method; its result as plain JSON values. Raises ApiError."""
        body: dict[str, Any]
        if files:
            form = aiohttp.FormData()
            for name, value in params.items():
                form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
            for name, (filename, content) in files.items():
                form.add_field(name, content, filename=filename)
            body = {"data": form}
        else:
            body = {"data": orjson.dumps(params), "headers": {"Content-Type": "application/json"}}
        try:
            async with self.session.post(
                self._base + method, timeout=aiohttp.ClientTimeout(total=seconds), **body
            ) as response:
                return _result(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # The address in these errors carries the token: only their kind is told.
            raise Unreachable(type(error).__name__) from None

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's requests, over the same session."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def read_timeout(self) -> float | None:
        return _SECONDS

    async def initialize(self) -> None:
        """The session opens at its first use."""

    async def shutdown(self) -> None:
        """The transport is closed by whoever made it."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        form = aiohttp.FormData(request_data.json_parameters if request_data else {})
        for name, (filename, content, mime) in (request_data.multipart_data or {} if request_data else {}).items():
            form.add_field(name, content, filename=filename, content_type=mime)
        try:
            async with self._transport.session.request(
                method, url, data=form, timeout=aiohttp.ClientTimeout(total=_SECONDS)
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from error
