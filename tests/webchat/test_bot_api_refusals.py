"""Every refusal comes with the status and the words that Telegram itself uses."""

import json
from typing import Any

import aiohttp
import pytest
from bot_side import BotSide
from yarl import URL

from webchat.client import WebchatClient
from webchat.samples import sample

MARKUP = "inline_keyboard"


def keys(count: int = 1, **button: Any) -> dict[str, Any]:
    """An inline keyboard of one row."""
    return {MARKUP: [[{"text": "键", **button}] * count]}


def send(**more: Any) -> dict[str, Any]:
    """A sendMessage that would go through but for ``more``."""
    return {"chat_id": 1001, "text": "好", **more}


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
    ("sendMessage", {"chat_id": 1001}, 400, "message text is empty"),
    ("sendMessage", send(text=""), 400, "message text is empty"),
    ("sendMessage", send(text=" \n "), 400, "text must be non-empty"),
    ("sendMessage", send(text="\x01\r"), 400, "text must be non-empty"),
    ("sendMessage", send(text="长" * 10_923), 400, "text is too long"),
    ("sendPhoto", {"chat_id": 1001, "photo": "x", "caption": "x" * 33_000}, 400, "text is too long"),
    ("sendMessage", send(chat_id="1_001"), 400, "chat not found"),
    ("sendMessage", send(chat_id="１００１"), 400, "chat not found"),
    ("sendMessage", send(chat_id=" 1001"), 400, "chat not found"),
    ("editMessageText", {"chat_id": 1001, "message_id": "1_0", "text": "x"}, 400, "must be of type Number"),
    ("sendLocation", {"chat_id": 1001, "latitude": "2_6", "longitude": 1}, 400, "must be of type Number"),
    ("sendMessage", send(reply_markup=keys(url="https://x.cn", callback_data="x")), 400, "exactly one of the optional"),
    ("sendMessage", send(reply_parameters={"message_id": 1, "quote": "没说过"}), 400, "QUOTE_TEXT_INVALID"),
    ("sendContact", {"chat_id": 1001, "phone_number": "", "first_name": "a"}, 400, "phone number is empty"),
    ("sendContact", {"chat_id": 1001, "phone_number": "110", "first_name": " "}, 400, "first name is empty"),
    ("sendMessage", send(text="<b> </b>", parse_mode="HTML"), 400, "text must be non-empty"),
    ("sendMessage", send(text="长" * 4097), 400, "message is too long"),
    ("sendMessage", send(chat_id=999), 400, "chat not found"),
    ("sendMessage", send(chat_id="@nobody"), 400, "chat not found"),
    ("sendMessage", send(chat_id=-55), 400, "chat not found"),
    ("sendMessage", send(chat_id=1002), 403, "bot can't initiate conversation with a user"),
    ("sendMessage", send(chat_id=1003), 403, "bot was blocked by the user"),
    ("sendMessage", send(chat_id=1004), 403, "user is deactivated"),
    ("sendMessage", send(chat_id=2), 403, "bot can't send messages to bots"),
    ("sendMessage", send(parse_mode="Fancy"), 400, "unsupported parse_mode"),
    ("sendMessage", send(colour="red"), 400, 'unknown parameter "colour"'),
    ("sendMessage", send(text=["x"]), 400, 'field "text" must be of type String'),
    ("sendMessage", send(disable_notification="maybe"), 400, "must be of type Boolean"),
    ("sendMessage", send(reply_parameters={"message_id": 77}), 400, "message to be replied not found"),
    ("sendMessage", send(reply_markup="{"), 400, "can't parse reply keyboard markup JSON object"),
    ("sendMessage", send(reply_markup=[]), 400, "object expected as reply"),
    ("sendMessage", send(reply_markup={"buttons": []}), 400, "object expected as reply markup"),
    ("sendMessage", send(reply_markup=keys()), 400, "Text buttons are unallowed in the inline keyboard"),
    ("sendMessage", send(reply_markup=keys(callback_data="")), 400, "BUTTON_DATA_INVALID"),
    ("sendMessage", send(reply_markup=keys(callback_data="长" * 22)), 400, "BUTTON_DATA_INVALID"),
    ("sendMessage", send(reply_markup=keys(copy_text={"text": "长" * 257})), 400, "BUTTON_COPY_TEXT_INVALID"),
    ("sendMessage", send(reply_markup=keys(9, callback_data="x")), 400, "reply markup is too long"),
    ("sendMessage", send(reply_markup={MARKUP: keys(8, callback_data="x")[MARKUP] * 13}), 400, "too long"),
    ("sendMessage", send(reply_markup=keys(url="nowhere")), 400, "inline keyboard button URL"),
    ("sendMessage", send(reply_markup=keys(callback_data="x", style="pink")), 400, "style"),
    ("sendMessage", send(reply_markup=keys(callback_data="x", hue=1)), 400, 'unknown field "hue"'),
    ("sendMessage", send(entities=[{"type": "glow", "offset": 0, "length": 1}]), 400, "can't parse MessageEntity"),
    ("sendPhoto", {"chat_id": 1001}, 400, "there is no photo in the request"),
    ("sendPhoto", {"chat_id": 1001, "photo": "AgAC"}, 400, "wrong file identifier/HTTP URL specified"),
    ("sendPhoto", {"chat_id": 1001, "photo": "https://example.org/x.png"}, 400, "failed to get HTTP URL content"),
    ("sendMediaGroup", {"chat_id": 1001, "media": []}, 400, "2 to 10"),
    ("sendLocation", {"chat_id": 1001, "latitude": 91, "longitude": 0}, 400, "wrong latitude"),
    ("sendLocation", {"chat_id": 1001, "latitude": 1, "longitude": 0, "heading": 361}, 400, "location heading"),
    ("sendLocation", {"chat_id": 1001, "latitude": 1, "longitude": 0, "live_period": 59}, 400, "location period"),
    ("sendChatAction", {"chat_id": 1001, "action": "dancing"}, 400, "wrong parameter action"),
    ("editMessageText", {"chat_id": 1001, "text": "x"}, 400, "message identifier is not specified"),
    ("editMessageText", {"chat_id": 1001, "message_id": 99, "text": "x"}, 400, "message to edit not found"),
    ("editMessageText", {"chat_id": 1001, "message_id": 1, "text": "x"}, 400, "message can't be edited"),
    ("deleteMessage", {"chat_id": 1001, "message_id": 99}, 400, "message to delete not found"),
    ("deleteMessages", {"chat_id": 1001, "message_ids": []}, 400, "message identifiers are not specified"),
    ("forwardMessage", {"chat_id": 1001, "from_chat_id": 1001, "message_id": 9}, 400, "to forward not found"),
    ("copyMessage", {"chat_id": 1001, "from_chat_id": 1001, "message_id": 9}, 400, "message to copy not found"),
    ("pinChatMessage", {"chat_id": 1001, "message_id": 9}, 400, "message to pin not found"),
    ("answerCallbackQuery", {"callback_query_id": "7"}, 400, "query is too old and response timeout expired"),
    ("answerCallbackQuery", {"callback_query_id": "7", "text": "x" * 201}, 400, "MESSAGE_TOO_LONG"),
    ("setMyCommands", {"commands": [{"command": "Über", "description": "x"}]}, 400, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "a", "description": "x"}] * 101}, 400, "BOT_COMMANDS_TOO_MUCH"),
    ("setMyCommands", {"commands": [{"command": "a"}]}, 400, 'Can\'t find field "description"'),
    ("getMyCommands", {"language_code": "zh-hans"}, 400, "invalid language code"),
    ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, 400, "description must be non-empty"),
    ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}, 400, "must not exceed 32"),
    ("setMyName", {"name": "x" * 65}, 400, "BOT_TITLE_INVALID"),
    ("getFile", {"file_id": "nope"}, 400, "wrong file_id"),
    ("getUpdates", {"limit": 101}, 400, "limit"),
    ("setWebhook", {"url": "https://example.org/hook"}, 400, "this machine only"),
    ("setWebhook", {"url": "ftp://127.0.0.1/"}, 400, "bad webhook"),
    ("setWebhook", {"url": "http://127.0.0.1/", "max_connections": 101}, 400, "between 1 and 100"),
    ("setWebhook", {"url": "http://127.0.0.1/", "secret_token": "x" * 257}, 400, "secret token is too long"),
    ("sendPoll", {"chat_id": 1001}, 400, "unknown method sendPoll"),
]


