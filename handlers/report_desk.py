"""Handling reports: 受理, 派单, 退回, 提交结果, 核实; and the resident's verdict.

物业: [✅ 提交结果]
近邻: 0001 处理得怎么样?请发一张处理后的照片,或用一句话说明。
物业: [照片] 装好隔离桩了
近邻: 记下了,请网格员核实。
"""

from dataclasses import dataclass

from telegram import Update

from community import report_handling, report_intake, report_reading, report_verdict, reports
from community.errors import NotFound, TooLong
from community.permissions import Action, may, require
from community.tell import NO_NAME, Both, Text
from handlers.buttons import Press
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.said import Kind, Said
from storage.records import Json
from storage.states import ReportEvent, ReportState


@dataclass(frozen=True, kw_only=True)
class AskUnit(Text, template="report/ask_unit"):
    """Who shall handle it?"""

    number: int


@dataclass(frozen=True, kw_only=True)
class AskReason(Text, template="report/ask_reason"):
    """Why is it sent back?"""

    number: int
    declined: bool


@dataclass(frozen=True, kw_only=True)
class AskResult(Text, template="report/ask_result"):
    """What has been done?"""

    number: int


@dataclass(frozen=True, kw_only=True)
class Done(Text, template="report/done"):
    """Noted: what happens next."""

    number: int
    event: str
    unit: Both


@dataclass(frozen=True, kw_only=True)
class ThanksForStars(Text, template="report/thanks"):
    """Thanks for the verdict."""

    number: int


async def accept(_: Update, turn: Turn, press: Press) -> None:
    """🧾 受理"""
    await report_handling.accept(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Done(number=press.subject, event="accept", unit=NO_NAME))


