"""An order that is changed after it was made: another time, 取消, a receipt."""

from datetime import datetime

from community import claims, dispatch, follow_up, orders, permissions, proxies, tasks, visit_watch
from community.calls import nothing_to_tell
from community.errors import NoLongerPossible, NotAllowed
from community.here import Here
from community.order_texts import DueTooSoon, HelpIsCalled, TakerCancelled, TimeChanged
from community.tell import show, tell
from community.visit_texts import CancelledForYou, TimeIsNow
from storage.database import Transaction
from storage.queries import orders as order_rows
from storage.queries import people, timers
from storage.queries import tasks as rows
from storage.records import Order, Person, Task
from storage.states import Priority, TaskEvent, TaskKind, TaskState


async def change_time(tx: Transaction, here: Here, actor: Person, order_id: int, *, due: datetime) -> Task:
    """Another time: whoever was to come is asked whether they can; who looks for somebody begins anew.

    Raises NotAllowed, NoLongerPossible (somebody is on the way), DueTooSoon.
    """
    order, task = await changeable(tx, actor, order_id)
    if due <= here.now:
        raise DueTooSoon
    await rows.put_off(tx, task_id=task.id, due=due, now=here.now)
    await timers.drop(tx, prefix=tasks.TIMERS, subject_id=task.id)
    task = await tasks.get(tx, task.id)
    await rows.add_event(tx, task_id=task.id, actor_id=actor.id, event=TaskEvent.CHANGE, state=task.state, now=here.now)
    if task.taker_id is not None:
        await follow_up.set_clock(tx, here, task)
        await follow_up.ask_now(tx, here, task)
        text = TimeChanged(
            service=tasks.service_name(here, order.service), place=await tasks.rough_place(tx, task), due=due
        )
        for helper in (await people.by_id(tx, task.taker_id), *await claims.companions(tx, task)):
            await tell(tx, helper, text, priority=Priority.TASK, about=("task", task.id), now=here.now)
            await show(tx, helper, "task", task.id, priority=Priority.TASK, now=here.now)
    served = await people.by_id(tx, order.person_id)
    if await proxies.stands_for(tx, actor, served.id):  # who took it down on the phone has told them
        now_due = TimeIsNow(
            by=permissions.public_name(tx, actor), service=tasks.service_name(here, order.service), due=due
        )
        await tell(tx, served, now_due, priority=Priority.REPLY, now=here.now)
    if tasks.wanted(task):
        await dispatch.look_for(tx, here, task)
    await tasks.refresh_cards(tx, here, task)
    return await tasks.get(tx, task.id)


async def changeable(tx: Transaction, actor: Person, order_id: int) -> tuple[Order, Task]:
    """An order that this person may still change. Raises NotAllowed, NoLongerPossible, NotFound."""
    order, task = await orders.get(tx, order_id)
    if not await proxies.acts_for(tx, actor, order):
        raise NotAllowed
    if task.state not in (TaskState.OPEN, TaskState.CLAIMED) or task.urgent:
        raise NoLongerPossible
    return order, task


async def cancel(tx: Transaction, here: Here, actor: Person, order_id: int) -> None:
    """取消, at any moment before it is done; whoever was to come is told. Raises NotAllowed, NoLongerPossible."""
    order, task = await orders.get(tx, order_id)
    if not await proxies.acts_for(tx, actor, order):
        raise NotAllowed
    going = [*([await people.by_id(tx, task.taker_id)] if task.taker_id else []), *await claims.companions(tx, task)]
    task = await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=actor, taker_id=None)
    await visit_watch.over(tx, here, task)
    await tasks.drop_calls(tx, here, order)
    if task.kind is TaskKind.SOS:
        await nothing_to_tell(tx, here, order.person_id, HelpIsCalled)
    service = tasks.service_name(here, order.service)
    served = await people.by_id(tx, order.person_id)
    if await proxies.stands_for(tx, actor, served.id):  # who took it down on the phone has told them
        by = permissions.public_name(tx, actor)
        await tell(tx, served, CancelledForYou(by=by, service=service), priority=Priority.REPLY, now=here.now)
    text = TakerCancelled(service=service, place=await tasks.rough_place(tx, task))
    for helper in going:
        await tell(tx, helper, text, priority=Priority.TASK, by=task.due, now=here.now)


async def keep_receipt(tx: Transaction, actor: Person, task_id: int, *, file: str) -> None:
    """The photo of a receipt, by whoever went to the shop. Raises NoLongerPossible."""
    task = await claims.held_by(tx, actor, task_id)
    order = await tasks.order_of(tx, task)
    await order_rows.keep_receipt(tx, order_id=order.id, file=file)


def wants_receipt(here: Here, order: Order) -> bool:
    """Whether something is bought, and no receipt has been shown yet."""
    service = next((s for s in here.neighbourhood.services if s.code == order.service), None)
    return service is not None and service.receipt and order.receipt is None


async def familiar(tx: Transaction, person: Person, *, limit: int) -> list[tuple[Person, str]]:
    """Volunteers who have helped somebody before, the last first, with their names."""
    return [
        (p, permissions.public_name(tx, p)) for p in await order_rows.familiar(tx, person_id=person.id, limit=limit)
    ]