@pytest.fixture
async def town(chat: WebchatClient, granny: int) -> None:
    """One person of each standing towards the bot."""
    for id_, name in ((1002, "没说过话"), (1003, "屏蔽了"), (1004, "走了")):
        await chat.person(name, id=id_)
    await chat.say(1003, "/start")
    await chat.block(1003)
    await chat.say(1004, "/start")
    await chat.person("走了", id=1004, deactivated=True)


@pytest.mark.parametrize(("method", "parameters", "code", "words"), REFUSED)
async def test_a_wrong_call_is_refused_in_telegrams_words(
    method: str, parameters: dict[str, Any], code: int, words: str, bot: BotSide, town: None
) -> None:
    """Status, error_code and description agree."""
    status, answer = await bot.raw(method, **parameters)

    assert (status, answer["ok"], answer["error_code"]) == (code, False, code)
    assert words in answer["description"]
    assert answer["description"].startswith(("Bad Request: ", "Forbidden: "))


async def test_what_is_at_its_limit_goes_through(bot: BotSide, granny: int) -> None:
    """4,096 letters, 64 bytes, 8 buttons a row, 100 in all."""
    rows = [[{"text": "键", "callback_data": "长" * 21 + "x"}] * 8] * 12 + [[{"text": "键", "callback_data": "x"}] * 4]

    sent = await bot.call("SENDMESSAGE", chat_id=granny, text="长" * 4096, reply_markup={MARKUP: rows})

    assert len(sent["text"]) == 4096
    assert sum(len(row) for row in sent["reply_markup"][MARKUP]) == 100


