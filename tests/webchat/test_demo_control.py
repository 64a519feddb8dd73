"""The control API of the demo: tour, doors, codes, beginning anew; and what is sent again under its mark."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from bot_side import BotSide

from webchat.client import WebchatClient, WebchatError


async def names(chat: WebchatClient) -> list[str]:
    """Who is there."""
    return [one["name"] for one in (await chat.get("/people"))["people"]]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/tour", {}, "stories must be a list"),
        ("/tour", {"stories": ["x"]}, "stories must be a list"),
        ("/tour", {"stories": [{"title": {"en": 1}, "steps": []}]}, "title must be an object"),
        ("/tour", {"stories": [{"title": {}, "steps": []}]}, "steps must be a list"),
        ("/tour", {"stories": [{"title": {}, "steps": [{"do": {}}]}]}, "needs a person"),
        ("/doors", {"title": "x", "doors": [{"name": "1"}]}, "a name and a link"),
        ("/doors", {"title": "x", "doors": [{}] * 2_001}, "at most 2000"),
        ("/restart", {}, "no demo runs"),
        ("/say", {"person": 1001, "text": "x", "once": "m" * 65}, "at most 64"),
        ("/voice", {"person": 1001, "mime": "text/html"}, "mime must be one of"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    path: str, body: dict[str, Any], words: str, chat: WebchatClient, granny: int
) -> None:
    """With one clear line, and nothing changed."""
    with pytest.raises(WebchatError, match=words):
        await chat.post(path, **body)

    assert await names(chat) == ["陈奶奶"]


async def test_tour_and_doors_outlast_an_emptied_world(chat: WebchatClient) -> None:
    """They are the demo's, not the world's."""
    story = {"title": {"en": "Socket"}, "steps": [{"person": 1001, "do": {"en": "Tap"}}]}
    door = {"name": "3号楼2梯", "link": "https://t.me/jinlin_bot?start=d_x"}
    await chat.post("/tour", stories=[story])
    await chat.post("/doors", title="榕荫社区", doors=[door])

    await chat.reset()

    assert (await chat.get("/tour"))["stories"] == [story]
    assert (await chat.get("/doors"))["doors"] == [door]


@pytest.mark.parametrize("willing", [True, False])
async def test_the_world_is_emptied_only_when_the_demo_begins_anew_too(
    *, willing: bool, chat: WebchatClient, granny: int
) -> None:
    """A bot that will not leaves everything as it was."""
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.json_response({}, status=200 if willing else 409)

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await chat.post("/clock", url=f"http://127.0.0.1:{runner.addresses[0][1]}/", now="2026-11-30T01:00:00Z")
    try:
        if willing:
            await chat.post("/restart")
        else:
            with pytest.raises(WebchatError, match="did not begin anew"):
                await chat.post("/restart")
    finally:
        await runner.cleanup()
        await chat.post("/clock", url="")

    assert asked == [{"restart": True}]
    assert await names(chat) == ([] if willing else ["陈奶奶"])


async def test_what_is_sent_again_under_its_mark_is_told_and_not_sent(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """Another mark, or another person's, is another message."""
    await chat.person("小林", id=1002)
    first = await chat.say(granny, "灯坏了", once="a")

    again = await chat.say(granny, "灯坏了", once="a")
    other = await chat.say(granny, "灯坏了", once="b")
    whose = await chat.say(1002, "灯坏了", once="a")

    heard = [one["message"]["text"] for one in await bot.updates() if "message" in one]
    assert again["id"] == first["id"] != other["id"]
    assert whose["from"]["id"] == 1002
    assert heard == ["灯坏了"] * 3


@pytest.mark.parametrize(
    ("link", "status"),
    [
        ("https://t.me/jinlin_bot?start=d_x", 200),
        ("javascript:alert(1)", 400),
        ("", 400),
        ("https://x/" + "a" * 512, 400),
    ],
)
async def test_links_become_codes_and_nothing_else_does(link: str, status: int, webchat_url: str) -> None:
    """An SVG, or a refusal."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{webchat_url}/qr.svg", params={"link": link}) as answer,
    ):
        assert answer.status == status
        assert answer.content_type == ("image/svg+xml" if status == 200 else "application/json")
