"""How people, bots, chats and files look in the Bot API's JSON."""

from typing import Any

from webchat.records import Bot, Chat, Person, StoredFile, Wire


def user(person: Person) -> Wire:
    """A person as a User."""
    wire: Wire = {"id": person.id, "is_bot": False, "first_name": person.name}
    if person.username:
        wire["username"] = person.username
    if person.language:
        wire["language_code"] = person.language
    return wire


def bot_user(bot: Bot) -> Wire:
    """A bot as a User."""
    return {"id": bot.id, "is_bot": True, "first_name": bot.name, "username": bot.username}


def me(bot: Bot) -> Wire:
    """The answer to getMe."""
    return bot_user(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat(chat: Chat, person: Person | None) -> Wire:
    """A chat as it stands in a Message; ``person`` is the other side of a private chat."""
    wire: Wire = {"id": chat.id, "type": chat.kind}
    if chat.kind != "private":
        return wire | {"title": chat.title} | ({"is_forum": True} if chat.forum else {})
    if person is not None:
        wire["first_name"] = person.name
        if person.username:
            wire["username"] = person.username
    return wire


def full_chat(wire: Wire) -> Wire:
    """The answer to getChat, without what only some chats have."""
    return wire | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def attachment(file: StoredFile) -> Wire:
    """The part of a Message that holds a file: its field's name and value."""
    base: Wire = {"file_id": file.id, "file_unique_id": file.unique, "file_size": file.size}
    if file.kind == "photo":
        return {"photo": photo_sizes(file)}
    if file.kind == "sticker":
        shape = {"width": file.width or 512, "height": file.height or 512}
        return {"sticker": base | shape | {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👍"}}
    if file.kind == "voice":
        return {"voice": base | {"duration": file.duration, "mime_type": file.mime}}
    named = base | {"file_name": file.name, "mime_type": file.mime}
    if file.kind == "audio":
        return {"audio": named | {"duration": file.duration}}
    if file.kind in {"video", "animation"}:
        frame = {"width": file.width or 640, "height": file.height or 480, "duration": file.duration}
        return {file.kind: named | frame}
    return {"document": named}


def for_bot(bot: int, value: Any) -> Any:
    """What a bot is told, with the ids under which it, and no other, has the files in it."""
    if isinstance(value, dict):
        return {
            name: f"{bot}-{held}" if name == "file_id" and isinstance(held, str) else for_bot(bot, held)
            for name, held in value.items()
        }
    return [for_bot(bot, held) for held in value] if isinstance(value, list) else value


def photo_sizes(file: StoredFile) -> list[Wire]:
    """A photo's sizes, smallest first; the small one is the same picture under an id of its own."""
    width, height = file.width or 640, file.height or 480
    full = {
        "file_id": file.id,
        "file_unique_id": file.unique,
        "file_size": file.size,
        "width": width,
        "height": height,
    }
    scale = 90 / max(width, height)
    if scale >= 1:
        return [full]
    small = full | {
        "file_id": file.id + "-s",
        "file_unique_id": file.unique + "s",
        "width": max(1, round(width * scale)),
        "height": max(1, round(height * scale)),
    }
    return [small, full]


def answered(message: Wire) -> Wire:
    """The message that this one answers; nothing where it only names what begins its topic."""
    replied: Wire = message.get("reply_to_message", {})
    return {} if "forum_topic_created" in replied else replied


MEDIA = ("photo", "sticker", "voice", "audio", "video", "animation", "document")


def file_id_of(message: Wire) -> str:
    """The id of the file in a message, in its full size; empty when it has none."""
    for kind in MEDIA:
        held = message.get(kind)
        if held:
            chosen = held[-1] if isinstance(held, list) else held
            return str(chosen["file_id"])
    return ""
