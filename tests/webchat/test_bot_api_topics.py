"""Forums: topics made, changed, closed and deleted; who speaks where."""

from typing import Any

import pytest
from bot_side import BotSide

from webchat.client import WebchatClient, WebchatError

THREAD = "message_thread_id"


@pytest.fixture
async def forum(chat: WebchatClient, bot: BotSide, granny: int) -> int:
    """A forum of Granny's with 小林 (1002), administered by the bot; what was told is confirmed."""
    await chat.person("小林", id=1002)
    made = await chat.group("3号楼", [granny, 1002], forum=True)
    await chat.post(f"/groups/{made['id']}/add-bot", admin=True)
    await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
    return int(made["id"])


@pytest.fixture
async def water(bot: BotSide, forum: int) -> int:
    """The topic 停水; the bot has heard of it."""
    made = await bot.call("createForumTopic", chat_id=forum, name="停水")
    await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
    return int(made[THREAD])


async def heard(bot: BotSide) -> list[dict]:
    """The messages that wait."""
    return [one["message"] for one in await bot.updates() if "message" in one]


async def test_a_topic_is_told_of_in_the_forum(chat: WebchatClient, bot: BotSide, forum: int) -> None:
    """Its identifier is that of the message which tells of it."""
    made = await bot.call("createForumTopic", chat_id=forum, name="停水", icon_color=0xFFD67E)

    [told] = await heard(bot)
    [*_, line] = await chat.messages(1001, chat=forum)

    assert made == {THREAD: told["message_id"], "name": "停水", "icon_color": 0xFFD67E}
    assert told["forum_topic_created"] == {"name": "停水", "icon_color": 0xFFD67E}
    assert (told["is_topic_message"], told["chat"]["is_forum"]) == (True, True)
    assert line["topic"] == {"id": made[THREAD], "name": "停水"}
    assert line["service"] == {"kind": "forum_topic_created", "actor": "近邻", "title": "停水"}


async def test_people_and_bots_speak_into_a_topic(chat: WebchatClient, bot: BotSide, forum: int, water: int) -> None:
    """An answer goes where the answered message stands; what answers nothing names the topic's beginning."""
    said = await chat.say(1002, "几点来水？", chat=forum, topic=water)
    answered = await bot.call("sendMessage", chat_id=forum, text="八点", reply_parameters={"message_id": said["id"]})
    outside = await chat.say(1002, "大家好", chat=forum)

    [question, _] = await heard(bot)

    assert question[THREAD] == answered[THREAD] == water
    assert question["reply_to_message"]["forum_topic_created"]["name"] == "停水"
    assert answered["reply_to_message"]["text"] == "几点来水？"
    assert (said["topic"]["id"], "reply_to" in said, "topic" in outside) == (water, False, False)


async def test_in_privacy_mode_a_topic_of_the_bots_own_is_no_answer_to_it(
    chat: WebchatClient, bot: BotSide, forum: int, water: int
) -> None:
    """Though its message begins the topic."""
    await chat.post(f"/groups/{forum}/add-bot")
    await bot.updates(offset=-1)

    await chat.say(1002, "几点来水？", chat=forum, topic=water)

    assert all("text" not in message for message in await heard(bot))


async def test_albums_forwards_and_copies_go_into_a_topic(bot: BotSide, forum: int, water: int) -> None:
    """And leave it when they are not told to stay."""
    sent = await bot.call("sendMessage", chat_id=forum, message_thread_id=water, text="八点")
    place = {"chat_id": forum, "from_chat_id": forum, "message_id": sent["message_id"]}

    into = await bot.call("forwardMessage", **place, message_thread_id=water)
    out = await bot.call("forwardMessage", **place)
    await bot.call("copyMessage", **place, message_thread_id=water)

    assert into[THREAD] == water
    assert (THREAD in out, "is_topic_message" in out) == (False, False)


async def test_a_closed_topic_takes_words_only_from_who_manages_topics(
    chat: WebchatClient, bot: BotSide, forum: int, water: int
) -> None:
    """Until it is opened again."""
    await bot.call("closeForumTopic", chat_id=forum, message_thread_id=water)
    await chat.say(1001, "群主可以", chat=forum, topic=water)
    await bot.call("sendMessage", chat_id=forum, message_thread_id=water, text="创建者可以")
    with pytest.raises(WebchatError, match="closed"):
        await chat.say(1002, "不行", chat=forum, topic=water)
    other = BotSide(bot.url, bot.session, "2:other")
    await chat.post(f"/groups/{forum}/add-bot", bot=2)
    _, refused = await other.raw("sendMessage", chat_id=forum, message_thread_id=water, text="不行")

    await bot.call("reopenForumTopic", chat_id=forum, message_thread_id=water)
    await chat.say(1002, "又可以了", chat=forum, topic=water)

    kinds = [kind for one in await heard(bot) for kind in one if kind.startswith("forum_topic")]
    assert refused["description"] == "Bad Request: TOPIC_CLOSED"
    assert kinds == ["forum_topic_closed", "forum_topic_reopened"]


