"""Refusals: each names the text that tells the person what to do, and carries its data."""

from dataclasses import dataclass, fields
from typing import ClassVar

from community.tell import plain
from storage.records import Json


@dataclass(kw_only=True, eq=False)
class Refused(Exception):
    """Somebody asked for what cannot be; nothing was changed."""

    template: ClassVar[str] = ""
    known: ClassVar[dict[str, type["Refused"]]] = {}

    def __init_subclass__(cls, template: str) -> None:
        cls.template = template
        cls.known[template] = cls

    def context(self) -> Json:
        """The fields as a text's context."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self)}


@dataclass(kw_only=True, eq=False)
class NotAllowed(Refused, template="refused/not_allowed"):
    """The person's roles do not reach this."""


@dataclass(kw_only=True, eq=False)
class NoLongerPossible(Refused, template="refused/no_longer"):
    """The subject has moved on: an old button, a second tap, somebody else was first."""


@dataclass(kw_only=True, eq=False)
class NotFound(Refused, template="refused/not_found"):
    """There is no such thing, or not for this person."""


@dataclass(kw_only=True, eq=False)
class TooLong(Refused, template="refused/too_long"):
    """More characters than are kept."""

    limit: int
    length: int


@dataclass(kw_only=True, eq=False)
class Invalid(Refused, template="refused/invalid_name"):
    """A name of nothing but signs or spaces."""