async def test_an_edit_that_changes_nothing_is_refused(bot: BotSide, granny: int) -> None:
    """The same text and keyboard again is an error; another keyboard is not."""
    sent = await bot.call("sendMessage", chat_id=granny, text="好", reply_markup=keys(callback_data="a"))
    place = {"chat_id": granny, "message_id": sent["message_id"], "text": "好"}

    _, same = await bot.raw("editMessageText", **place, reply_markup=keys(callback_data="a"))
    changed = await bot.call("editMessageText", **place)

    assert same["description"].startswith("Bad Request: message is not modified: specified new message content")
    assert "reply_markup" not in changed
    assert changed["edit_date"] >= changed["date"]


async def test_a_message_with_a_reply_keyboard_cannot_be_edited(bot: BotSide, granny: int) -> None:
    """As on Telegram; and its keyboard is not shown back to the bot."""
    sent = await bot.call("sendMessage", chat_id=granny, text="菜单", reply_markup={"keyboard": [[{"text": "甲"}]]})

    status, answer = await bot.raw("editMessageText", chat_id=granny, message_id=sent["message_id"], text="新")

    assert "reply_markup" not in sent
    assert (status, answer["description"]) == (400, "Bad Request: message can't be edited")


async def test_a_callback_is_answered_by_its_own_bot_only(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Another bot's answer is refused as too old."""
    await bot.call("sendMessage", chat_id=granny, text="好", reply_markup=keys(callback_data="a"))
    pressed = await chat.press(granny, "键")
    other = BotSide(bot.url, bot.session, "2:other")

    status, _ = await other.raw("answerCallbackQuery", callback_query_id=pressed["query"])

    assert status == 400
    assert await bot.call("answerCallbackQuery", callback_query_id=pressed["query"])


async def test_a_call_may_come_in_any_form(bot: BotSide, granny: int) -> None:
    """Query, form, JSON and multipart are all read, and GET is as good as POST."""
    path = "/bot1:local/sendMessage"
    given = {"chat_id": str(granny), "text": "好"}
    multipart = aiohttp.FormData(given, default_to_multipart=True)

    answers = [
        await bot.send(path, verb="GET", params=given),
        await bot.send(path, data=given),
        await bot.send(path, json=given),
        await bot.send(path, data=multipart),
    ]

    assert [status for status, _ in answers] == [200] * 4


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/bot9:wrong/getMe", 401),
        ("/botnonsense/getMe", 401),
        ("/bot1:local/noSuchMethod", 400),
        ("/bot1:local", 404),
        ("/file/bot1:local/photos/none.png", 404),
        ("/file/bot9:wrong/photos/none.png", 401),
        ("/file/bot1:local/../../etc/passwd", 404),
        ("/file/bot1:local/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/static/..%2fserver.py", 404),
        ("/media/nothing", 404),
    ],
)
async def test_a_wrong_address_says_what_telegram_says(path: str, code: int, webchat_url: str) -> None:
    """A bad token is 401, an unknown method never 404."""
    async with aiohttp.ClientSession() as session, session.get(URL(webchat_url + path, encoded=True)) as answer:
        assert answer.status == code


