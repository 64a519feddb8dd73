"""What in a text is a command, a mention, a link; and trimming that keeps entities in place."""

import re

from webchat.errors import bad_request
from webchat.markup import parse_html, sorted_entities, utf16
from webchat.records import Wire

FOUND = (
    (
        "url",
        re.compile(r"(?<![\w@])(?:https?://[^\s<>\"'，。！？；、）》]+|t\.me/[^\s<>\"'，。！？；、）》]+)", re.I),
    ),
    ("bot_command", re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d_]\w*")),
    ("phone_number", re.compile(r"(?<![\w+])(?:\+\d{8,15}|1[3-9]\d{9})(?!\w)")),
)
KNOWN = frozenset(
    (
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    )
)


def found_in(text: str, given: list[Wire]) -> list[Wire]:
    """Entities Telegram finds by itself, where nothing else was marked by hand."""
    taken = [(one["offset"], one["offset"] + one["length"]) for one in given if one["type"] in BLOCKING]
    found: list[Wire] = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            begin = utf16(text[: match.start()])
            end = begin + utf16(match.group())
            if all(end <= other_begin or begin >= other_end for other_begin, other_end in taken):
                taken.append((begin, end))
                found.append({"type": kind, "offset": begin, "length": end - begin})
    return found


BLOCKING = frozenset(("code", "pre", "text_link", "text_mention", "custom_emoji", "url"))


def trimmed(text: str, entities: list[Wire]) -> tuple[str, list[Wire]]:
    """The text without white space around it, entities moved and cut to fit."""
    stripped = text.strip()
    lead = utf16(text[: len(text) - len(text.lstrip())])
    total = utf16(stripped)
    kept: list[Wire] = []
    for entity in entities:
        begin = max(0, entity["offset"] - lead)
        end = min(total, entity["offset"] + entity["length"] - lead)
        if end > begin:
            kept.append(entity | {"offset": begin, "length": end - begin})
    return stripped, kept


def checked(entities: list[Wire], text: str) -> list[Wire]:
    """Entities given by the bot itself; BotApiError when one is of no known type."""
    total = utf16(text)
    kept: list[Wire] = []
    for entity in entities:
        if entity["type"] not in KNOWN:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        if 0 <= begin < end <= total:
            kept.append(entity)
    return kept


def formatted(text: str, parse_mode: str | None, given: list[Wire] | None) -> tuple[str, list[Wire]]:
    """A bot's text as Telegram shows it: markup parsed, trimmed, links and commands found."""
    if parse_mode and parse_mode.lower() == "html":
        plain, entities = parse_html(text)
    elif parse_mode:
        raise bad_request("can't parse entities: unsupported parse_mode")
    else:
        plain, entities = text, checked(given or [], text)
    plain, entities = trimmed(plain, entities)
    return plain, sorted_entities([*entities, *found_in(plain, entities)])


def said(text: str) -> tuple[str, list[Wire]]:
    """A person's text: nothing is markup, only what Telegram finds by itself."""
    plain = text.strip()
    return plain, sorted_entities(found_in(plain, []))


def cut(text: str, entity: Wire) -> str:
    """The part of a text an entity covers."""
    raw = text.encode("utf-16-le")
    begin = entity["offset"] * 2
    return raw[begin : begin + entity["length"] * 2].decode("utf-16-le", "replace")
