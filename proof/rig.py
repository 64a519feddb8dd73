"""What every measurement needs: the Bot API server on one core, a bot on the other, and a town to live in."""

import asyncio
import contextlib
import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson

from bot import demo, running
from bot.settings import Settings
from community import neighbourhood
from community.here import Here
from community.working_time import WorkingTime
from proof import ports
from proof.server import TOKEN
from storage.database import Database

ROOT = Path(__file__).parent.parent
KEY = "cHJvb2Ygb25seTogaW52ZW50ZWQgcGVvcGxlIGxpdmU="
BOT_CORE, API_CORE = 0, 1
_TICKS = os.sysconf("SC_CLK_TCK")
T = TypeVar("T")


class NotInTime(Exception):
    """What was waited for did not come."""


def until(ready: Callable[[], T], *, seconds: float, what: str, every: float = 0.01) -> T:
    """The first true answer of `ready`. Raises NotInTime."""
    end = time.monotonic() + seconds
    while not (found := ready()):
        if time.monotonic() > end:
            raise NotInTime(what)
        time.sleep(every)
    return found


def on_cores() -> bool:
    """Whether the bot and the server get a core each."""
    return len(os.sched_getaffinity(0)) > 1


@dataclass
class Api:
    """The Bot API server's process and its control."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, name: str, **asked: Any) -> dict[str, Any]:
        """A control request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("POST", f"/control/{name}", orjson.dumps(asked))
            found: dict[str, Any] = orjson.loads(connection.getresponse().read())
            return found

    def calls(self, after: int = 0) -> list["Heard"]:
        """What was asked of it, from the n-th on."""
        return [Heard(*row) for row in self.ask("calls", after=after)["calls"]]


@dataclass(frozen=True)
class Heard:
    """A call of the Bot API: when (seconds), what, to whom; of an answer to a press, `text` is the press's id."""

    at: float
    method: str
    chat_id: int
    text: str
    message_id: int
    status: int
    words: str = ""


@contextlib.contextmanager
def api(**settings: Any) -> Iterator[Api]:
    """A fresh Bot API server."""
    port = ports.free()
    core = ["--core", str(API_CORE)] if on_cores() else []
    process = subprocess.Popen([sys.executable, "-m", "proof.server", "--port", str(port), *core], cwd=ROOT)
    found = Api(port, process)
    try:
        until(lambda: _listens(port), seconds=20, what="the Bot API server")
        if settings:
            found.ask("set", **settings)
        yield found
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@dataclass
class Process:
    """A bot of whatever kind, in a process of its own."""

    popen: subprocess.Popen[bytes]
    log: Path
    started: float = field(default_factory=time.time)

    def cpu(self) -> float:
        """Seconds of CPU used so far."""
        fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self, which: str = "VmHWM") -> float:
        """Peak memory (or another line of /proc/PID/status) in MB."""
        for line in Path(f"/proc/{self.popen.pid}/status").read_text().splitlines():
            if line.startswith(which + ":"):
                return int(line.split()[1]) / 1024
        raise LookupError(which)

    def kill(self) -> None:
        """kill -9."""
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> None:
        """SIGTERM, and wait."""
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def said(self) -> str:
        """What it logged."""
        return self.log.read_text("utf-8", "replace")


@contextlib.contextmanager
def process(command: list[str], folder: Path, **env: str) -> Iterator[Process]:
    """Start a bot on the bots' core; it is killed at the end if it still runs."""
    found = start(command, folder, **env)
    try:
        yield found
    finally:
        if found.popen.poll() is None:
            found.kill()


def start(command: list[str], folder: Path, **env: str) -> Process:
    """Start a bot on the bots' core."""
    log = folder / f"{time.monotonic_ns()}.log"
    cores = {BOT_CORE} if on_cores() else os.sched_getaffinity(0)
    with log.open("wb") as out:
        popen = subprocess.Popen(
            command,
            cwd=folder,
            stdout=out,
            stderr=out,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
    return Process(popen, log)


def polls(api: Api, process: Process, *, seconds: float = 60) -> None:
    """Wait until a bot asks for updates. Raises NotInTime, with what it logged."""
    try:
        until(lambda: process.popen.poll() is not None or api.ask("state")["polling"], seconds=seconds, what="a poll")
    except NotInTime:
        raise NotInTime(process.said()) from None
    if process.popen.poll() is not None:
        raise NotInTime(process.said())


def noon() -> str:
    """A time zone in which it is about noon: whenever this is run, nobody sleeps."""
    ahead = 12 - time.gmtime().tm_hour
    return f"Etc/GMT{-ahead:+d}"  # the sign is POSIX's


def at_rest(path: Path) -> bool:
    """Whether nothing waits to be handled or sent in a Jinlin's SQLite database."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        (waiting,) = db.execute(
            "SELECT EXISTS (SELECT 1 FROM inbox WHERE state = 'waiting') "
            "OR EXISTS (SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending'))"
        ).fetchone()
        return not waiting


def jinlin_env(api_url: str, database_url: str, **more: str) -> dict[str, str]:
    """The settings of a Jinlin under proof."""
    return {
        "JINLIN_TOKEN": TOKEN,
        "JINLIN_API_URL": api_url,
        "JINLIN_DATABASE_URL": database_url,
        "JINLIN_SECRET_KEY": KEY,
        "JINLIN_SEND_RATE": "0",
        "JINLIN_TIMEZONE": noon(),
        **{f"JINLIN_{name}": value for name, value in more.items()},
    }


JINLIN = [sys.executable, "-m", "bot", "run"]


def settings_for(database_url: str) -> Settings:
    """Jinlin's settings, for working on its database from here."""
    return Settings(token=TOKEN, database_url=database_url, secret_key=KEY)


Settle = Callable[[Database, Here], Coroutine[Any, Any, None]]


async def _settle(database_url: str, settle: Settle) -> None:
    settings = settings_for(database_url)
    async with running.opened(settings) as database:
        found, _ = await running.load(settings, database)
        clock = await running.clock_of(settings, database)
        here = Here(
            neighbourhood=found,
            working_time=WorkingTime.of(neighbourhood.load(settings.neighbourhood), settings.zone),
            zone=settings.zone,
            now=clock.now(),
        )
        async with database.write() as tx:
            await demo.seed(tx, here)
        await settle(database, here)


def settled(folder: Path, settle: Settle) -> Path:
    """An SQLite database with the example neighbourhood, the demo's cast, and what `settle` adds."""
    path = folder / "settled.db"
    asyncio.run(_settle(f"sqlite:///{path}", settle))
    return path


def settle_postgres(database_url: str, settle: Settle) -> None:
    """The same in an empty PostgreSQL database."""
    asyncio.run(_settle(database_url, settle))


def copied(path: Path, folder: Path) -> str:
    """A copy of a settled database in `folder`; its address."""
    target = folder / "jinlin.db"
    shutil.copy(path, target)
    return f"sqlite:///{target}"
