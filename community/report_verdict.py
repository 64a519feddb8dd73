"""What a reporter says of their own report: whether it is solved, stars, or that they take it back."""

from dataclasses import replace

from community import permissions
from community.errors import NoLongerPossible, NotAllowed
from community.here import Here
from community.report_texts import ClosedInGroup, Unsolved, Withdrawn
from community.reports import (
    RESOLVE_OVERDUE,
    TIMERS,
    desk_of,
    get,
    move,
    note_event,
    refresh_cards,
    show_to_desk,
    unit_people,
    urgency,
)
from community.tell import tell
from storage.database import Transaction
from storage.queries import dialogues, people, reports, timers
from storage.records import Person, Report
from storage.states import Priority, ReportEvent

E = ReportEvent


async def judge(
    tx: Transaction, here: Here, actor: Person, report_id: int, *, event: ReportEvent, on_behalf: bool = False
) -> Report:
    """评价 by the reporter: solved, partly, or not (then it is open again, and the level above hears of it)."""
    report = await get(tx, report_id) if on_behalf else await _own(tx, actor, report_id)
    if event is E.UNSOLVED:
        report = await move(tx, here, report, event, actor=actor, unit=None)
    else:
        report = await move(tx, here, report, event, actor=actor, outcome=event)
    if event is E.UNSOLVED:
        await timers.put(tx, kind=RESOLVE_OVERDUE, subject_id=report.id, due=here.working_time.add(here.now, 240))
        told = {p.id: p for p in await desk_of(tx, report.place_id)}
        told |= {p.id: p for p in await desk_of(tx, report.place_id, above_grid=True)}
        for person in told.values():
            text, about = Unsolved(number=report.id), ("report", report.id)
            await tell(tx, person, text, priority=urgency(here, report), about=about, now=here.now)
            await show_to_desk(tx, here, person, report, priority=urgency(here, report))
    elif report.group_id is not None:
        group = await dialogues.group_by_id(tx, report.group_id)
        await tell(tx, group, ClosedInGroup(number=report.id), priority=Priority.TASK, now=here.now)
    return report


async def rate(tx: Transaction, here: Here, actor: Person, report_id: int, *, stars: int) -> Report:
    """One to five stars, by the reporter and once. Raises NotAllowed, NoLongerPossible."""
    report = await _own(tx, actor, report_id)
    if not 1 <= stars <= 5 or not await reports.rate(tx, report_id=report.id, stars=stars):
        raise NoLongerPossible
    await note_event(tx, here, report, E.RATE, actor=actor, note=str(stars))
    await refresh_cards(tx, here, report)
    return await get(tx, report_id)


async def withdraw(tx: Transaction, here: Here, actor: Person, report_id: int) -> Report:
    """The reporter takes it back; who has it may be on the way and hears of it. Raises NotAllowed, NoLongerPossible."""
    report = await _own(tx, actor, report_id)
    report = await move(tx, here, report, E.WITHDRAW, actor=actor)
    await timers.drop(tx, prefix=TIMERS, subject_id=report.id)
    category = here.neighbourhood.category(report.category).name
    text = Withdrawn(
        number=report.id,
        category={"zh": category.zh, "en": category.en},
        place=await permissions.full_name(tx, report.place_id),
        to="desk",
    )
    about = None if report.keeper_id else ("report", report.id)  # nobody has it: its card says so
    for person in await _who_has(tx, report):
        if person.id != actor.id:
            await tell(tx, person, text, priority=urgency(here, report), about=about, now=here.now)
    for person in await reports.concerned(tx, report.id):
        own = person.id == actor.id
        whose = replace(text, to="reporter" if own else "follower")
        await tell(tx, person, whose, priority=Priority.REPLY if own else Priority.TASK, now=here.now)
    return report


async def _who_has(tx: Transaction, report: Report) -> list[Person]:
    """Whoever keeps it and the unit's people; while nobody has taken it, the desk."""
    keeper = [await people.by_id(tx, report.keeper_id)] if report.keeper_id else await desk_of(tx, report.place_id)
    return list({p.id: p for p in [*keeper, *await unit_people(tx, report.unit)]}.values())


async def _own(tx: Transaction, actor: Person, report_id: int) -> Report:
    report = await get(tx, report_id)
    if report.reporter_id != actor.id:
        raise NotAllowed
    return report
