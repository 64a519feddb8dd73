"""The control API: what people do and see, the log of calls, the clock."""

import asyncio
import json

import pytest
from aiohttp import web
from bot_side import BotSide

from webchat import hub
from webchat.client import WebchatClient, WebchatError
from webchat.clock import Clock
from webchat.records import Message, Person
from webchat.samples import SCENES
from webchat.server import bots_of
from webchat.store import Store


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/people", {}, "name must be a text"),
        ("/people", {"name": " "}, "must not be empty"),
        ("/people", {"name": "\u200b\x01"}, "some of it visible"),
        ("/people", {"name": "x", "username": "Jinlin_Bot"}, "is taken"),
        ("/people", {"name": "x", "id": 1}, "no bot's"),
        ("/people", {"name": "x", "username": "<b>"}, "username"),
        ("/people", {"name": "长" * 65}, "at most 64"),
        ("/groups", {"title": "x", "members": [7]}, "there is no person 7"),
        ("/groups", {"title": "x", "members": "all"}, "list of ids"),
        ("/groups", {"title": "x", "members": [1001], "kind": "channel"}, "kind"),
        ("/groups/-5/migrate", {}, "there is no chat -5"),
        ("/groups/abc/migrate", {}, "group must be a number"),
        ("/say", {"person": 5, "text": "x"}, "there is no person 5"),
        ("/say", {"person": 1001}, "text must be a text"),
        ("/say", {"person": 1001, "text": ""}, "must not be empty"),
        ("/say", {"person": 1001, "text": "长" * 4097}, "at most 4096"),
        ("/say", {"person": 1001, "text": "x", "chat": -9}, "there is no chat -9"),
        ("/say", {"person": 1001, "text": "x", "reply_to": 99}, "no message 99"),
        ("/say", {"person": 1001, "text": "x", "bot": "nobody"}, "no bot nobody"),
        ("/photo", {"person": 1001, "sample": "月亮"}, "sample must be one of"),
        ("/photo", {"person": 1001, "data": "???"}, "base64"),
        ("/photo", {"person": 1001, "data": "aGVsbG8="}, "cannot be sent as a photo"),
        ("/photo", {"person": 1001, "count": 11}, "1 to 10"),
        ("/document", {"person": 1001, "name": "../../x", "data": "aGVsbG8="}, "without folders"),
        ("/document", {"person": 1001, "name": "a\nb", "data": "aGVsbG8="}, "plain file name"),
        ("/location", {"person": 1001, "latitude": 91, "longitude": 0}, "latitude"),
        ("/contact", {"person": 1001, "phone": "<b>"}, "phone number"),
        ("/press", {"person": 1001, "label": "没有"}, "no button"),
        ("/press", {"person": 1001}, "data or label"),
        ("/follow", {"person": 1001, "link": "https://example.org/x"}, "t.me"),
        ("/follow", {"person": 1001, "link": "https://t.me/jinlin_bot?start=a%20b"}, "payload"),
        ("/faults", {"kind": "flood"}, "kind must be one of"),
        ("/faults", {"kind": "500", "method": "sendMassage"}, "method must be one of"),
        ("/faults", {"kind": "500", "times": -1}, "must not be below 0"),
        ("/faults", {"kind": "latency", "seconds": 601}, "seconds 0 to 600"),
        ("/limits", {"per_second": -1}, "above 0"),
        ("/clock", {"url": "http://example.org/", "now": "2026-11-24T01:00:00Z"}, "this machine"),
        ("/clock", {"now": "2026-11-24T01:00:00"}, "zone"),
        ("/clock/advance", {"seconds": 0}, "seconds must be"),
        ("/inject", {"update": []}, "must be an object"),
        ("/duplicate", {"update_id": 7}, "no such update"),
    ],
)
async def test_a_wrong_control_call_says_what_is_wrong(
    path: str, body: dict, words: str, chat: WebchatClient, granny: int
) -> None:
    """Status 400 and one clear line."""
    with pytest.raises(WebchatError, match=words):
        await chat.post(path, **body)


async def test_a_person_is_added_once_and_then_changed(chat: WebchatClient, bot: BotSide) -> None:
    """The id decides; a name may hold anything and stays text."""
    await chat.person("<script>alert(1)</script>", id=1001)
    changed = await chat.post("/people", id=1001, note="3号楼", elder=True)
    await chat.say(1001, "/start")

    [update] = await bot.updates()

    assert changed["name"] == update["message"]["from"]["first_name"] == "<script>alert(1)</script>"
    assert len((await chat.get("/people"))["people"]) == 1


