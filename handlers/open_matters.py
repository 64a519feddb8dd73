"""What somebody has going on, offered when they say something that fits nothing else.

→小林: 交给您了，谢谢！ …
小林: 我在三楼，信号不好
近邻: 您手上有：🔧 修东西，3号楼。找对方请打电话，号码在卡片上，点下面就看到。 …  [📞 🔧 修东西 · 3号楼]
"""

from dataclasses import dataclass
from typing import Any

from community import mine, people, permissions, tasks
from community.tell import Text
from handlers.buttons import Rows, button
from handlers.context import Turn
from handlers.keyboards import keyboard
from storage.records import Report
from storage.states import Role


@dataclass(frozen=True, kw_only=True)
class OpenMatters(Text, template="menu/open_matters"):
    """What it may be about, and what to do if it is about something else."""

    tasks: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    hotline: str


async def offer(turn: Turn) -> bool:
    """Say what is open, with a way to whom it is shared with; False when nothing is."""
    found = await mine.going_on(turn.tx, turn.person)
    if not (found.tasks or found.reports or found.orders):
        return False
    held = []
    for task in found.tasks:
        named: dict[str, Any] = {
            "sign": await tasks.sign(turn.tx, turn.here, task),
            "service": await tasks.what(turn.tx, turn.here, task),
            "place": await tasks.rough_place(turn.tx, task),
        }
        held.append((task.id, named, task.person_id is not None))
    reported = [(report.id, await _report(turn, report)) for report in found.reports]
    ordered = []
    for order, task in found.orders:
        taker = await people.get(turn.tx, task.taker_id) if task.taker_id else None
        helper = permissions.public_name(turn.tx, taker) if taker else ""
        ordered.append((order.id, {**_service(turn, order.service), "state": task.state, "helper": helper}))
    buttons: Rows = [[button("call_them", "task.open", number, **named)] for number, named, _ in held]
    for number, named in reported:
        buttons.append([button("report_progress", "my.report", number, sign=named["emoji"], number=number)])
    for number, named in ordered:
        buttons.append([button("order_progress", "my.order", number, sign=named["sign"], number=number)])
    text = OpenMatters(
        tasks=[{**named, "served": served} for _, named, served in held],
        reports=[named for _, named in reported],
        orders=[named for _, named in ordered],
        hotline=turn.here.neighbourhood.community.hotline,
    )
    await turn.say(text, buttons=buttons, keyboard=None if turn.moment.dialogue else await keyboard(turn))
    return True


def _service(turn: Turn, code: str) -> dict[str, Any]:
    return {"sign": tasks.service_sign(turn.here, code), "service": tasks.service_name(turn.here, code)}


async def _report(turn: Turn, report: Report) -> dict[str, Any]:
    """With who has it, and the number to ring if it is the grid worker's."""
    category = turn.here.neighbourhood.category(report.category)
    keeper = await people.get(turn.tx, report.keeper_id) if report.keeper_id else None
    role = Role.GRID_WORKER
    return {
        "emoji": category.emoji,
        "category": {"zh": category.name.zh, "en": category.name.en},
        "state": report.state,
        "worker": permissions.public_name(turn.tx, keeper) if keeper else "",
        "phone": await permissions.public_phone(turn.tx, keeper, role=role, reader=turn.person) if keeper else "",
    }
