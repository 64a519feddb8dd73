"""The Bot API's send… methods."""

import secrets
from collections.abc import Callable

from webchat import files, keyboards, targets, wire
from webchat.entities import formatted
from webchat.errors import bad_request
from webchat.hub import Hub
from webchat.params import CAPTION_LIMIT, TEXT_LIMIT, Call
from webchat.posting import post
from webchat.records import Bot, Chat, Message, StoredFile, Upload, Wire

ACTIONS = frozenset(
    (
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    )
)
GROUPED = ({"photo", "video"}, {"document"}, {"audio"})


def text_of(hub: Hub, call: Call) -> Wire:
    """The ``text`` parameter as a Message's text and entities; BotApiError when empty or too long."""
    raw = call.text("text")
    if not raw:
        raise bad_request("message text is empty")
    text, entities = formatted(raw, call.get("parse_mode"), call.get("entities"))
    if not text:
        raise bad_request("text must be non-empty")
    if len(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    entities = people_mentioned(hub, entities)
    return {"text": text} | ({"entities": entities} if entities else {})


def people_mentioned(hub: Hub, entities: list[Wire]) -> list[Wire]:
    """Mentions of people there are, given as such or as links to tg://user?id=…; of others nothing is left."""
    kept: list[Wire] = []
    for entity in entities:
        url = str(entity.get("url", ""))
        if entity["type"] == "text_mention":
            number = str(entity["user"]["id"])
        elif url.startswith("tg://user?id="):
            number = url.removeprefix("tg://user?id=")
        else:
            kept.append(entity)
            continue
        user = hub.world.user(int(number)) if number.isascii() and number.isdigit() and len(number) < 20 else None
        if user:
            span = {"offset": entity["offset"], "length": entity["length"]}
            kept.append({"type": "text_mention", **span, "user": user})
    return kept


def caption_of(hub: Hub, given: Wire) -> Wire:
    """A caption and its entities; nothing for an empty one."""
    entities = given.get("caption_entities")
    text, entities = formatted(str(given.get("caption", "")), given.get("parse_mode"), entities)
    if len(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    content: Wire = {"caption": text} if text else {}
    if entities:
        content["caption_entities"] = people_mentioned(hub, entities)
    if given.get("show_caption_above_media"):
        content["show_caption_above_media"] = True
    if given.get("has_spoiler"):
        content["has_media_spoiler"] = True
    return content


def file_of(hub: Hub, bot: Bot, call: Call, value: Upload | str, kind: str, duration: int = 0) -> StoredFile:
    """The file a call names by id, or brings along."""
    if isinstance(value, str) and value.startswith("attach://"):
        upload = call.uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad_request("can't find the file attached under that name")
        value = upload
    if isinstance(value, Upload):
        return files.keep(hub.store, value, kind, duration=duration)
    return files.known(hub.store, bot.id, value, kind)


def deliver(hub: Hub, bot: Bot, call: Call, content: Wire) -> Message:
    """Post content as the bot, with the reply, keyboard and privacy that the call asks for."""
    place = targets.place_of(hub, bot, call)
    chat = place.chat
    markup = call.get("reply_markup")
    inline = keyboards.inline(markup)
    keyboard = keyboards.reply(markup, private=chat.kind == "private")
    if inline:
        content = content | {"reply_markup": inline}
    if call.get("protect_content"):
        content = content | {"has_protected_content": True}
    only_for, ephemeral = _ephemeral(hub, chat, call)
    return post(
        hub,
        place,
        sender=wire.bot_user(bot),
        content=content | ephemeral,
        bot=bot,
        keyboard=keyboard,
        only_for=only_for,
    )


def _ephemeral(hub: Hub, chat: Chat, call: Call) -> tuple[int, Wire]:
    given = call.get("ephemeral_message_parameters")
    if not given:
        return 0, {}
    receiver = int(given["receiver_user_id"])
    if chat.kind == "private" or receiver not in chat.members:
        raise bad_request("EPHEMERAL_RECEIVER_INVALID")
    user = hub.world.user(receiver)
    return receiver, {"receiver_user": user, "ephemeral_message_id": chat.last_id + 1}


def send_message(hub: Hub, bot: Bot, call: Call) -> object:
    """sendMessage."""
    targets.chat_of(hub, bot, call["chat_id"])
    content = text_of(hub, call)
    if call.get("link_preview_options"):
        content["link_preview_options"] = call["link_preview_options"]
    return deliver(hub, bot, call, content).wire


def send_file(kind: str) -> Callable[[Hub, Bot, Call], object]:
    """sendPhoto, sendDocument, …: all that send one file."""

    def send(hub: Hub, bot: Bot, call: Call) -> object:
        targets.chat_of(hub, bot, call["chat_id"])
        caption = caption_of(hub, call.values)
        file = file_of(hub, bot, call, call[kind], kind, call.get("duration", 0))
        return deliver(hub, bot, call, wire.attachment(file) | caption).wire

    return send


def send_media_group(hub: Hub, bot: Bot, call: Call) -> object:
    """sendMediaGroup: two to ten files as an album, one message each."""
    targets.chat_of(hub, bot, call["chat_id"])
    media = call["media"]
    if not any({item["type"] for item in media} <= allowed for allowed in GROUPED):
        raise bad_request("can't mix these kinds of files in one album")
    contents: list[Wire] = []
    for item in media:
        file = file_of(hub, bot, call, item["media"], item["type"], item.get("duration", 0))
        contents.append(wire.attachment(file) | caption_of(hub, item))
    album = {"media_group_id": str(secrets.randbits(60))}
    return [deliver(hub, bot, call, content | album).wire for content in contents]


def _place(call: Call) -> Wire:
    latitude, longitude = call["latitude"], call["longitude"]
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong latitude or longitude specified")
    return {"latitude": latitude, "longitude": longitude}


def send_location(hub: Hub, bot: Bot, call: Call) -> object:
    """sendLocation."""
    extras = ("horizontal_accuracy", "live_period", "heading", "proximity_alert_radius")
    location = _place(call) | {name: call[name] for name in extras if name in call}
    return deliver(hub, bot, call, {"location": location}).wire


def send_venue(hub: Hub, bot: Bot, call: Call) -> object:
    """sendVenue."""
    location = _place(call)
    venue = {"location": location, "title": call["title"], "address": call["address"]}
    return deliver(hub, bot, call, {"location": location, "venue": venue}).wire


def send_contact(hub: Hub, bot: Bot, call: Call) -> object:
    """sendContact."""
    names = ("phone_number", "first_name", "last_name", "vcard")
    contact = {name: call[name] for name in names if name in call}
    if not contact["phone_number"].strip():
        raise bad_request("phone number is empty")
    if not contact["first_name"].strip():
        raise bad_request("first name is empty")
    return deliver(hub, bot, call, {"contact": contact}).wire


def send_chat_action(hub: Hub, bot: Bot, call: Call) -> object:
    """sendChatAction."""
    chat = targets.place_of(hub, bot, call).chat
    if call["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    hub.does(bot, chat, call["action"])
    return True


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "sendMessage": send_message,
    **{
        f"send{kind.title()}": send_file(kind)
        for kind in ("photo", "document", "voice", "video", "audio", "animation", "sticker")
    },
    "sendMediaGroup": send_media_group,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendContact": send_contact,
    "sendChatAction": send_chat_action,
}
