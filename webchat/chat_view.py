"""How chats look to somebody: a line in their list, and what surrounds the messages."""

from webchat.clock import iso
from webchat.entities import cut
from webchat.hearing import SERVICE
from webchat.hub import Hub
from webchat.profile import commands_for
from webchat.records import Bot, Chat, Message, Person, Wire
from webchat.standing import rights_of
from webchat.view import keyboard_of, keyboard_rows, line_of, service_view, visible
from webchat.wire import answered

SHOWN_UNREAD = 99


def chat_name(hub: Hub, chat: Chat) -> str:
    """A chat's title: the group's, or the bot's name."""
    if chat.kind != "private":
        return chat.title
    return hub.world.bots[int(next(iter(chat.bots)))].name


def chat_id_for(hub: Hub, chat: Chat) -> int:
    """The id the control API gives a chat: a private chat with any but the first bot goes by the bot's id."""
    if chat.kind != "private":
        return chat.id
    bot = int(next(iter(chat.bots)))
    return chat.id if bot == next(iter(hub.world.bots)) else bot


def chat_view(hub: Hub, chat: Chat, person: Person) -> Wire:
    """A line of somebody's list of chats; more than `SHOWN_UNREAD` are not counted."""
    read = chat.read.get(str(person.id), 0)
    unread = 0
    mentioned = False
    last: Message | None = None
    for message in hub.world.newest_first(chat):
        if not visible(message, person.id):
            continue
        last = last or message
        if message.id <= read or unread > SHOWN_UNREAD:
            break
        if message.wire["from"]["id"] != person.id and not SERVICE & message.wire.keys():
            unread += 1
            mentioned = mentioned or mentions(message.wire, person)
    seen: Wire = {
        "id": chat_id_for(hub, chat),
        "title": chat_name(hub, chat),
        "kind": chat.kind,
        "unread": unread,
        "mentioned": mentioned,
        "version": chat.version,
        "started": chat.started,
        "blocked": chat.blocked,
        "last": None,
        "members": len(chat.members),
    }
    if last:
        seen |= {"last": _last(chat, last.wire), "date": iso(last.wire["date"])}
    return seen


def _last(chat: Chat, wire: Wire) -> Wire:
    if SERVICE & wire.keys():
        return {"service": service_view(wire)}
    return line_of(wire) | ({"name": wire["from"]["first_name"]} if chat.kind != "private" else {})


def mentions(wire: Wire, person: Person) -> bool:
    """Whether a message names somebody or answers them."""
    if answered(wire).get("from", {}).get("id") == person.id:
        return True
    text = str(wire.get("text", wire.get("caption", "")))
    marked = wire.get("entities") or wire.get("caption_entities") or []
    return any(_names(text, entity, person) for entity in marked)


def _names(text: str, entity: Wire, person: Person) -> bool:
    if entity["type"] == "text_mention":
        return bool(entity["user"]["id"] == person.id)
    named = f"@{person.username.lower()}" if person.username else ""
    return entity["type"] == "mention" and cut(text, entity).lower() == named


def chat_detail(hub: Hub, chat: Chat, person: Person) -> Wire:
    """What surrounds the messages: title, keyboard, pinned message, commands."""
    keyboard = keyboard_of(chat, person.id)
    pinned = hub.world.find(chat, chat.pinned[-1]) if chat.pinned else None
    seen: Wire = {
        "id": chat_id_for(hub, chat),
        "title": chat_name(hub, chat),
        "kind": chat.kind,
        "version": chat.version,
        "started": chat.started,
        "blocked": chat.blocked,
        "keyboard": keyboard_rows(keyboard),
        "keyboard_buttons": keyboard.get("keyboard", []),
        "one_time": bool(keyboard.get("one_time_keyboard")),
        "placeholder": keyboard.get("input_field_placeholder", ""),
        "pinned": {"id": pinned.id, **line_of(pinned.wire)} if pinned else None,
        "doing": hub.doing(chat),
        "bots": [_bot_view(hub.world.bots[int(id_)], chat, person) for id_ in chat.bots],
    }
    if chat.kind != "private":
        known = hub.world.people
        seen["members"] = [{"id": id_, "name": known[id_].name} for id_ in chat.members if id_ in known]
    return seen


def _bot_view(bot: Bot, chat: Chat, person: Person) -> Wire:
    admin = bool(rights_of(chat, person.id))
    commands = commands_for(bot, person=person.id, chat=chat.id, admin=admin, language=person.language)
    return {
        "id": bot.id,
        "name": bot.name,
        "username": bot.username,
        "status": chat.bots[str(bot.id)],
        "description": bot.descriptions.get(person.language[:2]) or bot.descriptions.get("", ""),
        "commands": commands,
    }
