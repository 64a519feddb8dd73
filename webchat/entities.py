"""What in a text is a command, a mention, a link; and trimming that keeps entities in place."""

import re
from itertools import accumulate

from webchat.errors import bad_request
from webchat.markup import parse_html, sorted_entities, utf16
from webchat.nesting import nested
from webchat.records import Wire

ENDINGS = "com|cn|org|net|edu|gov|io|me|info|app|dev|top|xyz|hk|tw|mo|uk|de|jp|site|online|shop|club|wiki"
STOP = r"\s<>\"'，。！？；、）》"
FOUND = (
    ("url", re.compile(rf"(?<![\w@])(?:https?://[^{STOP}]+|t\.me/[^{STOP}]+)", re.I)),
    ("email", re.compile(r"(?<![\w.%+-])[A-Za-z0-9_.%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}(?![\w-])")),
    ("url", re.compile(rf"(?<![\w@.-])(?:[A-Za-z0-9-]+\.)+(?:{ENDINGS})(?![\w@-])(?:[/?#][^{STOP}]*)?", re.I)),
    ("bot_command", re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d_]\w*")),
    ("cashtag", re.compile(r"(?<![\w$])\$(?:1INCH|[A-Z]{1,8})(?![\w$])")),
    ("phone_number", re.compile(r"(?<![\w+])(?:\+\d{8,15}|1[3-9]\d{9})(?!\w)")),
)
"""In this order; the endings of bare addresses are those common here, Telegram's list is much longer."""
NEEDED = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
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


SOURCE_LIMIT = 1 << 15  # bytes of a text with its markup


def found_in(text: str, given: list[Wire]) -> list[Wire]:
    """Entities Telegram finds by itself, where nothing else was marked by hand; in a time that grows with the text."""
    units = list(accumulate((2 if letter > "\uffff" else 1 for letter in text), initial=0))
    taken = bytearray(units[-1])
    for one in given:
        if one["type"] in BLOCKING:
            taken[one["offset"] : one["offset"] + one["length"]] = b"\1" * one["length"]
    found: list[Wire] = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            begin, end = units[match.start()], units[match.end()]
            if not any(taken[begin:end]):
                taken[begin:end] = b"\1" * (end - begin)
                found.append({"type": kind, "offset": begin, "length": end - begin})
    return found


BLOCKING = frozenset(("code", "pre", "text_link", "text_mention", "custom_emoji", "url"))
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e]")
DROPPED = re.compile("[\r\u2028-\u202e]")  # the others become spaces


def plain(text: str) -> str:
    """Words without control characters but for the ends of lines."""
    return CONTROL.sub(" ", DROPPED.sub("", text))


def cleaned(text: str, entities: list[Wire]) -> tuple[str, list[Wire]]:
    """The same for a text with entities, which are moved."""
    if not DROPPED.search(text):
        return plain(text), entities
    kept = list(accumulate((0 if DROPPED.match(one) else 1 for one in text for _ in range(utf16(one))), initial=0))
    moved = [
        one | {"offset": kept[one["offset"]], "length": kept[one["offset"] + one["length"]] - kept[one["offset"]]}
        for one in entities
    ]
    return plain(text), moved


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
        needed = NEEDED.get(entity["type"])
        if needed and not entity.get(needed):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{needed}\"")
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        if 0 <= begin < end <= total:
            kept.append(entity)
    return kept


def formatted(text: str, parse_mode: str | None, given: list[Wire] | None) -> tuple[str, list[Wire]]:
    """A bot's text as Telegram shows it: markup parsed, trimmed, links and commands found."""
    if len(text.encode()) > SOURCE_LIMIT:  # before anything is parsed
        raise bad_request("text is too long")
    if parse_mode and parse_mode.lower() == "html":
        shown, entities = parse_html(text)
    elif parse_mode:
        raise bad_request("can't parse entities: unsupported parse_mode")
    else:
        shown, entities = text, checked(given or [], text)
    shown, entities = trimmed(*cleaned(shown, nested(entities)))
    return shown, sorted_entities([*entities, *found_in(shown, entities)])


def said(text: str) -> tuple[str, list[Wire]]:
    """A person's text: nothing is markup, only what Telegram finds by itself."""
    shown = plain(text).strip()
    return shown, sorted_entities(found_in(shown, []))


def cut(text: str, entity: Wire) -> str:
    """The part of a text an entity covers."""
    raw = text.encode("utf-16-le")
    begin = entity["offset"] * 2
    return raw[begin : begin + entity["length"] * 2].decode("utf-16-le", "replace")
