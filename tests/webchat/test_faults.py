"""Trouble on demand: each kind of fault, for whom it strikes, how often, until when."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from bot_side import BotSide
from test_bot_api_updates import hook

from webchat.client import WebchatClient, WebchatError
from webchat.faults import KINDS
from webchat.server import STATIC

KEYS = {"inline_keyboard": [[{"text": "键", "callback_data": "x"}]]}
# Every way in which a bot asks for something: a call about a chat, one about none, updates, a file.
ASKED = ["sendMessage", "getMe", "getUpdates", "download"]


@pytest.fixture
async def path(chat: WebchatClient, bot: BotSide, granny: int) -> str:
    """Where a file lies that she has sent."""
    sent = await chat.document(granny, "名单.txt", b"x" * 1000)
    file = await bot.call("getFile", file_id=sent["file"]["file_id"])
    return f"/file/bot1:local/{file['file_path']}"


async def ask(bot: BotSide, method: str, path: str, chat_id: int = 1001) -> int:
    """The status of a call, or of a file's download."""
    if method == "download":
        return (await bot.send(path, verb="GET"))[0]
    given: dict[str, Any] = {"chat_id": chat_id, "text": "x"} if method == "sendMessage" else {}
    return (await bot.raw(method, **given))[0]


@pytest.mark.parametrize("method", ASKED)
@pytest.mark.parametrize(("kind", "code"), [("429", 429), ("500", 500)])
async def test_a_fault_answers_in_the_place_of_whatever_is_asked(
    kind: str, code: int, method: str, chat: WebchatClient, bot: BotSide, path: str
) -> None:
    """As often as it says."""
    await chat.fault(kind, method=method.lower(), times=2, retry_after=3)

    codes = [await ask(bot, method, path) for _ in range(3)]
    others = [await ask(bot, other, path) for other in ASKED]

    assert codes == [code, code, 200]
    assert others == [200] * 4
    assert (await chat.get("/faults"))["faults"] == []


@pytest.mark.parametrize("method", ASKED)
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "reset", "cut", "down"])
async def test_a_fault_breaks_off_whatever_is_asked(
    kind: str, method: str, chat: WebchatClient, bot: BotSide, path: str
) -> None:
    """The caller has no whole answer; those who ask once more by themselves, as for a file, neither."""
    await chat.fault(kind, method=method, times=0, seconds=0.01)

    with pytest.raises(aiohttp.ClientError):
        await ask(bot, method, path)
    await chat.mend()

    assert await ask(bot, method, path) == 200


