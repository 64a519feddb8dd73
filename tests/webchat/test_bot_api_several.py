"""Several messages moved or deleted in one call: what is not there is passed over, and nothing is done by halves."""

import pytest
from bot_side import BotSide

from webchat.client import WebchatClient


@pytest.fixture
async def three(bot: BotSide, granny: int) -> list[int]:
    """Three messages of the bot; the second is gone."""
    ids = [(await bot.call("sendMessage", chat_id=granny, text=text))["message_id"] for text in "甲乙丙"]
    await bot.call("deleteMessage", chat_id=granny, message_id=ids[1])
    return ids


@pytest.mark.parametrize("method", ["forwardMessages", "copyMessages"])
async def test_what_is_not_there_is_passed_over(
    method: str, chat: WebchatClient, bot: BotSide, granny: int, three: list[int]
) -> None:
    """The others are moved in their order."""
    moved = await bot.call(method, chat_id=granny, from_chat_id=granny, message_ids=[*three, 999])

    seen = {one["id"]: one["text"] for one in await chat.messages(granny)}
    assert [seen[one["message_id"]] for one in moved] == ["甲", "丙"]


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([4, 2], "strictly increasing order"),
        ([2, 2], "strictly increasing order"),
        ([997, 998], "there are no messages"),
    ],
    ids=["falling", "twice", "nothing there"],
)
@pytest.mark.parametrize("method", ["forwardMessages", "copyMessages"])
async def test_what_makes_no_sense_moves_nothing(
    method: str, ids: list[int], words: str, chat: WebchatClient, bot: BotSide, granny: int, three: list[int]
) -> None:
    """Refused before anything is done."""
    before = await chat.messages(granny)

    status, answer = await bot.raw(method, chat_id=granny, from_chat_id=granny, message_ids=ids)

    assert (status, words in answer["description"]) == (400, True)
    assert await chat.messages(granny) == before


async def test_where_one_may_not_be_deleted_none_is(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """A member may delete its own messages and nobody else's."""
    group = (await chat.group("3号楼", [granny]))["id"]
    mine = (await bot.call("sendMessage", chat_id=group, text="好"))["message_id"]
    hers = (await chat.say(granny, "我说的", chat=group))["id"]

    status, _ = await bot.raw("deleteMessages", chat_id=group, message_ids=[mine, hers])
    done = await bot.call("deleteMessages", chat_id=group, message_ids=[mine, mine, 999])

    left = [one["id"] for one in await chat.messages(granny, chat=group)]
    assert (status, done, mine in left, hers in left) == (400, True, False, True)
