"""The database cannot be written for a while: nobody's words are lost or answered twice, and it mends by itself."""

import asyncio
import contextlib
import json
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from factories import AMEI, AQIANG, LIU, XIAOLIN
from story import Town

from proof import ports

PEOPLE = (AQIANG, AMEI, LIU, XIAOLIN)
ASKED = 5
RECOVERS_WITHIN_S = 30


@contextmanager
def locked(town: Town) -> Iterator[None]:
    """Another process writes, and goes on writing."""
    path = town.folder / "jinlin.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def no_room(town: Town) -> Iterator[None]:
    """No file of the bot's may be written any more, its log neither."""
    before = resource.prlimit(town.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(town.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.prlimit(town.pid, resource.RLIMIT_FSIZE, before)


async def healthz(port: int, ready: Callable[[dict[str, Any]], bool], within_s: float) -> dict[str, Any]:
    """What it says once it is so."""
    async with asyncio.timeout(within_s), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                said: dict[str, Any] = json.loads(await answer.read())
                assert (answer.status == 200) is said["ok"]
            if ready(said):
                return said


@pytest.mark.slow
@pytest.mark.parametrize("fault", [locked, no_room])
async def test_what_people_say_meanwhile_is_answered_once_when_it_is_over(
    fault: Callable[[Town], contextlib.AbstractContextManager[None]],
    running_town: Callable[..., AbstractAsyncContextManager[Town]],
    tmp_path: Path,
) -> None:
    port = ports.free()

    async with running_town(METRICS_LISTEN=f"127.0.0.1:{port}") as town:
        await healthz(port, lambda said: bool(said["ok"]), RECOVERS_WITHIN_S)
        start = (await town.chat.requests())[-1]["n"]
        with fault(town):
            for _ in range(ASKED):
                for who in PEOPLE:
                    await town.say(who, "/help")
            said = await healthz(port, lambda said: not said["ok"], 60)
            answered_meanwhile = len(await town.chat.requests(after=start, method="sendMessage"))
            await said_twice(port)  # long enough for a lock to be given up
        await healthz(port, lambda said: bool(said["ok"]), RECOVERS_WITHIN_S)
        for who in PEOPLE:
            await town.say(who, "/cancel")
            await town.hears(who, "*没有正在办的事*")
        sent = [r for r in await town.chat.requests(after=start, method="sendMessage") if r["ok"]]
        refused = await town.refused()

        assert said["behind"]["database"] == "it cannot be written to"
        assert answered_meanwhile == 0
        helped = [r["parameters"]["chat_id"] for r in sent if "/cancel" in r["parameters"]["text"]]
        assert {who.name: helped.count(who.id) for who in PEOPLE} == {who.name: ASKED for who in PEOPLE}
        assert town.count("inbox", "state <> 'done'") == 0
        assert refused == []


async def said_twice(port: int) -> None:
    """Until another look at the database has been given up."""
    for _ in range(2):
        await healthz(port, lambda said: not said["ok"], 60)
