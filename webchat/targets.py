"""From what a bot names in a call to the chat or message it means, or Telegram's refusal."""

from webchat.entities import formatted
from webchat.errors import bad_request, forbidden
from webchat.hearing import PRESENT
from webchat.hub import Hub
from webchat.params import LIMITS, Call
from webchat.posting import Place
from webchat.records import Bot, Chat, Message, Wire
from webchat.standing import may_write_in, rights_of

REQUEST_LIFE = 300  # seconds for which who asks to join a group may be written to
UPGRADED = "group chat was upgraded to a supergroup chat"


def chat_of(hub: Hub, bot: Bot, given: int | str) -> Chat:
    """The chat a bot may act in; BotApiError when it may not, or there is none."""
    if isinstance(given, str):
        raise bad_request("chat not found")
    return _private(hub, bot, given) if given > 0 else _group(hub, bot, given)


def _private(hub: Hub, bot: Bot, id_: int) -> Chat:
    if id_ in hub.world.bots:
        raise forbidden("bot can't send messages to bots")
    person = hub.world.people.get(id_)
    if person is None:
        raise bad_request("chat not found")
    chat = hub.world.direct(bot, id_)
    if person.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started and not _asks_to_join(hub, bot, id_):
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def _asks_to_join(hub: Hub, bot: Bot, person: int) -> bool:
    since = hub.clock.seconds() - REQUEST_LIFE
    asked = [chat for chat in hub.world.chats.values() if chat.requests.get(str(person), {"date": 0})["date"] >= since]
    return any("can_invite_users" in rights_of(chat, bot.id) for chat in asked)


def _group(hub: Hub, bot: Bot, id_: int) -> Chat:
    chat = hub.world.group(id_)
    status = chat.bots.get(str(bot.id)) if chat else None
    if chat is None or status is None:
        raise bad_request("chat not found")
    if chat.migrated_to:
        raise bad_request(UPGRADED, {"migrate_to_chat_id": chat.migrated_to})
    if status not in PRESENT:
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def user_of(hub: Hub, id_: int) -> Wire:
    """The person or bot of that id; BotApiError when there is none."""
    user = hub.world.user(id_)
    if user is None:
        raise bad_request("user not found")
    return user


def message_of(hub: Hub, chat: Chat, id_: int, doing: str) -> Message:
    """A message of the chat; ``doing`` is the word in "message to edit not found"."""
    message = hub.world.find(chat, id_)
    if message is None:
        raise bad_request(f"message {doing} not found")
    return message


def place_of(hub: Hub, bot: Bot, call: Call) -> Place:
    """Where a call wants to say something; an answer goes where the answered message stands."""
    chat = chat_of(hub, bot, call["chat_id"])
    reply_to = _replied_to(hub, chat, call)
    topic = call.get("message_thread_id") or (reply_to.topic if reply_to else 0)
    if topic and str(topic) not in chat.topics:
        raise bad_request("message thread not found")
    if not may_write_in(chat, bot.id, topic):
        raise bad_request("TOPIC_CLOSED")
    return Place(chat=chat, topic=topic, reply_to=reply_to)


def _replied_to(hub: Hub, chat: Chat, call: Call) -> Message | None:
    parameters = call.get("reply_parameters")
    if not parameters or not parameters.get("message_id"):
        return None
    message = hub.world.find(chat, parameters["message_id"])
    if len(parameters.get("quote", "")) > LIMITS["ReplyParameters.quote"].most:
        raise bad_request(LIMITS["ReplyParameters.quote"].too_much)
    if message is None and not parameters.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    if message is not None and parameters.get("quote"):
        quote, _ = formatted(parameters["quote"], parameters.get("quote_parse_mode"), parameters.get("quote_entities"))
        if quote not in str(message.wire.get("text", message.wire.get("caption", ""))):
            raise bad_request("QUOTE_TEXT_INVALID")
    return message


def check_right(chat: Chat, bot: Bot, right: str, complaint: str) -> None:
    """BotApiError with the complaint when a bot lacks an administrator's right."""
    if right not in rights_of(chat, bot.id):
        raise bad_request(complaint)
