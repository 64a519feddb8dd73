"""Handling a report: 受理, 派单, 退回, 提交结果 and 核实, by the desk and by the unit that has it."""

from community import permissions
from community.calls import ask_by_phone
from community.errors import NotFound
from community.here import Here
from community.permissions import Action
from community.report_texts import Accepted, AskSolved, Assigned, Declined, GivenBack, Redo
from community.reports import TIMERS, desk_of, get, handles, move, show_to_desk, unit_name, unit_people, urgency
from community.tell import Text, reachable_by_chat, show, tell
from storage.database import Transaction
from storage.queries import people, reports, timers
from storage.records import Person, Report
from storage.states import Priority, ReportEvent, ReportState

S, E = ReportState, ReportEvent


async def accept(tx: Transaction, here: Here, actor: Person, report_id: int) -> Report:
    """受理: take it and go and look. Raises NotAllowed, NoLongerPossible."""
    report = await _for_desk(tx, actor, report_id)
    if permissions.has_door(report):
        await permissions.open_door(tx, here, actor, report)
    report = await move(tx, here, report, E.ACCEPT, actor=actor, keeper_id=actor.id)
    text = Accepted(number=report.id, worker=permissions.public_name(tx, actor), comes=report.door)
    await _tell_concerned(tx, here, report, text)
    return report


async def see_door(tx: Transaction, here: Here, actor: Person, report_id: int) -> None:
    """Somebody else of the desk comes, too. Raises NotAllowed, NotFound."""
    report = await get(tx, report_id)
    await permissions.open_door(tx, here, actor, report)
    await show_to_desk(tx, here, actor, report, priority=Priority.REPLY)


async def assign(tx: Transaction, here: Here, actor: Person, report_id: int, *, unit: str) -> Report:
    """派单: found true, and given to a responsible unit. Raises NotAllowed, NoLongerPossible, NotFound."""
    report = await _for_desk(tx, actor, report_id)
    if unit not in {u.code for u in here.neighbourhood.units}:
        raise NotFound
    if permissions.has_door(report):
        await permissions.open_door(tx, here, actor, report)
    report = await move(tx, here, report, E.ASSIGN, actor=actor, keeper_id=report.keeper_id or actor.id, unit=unit)
    text = Assigned(number=report.id, unit=unit_name(here, unit), due=report.resolve_due)
    await _tell_concerned(tx, here, report, text)
    for handler in await unit_people(tx, unit):
        await show_to_desk(tx, here, handler, report, priority=urgency(here, report))
    return report


async def send_back(tx: Transaction, here: Here, actor: Person, report_id: int, *, reason: str) -> Report:
    """退回 with a reason: by the unit (not theirs), or by the desk, before it is assigned or after a bad result.

    Raises NotAllowed, NoLongerPossible.
    """
    report = await get(tx, report_id)
    if report.state is S.ASSIGNED and await handles(tx, actor, report):
        unit = unit_name(here, report.unit or "")
        report = await move(tx, here, report, E.GIVE_BACK, actor=actor, unit=None, note=reason)
        for person in await desk_of(tx, report.place_id):
            text = GivenBack(number=report.id, unit=unit, reason=reason)
            await tell(tx, person, text, priority=urgency(here, report), now=here.now)
        return report
    report = await _for_desk(tx, actor, report_id)
    if report.state is S.RESOLVED:
        report = await move(tx, here, report, E.REDO, actor=actor, note=reason)
        for handler in await unit_people(tx, report.unit):
            await tell(tx, handler, Redo(number=report.id, reason=reason), priority=urgency(here, report), now=here.now)
        return report
    report = await move(tx, here, report, E.DECLINE, actor=actor, note=reason)
    hotline = here.neighbourhood.community.hotline
    await _tell_concerned(tx, here, report, Declined(number=report.id, reason=reason, hotline=hotline))
    return report


async def resolve(
    tx: Transaction, here: Here, actor: Person, report_id: int, *, words: str, files: list[tuple[str, str]]
) -> Report:
    """提交结果: by the unit, or by the desk for it. Raises NotAllowed, NoLongerPossible."""
    report = await get(tx, report_id)
    if not await handles(tx, actor, report):
        await permissions.require(tx, actor, Action.HANDLE_REPORTS, place_id=report.place_id)
    report = await move(tx, here, report, E.RESOLVE, actor=actor, note=words)
    for kind, file in files:
        await reports.add_file(tx, report_id=report.id, kind=kind, file=file, after=True)
    keepers = {p.id: p for p in await desk_of(tx, report.place_id)}
    if report.keeper_id:
        keepers = {report.keeper_id: await people.by_id(tx, report.keeper_id)}
    for keeper in keepers.values():
        await show_to_desk(tx, here, keeper, report)
    return report


async def check(tx: Transaction, here: Here, actor: Person, report_id: int) -> Report:
    """核实无误: the desk has seen that it is done; the resident judges. Raises NotAllowed, NoLongerPossible."""
    report = await _for_desk(tx, actor, report_id)
    report = await move(tx, here, report, E.CHECK, actor=actor)
    await timers.drop(tx, prefix=TIMERS, subject_id=report.id)
    for person in await reports.concerned(tx, report.id):
        if person.id == report.reporter_id and not reachable_by_chat(person):
            await ask_by_phone(tx, here, person, AskSolved(number=report.id), question="report", subject_id=report.id)
        card = "report_result" if person.id == report.reporter_id else "report_mine"
        await show(tx, person, card, report.id, priority=Priority.REPLY, now=here.now)
    return report


async def _for_desk(tx: Transaction, actor: Person, report_id: int) -> Report:
    report = await get(tx, report_id)
    await permissions.require(tx, actor, Action.HANDLE_REPORTS, place_id=report.place_id)
    return report


async def _tell_concerned(tx: Transaction, here: Here, report: Report, text: Text) -> None:
    for person in await reports.concerned(tx, report.id):
        await tell(tx, person, text, priority=urgency(here, report), now=here.now)
