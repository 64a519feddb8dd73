"""The tables of the Bot API here are the published ones: methods, types, limits, and what the docs list."""

import html
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from webchat.bot_api import METHODS as DONE
from webchat.params import LIMITS, METHODS, REACTIONS, TYPES

DOCS = Path(__file__).parents[2] / "docs" / "webchat.md"
SCHEMA = os.environ.get("JINLIN_BOTAPI_SCHEMA", "")
needs_schema = pytest.mark.skipif(
    not SCHEMA, reason="JINLIN_BOTAPI_SCHEMA names no file: not compared with the published API"
)
WORDS = {
    "Integer": "int",
    "String": "str",
    "Boolean": "bool",
    "True": "bool",
    "Float": "float",
    "Integer or String": "chat",
    "InputFile": "file",
    "InputFile or String": "file",
}
HERE_ONLY = {"answerCallbackQuery.cache_time", "sendVenue.title"}
"""Limits that Telegram keeps and does not publish."""


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    """Everything the published API names: methods and types."""
    parts = json.loads(Path(SCHEMA).read_text("utf-8"))["items"]
    return {item["name"]: item for part in parts for item in part["children"]}


def spoken(word: str, published: dict[str, Any]) -> str:
    """A published type in the words of our table; a type that stands for several becomes these."""
    if word in WORDS:
        return WORDS[word]
    if word.startswith("Array of "):
        return f"[{spoken(word.removeprefix('Array of '), published)}]"
    names = re.split(r", | and | or ", word)
    listed = [re.findall(r"^ - (\w+)$", published[name]["description"], re.MULTILINE) or [name] for name in names]
    return "|".join(sorted(name for several in listed for name in several))


def ours(kind: str) -> str:
    """A type of our table with its alternatives in order."""
    if kind.startswith("["):
        return f"[{ours(kind[1:-1])}]"
    return "str" if kind.startswith("=") else "|".join(sorted(kind.split("|")))


def stated(field: dict[str, Any]) -> tuple[int, int, str] | None:
    """The limit that a published description states: least, most, and what is measured."""
    text = field["description"]
    found = re.search(r"(?<![-+\d])(\d+)-(\d+)(?! \d)|between (\d+) and (\d+)|At most ()(\d+) \w+ can", text)
    if found is None:
        return None
    least, most = (int(number or 0) for number in found.groups() if number is not None)
    if least > most:
        return None  # such as ISO 639-1
    after = text[found.end() :]
    if field["type"].startswith("Array of "):
        return least, most, "items"
    if field["type"] == "String":
        parsed = re.match(r" characters after entit(y|ies) parsing", after)
        return least, most, "parsed" if parsed else "bytes" if after.startswith(" bytes") else "chars"
    return least, most, "number"


def test_every_method_of_the_table_is_done_and_no_other() -> None:
    assert METHODS.keys() == DONE.keys() | {"getUpdates"}


def test_the_docs_list_every_method_and_no_other() -> None:
    section = DOCS.read_text("utf-8").split("## The Bot API here")[1].split("\n## ")[0]
    listed = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| [^|]+ \| (`.+`) \|$", section, re.MULTILINE)))

    assert sorted(listed) == sorted(METHODS)


def test_every_limit_is_of_something_in_the_tables() -> None:
    known = {f"{name}.{field}" for name, table in (METHODS | TYPES).items() for field in table}

    assert LIMITS.keys() - known == set()


@needs_schema
def test_parameters_and_their_types_are_the_published_ones(published: dict[str, Any]) -> None:
    """What we call ``object`` may be anything; what need not be given is marked."""
    differing: dict[str, object] = {}
    for name, table in (METHODS | TYPES).items():
        theirs = {one["name"]: one for one in published[name].get("annotations", [])}
        if theirs.keys() != table.keys():
            differing[name] = theirs.keys() ^ table.keys()
        for field, (kind, required) in table.items():
            there = theirs.get(field, {"type": "String", "required": required})
            if there["required"] != required or (kind != "object" and ours(kind) != spoken(there["type"], published)):
                differing[f"{name}.{field}"] = (kind, required, there["type"], there["required"])

    assert differing == {}


@needs_schema
def test_limits_are_the_published_ones(published: dict[str, Any]) -> None:
    """Wherever a description states one; read from its words."""
    theirs = {
        f"{name}.{field['name']}": stated(field)
        for name in (METHODS | TYPES)
        for field in published[name].get("annotations", [])
    }

    here = {name: (limit.least, limit.most, limit.unit) for name, limit in LIMITS.items() if name not in HERE_ONLY}

    assert here == {name: limit for name, limit in theirs.items() if limit}


@needs_schema
def test_reactions_are_the_published_ones(published: dict[str, Any]) -> None:
    [emoji] = [one for one in published["ReactionTypeEmoji"]["annotations"] if one["name"] == "emoji"]

    assert set(re.findall(r'alt="([^"]+)"', html.unescape(emoji["html_description"]))) == REACTIONS
