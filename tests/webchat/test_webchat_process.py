"""webchat as a program: its command line and its end."""

import asyncio
import signal
from pathlib import Path

import aiohttp
import pytest
from bot_side import BotSide
from process import running, started
from raw import REQUEST, ask

from webchat.client import WebchatClient


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_within_two_seconds_though_somebody_waits(number: signal.Signals) -> None:
    """Without a word on stderr and with exit code 0."""
    async with running() as (url, process), aiohttp.ClientSession() as session, WebchatClient(url) as chat:
        poll = asyncio.create_task(BotSide(url, session).raw("getUpdates", timeout=50))
        look = asyncio.create_task(chat.get("/changes", since=99, wait=50))
        await chat.get("/people")
        process.send_signal(number)
        await asyncio.wait_for(process.wait(), 2)
        await asyncio.gather(poll, look, return_exceptions=True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "loopback"),
        (["--host", "example.org"], "loopback"),
        (["--host", "::1%lo"], "loopback"),
        (["--port", "99999"], "is no port"),
        (["--port", "-1"], "is no port"),
        (["--store", "/dev/null/x.sqlite"], "cannot be used"),
        (["--token", "nonsense"], "not of the form"),
        (["--token", "1:a", "--token", "1:b"], "id of its own"),
    ],
)
async def test_a_wrong_command_line_is_refused_in_one_line(arguments: list[str], words: str) -> None:
    """With exit code 2."""
    process = await started("--port", "0", *arguments)
    _, errors = await asyncio.wait_for(process.communicate(), 10)

    assert process.returncode == 2
    assert words in errors.decode()
    assert errors.decode().count("\n") == 1


async def test_an_address_in_brackets_is_one(tmp_path: Path) -> None:
    """As it stands in links."""
    process = await started("--port", "0", "--host", "[::1]", "--store", str(tmp_path / "store"))
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 10)
    process.terminate()
    await process.communicate()

    assert line.startswith(b"webchat http://[::1]:")


async def test_what_cannot_be_read_leaves_no_line_in_the_log() -> None:
    """No HTTP, no form, no socket of the web's: refused, and nothing for an operator to do."""
    form = b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9\r\n\r\n--x\r\n\r\n\r\n"
    upgrade = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n"

    async with running() as (url, _):  # which must end without a word
        statuses = [(await ask(url, data))[0] for data in (b"\x00\r\n\r\n", REQUEST + form, upgrade)]

    assert statuses == [400, 400, 200]
