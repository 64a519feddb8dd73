"""A bot bans, restricts and promotes: what it may, what it hears, what people then can do."""

from typing import Any

import pytest
from bot_side import BotSide, later

from webchat.client import WebchatClient, WebchatError
from webchat.standing import RIGHTS

SILENT: dict[str, bool] = {"can_send_messages": False}


@pytest.fixture
async def group(chat: WebchatClient, bot: BotSide, granny: int) -> int:
    """A supergroup of Granny's with 小林 (1002); the bot has every right."""
    await chat.person("小林", id=1002)
    made = await chat.group("3号楼", [granny, 1002], kind="supergroup")
    await chat.post(f"/groups/{made['id']}/add-bot", rights=list(RIGHTS))
    await bot.updates(allowed_updates=["message", "chat_member", "my_chat_member"])
    return int(made["id"])


async def changes(bot: BotSide) -> list[tuple[str, str]]:
    """From what standing to what, as the bot hears it."""
    heard = [one["chat_member"] for one in await bot.updates() if "chat_member" in one]
    return [(one["old_chat_member"]["status"], one["new_chat_member"]["status"]) for one in heard]


async def test_a_banned_person_is_out_and_stays_out(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """The bot hears what it did; unbanned, they may be let in again."""
    await bot.call("banChatMember", chat_id=group, user_id=1002)
    banned = await bot.call("getChatMember", chat_id=group, user_id=1002)
    with pytest.raises(WebchatError, match="is not in chat"):
        await chat.say(1002, "还在", chat=group)
    await bot.call("unbanChatMember", chat_id=group, user_id=1002)
    gone = await bot.call("getChatMember", chat_id=group, user_id=1002)

    assert (banned["status"], banned["until_date"], gone["status"]) == ("kicked", 0, "left")
    assert await changes(bot) == [("member", "kicked"), ("kicked", "left")]
    last = [one["service"] for one in await chat.messages(1001, chat=group)][-1]
    assert last == {"kind": "left_chat_member", "actor": "近邻", "users": ["小林"]}


async def test_a_ban_ends_by_itself(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """Between 30 seconds and 366 days; otherwise it is for good."""
    seconds = (await bot.call("sendMessage", chat_id=group, text="x"))["date"]
    await bot.call("banChatMember", chat_id=group, user_id=1002, until_date=seconds + 3600)
    during = await bot.call("getChatMember", chat_id=group, user_id=1002)

    async with later(chat, hours=2):
        after = await bot.call("getChatMember", chat_id=group, user_id=1002)

    assert (during["status"], during["until_date"]) == ("kicked", seconds + 3600)
    assert after["status"] == "left"


async def test_a_restricted_person_is_silent_until_it_is_lifted(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """A photo needs its own permission; every permission lifts it."""
    await bot.call("restrictChatMember", chat_id=group, user_id=1002, permissions={"can_send_polls": True})
    await chat.say(1002, "可以说话", chat=group)
    with pytest.raises(WebchatError, match="can_send_photos is needed"):
        await chat.photo(1002, chat=group)
    await bot.call("restrictChatMember", chat_id=group, user_id=1002, permissions=SILENT)
    with pytest.raises(WebchatError, match="can_send_messages is needed"):
        await chat.say(1002, "不行", chat=group)

    everything = {"can_send_other_messages": True, "can_send_polls": True, "can_add_web_page_previews": True}
    more = {"can_change_info": True, "can_invite_users": True, "can_pin_messages": True, "can_react_to_messages": True}
    await bot.call("restrictChatMember", chat_id=group, user_id=1002, permissions=everything | more)

    assert (await chat.say(1002, "又可以了", chat=group))["text"] == "又可以了"
    assert await changes(bot) == [("member", "restricted"), ("restricted", "restricted"), ("restricted", "member")]


async def test_a_promoted_person_administers_until_demoted(bot: BotSide, group: int) -> None:
    """With the rights that were given, and no others."""
    await bot.call("promoteChatMember", chat_id=group, user_id=1002, can_pin_messages=True)
    listed = await bot.call("getChatAdministrators", chat_id=group)
    await bot.call("promoteChatMember", chat_id=group, user_id=1002)

    statuses = {one["user"]["id"]: one["status"] for one in listed}
    [mine] = [one for one in listed if one["user"]["id"] == 1002]
    assert statuses == {1001: "creator", 1002: "administrator", 1: "administrator"}
    assert (mine["can_pin_messages"], mine["can_delete_messages"]) == (True, False)
    assert await changes(bot) == [("member", "administrator"), ("administrator", "member")]


async def test_title_and_description_are_changed(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """A new title is told in the chat; the same one is not."""
    for _ in range(2):
        await bot.call("setChatTitle", chat_id=group, title="4号楼")
    await bot.call("setChatDescription", chat_id=group, description="通知")

    seen = await bot.call("getChat", chat_id=group)
    lines = [one.get("service", {}).get("title") for one in await chat.messages(1001, chat=group)]

    assert (seen["title"], seen["description"]) == ("4号楼", "通知")
    assert lines.count("4号楼") == 1


NO_RIGHT: list[tuple[str, dict[str, Any], str]] = [
    ("banChatMember", {"user_id": 1002}, "not enough rights to restrict/unrestrict chat member"),
    ("unbanChatMember", {"user_id": 1002}, "not enough rights to restrict/unrestrict chat member"),
    ("restrictChatMember", {"user_id": 1002, "permissions": SILENT}, "not enough rights to restrict/unrestrict"),
    ("promoteChatMember", {"user_id": 1002, "can_pin_messages": True}, "not enough rights"),
    ("setChatTitle", {"title": "x"}, "not enough rights to change chat title"),
    ("setChatDescription", {"description": "x"}, "not enough rights to set chat description"),
    ("createChatInviteLink", {}, "not enough rights to manage chat invite link"),
    ("approveChatJoinRequest", {"user_id": 1002}, "not enough rights to manage chat join requests"),
]
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("banChatMember", {"user_id": 1001}, "can't remove chat owner"),
    ("banChatMember", {"user_id": 1}, "can't restrict self"),
    ("banChatMember", {"user_id": 9}, "user not found"),
    ("banChatMember", {"user_id": 1003}, "user is an administrator of the chat"),
    ("restrictChatMember", {"user_id": 1002}, "can't parse permissions JSON object"),
    ("promoteChatMember", {"user_id": 1}, "can't promote self"),
    ("promoteChatMember", {"user_id": 1004, "can_pin_messages": True}, "USER_NOT_MUTUAL_CONTACT"),
    ("setChatTitle", {"title": " "}, "title must be non-empty"),
    ("setChatTitle", {"title": "长" * 129}, "title is too long"),
    ("setChatDescription", {"description": ""}, "chat description is not modified"),
]


@pytest.mark.parametrize(("method", "parameters", "words"), NO_RIGHT)
async def test_without_its_right_a_method_is_refused(
    method: str, parameters: dict[str, Any], words: str, chat: WebchatClient, bot: BotSide, group: int
) -> None:
    """An administrator without rights, and a plain member too."""
    await chat.post(f"/groups/{group}/add-bot", rights=[])
    _, as_administrator = await bot.raw(method, chat_id=group, **parameters)
    await chat.post(f"/groups/{group}/add-bot")
    _, as_member = await bot.raw(method, chat_id=group, **parameters)

    assert words in as_administrator["description"]
    assert as_member == as_administrator


@pytest.mark.parametrize(("method", "parameters", "words"), WRONG)
async def test_what_cannot_be_is_refused(
    method: str, parameters: dict[str, Any], words: str, chat: WebchatClient, bot: BotSide, group: int
) -> None:
    """Even with every right."""
    await chat.person("组长", id=1003)
    await chat.person("路人", id=1004)
    await chat.post(f"/groups/{group}/members", add=[1003])
    await bot.call("promoteChatMember", chat_id=group, user_id=1003, can_pin_messages=True)

    status, answer = await bot.raw(method, chat_id=group, **parameters)

    assert status == 400
    assert words in answer["description"]


async def test_a_right_one_does_not_hold_cannot_be_given(chat: WebchatClient, bot: BotSide, group: int) -> None:
    """Telegram's word is RIGHT_FORBIDDEN."""
    await chat.post(f"/groups/{group}/add-bot", rights=["can_promote_members"])

    _, answer = await bot.raw("promoteChatMember", chat_id=group, user_id=1002, can_pin_messages=True)

    assert answer["description"] == "Bad Request: RIGHT_FORBIDDEN"
