"""The Bot API's methods that change who is in a group and what they may do there."""

from collections.abc import Callable

from webchat import targets, wire
from webchat.errors import bad_request
from webchat.hub import Hub
from webchat.membership import take_out
from webchat.params import TYPES, Call
from webchat.records import Bot, Chat, Wire
from webchat.standing import RIGHTS, is_owner, rights_of

MAY_NOT_RESTRICT = "not enough rights to restrict/unrestrict chat member"
SHORTEST, LONGEST = 30, 366 * 86_400  # seconds; what is to last shorter or longer lasts for good
MEDIA = (
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
)
IMPLIED = {
    "can_send_other_messages": MEDIA,
    "can_add_web_page_previews": MEDIA,
    "can_send_polls": (),
    **dict.fromkeys(MEDIA, ()),
}
"""What a permission gives besides ``can_send_messages``, unless permissions are independent."""
FOLLOWED = {
    "can_react_to_messages": "can_send_messages",
    "can_edit_tag": "can_pin_messages",
    "can_manage_topics": "can_pin_messages",
}
"""Whose value a permission has that is not given."""


def _subject(hub: Hub, bot: Bot, call: Call, *, itself: str) -> tuple[Chat, Wire]:
    """The chat and the member a call is about; BotApiError for the bot itself and for the owner."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    user = targets.user_of(hub, call["user_id"])
    if user["id"] == bot.id:
        raise bad_request(itself)
    if user["is_bot"]:
        raise bad_request("webchat leaves other bots as they are")
    if is_owner(chat, user["id"]):
        raise bad_request("can't remove chat owner")
    return chat, user


def _check_may_restrict(chat: Chat, bot: Bot, user: Wire) -> None:
    targets.check_right(chat, bot, "can_restrict_members", MAY_NOT_RESTRICT)
    if str(user["id"]) in chat.rights:
        raise bad_request("user is an administrator of the chat")


def _until(hub: Hub, call: Call) -> int:
    until = int(call.get("until_date", 0))
    return until if SHORTEST <= until - hub.clock.seconds() <= LONGEST else 0


def ban(hub: Hub, bot: Bot, call: Call) -> object:
    """banChatMember; a plain group keeps no list of the banned."""
    chat, user = _subject(hub, bot, call, itself="can't restrict self")
    if chat.kind == "private":
        raise bad_request("can't ban members in private chats")
    _check_may_restrict(chat, bot, user)
    with hub.changing(chat, user, wire.bot_user(bot)):
        if user["id"] in chat.members:
            take_out(hub, chat, user, wire.bot_user(bot), by=bot)
        if chat.kind == "supergroup":
            chat.banned[str(user["id"])] = _until(hub, call)
    return True


def unban(hub: Hub, bot: Bot, call: Call) -> object:
    """unbanChatMember: who is in the chat is put out of it, unless ``only_if_banned``."""
    chat, user = _subject(hub, bot, call, itself="can't unrestrict self")
    if chat.kind != "supergroup":
        raise bad_request("method is available only in supergroup and channel chats")
    _check_may_restrict(chat, bot, user)
    with hub.changing(chat, user, wire.bot_user(bot)):
        chat.banned.pop(str(user["id"]), None)
        if user["id"] in chat.members and not call.get("only_if_banned"):
            take_out(hub, chat, user, wire.bot_user(bot), by=bot)
    return True


def restrict(hub: Hub, bot: Bot, call: Call) -> object:
    """restrictChatMember; all permissions lift the restrictions."""
    chat, user = _subject(hub, bot, call, itself="can't restrict self")
    if chat.kind != "supergroup":
        raise bad_request("method is available only in supergroups")
    _check_may_restrict(chat, bot, user)
    permissions = _permissions(call["permissions"], independent=bool(call.get("use_independent_chat_permissions")))
    with hub.changing(chat, user, wire.bot_user(bot)):
        if all(permissions.values()):
            chat.restricted.pop(str(user["id"]), None)
        else:
            chat.restricted[str(user["id"])] = permissions | {"until_date": _until(hub, call)}
    return True


def _permissions(given: Wire, *, independent: bool) -> dict[str, bool]:
    held = {name: bool(given.get(name, given.get(FOLLOWED.get(name, "")))) for name in TYPES["ChatPermissions"]}
    for name, implied in IMPLIED.items() if not independent else ():
        if held[name]:
            held |= dict.fromkeys(("can_send_messages", *implied), True)
    return held


def promote(hub: Hub, bot: Bot, call: Call) -> object:
    """promoteChatMember: an administrator with the rights that are true; with none a member again."""
    chat, user = _subject(hub, bot, call, itself="can't promote self")
    if chat.kind != "supergroup":
        raise bad_request("method is available only in supergroup and channel chats")
    targets.check_right(chat, bot, "can_promote_members", "not enough rights")
    if user["id"] not in chat.members:
        raise bad_request("USER_NOT_MUTUAL_CONTACT")
    rights = [right for right in RIGHTS if call.get(right)]
    if not set(rights) <= set(rights_of(chat, bot.id)):
        raise bad_request("RIGHT_FORBIDDEN")
    with hub.changing(chat, user, wire.bot_user(bot)):
        chat.rights.pop(str(user["id"]), None)
        if rights:
            chat.restricted.pop(str(user["id"]), None)
            chat.rights[str(user["id"])] = rights
    return True


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "banChatMember": ban,
    "unbanChatMember": unban,
    "restrictChatMember": restrict,
    "promoteChatMember": promote,
}
