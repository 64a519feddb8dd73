"""What webchat still knows after a restart, and after kill -9 in the middle of writing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from bot_side import BotSide
from process import running
from test_bot_api_updates import hook

from webchat.client import WebchatClient
from webchat.samples import sample

INLINE = {"inline_keyboard": [[{"text": "好", "callback_data": "yes"}]]}
KEYS = {"keyboard": [[{"text": "甲"}]]}


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Where it is all kept."""
    return str(tmp_path / "webchat.sqlite")


@asynccontextmanager
async def opened(store: str) -> AsyncIterator[tuple[BotSide, WebchatClient, asyncio.subprocess.Process]]:
    """The bot's side, the people's, the process."""
    async with (
        running("--store", store) as (url, process),
        aiohttp.ClientSession() as session,
        WebchatClient(url) as chat,
    ):
        yield BotSide(url, session), chat, process


async def seen(chat: WebchatClient) -> list[Any]:
    """All that somebody sees."""
    chats = (await chat.get("/chats", person=1001))["chats"]
    return [chats, *[await chat.chat(1001, chat=one["id"]) for one in chats]]


async def test_people_chats_keyboards_pins_and_reads_are_as_they_were(store: str) -> None:
    """And buttons still work."""
    async with opened(store) as (bot, chat, _):
        await chat.person("陈奶奶", id=1001, elder=True)
        group = await chat.group("3号楼", [1001])
        await chat.say(1001, "/start")
        await bot.call("sendMessage", chat_id=group["id"], text="读过的")
        await chat.chat(1001, chat=group["id"], read=1)
        await bot.call("sendMessage", chat_id=group["id"], text="没读过的")
        await bot.call("sendMessage", chat_id=1001, text="菜单", reply_markup=KEYS)
        card = await bot.call("sendMessage", chat_id=1001, text="卡片", reply_markup=INLINE)
        await bot.call("editMessageText", chat_id=1001, message_id=card["message_id"], text="改过", reply_markup=INLINE)
        await bot.call("pinChatMessage", chat_id=1001, message_id=card["message_id"])
        gone = await bot.call("sendMessage", chat_id=1001, text="删掉的")
        await bot.call("deleteMessage", chat_id=1001, message_id=gone["message_id"])
        await chat.fault("500", times=0)
        before = await seen(chat)
        version = (await chat.get("/changes"))["version"]

    async with opened(store) as (bot, chat, _):
        after = await seen(chat)
        faults = await chat.get("/faults")
        newer = (await chat.get("/changes"))["version"]
        people = (await chat.get("/people"))["people"]
        pressed = await chat.press(1001, "好")
        said = await chat.press(1001, "甲")

    assert after == before
    assert [one["unread"] for one in after[0] if one["kind"] == "group"] == [1]
    assert faults == {"faults": [], "limits": {}}
    assert newer > version, "who has waited for changes meanwhile is told of what comes"
    assert people[0]["elder"] is True
    assert pressed["query"]
    assert said["message"]["text"] == "甲"


async def test_files_updates_commands_and_the_clock_are_as_they_were(store: str) -> None:
    """What was confirmed does not come again, what was not does, under the same id."""
    picture = sample("孩子").data
    async with opened(store) as (bot, chat, _):
        await chat.person("陈奶奶", id=1001)
        await chat.say(1001, "/start")
        confirmed = await bot.updates()
        await bot.updates(offset=confirmed[-1]["update_id"] + 1)
        await chat.photo(1001, data=picture)
        await bot.call("setMyCommands", commands=[{"command": "help", "description": "帮助"}])
        await chat.post("/clock", url="http://127.0.0.1:9/clock", now="2030-01-02T01:00:00Z")

    async with opened(store) as (bot, chat, _):
        clock = await chat.get("/clock")
        [update] = await bot.updates()
        file = await bot.call("getFile", file_id=update["message"]["photo"][-1]["file_id"])
        _, data = await bot.send(f"/file/bot1:local/{file['file_path']}", verb="GET")
        commands = await bot.call("getMyCommands")
        await bot.updates(offset=update["update_id"] + 1)
        await chat.say(1001, "以后说的")
        [later] = await bot.updates()

    assert update["update_id"] == confirmed[-1]["update_id"] + 1
    assert later["update_id"] == update["update_id"] + 1
    assert data == picture
    assert (clock["now"][:10], clock["available"]) == ("2030-01-02", True)
    assert commands == [{"command": "help", "description": "帮助"}]


