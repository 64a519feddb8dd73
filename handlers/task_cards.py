"""The cards of an order and its task: for who was asked, who took it, and who ordered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from community import (
    claims,
    dispatch,
    emergency_state,
    orders,
    people,
    permissions,
    repeats,
    tasks,
    visit_watch,
)
from community.here import Here
from community.permissions import Action
from community.tell import NO_NAME, Both, Text, What, plain
from handlers import shift_cards
from handlers.buttons import Rows, button
from handlers.call_cards import answers
from handlers.look_in import knock_buttons
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person, Task
from storage.states import OfferState, TaskKind, TaskState

S = TaskState


@dataclass(frozen=True, kw_only=True)
class TaskCard(Text, template="task/card"):
    """A task. Name, phone, door and words are there for its takers only, from the claim until it is done."""

    emoji: What
    service: What
    rough: Both
    minutes: int
    due: datetime
    late: bool  # the hour has passed, and nobody is there yet
    urgent: bool
    state: str
    mine: bool
    open: bool  # to this reader
    said: str
    asked: bool
    name: str
    phone: str
    place: Both
    words: str
    password: str
    pair: bool  # two must go
    others: list[str]  # who goes with this reader
    lacking: bool
    paused: bool  # by 应急状态
    until: datetime | None  # a lone helper is asked then whether all is well
    alarm: bool
    came: str  # what a position sent at sign-in said; for staff, and for the helper
    went: str
    arrived_at: datetime | None  # for staff alone, as is the next
    done_at: datetime | None
    looking: dict[str, Any]  # for who runs things: wave, asked, refused, begins, officer_at; empty for others


@dataclass(frozen=True, kw_only=True)
class MyOrder(Text, template="order/mine"):
    """An order as the person served sees it."""

    number: int
    emoji: str
    service: What
    state: str
    helpers: list[str]
    due: datetime
    begins: datetime | None  # nobody is looked for before
    weekly: bool
    paused: bool  # by 应急状态
    password: str
    lacking: bool  # one more must come along


@dataclass(frozen=True, kw_only=True)
class AskGood(Text, template="order/ask_good"):
    """Is it done? Then the stars; who had called for help is asked whether all is well, and for no stars."""

    service: What
    sos: bool
    state: str
    stars: int


async def task_card(tx: Transaction, here: Here, task_id: int, reader: Person | Group) -> Face | None:
    """A task, for whoever was asked, took it or goes along."""
    if isinstance(reader, Group):
        return None
    task = await tasks.get(tx, task_id)
    if task.kind in FACES:
        return await FACES[task.kind](tx, here, task, reader)
    order = await tasks.order_of(tx, task) if task.order_id is not None else None
    captain = task.taker_id == reader.id
    mine = captain or await claims.goes_along(tx, reader, task)
    said = await tasks.said_by(tx, reader, task)
    going = [await people.get(tx, task.taker_id), *await claims.companions(tx, task)] if task.taker_id else []
    address, words, password = None, "", ""
    if mine and task.state in tasks.HELD:
        if task.person_id is not None:
            address = await permissions.address_of_held_task(tx, reader, task)
        if order is not None:
            words = permissions.own_words(tx, order.words)
            password = permissions.own_words(tx, order.password)
    staff = not mine and await permissions.may(tx, reader, Action.SEE_OPEN, place_id=task.place_id) is not None
    open_to_me = tasks.wanted(task) and said is OfferState.ASKED and not mine
    text = TaskCard(
        emoji=await tasks.sign(tx, here, task),
        service=await tasks.what(tx, here, task),
        rough=await tasks.rough_place(tx, task),
        minutes=task.minutes,
        due=task.due,
        late=task.due < here.now,
        urgent=task.urgent,
        state=task.state,
        mine=mine,
        open=open_to_me,
        said=said or "",
        asked=captain and task.asked_at is not None and task.answered_at is None,
        name=address.name if address else "",
        phone=(address.phone or "") if address else "",
        place=address.place if address else NO_NAME,
        words=words,
        password=password,
        pair=task.least > 1,
        others=[permissions.public_name(tx, one) for one in going if one.id != reader.id] if mine else [],
        lacking=tasks.lacking(task),
        paused=await emergency_state.pauses(tx, task),
        until=task.until if captain and tasks.alone(task) and task.state is S.ARRIVED else None,
        alarm=captain and task.alarm_at is not None,
        came=(task.came or "") if captain or staff else "",
        went=(task.went or "") if captain or staff else "",
        arrived_at=task.arrived_at if staff else None,
        done_at=task.done_at if staff else None,
        looking=await _clock(tx, task, reader),
    )
    buttons: Rows = []
    if open_to_me:
        claim = CLAIMS.get(task.kind, "i_go")
        buttons = [[button(claim, "task.claim", task.id), button("not_now", "task.decline", task.id)]]
    elif captain:
        buttons = STEPS[task.kind](task) if task.kind in STEPS else captain_buttons(here, task)
    elif mine and task.state in tasks.HELD:
        help_me = [button("i_need_help", "visit.help", task.id)] if task.state is S.ARRIVED else []
        buttons = [help_me, [button("cannot_come", "task.release", task.id)]]
    if text.looking:
        buttons = [*buttons, [button("give_to", "task.whom", task.id)]]
    return Face(text=text, buttons=buttons)


async def _clock(tx: Transaction, task: Task, reader: Person) -> dict[str, Any]:
    """How far the looking is, for who runs things there."""
    found = await dispatch.looking(tx, task)
    if found is None or await permissions.may(tx, reader, Action.SEE_OPEN, place_id=task.place_id) is None:
        return {}
    return {name: plain(value) for name, value in vars(found).items()}


def captain_buttons(here: Here, task: Task) -> Rows:
    """What the captain does next."""
    release = button("cannot_come", "task.release", task.id)
    arrive, finish = button("at_door", "task.arrive", task.id), button("done_it", "task.finish", task.id)
    match task.state:
        case S.CLAIMED:
            coming = [button("can_come", "task.coming", task.id)] if task.asked_at and not task.answered_at else []
            if task.joined < task.least:
                return [coming, [release]]
            return [coming, [button("setting_off", "task.set_off", task.id), arrive], [finish, release]]
        case S.ON_WAY:
            return [[arrive], [finish, release]]
        case S.ARRIVED:
            return [*_well(here, task), [finish, release]]
        case _:
            return []


def _well(here: Here, task: Task) -> Rows:
    """都好, 再要 15 分钟: of whoever is alone always, of others once they are asked; 需要帮忙 always."""
    asked = task.asked_at is not None or task.alarm_at is not None
    help_me = [button("i_need_help", "visit.help", task.id)]
    if not (tasks.alone(task) or asked):
        return [help_me]
    more = button("more_time", "visit.more", task.id, minutes=here.neighbourhood.visits.step_minutes)
    stay = [button("all_well", "visit.well", task.id), more] if asked else [more]
    return [stay if visit_watch.may_stay(here, task) else [], help_me]


async def my_order(tx: Transaction, here: Here, order_id: int, reader: Person | Group) -> Face | None:
    """For the person served (or who ordered for them)."""
    order, task = await orders.get(tx, order_id)
    if isinstance(reader, Group):
        return None
    going = [await people.get(tx, task.taker_id), *await claims.companions(tx, task)] if task.taker_id else []
    served = reader.id == order.person_id
    repeat = await repeats.goes_on(tx, order)
    text = MyOrder(
        number=order.id,
        emoji=tasks.service_sign(here, order.service),
        service=tasks.service_name(here, order.service),
        state=task.state,
        helpers=[permissions.public_name(tx, one) for one in going],
        due=task.due,
        begins=task.looking_since if task.looking_since and task.looking_since > here.now else None,
        weekly=repeat is not None,
        paused=await emergency_state.pauses(tx, task),
        password=permissions.own_words(tx, order.password) if served and task.state in tasks.HELD else "",
        lacking=tasks.lacking(task),
    )
    buttons: Rows = []
    if task.state in (S.OPEN, S.CLAIMED) and not task.urgent:
        buttons = [[button("change_time", "order.time", order.id), button("cancel_order", "order.cancel", order.id)]]
    elif task.state in (S.OPEN, *tasks.HELD):
        buttons = [[button("cancel_order", "order.cancel", order.id)]]
    if repeat is not None:
        buttons.append([button("end_repeat", "order.end_repeat", order.id)])
    if task.state in tasks.HELD:
        buttons.append([button("impostor", "order.impostor", order.id)])
    if task.state in (S.CLAIMED, S.ON_WAY) and task.due < here.now and not text.paused:
        buttons = [[button("nobody_came", "order.no_show", order.id)], *buttons]
    return Face(text=text, buttons=buttons)


async def ask_good(tx: Transaction, here: Here, order_id: int, reader: Person | Group) -> Face | None:
    """Is it done?"""
    order, task = await orders.get(tx, order_id)
    if isinstance(reader, Group):
        return None
    sos = task.kind is TaskKind.SOS
    service = tasks.service_name(here, order.service)
    text = AskGood(service=service, sos=sos, state=task.state, stars=order.stars or 0)
    buttons: Rows = []
    if task.state is S.DONE:
        buttons = [answers("order", order.id)]
    elif task.state is S.CONFIRMED and order.stars is None and not sos:
        buttons = [[button("stars", "order.rate", order.id, str(n), count=n) for n in range(1, 6)]]
    return Face(text=text, buttons=buttons, photo=order.receipt or "")


FACES: Mapping[TaskKind, Callable[[Transaction, Here, Task, Person], Awaitable[Face]]] = {
    **dict.fromkeys(tasks.SHIFTS, shift_cards.face)
}
"""The whole card where a kind of task looks otherwise."""
STEPS: Mapping[TaskKind, Callable[[Task], Rows]] = {TaskKind.KNOCK: knock_buttons}
"""The captain's buttons where a kind of task has steps of its own."""
CLAIMS: Mapping[TaskKind, str] = {TaskKind.KNOCK: "i_knock"}
"""What claiming is called where a kind of task has a word of its own."""
CARDS = {"task": task_card, "order_mine": my_order, "order_ask": ask_good}