async def see_door(_: Update, turn: Turn, press: Press) -> None:
    """🚪 看门牌和电话"""
    await report_handling.see_door(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def assign_proposed(_: Update, turn: Turn, press: Press) -> None:
    """属实，派给…"""
    await report_handling.assign(turn.tx, turn.here, turn.person, press.subject, unit=press.word)
    await turn.answer(Done(number=press.subject, event="assign", unit=reports.unit_name(turn.here, press.word)))


async def check(_: Update, turn: Turn, press: Press) -> None:
    """核实无误"""
    await report_handling.check(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Done(number=press.subject, event="check", unit=NO_NAME))


async def start_assign(_: Update, turn: Turn, press: Press) -> None:
    """📌 派单"""
    report = await reports.get(turn.tx, press.subject)
    await require(turn.tx, turn.person, Action.HANDLE_REPORTS, place_id=report.place_id)
    await turn.answer()
    await begin(turn, ASSIGN, draft={"report": report.id})


async def ask_unit(turn: Turn, draft: Json) -> None:
    """The duty list's units."""
    units = [
        ASSIGN.choice("unit", unit.code, {"zh": unit.name.zh, "en": unit.name.en})
        for unit in turn.here.neighbourhood.units
    ]
    await turn.say(AskUnit(number=draft["report"]), buttons=[*grid(units), ASSIGN.ways_out("unit", back=False)])


async def take_unit(turn: Turn, draft: Json, said: Said) -> str | None:
    """One of them, by a tap."""
    if said.kind is not Kind.PRESS:
        raise AskAgain(AskUnit(number=draft["report"]))
    await report_handling.assign(turn.tx, turn.here, turn.person, draft["report"], unit=said.text)
    unit = reports.unit_name(turn.here, said.text)
    await turn.say(Done(number=draft["report"], event="assign", unit=unit))
    return None


async def start_back(_: Update, turn: Turn, press: Press) -> None:
    """退回"""
    report = await reports.get(turn.tx, press.subject)
    if not await reports.handles(turn.tx, turn.person, report):
        await require(turn.tx, turn.person, Action.HANDLE_REPORTS, place_id=report.place_id)
    await turn.answer()
    declined = report.state in (ReportState.SUBMITTED, ReportState.ACCEPTED)
    await begin(turn, BACK, draft={"report": report.id, "declined": declined})


async def ask_reason(turn: Turn, draft: Json) -> None:
    """A reason is owed."""
    text = AskReason(number=draft["report"], declined=draft["declined"])
    await turn.say(text, buttons=[BACK.ways_out("reason", back=False)])


async def take_reason(turn: Turn, draft: Json, said: Said) -> str | None:
    """In words."""
    if said.kind is not Kind.TEXT:
        raise AskAgain(AskReason(number=draft["report"], declined=draft["declined"]))
    _check_length(said.text)
    await report_handling.send_back(turn.tx, turn.here, turn.person, draft["report"], reason=said.text.strip())
    await turn.say(Done(number=draft["report"], event="back", unit=NO_NAME))
    return None


async def start_resolve(_: Update, turn: Turn, press: Press) -> None:
    """✅ 提交结果"""
    report = await reports.get(turn.tx, press.subject)
    if not await reports.handles(turn.tx, turn.person, report):
        await require(turn.tx, turn.person, Action.HANDLE_REPORTS, place_id=report.place_id)
    await turn.answer()
    await begin(turn, RESOLVE, draft={"report": report.id})


async def ask_result(turn: Turn, draft: Json) -> None:
    """A photo after the work, or a sentence."""
    await turn.say(AskResult(number=draft["report"]), buttons=[RESOLVE.ways_out("result", back=False)])


async def take_result(turn: Turn, draft: Json, said: Said) -> str | None:
    """Photo or words; both if they come together."""
    if said.kind not in (Kind.TEXT, Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO):
        raise AskAgain(AskResult(number=draft["report"]))
    _check_length(said.text)
    files = [(said.kind.value, said.file)] if said.file else []
    await report_handling.resolve(
        turn.tx, turn.here, turn.person, draft["report"], words=said.text.strip(), files=files
    )
    await turn.say(Done(number=draft["report"], event="resolve", unit=NO_NAME))
    return None


def _check_length(words: str) -> None:
    if len(words) > report_intake.WORDS_LIMIT:
        raise TooLong(limit=report_intake.WORDS_LIMIT, length=len(words))


async def judge(_: Update, turn: Turn, press: Press) -> None:
    """👍 解决了 / 部分解决 / 👎 没解决"""
    if press.word not in ("solved", "partly", "unsolved"):
        raise NotFound
    await report_verdict.judge(turn.tx, turn.here, turn.person, press.subject, event=ReportEvent(press.word))
    await turn.answer(Done(number=press.subject, event=press.word, unit=NO_NAME))


async def rate(_: Update, turn: Turn, press: Press) -> None:
    """⭐ 1 … ⭐ 5"""
    stars = int(press.word) if press.word.isascii() and press.word.isdigit() else 0
    await report_verdict.rate(turn.tx, turn.here, turn.person, press.subject, stars=stars)
    await turn.answer(ThanksForStars(number=press.subject))


async def withdraw(_: Update, turn: Turn, press: Press) -> None:
    """撤回"""
    await report_verdict.withdraw(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Done(number=press.subject, event="withdraw", unit=NO_NAME))


@dataclass(frozen=True, kw_only=True)
class FileOf(Text, template="report/file_of"):
    """One photo of a report."""

    number: int
    after: bool


async def all_files(_: Update, turn: Turn, press: Press) -> None:
    """📷 every photo and voice message of a report."""
    report = await reports.get(turn.tx, press.subject)
    desk = await may(turn.tx, turn.person, Action.HANDLE_REPORTS, place_id=report.place_id)
    if not desk and not await reports.handles(turn.tx, turn.person, report):
        raise NotFound
    await turn.answer()
    for file in await report_reading.files(turn.tx, report):
        await turn.say(FileOf(number=report.id, after=file.after), media=(file.kind, file.file))


ASSIGN = Flow(name="assign", steps={"unit": Step(ask=ask_unit, take=take_unit)})
BACK = Flow(name="send_back", steps={"reason": Step(ask=ask_reason, take=take_reason)})
RESOLVE = Flow(name="resolve", steps={"result": Step(ask=ask_result, take=take_result)})
FLOWS = (ASSIGN, BACK, RESOLVE)
PRESSES = {
    "report.accept": accept,
    "report.door": see_door,
    "report.to": assign_proposed,
    "report.assign": start_assign,
    "report.back": start_back,
    "report.resolve": start_resolve,
    "report.check": check,
    "report.judge": judge,
    "report.rate": rate,
    "report.withdraw": withdraw,
    "report.files": all_files,
}
