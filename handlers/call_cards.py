"""The card of a call: whom to ring, what to say or ask, and what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from community import (
    calls,
    check_ins,
    people,
    permissions,
    tasks,
    visit_watch,
)
from community.here import Here
from community.tell import NO_NAME, Both, Text
from handlers.buttons import Button, Rows, button
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person
from storage.states import TaskState


@dataclass(frozen=True, kw_only=True)
class CallCard(Text, template="task/call"):
    """A call to make: to whom, and what to say or to ask."""

    name: str
    phone: str
    place: Both
    door: bool
    asks: bool
    quote: dict[str, Any]
    state: str
    tries: int
    caller: str


def answers(prefix: str, subject: int) -> list[Button]:
    """What may be said of an order that was done."""
    return [
        button("good", f"{prefix}.good", subject),
        button("not_good", f"{prefix}.not_good", subject),
        button("nobody_came", f"{prefix}.no_show", subject),
    ]


_IS_WELL = (("all_well", "call.well"), ("need_help", "call.need_help"))
_BY_PHONE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "report": (("solved", "call.solved"), ("unsolved", "call.unsolved")),
    "proxy": (("agree", "call.yes"), ("disagree", "call.no")),
    "gift": (("gift_take", "call.take"), ("gift_leave", "call.leave")),
    "check_in": _IS_WELL,
    visit_watch.QUESTION: _IS_WELL,
    check_ins.CONTACT: (("contact_yes", "call.yes"), ("contact_no", "call.no")),
}
"""What may be answered on the phone to a question: labels and actions."""


async def call_card(tx: Transaction, here: Here, task_id: int, reader: Person | Group) -> Face | None:
    """A call, for whoever may make it."""
    if isinstance(reader, Group):
        return None
    task = await tasks.get(tx, task_id)
    open_still = task.state is TaskState.OPEN and await calls.may_make(tx, here, reader, task)
    person = await people.get(tx, task.person_id or 0)
    address = await permissions.own_address(tx, person) if open_still else None
    caller = await people.get(tx, task.taker_id) if task.taker_id else None
    text = CallCard(
        name=address.name if address else "",
        phone=(address.phone or "") if address else "",
        place=address.place if address else NO_NAME,
        door=person.contact_mode == "door",
        asks=task.question is not None,
        quote={"template": task.template, "context": task.context} if open_still else {},
        state=task.state,
        tries=task.tries,
        caller=permissions.public_name(tx, caller) if caller else "",
    )
    buttons: Rows = []
    missed = button("not_reached", "call.missed", task.id)
    if open_still and task.question == "order":
        buttons = [answers("call", task.id), [missed]]
    elif open_still and (known := _BY_PHONE.get(task.question or "")):
        buttons = [[button(label, action, task.id) for label, action in known], [missed]]
    elif open_still:
        buttons = [[button("told", "call.told", task.id), missed]]
    return Face(text=text, buttons=buttons)


CARDS = {"call": call_card}