async def test_a_topic_gets_another_name(chat: WebchatClient, bot: BotSide, forum: int, water: int) -> None:
    """Without one it keeps the old; people see the new one everywhere."""
    said = await chat.say(1002, "几点？", chat=forum, topic=water)
    await bot.call("editForumTopic", chat_id=forum, message_thread_id=water, name="")
    await bot.call("editForumTopic", chat_id=forum, message_thread_id=water, name="停电")

    names = {one["topic"]["name"] for one in await chat.messages(1001, chat=forum, after=said["id"] - 1)}
    known = await chat.group("3号楼", [1001], id=forum, forum=True)

    assert names == {"停电"}
    assert known["topics"] == [{"id": water, "name": "停电", "closed": False}]


async def test_a_deleted_topic_takes_its_messages_with_it(
    chat: WebchatClient, bot: BotSide, forum: int, water: int
) -> None:
    """The others stay."""
    await chat.say(1002, "几点？", chat=forum, topic=water)
    await chat.say(1002, "大家好", chat=forum)
    await bot.call("deleteForumTopic", chat_id=forum, message_thread_id=water)

    left = [one["text"] for one in await chat.messages(1001, chat=forum) if not one.get("service")]
    _, gone = await bot.raw("sendMessage", chat_id=forum, message_thread_id=water, text="x")

    assert left == ["大家好"]
    assert gone["description"] == "Bad Request: message thread not found"


async def test_what_is_pinned_in_a_topic_is_unpinned_together(bot: BotSide, forum: int, water: int) -> None:
    """What is pinned elsewhere stays."""
    outside = await bot.call("sendMessage", chat_id=forum, text="全群")
    inside = await bot.call("sendMessage", chat_id=forum, message_thread_id=water, text="话题里")
    for message in (outside, inside):
        await bot.call("pinChatMessage", chat_id=forum, message_id=message["message_id"])

    await bot.call("unpinAllForumTopicMessages", chat_id=forum, message_thread_id=water)

    assert (await bot.call("getChat", chat_id=forum))["pinned_message"]["text"] == "全群"


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("createForumTopic", {"name": " "}, "title must be non-empty"),
    ("createForumTopic", {"name": "长" * 129}, "title is too long"),
    ("createForumTopic", {"name": "x", "icon_color": 5}, "invalid icon color specified"),
    ("editForumTopic", {THREAD: 999, "name": "x"}, "TOPIC_ID_INVALID"),
    ("closeForumTopic", {THREAD: -1}, "invalid forum topic identifier specified"),
    ("sendMessage", {THREAD: 1, "text": "x"}, "message thread not found"),
]
OF_WATER: list[tuple[str, dict[str, Any], str]] = [
    ("createForumTopic", {"name": "x"}, "not enough rights to create a topic"),
    ("editForumTopic", {"name": "x"}, "not enough rights to edit the topic"),
    ("closeForumTopic", {}, "not enough rights to close or open the topic"),
    ("deleteForumTopic", {}, "not enough rights to delete the topic"),
    ("unpinAllForumTopicMessages", {}, "not enough rights to manage pinned messages in the chat"),
]


@pytest.mark.parametrize(("method", "parameters", "words"), WRONG)
async def test_a_topic_that_cannot_be_is_refused(
    method: str, parameters: dict[str, Any], words: str, bot: BotSide, forum: int
) -> None:
    """In Telegram's words."""
    _, answer = await bot.raw(method, chat_id=forum, **parameters)

    assert words in answer["description"]


@pytest.mark.parametrize(("method", "parameters", "words"), OF_WATER)
async def test_another_bots_topic_needs_the_right(
    method: str, parameters: dict[str, Any], words: str, chat: WebchatClient, bot: BotSide, forum: int, water: int
) -> None:
    """An administrator without rights may not."""
    await chat.post(f"/groups/{forum}/add-bot", bot=2, rights=[])
    other = BotSide(bot.url, bot.session, "2:other")
    thread = {} if method == "createForumTopic" else {THREAD: water}

    _, answer = await other.raw(method, chat_id=forum, **thread, **parameters)

    assert answer["description"] == f"Bad Request: {words}"


async def test_a_change_to_nothing_new_is_refused(bot: BotSide, forum: int, water: int) -> None:
    """The same name, or open already."""
    _, named = await bot.raw("editForumTopic", chat_id=forum, message_thread_id=water, name="停水")
    _, opened = await bot.raw("reopenForumTopic", chat_id=forum, message_thread_id=water)

    assert named["description"] == opened["description"] == "Bad Request: TOPIC_NOT_MODIFIED"


async def test_a_group_without_topics_is_no_forum(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Nor can a plain group be one."""
    group = await chat.group("3号楼", [granny], kind="supergroup")

    _, answer = await bot.raw("createForumTopic", chat_id=group["id"], name="x")

    assert answer["description"] == "Bad Request: the chat is not a forum"
    with pytest.raises(WebchatError, match="only a supergroup"):
        await chat.group("4号楼", [granny], kind="group", forum=True)
    with pytest.raises(WebchatError, match="no topic 7"):
        await chat.say(granny, "x", chat=group["id"], topic=7)
