"""Clocks of reports that run out: who has one and the level above hear of it."""

from community import waking
from community.here import Here
from community.report_texts import Overdue
from community.reports import ACCEPT_OVERDUE, RESOLVE_OVERDUE, desk_of, get, note_event, show_to_desk, urgency
from community.tell import tell
from storage.database import Transaction
from storage.queries import timers
from storage.records import Report
from storage.states import Priority, ReportEvent, ReportState


async def not_accepted(tx: Transaction, here: Here, report_id: int) -> None:
    """Nobody has it in time. After a stall it may have to be settled by now as well: then that is said, once."""
    report = await get(tx, report_id)
    if report.state is ReportState.SUBMITTED and report.resolve_due > here.now:
        await _overdue(tx, here, report, ACCEPT_OVERDUE)


async def overdue(tx: Transaction, here: Here, report_id: int) -> None:
    """It is not settled in time."""
    report = await get(tx, report_id)
    open_states = (ReportState.SUBMITTED, ReportState.ACCEPTED, ReportState.ASSIGNED)
    if report.state in open_states and report.resolve_due <= here.now:
        await _overdue(tx, here, report, RESOLVE_OVERDUE)


async def _overdue(tx: Transaction, here: Here, report: Report, kind: str) -> None:
    """Who has it and the level above are told, by night only of what is urgent; and it is an event."""
    awake = waking.after(here, here.now)
    priority = urgency(here, report)
    if awake > here.now and priority is not Priority.EMERGENCY:
        await timers.put(tx, kind=kind, subject_id=report.id, due=awake)
        return
    accepted = report.state is not ReportState.SUBMITTED
    await note_event(tx, here, report, ReportEvent.OVERDUE, actor=None)
    told = {p.id: p for p in await desk_of(tx, report.place_id)}
    told |= {p.id: p for p in await desk_of(tx, report.place_id, above_grid=True)}
    name = here.neighbourhood.category(report.category).name
    text = Overdue(number=report.id, what={"zh": name.zh, "en": name.en}, accepted=accepted)
    about = ("report", report.id)
    for person in told.values():
        await tell(tx, person, text, priority=priority, about=about, now=here.now)
        await show_to_desk(tx, here, person, report, priority=priority)
