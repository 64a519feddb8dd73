"""Orders: 一键下单 → 接单 → 上门 → 确认. The person served always knows who comes, when, and what happens next."""

import secrets
from datetime import datetime, timedelta

from community import claims, dispatch, helper_photos, lapses, permissions, tasks, waking
from community.calls import ask_by_phone
from community.errors import NotFound, TooLong
from community.here import Here
from community.order_texts import AskDone, DueTooSoon, Found, NoAddress, OnTheWay, OrderedAlready, OrderedForYou
from community.tell import reachable_by_chat, show, tell
from storage.database import Transaction
from storage.queries import orders as order_rows
from storage.queries import people, timers, volunteers
from storage.queries import tasks as rows
from storage.records import Order, Person, Task
from storage.states import Priority, TaskKind, TaskState

WORDS_LIMIT = 500
UNCONFIRMED = "task_unconfirmed"
AT_THE_DOOR = "order_door"
"""The card by which who is served hears that somebody is there, and may say that the password is wrong."""
_ASK_AGAIN = timedelta(hours=24)


async def get(tx: Transaction, order_id: int) -> tuple[Order, Task]:
    """The order of that number and its task. Raises NotFound."""
    order = await order_rows.by_id(tx, order_id)
    task = await rows.of_order(tx, order_id)
    if order is None or task is None:
        raise NotFound
    return order, task


async def place(
    tx: Transaction,
    here: Here,
    served: Person,
    *,
    service: str,
    words: str = "",
    voice: str = "",
    photo: str = "",
    due: datetime | None = None,
    wanted: Person | None = None,
    repeat_id: int | None = None,
    ordered_by: Person | None = None,
) -> Order:
    """Order help for somebody, at their home; `due` by when, `wanted` the volunteer they ask for by name.

    Raises NoAddress, OrderedAlready, TooLong, NotFound, DueTooSoon.
    """
    if len(words) > WORDS_LIMIT:
        raise TooLong(limit=WORDS_LIMIT, length=len(words))
    kind = next((s for s in here.neighbourhood.services if s.code == service), None)
    if kind is None:
        raise NotFound
    if due is not None and due <= here.now:
        raise DueTooSoon
    if await order_rows.live(tx, person_id=served.id, service=service):
        raise OrderedAlready(service=tasks.service_name(here, service))
    return await open_order(
        tx,
        here,
        served,
        kind=TaskKind.VISIT,
        service=service,
        words=words,
        voice=voice,
        photo=photo,
        due=due or waking.after(here, here.now + timedelta(minutes=kind.due_minutes)),
        minutes=kind.minutes,
        skill=kind.skill,
        people=2 if kind.pair else 1,
        wanted=wanted,
        repeat_id=repeat_id,
        ordered_by=ordered_by,
    )


async def open_order(
    tx: Transaction,
    here: Here,
    served: Person,
    *,
    kind: TaskKind,
    service: str,
    due: datetime,
    minutes: int,
    words: str = "",
    voice: str = "",
    photo: str = "",
    skill: str | None = None,
    urgent: bool = False,
    people: int = 1,
    wanted: Person | None = None,
    repeat_id: int | None = None,
    ordered_by: Person | None = None,
) -> Order:
    """An order and its task; somebody is looked for. Raises NoAddress."""
    if served.place_id is None:
        raise NoAddress
    order_id = await order_rows.add(
        tx,
        person_id=served.id,
        ordered_by=(ordered_by or served).id,
        service=service,
        words=tx.seal(words) if words else None,
        voice=voice or None,
        photo=photo or None,
        wanted_id=wanted.id if wanted else None,
        repeat_id=repeat_id,
        password=tx.seal(secrets.choice(here.neighbourhood.passwords)),
        now=here.now,
    )
    task = await tasks.post(
        tx,
        here,
        ordered_by or served,
        kind=kind,
        order_id=order_id,
        person_id=served.id,
        place_id=served.place_id,
        due=due,
        minutes=minutes,
        skill=skill,
        urgent=urgent,
        people=people,
        least=people,
    )
    if ordered_by is not None and reachable_by_chat(served):
        text = OrderedForYou(
            by=permissions.public_name(tx, ordered_by),
            service=tasks.service_name(here, service),
            hotline=here.neighbourhood.community.hotline,
        )
        await tell(tx, served, text, priority=Priority.REPLY, now=here.now)
    await show(tx, served, "order_mine", order_id, priority=Priority.REPLY, now=here.now)
    await dispatch.look_for(tx, here, task)
    order, _ = await get(tx, order_id)
    return order