async def test_an_unknown_method_is_logged(chat: WebchatClient, bot: BotSide, caplog: pytest.LogCaptureFixture) -> None:
    """Among the bot's calls, and for whoever runs webchat."""
    status, _ = await bot.raw("sendPoll", chat_id=1001)

    [call] = await chat.requests(method="sendPoll")
    assert (status, call["error"]) == (400, "Bad Request: unknown method sendPoll")
    assert "a bot called 'sendPoll', which webchat does not speak" in caplog.text


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff\xfe"])
async def test_a_body_that_is_no_object_is_refused(body: bytes, bot: BotSide) -> None:
    """Both APIs say so and go on."""
    headers = {"Content-Type": "application/json"}

    to_bot, _ = await bot.send("/bot1:local/getMe", data=body, headers=headers)
    to_control, error = await bot.send("/control/say", data=body, headers=headers)

    assert (to_bot, to_control) == (400, 400)
    assert "JSON" in json.loads(error)["error"]


async def test_an_upload_may_be_attached_under_any_name(bot: BotSide, granny: int) -> None:
    """attach:// finds the file beside the JSON; a missing one is refused."""
    media = '[{"type":"photo","media":"attach://a"},{"type":"photo","media":"attach://b"}]'
    form = aiohttp.FormData({"chat_id": str(granny), "media": media})
    form.add_field("a", sample("插座").data, filename="a.png")
    half = aiohttp.FormData({"chat_id": str(granny), "media": media})
    half.add_field("a", sample("插座").data, filename="a.png")
    form.add_field("b", sample("漏水").data, filename="b.png")

    _, good = await bot.send("/bot1:local/sendMediaGroup", data=form)
    bad, _ = await bot.send("/bot1:local/sendMediaGroup", data=half)

    album = json.loads(good)["result"]
    assert [len(message["photo"]) for message in album] == [2, 2]
    assert album[0]["photo"][0]["file_unique_id"] != album[0]["photo"][1]["file_unique_id"]
    assert bad == 400


async def test_a_file_that_is_no_picture_is_no_photo(bot: BotSide, granny: int) -> None:
    """Telegram's word for it is IMAGE_PROCESS_FAILED."""
    form = aiohttp.FormData({"chat_id": str(granny)})
    form.add_field("photo", b"hello", filename="a.png")

    _, answer = await bot.send("/bot1:local/sendPhoto", data=form)

    assert "IMAGE_PROCESS_FAILED" in json.loads(answer)["description"]


async def test_a_folder_in_an_uploads_name_is_dropped(bot: BotSide, granny: int) -> None:
    """The name shown is the last part; the path is webchat's own."""
    form = aiohttp.FormData({"chat_id": str(granny)}, quote_fields=False)
    form.add_field("document", b"hello", filename="../../x.sh")

    _, answer = await bot.send("/bot1:local/sendDocument", data=form)
    sent = json.loads(answer)["result"]["document"]
    file = await bot.call("getFile", file_id=sent["file_id"])
    fetched = await bot.send(f"/file/bot1:local/{file['file_path']}", verb="GET")

    assert sent["file_name"] == "x.sh"
    assert file["file_path"].startswith("documents/")
    assert fetched == (200, b"hello")
