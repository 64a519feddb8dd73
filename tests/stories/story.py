"""A whole neighbourhood as real processes: webchat and the bot, spoken to as people speak to them.

    await town.say(AQIANG, "/report")
    await town.hears(AQIANG, "怎么了*")
    await town.tap(XIAOWANG, "属实，派给*")

Nothing here sleeps: what is waited for is waited for by long polling, and the clock is moved.
"""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from dialogue import like
from factories import KEY, NAINAI, Room, Speaker

from bot import demo, running
from bot.settings import Settings
from community.here import Here
from community.working_time import WorkingTime
from storage.crypto import Cipher
from storage.database import connect
from webchat.client import WebchatClient, WebchatError

TOKEN = "7:stories"
PATIENCE_S = 20.0
_LOG_LINES = 25


def settings_of(database_url: str, **more: str) -> dict[str, str]:
    """The environment of a bot of these stories."""
    ours = {"TOKEN": TOKEN, "SECRET_KEY": KEY, "DEMO": "1", "DATABASE_URL": database_url, "SEND_RATE": "0"}
    return {f"JINLIN_{name}": value for name, value in (ours | more).items()}


async def jinlin(settings: dict[str, str], *arguments: str) -> str:
    """What the command says; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    return said.decode()


async def settle(database_url: str) -> None:
    """`jinlin init`, then the demo's cast moves in."""
    await jinlin(settings_of(database_url), "init")
    settings = Settings(token=TOKEN, secret_key=KEY, demo=True, database_url=database_url)
    database = await connect(database_url, Cipher(KEY))
    try:
        found, _ = await running.load(settings, database)
        now = (await running.clock_of(settings, database)).now()
        working_time = WorkingTime.of(found, settings.zone)
        async with database.write() as tx:
            await demo.seed(tx, Here(neighbourhood=found, working_time=working_time, zone=settings.zone, now=now))
    finally:
        await database.close()