async def on_claim(tx: Transaction, here: Here, actor: Person, task: Task) -> None:
    """The person served hears who comes, with the password; who is new to this does not go alone, but to an SOS."""
    order = await tasks.order_of(tx, task)
    if task.kind is TaskKind.VISIT and task.people == 1 and await _wants_company(tx, here, actor, task):
        await rows.widen(tx, task_id=task.id, people=2)
        await tasks.refresh_cards(tx, here, task)
        await dispatch.look_for(tx, here, await tasks.get(tx, task.id))
        task = await tasks.get(tx, task.id)
    await tell_who_comes(tx, here, order, task)


async def tell_who_comes(tx: Transaction, here: Here, order: Order, task: Task) -> None:
    """Tell the person served who comes, when, and the password."""
    captain = await people.by_id(tx, task.taker_id or 0)
    names = [permissions.public_name(tx, one) for one in (captain, *await claims.companions(tx, task))]
    text = Found(
        helpers=names,
        lacking=tasks.lacking(task),
        sos=task.kind is TaskKind.SOS,
        service=tasks.service_name(here, order.service),
        due=task.due,
        password=permissions.own_words(tx, order.password),
        hotline=here.neighbourhood.community.hotline,
    )
    await tasks.tell_served(tx, here, order, text)
    await helper_photos.show_helper(tx, here, order, task)


async def _wants_company(tx: Transaction, here: Here, actor: Person, task: Task) -> bool:
    """Whether a new volunteer goes to somebody who lives alone: first visits are in pairs."""
    served = await people.by_id(tx, task.person_id or 0)
    first = here.neighbourhood.dispatch.first_visits_in_pairs
    return served.alone and await volunteers.is_new(tx, person_id=actor.id, visits=first)


async def on_set_off(tx: Transaction, here: Here, actor: Person, task: Task) -> None:
    """The person served hears that somebody is on the way."""
    order = await tasks.order_of(tx, task)
    served = await people.by_id(tx, order.person_id)
    if reachable_by_chat(served):  # a call would come too late
        text = OnTheWay(helper=permissions.public_name(tx, actor), service=tasks.service_name(here, order.service))
        await tell(tx, served, text, priority=Priority.REPLY, now=here.now)
    await helper_photos.show_helper(tx, here, order, task, on_the_way=True)


async def on_arrive(tx: Transaction, here: Here, _: Person, task: Task) -> None:
    """The helper says the password; the person served is told who is there."""
    order = await tasks.order_of(tx, task)
    served = await people.by_id(tx, order.person_id)  # who has no chat: a call would come too late
    await show(tx, served, AT_THE_DOOR, order.id, priority=Priority.REPLY, now=here.now)


async def on_finish(tx: Transaction, here: Here, actor: Person, task: Task) -> None:
    """The person served is asked; by phone, if need be, by somebody who was not there."""
    order = await tasks.order_of(tx, task)
    await lapses.speak(tx, here, task, actor.id)
    served = await people.by_id(tx, order.person_id)
    if reachable_by_chat(served):
        await show(tx, served, "order_ask", order.id, priority=Priority.REPLY, now=here.now)
        ask_again = waking.after(here, here.now + _ASK_AGAIN, person=served)
        await timers.put(tx, kind=UNCONFIRMED, subject_id=task.id, due=ask_again)
        return
    await tasks.drop_calls(tx, here, order)
    text = AskDone(service=tasks.service_name(here, order.service), helper=permissions.public_name(tx, actor))
    await ask_by_phone(tx, here, served, text, question="order", subject_id=order.id)


async def unconfirmed(tx: Transaction, here: Here, task_id: int) -> None:
    """A day after 做好了 and no word: somebody rings and asks."""
    task = await tasks.get(tx, task_id)
    if task.state is not TaskState.DONE or task.taker_id is None:
        return
    order = await tasks.order_of(tx, task)
    served = await people.by_id(tx, order.person_id)
    if served.erased_at is not None:
        return  # nobody is left to be asked
    helper = permissions.public_name(tx, await people.by_id(tx, task.taker_id))
    text = AskDone(service=tasks.service_name(here, order.service), helper=helper)
    await ask_by_phone(tx, here, served, text, question="order", subject_id=order.id)
