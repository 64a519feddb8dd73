"""Reactions: whose emoji stands under a message, and which bots hear of it."""

from collections.abc import Callable

from webchat import targets, wire
from webchat.acting import check_takes_part
from webchat.errors import Refused, bad_request
from webchat.hub import Hub
from webchat.params import REACTIONS, Call
from webchat.records import Bot, Chat, Message, Person, Wire


def _put(hub: Hub, chat: Chat, message: Message, user: int, emoji: str) -> None:
    message.reacted.pop(str(user), None)
    if emoji:
        message.reacted[str(user)] = emoji
    hub.world.save_message(chat, message)


def set_reaction(hub: Hub, bot: Bot, call: Call) -> object:
    """setMessageReaction; no bot hears of it."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    message = targets.message_of(hub, chat, call["message_id"], "to react")
    given = call.get("reaction", [])
    if len(given) > 1 or any(one["type"] != "emoji" or one.get("emoji") not in REACTIONS for one in given):
        raise bad_request("REACTION_INVALID")
    _put(hub, chat, message, bot.id, given[0]["emoji"] if given else "")
    return True


def react(hub: Hub, person: Person, chat: Chat, message: Message, emoji: str) -> None:
    """A person's reaction, in the place of their former one; an empty one takes it away."""
    emoji = emoji.replace("\ufe0f", "")
    if emoji and emoji not in REACTIONS:
        raise Refused(f"emoji must be one of {' '.join(sorted(REACTIONS))}")
    check_takes_part(person, chat)
    before = message.reacted.get(str(person.id), "")
    if emoji == before:
        return
    _put(hub, chat, message, person.id, emoji)
    change: Wire = {
        "chat": hub.world.chat_wire(chat),
        "message_id": message.id,
        "user": wire.user(person),
        "date": hub.clock.seconds(),
        "old_reaction": _types(before),
        "new_reaction": _types(emoji),
    }
    for bot in hub.world.bots.values():
        status = chat.bots.get(str(bot.id))
        if status == "administrator" or (status == "member" and chat.kind == "private"):
            hub.tell(bot, "message_reaction", change)


def _types(emoji: str) -> list[Wire]:
    return [{"type": "emoji", "emoji": emoji}] if emoji else []


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {"setMessageReaction": set_reaction}
