"""A Bot API call's parameters: read from whatever form they came in, checked against the published table."""

import re
from typing import Any

import orjson

from webchat.errors import BotApiError, bad_request
from webchat.methods import FOREVER, LIMITS_TABLE, METHODS_TABLE, REACTIONS_TABLE, TYPES_TABLE, fields, limits
from webchat.records import Upload, Wire

METHODS = fields(METHODS_TABLE)
TYPES = fields(TYPES_TABLE)
LIMITS = limits(LIMITS_TABLE)
REACTIONS = frozenset(REACTIONS_TABLE.split())
TEXT_LIMIT = LIMITS["sendMessage.text"].most
CAPTION_LIMIT = LIMITS["sendPhoto.caption"].most
BY_LOWER_NAME = {name.lower(): name for name in METHODS}

MISSING = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "from_chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "user_id": "invalid user_id specified",
    "file_id": "invalid file_id",
    "action": "wrong parameter action in request",
    "latitude": "latitude is empty",
    "longitude": "longitude is empty",
    "invite_link": "invite link must be non-empty",
    "title": "title must be non-empty",
    "name": "title must be non-empty",
    "permissions": "can't parse permissions JSON object",
    "message_thread_id": "invalid forum topic identifier specified",
}
FILES = ("photo", "document", "voice", "video", "audio", "animation", "sticker")
JSON_NAMES = {"reply_markup": "reply keyboard markup", "reply_parameters": "reply parameters"}
LARGEST = 2**63
WORDS = {"int": "Number", "float": "Number", "str": "String", "bool": "Boolean", "chat": "String"}
WHOLE = re.compile(r"-?[0-9]{1,19}")
NUMBER = {"int": WHOLE, "chat": WHOLE, "float": re.compile(r"-?[0-9]{1,19}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?")}
BUTTON_NAMES = {"InlineKeyboardButton": "inline keyboard button", "KeyboardButton": "keyboard button"}


class Call:
    """One checked call: ``values`` holds what was given, typed; ``uploads`` the files beside it."""

    def __init__(self, method: str, given: dict[str, Any], uploads: dict[str, Upload]) -> None:
        self.method = method
        self.uploads = uploads
        self.values: dict[str, Any] = {}
        table = METHODS[method]
        for name, value in given.items():
            if name not in table:
                raise bad_request(f'unknown parameter "{name}" in {method}')
            if value is not None and not (value == "" and table[name][0] != "str"):
                self.values[name] = _typed(name, table[name][0], value)
        for name, (kind, _) in table.items():
            if kind == "file" and name in uploads:
                self.values[name] = uploads[name]
        for name, (_, required) in table.items():
            if required and name not in self.values:
                raise _missing(name, method)
            if self.values.get(name) or (required and name in self.values):  # else as if it had not been given
                _within(f"{method}.{name}", self.values[name])

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or the default where it was not given."""
        return self.values.get(name, default)

    def text(self, name: str) -> str:
        """A text parameter; empty where it was not given."""
        return str(self.values.get(name, ""))


def _missing(name: str, method: str) -> BotApiError:
    if name in FILES:
        return bad_request(f"there is no {name} in the request")
    if name == "chat_id" and method == "setWebhook":
        return bad_request("bad webhook")
    return bad_request(MISSING.get(name, f'parameter "{name}" is required'))


def _within(name: str, value: Any) -> None:
    limit = LIMITS.get(name)
    if limit is None or limit.unit == "parsed" or (name == "sendLocation.live_period" and value == FOREVER):
        return
    if limit.unit != "number":
        value = len(value.encode() if limit.unit == "bytes" else value)
    if not limit.least <= value <= limit.most:
        raise bad_request(limit.too_little if value < limit.least else limit.too_much)


def _typed(name: str, kind: str, value: object) -> object:
    """A top-level value, which may be text that holds JSON."""
    if kind in {"str", "file"}:
        if isinstance(value, str):
            return value
        raise bad_request(f'field "{name}" must be of type String')
    if isinstance(value, str) and kind not in WORDS:
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad_request(f"can't parse {JSON_NAMES.get(name, name)} JSON object") from None
    return _checked(name, kind, value)


def _checked(name: str, kind: str, value: Any) -> Any:
    if kind in WORDS:
        return _scalar(name, kind, value)
    if kind.startswith("["):
        if not isinstance(value, list):
            raise bad_request(f"expected an Array of {name}")
        return [_checked(name, kind[1:-1], item) for item in value]
    if kind.startswith("="):
        return value
    if not isinstance(value, dict):
        raise bad_request(f"object expected as {JSON_NAMES.get(name, name)}".removesuffix(" markup"))
    if kind == "object":
        return value
    chosen = _chosen(name, kind.split("|"), value)
    return _object(chosen, value)


def _chosen(name: str, kinds: list[str], value: Wire) -> str:
    """Which of several object types a value is: by its ``type`` word, or by the fields it must have."""
    for kind in kinds:
        table = TYPES[kind]
        word = table.get("type", ("", False))[0]
        if word.startswith("="):
            if value.get("type") == word[1:]:
                return kind
        elif all(field in value for field, (_, required) in table.items() if required):
            return kind
    if len(kinds) == 1:
        return kinds[0]
    if name == "reply_markup":
        raise bad_request("object expected as reply markup")
    raise bad_request(f"can't parse {name}: unsupported type specified")


def _object(kind: str, value: Wire) -> Wire:
    table = TYPES[kind]
    where = BUTTON_NAMES.get(kind, kind)
    for field, (_, required) in table.items():
        if required and field not in value:
            raise bad_request(f"can't parse {where}: Can't find field \"{field}\"")
    read: Wire = {}
    for field, item in value.items():
        if field not in table:
            raise bad_request(f'can\'t parse {where}: unknown field "{field}"')
        if item is not None:
            read[field] = _checked(field, table[field][0], item)
            _within(f"{kind}.{field}", read[field])
    return read


def _scalar(name: str, kind: str, value: object) -> object:
    wrong = bad_request(f'field "{name}" must be of type {WORDS[kind]}')
    if kind == "str":
        if not isinstance(value, str):
            raise wrong
        return value
    if kind == "bool":
        if isinstance(value, bool):
            return value
        word = str(value).lower()
        if word in {"true", "1", "yes"}:
            return True
        if word in {"false", "0", "no", ""}:
            return False
        raise wrong
    if isinstance(value, bool):
        raise wrong
    text = str(value)
    if not NUMBER[kind].fullmatch(text):
        if kind == "chat" and isinstance(value, str):
            return value
        raise wrong
    number = float(text) if kind == "float" else int(text)
    if not abs(number) < LARGEST:  # so that NaN is refused too
        raise wrong
    return number
