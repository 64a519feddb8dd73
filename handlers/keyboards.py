"""The keyboard under the chat: the main one by roles, the elder's with few large words."""

from typing import Any

from community import check_ins, permissions
from community.here import Here
from community.neighbourhood import Service
from community.tell import Both
from handlers.context import Turn
from storage.database import Transaction
from storage.records import Person
from storage.states import Keyboard, Role

TAKERS = (Role.VOLUNTEER, Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN)
STAFF = (Role.GRID_WORKER, Role.STAFF, Role.ADMIN)


async def keyboard(turn: Turn) -> list[list[Any]]:
    """The rows for whoever speaks; none before they have joined."""
    return await keyboard_of(turn.tx, turn.here, turn.person)


async def keyboard_of(tx: Transaction, here: Here, person: Person) -> list[list[Any]]:
    """The rows for somebody; whoever says every day that they are well has the key for it on top."""
    if person.joined_at is None:
        return []
    roles = await permissions.roles_of(tx, person)
    rows: list[list[Any]] = [["key_report", "key_order"], ["key_vote", "key_notices"], ["key_my", "key_who"]]
    top: list[list[Any]] = [["key_fine"]] if await check_ins.takes_part(tx, person) else []
    if person.keyboard is Keyboard.ELDER:
        services = [service_label(s) for s in here.neighbourhood.services if s.elder]
        return [
            *top,
            *(services[i : i + 2] for i in range(0, len(services), 2)),
            ["key_favour", "key_who"],
            ["key_sos"],
        ]
    extra = ["key_tasks"] if roles.intersection(TAKERS) else []
    if roles.intersection(STAFF):
        extra.append("key_desk")
    return [*top, *rows, extra] if extra else [*top, *rows]


def service_label(service: Service) -> Both:
    """A service as a key or a button: its sign and its name."""
    return {"zh": f"{service.emoji} {service.name.zh}", "en": f"{service.emoji} {service.name.en}"}
