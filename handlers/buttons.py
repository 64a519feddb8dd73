"""Buttons and keyboards: typed, checked when they are made, authorised again when they are pressed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.texts import Texts
from storage.records import Json

MAX_DATA = 64
Label = str | Mapping[str, str]


class OutOfRange(Exception):
    """Callback data that Telegram would not take: a defect of ours."""


@dataclass(frozen=True, kw_only=True)
class Press:
    """What a pressed button asks for: an action of the registry, its subject, and one word more."""

    action: str
    subject: int = 0
    word: str = ""

    @property
    def data(self) -> str:
        """As callback data, at most 64 bytes."""
        data = f"{self.action}:{self.subject}:{self.word}"
        if len(data.encode()) > MAX_DATA:
            raise OutOfRange(data)
        return data

    @classmethod
    def parse(cls, data: str) -> "Press | None":
        """Read callback data; None for what was never ours."""
        parts = data.split(":", 2)
        if len(parts) != 3 or not parts[1].isascii() or not parts[1].isdigit() or len(parts[1]) > 15:
            return None
        return cls(action=parts[0], subject=int(parts[1]), word=parts[2])


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button under a message: it presses, or it leads into private chat with a start payload."""

    label: Label
    press: Press | None = None
    start: str = ""
    values: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        """As the outbox keeps it."""
        kept: Json = {"l": self.label, "v": self.values}
        return kept | ({"d": self.press.data} if self.press else {"s": self.start})


Rows = list[list[Button]]


def button(label: Label, action: str, subject: int = 0, word: str = "", **values: object) -> Button:
    """A button that presses `action`."""
    return Button(label=label, press=Press(action=action, subject=subject, word=word), values=values)


def rows_json(rows: Rows) -> list[list[Json]]:
    """Rows of buttons as the outbox keeps them."""
    return [[b.as_json() for b in row] for row in rows if row]


def inline(texts: Texts, language: str, rows: list[list[Json]], *, bot: str) -> Json:
    """Telegram's inline keyboard; `bot` is the bot's user name, for deep links."""

    def one(kept: Json) -> Json:
        label = texts.label(language, kept["l"], **kept["v"])
        if "d" in kept:
            return {"text": label, "callback_data": kept["d"]}
        return {"text": label, "url": f"https://t.me/{bot}?start={kept['s']}"}

    return {"inline_keyboard": [[one(b) for b in row] for row in rows]}


def menu(texts: Texts, language: str, rows: list[list[Any]]) -> Json:
    """Telegram's reply keyboard; a label of `{"contact": label}` asks for the phone number; no rows take it away."""

    def one(label: Any) -> Json:
        if isinstance(label, Mapping) and "contact" in label:
            return {"text": texts.label(language, label["contact"]), "request_contact": True}
        if isinstance(label, Mapping) and "location" in label:
            return {"text": texts.label(language, label["location"]), "request_location": True}
        return {"text": texts.label(language, label)}

    if not rows:
        return {"remove_keyboard": True}
    return {
        "keyboard": [[one(b) for b in row] for row in rows],
        "resize_keyboard": True,
        "is_persistent": True,
    }
