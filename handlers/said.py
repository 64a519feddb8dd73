"""What somebody said, whatever it came as: words, a photo, a voice message, a place, a pressed button."""

from dataclasses import dataclass
from enum import StrEnum

from telegram import Message, Update

from handlers.buttons import Press

_TURNING = dict.fromkeys([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


class Kind(StrEnum):
    """What a message is made of."""

    TEXT = "text"
    PHOTO = "photo"
    DOCUMENT = "document"  # an image sent as a file
    VIDEO = "video"
    VOICE = "voice"
    LOCATION = "location"
    CONTACT = "contact"
    PRESS = "press"
    OTHER = "other"  # stickers, files, games …


@dataclass(frozen=True, kw_only=True)
class Said:
    """One input to a conversation."""

    kind: Kind
    text: str = ""  # words or caption; the value of a pressed button
    file: str = ""  # file_id of what was sent
    album: str = ""  # media_group_id
    latitude: float = 0.0
    longitude: float = 0.0
    phone: str = ""


def hear(update: Update) -> Said:
    """What an update says."""
    if update.callback_query is not None:
        press = Press.parse(update.callback_query.data or "")
        return Said(kind=Kind.PRESS, text=press.word if press else "")
    message = update.effective_message
    return hear_message(message) if message is not None else Said(kind=Kind.OTHER)


def hear_message(message: Message) -> Said:
    """What a message says."""
    # What turns the reading direction would turn the rest of the card as well.
    words, album = (message.text or message.caption or "").translate(_TURNING), message.media_group_id or ""
    if message.photo:
        return Said(kind=Kind.PHOTO, text=words, file=message.photo[-1].file_id, album=album)
    document = message.document
    if document is not None and (document.mime_type or "").startswith("image/"):
        return Said(kind=Kind.PHOTO, text=words, file=document.file_id, album=album)
    for kind, media in (
        (Kind.VIDEO, message.video or message.video_note),
        (Kind.VOICE, message.voice or message.audio),
    ):
        if media is not None:
            return Said(kind=kind, text=words, file=media.file_id, album=album)
    if message.location is not None:
        return Said(kind=Kind.LOCATION, latitude=message.location.latitude, longitude=message.location.longitude)
    if message.contact is not None:
        own = message.from_user is not None and message.contact.user_id == message.from_user.id
        return Said(kind=Kind.CONTACT, phone=message.contact.phone_number if own else "")
    return Said(kind=Kind.TEXT if message.text else Kind.OTHER, text=words)
