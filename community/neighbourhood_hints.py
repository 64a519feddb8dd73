"""Guessing what a text is about from the hint words of the neighbourhood file."""

import re
import unicodedata
from collections.abc import Iterable


class Hints:
    """Hint words, each with the code that it hints at; longer words are asked first."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        normal = [(_normal(word), code) for word, code in words]
        # sorted() is stable: of two words of one length, the one named first in the file is asked first.
        ordered = sorted(normal, key=lambda hint: -len(hint[0]))
        self._patterns = [(re.compile(_pattern(word)), code) for word, code in ordered]

    def guess(self, text: str) -> str | None:
        """The code of the longest hint word in a text, or None."""
        normal = _normal(text)
        return next((code for pattern, code in self._patterns if pattern.search(normal)), None)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _pattern(word: str) -> str:
    # English is written in words: "gas" must not be found in "Vegas", but "lights" is "light".
    return rf"(?<![a-z0-9]){re.escape(word)}(?:e?s)?(?![a-z0-9])" if word.isascii() else re.escape(word)
