"""A webchat that runs in a thread of its own for all tests here, empty at the start of each."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from bot_side import TOKEN, BotSide

from webchat.__main__ import Server, listen
from webchat.client import WebchatClient
from webchat.server import build


@pytest.fixture(scope="session")
def webchat_url() -> Iterator[str]:
    """The address of a running webchat with two bots."""
    listening = listen("127.0.0.1", 0)
    servers: list[Server] = []

    def serve() -> None:
        servers.append(Server(build([TOKEN, "2:other"])))
        asyncio.run(servers[0].serve(sockets=[listening]))

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    servers[0].should_exit = True
    thread.join(5)


class Complaints(logging.Handler):
    """What went wrong in the server itself."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.heard.append(self.format(record))


@pytest.fixture
def complaints(webchat_url: str) -> Iterator[None]:
    """Whatever it is asked, the server itself never stumbles."""
    handler = Complaints()
    watched = [logging.getLogger(name) for name in ("uvicorn.error", "asyncio", "webchat")]
    for logger in watched:
        logger.addHandler(handler)
    yield
    for logger in watched:
        logger.removeHandler(handler)
    assert handler.heard == []


@pytest.fixture
async def chat(webchat_url: str, complaints: None) -> AsyncIterator[WebchatClient]:
    """A client of an empty webchat."""
    async with WebchatClient(webchat_url) as client:
        await client.post("/reset", bots=True)
        yield client


@pytest.fixture
async def bot(webchat_url: str, chat: WebchatClient) -> AsyncIterator[BotSide]:
    """The first bot's side of it."""
    async with aiohttp.ClientSession() as session:
        yield BotSide(webchat_url, session)


@pytest.fixture
async def granny(chat: WebchatClient, bot: BotSide) -> int:
    """An elder who has pressed start; her message is confirmed."""
    person = await chat.person("陈奶奶", id=1001, elder=True)
    await chat.say(1001, "/start")
    await bot.updates(offset=-1)
    await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
    return int(person["id"])
