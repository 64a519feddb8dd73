"""What aiogram's models make of calls and answers of the Bot API: a second opinion on every field of them."""

from collections.abc import Iterator
from typing import Any

from aiogram import methods
from aiogram.types import BufferedInputFile
from pydantic import BaseModel, ValidationError


def unknown_fields(value: object) -> Iterator[str]:
    """Each field of what aiogram has read that its models do not have, as Model.field: they take and ignore any."""
    if isinstance(value, BaseModel):
        extra = value.model_extra or {}
        yield from (f"{type(value).__name__}.{name}" for name in extra)
        for name in value.model_fields_set - extra.keys():
            yield from unknown_fields(getattr(value, name))
    elif isinstance(value, list):
        for item in value:
            yield from unknown_fields(item)


def complaints(method: str, parameters: dict[str, Any]) -> list[str]:
    """What is wrong with a call that webchat has logged: names of methods and fields, never what stands in them."""
    model = getattr(methods, method[:1].upper() + method[1:], None)
    if model is None:
        return [f"{method}: there is no such method"]
    given = {name: _file(value) for name, value in parameters.items()}
    try:
        return [f"{method}: unknown {field}" for field in unknown_fields(model.model_validate(given))]
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        return [f"{method}: {'.'.join(map(str, one['loc']))}: {one['type']}" for one in wrong]


def _file(value: object) -> object:
    if isinstance(value, dict) and value.keys() == {"upload", "size"}:
        return BufferedInputFile(b"", str(value["upload"]))
    return value
