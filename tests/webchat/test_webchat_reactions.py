"""Reactions: who sees them, and which bots hear of them."""

import pytest
from bot_side import BotSide

from webchat.client import WebchatClient, WebchatError

WITH_REACTIONS = ["message", "message_reaction"]


async def reactions_heard(bot: BotSide) -> list[dict]:
    """What waits for a bot about reactions."""
    return [one["message_reaction"] for one in await bot.updates() if "message_reaction" in one]


async def test_a_reaction_is_counted_and_taken_away_again(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """One for each who reacts; the last one holds."""
    await bot.call("setMessageReaction", chat_id=granny, message_id=1, reaction=[{"type": "emoji", "emoji": "👍"}])

    both = await chat.react(granny, 1, "👍")
    changed = await chat.react(granny, 1, "❤️")
    without = await chat.react(granny, 1, None)

    assert both["reactions"] == [{"emoji": "👍", "count": 2, "mine": True}]
    assert changed["reactions"] == [
        {"emoji": "👍", "count": 1, "mine": False},
        {"emoji": "❤", "count": 1, "mine": True},
    ]
    assert without["reactions"] == [{"emoji": "👍", "count": 1, "mine": False}]


async def test_a_bot_hears_of_a_reaction_only_when_it_asked_to(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """With what stood there before; its own are not told."""
    await chat.react(granny, 1, "👍")
    await bot.updates(allowed_updates=WITH_REACTIONS)
    await chat.react(granny, 1, "🎉")
    await bot.call("setMessageReaction", chat_id=granny, message_id=1, reaction=[{"type": "emoji", "emoji": "🔥"}])

    [heard] = await reactions_heard(bot)

    assert (heard["message_id"], heard["user"]["id"]) == (1, granny)
    assert heard["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert heard["new_reaction"] == [{"type": "emoji", "emoji": "🎉"}]


async def test_in_a_group_only_an_administrator_hears_of_reactions(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """As on Telegram."""
    group = (await chat.group("3号楼", [granny]))["id"]
    said = await chat.say(granny, "停水了", chat=group)
    await bot.updates(allowed_updates=WITH_REACTIONS)

    await chat.react(granny, said["id"], "😢", chat=group)
    as_member = await reactions_heard(bot)
    await chat.post(f"/groups/{group}/add-bot", admin=True)
    await chat.react(granny, said["id"], None, chat=group)
    as_administrator = await reactions_heard(bot)

    assert as_member == []
    assert [(one["old_reaction"][0]["emoji"], one["new_reaction"]) for one in as_administrator] == [("😢", [])]


@pytest.mark.parametrize(
    ("message", "emoji", "words"), [(1, "🐢", "emoji must be one of"), (99, "👍", "no message 99")]
)
async def test_a_wrong_reaction_is_refused(
    message: int, emoji: str, words: str, chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """To a person clearly, to a bot in Telegram's words."""
    with pytest.raises(WebchatError, match=words):
        await chat.react(granny, message, emoji)

    reaction = [{"type": "emoji", "emoji": emoji}]
    _, answer = await bot.raw("setMessageReaction", chat_id=granny, message_id=message, reaction=reaction)

    assert answer["description"] in ("Bad Request: REACTION_INVALID", "Bad Request: message to react not found")
