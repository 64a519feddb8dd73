"""/my and /privacy: one's own matters; what is held, who opened it, and how to take it along or have it erased.

居民: /privacy
近邻: 我们记着您的这些资料 … 谁看过您的地址和电话 …  [📤 导出] [🗑 删除我的资料]
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from telegram import Update

from community import mine, people, privacy, proxies, report_reading, tasks
from community.errors import NoLongerPossible
from community.tell import Both, Text
from handlers import volunteer
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.keyboards import keyboard
from handlers.time_bank import MINE


@dataclass(frozen=True, kw_only=True)
class My(Text, template="my/my"):
    """What I have going on."""

    reports: list[dict[str, object]]
    orders: list[dict[str, object]]
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Held(Text, template="my/privacy"):
    """What is held about me."""

    name: str
    phone: str
    place: Both
    confirmed: bool
    roles: list[str]
    opened: list[dict[str, object]]


@dataclass(frozen=True, kw_only=True)
class AskErase(Text, template="my/ask_erase"):
    """Really?"""


@dataclass(frozen=True, kw_only=True)
class Erased(Text, template="my/erased"):
    """Gone; farewell."""


@dataclass(frozen=True, kw_only=True)
class Kept(Text, template="my/kept"):
    """Nothing was erased."""


@dataclass(frozen=True, kw_only=True)
class Export(Text, template="my/export"):
    """Here is all of it."""

    at: datetime


async def my(_: Update, turn: Turn) -> None:
    """`/my` or 📋 我的: the cards that follow one's matters."""
    found = await report_reading.mine(turn.tx, turn.person, limit=5)
    rows: list[dict[str, object]] = []
    buttons: Rows = []
    for report in found:
        category = turn.here.neighbourhood.category(report.category)
        named: dict[str, Any] = {
            "number": report.id,
            "emoji": category.emoji,
            "category": {"zh": category.name.zh, "en": category.name.en},
        }
        rows.append({**named, "state": report.state})
        buttons.append([button("open_report", "my.report", report.id, **named)])
    orders: list[dict[str, object]] = []
    for order, task in await mine.orders_of(turn.tx, turn.person):
        named = {
            "number": order.id,
            "sign": tasks.service_sign(turn.here, order.service),
            "service": tasks.service_name(turn.here, order.service),
        }
        orders.append({**named, "state": task.state})
        buttons.append([button("open_order", "my.order", order.id, **named)])
    buttons.append([MINE])
    minutes = await mine.minutes(turn.tx, turn.person)
    buttons.append([await volunteer.button_of(turn)])
    await turn.say(My(reports=rows, orders=orders, minutes=minutes), buttons=buttons)


async def open_report(_: Update, turn: Turn, press: Press) -> None:
    """Bring one's report's card down to the end of the chat."""
    await privacy.show_own_report(turn.tx, turn.here, turn.person, report_id=press.subject)
    await turn.answer()


async def open_order(_: Update, turn: Turn, press: Press) -> None:
    """Bring one's order's card down to the end of the chat."""
    await mine.show_order(turn.tx, turn.here, turn.person, order_id=press.subject)
    await turn.answer()


async def held(_: Update, turn: Turn) -> None:
    """`/privacy`"""
    about = await privacy.about(turn.tx, turn.person)
    text = Held(
        name=about.address.name,
        phone=about.address.phone or "",
        place=about.address.place,
        confirmed=turn.person.verified_at is not None,
        roles=[grant.role.value for grant in about.grants],
        opened=[{"at": {"ms": ms}, "by": name, "role": role} for ms, name, role in about.opened],
    )
    buttons = [[button("export", "my.export"), button("erase", "my.erase")]]
    for proxy, name in await proxies.of_person(turn.tx, turn.person):
        buttons.append([button("proxy_end", "proxy.end", proxy.id, name=name)])
    await turn.say(text, buttons=buttons if turn.person.joined_at else None)


async def export(_: Update, turn: Turn, __: Press) -> None:
    """📤 导出"""
    about = await privacy.export(turn.tx, turn.person)
    page = orjson.dumps(about, option=orjson.OPT_INDENT_2).decode()
    await turn.answer()
    await turn.say(Export(at=turn.here.now), document=("jinlin.json", page))


async def ask_erase(_: Update, turn: Turn, __: Press) -> None:
    """🗑 删除我的资料: asked once more."""
    await turn.answer()
    await turn.say(AskErase(), buttons=[[button("erase_yes", "my.erase_yes"), button("keep", "my.keep")]])


async def erase(_: Update, turn: Turn, __: Press) -> None:
    """It is done; the farewell goes to the stranger that is left."""
    if turn.person.joined_at is None:
        raise NoLongerPossible
    turn.moment.person = await people.erase(turn.tx, turn.here, turn.person)
    turn.moment.dialogue = None
    await turn.answer()  # now: what waited for the one who is gone was dropped
    await turn.say(Erased(), keyboard=await keyboard(turn))


async def keep(_: Update, turn: Turn, __: Press) -> None:
    """Not after all."""
    await turn.answer()
    await turn.settle(Kept())


COMMANDS = {"my": my, "privacy": held}
KEYS = {"key_my": my}
PRESSES = {
    "my.report": open_report,
    "my.order": open_order,
    "my.export": export,
    "my.erase": ask_erase,
    "my.erase_yes": erase,
    "my.keep": keep,
}
