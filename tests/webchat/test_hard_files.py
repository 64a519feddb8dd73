"""Files with names and sizes that nobody should send: shown under a plain name, or refused with the reason."""

import json

import pytest
from bot_side import BotSide
from raw import REQUEST, ask, wire

from webchat.client import WebchatClient, WebchatError

MEGABYTE = 1024 * 1024
SENDING = REQUEST.replace(b"getMe", b"sendDocument?chat_id=1001")
NAMES = [
    ("../../x", "x"),
    ("..\\..\\x", "x"),
    ("/etc/passwd", "passwd"),
    ("..", "file"),
    ("x\0.txt", "x.txt"),
    ("x\u202etxt.exe", "xtxt.exe"),
    ("x" * 1_000, "x" * 60),
    ("<b>x</b>", "b>"),
]


def form(name: str, content: bytes = b"hello") -> bytes:
    """A multipart body with one document."""
    head = f'--b\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n"


@pytest.mark.parametrize(("name", "shown"), NAMES)
async def test_a_file_of_the_bots_has_a_plain_name_and_a_place_of_its_own(
    name: str, shown: str, chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """Whatever it was called; a name that is markup is shown as letters."""
    body = form(name)
    head = b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n" % len(body)

    status, answer = await ask(bot.url, SENDING + head + body)
    document = json.loads(answer)["result"]["document"]
    file = await bot.call("getFile", file_id=document["file_id"])
    fetched = await bot.send(f"/file/bot1:local/{file['file_path']}", verb="GET")
    seen = (await chat.messages(granny))[-1]["file"]

    assert status == 200
    assert document["file_name"] == seen["name"] == shown
    assert file["file_path"].startswith("documents/")
    assert ".." not in file["file_path"]
    assert fetched == (200, b"hello")


async def test_a_file_with_a_name_of_10000_letters_is_refused(bot: BotSide, granny: int) -> None:
    """As a form that cannot be read."""
    body = form("x" * 10_000)
    head = b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n" % len(body)

    status, answer = await ask(bot.url, SENDING + head + body)

    assert status == 400
    assert json.loads(answer)["description"] == "Bad Request: can't parse the multipart form"


@pytest.mark.parametrize("name", [name for name, shown in NAMES if name != shown])
async def test_a_file_of_somebodys_needs_a_plain_name(name: str, chat: WebchatClient, granny: int) -> None:
    """The refusal says what that is."""
    with pytest.raises(WebchatError, match=r"plain file name of at most 60|at most 200 characters"):
        await chat.document(granny, name, b"hello")


async def test_a_file_of_30_megabytes_arrives_but_a_bot_cannot_fetch_it(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """As on Telegram, where bots fetch 20 megabytes at most."""
    sent = await chat.document(granny, "录像.bin", b"x" * (30 * MEGABYTE))

    [update] = await bot.updates()
    status, answer = await bot.raw("getFile", file_id=update["message"]["document"]["file_id"])

    assert sent["file"]["size"] == 30 * MEGABYTE
    assert (status, answer["description"]) == (400, "Bad Request: file is too big")


async def test_a_file_beyond_50_megabytes_is_refused_to_people(chat: WebchatClient, granny: int) -> None:
    """With the reason."""
    with pytest.raises(WebchatError, match=r"cannot be sent as a document: .*file is too big"):
        await chat.document(granny, "录像.bin", b"x" * (50 * MEGABYTE + 1))


async def test_a_call_of_60_megabytes_is_refused_before_it_is_read(bot: BotSide, granny: int) -> None:
    """Its head says how long it is, and the answer comes though nothing follows."""
    head = b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n" % (60 * MEGABYTE)

    async with wire(bot.url) as one:
        await one.send(SENDING + head)
        status, answer = await one.answer()

    assert status == 413
    assert json.loads(answer) == {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}


async def test_names_that_are_markup_stay_names(chat: WebchatClient, bot: BotSide) -> None:
    """Of a person, a group and a bot, in what the bot hears and in what people see."""
    markup = "<script>alert(1)</script>"
    await bot.call("setMyName", name=markup)
    await chat.person(markup, id=1001)
    group = await chat.group(markup, [1001])
    await chat.say(1001, "/start", chat=group["id"])

    heard = (await bot.updates())[-1]["message"]
    seen = {one["title"] for one in (await chat.get("/chats", person=1001))["chats"] if one["id"] != 2}
    detail = await chat.chat(1001, chat=group["id"])

    assert heard["from"]["first_name"] == heard["chat"]["title"] == markup
    assert seen == {markup} | ({"近邻2"} & seen)
    assert {detail["title"], detail["bots"][0]["name"], detail["members"][0]["name"]} == {markup}


async def test_a_bot_has_no_file_of_another_bots(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Each knows one under an id and a path of its own, which mean nothing to the other."""
    other = BotSide(bot.url, bot.session, "2:other")
    await chat.say(granny, "/start", bot=2)
    group = (await chat.group("3号楼", [granny]))["id"]
    await chat.post(f"/groups/{group}/add-bot", admin=True)
    await chat.post(f"/groups/{group}/add-bot", admin=True, bot=2)
    await chat.photo(granny, chat=group)
    mine, theirs = [(await one.updates())[-1]["message"]["photo"][-1] for one in (bot, other)]
    path = (await bot.call("getFile", file_id=mine["file_id"]))["file_path"]

    got, _ = await other.raw("getFile", file_id=mine["file_id"])
    sent, _ = await other.raw("sendPhoto", chat_id=granny, photo=mine["file_id"])
    fetched, _ = await bot.send(f"/file/bot2:other/{path}", verb="GET")
    own, _ = await bot.send(f"/file/bot1:local/{path}", verb="GET")
    again = await other.call("sendPhoto", chat_id=granny, photo=theirs["file_id"])

    assert mine["file_unique_id"] == theirs["file_unique_id"]
    assert (got, sent, fetched, own) == (400, 400, 404, 200)
    assert again["photo"][-1]["file_id"] == theirs["file_id"] != mine["file_id"]


def png(width: int, height: int, end: bytes = b"IEND\xaeB\x60\x82") -> bytes:
    """As much of a picture as says how large it is, and its end."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\0" * 12 + end


@pytest.mark.parametrize(
    ("picture", "taken"),
    [(png(2_000, 100), True), (png(100, 2_001), False), (png(0, 5), False), (png(9, 9, b""), False)],
    ids=["1:20", "1:20.01", "no width", "cut off"],
)
async def test_a_photo_is_whole_and_not_too_narrow(
    picture: bytes, *, taken: bool, chat: WebchatClient, granny: int
) -> None:
    """A side has at most twenty times the other."""
    try:
        await chat.photo(granny, data=picture)
    except WebchatError as refused:
        assert (taken, refused.code) == (False, "no_photo")
    else:
        assert taken
