"""Runs webchat: ``python -m webchat --token 1:local``."""

import argparse
import asyncio
import contextlib
import logging
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import uvicorn

from webchat import connections
from webchat.addresses import is_loopback
from webchat.server import WebChat, build

TOKEN = re.compile(r"[1-9]\d{0,14}:[A-Za-z0-9_-]{1,64}")
STOP_WITHIN = 1  # seconds for open requests


class Server(uvicorn.Server):
    """uvicorn, with connections as ours are, ending long polls first; signals are ours."""

    def __init__(self, app: WebChat, most: int = connections.MOST) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=connections.Connection,
                ws="none",
                log_level="error",  # what is no HTTP is refused, and nobody's to mend here
                access_log=False,
                proxy_headers=False,
                limit_concurrency=most,
                backlog=connections.AT_ONCE,
                timeout_graceful_shutdown=STOP_WITHIN,
            )
        )
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; as many as the system keeps may wait to be taken in."""
        await super().startup(sockets)
        for one in sockets or ():
            one.listen(connections.QUEUE)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to ``serve_until_told``."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody wait any longer, then shut down."""
        self._app.hub.wake_all()
        await super().shutdown(sockets)


async def serve_until_told(app: WebChat, listening: socket.socket, *, until_eof: bool) -> None:
    """Serve until SIGTERM or SIGINT, or until nobody holds the other end of the standard input."""
    server = Server(app, connections.room())

    def stop() -> None:
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), stop)
    await server.serve(sockets=[listening])


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The command line, checked; exits with code 2 and one line when something is wrong."""
    parser = argparse.ArgumentParser(prog="webchat", description="A local chat server that speaks the Bot API.")
    parser.add_argument("--host", default="127.0.0.1", help="an address of this machine only")
    parser.add_argument("--port", type=int, default=8081, help="0: any free port")
    parser.add_argument("--token", action="append", help="a bot's token, such as 1:local; may be repeated")
    parser.add_argument("--store", help="SQLite file that keeps the chats; none: memory only")
    parser.add_argument("--until-eof", action="store_true", help="end when the standard input does, as its parent ends")
    args = parser.parse_args(given)
    args.token = args.token or ["1:local"]
    args.host = args.host.removeprefix("[").removesuffix("]")
    if not 0 <= args.port <= 65_535:
        _refuse(f"--port {args.port} is no port: 0 to 65535")
    if "%" in args.host or not is_loopback(args.host):
        _refuse(f"webchat serves this machine only: --host {args.host} is not a loopback address")
    for token in args.token:
        if not TOKEN.fullmatch(token):
            _refuse(f"--token {token} is not of the form 1:local")
    if len({token.split(":")[0] for token in args.token}) < len(args.token):
        _refuse("each --token needs a bot id of its own")
    return args


def _refuse(line: str) -> NoReturn:
    sys.stderr.write(line + "\n")
    raise SystemExit(2)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; exits with code 2 when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio turns off Nagle's delay, which costs 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        _refuse(f"port {port} cannot be used: {error.strerror}; choose another with --port")
    listening.listen()
    return listening


def main() -> None:
    """Read the command line and serve."""
    args = arguments()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    listening = listen(args.host, args.port)
    try:
        if args.store:
            Path(args.store).parent.mkdir(parents=True, exist_ok=True)
        app = build(args.token, store=args.store)
    except (OSError, sqlite3.Error) as error:
        _refuse(f"--store {args.store} cannot be used: {error}")
    host = f"[{args.host}]" if ":" in args.host else args.host
    sys.stdout.write(f"webchat http://{host}:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    asyncio.run(serve_until_told(app, listening, until_eof=args.until_eof))


if __name__ == "__main__":
    main()
