"""What people do in their chats: say, send, edit, come and go."""

import re
import secrets

from webchat import deep_links, files, voice, wire
from webchat.entities import said
from webchat.errors import BotApiError, Refused
from webchat.hearing import PRESENT
from webchat.hub import Hub
from webchat.params import CAPTION_LIMIT, TEXT_LIMIT
from webchat.posting import Place, post
from webchat.records import Bot, Chat, Message, Person, Upload, Wire
from webchat.standing import may_write_in, status_of

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
VOICES = {"audio/ogg": "ogg", "audio/webm": "webm", "audio/mp4": "m4a"}
PERMISSIONS = {
    "photo": "can_send_photos",
    "voice": "can_send_voice_notes",
    "video": "can_send_videos",
    "document": "can_send_documents",
    "sticker": "can_send_other_messages",
}
"""What a restricted member needs for more than words."""
PHONE = re.compile(r"\+?[0-9 ()-]{3,20}")


def check_takes_part(person: Person, chat: Chat) -> None:
    """Refused where a person can do nothing more in a chat."""
    if chat.blocked:
        raise Refused(f"person {person.id} has blocked this bot; unblock it first", code="blocked")
    if person.deactivated:
        raise Refused(f"person {person.id} has left for good")


def speak(hub: Hub, person: Person, place: Place, content: Wire) -> Message:
    """A person's message of any content; Refused where the chat does not take it."""
    chat = place.chat
    check_takes_part(person, chat)
    if not may_write_in(chat, person.id, place.topic):
        raise Refused(f"topic {place.topic} is closed")
    if status_of(chat, person.id, hub.clock.seconds()) == "restricted":
        needed = next((right for kind, right in PERMISSIONS.items() if kind in content), "can_send_messages")
        if not chat.restricted[str(person.id)][needed]:
            raise Refused(f"person {person.id} is restricted in chat {chat.id}: {needed} is needed")
    return post(hub, place, sender=wire.user(person), content=content)


def say(hub: Hub, person: Person, place: Place, text: str) -> Message:
    """A person says something."""
    plain, entities = said(text)
    check_words(plain)
    content: Wire = {"text": plain} | ({"entities": entities} if entities else {})
    return speak(hub, person, place, content)


def check_words(plain: str) -> None:
    """Refused where there are no words, or too many."""
    if not plain:
        raise Refused("text must not be empty")
    if len(plain) > TEXT_LIMIT:
        raise Refused(f"text must have at most {TEXT_LIMIT} characters", code="too_long")


def captioned(caption: str) -> Wire:
    """A person's caption as part of a Message."""
    plain, entities = said(caption)
    if len(plain) > CAPTION_LIMIT:
        raise Refused(f"caption must have at most {CAPTION_LIMIT} characters", code="too_long")
    content: Wire = {"caption": plain} if plain else {}
    return content | ({"caption_entities": entities} if entities else {})


def kept(hub: Hub, upload: Upload, kind: str, duration: int = 0) -> Wire:
    """A person's file as part of a Message; Refused when it cannot be sent as that."""
    if upload.name != files.plain_name(upload.name):
        raise Refused("name must be a plain file name of at most 60 characters, without folders")
    try:
        return wire.attachment(files.keep(hub.store, upload, kind, duration=duration))
    except BotApiError as error:
        raise Refused(f"this cannot be sent as a {kind}: {error.description}", code=f"no_{kind}") from None


def send_photos(hub: Hub, person: Person, place: Place, pictures: list[Upload], caption: str) -> list[Message]:
    """One photo, or several as an album whose first carries the caption."""
    album: Wire = {"media_group_id": str(secrets.randbits(60))} if len(pictures) > 1 else {}
    first = captioned(caption)
    contents = [kept(hub, picture, "photo") | album for picture in pictures]
    contents[0] |= first
    return [speak(hub, person, place, content) for content in contents]


