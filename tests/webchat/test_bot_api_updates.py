"""How updates reach a bot: offsets, long polls, webhooks, duplicates."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from bot_side import BotSide

from webchat.client import WebchatClient


def texts(updates: list[dict]) -> list[str]:
    """What the messages in updates say."""
    return [update["message"]["text"] for update in updates]


@pytest.fixture
async def three(chat: WebchatClient, granny: int) -> list[str]:
    """Three messages wait."""
    said = ["一", "二", "三"]
    for text in said:
        await chat.say(granny, text)
    return said


async def test_what_is_not_confirmed_comes_again(bot: BotSide, three: list[str]) -> None:
    """Only an offset above an update's id makes it go away."""
    first = await bot.updates()
    again = await bot.updates()
    rest = await bot.updates(offset=first[0]["update_id"] + 1)
    still = await bot.updates()

    assert texts(first) == texts(again) == three
    assert texts(rest) == texts(still) == ["二", "三"]
    assert [update["update_id"] - first[0]["update_id"] for update in first] == [0, 1, 2]


async def test_limit_takes_the_oldest(bot: BotSide, three: list[str]) -> None:
    """One at a time."""
    assert texts(await bot.updates(limit=1)) == ["一"]


async def test_a_negative_offset_keeps_only_the_latest(bot: BotSide, three: list[str]) -> None:
    """All before are forgotten."""
    latest = await bot.updates(offset=-1)

    assert texts(latest) == texts(await bot.updates()) == ["三"]


