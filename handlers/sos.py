"""🆘 急事: the numbers to ring first, then one confirming tap.

陈奶奶: 🆘 急事
近邻: 🆘 有生命危险先打 120，报警 110，火警 119。要社区的人马上来吗？  [🆘 马上来人] [不用了]
陈奶奶: [🆘 马上来人]
近邻: 已经叫人了。值班员马上给您打电话。
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import Update

from community import emergencies
from community.tell import Text
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.keyboards import keyboard


@dataclass(frozen=True, kw_only=True)
class AskSos(Text, template="sos/ask"):
    """The numbers to ring first; shall somebody come?"""

    medical: str
    police: str
    fire: str
    hotline: str


@dataclass(frozen=True, kw_only=True)
class SosCalled(Text, template="sos/called"):
    """Everybody near is asked, and whoever is on duty rings up."""

    medical: str


@dataclass(frozen=True, kw_only=True)
class SosNot(Text, template="sos/not"):
    """It was not meant."""


async def start(_: Update, turn: Turn) -> None:
    """🆘 急事"""
    community = turn.here.neighbourhood.community
    numbers = community.emergency
    text = AskSos(medical=numbers.medical, police=numbers.police, fire=numbers.fire, hotline=community.hotline)
    await turn.say(text, buttons=[[button("sos_yes", "sos.yes")], [button("keep", "sos.no")]])


async def confirm(_: Update, turn: Turn, __: Press) -> None:
    """🆘 马上来人"""
    await emergencies.call(turn.tx, turn.here, turn.person)
    await turn.answer()
    await turn.say(
        SosCalled(medical=turn.here.neighbourhood.community.emergency.medical), keyboard=await keyboard(turn)
    )


async def leave(_: Update, turn: Turn, __: Press) -> None:
    """不用了"""
    await turn.answer()
    await turn.settle(SosNot())


COMMANDS: dict[str, Callable[[Update, Turn], Coroutine[Any, Any, None]]] = {}
KEYS = {"key_sos": start}
PRESSES = {"sos.yes": confirm, "sos.no": leave}
