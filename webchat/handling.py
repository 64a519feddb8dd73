"""The Bot API's methods that handle messages as they are: delete, forward, copy, pin."""

import contextlib
from collections.abc import Callable
from itertools import pairwise

from webchat import targets, wire
from webchat.editing import CAPTION
from webchat.errors import BotApiError, bad_request
from webchat.hub import Hub
from webchat.methods import DELETE_WINDOW
from webchat.params import Call
from webchat.posting import Place, post, quoted, service
from webchat.records import Bot, Chat, Message, Wire
from webchat.sending import caption_of, deliver

MOVED = {"forward": "forwarded", "copy": "copied"}
NOT_CONTENT = frozenset(
    (
        "message_id",
        "from",
        "date",
        "chat",
        "reply_to_message",
        "message_thread_id",
        "is_topic_message",
        "edit_date",
        "reply_markup",
        "forward_origin",
        "media_group_id",
        "receiver_user",
        "ephemeral_message_id",
    )
)


def _check_deletable(hub: Hub, bot: Bot, chat: Chat, message: Message) -> None:
    if "forum_topic_created" in message.wire:
        raise bad_request("message can't be deleted")
    own = message.bot == bot.id
    if not own and chat.kind != "private":
        targets.check_right(chat, bot, "can_delete_messages", "message can't be deleted")
    if message.wire["date"] < hub.clock.seconds() - DELETE_WINDOW:
        raise bad_request("message can't be deleted for everyone")


def delete_message(hub: Hub, bot: Bot, call: Call) -> object:
    """deleteMessage."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    message = targets.message_of(hub, chat, call["message_id"], "to delete")
    _check_deletable(hub, bot, chat, message)
    hub.world.delete(chat, message)
    return True


def delete_messages(hub: Hub, bot: Bot, call: Call) -> object:
    """deleteMessages: those that are not there are passed over; if one may not be deleted, none is."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    found = [
        message for message in (hub.world.find(chat, id_) for id_ in dict.fromkeys(call["message_ids"])) if message
    ]
    for message in found:
        _check_deletable(hub, bot, chat, message)
    for message in found:
        hub.world.delete(chat, message)
    return True


def _to_move(hub: Hub, bot: Bot, call: Call, id_: int, doing: str) -> Message:
    """A message that may be forwarded or copied; ``doing`` is the word for it, "forward" or "copy"."""
    source = targets.chat_of(hub, bot, call["from_chat_id"])
    message = targets.message_of(hub, source, id_, f"to {doing}")
    held = message.wire.keys() & {"text", "location", "contact", "venue", *wire.MEDIA}
    if not held or (doing == "forward" and "has_protected_content" in message.wire):
        raise bad_request(f"message can't be {MOVED[doing]}")
    return message


def _all_to_move(hub: Hub, bot: Bot, call: Call, doing: str) -> list[Message]:
    """Those of several messages that may be moved, before any is; the others are passed over."""
    ids: list[int] = call["message_ids"]
    if any(one >= other for one, other in pairwise(ids)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    targets.chat_of(hub, bot, call["from_chat_id"])
    found: list[Message] = []
    for id_ in ids:
        with contextlib.suppress(BotApiError):
            found.append(_to_move(hub, bot, call, id_, doing))
    if not found:
        raise bad_request(f"there are no messages to {doing}")
    return found


def _content(message: Message) -> Wire:
    return {name: value for name, value in message.wire.items() if name not in NOT_CONTENT}


def _forward(hub: Hub, bot: Bot, call: Call, message: Message) -> Message:
    place = targets.place_of(hub, bot, call)
    origin = {"type": "user", "sender_user": message.wire["from"], "date": message.wire["date"]}
    content = _content(message) | {"forward_origin": message.wire.get("forward_origin", origin)}
    return post(hub, place, sender=wire.bot_user(bot), content=content, bot=bot)


def forward_message(hub: Hub, bot: Bot, call: Call) -> object:
    """forwardMessage."""
    targets.place_of(hub, bot, call)
    return _forward(hub, bot, call, _to_move(hub, bot, call, call["message_id"], "forward")).wire


def forward_messages(hub: Hub, bot: Bot, call: Call) -> object:
    """forwardMessages."""
    targets.place_of(hub, bot, call)
    return [{"message_id": _forward(hub, bot, call, one).id} for one in _all_to_move(hub, bot, call, "forward")]


def _copy(hub: Hub, bot: Bot, call: Call, message: Message) -> Wire:
    content = _content(message)
    if call.get("remove_caption") or "caption" in call:
        content = {name: value for name, value in content.items() if name not in CAPTION}
    if "caption" in call and wire.file_id_of(content):
        content |= caption_of(hub, call.values)
    return {"message_id": deliver(hub, bot, call, content).id}


def copy_message(hub: Hub, bot: Bot, call: Call) -> object:
    """copyMessage."""
    targets.place_of(hub, bot, call)
    return _copy(hub, bot, call, _to_move(hub, bot, call, call["message_id"], "copy"))


def copy_messages(hub: Hub, bot: Bot, call: Call) -> object:
    """copyMessages."""
    targets.place_of(hub, bot, call)
    return [_copy(hub, bot, call, one) for one in _all_to_move(hub, bot, call, "copy")]


def pin(hub: Hub, bot: Bot, call: Call) -> object:
    """pinChatMessage."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    message = targets.message_of(hub, chat, call["message_id"], "to pin")
    if message.id not in chat.pinned:
        chat.pinned.append(message.id)
        place = Place(chat=chat, topic=message.topic)
        service(hub, place, actor=wire.bot_user(bot), content={"pinned_message": quoted(message)}, by=bot)
    return True


def unpin(hub: Hub, bot: Bot, call: Call) -> object:
    """unpinChatMessage."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if "message_id" in call and call["message_id"] not in chat.pinned:
        raise bad_request("message to unpin not found")
    if chat.pinned:
        chat.pinned.remove(call["message_id"] if "message_id" in call else chat.pinned[-1])
    hub.world.save_chat(chat)
    return True


def unpin_all(hub: Hub, bot: Bot, call: Call) -> object:
    """unpinAllChatMessages."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    chat.pinned.clear()
    hub.world.save_chat(chat)
    return True


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "forwardMessage": forward_message,
    "forwardMessages": forward_messages,
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
    "unpinAllChatMessages": unpin_all,
}
