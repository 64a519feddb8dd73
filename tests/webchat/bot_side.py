"""The bot's side of webchat: raw calls of the Bot API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from webchat.client import WebchatClient

TOKEN = "1:local"


@asynccontextmanager
async def later(chat: WebchatClient, hours: int) -> AsyncIterator[None]:
    """The time is later within, and as it was afterwards."""
    now = (await chat.get("/clock"))["now"]
    await chat.post("/clock", now=(datetime.fromisoformat(now) + timedelta(hours=hours)).isoformat())
    yield
    await chat.post("/clock", now=now)


class BotSide:
    """What a bot can do: raw calls of the Bot API."""

    def __init__(self, url: str, session: aiohttp.ClientSession, token: str = TOKEN) -> None:
        self.url = url
        self.session = session
        self.token = token

    async def raw(self, method: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
        """The status and the whole answer of one call."""
        url = f"{self.url}/bot{self.token}/{method}"
        async with self.session.post(url, json=parameters) as answer:
            return answer.status, await answer.json()

    async def send(self, path: str, *, verb: str = "POST", **how: Any) -> tuple[int, bytes]:
        """Any request to webchat, such as one that is malformed: status and body."""
        async with self.session.request(verb, f"{self.url}{path}", **how) as answer:
            return answer.status, await answer.read()

    async def call(self, method: str, **parameters: Any) -> Any:
        """The result of a call that must succeed."""
        status, answer = await self.raw(method, **parameters)
        assert status == 200, answer
        return answer["result"]

    async def updates(self, **parameters: Any) -> list[dict[str, Any]]:
        """What getUpdates answers."""
        return await self.call("getUpdates", **parameters)
