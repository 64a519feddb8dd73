"""🆘 急事 and 举报冒充: who is near and the duty officer hear at once, at any hour."""

from datetime import timedelta

from community import claims, dispatch, orders, permissions, proxies, tasks
from community.errors import NoLongerPossible, NotAllowed
from community.here import Here
from community.order_texts import HelpIsCalled, ImpostorReported
from community.permissions import Action
from community.tell import have_rung, tell
from community.visit_texts import WaitOutside
from storage.database import Transaction
from storage.queries import orders as order_rows
from storage.queries import people
from storage.queries import tasks as rows
from storage.records import Order, Person
from storage.states import Priority, TaskEvent, TaskKind

_WITHIN = timedelta(minutes=10)
_USUAL_MINUTES = 30


async def call(tx: Transaction, here: Here, person: Person) -> Order:
    """🆘 马上来人: everybody near is asked at once, and whoever is on duty rings them up.

    Asked twice, it is one call for help. Raises NoAddress.
    """
    live = await order_rows.live(tx, person_id=person.id, service=tasks.SOS)
    if live is not None:
        return live
    order = await orders.open_order(
        tx,
        here,
        person,
        kind=TaskKind.SOS,
        service=tasks.SOS,
        due=here.now + _WITHIN,
        minutes=_USUAL_MINUTES,
        urgent=True,
    )
    await have_rung(tx, person, HelpIsCalled(), urgent=True, now=here.now)
    return order


async def report_impostor(
    tx: Transaction, here: Here, actor: Person, order_id: int, *, on_behalf: bool = False
) -> None:
    """举报冒充, 暗号不对: whoever is at the door is not who should come, or does not know the password.

    Whoever is on duty rings up, the helpers wait outside, staff know. `on_behalf`: of somebody on the phone, by who
    takes down their orders. Raises NotAllowed, NoLongerPossible.
    """
    order, task = await orders.get(tx, order_id)
    if on_behalf:
        await permissions.require(tx, actor, Action.REGISTER_CALLER, place_id=task.place_id)
    elif not await proxies.acts_for(tx, actor, order):
        raise NotAllowed
    if task.state not in tasks.HELD and not tasks.wanted(task):
        raise NoLongerPossible
    await rows.add_event(
        tx, task_id=task.id, actor_id=actor.id, event=TaskEvent.IMPOSTOR, state=task.state, now=here.now
    )
    served = await people.by_id(tx, order.person_id)
    await have_rung(tx, served, ImpostorReported(), urgent=True, now=here.now)
    text = WaitOutside(service=await tasks.what(tx, here, task), place=await tasks.rough_place(tx, task))
    captain = [await people.by_id(tx, task.taker_id)] if task.taker_id else []
    for helper in [*captain, *await claims.companions(tx, task)]:
        await tell(tx, helper, text, priority=Priority.EMERGENCY, now=here.now)
    await dispatch.warn_staff(tx, here, task)


async def expected_by(tx: Transaction, person: Person) -> Order | None:
    """The order somebody is coming for, or has come for, to a person; None where nobody is."""
    live = await rows.live_of_person(tx, person_id=person.id)
    held = [task for task in live if task.state in tasks.HELD and task.order_id is not None]
    nearest = max(held, key=lambda task: tasks.HELD.index(task.state), default=None)
    return await tasks.order_of(tx, nearest) if nearest else None
