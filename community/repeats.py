"""每周一次: an order that comes again. On a public holiday it pauses, and the person served is told."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from community import orders, permissions, proxies, tasks, waking
from community.errors import NoLongerPossible, NotAllowed
from community.here import Here
from community.order_texts import OrderedAlready
from community.tell import Text, What, tell
from storage.database import Transaction
from storage.queries import orders as order_rows
from storage.queries import people, timers
from storage.queries import repeats as rows
from storage.records import Order, Person, Repeat
from storage.states import Priority

AGAIN = "repeat"
_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Pausing(Text, template="order/pausing"):
    """To the person served: that day is a holiday; when it comes again."""

    service: What
    day: datetime
    next: datetime


@dataclass(frozen=True, kw_only=True)
class NoMore(Text, template="order/no_more"):
    """To the person served: the neighbourhood does not offer it any more, so it does not come again."""

    service: What
    hotline: str


async def begin(tx: Transaction, here: Here, order: Order, *, due: datetime) -> None:
    """This order, due then, is the first of those that come every week at that time."""
    local = due.astimezone(here.zone)
    following = (local + _WEEK).astimezone(due.tzinfo)  # at the same time by the clock on the wall
    repeat_id = await rows.add(
        tx,
        person_id=order.person_id,
        ordered_by=order.ordered_by,
        service=order.service,
        words=order.words,
        wanted_id=order.wanted_id,
        weekday=local.weekday(),
        minute=local.hour * 60 + local.minute,
        next_at=following,
    )
    await order_rows.set_repeat(tx, order_id=order.id, repeat_id=repeat_id)
    await _set_timer(tx, here, repeat_id, following)


async def _set_timer(tx: Transaction, here: Here, repeat_id: int, at: datetime) -> None:
    ahead = timedelta(hours=here.neighbourhood.dispatch.look_ahead_hours)
    await timers.put(tx, kind=AGAIN, subject_id=repeat_id, due=waking.after(here, max(at - ahead, here.now)))


async def again(tx: Transaction, here: Here, repeat_id: int) -> None:
    """Place the next one, or tell of the pause."""
    repeat = await rows.by_id(tx, repeat_id)
    if repeat is None or repeat.ended_at is not None:
        return
    at = repeat.next_at
    served = await people.by_id(tx, repeat.person_id)
    known = any(s.code == repeat.service for s in here.neighbourhood.services)
    if served.erased_at is not None or not known:
        await rows.end(tx, repeat_id=repeat.id, now=here.now)
        if not known:
            text = NoMore(
                service=tasks.service_name(here, repeat.service), hotline=here.neighbourhood.community.hotline
            )
            await tell(tx, served, text, priority=Priority.TASK, now=here.now)
        return
    following = _next(here, repeat)
    await rows.move(tx, repeat_id=repeat.id, next_at=following)
    await _set_timer(tx, here, repeat.id, following)
    if at <= here.now:
        return  # after a long stall: it is too late for this week's
    if _pauses(here, at):
        pausing = Pausing(service=tasks.service_name(here, repeat.service), day=at, next=following)
        await tell(tx, served, pausing, priority=Priority.TASK, now=here.now)
        return
    await _place(tx, here, repeat, served, at)


def _pauses(here: Here, at: datetime) -> bool:
    return here.working_time.is_public_holiday(at.astimezone(here.zone).date())


async def _place(tx: Transaction, here: Here, repeat: Repeat, served: Person, at: datetime) -> None:
    wanted = await people.by_id(tx, repeat.wanted_id) if repeat.wanted_id else None
    try:
        await orders.place(
            tx,
            here,
            served,
            service=repeat.service,
            words=permissions.own_words(tx, repeat.words),
            due=at,
            wanted=wanted if wanted and not wanted.erased_at else None,
            repeat_id=repeat.id,
        )
    except OrderedAlready:
        return  # last week's is not over yet: nobody comes twice


def _next(here: Here, repeat: Repeat) -> datetime:
    """A week after, at the same time by the clock on the wall; after a holiday, the first week that is none."""
    day = repeat.next_at.astimezone(here.zone).date() + _WEEK
    clock = time(repeat.minute // 60, repeat.minute % 60)
    at = datetime.combine(day, clock, here.zone)
    while _pauses(here, repeat.next_at) and _pauses(here, at):
        at = datetime.combine(at.date() + _WEEK, clock, here.zone)
    return at.astimezone(here.now.tzinfo)


async def end(tx: Transaction, here: Here, actor: Person, order_id: int) -> None:
    """以后都不用了: it does not come again; what is under way goes on. Raises NotAllowed, NoLongerPossible."""
    order, _ = await orders.get(tx, order_id)
    if not await proxies.acts_for(tx, actor, order):
        raise NotAllowed
    if order.repeat_id is None or not await rows.end(tx, repeat_id=order.repeat_id, now=here.now):
        raise NoLongerPossible
    await timers.drop(tx, prefix=AGAIN, subject_id=order.repeat_id)


async def goes_on(tx: Transaction, order: Order) -> Repeat | None:
    """The repeat an order belongs to, while it lasts."""
    found = await rows.by_id(tx, order.repeat_id) if order.repeat_id else None
    return found if found and found.ended_at is None else None
