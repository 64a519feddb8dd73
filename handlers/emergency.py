"""🌀 应急状态: staff begin it with a reason, and end it; its card is at the desk of everybody who runs things.

社区吴主任: [🌀 应急状态]
近邻: 🌀 开启应急状态？ …  [🌀 台风] [🌧 暴雨] [⚡ 停水停电] [⚠️ 别的]
社区吴主任: [🌀 台风]
近邻: 🌀 应急状态（台风） …  [✅ 结束应急状态]
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import emergency_state, emergency_switch, people, permissions, waking
from community.errors import NotFound
from community.here import Here
from community.tell import Text
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.flow import grid
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person
from storage.states import EmergencyCause


@dataclass(frozen=True, kw_only=True)
class AskDeclare(Text, template="emergency/ask"):
    """Begin it? What pauses, what goes on."""


@dataclass(frozen=True, kw_only=True)
class AskEnd(Text, template="emergency/ask_end"):
    """End it?"""


@dataclass(frozen=True, kw_only=True)
class EmergencyCard(Text, template="emergency/card"):
    """Since when, by whom; `resumes`: by night everything waits for the morning."""

    cause: str
    by: str
    since: datetime
    ended: bool
    resumes: datetime | None


async def rows(turn: Turn) -> Rows:
    """The button of the desk: begin it, or the way to its card."""
    if not await emergency_switch.may(turn.tx, turn.here, turn.person):
        return []
    return [[button("emergency", "emergency.ask")]]


async def ask(_: Update, turn: Turn, __: Press) -> None:
    """🌀 应急状态"""
    await emergency_switch.require(turn.tx, turn.here, turn.person)
    state = await emergency_state.current(turn.tx)
    if state is not None:
        await emergency_switch.show_card(turn.tx, turn.here, turn.person, state)
    else:
        causes = [button(f"cause_{cause.value}", "emergency.begin", 0, cause.value) for cause in EmergencyCause]
        await turn.say(AskDeclare(), buttons=grid(causes))
    await turn.answer()


async def begin(_: Update, turn: Turn, press: Press) -> None:
    """A reason begins it."""
    if press.word not in EmergencyCause.__members__.values():
        raise NotFound
    await emergency_switch.begin(turn.tx, turn.here, turn.person, EmergencyCause(press.word))
    await turn.answer()


async def ask_end(_: Update, turn: Turn, press: Press) -> None:
    """✅ 结束应急状态"""
    await emergency_switch.may_end(turn.tx, turn.here, turn.person, press.subject)
    await turn.say(AskEnd(), buttons=[[button("emergency_over", "emergency.over", press.subject)]])
    await turn.answer()


async def over(_: Update, turn: Turn, press: Press) -> None:
    """✅ 现在结束"""
    await emergency_switch.end(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def card(tx: Transaction, here: Here, state_id: int, reader: Person | Group) -> Face | None:
    """How it stands, for whoever runs things; staff may end it."""
    if isinstance(reader, Group):
        return None
    state = await emergency_switch.get(tx, state_id)
    resumes = waking.after(here, state.ended_at) if state.ended_at else here.now
    text = EmergencyCard(
        cause=state.cause,
        by=permissions.public_name(tx, await people.get(tx, state.begun_by)),
        since=state.begun_at,
        ended=state.ended_at is not None,
        resumes=resumes if resumes > here.now else None,
    )
    ends = state.ended_at is None and await emergency_switch.may(tx, here, reader)
    return Face(text=text, buttons=[[button("emergency_end", "emergency.end", state.id)]] if ends else [])


PRESSES = {"emergency.ask": ask, "emergency.begin": begin, "emergency.end": ask_end, "emergency.over": over}
CARDS = {emergency_switch.CARD: card}
