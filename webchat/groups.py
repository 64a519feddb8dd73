"""The Bot API's methods about chats and who is in them."""

from collections.abc import Callable

from webchat import links, standing, targets, wire
from webchat.errors import bad_request
from webchat.hearing import PRESENT
from webchat.hub import Hub
from webchat.params import Call
from webchat.posting import Place, service
from webchat.records import Bot


def get_chat(hub: Hub, bot: Bot, call: Call) -> object:
    """getChat."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    full = wire.full_chat(hub.world.chat_wire(chat))
    link = links.primary_link(chat, bot)
    if link:
        full["invite_link"] = link["invite_link"]
    if chat.description:
        full["description"] = chat.description
    pinned = hub.world.find(chat, chat.pinned[-1]) if chat.pinned else None
    if pinned:
        full["pinned_message"] = pinned.wire
    return full


def get_member(hub: Hub, bot: Bot, call: Call) -> object:
    """getChatMember."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    return standing.member(chat, targets.user_of(hub, call["user_id"]), hub.clock.seconds())


def get_administrators(hub: Hub, bot: Bot, call: Call) -> object:
    """getChatAdministrators: other bots only when asked for."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    users = filter(None, (hub.world.user(id_) for id_ in [*chat.members, *map(int, chat.bots)]))
    known = [user for user in users if not user["is_bot"] or user["id"] == bot.id or call.get("return_bots")]
    found = [standing.member(chat, user, hub.clock.seconds()) for user in known]
    return [one for one in found if one["status"] in {"creator", "administrator"}]


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
    with hub.changing(chat, me, me):
        service(hub, Place(chat=chat), actor=me, content={"left_chat_member": me}, by=bot)
        chat.bots[str(bot.id)] = "left"
    return True


def set_title(hub: Hub, bot: Bot, call: Call) -> object:
    """setChatTitle: the title it has already changes nothing."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if chat.kind == "private":
        raise bad_request("can't change private chat title")
    targets.check_right(chat, bot, "can_change_info", "not enough rights to change chat title")
    title = call.text("title").strip()
    if not title:
        raise bad_request("title must be non-empty")
    if title != chat.title:
        chat.title = title
        service(hub, Place(chat=chat), actor=wire.bot_user(bot), content={"new_chat_title": title}, by=bot)
    return True


def set_description(hub: Hub, bot: Bot, call: Call) -> object:
    """setChatDescription; an empty one takes it away."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if chat.kind == "private":
        raise bad_request("can't change private chat description")
    targets.check_right(chat, bot, "can_change_info", "not enough rights to set chat description")
    if call.text("description") == chat.description:
        raise bad_request("chat description is not modified")
    chat.description = call.text("description")
    hub.world.save_chat(chat)
    return True


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "getChat": get_chat,
    "getChatMember": get_member,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": count_members,
    "leaveChat": leave,
    "setChatTitle": set_title,
    "setChatDescription": set_description,
}
