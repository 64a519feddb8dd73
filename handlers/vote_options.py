"""The options of a vote as they are typed: cleaned, and told apart."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from community import votes
from community.tell import Text


@dataclass(frozen=True, kw_only=True)
class OptionTwice(Text, template="vote/option_twice"):
    """It is there already (or stands for abstaining, which always is)."""

    name: str


@dataclass(frozen=True, kw_only=True)
class OptionTooLong(Text, template="vote/option_too_long"):
    """It would not fit on a button."""

    name: str
    limit: int


@dataclass(frozen=True, kw_only=True)
class TooManyOptions(Text, template="vote/too_many_options"):
    """More than people can choose from."""

    most: int


def clean(text: str) -> str:
    """Words on one line, without signs that cannot be seen."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")).strip()


def problem(names: Sequence[str], *, taken: Collection[str]) -> Text | None:
    """What is wrong with the options so far: the first of them that repeats, is too long, or is one too many."""
    seen = {_alike(name) for name in taken}
    for name in names:
        if len(name) > votes.OPTION_LIMIT:
            return OptionTooLong(name=name, limit=votes.OPTION_LIMIT)
        if _alike(name) in seen:
            return OptionTwice(name=name)
        seen.add(_alike(name))
    return TooManyOptions(most=votes.MOST) if len(names) > votes.MOST else None


def _alike(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
