"""From rows to frozen records and from values to parameters, the same on both engines."""

import enum
import functools
import re
import time
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from storage.crypto import BadKey, Cipher, Sealed, UnknownKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_KEPT, _KEPT_S = 5_000, 60.0

Json = dict[str, Any]
"""A JSON object; in the database it is sealed (bytes) where it may hold what people wrote, plain text otherwise."""


def to_ms(moment: datetime) -> int:
    """UTC milliseconds of an aware datetime. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone")
    return (moment - _EPOCH) // _MS


@functools.lru_cache(maxsize=8192)
def from_ms(value: int) -> datetime:
    """The UTC datetime of `value` milliseconds."""
    return datetime.fromtimestamp(value / 1000, UTC)


def _plain(value: Any) -> object:
    return value


def _text(value: str) -> str:
    return value.replace("\0", "")  # PostgreSQL keeps it in no text, and it says nothing on either engine


AS_IT_IS = frozenset((type(None), int, float, bytes))
"""Types of values that need no `parameter`."""
_PARAMETERS: dict[type, Callable[[Any], object]] = {
    **dict.fromkeys(AS_IT_IS, _plain),
    str: _text,
    datetime: to_ms,
    Sealed: lambda value: value.token,
    bool: int,
    dict: lambda value: orjson.dumps(value).decode(),
    list: lambda value: orjson.dumps(value).decode(),
}


def parameter(value: object) -> object:
    """A value as the database takes it."""
    kind = type(value)
    convert = _PARAMETERS.get(kind)
    if convert is None:
        # An enum's values, or what the database may refuse; looked at once for each type.
        convert = _PARAMETERS[kind] = (lambda v: v.value) if issubclass(kind, enum.Enum) else _plain
    return convert(value)


@functools.lru_cache(maxsize=4096)
def numbered(sql: str, sign: str) -> tuple[str, tuple[str, ...]]:
    """`:name` parameters as an engine's `$1` or `?1`, and the names in order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name not in names:
            names.append(name)
        return f"{sign}{names.index(name) + 1}"

    return _PARAMETER.sub(number, sql), tuple(names)


class Damaged(Json):
    """What cannot be opened any more: reading it stops whoever looks into it, and nobody who only passes it on."""

    def __missing__(self, _: str) -> object:
        raise BadKey("a sealed value was damaged")


def _opened(cipher: Cipher, token: bytes) -> object:
    try:
        return cipher.open(token)
    except UnknownKey:
        raise
    except BadKey:
        return Damaged()


def _converter(hint: Any, cipher: Cipher) -> Callable[[Any], object] | None:
    """What turns a column's value into the field's type; None where nothing is to be done."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (inner,) = [a for a in typing.get_args(hint) if a is not type(None)]
        return _converter(inner, cipher)
    origin = typing.get_origin(hint) or hint
    if origin in (dict, list):
        return lambda v: _opened(cipher, v) if isinstance(v, bytes) else orjson.loads(v)
    if origin is datetime:
        return from_ms
    if isinstance(origin, type) and issubclass(origin, enum.Enum):
        return {member.value: member for member in origin}.__getitem__
    return origin if origin in (Sealed, bool) else None


def _setter(record: type, name: str) -> Callable[[Any, object], None]:
    """What sets a field of a frozen record."""
    slot = getattr(record, name, None)
    if isinstance(slot, types.MemberDescriptorType):
        return slot.__set__
    return lambda made, value: object.__setattr__(made, name, value)


class Kept(dict[int, Any]):
    """Rows that hardly ever change: kept for a minute, so that what another process writes shows."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._until = 0.0

    def fresh(self) -> "Kept":
        """Those that may still be believed."""
        now = self._monotonic()
        if now >= self._until or len(self) > _KEPT:
            self.clear()
            self._until = now + _KEPT_S
        return self


class Mapper:
    """Makes records out of a database's rows; remembers how for each record and statement, and some of the rows."""

    def __init__(self, cipher: Cipher) -> None:
        self.cipher = cipher
        self.places = Kept()
        """Places by id. They change only with the neighbourhood file."""
        self._makers: dict[tuple[type, str], Callable[[Sequence[Any]], Any]] = {}

    def maker(self, record: type, sql: str, columns: Callable[[], Sequence[str]]) -> Callable[[Sequence[Any]], Any]:
        """What turns a row of the statement `sql`, whose result has these columns, into `record`."""
        found = self._makers.get((record, sql))
        if found is None:
            found = self._makers[record, sql] = self._maker(record, columns())
        return found

    def _maker(self, record: type, columns: Sequence[str]) -> Callable[[Sequence[Any]], Any]:
        if not is_dataclass(record):
            convert = _converter(record, self.cipher)
            return (lambda row: row[0] if row[0] is None else convert(row[0])) if convert else lambda row: row[0]
        hints = typing.get_type_hints(record)
        known = {field.name: field for field in fields(record)}
        plan = [(_setter(record, name), _converter(hints[name], self.cipher)) for name in columns]
        rest = [(_setter(record, name), field) for name, field in known.items() if name not in columns]
        if lacking := [field.name for _, field in rest if field.default is MISSING]:
            raise TypeError(f"{record.__name__} lacks {lacking}")
        defaults = [(put, field.default) for put, field in rest]

        def make(row: Sequence[Any]) -> Any:
            # Slot by slot: the constructor of a frozen dataclass takes three times as long.
            made = record.__new__(record)
            for (put, convert), value in zip(plan, row, strict=True):
                put(made, value if value is None or convert is None else convert(value))
            for put, value in defaults:
                put(made, value)
            return made

        return make