class Town:
    """Two running processes and everybody who chats with them."""

    def __init__(self, *, folder: Path, database_url: str, **settings: str) -> None:
        self.settings = settings_of(database_url, **settings)
        self.expected: set[str] = set()
        """Beginnings of the Bot API's complaints that belong to the story."""
        self.folder = folder
        self._database_url = database_url
        self._log = folder / "bot.log"
        self._webchat: asyncio.subprocess.Process | None = None
        self._bot: asyncio.subprocess.Process | None = None
        self._heard: set[tuple[int, int, int, int]] = set()
        self.url = ""
        self.chat = WebchatClient("")

    # ---- processes

    @classmethod
    @asynccontextmanager
    async def running(cls, *, folder: Path, database_url: str, **settings: str) -> AsyncIterator["Town"]:
        """Both processes, with the cast and their group; they must stop cleanly."""
        town = cls(folder=folder, database_url=database_url, **settings)
        try:
            await town._open()
            await town.start()
            await town._greeted()
            yield town
            assert await town.malformed() == []
        except (AssertionError, WebchatError) as error:
            error.add_note(town.account())
            raise
        finally:
            await town.close()

    async def _open(self) -> None:
        command = [sys.executable, "-m", "webchat", "--port", "0", "--token", TOKEN]
        store = str(self.folder / "webchat.db")
        self._webchat = await asyncio.create_subprocess_exec(
            *command, "--store", store, cwd=self.folder, stdout=asyncio.subprocess.PIPE
        )
        assert self._webchat.stdout is not None
        line = await asyncio.wait_for(self._webchat.stdout.readline(), PATIENCE_S)
        self.url = line.decode().split()[-1]
        self.chat = WebchatClient(self.url)
        self.settings["JINLIN_API_URL"] = self.url
        cast = demo.cast()
        for one in cast["people"]:
            known = {name: one[name] for name in ("id", "name", "elder") if name in one}
            await self.chat.post("/people", **known)
        for group in cast["groups"]:
            await self.chat.group(group["title"], group["members"], id=group["id"])
        for one in cast["people"]:
            if "phone" in one:
                await self.chat.say(one["id"], "/start")

    async def start(self) -> None:
        """Have the bot run."""
        with self._log.open("ab") as log:
            self._bot = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                cwd=self.folder,
                env=os.environ | self.settings,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """The bot's process."""
        assert self._bot is not None
        return self._bot.pid

    async def _greeted(self) -> None:
        """Everybody who lives here has had an answer to their first word."""
        for one in demo.cast()["people"]:
            if "phone" in one:
                await self.hears(Speaker(id=one["id"], name=one["name"]), "有什么事?*")

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the bot; its exit code."""
        assert self._bot is not None
        bot, self._bot = self._bot, None
        with contextlib.suppress(ProcessLookupError):
            bot.send_signal(how)
        return await asyncio.wait_for(bot.wait(), PATIENCE_S)

    async def close(self) -> None:
        """End both."""
        await self.chat.close()
        codes = [await self.stop()] if self._bot is not None else []
        if self._webchat is not None:
            self._webchat.terminate()
            await asyncio.wait_for(self._webchat.communicate(), PATIENCE_S)
        assert codes in ([], [0]), self._log.read_text("utf-8")[-3000:]

    async def jinlin(self, *arguments: str) -> str:
        """What the operator's command says beside the running bot."""
        return await jinlin(self.settings, *arguments)

    # ---- what people do

    async def say(self, who: Speaker, text: str, room: Room | None = None, **how: Any) -> dict[str, Any]:
        """Somebody says something."""
        return await self.chat.say(who.id, text, chat=room and room.id, **how)

    async def photo(self, who: Speaker, caption: str = "", room: Room | None = None, **how: Any) -> dict[str, Any]:
        """Somebody sends a photo."""
        return await self.chat.photo(who.id, caption=caption or None, chat=room and room.id, **how)

    async def key(self, who: Speaker, label: str) -> None:
        """Somebody presses a key of their keyboard."""
        await self.chat.press(who.id, label)

    async def tap(self, who: Speaker, label: str, *, on: str = "*", room: Room | None = None) -> str:
        """Somebody presses the newest button of that label, as soon as it is there; what pops up."""

        def fits(message: dict[str, Any]) -> bool:
            return like(on, message["text"]) and any(like(label, b["label"]) for b in buttons(message))

        while True:
            message = await self._until(who, fits, f"a button {label!r} on {on!r}", room)
            found = next(b["label"] for b in buttons(message) if like(label, b["label"]))
            where = {"message": message["id"], "chat": room and room.id}
            try:
                pressed = await self.chat.press(who.id, found, wait=PATIENCE_S, **where)
            except WebchatError as error:
                if "there is no button" not in str(error):
                    raise
            else:  # otherwise the card was just changed or replaced: look again, as people do
                break
        assert pressed.get("answer", {}) is not None, f"nothing came of {label!r}"
        return str(pressed.get("answer", {}).get("text") or "")

    async def advance(self, **how_far: float) -> None:
        """The clock moves on by so many minutes, hours or days."""
        await self.chat.advance(timedelta(**how_far).total_seconds())

    # ---- what people see

    async def hears(self, who: Speaker, pattern: str, room: Room | None = None) -> dict[str, Any]:
        """The newest message like this that was not looked at yet, new or edited, as soon as it is there."""
        chat = room.id if room else who.id

        def fits(message: dict[str, Any]) -> bool:
            seen = (who.id, chat, message["id"], message["version"])
            return seen not in self._heard and like(pattern, message["text"])

        message = await self._until(who, fits, f"{pattern!r}", room)
        self._heard.add((who.id, chat, message["id"], message["version"]))
        return message

    async def _until(
        self, who: Speaker, fits: Callable[[dict[str, Any]], bool], what: str, room: Room | None
    ) -> dict[str, Any]:
        where = {"chat": room.id} if room else {}
        try:
            return await self.chat.until(who.id, fits, timeout=PATIENCE_S, **where)
        except TimeoutError as error:
            raise AssertionError(f"{who.name} waited in vain for {what}: {error}") from None

    async def texts(self, who: Speaker, room: Room | None = None) -> list[str]:
        """What the bot has written to somebody, as it reads now."""
        seen = await self.chat.messages(who.id, **({"chat": room.id} if room else {}))
        return [message["text"] for message in seen if message["from"]["is_bot"]]

    async def download(self, file: dict[str, Any]) -> bytes:
        """The bytes behind a file's URL."""

        def fetch() -> bytes:
            with urllib.request.urlopen(urllib.parse.urljoin(self.url, file["url"]), timeout=PATIENCE_S) as answer:
                read: bytes = answer.read()
                return read

        return await asyncio.to_thread(fetch)

    async def refused(self) -> list[str]:
        """The bot's calls that the Bot API refused, but for those that the story expects."""
        failed = [r for r in await self.chat.requests() if not r["ok"]]
        said = [f"{r['method']}: {r.get('error')}" for r in failed]
        return [one for one in said if not any(part in one for part in self.expected)]

    async def malformed(self) -> list[str]:
        """What aiogram's models of the Bot API find wrong with the bot's calls: method and field of each."""
        from by_aiogram import complaints  # seconds, where nothing else has imported aiogram yet

        calls = {repr((r["method"], r["parameters"])): r for r in await self.chat.requests()}
        return sorted({found for r in calls.values() for found in complaints(r["method"], r["parameters"])})

    def count(self, table: str, where: str = "1 = 1") -> int:
        """How many rows a table has, on SQLite."""
        path = self._database_url.removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            [number] = database.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}").fetchone()
            return int(number)

    # ---- when a story fails

    def account(self) -> str:
        """The end of the bot's log, and the last of what everybody sees."""
        log = self._log.read_text("utf-8").splitlines()[-_LOG_LINES:] if self._log.exists() else []
        seen = []
        with contextlib.suppress(OSError):
            for person in self._look("/people")["people"]:
                for chat in self._look(f"/chats?person={person['id']}")["chats"]:
                    if chat["kind"] == "private" or person["id"] == NAINAI.id:
                        found = self._look(f"/messages?person={person['id']}&chat={chat['id']}&limit=4")
                        seen.append(f"--- {person['name']} · {chat['title']}")
                        seen += [_line(message) for message in found["messages"]]
        return "\n".join([*log, *seen])

    def _look(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/control{path}", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The inline buttons of a message."""
    return [button for row in message.get("buttons") or [] for button in row]


def labels(message: dict[str, Any]) -> list[str]:
    """Their labels."""
    return [button["label"] for button in buttons(message)]


def _line(message: dict[str, Any]) -> str:
    who = "<" if message["from"]["is_bot"] else ">"
    return f"{who} {message['text'][:300]} {labels(message) or ''}".replace("\n", "\n    ")
