"""What is said to an order once it is made: 取消, 改时间, 以后都不用了, 👍 好了, 没人来, 举报冒充, stars.

陈奶奶: [改时间]
近邻: 什么时候来方便？  [明天上午 9 点] …
陈奶奶: 明天下午三点
近邻: 好，改到明天 15:00。
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import emergencies, order_changes, order_verdict, orders, proxies, repeats, tasks
from community.errors import NotFound
from community.tell import Text, What
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.flow import Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.order_options import AskWhen, offered, understand_time
from handlers.said import Said
from storage.records import Json
from storage.states import TaskEvent


@dataclass(frozen=True, kw_only=True)
class AskCancel(Text, template="order/ask_cancel"):
    """Really cancel?"""

    service: What


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Text, template="order/cancelled"):
    """Cancelled."""


@dataclass(frozen=True, kw_only=True)
class ThanksForAnswer(Text, template="order/thanks"):
    """Thanks; what happens next."""

    event: str


@dataclass(frozen=True, kw_only=True)
class ImpostorNoted(Text, template="order/impostor_noted"):
    """Do not open; who has been told, and whom to ring."""

    police: str


@dataclass(frozen=True, kw_only=True)
class TimeChanged(Text, template="order/time_changed"):
    """Another time it is; whether whoever was to come is asked."""

    due: datetime
    asked: bool


async def ask_cancel(_: Update, turn: Turn, press: Press) -> None:
    """取消: asked once more when somebody is coming."""
    order, task = await orders.get(turn.tx, press.subject)
    if not await proxies.acts_for(turn.tx, turn.person, order):
        raise NotFound
    if task.taker_id is None:
        await cancel(_, turn, press)
        return
    await turn.answer()
    text = AskCancel(service=tasks.service_name(turn.here, order.service))
    await turn.say(
        text, buttons=[[button("cancel_yes", "order.cancel_yes", order.id), button("cancel_not", "order.keep")]]
    )


async def cancel(_: Update, turn: Turn, press: Press) -> None:
    """Not needed any more."""
    await order_changes.cancel(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()
    await turn.say(OrderCancelled(), keyboard=await keyboard(turn))


async def keep(_: Update, turn: Turn, __: Press) -> None:
    """It stays ordered."""
    await turn.answer()
    await turn.settle(ThanksForAnswer(event="keep"))


async def good(_: Update, turn: Turn, press: Press) -> None:
    """👍 好了"""
    order = await order_verdict.confirm(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(ThanksForAnswer(event="well" if order.service == tasks.SOS else "confirm"))


async def not_good(_: Update, turn: Turn, press: Press) -> None:
    """👎 没好"""
    await order_verdict.complain(turn.tx, turn.here, turn.person, press.subject, event=TaskEvent.NOT_GOOD)
    await turn.answer(ThanksForAnswer(event="not_good"))


async def nobody_came(_: Update, turn: Turn, press: Press) -> None:
    """没人来"""
    await order_verdict.complain(turn.tx, turn.here, turn.person, press.subject, event=TaskEvent.NO_SHOW)
    await turn.answer(ThanksForAnswer(event="no_show"))


async def rate(_: Update, turn: Turn, press: Press) -> None:
    """⭐ 1 … ⭐ 5"""
    stars = int(press.word) if press.word.isascii() and press.word.isdigit() else 0
    await order_verdict.rate(turn.tx, turn.here, turn.person, press.subject, stars=stars)
    await turn.answer(ThanksForAnswer(event="rate"))


async def end_repeat(_: Update, turn: Turn, press: Press) -> None:
    """以后都不用了"""
    await repeats.end(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(ThanksForAnswer(event="end_repeat"))


async def impostor(_: Update, turn: Turn, press: Press) -> None:
    """🚨 举报冒充"""
    await emergencies.report_impostor(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()
    await turn.say(ImpostorNoted(police=turn.here.neighbourhood.community.emergency.police))


async def change_time(_: Update, turn: Turn, press: Press) -> None:
    """改时间"""
    await order_changes.changeable(turn.tx, turn.person, press.subject)
    await turn.answer()
    await begin(turn, FLOW, draft={"order": press.subject})


async def ask_when(turn: Turn, _: Json) -> None:
    """A button, or as one says it."""
    options = [FLOW.choice("when", word, word) for word in offered(turn.here)]
    await turn.say(AskWhen(weekly=False), buttons=[*grid(options), FLOW.ways_out("when", back=False)])


async def take_when(turn: Turn, draft: Json, said: Said) -> str | None:
    """Whoever was to come is asked whether they can."""
    due = understand_time(turn.here, said)
    task = await order_changes.change_time(turn.tx, turn.here, turn.person, draft["order"], due=due)
    await turn.say(TimeChanged(due=due, asked=task.taker_id is not None), keyboard=await keyboard(turn))
    return None


FLOW = Flow(name="order_time", steps={"when": Step(ask=ask_when, take=take_when)})
PRESSES = {
    "order.cancel": ask_cancel,
    "order.cancel_yes": cancel,
    "order.keep": keep,
    "order.time": change_time,
    "order.end_repeat": end_repeat,
    "order.impostor": impostor,
    "order.good": good,
    "order.not_good": not_good,
    "order.no_show": nobody_came,
    "order.rate": rate,
}