def send_voice(hub: Hub, person: Person, place: Place, seconds: int, data: bytes | None, mime: str) -> Message:
    """A voice note: the one given, in a form that browsers record, or silence of that length."""
    if not 1 <= seconds <= 600:
        raise Refused("seconds must be 1 to 600")
    if mime not in VOICES:
        raise Refused(f"mime must be one of {', '.join(VOICES)}")
    upload = Upload(name=f"voice.{VOICES[mime]}", mime=mime, data=data or voice.silence(seconds))
    return speak(hub, person, place, kept(hub, upload, "voice", seconds))


def send_location(hub: Hub, person: Person, place: Place, latitude: float, longitude: float) -> Message:
    """A place on the map."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refused("latitude must be -90 to 90, longitude -180 to 180")
    return speak(hub, person, place, {"location": {"latitude": latitude, "longitude": longitude}})


def check_phone(phone: str) -> None:
    """Refused where it is no phone number."""
    if not PHONE.fullmatch(phone):
        raise Refused("phone must be a phone number")


def send_contact(hub: Hub, person: Person, place: Place, phone: str, name: str) -> Message:
    """A phone number: one's own unless another name is given."""
    check_phone(phone)
    contact: Wire = {"phone_number": phone, "first_name": name or person.name}
    if not name:
        contact["user_id"] = person.id
    return speak(hub, person, place, {"contact": contact})


def edit(hub: Hub, person: Person, chat: Chat, message: Message, text: str) -> Message:
    """A person changes what they said."""
    if message.wire["from"]["id"] != person.id:
        raise Refused("only one's own messages can be edited")
    if "text" in message.wire:
        plain, entities = said(text)
        check_words(plain)
        new: Wire = {"text": plain, "entities": entities}
    elif wire.file_id_of(message.wire):
        new = {"caption": "", "caption_entities": []} | captioned(text)
    else:
        raise Refused("this message has no text to edit")
    changed = message.wire | new | {"edit_date": hub.clock.seconds()}
    message.wire = {name: value for name, value in changed.items() if value not in ("", [])}
    message.edits += 1
    hub.world.save_message(chat, message)
    hub.publish(chat, message, "edited_message")
    return message


def block(hub: Hub, person: Person, bot: Bot, *, blocked: bool) -> None:
    """A person blocks a bot or takes the block away."""
    chat = hub.world.direct(bot, person.id)
    if chat.blocked == blocked:
        return
    with hub.changing(chat, wire.bot_user(bot), wire.user(person)):
        chat.blocked = blocked


def follow(hub: Hub, person: Person, link: str, default: Bot) -> tuple[Chat, Message]:
    """Open a deep link: start in the private chat, or ``startgroup`` in a shared group."""
    bot, payload, for_group = read_link(hub, link, default)
    if payload and not PAYLOAD.fullmatch(payload):
        raise Refused("a start payload has 1 to 64 characters of A-Z a-z 0-9 _ -")
    chat = hub.world.direct(bot, person.id)
    command = "/start"
    if for_group:
        groups = [one for one in hub.world.chats_of(person.id) if one.bots.get(str(bot.id)) in PRESENT]
        shared = [one for one in groups if one.kind != "private"]
        if not shared:
            raise Refused(f"person {person.id} shares no group with @{bot.username}")
        chat, command = shared[0], f"/start@{bot.username}"
    return chat, say(hub, person, Place(chat=chat), f"{command} {payload}".strip())


def read_link(hub: Hub, link: str, default: Bot) -> tuple[Bot, str, bool]:
    """The bot and payload of a t.me link or bare payload, and whether it means a group."""
    if PAYLOAD.fullmatch(link):
        return default, link, False
    deep = deep_links.read(link)
    if deep is None:
        raise Refused("link must be https://t.me/<bot>?start=… or a bare payload")
    bot = hub.world.bot_named(deep.username)
    if bot is None:
        raise Refused(f"there is no bot @{deep.username}")
    return bot, deep.payload, deep.for_group
