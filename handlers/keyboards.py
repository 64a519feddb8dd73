"""The keyboard under the chat: the main one by roles, the elder's with few large words."""

from typing import Any

from community import permissions
from community.neighbourhood import Service
from community.tell import Both
from handlers.context import Turn
from storage.states import Keyboard, Role

STAFF = (Role.GRID_WORKER, Role.STAFF, Role.ADMIN)


async def keyboard(turn: Turn) -> list[list[Any]]:
    """The rows for whoever speaks; none before they have joined."""
    person = turn.person
    if person.joined_at is None:
        return []
    roles = await permissions.roles_of(turn.tx, person)
    rows: list[list[Any]] = [["key_report", "key_order"], ["key_vote", "key_notices"], ["key_my", "key_who"]]
    if person.keyboard is Keyboard.ELDER:
        services = [service_label(s) for s in turn.here.neighbourhood.services if s.elder]
        return [*(services[i : i + 2] for i in range(0, len(services), 2)), ["key_favour", "key_who"], ["key_sos"]]
    extra = ["key_tasks"] if Role.VOLUNTEER in roles else []
    if roles.intersection(STAFF):
        extra.append("key_desk")
    return [*rows, extra] if extra else rows


def service_label(service: Service) -> Both:
    """A service as a key or a button: its sign and its name."""
    return {"zh": f"{service.emoji} {service.name.zh}", "en": f"{service.emoji} {service.name.en}"}
