"""A thousand connections that say nothing or half a word: others are answered, and who is too many is refused."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import AsyncExitStack

import aiohttp
import pytest
from bot_side import BotSide
from process import running
from raw import REQUEST, Wire, wire

from webchat.connections import SPARE_FILES

THOUSAND = 1_000
HALF_A_HEAD = b"GET /control/people HTTP/1.1\r\nHost: 127"


@pytest.fixture(autouse=True)
def files() -> Iterator[None]:
    """Enough of them for this side's ends of the connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2 * THOUSAND:
        pytest.skip("this process may not open as many connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * THOUSAND), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def crowd(stack: AsyncExitStack, url: str) -> list[Wire]:
    """A thousand connections; every second one sends half a head."""
    opened = [await stack.enter_async_context(wire(url)) for _ in range(THOUSAND)]
    for one in opened[::2]:
        await one.send(HALF_A_HEAD)
    return opened


async def test_others_are_answered_within_a_second_beside_a_thousand_idle_connections() -> None:
    """And when they are gone."""
    async with running() as (url, _), aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        opened = await crowd(stack, url)

        async with asyncio.timeout(1):
            await BotSide(url, session).call("getMe")
        await opened[0].send(b".0.0.1\r\n\r\n")
        ended = await opened[0].answer()
        await stack.aclose()
        async with asyncio.timeout(1):
            await BotSide(url, session).call("getMe")

    assert ended[0] == 200


async def test_who_comes_when_there_is_no_room_is_refused_at_once_and_the_others_stay() -> None:
    """With 1,024 files, there is room for some 800."""
    room = 1_024 - SPARE_FILES
    async with running(files=1_024) as (url, _), aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        await BotSide(url, session).call("getMe")
        opened = await crowd(stack, url)

        async with asyncio.timeout(5):
            refused = await asyncio.gather(*(one.answer() for one in opened[room + 50 :]))
        async with wire(url) as late:
            status, words = await late.answer()
        stays = await BotSide(url, session).call("getMe")
        await opened[0].send(b".0.0.1\r\nConnection: close\r\n\r\n")
        answered, _ = await opened[0].answer()

    assert {status for status, _ in refused} == {503}
    assert (status, words) == (503, b"there are too many connections; try again later")
    assert answered == 200
    assert stays["id"] == 1


async def test_a_refused_request_is_told_so_too() -> None:
    """Whoever asks without waiting to hear."""
    async with running(files=SPARE_FILES + 1) as (url, _), wire(url), wire(url) as one:
        await one.send(REQUEST + b"\r\n")
        status, words = await one.answer()

    assert (status, words[:33]) == (503, b"there are too many connections; t")
