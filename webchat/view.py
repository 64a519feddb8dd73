"""How messages and keyboards look to somebody."""

from collections import Counter
from itertools import islice

from webchat.clock import iso
from webchat.hearing import SERVICE
from webchat.hub import Hub
from webchat.records import Chat, Message, Wire
from webchat.wire import MEDIA, answered, file_id_of


def visible(message: Message, person: int) -> bool:
    """Whether somebody sees a message; ephemeral ones have a single reader."""
    return message.only_for in (0, person)


def user_view(user: Wire) -> Wire:
    """Who a message is from."""
    return {"id": user["id"], "name": user["first_name"], "is_bot": user["is_bot"]}


def buttons(message: Message) -> list[list[Wire]]:
    """The inline buttons as rows of label and what they do."""
    rows = message.wire.get("reply_markup", {}).get("inline_keyboard", [])
    return [[_button(button) for button in row] for row in rows]


def _button(button: Wire) -> Wire:
    seen: Wire = {"label": button["text"]}
    if "callback_data" in button:
        seen["data"] = button["callback_data"]
    if "url" in button:
        seen["url"] = button["url"]
    if "copy_text" in button:
        seen["copy"] = button["copy_text"]["text"]
    if "style" in button:
        seen["style"] = button["style"]
    return seen


def message_view(hub: Hub, message: Message, person: int) -> Wire:
    """A message as somebody sees it, for the page and for tests."""
    wire = message.wire
    seen: Wire = {"id": message.id, "version": message.version}
    if message.deleted:
        return seen | {"deleted": True}
    seen |= {
        "from": user_view(wire["from"]),
        "date": iso(wire["date"]),
        "text": wire.get("text", wire.get("caption", "")),
        "entities": wire.get("entities", wire.get("caption_entities", [])),
        "buttons": buttons(message),
        "edited": message.edits,
    }
    if message.keyboard:
        seen["keyboard"] = keyboard_rows(message.keyboard)
        seen["force_reply"] = bool(message.keyboard.get("force_reply"))
    if message.topic:
        name = hub.world.chats[message.chat].topics[str(message.topic)]["name"]
        seen["topic"] = {"id": message.topic, "name": name}
    replied = answered(wire)
    if replied:
        line = line_of(replied)
        seen["reply_to"] = {"id": replied["message_id"], "name": replied["from"]["first_name"], **line}
    origin = wire.get("forward_origin")
    if origin:
        seen["forwarded_from"] = origin["sender_user"]["first_name"]
    if SERVICE & wire.keys():
        seen["service"] = service_view(wire)
    for name in ("media_group_id", "location", "contact", "venue"):
        if name in wire:
            seen[name] = wire[name]
    if message.once:
        seen["once"] = message.once
    if message.only_for:
        seen["only_for"] = message.only_for
    if message.reacted:
        seen["reactions"] = _reactions(message, person)
    return seen | _media(hub, message)


def _reactions(message: Message, person: int) -> list[Wire]:
    mine = message.reacted.get(str(person))
    counted = Counter(message.reacted.values()).items()
    return [{"emoji": emoji, "count": count, "mine": emoji == mine} for emoji, count in counted]


def _media(hub: Hub, message: Message) -> Wire:
    id_ = file_id_of(message.wire)
    file = hub.store.file(id=id_) if id_ else None
    if file is None:
        return {}
    held: Wire = {"url": f"/media/{file.id}", "name": file.name, "size": file.size}
    for bot in islice(hub.world.chats[message.chat].bots, 1):
        held["file_id"] = f"{bot}-{file.id}"
    if file.width:
        held |= {"width": file.width, "height": file.height}
    if file.duration:
        held["duration"] = file.duration
    return {file.kind: held, "file": held | {"kind": file.kind}}


def service_view(wire: Wire) -> Wire:
    """What happened in a chat, as kind and names; the page makes a sentence of it."""
    seen: Wire = {"kind": next(name for name in SERVICE if name in wire), "actor": wire["from"]["first_name"]}
    if "new_chat_members" in wire:
        seen["users"] = [user["first_name"] for user in wire["new_chat_members"]]
    if "left_chat_member" in wire:
        seen["users"] = [wire["left_chat_member"]["first_name"]]
    if "pinned_message" in wire:
        seen["line"] = line_of(wire["pinned_message"])
    if "new_chat_title" in wire:
        seen["title"] = wire["new_chat_title"]
    for topic in ("forum_topic_created", "forum_topic_edited"):
        if topic in wire:
            seen["title"] = wire[topic].get("name", "")
    return seen


def line_of(wire: Wire) -> Wire:
    """A message in one line, as lists and quotations show it: what kind it is and its words."""
    for kind in (*MEDIA, "venue", "location", "contact"):
        if kind in wire:
            return {"kind": kind, "text": str(wire.get("caption", ""))}
    return {"kind": "text", "text": str(wire.get("text", "")).replace("\n", " ")}


def keyboard_rows(keyboard: Wire) -> list[list[str]]:
    """A reply keyboard's labels."""
    return [[button["text"] for button in row] for row in keyboard.get("keyboard", [])]


def keyboard_of(chat: Chat, person: int) -> Wire:
    """The reply keyboard somebody has in a chat; empty when there is none."""
    if chat.keyboard_for and person not in chat.keyboard_for:
        return {}
    return chat.keyboard
