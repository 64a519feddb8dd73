"""Logs: one line an event, to standard error; never a name, a phone, an address or what somebody wrote."""

import contextlib
import logging
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

from bot.traces import Frames

_SAID_ONCE = frozenset({"event", "level", "error", "again_in_s", "part"})
_SAY_AGAIN_S = 60.0


class OncePerMinute:
    """Drops the repetitions of trouble that names no subject of its own; the next that is said tells how many."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._said: dict[tuple[object, ...], tuple[float, int]] = {}

    def __call__(self, _: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A step of structlog's chain."""
        if name not in ("warning", "error") or not event.keys() <= _SAID_ONCE:
            return event
        key, now = (event["event"], event.get("error"), event.get("part")), self._monotonic()
        at, dropped = self._said.get(key, (-_SAY_AGAIN_S, 0))
        if now - at < _SAY_AGAIN_S:
            self._said[key] = at, dropped + 1
            raise structlog.DropEvent
        if len(self._said) > 1000:
            self._said.clear()
        self._said[key] = now, 0
        if dropped:
            event["not_shown"] = dropped
        return event


class _Printer(structlog.PrintLogger):
    """Where the log cannot be written, the bot goes on without: its disk may be the full one."""

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure() -> None:
    """JSON lines, or coloured ones on a terminal."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Frames("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # These quote addresses, which carry the token.
    for name in ("aiohttp", "httpx", "apscheduler", "telegram"):
        logging.getLogger(name).setLevel(logging.ERROR)
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            OncePerMinute(),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: _Printer(sys.stderr),
    )
