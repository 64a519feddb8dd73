"""What is sent under a mark of its sender's own is sent once, whatever happened meanwhile."""

from pathlib import Path
from typing import Any

import pytest
from bot_side import BotSide
from process import running

from webchat.client import WebchatClient, WebchatError


async def said(chat: WebchatClient, person: int, text: str) -> int:
    """How often somebody has said this."""
    return [one["text"] for one in await chat.messages(person)].count(text)


async def test_a_mark_holds_however_much_was_said_since(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Six hundred messages later."""
    first = await chat.say(granny, "灯坏了", once="a")
    for number in range(600):
        await bot.call("sendMessage", chat_id=granny, text=str(number))

    again = await chat.say(granny, "灯坏了", once="a")

    assert again["id"] == first["id"]
    assert await said(chat, granny, "灯坏了") == 1


async def test_a_mark_holds_after_its_message_was_deleted(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """It is told that it is gone, and not sent anew."""
    first = await chat.say(granny, "灯坏了", once="a")
    await bot.call("deleteMessage", chat_id=granny, message_id=first["id"])

    again = await chat.say(granny, "灯坏了", once="a")

    assert (again["id"], again["deleted"]) == (first["id"], True)
    assert await said(chat, granny, "灯坏了") == 0


async def test_a_mark_holds_after_a_restart(tmp_path: Path) -> None:
    """The store keeps it."""
    ids = []
    for _ in range(2):
        async with running("--store", str(tmp_path / "store")) as (url, _), WebchatClient(url) as chat:
            await chat.person("陈奶奶", id=1001)
            ids.append((await chat.say(1001, "灯坏了", once="a"))["id"])

    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("path", "body"), [("/say", {"text": "门坏了"}), ("/contact", {"phone": "139"})], ids=["other words", "other kind"]
)
async def test_something_else_under_a_used_mark_is_refused(
    path: str, body: dict[str, Any], chat: WebchatClient, granny: int
) -> None:
    """It would be lost if the old message were told instead."""
    await chat.say(granny, "灯坏了", once="a")

    with pytest.raises(WebchatError, match="something else was sent under this mark"):
        await chat.post(path, person=granny, once="a", **body)


async def test_an_album_is_told_as_a_whole(chat: WebchatClient, granny: int) -> None:
    """The first time and again."""
    first = await chat.photo(granny, count=3, once="a")

    again = await chat.photo(granny, count=3, once="a")

    assert [one["id"] for one in first["album"]] == [one["id"] for one in again["album"]]
    assert len(first["album"]) == 3
