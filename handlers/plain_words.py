"""Words that mean one thing whatever was asked: giving up, a cry for help, a greeting, asking how it goes.

They stand in `handlers/texts/words`, one list for each meaning and language, and count only as a whole message:
`…` in a list stands for up to four signs more.
"""

import functools
import re
import unicodedata
from enum import StrEnum

from handlers.texts import LANGUAGES, Texts


class Meaning(StrEnum):
    """The lists, the one that goes first first."""

    HELP = "words/help"
    GIVE_UP = "words/give_up"
    COURTESY = "words/courtesy"
    PROGRESS = "words/progress"


def meaning(texts: Texts, text: str) -> Meaning | None:
    """What a message plainly means; None for nearly all of them."""
    said = _normal(text)
    if not said or len(said) > _LONGEST:
        return None
    return next((one for one in Meaning if _pattern(texts, one).fullmatch(said)), None)


_LONGEST = 24


def _normal(text: str) -> str:
    """Without signs, blanks and capitals."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


@functools.lru_cache(maxsize=16)
def _pattern(texts: Texts, which: Meaning) -> re.Pattern[str]:
    words = {word.strip() for language in LANGUAGES for word in re.split("[\u3001,]", texts.words(language, which))}
    return re.compile("|".join(_loosely(word) for word in sorted(words) if _normal(word)))


def _loosely(word: str) -> str:
    return ".{0,4}".join(re.escape(_normal(part)) for part in word.split("\u2026"))
