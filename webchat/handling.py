"""The Bot API's methods that handle messages as they are: delete, forward, copy, pin."""

from collections.abc import Callable

from webchat import targets, wire
from webchat.editing import CAPTION
from webchat.errors import bad_request
from webchat.hub import Hub
from webchat.methods import DELETE_WINDOW
from webchat.params import Call
from webchat.posting import Place, post, quoted, service
from webchat.records import Bot, Chat, Message, Wire
from webchat.sending import caption_of, deliver

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


def _delete(hub: Hub, bot: Bot, chat: Chat, message: Message) -> None:
    if "forum_topic_created" in message.wire:
        raise bad_request("message can't be deleted")
    own = message.bot == bot.id
    if not own and chat.kind != "private":
        targets.check_right(chat, bot, "can_delete_messages", "message can't be deleted")
    if message.wire["date"] < hub.clock.seconds() - DELETE_WINDOW:
        raise bad_request("message can't be deleted for everyone")
    hub.world.delete(chat, message)


def delete_message(hub: Hub, bot: Bot, call: Call) -> object:
    """deleteMessage."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    _delete(hub, bot, chat, targets.message_of(hub, chat, call["message_id"], "to delete"))
    return True


def delete_messages(hub: Hub, bot: Bot, call: Call) -> object:
    """deleteMessages: those that are not there are passed over."""
    chat = targets.chat_of(hub, bot, call["chat_id"])
    for message in filter(None, (hub.world.find(chat, id_) for id_ in call["message_ids"])):
        _delete(hub, bot, chat, message)
    return True


def _content(message: Message, doing: str) -> Wire:
    content = {name: value for name, value in message.wire.items() if name not in NOT_CONTENT}
    if not content.keys() & {"text", "location", "contact", "venue", *wire.MEDIA}:
        raise bad_request(f"message can't be {doing}")
    return content


def _forward(hub: Hub, bot: Bot, call: Call, id_: int) -> Message:
    place = targets.place_of(hub, bot, call)
    source = targets.chat_of(hub, bot, call["from_chat_id"])
    message = targets.message_of(hub, source, id_, "to forward")
    if "has_protected_content" in message.wire:
        raise bad_request("message can't be forwarded")
    origin = {"type": "user", "sender_user": message.wire["from"], "date": message.wire["date"]}
    content = _content(message, "forwarded") | {"forward_origin": message.wire.get("forward_origin", origin)}
    return post(hub, place, sender=wire.bot_user(bot), content=content, bot=bot)


def forward_message(hub: Hub, bot: Bot, call: Call) -> object:
    """forwardMessage."""
    return _forward(hub, bot, call, call["message_id"]).wire


def forward_messages(hub: Hub, bot: Bot, call: Call) -> object:
    """forwardMessages."""
    return [{"message_id": _forward(hub, bot, call, id_).id} for id_ in sorted(call["message_ids"])]


def _copy(hub: Hub, bot: Bot, call: Call, id_: int) -> Wire:
    source = targets.chat_of(hub, bot, call["from_chat_id"])
    message = targets.message_of(hub, source, id_, "to copy")
    content = _content(message, "copied")
    if call.get("remove_caption") or "caption" in call:
        content = {name: value for name, value in content.items() if name not in CAPTION}
    if "caption" in call and wire.file_id_of(content):
        content |= caption_of(hub, call.values)
    return {"message_id": deliver(hub, bot, call, content).id}


def copy_message(hub: Hub, bot: Bot, call: Call) -> object:
    """copyMessage."""
    return _copy(hub, bot, call, call["message_id"])


def copy_messages(hub: Hub, bot: Bot, call: Call) -> object:
    """copyMessages."""
    return [_copy(hub, bot, call, id_) for id_ in sorted(call["message_ids"])]


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
