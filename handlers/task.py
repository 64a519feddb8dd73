"""🙋 领任务: what is looked for near me, what I have claimed, and each step on the way.

→小林: 🔧 修东西，3号楼，约 30 分钟。  [🙋 我去] [这次不行]
小林: [🙋 我去]
→小林: 交给您了，谢谢！3号楼2梯301，陈奶奶，电话 …  [🚶 我出发了] [📍 到门口了] [↩️ 去不了]
"""

from dataclasses import dataclass

from telegram import Update

from community import orders, taking, volunteering
from community.tell import Text
from handlers.buttons import Press
from handlers.context import Turn
from handlers.look_in import show_list


@dataclass(frozen=True, kw_only=True)
class Tasks(Text, template="task/tasks"):
    """How many I have, how many are looked for, and my minutes."""

    mine: int
    offered: int
    balance: int


@dataclass(frozen=True, kw_only=True)
class HerVoice(Text, template="task/voice"):
    """What the person served said, for whoever goes."""


@dataclass(frozen=True, kw_only=True)
class Noted(Text, template="task/noted"):
    """Noted: what happens next."""

    event: str


async def show(_: Update, turn: Turn) -> None:
    """`/tasks` or 🙋 领任务: the cards come down to the end of the chat."""
    found = await volunteering.tasks_of(turn.tx, turn.person)
    await turn.say(Tasks(mine=len(found.mine), offered=len(found.offered), balance=found.balance))
    await volunteering.show_cards(turn.tx, turn.here, turn.person, found)
    await show_list(turn)


async def claim(__: Update, turn: Turn, press: Press) -> None:
    """🙋 我去"""
    task = await taking.claim(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="claim"))
    if task.order_id is not None:
        order, _ = await orders.get(turn.tx, task.order_id)
        if order.voice:
            await turn.say(HerVoice(), media=("voice", order.voice))


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
    """✅ 做好了"""
    await taking.finish(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="finish"))


COMMANDS = {"tasks": show}
KEYS = {"key_tasks": show}
PRESSES = {
    "task.claim": claim,
    "task.decline": decline,
    "task.coming": still_coming,
    "task.release": release,
    "task.set_off": set_off,
    "task.arrive": arrive,
    "task.finish": finish,
}
