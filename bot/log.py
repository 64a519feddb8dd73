"""Logs: one line an event, to standard error; never a name, a phone, an address or what somebody wrote."""

import logging
import sys

import structlog


def configure() -> None:
    """JSON lines, or coloured ones on a terminal."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # These quote addresses, which carry the token.
    for name in ("aiohttp", "httpx", "apscheduler", "telegram"):
        logging.getLogger(name).setLevel(logging.ERROR)
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