async def test_a_button_is_found_by_its_label_or_the_beginning_of_it(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """The newest first; exact before a beginning; a key of the reply keyboard says its label."""
    for data in ("old", "new"):
        keys = {
            "inline_keyboard": [
                [{"text": "好的呀", "callback_data": data + "2"}, {"text": "好", "callback_data": data}]
            ]
        }
        await bot.call("sendMessage", chat_id=granny, text="?", reply_markup=keys)
    keyboard = {"keyboard": [[{"text": "🔧 修东西"}, {"text": "电话", "request_contact": True}]]}
    await bot.call("sendMessage", chat_id=granny, text="菜单", reply_markup=keyboard)

    await chat.press(granny, "好")
    await chat.press(granny, "好的")
    await chat.press(granny, data="old")
    said = await chat.press(granny, "🔧")
    await chat.press(granny, "电话", phone="13800000000")

    *presses, words, contact = await bot.updates()
    assert [one["callback_query"]["data"] for one in presses] == ["new", "new2", "old"]
    assert said["message"]["text"] == words["message"]["text"] == "🔧 修东西"
    assert contact["message"]["contact"] == {"phone_number": "13800000000", "first_name": "陈奶奶", "user_id": granny}


async def test_a_press_may_wait_for_the_answer(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """And hears nothing when none comes in time."""
    keys = {"inline_keyboard": [[{"text": "好", "callback_data": "x"}]]}
    await bot.call("sendMessage", chat_id=granny, text="?", reply_markup=keys)

    pressed = asyncio.create_task(chat.press(granny, "好", wait=10))
    [update] = await bot.updates(timeout=5)
    query = update["callback_query"]
    await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="记下了", show_alert=True)
    silent = await chat.press(granny, "好", wait=0.05)

    assert (await pressed)["answer"] == {"text": "记下了", "show_alert": True}
    assert silent["answer"] is None
    assert query["chat_instance"]


async def test_a_link_button_is_followed_into_the_private_chat(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """The payload arrives with /start, from a group too."""
    group = await chat.group("3号楼", [granny])
    keys = {"inline_keyboard": [[{"text": "去投票", "url": "https://t.me/Jinlin_bot?start=vote_12"}]]}
    await bot.call("sendMessage", chat_id=group["id"], text="?", reply_markup=keys)

    pressed = await chat.press(granny, "去投票", chat=group["id"])
    followed = await chat.follow(granny, "abc-1")
    grouped = await chat.follow(granny, "t.me/jinlin_bot?startgroup=g1")

    assert (pressed["message"]["text"], pressed["chat"]) == ("/start vote_12", granny)
    assert followed["text"] == "/start abc-1"
    assert (grouped["text"], grouped["chat"]) == ("/start@jinlin_bot g1", group["id"])


async def test_all_that_can_be_sent_reaches_the_bot(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Album, voice, file, sticker, place, video; an edit as edited_message."""
    await chat.photo(granny, count=2, caption="两张")
    await chat.post("/voice", person=granny, seconds=4)
    await chat.document(granny, "名单.txt", "名单".encode())
    for path in ("/sticker", "/video"):
        await chat.post(path, person=granny)
    await chat.post("/location", person=granny, latitude=26.07, longitude=119.29)
    said = await chat.say(granny, "错子")
    await chat.post("/edit", person=granny, message=said["id"], text="错字")

    updates = await bot.updates()
    kinds = ["photo", "photo", "voice", "document", "sticker", "video", "location", "text"]
    assert [kind for kind, update in zip(kinds, updates, strict=False) if kind in update["message"]] == kinds
    assert updates[0]["message"]["media_group_id"] == updates[1]["message"]["media_group_id"]
    assert updates[2]["message"]["voice"]["duration"] == 4
    assert updates[-1]["edited_message"]["text"] == "错字"


async def test_every_sample_is_a_picture(chat: WebchatClient, bot: BotSide) -> None:
    """They are drawn when asked for."""
    samples = (await chat.get("/samples"))["samples"]

    pictures = [await bot.send(sample["url"], verb="GET") for sample in samples]

    assert [sample["name"] for sample in samples] == list(SCENES)
    assert all(status == 200 and data.startswith(b"\x89PNG") for status, data in pictures)


async def test_messages_are_waited_for_by_version(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Only what is new, changed or deleted since comes back."""
    sent = await bot.call("sendMessage", chat_id=granny, text="一")
    version = (await chat.chat(granny))["version"]

    waiting = asyncio.create_task(chat.chat(granny, since=version, wait=20))
    await bot.call("editMessageText", chat_id=granny, message_id=sent["message_id"], text="二")
    edited = await asyncio.wait_for(waiting, 5)
    await bot.call("deleteMessage", chat_id=granny, message_id=sent["message_id"])
    deleted = await chat.messages(granny, since=edited["version"])

    assert [(one["id"], one["text"], one["edited"]) for one in edited["messages"]] == [(sent["message_id"], "二", 1)]
    assert [one["deleted"] for one in deleted] == [True]


async def test_unread_messages_are_counted_until_they_are_read(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """With the last line; system lines do not count."""
    await bot.call("pinChatMessage", chat_id=granny, message_id=1)
    for text in ("一", "二"):
        await bot.call("sendMessage", chat_id=granny, text=text)

    before, *_ = (await chat.get("/chats", person=granny))["chats"]
    await chat.chat(granny, read=1)
    after, *_ = (await chat.get("/chats", person=granny))["chats"]

    assert (before["unread"], before["last"]["text"], after["unread"]) == (2, "二", 0)


async def test_the_bots_calls_are_logged(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """With parameters and outcome; long polls that went well are left out."""
    before = (await chat.get("/requests"))["last"]
    await bot.call("sendMessage", chat_id=granny, text="一")
    await bot.raw("sendMessage", chat_id=granny)

    calls = await chat.requests(after=before, method="sendMessage")

    assert [(call["parameters"].get("text"), call["ok"]) for call in calls] == [("一", True), (None, False)]
    assert calls[1]["error"] == "Bad Request: message text is empty"


async def test_the_clock_moves_for_bot_and_chat_alike(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Forwarded to the address the bot gave; refused, and unmoved, when the bot does not follow."""
    told: list[dict] = []

    async def follow(request: web.Request) -> web.Response:
        told.append(json.loads(await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/clock", follow)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/clock"

    await chat.post("/clock", url=url, now="2030-01-02T01:00:00Z")
    await chat.advance(3600)
    sent = await bot.call("sendMessage", chat_id=granny, text="几点")
    await runner.cleanup()
    with pytest.raises(WebchatError, match="did not follow"):
        await chat.advance(3600)
    clock = await chat.get("/clock")
    await chat.post("/clock", url="", now="2030-01-02T01:00:00Z")
    gone = await chat.get("/clock")

    assert told == [{"advance": 3600}]
    assert sent["date"] - 1893549600 - 3600 + 3600 in range(-3, 4)
    assert (clock["now"][:13], clock["moved"], clock["available"]) == ("2030-01-02T02", True, True)
    assert gone["available"] is False


async def test_two_bots_have_chats_of_their_own(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """The second is chosen by ``bot``, or by its id as the chat."""
    other = BotSide(bot.url, bot.session, "2:other")
    await chat.say(granny, "/start", bot=2)
    await chat.say(granny, "好", chat=2)

    heard = [update["message"]["text"] for update in await other.updates()]

    assert heard == ["/start", "好"]
    assert await bot.updates() == []
    assert {one["id"] for one in (await chat.get("/chats", person=granny))["chats"]} == {granny, 2}


async def test_the_page_may_load_nothing_from_elsewhere(bot: BotSide) -> None:
    """Its policy allows its own files only."""
    async with bot.session.get(bot.url + "/") as page:
        policy = page.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_telling_the_time_alone_leaves_the_bots_address_as_it_is(chat: WebchatClient) -> None:
    """Only an empty address takes it away."""
    await chat.post("/clock", url="http://127.0.0.1:9/x", now="2026-11-24T01:00:00Z")

    told = await chat.post("/clock", now="2026-11-24T02:00:00Z")
    away = await chat.post("/clock", url="")

    assert (told["available"], away["available"]) == (True, False)


@pytest.mark.parametrize("limit", ["0", "-1"])
async def test_a_limit_below_one_is_refused(limit: str, chat: WebchatClient, granny: int) -> None:
    """With ``before`` and without."""
    for more in ({}, {"before": 9}):
        with pytest.raises(WebchatError, match="limit must be at least 1"):
            await chat.chat(granny, limit=limit, **more)


async def test_a_user_name_is_one_persons(chat: WebchatClient) -> None:
    """In any case of its letters; its holder may keep it."""
    await chat.person("小林", id=1002, username="xiaolin")

    with pytest.raises(WebchatError, match="username XiaoLin is taken"):
        await chat.person("大林", id=1003, username="XiaoLin")
    kept = await chat.person("林师傅", id=1002, username="xiaolin")

    assert kept["username"] == "xiaolin"


async def test_an_edit_without_words_is_not_called_too_long(webchat_url: str, bot: BotSide, granny: int) -> None:
    """The page says by the code what was wrong."""
    body = {"person": granny, "message": 1}

    _, empty = await bot.send("/control/edit", json=body | {"text": " "})
    _, long = await bot.send("/control/edit", json=body | {"text": "长" * 4097})

    assert (json.loads(empty)["code"], json.loads(long)["code"]) == ("", "too_long")


def test_presses_that_can_be_answered_no_longer_are_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the next one comes; so that they are not kept for ever."""
    monkeypatch.setattr(hub, "QUERY_LIFE", -1)
    here = hub.Hub(Store(None), Clock(), bots_of(["1:local"]))
    here.world.put_person(Person(id=1001, name="陈奶奶"))
    room = here.world.direct(here.world.bots[1], 1001)
    card = Message(chat=room.key, id=1, wire={})

    asked = [here.ask(here.world.bots[1], 1001, room, card, "go") for _ in range(3)]

    assert list(here.queries) == [asked[-1].id]
    assert [one["id"] for one in here.store.all("query")] == [asked[-1].id]
