"""Every text there is, each with contexts made of whatever its fields may hold."""

import importlib
import pkgutil
import re
import types
import typing
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from factories import START

import community
import handlers
from community.errors import Refused
from community.tell import Text, plain
from handlers.texts import HERE

for package in (community, handlers):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if "__main__" not in module.name:
            importlib.import_module(module.name)
CLASSES: dict[str, type[Any]] = {**Text.known, **Refused.known}
FILES = {str(p.relative_to(HERE / "texts")).removesuffix(".html"): p for p in (HERE / "texts").rglob("*.html")}
SOURCES = {name: path.read_text("utf-8") for name, path in FILES.items()}
INCLUDED = {
    name.removesuffix(".html")
    for source in SOURCES.values()
    for name in re.findall(r"{%-?\s*(?:include|import|from|extends)\s+[\"']([^\"']+)[\"']", source)
}
NAMED = {
    name for name in FILES for path in HERE.parent.glob("[bch]*/*.py") if f'"{name}"' in path.read_text("utf-8")
}  # rendered by their name, for what is no message
NOBODY = {"zh": "", "en": ""}
MARKUP = "<b>甲</b> & <a href='x'>"


class Anything(int):
    """Stands for whatever a template takes out of a list: a word, a number, a moment, a row."""

    words = MARKUP  # how it reads where it is taken for words

    @classmethod
    def reading(cls, words: str) -> "Anything":
        """One that reads like this."""
        made = cls(2)
        made.words = words
        return made

    def __getattr__(self, name: str) -> "Anything":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> "Anything":
        if isinstance(key, int) and key > 3:
            raise IndexError(key)
        return self

    def __call__(self, *_: object, **__: object) -> "Anything":
        return self

    def __sub__(self, other: object) -> timedelta:  # type: ignore[override]
        return timedelta(days=1)

    def __str__(self) -> str:
        return self.words

    def __len__(self) -> int:
        return 1


def _samples(hint: Any, words: list[str], hostile: str) -> list[Any]:
    """Values of a type, the most telling first."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return [v for a in typing.get_args(hint) if a is not type(None) for v in _samples(a, words, hostile)] + [None]
    if hint is bool:
        return [True, False]
    if hint is int:
        return [3, 0, 1]
    if hint is float:
        return [1.5]
    if hint is str:
        return [hostile, "", *words]
    if hint is datetime:
        return [START, START + timedelta(days=40)]
    if origin is dict or hint is dict:
        return [Anything.reading(hostile), *([NOBODY] if typing.get_args(hint) == (str, str) else [])]
    if origin in (list, tuple):
        (inner, *_) = typing.get_args(hint) or (str,)
        return [
            [Anything.reading(hostile)]
            if typing.get_origin(inner) is dict or inner is dict
            else _samples(inner, words, hostile)[:1],
            [],
        ]
    return [Anything.reading(hostile)]


def contexts(cls: type[Any], hostile: str = MARKUP) -> list[dict[str, Any]]:
    """The first sample of every field, then each other sample in turn."""
    source = SOURCES[cls.template]
    for name in INCLUDED:
        source += SOURCES[name] if name in source else ""
    words = sorted(set(re.findall(r"[\"'](\w+)[\"']", source)))
    hints = typing.get_type_hints(cls)
    samples = {f.name: _samples(hints[f.name], words, hostile) for f in fields(cls)}
    for name in samples:
        if re.search(rf"quoted\({name}\)", source):
            samples[name] = [{"template": "flow/cancelled", "context": {}}]
        elif re.search(rf"in {name} %[\s\S]*quoted\(\w+\.quote\)", source):
            quote = {"template": "flow/cancelled", "context": {}}
            samples[name] = [[{"quote": quote, "over": over} for over in (True, False)]]
        elif re.search(rf"\b{name}\.|\({name}\)", source):
            samples[name] = [v for v in samples[name] if v is not NOBODY]  # a row of words, not a name
    first = {name: plain(values[0]) for name, values in samples.items()}
    more = [first | {name: plain(v)} for name, values in samples.items() for v in values[1:]]
    nobody = first | {name: NOBODY for name, values in samples.items() if NOBODY in values}
    return [first, nobody, *more]
