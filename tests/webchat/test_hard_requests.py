"""Requests that are malformed, too large or too slow: a clear refusal each, and the server goes on."""

import asyncio
import contextlib
import json
from typing import Any

import pytest
from bot_side import BotSide
from raw import REQUEST, ask, wire

from webchat import connections, control, control_acts, testing
from webchat.bodies import CALL_LIMIT
from webchat.client import WebchatClient
from webchat.methods import METHODS_TABLE, fields

MEGABYTE = 1024 * 1024
CHUNKED = b"Transfer-Encoding: chunked\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="document"; filename="x"\r\n\r\n'
FIELD = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n'
MULTIPART = b"Content-Type: multipart/form-data; boundary=b\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00\x01\xfe\xff\r\n\r\n", 400),
        (b"HELO webchat\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"GET /bot1:local/getMe?x=\xff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 400),
        (b"GET /control/people?x=\xff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 400),
        (b"GET /control/people HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n", 403),
        (b"DELETE /bot1:local/getMe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 405),
        (REQUEST + b"Content-Length: many\r\n\r\n", 400),
        (REQUEST + b"Content-Length: -1\r\n\r\n", 400),
        (REQUEST + b"Content-Length: 99999999999999999999999\r\n\r\n", 400),
        (REQUEST + b"Content-Length: 62914560\r\n\r\n", 413),
        (REQUEST.replace(b"bot1:local/getMe", b"control/say") + b"Content-Length: 99999999\r\n\r\n", 400),
        (REQUEST + CHUNKED + b"\r\nzz\r\n", 400),
        (REQUEST + CHUNKED + b"\r\n-5\r\nhello\r\n0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 431),
        (b"GET /?" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 400_000, 431),
        (b"\r\n" * 50_000, 431),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n", 200),
    ],
)
async def test_what_is_no_http_or_too_much_of_it_is_refused(data: bytes, status: int, bot: BotSide) -> None:
    """In a sentence, and others are answered as before."""
    found, body = await ask(bot.url, data)

    assert (found, bool(body)) == (status, True)
    assert await bot.call("getMe")


@pytest.mark.parametrize("path", [b"bot1:local/getMe", b"control/say"])
async def test_bad_chunks_after_a_good_beginning_end_the_request(path: bytes, bot: BotSide) -> None:
    """The beginning was taken; nothing is done."""
    async with wire(bot.url) as one:
        await one.send(REQUEST.replace(b"bot1:local/getMe", path) + CHUNKED + b"\r\n5\r\nhello\r\n")
        await one.send(b"zz\r\n")
        status, _ = await one.answer()

    assert status == 400
    assert await bot.call("getMe")


@pytest.mark.parametrize("head", [CHUNKED, CHUNKED + MULTIPART], ids=["plain", "multipart"])
async def test_a_body_of_unknown_length_is_refused_where_it_becomes_too_long(head: bytes, bot: BotSide) -> None:
    """While it is still coming: this one has no end."""
    chunk = b"%x\r\n" % MEGABYTE + b"x" * MEGABYTE + b"\r\n"
    sent = 0

    async with wire(bot.url) as one:
        await one.send(REQUEST.replace(b"close", b"keep-alive") + head + b"\r\n%x\r\n%s\r\n" % (len(PART), PART))
        answer = asyncio.create_task(one.answer(20))
        with contextlib.suppress(ConnectionError):
            while not answer.done():
                await one.send(chunk)
                sent += MEGABYTE
        status, body = await answer

    assert (status, json.loads(body)["description"]) == (413, "Request Entity Too Large")
    assert CALL_LIMIT - MEGABYTE < sent < CALL_LIMIT + 16 * MEGABYTE


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HTTP/1.1\r\nHost: 127", REQUEST + b"Content-Length: 9\r\n\r\nhello"],
    ids=["nothing", "half a head", "half a body"],
)
async def test_a_request_that_does_not_come_to_its_end_is_given_up(
    begun: bytes, bot: BotSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nobody holds a connection for ever."""
    monkeypatch.setattr(connections, "REQUEST_WITHIN", 0.05)

    status, body = await ask(bot.url, begun)

    assert status == (0 if begun.endswith(b"hello") else 408)
    assert bool(status) == (b"not complete within" in body)


async def test_who_breaks_off_in_the_middle_of_a_body_leaves_no_trace(bot: BotSide) -> None:
    """Of either API."""
    for path in (b"bot1:local/getMe", b"control/say"):
        async with wire(bot.url) as one:
            await one.send(REQUEST.replace(b"bot1:local/getMe", path) + b"Content-Length: 9\r\n\r\nhello")

    assert await bot.call("getMe")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"person": 1001, "text": "\xff"}',
        b'{"person": 1001, "text": "\\ud800"}',
        b'{"person": NaN, "text": "x"}',
        b'{"person": 1e999, "text": "x"}',
    ],
    ids=["a list", "deep brackets", "deep braces", "no UTF-8", "half a pair", "no number", "beyond numbers"],
)
async def test_json_that_is_none_is_refused(body: bytes, bot: BotSide, granny: int) -> None:
    """In the words of each API."""
    headers = {"Content-Type": "application/json"}

    by_bot, said = await bot.send("/bot1:local/sendMessage", data=body, headers=headers)
    by_people, words = await bot.send("/control/say", data=body, headers=headers)

    assert (by_bot, by_people) == (400, 400)
    assert json.loads(said)["description"].startswith("Bad Request: ")
    assert json.loads(words)["error"]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"", b"chat_id=1001&text=%FF"),
        (b"", b"chat_id=1001&text=\xff"),
        (MULTIPART, FIELD.replace(b"x", b"\xff") + b"--b--\r\n"),
        (MULTIPART, FIELD.replace(b"text", b"\xff") + b"--b--\r\n"),
        (MULTIPART.strip() + b"; charset=unicode_escape\r\n", FIELD.replace(b"x", b"\\ud800\xff") + b"--b--\r\n"),
        (MULTIPART, b"no part at all"),
        (MULTIPART, PART.replace(b"name", b"nome")),
        (MULTIPART.replace(b"; boundary=b", b""), PART),
        (b"", b"chat_id=1001&text=x&reply_markup=" + b"[" * 100_000),
        (b"", b"chat_id=NaN&text=x"),
        (b"", b"chat_id=1001&text=x&" + b"&".join(b"x%d=1" % n for n in range(2_000))),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(head: bytes, body: bytes, bot: BotSide, granny: int) -> None:
    """In Telegram's form."""
    sending = REQUEST.replace(b"getMe", b"sendMessage") + head + b"Content-Length: %d\r\n\r\n" % len(body)

    status, said = await ask(bot.url, sending + body)

    assert status == 400
    assert json.loads(said)["description"].startswith("Bad Request: ")


ODD: list[Any] = ["²", "9" * 5_000, "\0", -1, 2**63, [None], {"type": ["x"]}]


async def test_nothing_of_the_wrong_kind_makes_it_stumble(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Whatever stands in whichever place of whichever call: an answer or a refusal."""
    asked = [
        "person",
        "chat",
        "bot",
        "text",
        "id",
        "members",
        "message",
        "data",
        "update",
        "seconds",
        "count",
        "method",
    ]
    routes = [path for verb, path in {**control.ROUTES, **control_acts.ROUTES, **testing.ROUTES} if verb == "POST"]
    statuses: dict[str, set[int]] = {}

    for odd in ODD:
        for method, table in fields(METHODS_TABLE).items():
            status, _ = await bot.raw(method, **dict.fromkeys(table, odd))
            statuses.setdefault(method, set()).add(status)
        for path in routes:
            for values in (dict.fromkeys(asked, odd), {**dict.fromkeys(asked[2:], odd), "person": granny}):
                status, _ = await bot.send(f"/control{path.replace('{group}', '²')}", json=values)
                statuses.setdefault(path, set()).add(status)

    assert {path: found for path, found in statuses.items() if not found <= {200, 400, 403}} == {}
