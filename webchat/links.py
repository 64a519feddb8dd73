"""Invite links and requests to join: the Bot API's methods about them, and people who come by one."""

import secrets
from collections.abc import Callable

from webchat import targets, wire
from webchat.errors import Refused, bad_request
from webchat.hub import Hub
from webchat.membership import enter
from webchat.params import Call
from webchat.records import Bot, Chat, Person, Wire
from webchat.standing import rights_of, status_of

OPTIONS = ("name", "expire_date", "member_limit")


def _chat(hub: Hub, bot: Bot, call: Call) -> Chat:
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if chat.kind == "private":
        raise bad_request("can't invite members to a private chat")
    targets.check_right(chat, bot, "can_invite_users", "not enough rights to manage chat invite link")
    return chat


def _made(hub: Hub, chat: Chat, bot: Bot, *, primary: bool, **options: object) -> Wire:
    link: Wire = {
        "invite_link": "https://t.me/+" + secrets.token_urlsafe(12),
        "creator": wire.bot_user(bot),
        "creates_join_request": False,
        "is_primary": primary,
        "is_revoked": False,
    }
    return _keep(hub, chat, link | options)


def _keep(hub: Hub, chat: Chat, link: Wire) -> Wire:
    chat.links[link["invite_link"]] = link
    hub.world.save_chat(chat)
    return link


def _options(hub: Hub, call: Call) -> Wire:
    if call.get("creates_join_request") and call.get("member_limit"):
        raise bad_request("member limit can't be specified for links requiring administrator approval")
    if call.get("expire_date") and call["expire_date"] <= hub.clock.seconds():
        raise bad_request("EXPIRE_DATE_INVALID")
    asks = {"creates_join_request": bool(call.get("creates_join_request"))}
    return asks | {name: call[name] for name in OPTIONS if call.get(name)}


def _own(chat: Chat, bot: Bot, call: Call) -> Wire:
    link = chat.links.get(call["invite_link"])
    if link is None or link["is_revoked"]:
        raise bad_request("INVITE_HASH_EXPIRED")
    if link["creator"]["id"] != bot.id:
        raise bad_request("CHAT_ADMIN_REQUIRED")
    return link


def primary_link(chat: Chat, bot: Bot) -> Wire | None:
    """The link a bot exported last, if it still holds and the bot may see it."""
    if "can_invite_users" not in rights_of(chat, bot.id):
        return None
    held = (link for link in chat.links.values() if link["is_primary"] and not link["is_revoked"])
    return next((link for link in held if link["creator"]["id"] == bot.id), None)


def _shown(chat: Chat, link: Wire) -> Wire:
    pending = sum(1 for request in chat.requests.values() if request["link"] == link["invite_link"])
    return link | ({"pending_join_request_count": pending} if pending else {})


def create(hub: Hub, bot: Bot, call: Call) -> object:
    """createChatInviteLink."""
    chat = _chat(hub, bot, call)
    return _made(hub, chat, bot, primary=False, **_options(hub, call))


def edit(hub: Hub, bot: Bot, call: Call) -> object:
    """editChatInviteLink: what is not given goes back to nothing."""
    chat = _chat(hub, bot, call)
    link = _own(chat, bot, call)
    if link["is_primary"]:
        raise bad_request("CHAT_INVITE_PERMANENT")
    kept = {name: value for name, value in link.items() if name not in OPTIONS}
    return _shown(chat, _keep(hub, chat, kept | _options(hub, call)))


def export(hub: Hub, bot: Bot, call: Call) -> object:
    """exportChatInviteLink: a new primary link; the bot's old one is void."""
    chat = _chat(hub, bot, call)
    old = primary_link(chat, bot)
    if old:
        _keep(hub, chat, old | {"is_revoked": True})
    return _made(hub, chat, bot, primary=True)["invite_link"]


def revoke(hub: Hub, bot: Bot, call: Call) -> object:
    """revokeChatInviteLink: another primary link comes in the place of one."""
    chat = _chat(hub, bot, call)
    link = _keep(hub, chat, _own(chat, bot, call) | {"is_revoked": True})
    if link["is_primary"]:
        _made(hub, chat, bot, primary=True)
    return _shown(chat, link)


def _decided(hub: Hub, bot: Bot, call: Call) -> tuple[Chat, Wire, Wire]:
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if chat.kind == "private":
        raise bad_request("the chat can't have join requests")
    targets.check_right(chat, bot, "can_invite_users", "not enough rights to manage chat join requests")
    user = targets.user_of(hub, call["user_id"])
    if user["id"] in chat.members:
        raise bad_request("USER_ALREADY_PARTICIPANT")
    request = chat.requests.pop(str(user["id"]), None)
    if request is None:
        raise bad_request("HIDE_REQUESTER_MISSING")
    hub.world.save_chat(chat)
    return chat, user, request


def approve(hub: Hub, bot: Bot, call: Call) -> object:
    """approveChatJoinRequest."""
    chat, user, request = _decided(hub, bot, call)
    _come_in(hub, chat, user, wire.bot_user(bot), chat.links[request["link"]], via_join_request=True)
    return True


def decline(hub: Hub, bot: Bot, call: Call) -> object:
    """declineChatJoinRequest."""
    _decided(hub, bot, call)
    return True


def _come_in(hub: Hub, chat: Chat, user: Wire, actor: Wire, link: Wire, **how: object) -> None:
    chat.joined_by[str(user["id"])] = link["invite_link"]
    enter(hub, chat, [user], actor, invite_link=link, **how)


def join(hub: Hub, person: Person, address: str) -> tuple[Chat, bool]:
    """A person follows an invite link: the chat, and whether they are in it or only asked to be."""
    chat = next((chat for chat in hub.world.chats.values() if address in chat.links), None)
    if chat is None:
        raise Refused("there is no such invite link")
    link = chat.links[address]
    _check_open(hub, chat, person, link)
    user = wire.user(person)
    if not link["creates_join_request"]:
        _come_in(hub, chat, user, user, link)
        return chat, True
    chat.requests[str(person.id)] = {"link": address, "date": hub.clock.seconds()}
    hub.world.save_chat(chat)
    request: Wire = {
        "chat": hub.world.chat_wire(chat),
        "from": user,
        "user_chat_id": person.id,
        "date": hub.clock.seconds(),
        "invite_link": _shown(chat, link),
    }
    for bot in hub.world.bots.values():
        if "can_invite_users" in rights_of(chat, bot.id):
            hub.tell(bot, "chat_join_request", request)
    return chat, False


def _check_open(hub: Hub, chat: Chat, person: Person, link: Wire) -> None:
    now = hub.clock.seconds()
    came = [id_ for id_ in chat.members if chat.joined_by.get(str(id_)) == link["invite_link"]]
    if person.id in chat.members:
        raise Refused(f"person {person.id} is in chat {chat.id} already")
    if person.deactivated or status_of(chat, person.id, now) == "kicked":
        raise Refused(f"person {person.id} may not join chat {chat.id}")
    if link["is_revoked"]:
        raise Refused("this invite link has been revoked")
    if link.get("expire_date", now) < now:
        raise Refused("this invite link has expired")
    if len(came) >= link.get("member_limit", len(came) + 1):
        raise Refused("this invite link has been used up")


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "createChatInviteLink": create,
    "editChatInviteLink": edit,
    "exportChatInviteLink": export,
    "revokeChatInviteLink": revoke,
    "approveChatJoinRequest": approve,
    "declineChatJoinRequest": decline,
}
