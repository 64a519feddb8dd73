"""Putting messages into chats, whoever they come from."""

from dataclasses import dataclass

from webchat.hub import Hub
from webchat.records import Bot, Chat, Message, Wire


def quoted(message: Message) -> Wire:
    """A message as it stands within its reply: without what it replied to itself."""
    left_out = {"reply_to_message", "pinned_message"}
    return {name: value for name, value in message.wire.items() if name not in left_out}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something is said: in a chat, in a topic of it (0: in none), perhaps in answer to a message."""

    chat: Chat
    topic: int = 0
    reply_to: Message | None = None


def post(
    hub: Hub,
    place: Place,
    *,
    sender: Wire,
    content: Wire,
    bot: Bot | None = None,
    keyboard: Wire | None = None,
    only_for: int = 0,
) -> Message:
    """Put a message at the end of a chat and let the bots hear it.

    ``content`` is the part of the Message that says what it holds; ``keyboard`` changes the reply keyboard.
    """
    chat = place.chat
    wire: Wire = {"from": sender, "date": hub.clock.seconds(), "chat": hub.world.chat_wire(chat), **content}
    if place.topic:
        wire |= {"message_thread_id": place.topic, "is_topic_message": True}
    answered = place.reply_to or hub.world.find(chat, place.topic)  # as on Telegram: what begins the topic
    if answered is not None:
        wire["reply_to_message"] = quoted(answered)
    message = Message(
        chat=chat.key,
        id=0,
        wire=wire,
        bot=bot.id if bot else 0,
        keyboard=keyboard or {},
        only_for=only_for,
    )
    if bot is not None:
        chat.last_bot = bot.id
        hub.done(chat)
        _change_keyboard(chat, message)
    elif chat.kind == "private":
        chat.started = True
    if sender["id"] in chat.members:
        chat.read[str(sender["id"])] = chat.last_id + 1
    hub.world.add(chat, message)
    hub.publish(chat, message)
    return message


def _change_keyboard(chat: Chat, message: Message) -> None:
    given = message.keyboard
    if not given or (given.get("force_reply") and "keyboard" not in given):
        return
    chat.keyboard = given if "keyboard" in given else {}
    chat.keyboard_for = []
    if given.get("selective"):
        replied = message.wire.get("reply_to_message", {}).get("from", {}).get("id")
        named = [one["user"]["id"] for one in message.wire.get("entities", []) if "user" in one]
        chat.keyboard_for = [*named, *([replied] if replied else [])]


def service(hub: Hub, place: Place, *, actor: Wire, content: Wire, by: Bot | None = None) -> Message:
    """Put a system line into a chat, such as who joined."""
    return post(hub, place, sender=actor, content=content, bot=by)
