"""What libraries say of errors: where it was, and never the errors' words, which may quote what somebody wrote."""

import asyncio
import logging
from types import TracebackType
from typing import Any

import structlog

from bot.errors import trace, where

log = structlog.get_logger()
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Frames(logging.Formatter):
    """Formats stack traces without the errors' words."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  # its name in the standard library
        return trace(ei[1]) if ei[1] else ""


def listen(loop: asyncio.AbstractEventLoop) -> None:
    """What breaks where nobody waits for it is logged like the rest."""

    def broke(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        # Beside an error asyncio's own message shows what a callback was called with.
        what = where(error) if isinstance(error, BaseException) else context.get("message")
        log.error("something broke in the background", error=what)

    loop.set_exception_handler(broke)
