"""Which bot hears what in a group: Telegram's privacy mode."""

from webchat.entities import cut
from webchat.records import Bot, Chat, Wire
from webchat.wire import answered

SERVICE = frozenset(
    (
        "new_chat_members",
        "left_chat_member",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "new_chat_title",
        "group_chat_created",
        "supergroup_chat_created",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    )
)


def is_service(message: Wire) -> bool:
    """Whether a message only tells what happened in its chat."""
    return not SERVICE.isdisjoint(message)


PRESENT = {"member", "administrator"}


def hears(bot: Bot, chat: Chat, message: Wire) -> bool:
    """Whether this message of this chat reaches this bot."""
    status = chat.bots.get(str(bot.id), "left")
    if status not in PRESENT:
        return False
    if chat.kind == "private" or not bot.privacy or status == "administrator" or is_service(message):
        return True
    replied = answered(message).get("from", {})
    if replied.get("id") == bot.id:
        return True
    text = str(message.get("text") or message.get("caption") or "")
    entities = message.get("entities") or message.get("caption_entities") or []
    return any(_speaks_to(bot, chat, text, entity) for entity in entities)


def _speaks_to(bot: Bot, chat: Chat, text: str, entity: Wire) -> bool:
    name = bot.username.lower()
    if entity["type"] == "mention":
        return cut(text, entity).lower() == f"@{name}"
    if entity["type"] == "text_mention":
        return bool(entity["user"]["id"] == bot.id)
    if entity["type"] != "bot_command":
        return False
    command = cut(text, entity).lower()
    if "@" in command:
        return command.endswith(f"@{name}")
    present = [id_ for id_, status in chat.bots.items() if status in PRESENT]
    return len(present) == 1 or chat.last_bot == bot.id
