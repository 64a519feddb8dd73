"""What somebody has going on: their orders and their banked minutes."""

from dataclasses import dataclass

from community import orders, reports, time_bank
from community.errors import NotFound
from community.here import Here
from community.tasks import TRANSITIONS
from community.tell import show
from storage.database import Transaction
from storage.queries import orders as order_rows
from storage.queries import reports as report_rows
from storage.queries import tasks
from storage.records import Order, Person, Report, Task
from storage.states import Priority

_LIMIT = 5
_FEW = 3


@dataclass(frozen=True, kw_only=True)
class GoingOn:
    """What somebody waits for or is waited for: the visits they took, what they reported, what they ordered."""

    tasks: list[Task]
    reports: list[Report]
    orders: list[tuple[Order, Task]]


async def going_on(tx: Transaction, person: Person) -> GoingOn:
    """What is open, the latest few of each kind."""
    found = [r for r in await report_rows.mine(tx, person_id=person.id, limit=_LIMIT) if r.reporter_id == person.id]
    return GoingOn(
        tasks=(await tasks.taken_by(tx, person_id=person.id))[:_FEW],
        reports=[r for r in found if reports.TRANSITIONS[r.state]][:_FEW],
        orders=[(o, t) for o, t in await orders_of(tx, person) if TRANSITIONS[t.state]][:_FEW],
    )


async def orders_of(tx: Transaction, person: Person) -> list[tuple[Order, Task]]:
    """The latest orders, each with its task."""
    return [
        await orders.get(tx, order.id) for order in await order_rows.of_person(tx, person_id=person.id, limit=_LIMIT)
    ]


async def minutes(tx: Transaction, person: Person) -> int:
    """What is on the time bank's account."""
    return await time_bank.balance(tx, person.id)


async def show_order(tx: Transaction, here: Here, person: Person, *, order_id: int) -> None:
    """Give somebody their order's card again. Raises NotFound."""
    order, _ = await orders.get(tx, order_id)
    if person.id not in (order.person_id, order.ordered_by):
        raise NotFound
    await show(tx, person, "order_mine", order.id, priority=Priority.REPLY, now=here.now)
