"""Telegram's HTML read into plain text and entities, with Telegram's own error texts.

The rules are those of the published Bot API, "HTML style"; offsets and lengths count UTF-16 code units.
"""

import html
import re
from dataclasses import dataclass

from webchat.errors import BotApiError, bad_request
from webchat.records import Wire

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
ORDER = ("text_link", "text_mention", "blockquote", "expandable_blockquote", "pre", "code")
TAG_NAME = re.compile(r"[^\s>]*")
ATTRIBUTE = re.compile(r"""\s*([^\s=>"'/]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


@dataclass(kw_only=True)
class _Open:
    """A start tag that waits for its end tag."""

    tag: str
    entity: Wire
    begin: int  # in code points of the text so far
    offset: int  # UTF-16


def utf16(text: str) -> int:
    """A text's length in UTF-16 code units."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


def _wrong(text: str) -> BotApiError:
    return bad_request(f"can't parse entities: {text}")


class _Reader:
    """Walks over the source once; ``text`` and ``entities`` grow as it goes."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.length = 0
        self.entities: list[Wire] = []
        self.open: list[_Open] = []

    def bytes_to(self, position: int) -> int:
        return len(self.source[:position].encode())

    def take(self, piece: str) -> None:
        self.text.append(piece)
        self.length += utf16(piece)

    def read(self) -> tuple[str, list[Wire]]:
        while self.at < len(self.source):
            letter = self.source[self.at]
            if letter == "<":
                if self.source.startswith("</", self.at):
                    self.end_tag()
                else:
                    self.start_tag()
            elif letter == "&":
                self.reference()
            else:
                stop = re.compile("[<&]").search(self.source, self.at)
                until = stop.start() if stop else len(self.source)
                self.take(self.source[self.at : until])
                self.at = until
        if self.open:
            raise _wrong(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.text), self.entities

    def reference(self) -> None:
        found = REFERENCE.match(self.source, self.at)
        if found is None:
            self.take("&")
            self.at += 1
            return
        name, decimal, hexadecimal = found.groups()
        self.take(NAMED[name] if name else _letter(int(decimal or hexadecimal, 10 if decimal else 16)))
        self.at = found.end()

    def start_tag(self) -> None:
        begin = self.at
        name_match = TAG_NAME.match(self.source, begin + 1)
        name = name_match.group().lower() if name_match else ""
        self.at = begin + 1 + len(name)
        if self.at >= len(self.source):
            raise _wrong(f"Unclosed start tag at byte offset {self.bytes_to(begin)}")
        if name not in KINDS:
            raise _wrong(f'Unsupported start tag "{name}" at byte offset {self.bytes_to(begin)}')
        attributes = self.attributes(begin)
        entity: Wire = {"type": KINDS[name]}
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {self.bytes_to(begin)}')
        if name == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        if name == "a":
            entity["url"] = attributes.get("href", "")
        if name == "tg-emoji":
            entity["custom_emoji_id"] = attributes.get("emoji-id", "")
        if name == "code" and attributes.get("class", "").startswith("language-"):
            entity["language"] = attributes["class"].removeprefix("language-")
        self.open.append(_Open(tag=name, entity=entity, begin=len(self.text), offset=self.length))

    def attributes(self, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            while self.at < len(self.source) and self.source[self.at].isspace():
                self.at += 1
            if self.at >= len(self.source):
                raise _wrong(f"Unclosed start tag at byte offset {self.bytes_to(begin)}")
            if self.source[self.at] == ">":
                self.at += 1
                return found
            match = ATTRIBUTE.match(self.source, self.at)
            if match is None:
                raise _wrong(f"Empty attribute name in the tag at byte offset {self.bytes_to(begin)}")
            name, *values = match.groups()
            found[name.lower()] = html.unescape(next((value for value in values if value is not None), ""))
            self.at = match.end()

    def end_tag(self) -> None:
        begin = self.at
        close = self.source.find(">", self.at)
        if close < 0:
            raise _wrong(f"Unclosed end tag at byte offset {self.bytes_to(begin)}")
        name = self.source[self.at + 2 : close].strip().lower()
        if not self.open:
            raise _wrong(f"Unexpected end tag at byte offset {self.bytes_to(begin)}")
        opened = self.open.pop()
        if name and name != opened.tag:
            where = self.bytes_to(begin)
            raise _wrong(f'Unmatched end tag at byte offset {where}, expected "</{opened.tag}>", found "</{name}>"')
        self.at = close + 1
        length = self.length - opened.offset
        if length:
            self.close(opened, length)

    def close(self, opened: _Open, length: int) -> None:
        entity = {"type": opened.entity["type"], "offset": opened.offset, "length": length}
        entity |= {name: value for name, value in opened.entity.items() if name != "type" and value}
        if opened.tag == "a" and not opened.entity["url"]:
            entity["url"] = "".join(self.text[opened.begin :])
        last = self.entities[-1] if self.entities else {}
        if opened.tag == "pre" and last.get("type") == "code" and _same_span(last, entity):
            self.entities.pop()
            if "language" in last:
                entity["language"] = last["language"]
        if opened.tag == "code":
            # A language only means something within <pre>; it is taken over there, or dropped at the end.
            entity |= {name: value for name, value in opened.entity.items() if name == "language"}
        self.entities.append(entity)


def _letter(number: int) -> str:
    valid = 0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return chr(number) if valid else ""


def _same_span(one: Wire, other: Wire) -> bool:
    return bool(one["offset"] == other["offset"] and one["length"] == other["length"])


def sorted_entities(entities: list[Wire]) -> list[Wire]:
    """Entities as Telegram orders them: by offset, the longer first."""

    def place(entity: Wire) -> tuple[int, int, int]:
        kind = str(entity["type"])
        return entity["offset"], -entity["length"], ORDER.index(kind) if kind in ORDER else len(ORDER)

    return sorted(entities, key=place)


def parse_html(source: str) -> tuple[str, list[Wire]]:
    """Text and entities of a message in HTML style; BotApiError where Telegram would refuse it."""
    text, entities = _Reader(source).read()
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return text, sorted_entities(entities)
