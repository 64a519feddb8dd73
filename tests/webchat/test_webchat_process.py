"""webchat as a program: its command line, its end, and the published table it keeps to."""

import asyncio
import json
import os
import signal
from pathlib import Path

import aiohttp
import pytest
from bot_side import BotSide
from process import running, started

from webchat.client import WebchatClient
from webchat.methods import METHODS_TABLE, fields


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


SCHEMA = os.environ.get("JINLIN_BOTAPI_SCHEMA", "")


@pytest.mark.skipif(not SCHEMA, reason="JINLIN_BOTAPI_SCHEMA names no file: not compared with the published API")
def test_the_table_of_methods_is_the_published_one() -> None:
    """Every parameter of every method here, and which of them are required."""
    published = {
        item["name"]: item for part in json.loads(Path(SCHEMA).read_text())["items"] for item in part["children"]
    }

    ours = fields(METHODS_TABLE)
    theirs = {name: {one["name"]: one["required"] for one in published[name].get("annotations", [])} for name in ours}

    assert {name: {field: need for field, (_, need) in table.items()} for name, table in ours.items()} == theirs
