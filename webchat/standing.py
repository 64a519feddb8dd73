"""How somebody stands in a chat: owner, administrator with rights, member, restricted, banned, or gone."""

from collections.abc import Collection

from webchat.records import Chat, Wire

RIGHTS = (
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_manage_tags",
    "can_send_welcome_messages",
)
USUAL_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
"""What a bot that is made administrator may do where nothing else is said."""


def rights_of(chat: Chat, user: int) -> Collection[str]:
    """What somebody may do as administrator or owner; nothing for everybody else."""
    key = str(user)
    if key in chat.bots:
        return chat.rights.get(key, USUAL_RIGHTS) if chat.bots[key] == "administrator" else ()
    if user not in chat.members:
        return ()
    return RIGHTS if is_owner(chat, user) else chat.rights.get(key, ())


def may_write_in(chat: Chat, user: int, topic: int) -> bool:
    """Whether a topic takes what somebody writes: a closed one only from its creator and who manages topics."""
    held = chat.topics.get(str(topic), {})
    return not held.get("closed") or held["creator"] == user or "can_manage_topics" in rights_of(chat, user)


def is_owner(chat: Chat, user: int) -> bool:
    """Whether a group is somebody's."""
    return chat.kind != "private" and chat.members[:1] == [user]


def status_of(chat: Chat, user: int, now: int) -> str:
    """Somebody's standing as ChatMember names it."""
    key = str(user)
    if key in chat.bots:
        return "kicked" if chat.blocked else chat.bots[key]
    if is_owner(chat, user):
        return "creator"
    if key in chat.banned and _lasts(chat.banned[key], now):
        return "kicked"
    if key in chat.rights:
        return "administrator"
    if key in chat.restricted and _lasts(chat.restricted[key]["until_date"], now):
        return "restricted"
    return "member" if user in chat.members else "left"


def _lasts(until: int, now: int) -> bool:
    return until == 0 or until > now


def member(chat: Chat, user: Wire, now: int) -> Wire:
    """Somebody as a ChatMember."""
    key = str(user["id"])
    status = status_of(chat, user["id"], now)
    seen: Wire = {"status": status, "user": user}
    if status == "creator":
        return seen | {"is_anonymous": False}
    if status == "administrator":
        held = rights_of(chat, user["id"])
        there = [right for right in RIGHTS if right != "can_manage_topics" or chat.kind == "supergroup"]
        return seen | {"can_be_edited": False} | {right: right in held for right in there}
    if status == "restricted":
        return seen | {"is_member": user["id"] in chat.members} | chat.restricted[key]
    if status == "kicked":
        return seen | {"until_date": chat.banned.get(key, 0)}
    return seen
