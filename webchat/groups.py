"""The Bot API's methods about chats and who is in them."""

import secrets
from collections.abc import Callable

from webchat import targets, wire
from webchat.errors import bad_request
from webchat.hearing import PRESENT
from webchat.hub import Hub
from webchat.params import Call
from webchat.posting import service
from webchat.records import Bot, Chat, Wire


def get_chat(hub: Hub, bot: Bot, call: Call) -> object:
    """getChat."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    full = wire.full_chat(hub.world.chat_wire(chat))
    if chat.invite_link and targets.is_admin(bot, chat):
        full["invite_link"] = chat.invite_link
    pinned = hub.world.find(chat, chat.pinned[-1]) if chat.pinned else None
    if pinned:
        full["pinned_message"] = pinned.wire
    return full


def status_of(chat: Chat, user: int) -> str:
    """Somebody's standing in a chat, as ChatMember names it."""
    if str(user) in chat.bots:
        return chat.bots[str(user)]
    if user not in chat.members:
        return "left"
    return "creator" if chat.members[0] == user and chat.kind != "private" else "member"


def get_member(hub: Hub, bot: Bot, call: Call) -> object:
    """getChatMember."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    user = hub.world.user(call["user_id"])
    if user is None:
        raise bad_request("user not found")
    return wire.member(status_of(chat, call["user_id"]), user)


def get_administrators(hub: Hub, bot: Bot, call: Call) -> object:
    """getChatAdministrators: other bots only when asked for."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    ids = [*chat.members[:1], *(int(id_) for id_, status in chat.bots.items() if status == "administrator")]
    found: list[Wire] = []
    for id_ in ids:
        user = hub.world.user(id_)
        if user and (not user["is_bot"] or id_ == bot.id or call.get("return_bots")):
            found.append(wire.member(status_of(chat, id_), user))
    return found


def count_members(hub: Hub, bot: Bot, call: Call) -> object:
    """getChatMemberCount."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    return len(chat.members) + sum(1 for status in chat.bots.values() if status in PRESENT)


def leave(hub: Hub, bot: Bot, call: Call) -> object:
    """leaveChat."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    me = wire.bot_user(bot)
    service(hub, chat, actor=me, content={"left_chat_member": me}, by=bot)
    old = chat.bots[str(bot.id)]
    chat.bots[str(bot.id)] = "left"
    hub.world.save_chat(chat)
    hub.member_changed(chat, actor=me, bot=bot, old=old, new="left")
    return True


def _link(hub: Hub, bot: Bot, call: Call) -> str:
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if chat.kind == "private" or not targets.is_admin(bot, chat):
        raise bad_request("not enough rights to manage chat invite link")
    return "https://t.me/+" + secrets.token_urlsafe(12)


def create_link(hub: Hub, bot: Bot, call: Call) -> object:
    """createChatInviteLink."""
    link: Wire = {
        "invite_link": _link(hub, bot, call),
        "creator": wire.bot_user(bot),
        "creates_join_request": bool(call.get("creates_join_request")),
        "is_primary": False,
        "is_revoked": False,
    }
    return link | {name: call[name] for name in ("name", "expire_date", "member_limit") if name in call}


def export_link(hub: Hub, bot: Bot, call: Call) -> object:
    """exportChatInviteLink: a new primary link; the old one is void."""
    link = _link(hub, bot, call)
    chat = targets.chat_of(hub, bot, call["chat_id"])
    chat.invite_link = link
    hub.world.save_chat(chat)
    return link


def revoke_link(hub: Hub, bot: Bot, call: Call) -> object:
    """revokeChatInviteLink."""
    _link(hub, bot, call)
    return {
        "invite_link": call["invite_link"],
        "creator": wire.bot_user(bot),
        "creates_join_request": False,
        "is_primary": False,
        "is_revoked": True,
    }


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "getChat": get_chat,
    "getChatMember": get_member,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": count_members,
    "leaveChat": leave,
    "createChatInviteLink": create_link,
    "exportChatInviteLink": export_link,
    "revokeChatInviteLink": revoke_link,
}
