"""Invite links and requests to join."""

import pytest
from bot_side import BotSide, later

from webchat.client import WebchatClient, WebchatError


@pytest.fixture
async def group(chat: WebchatClient, bot: BotSide, granny: int) -> int:
    """A supergroup the bot administers; 小林 (1002) and 小王 (1003) are outside, what was told is confirmed."""
    await chat.person("小林", id=1002)
    await chat.person("小王", id=1003)
    made = await chat.group("3号楼", [granny], kind="supergroup")
    await chat.post(f"/groups/{made['id']}/add-bot", admin=True)
    told = await bot.updates(allowed_updates=["message", "chat_member", "chat_join_request"])
    await bot.updates(offset=told[-1]["update_id"] + 1)
    return int(made["id"])


async def heard(bot: BotSide, kind: str) -> list[dict]:
    """The updates of one kind that wait."""
    return [one[kind] for one in await bot.updates() if kind in one]


async def test_a_person_joins_by_a_link(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """The bot hears by which."""
    link = await bot.call("createChatInviteLink", chat_id=group, name="门口")

    came = await chat.join(1002, link["invite_link"])

    [change] = await heard(bot, "chat_member")
    assert came == {"chat": group, "joined": True}
    assert (change["from"]["id"], change["new_chat_member"]["status"]) == (1002, "member")
    assert (change["invite_link"]["invite_link"], change["invite_link"]["name"]) == (link["invite_link"], "门口")
    assert [one["new_chat_members"][0]["id"] for one in await heard(bot, "message")] == [1002]


async def test_a_link_that_no_longer_holds_lets_nobody_in(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """Used up, revoked or out of date."""
    now = (await bot.call("sendMessage", chat_id=group, text="x"))["date"]
    full = (await bot.call("createChatInviteLink", chat_id=group, member_limit=1))["invite_link"]
    revoked = (await bot.call("createChatInviteLink", chat_id=group))["invite_link"]
    old = (await bot.call("createChatInviteLink", chat_id=group, expire_date=now + 3600))["invite_link"]
    await chat.join(1002, full)
    await bot.call("revokeChatInviteLink", chat_id=group, invite_link=revoked)

    async with later(chat, hours=2):
        for link, words in ((full, "used up"), (revoked, "revoked"), (old, "expired")):
            with pytest.raises(WebchatError, match=words):
                await chat.join(1003, link)


async def test_who_leaves_makes_room_under_a_member_limit(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """The limit counts who is there at the same time."""
    link = (await bot.call("createChatInviteLink", chat_id=group, member_limit=1))["invite_link"]
    await chat.join(1002, link)
    await chat.post(f"/groups/{group}/members", remove=[1002])

    assert (await chat.join(1003, link))["joined"]


async def test_an_edited_link_has_only_what_the_edit_says(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """The primary link cannot be edited, and a revoked one is gone."""
    link = (await bot.call("createChatInviteLink", chat_id=group, name="门口", member_limit=1))["invite_link"]
    primary = await bot.call("exportChatInviteLink", chat_id=group)

    edited = await bot.call("editChatInviteLink", chat_id=group, invite_link=link, name="后门")
    _, of_primary = await bot.raw("editChatInviteLink", chat_id=group, invite_link=primary)
    await bot.call("revokeChatInviteLink", chat_id=group, invite_link=link)
    _, of_revoked = await bot.raw("editChatInviteLink", chat_id=group, invite_link=link)

    assert (edited["name"], "member_limit" in edited) == ("后门", False)
    assert of_primary["description"] == "Bad Request: CHAT_INVITE_PERMANENT"
    assert of_revoked["description"] == "Bad Request: INVITE_HASH_EXPIRED"


async def test_a_revoked_primary_link_gets_a_successor(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """getChat names the one that holds."""
    first = await bot.call("exportChatInviteLink", chat_id=group)

    revoked = await bot.call("revokeChatInviteLink", chat_id=group, invite_link=first)
    second = (await bot.call("getChat", chat_id=group))["invite_link"]

    assert (revoked["is_primary"], revoked["is_revoked"]) == (True, True)
    assert second not in ("", first)
    assert (await chat.join(1002, second))["joined"]


async def test_who_asks_to_join_waits_for_the_bot(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """It may write to them meanwhile, though they never wrote to it."""
    link = (await bot.call("createChatInviteLink", chat_id=group, creates_join_request=True))["invite_link"]
    asked = await chat.join(1002, link)

    [request] = await heard(bot, "chat_join_request")
    await bot.call("sendMessage", chat_id=request["user_chat_id"], text="您住几号楼？")
    await bot.call("approveChatJoinRequest", chat_id=group, user_id=1002)
    [change] = await heard(bot, "chat_member")

    assert (asked["joined"], request["from"]["id"]) == (False, 1002)
    assert request["invite_link"]["pending_join_request_count"] == 1
    assert (change["from"]["id"], change["via_join_request"], change["invite_link"]["invite_link"]) == (1, True, link)
    assert (await chat.say(1002, "谢谢", chat=group))["text"] == "谢谢"


async def test_who_is_declined_stays_outside(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """And may not be written to any more; deciding twice is refused."""
    link = (await bot.call("createChatInviteLink", chat_id=group, creates_join_request=True))["invite_link"]
    await chat.join(1002, link)
    await bot.call("declineChatJoinRequest", chat_id=group, user_id=1002)

    status, _ = await bot.raw("sendMessage", chat_id=1002, text="抱歉")
    _, again = await bot.raw("approveChatJoinRequest", chat_id=group, user_id=1002)
    _, inside = await bot.raw("approveChatJoinRequest", chat_id=group, user_id=1001)

    assert status == 403
    assert again["description"] == "Bad Request: HIDE_REQUESTER_MISSING"
    assert inside["description"] == "Bad Request: USER_ALREADY_PARTICIPANT"


async def test_the_banned_and_the_lost_are_not_let_in(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """Nor somebody who is there already."""
    link = await bot.call("exportChatInviteLink", chat_id=group)
    await bot.call("banChatMember", chat_id=group, user_id=1002)

    for person, address, words in ((1002, link, "may not join"), (1001, link, "already"), (1003, "t.me/+x", "no such")):
        with pytest.raises(WebchatError, match=words):
            await chat.join(person, address)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"expire_date": 5}, "EXPIRE_DATE_INVALID"),
        ({"member_limit": 100_000}, "USAGE_LIMIT_INVALID"),
        ({"member_limit": 1, "creates_join_request": True}, "member limit can't be specified for links requiring"),
        ({"name": "长" * 33}, "INVITE_LINK_NAME_INVALID"),
    ],
)
async def test_a_link_that_cannot_be_is_refused(options: dict, words: str, bot: BotSide, group: int) -> None:
    """In Telegram's words."""
    _, answer = await bot.raw("createChatInviteLink", chat_id=group, **options)

    assert words in answer["description"]
