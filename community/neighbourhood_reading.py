"""Reading the neighbourhood file, and saying in one line where it is wrong and what was expected there."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]
"""Where a value stands in the file: ("buildings", 2, "code")."""

Problem = tuple[Loc, str]
"""Where, and what was expected there."""

_EXPECTED = {
    "missing": "a value",
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list [ … ]",
    "model_type": "a table with keys of its own",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of {ge} or more",
    "less_than_equal": "a number of {le} or less",
    "too_short": "at least {min_length} of them",
    "string_too_long": "at most {max_length} letters",
    "literal_error": "{expected}",
    "expected": "{what}",
}


class NeighbourhoodError(Exception):
    """The neighbourhood file can't be used; the message says where it is wrong and what was expected."""


def read(path: Path) -> dict[str, Any]:
    """Parse the file, decimals exact; raises NeighbourhoodError naming the line that can't be read."""
    try:
        content = path.read_bytes()
    except OSError as refused:
        raise NeighbourhoodError(f"{path}: cannot be read: {refused.strerror}") from None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as refused:
        line = content.count(b"\n", 0, refused.start) + 1
        raise NeighbourhoodError(f"{path}: line {line}: expected text saved as UTF-8") from None
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as refused:
        raise NeighbourhoodError(f"{path}: {_syntax(text, str(refused))}") from None


def _syntax(text: str, message: str) -> str:
    lines = text.splitlines() or [""]
    match = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if match is None:
        return message
    number = int(match[1] or len(lines))
    line = lines[min(number, len(lines)) - 1]
    full_width = sorted(set(line) & set("“”，＝：［］｛｝"))
    hint = f" (perhaps because of the full-width {' '.join(full_width)})" if full_width else ""
    where = f", column {match[2]}" if match[2] else ""
    return f"line {number}: {message[: match.start()]}{where}{hint}"


def key_path(loc: Loc) -> str:
    """buildings[2].stairwells[0]: where a value stands, counted from 0."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in loc).lstrip(".") or "the file"


def nearest(word: str, known: Iterable[str]) -> str:
    """A suggestion in brackets, or nothing if no known word is like this one."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def refusal(model: type[BaseModel], data: dict[str, Any], refused: ValidationError) -> str:
    """What a model has against the data, in one line."""
    errors = refused.errors(include_url=False, include_context=True)
    order = list(data)
    # A list is said to be too short as well when one of its entries is wrong.
    inner = {error["loc"][:-depth] for error in errors for depth in range(1, len(error["loc"]) + 1)}
    errors = [error for error in errors if error["type"] != "too_short" or error["loc"] not in inner]
    # In the order of the file; but a misspelt key is missing as well, and that it is unknown helps more.
    errors.sort(
        key=lambda error: (
            error["type"] != "extra_forbidden",
            order.index(error["loc"][0]) if error["loc"] and error["loc"][0] in order else len(order),
        )
    )
    return complaint(data, [(error["loc"], _expectation(model, error)) for error in errors], tables=True)


def complaint(data: dict[str, Any], problems: list[Problem], *, tables: bool = False) -> str:
    """The first problem with what was found there (of tables and lists only if asked), and how many more."""
    loc, what = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{key_path(loc)}: expected {what}{_got(data, loc, tables=tables)}{more}"


def _expectation(model: type[BaseModel], error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        return f"no such key{nearest(str(error['loc'][-1]), known)}"
    template = _EXPECTED.get(error["type"])
    return error["msg"] if template is None else template.format(**error.get("ctx", {}))


def _known_keys(model: type[BaseModel], loc: Loc) -> list[str]:
    for key in loc:
        if isinstance(key, str):
            model = next(_models(model.model_fields[key].annotation))
    return list(model.model_fields)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models inside tuple[Building, ...], Period | None and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _got(data: object, loc: Loc, *, tables: bool) -> str:
    """What stands there and, since counting from 0 is for programs, the code of the thing around it."""
    code = ""
    for key in loc:
        if isinstance(data, dict) and isinstance(key, str):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int):
            data = data[key]
        if isinstance(data, dict) and isinstance(data.get("code"), str) and loc[-1] != "code":
            code = f" (in {data['code']})"
    if isinstance(data, dict | list) and not tables:
        return code
    return f", got {_shown(data)}{code}"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