async def test_groups_stand_as_they_stood_after_a_restart(store: str) -> None:
    """Topics, invite links and who asked by them, who may what, reactions."""
    async with opened(store) as (bot, chat, _):
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

    async with opened(store) as (bot, chat, _):
        after = await chat.chat(1001, chat=group)
        member = await bot.call("getChatMember", chat_id=group, user_id=1002)
        await bot.call("approveChatJoinRequest", chat_id=group, user_id=1003)
        came = await chat.say(1003, "来了", chat=group, topic=topic)

    assert after == before
    assert (member["status"], member["can_send_messages"]) == ("restricted", False)
    assert came["topic"] == {"id": topic, "name": "停水"}


async def test_a_press_and_its_update_outlast_a_restart_together(store: str) -> None:
    """Whoever hears of it late can still answer it, and what was not confirmed can be delivered again."""
    keys = {"inline_keyboard": [[{"text": "去", "callback_data": "go"}]]}
    async with opened(store) as (bot, chat, _):
        await chat.person("陈奶奶", id=1001)
        await chat.say(1001, "/start")
        await bot.call("sendMessage", chat_id=1001, text="去吗", reply_markup=keys)
        await chat.press(1001, "去")

    async with opened(store) as (bot, chat, _):
        *_, pressed = await bot.updates()
        await chat.post("/duplicate", update_id=pressed["update_id"])
        answered = await bot.call("answerCallbackQuery", callback_query_id=pressed["callback_query"]["id"])
        twice = [one["update_id"] for one in await bot.updates()].count(pressed["update_id"])

    assert (answered, twice) == (True, 2)


async def test_a_webhook_goes_on_with_what_it_had_not_been_told(store: str) -> None:
    """With its secret."""
    heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def answer(request: web.Request) -> web.Response:
        update = json.loads(await request.read())
        heard.put_nowait((update["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response()

    async with hook(answer) as url:
        async with opened(store) as (bot, chat, _):
            await chat.person("陈奶奶", id=1001)
            await chat.say(1001, "在吗")
            await bot.call("setWebhook", url=url, secret_token="s3cret")
            first = await asyncio.wait_for(heard.get(), 5)
            await chat.fault("down")
            await chat.say(1001, "还在吗")

        async with opened(store):
            second = await asyncio.wait_for(heard.get(), 5)

    assert [first, second] == [("在吗", "s3cret"), ("还在吗", "s3cret")]


async def test_what_was_answered_before_a_kill_is_there_after_it(store: str) -> None:
    """Of both sides, in order; the file is whole."""
    answered: list[str] = []

    async def say_on(chat: WebchatClient, bot: BotSide) -> None:
        for number in range(10_000):
            said = await chat.say(1001, f"人{number}")
            answered.append(said["text"])
            sent = await bot.call("sendMessage", chat_id=1001, text=f"机{number}")
            answered.append(sent["text"])
            if number == 50:
                enough.set()

    enough = asyncio.Event()
    async with opened(store) as (bot, chat, process):
        await chat.person("陈奶奶", id=1001)
        await chat.say(1001, "/start")
        talking = asyncio.create_task(say_on(chat, bot))
        await enough.wait()
        process.kill()
        with pytest.raises(aiohttp.ClientError):
            await talking
        await process.wait()

    async with opened(store) as (bot, chat, _):
        kept = [one["text"] for one in await chat.messages(1001)][1:]
        waiting = (await chat.get("/updates"))["updates"]
        sent = await bot.call("sendMessage", chat_id=1001, text="还在")

    assert kept[: len(answered)] == answered
    assert len(kept) <= len(answered) + 1, "the last may be there though its answer was not"
    assert [one["message"]["text"] for one in waiting][1:] == [text for text in kept if text.startswith("人")]
    assert sent["message_id"] == len(kept) + 2
