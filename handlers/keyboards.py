"""The keyboard under the chat: the main one by roles, the elder's with few large words."""

from typing import Any

from handlers.context import Turn
from storage.queries import people
from storage.states import Keyboard, Role

STAFF = (Role.GRID_WORKER, Role.STAFF, Role.ADMIN)


async def keyboard(turn: Turn) -> list[list[Any]]:
    """The rows for whoever speaks; none before they have joined."""
    person = turn.person
    if person.joined_at is None:
        return []
    roles = {grant.role for grant in await people.grants(turn.tx, person.id)}
    rows: list[list[Any]] = [["key_report", "key_my"], ["key_who"]]
    if person.keyboard is Keyboard.ELDER:
        rows = [["key_report"], ["key_my", "key_who"]]
    if roles.intersection(STAFF):
        rows[-1].append("key_desk")
    return rows
