"""The desk's side of shifts: called off, let go with few, vouched for, ended where weekly; record and figures.

社区吴主任: [🚫 取消这班]
近邻: 为什么取消？写一句，报了名的人都会收到。  [跳过]
社区吴主任: 今晚有雷暴
近邻: 取消了，都告诉了。
"""

from dataclasses import dataclass
from typing import Any

from telegram import Update

from community import patrol_figures, shift_ends, shift_repeats, shift_rounds, shift_vouching
from community.tell import Both, Text
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin
from handlers.said import Kind, Said
from handlers.shift import WordsOnly
from storage.records import Json

MONTH = button("shift_month", "shift.month")


@dataclass(frozen=True, kw_only=True)
class AskReason(Text, template="shift/ask_reason"):
    """Why is it called off?"""


@dataclass(frozen=True, kw_only=True)
class DeskNoted(Text, template="shift/desk_noted"):
    """Done: what follows."""

    event: str


@dataclass(frozen=True, kw_only=True)
class Record(Text, template="shift/record"):
    """What a round came back with, for the desk alone."""

    place: Both
    captain: str
    note: str
    points: list[dict[str, Any]]
    findings: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Month(Text, template="shift/month"):
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
    found = await shift_rounds.record(turn.tx, turn.person, press.subject)
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
    """👌 照样去"""
    await shift_ends.go_ahead(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(DeskNoted(event="go"))


async def vouch(_: Update, turn: Turn, press: Press) -> None:
    """✅ 属实，记时间"""
    await shift_vouching.confirm(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(DeskNoted(event="vouch"))


async def deny(_: Update, turn: Turn, press: Press) -> None:
    """✖️ 没有去"""
    await shift_vouching.deny(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(DeskNoted(event="deny"))


async def stop(_: Update, turn: Turn, press: Press) -> None:
    """⏹ 不再每周发"""
    await shift_repeats.end(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(DeskNoted(event="stop"), alert=True)


async def cancel(_: Update, turn: Turn, press: Press) -> None:
    """🚫 取消这班: the reason first."""
    await shift_ends.may_call_off(turn.tx, turn.person, press.subject)
    await turn.answer()
    await begin(turn, FLOW, draft={"shift_id": press.subject})


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
    await shift_ends.call_off(turn.tx, turn.here, turn.person, draft["shift_id"], reason=reason)
    await turn.say(DeskNoted(event="cancel"))
    return None


FLOW = Flow(name="shift_cancel", steps={"reason": Step(ask=ask_reason, take=take_reason)})
PRESSES = {
    "shift.month": month,
    "shift.record": record,
    "shift.go": go,
    "shift.vouch": vouch,
    "shift.deny": deny,
    "shift.stop": stop,
    "shift.cancel": cancel,
}
