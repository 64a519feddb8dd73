"""An async client of the control API, for tests and for the demo."""

import asyncio
import base64
import io
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any

import aiohttp

from webchat.records import Wire

_JSON = {"Content-Type": "application/json"}


class WebchatError(Exception):
    """The control API refused a call; the message is its own, and so is ``code``."""

    def __init__(self, why: str, code: str = "") -> None:
        super().__init__(why)
        self.code = code


class WebchatClient:
    """Speaks to a running webchat; use it as an async context manager, or call ``close``.

    People, chats and messages are given by id; answers are the JSON objects that docs/webchat.md describes.
    A chat left out is the person's private chat with the (first) bot.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "WebchatClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def request(self, verb: str, path: str, /, **values: Any) -> Any:
        """One call; values that are None are left out. WebchatError when it is refused."""
        if self._session is None:
            kept = aiohttp.TCPConnector(keepalive_timeout=2)  # the server lets go of idle ones after 5 s
            self._session = aiohttp.ClientSession(connector=kept, timeout=aiohttp.ClientTimeout(total=70))
        given = {name: value for name, value in values.items() if value is not None}
        query = {name: str(value) for name, value in given.items()} if verb == "GET" else None
        body = io.BytesIO(json.dumps(given).encode()) if verb == "POST" else None
        url = f"{self.url}/control{path}"
        async with self._session.request(verb, url, params=query, data=body, headers=_JSON) as answer:
            if answer.content_type != "application/json":
                raise WebchatError(f"{answer.status} {await answer.text()}")
            read = await answer.json()
            if answer.status != 200:
                raise WebchatError(read["error"], read["code"])
            return read

    async def post(self, path: str, /, **values: Any) -> Any:
        """A POST to the control API."""
        return await self.request("POST", path, **values)

    async def get(self, path: str, /, **values: Any) -> Any:
        """A GET from the control API."""
        return await self.request("GET", path, **values)

    # ---- people and groups

    async def person(self, name: str, **about: Any) -> Wire:
        """Add a person, or change the one with ``id``."""
        made: Wire = await self.post("/people", name=name, **about)
        return made

    async def group(self, title: str, members: list[int], **about: Any) -> Wire:
        """Make a group with the bot in it."""
        made: Wire = await self.post("/groups", title=title, members=members, **about)
        return made

    # ---- what people do

    async def say(self, person: int, text: str, **where: Any) -> Wire:
        """A person says something."""
        said: Wire = await self.post("/say", person=person, text=text, **where)
        return said

    async def photo(self, person: int, *, data: bytes | None = None, **how: Any) -> Wire:
        """A person sends a photo: the bytes given, or a sample."""
        encoded = base64.b64encode(data).decode() if data is not None else None
        sent: Wire = await self.post("/photo", person=person, data=encoded, **how)
        return sent

    async def document(self, person: int, name: str, data: bytes, **how: Any) -> Wire:
        """A person sends a file."""
        encoded = base64.b64encode(data).decode()
        sent: Wire = await self.post("/document", person=person, name=name, data=encoded, **how)
        return sent

    async def press(self, person: int, label: str | None = None, **which: Any) -> Wire:
        """A person presses a button, found by label or ``data``; ``wait`` seconds for the answer."""
        pressed: Wire = await self.post("/press", person=person, label=label, **which)
        return pressed

    async def react(self, person: int, message: int, emoji: str | None, **where: Any) -> Wire:
        """A person reacts to a message; with None no longer."""
        seen: Wire = await self.post("/react", person=person, message=message, emoji=emoji, **where)
        return seen

    async def follow(self, person: int, link: str, **how: Any) -> Wire:
        """A person opens a deep link."""
        sent: Wire = await self.post("/follow", person=person, link=link, **how)
        return sent

    async def join(self, person: int, link: str) -> Wire:
        """A person follows an invite link: the ``chat``, and whether they have ``joined`` it or only asked to."""
        came: Wire = await self.post("/join", person=person, link=link)
        return came

    async def block(self, person: int, *, blocked: bool = True) -> None:
        """A person blocks the bot, or no longer."""
        await self.post("/block", person=person, blocked=blocked)

    # ---- what people see

    async def chat(self, person: int, **which: Any) -> Wire:
        """A chat as somebody sees it: ``messages``, ``keyboard``, ``pinned``, ``version``."""
        seen: Wire = await self.get("/messages", person=person, **which)
        return seen

    async def messages(self, person: int, **which: Any) -> list[Wire]:
        """The messages somebody sees in a chat."""
        seen: list[Wire] = (await self.chat(person, **which))["messages"]
        return seen

    async def until(
        self, person: int, ready: Callable[[Wire], bool], *, after: int = 0, timeout: float = 10, **which: Any
    ) -> Wire:
        """The newest message of the bot after ``after`` that is ``ready``, new or edited.

        TimeoutError, with what was to be seen instead, when none comes in time.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout
        version = 0
        seen: dict[int, Wire] = {}
        while True:
            wait = min(20.0, max(0.0, until - loop.time())) if version else 0
            chat = await self.chat(person, since=version, wait=wait, **which)
            version = chat["version"]
            for message in chat["messages"]:
                seen[message["id"]] = message
                if message.get("deleted"):
                    seen.pop(message["id"])
            for message in reversed(seen.values()):
                if message["id"] > after and message["from"]["is_bot"] and ready(message):
                    return message
            if loop.time() >= until:
                last = [message["text"][:60] for message in seen.values()][-5:]
                raise TimeoutError(f"no such message; the last are {last}")

    async def until_text(self, person: int, part: str, **how: Any) -> Wire:
        """Wait for a message of the bot that holds this text."""
        return await self.until(person, lambda message: part in message["text"], **how)

    # ---- trouble and time

    async def fault(self, kind: str, **which: Any) -> int:
        """Trouble for the next calls that fit; the fault's id."""
        set_: Wire = await self.post("/faults", kind=kind, **which)
        return int(set_["id"])

    async def mend(self, fault: int | None = None) -> None:
        """No more of one fault, or of any."""
        await self.request("DELETE", "/faults" if fault is None else f"/faults/{fault}")

    async def requests(self, *, after: int = 0, **which: Any) -> list[Wire]:
        """The bots' calls since ``after``."""
        made: list[Wire] = (await self.get("/requests", after=after, **which))["requests"]
        return made

    async def advance(self, seconds: float) -> Wire:
        """Move the time, webchat's and the bot's."""
        moved: Wire = await self.post("/clock/advance", seconds=seconds)
        return moved

    async def reset(self) -> None:
        """An empty world."""
        await self.post("/reset")
