"""Calls: 已告知, 没打通, and the answers that somebody gave on the phone."""

from dataclasses import dataclass

from telegram import Update

from community import answers, calls
from community.tell import Text
from handlers.buttons import Press
from handlers.context import Turn


@dataclass(frozen=True, kw_only=True)
class CallNoted(Text, template="task/call_noted"):
    """Noted: what happens next."""

    told: bool


async def told(_: Update, turn: Turn, press: Press) -> None:
    """已告知"""
    await calls.told(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(CallNoted(told=True))


async def missed(_: Update, turn: Turn, press: Press) -> None:
    """没打通"""
    await calls.not_reached(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(CallNoted(told=False))


async def answered(_: Update, turn: Turn, press: Press) -> None:
    """好了, 没好, 解决了, 收下, 同意, 都好 …: what the person said."""
    await answers.give(turn.tx, turn.here, turn.person, press.subject, answer=press.action.removeprefix("call."))
    await turn.answer(CallNoted(told=True))


PRESSES = {
    "call.told": told,
    "call.missed": missed,
    **{
        f"call.{word}": answered
        for word in (
            *("good", "not_good", "no_show", "solved", "unsolved"),
            *("yes", "no", "take", "leave", "well", "need_help"),
        )
    },
}
