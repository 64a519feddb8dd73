"""🙋 领任务: what is looked for near me, what I have claimed, and each step on the way.

→小林: 🔧 修东西，3号楼，约 30 分钟。  [🙋 我去] [这次不行]
小林: [🙋 我去]
→小林: 交给您了，谢谢！3号楼2梯301，陈奶奶，电话 …  [🚶 我出发了] [📍 到门口了] [↩️ 去不了]
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import order_changes, orders, people, permissions, shifts, taking, volunteering
from community.errors import NotFound
from community.tell import Text
from community.volunteers import Stage
from handlers import week
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.look_in import show_list
from handlers.said import Kind, Said
from handlers.shift import LIST
from handlers.time_bank import MINE as MY_TIME
from handlers.volunteer_cards import BECOME, MINE
from storage.records import Json
from storage.states import TaskKind


@dataclass(frozen=True, kw_only=True)
class Tasks(Text, template="task/tasks"):
    """How many I have, how many are looked for, and my minutes."""

    mine: int
    offered: int
    balance: int
    stage: str
    rests_until: datetime | None  # nothing is offered until then


@dataclass(frozen=True, kw_only=True)
class WhatWasSent(Text, template="task/sent"):
    """The voice message or photo of the person served, for whoever goes."""

    kind: str


@dataclass(frozen=True, kw_only=True)
class AskWhom(Text, template="task/ask_whom"):
    """To whom shall it be given?"""

    some: bool


@dataclass(frozen=True, kw_only=True)
class Given(Text, template="task/given"):
    """It is theirs now."""

    name: str


@dataclass(frozen=True, kw_only=True)
class AskReceipt(Text, template="task/ask_receipt"):
    """The receipt, please: what was bought, for how much."""


@dataclass(frozen=True, kw_only=True)
class PhotoPlease(Text, template="task/photo_please"):
    """It was no photo."""


@dataclass(frozen=True, kw_only=True)
class Noted(Text, template="task/noted"):
    """Noted: what happens next."""

    event: str


_CLAIMED = {TaskKind.PATROL: "shift", TaskKind.EVENT: "shift", TaskKind.SEARCH: "search"}


async def show(_: Update, turn: Turn) -> None:
    """`/tasks` or 🙋 领任务: the cards come down to the end of the chat."""
    found = await volunteering.tasks_of(turn.tx, turn.here, turn.person)
    text = Tasks(
        mine=len(found.mine),
        offered=len(found.offered),
        balance=found.balance,
        stage=found.stage,
        rests_until=found.rests_until,
    )
    ahead = [[LIST]] if await shifts.ahead(turn.tx, turn.here, turn.person) else []
    own = [BECOME] if found.stage is Stage.NONE else [week.OPEN, MINE]
    await turn.say(text, buttons=[*ahead, own, [MY_TIME]])
    await volunteering.show_cards(turn.tx, turn.here, turn.person, found)
    await show_list(turn)


async def open_card(_: Update, turn: Turn, press: Press) -> None:
    """📞: the card with the number of whom they go to comes down to the end of the chat."""
    await volunteering.show_held(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def claim(__: Update, turn: Turn, press: Press) -> None:
    """🙋 我去"""
    task = await taking.claim(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event=_CLAIMED.get(task.kind, "claim")))
    if task.order_id is not None:
        order, _ = await orders.get(turn.tx, task.order_id)
        for kind, file in (("photo", order.photo), ("voice", order.voice)):
            if file:
                await turn.say(WhatWasSent(kind=kind), media=(kind, file))


async def ask_whom(_: Update, turn: Turn, press: Press) -> None:
    """👉 派给…"""
    found = await taking.candidates(turn.tx, turn.here, turn.person, press.subject)
    buttons = [button({"zh": name, "en": name}, "task.assign", press.subject, str(p.id)) for p, name in found]
    await turn.answer()
    await turn.say(AskWhom(some=bool(found)), buttons=grid(buttons))


async def assign(_: Update, turn: Turn, press: Press) -> None:
    """One of them."""
    if not press.word.isascii() or not press.word.isdigit():
        raise NotFound
    chosen = await people.several(turn.tx, [int(press.word)])
    if not chosen:
        raise NotFound
    (person,) = chosen.values()
    await taking.assign(turn.tx, turn.here, turn.person, press.subject, person)
    await turn.answer()
    await turn.settle(Given(name=permissions.public_name(turn.tx, person)))


async def decline(_: Update, turn: Turn, press: Press) -> None:
    """这次不行"""
    await taking.decline(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="decline"))


async def still_coming(_: Update, turn: Turn, press: Press) -> None:
    """✅ 能来"""
    await taking.still_coming(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="coming"))


async def release(_: Update, turn: Turn, press: Press) -> None:
    """↩️ 去不了"""
    await taking.release(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="release"))


async def set_off(_: Update, turn: Turn, press: Press) -> None:
    """🚶 我出发了"""
    await taking.set_off(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="set_off"))


async def arrive(_: Update, turn: Turn, press: Press) -> None:
    """📍 到门口了"""
    await taking.arrive(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="arrive"))


async def finish(_: Update, turn: Turn, press: Press) -> None:
    """✅ 做好了; where something was bought, the receipt is shown first."""
    task = await taking.ready(turn.tx, turn.person, press.subject)
    order = (await orders.get(turn.tx, task.order_id))[0] if task.order_id is not None else None
    if order is not None and order_changes.wants_receipt(turn.here, order):
        await turn.answer()
        await begin(turn, FLOW, draft={"task": task.id})
        return
    await taking.finish(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="finish"))


async def ask_receipt(turn: Turn, _: Json) -> None:
    """A photo of the receipt."""
    buttons = [[FLOW.choice("receipt", "none", "nothing_bought")], FLOW.ways_out("receipt", back=False)]
    await turn.say(AskReceipt(), buttons=buttons)


async def take_receipt(turn: Turn, draft: Json, said: Said) -> str | None:
    """The person served sees it with the question whether all is well."""
    if said.kind is Kind.PHOTO:
        await order_changes.keep_receipt(turn.tx, turn.person, draft["task"], file=said.file)
    elif said.kind is not Kind.PRESS or said.text != "none":
        raise AskAgain(PhotoPlease())
    await taking.finish(turn.tx, turn.here, turn.person, draft["task"])
    await turn.say(Noted(event="finish"), keyboard=await keyboard(turn))
    return None


FLOW = Flow(name="receipt", steps={"receipt": Step(ask=ask_receipt, take=take_receipt)})
COMMANDS = {"tasks": show}
KEYS = {"key_tasks": show}
PRESSES = {
    "task.open": open_card,
    "task.claim": claim,
    "task.whom": ask_whom,
    "task.assign": assign,
    "task.decline": decline,
    "task.coming": still_coming,
    "task.release": release,
    "task.set_off": set_off,
    "task.arrive": arrive,
    "task.finish": finish,
}
