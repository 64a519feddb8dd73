"""From rows to frozen records and from values to parameters, the same on both engines."""

import enum
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from storage.crypto import Cipher, Sealed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

Json = dict[str, Any]
"""A JSON object; in the database it is sealed (bytes) where it may hold what people wrote, plain text otherwise."""


def to_ms(moment: datetime) -> int:
    """UTC milliseconds of an aware datetime. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone")
    return (moment - _EPOCH) // _MS


def from_ms(value: int) -> datetime:
    """The UTC datetime of `value` milliseconds."""
    return _EPOCH + timedelta(milliseconds=value)


def parameter(value: object) -> object:
    """A value as the database takes it."""
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Sealed):
        return value.token
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return value


def _converter(hint: Any, cipher: Cipher) -> Callable[[Any], object] | None:
    """What turns a column's value into the field's type; None where nothing is to be done."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (inner,) = [a for a in typing.get_args(hint) if a is not type(None)]
        return _converter(inner, cipher)
    origin = typing.get_origin(hint) or hint
    if origin in (dict, list):
        return lambda v: cipher.open(v) if isinstance(v, bytes) else orjson.loads(v)
    if origin is datetime:
        return from_ms
    if isinstance(origin, type) and (issubclass(origin, enum.Enum) or origin in (Sealed, bool)):
        return origin
    return None


class Mapper:
    """Makes records out of rows; remembers how for each (record, columns)."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._makers: dict[tuple[type, tuple[str, ...]], Callable[[Sequence[Any]], Any]] = {}

    def maker(self, record: type, columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
        """What turns a row with these columns into `record`."""
        found = self._makers.get((record, columns))
        if found is None:
            found = self._makers[record, columns] = self._maker(record, columns)
        return found

    def _maker(self, record: type, columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
        if not is_dataclass(record):
            convert = _converter(record, self._cipher)
            return (lambda row: row[0] if row[0] is None else convert(row[0])) if convert else lambda row: row[0]
        hints = typing.get_type_hints(record)
        plan = [(name, _converter(hints[name], self._cipher)) for name in columns]

        def make(row: Sequence[Any]) -> Any:
            fields = {
                name: value if convert is None or value is None else convert(value)
                for (name, convert), value in zip(plan, row, strict=True)
            }
            return record(**fields)

        return make
