"""What is typed where a telephone number, or words, were asked for."""

import unicodedata
from dataclasses import dataclass

from community import people
from community.errors import TooLong
from community.tell import Text
from handlers.said import Kind, Said

_BETWEEN_DIGITS = str.maketrans("", "", " -+()")


@dataclass(frozen=True, kw_only=True)
class NotAPhone(Text, template="typed/not_a_phone"):
    """No number that can be rung."""


@dataclass(frozen=True, kw_only=True)
class WriteIt(Text, template="typed/write_it"):
    """Words were asked for."""


def phone_typed(said: Said) -> str:
    """The digits of a number that was typed; empty for anything else."""
    written = unicodedata.normalize("NFKC", said.text).translate(_BETWEEN_DIGITS) if said.kind is Kind.TEXT else ""
    phone = people.clean_phone(written)
    return phone if written.isdigit() and 7 <= len(phone) <= 15 else ""


def within(words: str, limit: int) -> str:
    """Words that are not too long. Raises TooLong."""
    if len(words) > limit:
        raise TooLong(limit=limit, length=len(words))
    return words
