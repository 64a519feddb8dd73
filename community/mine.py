"""What somebody has going on: their orders and their banked minutes."""

from community import orders, time_bank
from community.errors import NotFound
from community.here import Here
from community.tell import show
from storage.database import Transaction
from storage.queries import tasks
from storage.records import Order, Person, Task
from storage.states import Priority

_LIMIT = 5


async def orders_of(tx: Transaction, person: Person) -> list[tuple[Order, Task]]:
    """The latest orders, each with its task."""
    return [await orders.get(tx, order.id) for order in await tasks.orders_of(tx, person_id=person.id, limit=_LIMIT)]


async def minutes(tx: Transaction, person: Person) -> int:
    """What is on the time bank's account."""
    return await time_bank.balance(tx, person.id)


async def show_order(tx: Transaction, here: Here, person: Person, *, order_id: int) -> None:
    """Give somebody their order's card again. Raises NotFound."""
    order, _ = await orders.get(tx, order_id)
    if person.id not in (order.person_id, order.ordered_by):
        raise NotFound
    await show(tx, person, "order_mine", order.id, priority=Priority.REPLY, now=here.now)
