"""A visit under way: 都好, 再要 15 分钟, 需要帮忙; a position at sign-in and sign-out; 暗号不对 at the door; the alarm.

→小林: ⏱ 3号楼的“修东西”，都好吗？ …  [😊 都好] [⏱ 再要 15 分钟] [🆘 需要帮忙]
小林: [😊 都好]
近邻: 好，15 分钟后再问您。
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import claims, helper_photos, orders, people, permissions, tasks, visit_positions, visit_watch
from community.here import Here
from community.permissions import Address
from community.tell import NO_NAME, Both, Text, What
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.render import Face
from handlers.said import Said
from storage.database import Transaction
from storage.records import Group, Person
from storage.states import TaskState

S = TaskState
_NOBODY = Address(name="", phone=None, place=NO_NAME)


@dataclass(frozen=True, kw_only=True)
class Noted(Text, template="visit/noted"):
    """Noted. `event`: well, more, in, out."""

    event: str
    minutes: int
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class HelpIsComing(Text, template="visit/help_is_coming"):
    """To a helper who needs help: whom to ring this minute, and who rings them."""

    medical: str
    police: str
    fire: str


@dataclass(frozen=True, kw_only=True)
class AtTheDoor(Text, template="order/at_the_door"):
    """To the person served: the helper is there; what they say first."""

    helpers: list[str]
    password: str  # empty once they have come in and gone


@dataclass(frozen=True, kw_only=True)
class WhoComes(Text, template="visit/who_comes"):
    """Under the photo of who comes."""

    helper: str


@dataclass(frozen=True, kw_only=True)
class VisitAlarm(Text, template="visit/alarm"):
    """To who is in charge: whom nobody hears of, or who asked for help, and where they are; empty once it is over."""

    service: What
    rough: Both
    helper: str
    helper_phone: str
    name: str
    phone: str
    place: Both
    since: datetime | None
    arrived_at: datetime | None
    over: bool


async def well(_: Update, turn: Turn, press: Press) -> None:
    """😊 都好"""
    await visit_watch.well(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="well", minutes=turn.here.neighbourhood.visits.step_minutes, until=None))


async def more_time(_: Update, turn: Turn, press: Press) -> None:
    """⏱ 再要 15 分钟"""
    until = await visit_watch.more_time(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="more", minutes=0, until=until))


async def need_help(_: Update, turn: Turn, press: Press) -> None:
    """🆘 需要帮忙"""
    await visit_watch.need_help(turn.tx, turn.here, turn.person, press.subject)
    emergency = turn.here.neighbourhood.community.emergency
    await turn.answer()
    await turn.say(HelpIsComing(medical=emergency.medical, police=emergency.police, fire=emergency.fire))


async def take_position(turn: Turn, said: Said) -> bool:
    """A position out of the blue, after signing in or out; whether it belonged to either."""
    leaving = await visit_positions.take(
        turn.tx, turn.here, turn.person, latitude=said.latitude, longitude=said.longitude
    )
    if leaving is not None:
        await turn.say(Noted(event="out" if leaving else "in", minutes=0, until=None))
    return leaving is not None


async def at_the_door(tx: Transaction, _: Here, order_id: int, reader: Person | Group) -> Face | None:
    """For the person served alone: the password must be right before the door is opened."""
    order, task = await orders.get(tx, order_id)
    if isinstance(reader, Group) or reader.id != order.person_id or task.taker_id is None:
        return None
    here_now = task.state is S.ARRIVED
    going = [await people.get(tx, task.taker_id), *await claims.companions(tx, task)]
    text = AtTheDoor(
        helpers=[permissions.public_name(tx, one) for one in going],
        password=permissions.own_words(tx, order.password) if here_now else "",
    )
    return Face(text=text, buttons=[[button("wrong_password", "order.impostor", order.id)]] if here_now else [])


async def who_comes(tx: Transaction, _: Here, order_id: int, reader: Person | Group) -> Face | None:
    """The photo, for the person served and their proxy, while somebody comes."""
    order, task = await orders.get(tx, order_id)
    if isinstance(reader, Group) or task.taker_id is None or task.state not in tasks.HELD:
        return None
    file = await helper_photos.for_order(tx, reader, order, task)
    if not file:
        return None
    helper = permissions.public_name(tx, await people.get(tx, task.taker_id))
    return Face(text=WhoComes(helper=helper), photo=file)


async def alarm(tx: Transaction, here: Here, task_id: int, reader: Person | Group) -> Face | None:
    """Who is where, for who was given it; nothing of it once they were heard of or the visit is over."""
    if isinstance(reader, Group):
        return None
    task = await tasks.get(tx, task_id)
    helper, served = None, None
    if task.taker_id is not None and task.person_id is not None:
        helper = await permissions.address_in_alarm(tx, reader, task, task.taker_id)
        served = await permissions.address_in_alarm(tx, reader, task, task.person_id)
    text = VisitAlarm(
        service=await tasks.what(tx, here, task),
        rough=await tasks.rough_place(tx, task),
        helper=(helper or _NOBODY).name,
        helper_phone=(helper or _NOBODY).phone or "",
        name=(served or _NOBODY).name,
        phone=(served or _NOBODY).phone or "",
        place=(served or _NOBODY).place,
        since=task.alarm_at,
        arrived_at=task.arrived_at,
        over=served is None,
    )
    return Face(text=text)


PRESSES = {"visit.well": well, "visit.more": more_time, "visit.help": need_help}
CARDS = {orders.AT_THE_DOOR: at_the_door, helper_photos.CARD: who_comes, visit_watch.CARD: alarm}