async def test_a_long_poll_ends_when_something_is_said(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """It does not wait for its time."""
    poll = asyncio.create_task(bot.updates(timeout=30))
    await chat.say(granny, "在吗")

    assert texts(await asyncio.wait_for(poll, 5)) == ["在吗"]


async def test_a_second_poll_ends_the_first_with_409(bot: BotSide, granny: int) -> None:
    """As when two copies of a bot run."""
    first = asyncio.create_task(bot.raw("getUpdates", timeout=30))
    while not first.done():
        await bot.updates()

    status, answer = await first
    assert status == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request")


async def test_kinds_of_updates_are_remembered(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """allowed_updates holds until it is given again; an empty list is the default."""
    await bot.updates(allowed_updates=["callback_query"])
    await chat.say(granny, "不要")
    await bot.updates(allowed_updates=[])
    await chat.say(granny, "要")

    assert texts(await bot.updates()) == ["要"]


async def test_chat_member_comes_only_when_asked_for(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """And only to an administrator."""
    await chat.person("小林", id=1002)
    group = await chat.group("3号楼", [granny])
    await chat.post(f"/groups/{group['id']}/add-bot", admin=True)
    await bot.updates(allowed_updates=["chat_member"])

    await chat.post(f"/groups/{group['id']}/members", add=[1002])

    changes = [one["chat_member"] for one in await bot.updates() if "chat_member" in one]
    assert [change["new_chat_member"]["user"]["id"] for change in changes] == [1002]


async def test_an_update_can_be_delivered_twice_and_out_of_order(
    chat: WebchatClient, bot: BotSide, three: list[str]
) -> None:
    """Even after it was confirmed; once."""
    first, *_, last = await bot.updates()
    confirmed = last["update_id"] + 1
    await bot.updates(offset=confirmed)

    await chat.post("/duplicate", update_id=first["update_id"])
    await chat.post("/inject", update={"update_id": 5, "brand_new_kind": {"x": 1}})
    delivered = await bot.updates(offset=confirmed)
    afterwards = await bot.updates(offset=confirmed)

    assert delivered == [first, {"update_id": 5, "brand_new_kind": {"x": 1}}]
    assert afterwards == []


Answer = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def hook(answer: Answer) -> AsyncIterator[str]:
    """A bot's own web server."""
    app = web.Application()
    app.router.add_post("/hook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_a_webhook_gets_each_update_in_order_with_its_secret(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """A failure is tried again before the chat's next one comes."""
    seen: list[tuple[str, str]] = []
    done = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        update = json.loads(await request.read())
        seen.append((update["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        if len(seen) == 1:
            return web.Response(status=500)
        if len(seen) == 4:
            done.set()
        return web.Response()

    async with hook(answer) as url:
        await bot.call("setWebhook", url=url, secret_token="s3cret")
        status, refused = await bot.raw("getUpdates")
        for text in ("一", "二", "三"):
            await chat.say(granny, text)
        await asyncio.wait_for(done.wait(), 10)
        info = await bot.call("getWebhookInfo")
        await bot.call("deleteWebhook", drop_pending_updates=True)

    assert seen == [(text, "s3cret") for text in ("一", "一", "二", "三")]
    assert (status, refused["description"][:50]) == (409, "Conflict: can't use getUpdates method while webhoo")
    assert "500" in info["last_error_message"]
    assert await bot.updates() == []


async def test_a_webhook_takes_what_was_waiting(bot: BotSide, three: list[str]) -> None:
    """Unless it is told to drop it."""
    seen: asyncio.Queue[str] = asyncio.Queue()

    async def answer(request: web.Request) -> web.Response:
        seen.put_nowait(json.loads(await request.read())["message"]["text"])
        return web.Response()

    async with hook(answer) as url:
        await bot.call("setWebhook", url=url)
        taken = [await asyncio.wait_for(seen.get(), 5) for _ in three]
        await bot.call("setWebhook", url="")

    assert taken == three


async def test_a_webhook_that_sends_elsewhere_is_not_followed(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """It is a failure like any other, and tried again."""
    elsewhere: list[str] = []
    tries: asyncio.Queue[str] = asyncio.Queue()

    async def other(request: web.Request) -> web.Response:
        elsewhere.append(request.path)
        return web.Response()

    async with hook(other) as target:

        async def answer(request: web.Request) -> web.Response:
            tries.put_nowait(request.path)
            return web.Response(status=307, headers={"Location": target})

        async with hook(answer) as url:
            await bot.call("setWebhook", url=url)
            await chat.say(granny, "在吗")
            for _ in range(2):
                await asyncio.wait_for(tries.get(), 5)
            info = await bot.call("getWebhookInfo")
            await bot.call("setWebhook", url=target)
            moved = await bot.call("getWebhookInfo")
            await bot.call("deleteWebhook", drop_pending_updates=True)

    assert info["last_error_message"] == "Wrong response from the webhook: 307 Temporary Redirect"
    assert "last_error_message" not in moved


async def test_what_becomes_of_a_webhook_is_said(bot: BotSide) -> None:
    """Beside the result."""
    hooked = {"url": "http://127.0.0.1:9/hook"}
    asked = [("setWebhook", hooked), ("setWebhook", hooked), ("deleteWebhook", {}), ("deleteWebhook", {})]

    answers = [(await bot.raw(method, **given))[1] for method, given in asked]

    said = ["was set", "is already set", "was deleted", "is already deleted"]
    assert answers == [{"ok": True, "result": True, "description": f"Webhook {words}"} for words in said]


async def test_a_new_webhook_ends_a_poll_that_waits(chat: WebchatClient, bot: BotSide) -> None:
    """In words of its own."""
    waiting = asyncio.create_task(bot.raw("getUpdates", timeout=50))
    await chat.get("/requests", wait=0)
    while not waiting.done():
        await bot.call("setWebhook", url="http://127.0.0.1:9/hook")
        await bot.call("deleteWebhook")
        await asyncio.wait([waiting], timeout=0.01)

    status, answer = await waiting

    assert (status, answer["description"]) == (409, "Conflict: terminated by setWebhook request")


@pytest.mark.parametrize("number", ["²", "9" * 5_000, "-1", "1e3", ""])
async def test_a_link_to_nobody_is_only_words(number: str, bot: BotSide, granny: int) -> None:
    """Whatever stands where the number should."""
    sent = await bot.call(
        "sendMessage", chat_id=granny, text=f'<a href="tg://user?id={number}">她</a>', parse_mode="HTML"
    )

    assert (sent["text"], "entities" in sent) == ("她", False)
