"""Telegram's menu of commands: what is offered to whom, in which words."""

from collections.abc import Iterable

from handlers.keyboards import STAFF
from handlers.texts import Texts
from storage.records import Json
from storage.states import Role

_ONLY_FOR: dict[str, tuple[Role, ...]] = {"tasks": (Role.VOLUNTEER, *STAFF), "desk": STAFF, "bind": STAFF}


def offered(texts: Texts, language: str, names: Iterable[str], *, roles: Iterable[Role] = ()) -> list[Json]:
    """The commands of `names` that these roles have use for, as setMyCommands takes them."""
    held = set(roles)
    return [
        {"command": name, "description": texts.label(language, f"cmd_{name}")}
        for name in names
        if name not in _ONLY_FOR or held.intersection(_ONLY_FOR[name])
    ]
