"""The Bot API's methods about the topics of a forum."""

from collections.abc import Callable

from webchat import targets, wire
from webchat.errors import bad_request
from webchat.hub import Hub
from webchat.methods import TOPIC_COLORS
from webchat.params import Call
from webchat.posting import Place, service
from webchat.records import Bot, Chat, Wire


def _forum(hub: Hub, bot: Bot, call: Call) -> Chat:
    chat = targets.chat_of(hub, bot, call["chat_id"])
    if not chat.forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic(hub: Hub, bot: Bot, call: Call) -> tuple[Place, Wire]:
    chat = _forum(hub, bot, call)
    if call["message_thread_id"] <= 0:
        raise bad_request("invalid forum topic identifier specified")
    topic = chat.topics.get(str(call["message_thread_id"]))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return Place(chat=chat, topic=call["message_thread_id"]), topic


def _check_manages(chat: Chat, bot: Bot, topic: Wire, complaint: str) -> None:
    if topic["creator"] != bot.id:
        targets.check_right(chat, bot, "can_manage_topics", complaint)


def create(hub: Hub, bot: Bot, call: Call) -> object:
    """createForumTopic: its identifier is that of the message which tells of it."""
    chat = _forum(hub, bot, call)
    targets.check_right(chat, bot, "can_manage_topics", "not enough rights to create a topic")
    look: Wire = {"name": call.text("name").strip(), "icon_color": call.get("icon_color") or TOPIC_COLORS[0]}
    if not look["name"]:
        raise bad_request("title must be non-empty")
    if look["icon_color"] not in TOPIC_COLORS:
        raise bad_request("invalid icon color specified")
    if call.text("icon_custom_emoji_id"):
        look["icon_custom_emoji_id"] = call.text("icon_custom_emoji_id")
    place = Place(chat=chat, topic=chat.last_id + 1)
    chat.topics[str(place.topic)] = look | {"creator": bot.id, "closed": False}
    service(hub, place, actor=wire.bot_user(bot), content={"forum_topic_created": look}, by=bot)
    return {"message_thread_id": place.topic} | look


def edit(hub: Hub, bot: Bot, call: Call) -> object:
    """editForumTopic: without a name the old one stays; an empty icon takes it away."""
    place, topic = _topic(hub, bot, call)
    _check_manages(place.chat, bot, topic, "not enough rights to edit the topic")
    given = {"name": call.text("name").strip()} if call.text("name").strip() else {}
    if "icon_custom_emoji_id" in call:
        given["icon_custom_emoji_id"] = call.text("icon_custom_emoji_id")
    changed = {name: value for name, value in given.items() if value != topic.get(name, "")}
    if given and not changed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    if changed:
        topic |= changed
        service(hub, place, actor=wire.bot_user(bot), content={"forum_topic_edited": changed}, by=bot)
    return True


def close(what: str, *, closed: bool) -> Callable[[Hub, Bot, Call], object]:
    """closeForumTopic and reopenForumTopic; ``what`` is the service message's field."""

    def method(hub: Hub, bot: Bot, call: Call) -> object:
        place, topic = _topic(hub, bot, call)
        _check_manages(place.chat, bot, topic, "not enough rights to close or open the topic")
        if topic["closed"] == closed:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic["closed"] = closed
        service(hub, place, actor=wire.bot_user(bot), content={what: {}}, by=bot)
        return True

    return method


def delete(hub: Hub, bot: Bot, call: Call) -> object:
    """deleteForumTopic: with all its messages, and without a word to anybody."""
    place, _ = _topic(hub, bot, call)
    targets.check_right(place.chat, bot, "can_delete_messages", "not enough rights to delete the topic")
    del place.chat.topics[str(place.topic)]
    for message in list(hub.world.newest_first(place.chat)):
        if message.topic == place.topic:
            hub.world.delete(place.chat, message)
    return True


def unpin_all(hub: Hub, bot: Bot, call: Call) -> object:
    """unpinAllForumTopicMessages."""
    place, _ = _topic(hub, bot, call)
    chat = place.chat
    targets.check_right(chat, bot, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    pinned = [hub.world.find(chat, id_) for id_ in chat.pinned]
    chat.pinned = [message.id for message in pinned if message and message.topic != place.topic]
    hub.world.save_chat(chat)
    return True


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "createForumTopic": create,
    "editForumTopic": edit,
    "closeForumTopic": close("forum_topic_closed", closed=True),
    "reopenForumTopic": close("forum_topic_reopened", closed=False),
    "deleteForumTopic": delete,
    "unpinAllForumTopicMessages": unpin_all,
}
