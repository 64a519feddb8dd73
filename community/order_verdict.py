"""What the person served says of an order: 👍 好了, 👎 没好, 没人来, stars."""

from community import claims, dispatch, lapses, orders, proxies, tasks, time_bank, visit_watch
from community.calls import close_question, nothing_to_tell
from community.errors import NoLongerPossible
from community.here import Here
from community.order_texts import ConfirmedAlready, HelpIsCalled, NotDone, NotYourOwn, Thanks
from community.reports import desk_of
from community.tell import tell
from storage.database import Transaction
from storage.queries import orders as order_rows
from storage.records import Order, Person, Task
from storage.states import LapseKind, Priority, TaskEvent, TaskKind, TaskState


async def confirm(tx: Transaction, here: Here, actor: Person, order_id: int, *, on_behalf: bool = False) -> Order:
    """👍 好了: the minutes are banked. Raises NotAllowed, NoLongerPossible."""
    order, task = await _served(tx, actor, order_id, on_behalf=on_behalf)
    if task.state is TaskState.CONFIRMED:
        raise ConfirmedAlready
    if task.state is not TaskState.DONE:
        raise NoLongerPossible
    task = await tasks.move(tx, here, task, TaskEvent.CONFIRM, actor=actor, taker_id=task.taker_id)
    await close_question(tx, here, question="order", subject_id=order.id)
    if task.kind is TaskKind.SOS:
        await nothing_to_tell(tx, here, order.person_id, HelpIsCalled)
    for one in await time_bank.post(tx, here, task):
        text = Thanks(service=tasks.service_name(here, order.service), minutes=one.minutes, balance=one.balance)
        await tell(tx, one.person, text, priority=Priority.TASK, now=here.now)
    return order


async def complain(
    tx: Transaction, here: Here, actor: Person, order_id: int, *, event: TaskEvent, on_behalf: bool = False
) -> None:
    """👎 没好 or 没人来: the task is open again, and the desk hears of it. Raises NotAllowed, NoLongerPossible.

    That nobody came, whoever ordered for somebody else may say too.
    """
    order, _ = await orders.get(tx, order_id)
    orderer = event is TaskEvent.NO_SHOW and actor.id == order.ordered_by
    order, task = await _served(tx, actor, order_id, on_behalf=on_behalf or orderer)
    if event not in (TaskEvent.NOT_GOOD, TaskEvent.NO_SHOW) or event not in tasks.TRANSITIONS[task.state]:
        raise NoLongerPossible
    helper_id = task.taker_id
    if event is TaskEvent.NO_SHOW:
        await lapses.note(tx, here, task, LapseKind.NO_SHOW)
    task = await claims.put_back(tx, here, task, event, actor=actor)
    await visit_watch.over(tx, here, task)
    if helper_id is not None:
        await lapses.speak(tx, here, task, helper_id)
    await close_question(tx, here, question="order", subject_id=order.id)
    await dispatch.look_for(tx, here, task)
    text = NotDone(
        order=order.id,
        service=tasks.service_name(here, order.service),
        place=await tasks.rough_place(tx, task),
        no_show=event is TaskEvent.NO_SHOW,
    )
    for person in await desk_of(tx, task.place_id):
        await tell(tx, person, text, priority=Priority.TASK, now=here.now)


async def rate(tx: Transaction, here: Here, actor: Person, order_id: int, *, stars: int) -> Order:
    """⭐ 1 … ⭐ 5, once, by the person served. Raises NotAllowed, NoLongerPossible."""
    order, task = await _served(tx, actor, order_id, on_behalf=False)
    confirmed = task.state is TaskState.CONFIRMED and 1 <= stars <= 5
    if not confirmed or not await order_rows.rate(tx, order_id=order.id, stars=stars):
        raise NoLongerPossible
    await tasks.refresh_cards(tx, here, task)
    return order


async def _served(tx: Transaction, actor: Person, order_id: int, *, on_behalf: bool) -> tuple[Order, Task]:
    order, task = await orders.get(tx, order_id)
    if not on_behalf and actor.id != order.person_id:
        await proxies.require(tx, actor, order.person_id)
    if actor.id == task.taker_id or await claims.goes_along(tx, actor, task):
        raise NotYourOwn
    return order, task
