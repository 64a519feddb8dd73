"""Calls of the Bot API and its answers, told apart by what is to be done about them."""

from typing import Any
from urllib.parse import urlsplit

import orjson
from telegram.request import BaseRequest

from bot.wire import Lost, Wire, form_of

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
        self._base = f"{urlsplit(api_url).path.rstrip('/')}/bot{token}/"
        self._wire = Wire(api_url)

    async def call(
        self,
        method: str,
        params: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        seconds: float = _SECONDS,
    ) -> Any:
        """Call a method; its result as plain JSON values. Raises ApiError."""
        if files:
            fields = {k: v if isinstance(v, str) else orjson.dumps(v).decode() for k, v in params.items()}
            body, kind = form_of(fields, files)
        else:
            body, kind = orjson.dumps(params), "application/json"
        try:
            status, answer = await self._wire.post(self._base + method, body, kind=kind, seconds=seconds)
        except (Lost, TimeoutError) as error:
            # The address in an error's words would carry the token: only its kind is told.
            raise Unreachable(str(error) or type(error).__name__) from None
        return _result(status, answer)

    async def close(self) -> None:
        """Give the connections back."""
        await self._wire.close()


class NoRequest(BaseRequest):
    """python-telegram-bot's way out, closed: handlers do no network I/O, what is to be said is queued."""

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing is opened."""

    async def shutdown(self) -> None:
        """Nothing is to be closed."""

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        raise RuntimeError("a handler called the Bot API; it is to queue what it has to say")