@pytest.mark.parametrize(
    ("kind", "done"), [("timeout_before", 0), ("timeout_after", 1), ("reset", 0), ("cut", 1), ("down", 0)]
)
async def test_a_call_that_broke_off_is_done_or_not_as_the_fault_says(
    kind: str, done: int, chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """Which the bot cannot know."""
    await chat.fault(kind, seconds=0.01)

    with pytest.raises(aiohttp.ClientError):
        await bot.raw("sendMessage", chat_id=granny, text="到了吗")

    assert sum(message["text"] == "到了吗" for message in await chat.messages(granny)) == done


async def test_an_answer_that_is_cut_has_its_head_and_half_of_its_body(chat: WebchatClient, bot: BotSide) -> None:
    """The head tells the length of the whole."""
    await chat.fault("cut")

    async with bot.session.post(f"{bot.url}/bot1:local/getMe") as answer:
        half = await answer.content.readany()
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()

    assert half.startswith(b'{"ok":true')
    assert len(half) == answer.content_length // 2


@pytest.mark.parametrize("method", ASKED)
async def test_a_late_answer_is_whole(method: str, chat: WebchatClient, bot: BotSide, path: str) -> None:
    """And as late as the fault says."""
    await chat.fault("latency", method=method, seconds=0.05)
    loop = asyncio.get_running_loop()

    begun = loop.time()
    code = await ask(bot, method, path)

    assert code == 200
    assert loop.time() - begun >= 0.05


async def test_a_fault_strikes_its_own_bot_and_chat_only(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """By the bot's id or name, by the chat's id."""
    other = BotSide(bot.url, bot.session, "2:other")
    group = await chat.group("3号楼", [granny])
    await chat.fault("500", bot="jinlin_bot", chat=group["id"], times=0)

    codes = [
        await ask(bot, "sendMessage", "", group["id"]),
        await ask(bot, "sendMessage", "", granny),
        await ask(bot, "getMe", ""),
        await ask(other, "sendMessage", "", group["id"]),
    ]

    assert codes == [500, 200, 200, 400], "the other bot is not in the group, which is no fault"


async def test_a_fault_without_end_is_over_when_it_is_deleted(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """One by its id, or all of them."""
    first = await chat.fault("500", times=0)
    second = await chat.fault("429", method="getMe", times=0)

    listed = (await chat.get("/faults"))["faults"]
    both = [await ask(bot, "getMe", "") for _ in range(3)]
    await chat.mend(first)
    one = [await ask(bot, "getMe", "") for _ in range(3)]
    with pytest.raises(WebchatError, match=f"there is no fault {first}"):
        await chat.mend(first)
    await chat.mend()
    none = await ask(bot, "getMe", "")

    assert listed[0] == {
        "id": first,
        "kind": "500",
        "bot": 0,
        "chat": "",
        "method": "",
        "times": 0,
        "seconds": 0,
        "retry_after": 1,
    }
    assert [fault["id"] for fault in listed] == [first, second]
    assert (both, one, none) == ([500] * 3, [429] * 3, 200)


async def test_a_lost_connection_breaks_off_what_the_bot_waits_for_until_it_is_mended(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """Nothing is lost by it: what was said meanwhile comes afterwards, once."""
    other = BotSide(bot.url, bot.session, "2:other")
    await chat.say(granny, "先说一句")
    [first] = await bot.updates()
    waiting = asyncio.create_task(bot.updates(offset=first["update_id"] + 1, timeout=50))
    while (await chat.get("/updates"))["updates"]:
        pass  # until it is confirmed, and the poll waits

    await chat.fault("down", bot=1)
    with pytest.raises(aiohttp.ClientError):
        await asyncio.wait_for(waiting, 5)
    for method in ASKED[:3]:
        with pytest.raises(aiohttp.ClientError):
            await ask(bot, method, "")
    await chat.say(granny, "在吗")
    spared = await ask(other, "getMe", "")
    await chat.mend()

    [update] = await bot.updates()
    assert update["message"]["text"] == "在吗"
    assert spared == 200
    assert {one["error"] for one in await chat.requests() if not one["ok"]} == {"down"}


@pytest.mark.parametrize(("method", "ended"), [("getUpdates", True), ("sendMessage", False)])
async def test_a_connection_lost_for_one_method_ends_its_waiting_only(
    method: str, *, ended: bool, chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """A poll that waits breaks off where getUpdates is meant, and goes on where another is."""
    await chat.say(granny, "先说一句")
    [first] = await bot.updates()
    waiting = asyncio.create_task(bot.updates(offset=first["update_id"] + 1, timeout=50))
    while (await chat.get("/updates"))["updates"]:
        pass  # until it is confirmed, and the poll waits

    await chat.fault("down", method=method)
    await chat.say(granny, "在吗")
    [outcome] = await asyncio.wait_for(asyncio.gather(waiting, return_exceptions=True), 5)

    assert isinstance(outcome, aiohttp.ClientError) is ended


async def test_a_lost_connection_keeps_a_webhook_waiting(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Its updates come when it is mended."""
    other = BotSide(bot.url, bot.session, "2:other")
    seen: asyncio.Queue[str] = asyncio.Queue()

    async def answer(request: web.Request) -> web.Response:
        seen.put_nowait((await request.json())["message"]["text"])
        return web.Response()

    async with hook(answer) as url:
        await bot.call("setWebhook", url=url)
        await other.call("setWebhook", url=url)
        await chat.fault("down", bot=1)
        await chat.say(granny, "先说的")
        await chat.say(granny, "后说的", bot=2)
        told = [await asyncio.wait_for(seen.get(), 5)]
        await chat.mend()
        told.append(await asyncio.wait_for(seen.get(), 5))
        await bot.call("deleteWebhook")
        await other.call("deleteWebhook")

    assert told == ["后说的", "先说的"]


async def test_faults_go_with_a_reset(chat: WebchatClient, bot: BotSide) -> None:
    """Limits too."""
    await chat.fault("down")
    await chat.post("/limits", per_second=1)

    await chat.reset()

    assert await chat.get("/faults") == {"faults": [], "limits": {}}
    assert await ask(bot, "getMe", "") == 200


async def test_limits_answer_429_with_the_time_to_wait(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Per chat; others go on."""
    await chat.post("/limits", per_chat_per_second=1, per_second=30, per_group_per_minute=20)
    await bot.call("sendMessage", chat_id=granny, text="一")

    status, answer = await bot.raw("sendMessage", chat_id=granny, text="二")

    assert (status, answer["parameters"]) == (429, {"retry_after": 1})
    assert answer["description"] == "Too Many Requests: retry after 1"


SENDING: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"text": "x"}),
    ("sendChatAction", {"action": "typing"}),
    ("sendLocation", {"latitude": 1, "longitude": 1}),
    ("editMessageText", {"message_id": 1, "text": "x"}),
    ("deleteMessage", {"message_id": 1}),
    ("pinChatMessage", {"message_id": 1}),
    ("copyMessage", {"from_chat_id": 1001, "message_id": 1}),
    ("getChat", {}),
]


@pytest.mark.parametrize(("method", "given"), SENDING)
async def test_who_blocked_threw_out_or_moved_on_is_told_of_in_telegrams_words(
    method: str, given: dict[str, Any], chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """By every method about the chat."""
    await chat.person("小林", id=1002)
    await chat.say(1002, "/start")
    await chat.block(1002)
    kicked = await chat.group("踢", [granny])
    await chat.post(f"/groups/{kicked['id']}/kick-bot")
    old = await chat.group("旧", [granny])
    new = await chat.post(f"/groups/{old['id']}/migrate")

    answers = {
        name: await bot.raw(method, chat_id=id_, **given)
        for name, id_ in (("blocked", 1002), ("kicked", kicked["id"]), ("moved", old["id"]))
    }

    said = {name: (status, answer["description"]) for name, (status, answer) in answers.items()}
    assert said == {
        "blocked": (403, "Forbidden: bot was blocked by the user"),
        "kicked": (403, "Forbidden: bot was kicked from the group chat"),
        "moved": (400, "Bad Request: group chat was upgraded to a supergroup chat"),
    }
    assert answers["moved"][1]["parameters"] == {"migrate_to_chat_id": new["id"]}


def test_every_kind_of_fault_is_offered_named_and_described() -> None:
    """In the panel, in each language, in the docs."""
    panel = re.search(r"KINDS = \[([^\]]*)\]", (STATIC / "faults.js").read_text("utf-8"))
    docs = (Path(__file__).parents[2] / "docs/webchat.md").read_text("utf-8").partition("**Faults.**")[2]
    rows = docs.partition("| kind |")[2].partition("\n\n")[0]
    wanted = {f"fault.{kind}" for kind in KINDS}
    books = [json.loads(path.read_text("utf-8")) for path in STATIC.glob("words.*.json")]

    assert panel and set(re.findall(r'"(\w+)"', panel[1])) == set(KINDS)
    assert set(re.findall(r"`([a-z0-9_]+)`", "".join(row.split("|")[1] for row in rows.splitlines()[2:]))) == set(KINDS)
    assert all({key for key in book if key.startswith("fault.")} == wanted for book in books)
