"""webchat as a program: its command line, its end, and what it still knows after a restart."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from bot_side import BotSide

from webchat.client import WebchatClient
from webchat.samples import sample

ROOT = Path(__file__).parents[2]


async def started(*arguments: str) -> asyncio.subprocess.Process:
    """webchat with these arguments."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "webchat",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A webchat that listens: its address and process; it must stop cleanly."""
    process = await started("--port", "0", *arguments)
    line = (await asyncio.wait_for(process.stdout.readline(), 10)).decode()
    assert line.startswith("webchat http://127.0.0.1:")
    try:
        yield line.split()[1], process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 5)
    assert (process.returncode, errors) == (0, b"")


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


async def test_everything_is_still_there_after_a_restart(tmp_path: Path) -> None:
    """People, chats, files' bytes, what a bot has not confirmed, what it said about itself."""
    store = str(tmp_path / "webchat.sqlite")
    picture = sample("孩子").data
    async with running("--store", store) as (url, _), aiohttp.ClientSession() as session, WebchatClient(url) as chat:
        bot = BotSide(url, session)
        await chat.person("陈奶奶", id=1001, elder=True)
        group = await chat.group("3号楼", [1001])
        await chat.say(1001, "/start")
        confirmed = await bot.updates()
        await bot.updates(offset=confirmed[-1]["update_id"] + 1)
        await chat.photo(1001, data=picture)
        keys = {"keyboard": [[{"text": "甲"}]]}
        await bot.call("sendMessage", chat_id=1001, text="菜单", reply_markup=keys)
        await bot.call("setMyCommands", commands=[{"command": "help", "description": "帮助"}])
        await chat.post("/clock", url="http://127.0.0.1:9/clock", now="2030-01-02T01:00:00Z")
        before = await chat.chat(1001)

    async with running("--store", store) as (url, _), aiohttp.ClientSession() as session, WebchatClient(url) as chat:
        bot = BotSide(url, session)
        after = await chat.chat(1001)
        clock = await chat.get("/clock")
        [update] = await bot.updates()
        file = await bot.call("getFile", file_id=update["message"]["photo"][-1]["file_id"])
        _, data = await bot.send(f"/file/bot1:local/{file['file_path']}", verb="GET")
        commands = await bot.call("getMyCommands")
        said = await chat.say(1001, "/x", chat=group["id"])
        person = (await chat.get("/people"))["people"][0]

    assert after == before
    assert update["update_id"] == confirmed[-1]["update_id"] + 1
    assert data == picture
    assert (clock["now"][:10], clock["available"]) == ("2030-01-02", True)
    assert commands == [{"command": "help", "description": "帮助"}]
    assert (person["elder"], said["id"]) == (True, 3)


async def test_groups_stand_as_they_stood_after_a_restart(tmp_path: Path) -> None:
    """Topics, invite links and who asked by them, who may what, reactions."""
    store = str(tmp_path / "webchat.sqlite")
    async with running("--store", store) as (url, _), aiohttp.ClientSession() as session, WebchatClient(url) as chat:
        bot = BotSide(url, session)
        for id_, name in ((1001, "陈奶奶"), (1002, "小林"), (1003, "小王")):
            await chat.person(name, id=id_)
        group = (await chat.group("3号楼", [1001, 1002], forum=True))["id"]
        await chat.post(f"/groups/{group}/add-bot", admin=True)
        topic = (await bot.call("createForumTopic", chat_id=group, name="停水"))["message_thread_id"]
        said = await chat.say(1001, "几点？", chat=group, topic=topic)
        await chat.react(1002, said["id"], "👍", chat=group)
        await bot.call("restrictChatMember", chat_id=group, user_id=1002, permissions={})
        link = (await bot.call("createChatInviteLink", chat_id=group, creates_join_request=True))["invite_link"]
        await chat.join(1003, link)
        before = await chat.chat(1001, chat=group)

    async with running("--store", store) as (url, _), aiohttp.ClientSession() as session, WebchatClient(url) as chat:
        bot = BotSide(url, session)
        after = await chat.chat(1001, chat=group)
        member = await bot.call("getChatMember", chat_id=group, user_id=1002)
        await bot.call("approveChatJoinRequest", chat_id=group, user_id=1003)
        came = await chat.say(1003, "来了", chat=group, topic=topic)

    assert after == before
    assert (member["status"], member["can_send_messages"]) == ("restricted", False)
    assert came["topic"] == {"id": topic, "name": "停水"}


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
