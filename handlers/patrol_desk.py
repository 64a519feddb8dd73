"""The desk's side of patrols: calling a shift off, letting it go with few, ending a weekly one, record and figures.

社区吴主任: [🚫 取消这班]
近邻: 为什么取消？写一句，报了名的人都会收到。  [跳过]
社区吴主任: 今晚有雷暴
近邻: 取消了，都告诉了。
"""

from dataclasses import dataclass
from typing import Any

from telegram import Update

from community import patrol_figures, patrol_repeats, patrol_rounds, patrols
from community.tell import Both, Text
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin
from handlers.patrol import WordsOnly
from handlers.said import Kind, Said
from storage.records import Json

MONTH = button("patrol_month", "patrol.month")


@dataclass(frozen=True, kw_only=True)
class AskReason(Text, template="patrol/ask_reason"):
    """Why is it called off?"""


@dataclass(frozen=True, kw_only=True)
class DeskNoted(Text, template="patrol/desk_noted"):
    """Done: what follows."""

    event: str


@dataclass(frozen=True, kw_only=True)
class Record(Text, template="patrol/record"):
    """What a round came back with, for the desk alone."""

    place: Both
    captain: str
    note: str
    points: list[dict[str, Any]]
    findings: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Month(Text, template="patrol/month"):
    """This month and the last, figure by figure."""

    places: list[Both]
    months: list[dict[str, Any]]


async def month(_: Update, turn: Turn, __: Press) -> None:
    """📊 巡防月报"""
    found = await patrol_figures.of_months(turn.tx, turn.here, turn.person)
    await turn.answer()
    months = [{"month": found.month, **vars(found.now)}, {"month": found.last_month, **vars(found.before)}]
    await turn.say(Month(places=found.places, months=months))


async def record(_: Update, turn: Turn, press: Press) -> None:
    """📄 看记录"""
    found = await patrol_rounds.record(turn.tx, turn.person, press.subject)
    await turn.answer()
    await turn.say(
        Record(
            place=found.place,
            captain=found.captain,
            note=found.note,
            points=[{"name": name, "by": by, "located": located} for name, by, located in found.points],
            findings=[{"kind": kind, "words": words, "report": number} for kind, words, number in found.findings],
        )
    )


async def go(_: Update, turn: Turn, press: Press) -> None:
    """👌 照样巡"""
    await patrols.go_ahead(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(DeskNoted(event="go"))


async def stop(_: Update, turn: Turn, press: Press) -> None:
    """⏹ 不再每周发"""
    await patrol_repeats.end(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(DeskNoted(event="stop"), alert=True)


async def cancel(_: Update, turn: Turn, press: Press) -> None:
    """🚫 取消这班: the reason first."""
    await patrols.may_call_off(turn.tx, turn.person, press.subject)
    await turn.answer()
    await begin(turn, FLOW, draft={"patrol_id": press.subject})


async def ask_reason(turn: Turn, _: Json) -> None:
    """In a line, or none."""
    skip = FLOW.choice("reason", "skip", "skip")
    await turn.say(AskReason(), buttons=[[skip, *FLOW.ways_out("reason", back=False)]])


async def take_reason(turn: Turn, draft: Json, said: Said) -> str | None:
    """Words, or a tap on 跳过."""
    skipped = said.kind is Kind.PRESS and said.text == "skip"
    if not skipped and (said.kind is not Kind.TEXT or not said.text.strip()):
        raise AskAgain(WordsOnly())
    reason = "" if skipped else said.text.strip()
    await patrols.call_off(turn.tx, turn.here, turn.person, draft["patrol_id"], reason=reason)
    await turn.say(DeskNoted(event="cancel"))
    return None


FLOW = Flow(name="patrol_cancel", steps={"reason": Step(ask=ask_reason, take=take_reason)})
PRESSES = {
    "patrol.month": month,
    "patrol.record": record,
    "patrol.go": go,
    "patrol.stop": stop,
    "patrol.cancel": cancel,
}
