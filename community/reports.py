"""Reports: 上报 → 受理 → 派单 → 处置 → 核实 → 评价. Every step is an event, edits the cards, and is told."""

from dataclasses import replace

from community import permissions
from community.calls import ask_by_phone
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.here import Here
from community.permissions import Action
from community.places import above
from community.report_texts import (
    Accepted,
    AskSolved,
    Assigned,
    ClosedInGroup,
    Declined,
    GivenBack,
    Redo,
    Unsolved,
    Withdrawn,
)
from community.tell import Both, Text, reachable_by_chat, refresh, show, tell
from storage.database import Transaction
from storage.queries import dialogues, people, places, reports, timers
from storage.records import Person, Place, Report
from storage.states import PlaceKind, Priority, ReportEvent, ReportState, Role

S, E = ReportState, ReportEvent
TRANSITIONS: dict[ReportState, dict[ReportEvent, ReportState]] = {
    S.SUBMITTED: {E.ACCEPT: S.ACCEPTED, E.ASSIGN: S.ASSIGNED, E.DECLINE: S.DECLINED, E.WITHDRAW: S.WITHDRAWN},
    S.ACCEPTED: {
        E.ASSIGN: S.ASSIGNED,
        E.RESOLVE: S.RESOLVED,
        E.DECLINE: S.DECLINED,
        E.WITHDRAW: S.WITHDRAWN,
    },
    S.ASSIGNED: {
        E.ASSIGN: S.ASSIGNED,
        E.GIVE_BACK: S.ACCEPTED,
        E.RESOLVE: S.RESOLVED,
        E.WITHDRAW: S.WITHDRAWN,
    },
    S.RESOLVED: {E.CHECK: S.CHECKED, E.REDO: S.ASSIGNED},
    S.CHECKED: {E.SOLVED: S.CLOSED, E.PARTLY: S.CLOSED, E.UNSOLVED: S.ACCEPTED},
    S.CLOSED: {},
    S.DECLINED: {},
    S.WITHDRAWN: {},
}
DESK = (Role.GRID_WORKER, Role.STAFF, Role.ADMIN)
_TIMERS = "report_"
ACCEPT_OVERDUE, RESOLVE_OVERDUE = "report_accept", "report_resolve"


async def get(tx: Transaction, report_id: int) -> Report:
    """The report of that number. Raises NotFound."""
    report = await reports.by_id(tx, report_id)
    if report is None:
        raise NotFound
    return report


async def desk_of(tx: Transaction, place_id: int, *, above_grid: bool = False) -> list[Person]:
    """Who takes what comes in at a place: the grid workers, or staff where there are none (or it goes up)."""
    for role in DESK[1:] if above_grid else DESK:
        found = await people.in_charge(tx, role=role, place_id=place_id)
        if found:
            return found
    return []


async def proposed_unit(tx: Transaction, here: Here, report: Report) -> str | None:
    """The unit that the duty list names for this kind of matter at this place."""
    estate = await above(tx, report.place_id, PlaceKind.ESTATE)
    unit = here.neighbourhood.unit_for(report.category, estate.code if estate else None)
    return unit.code if unit else None


def unit_name(here: Here, code: str) -> Both:
    """A responsible unit's name; its code where the neighbourhood file has it no more."""
    found = next((unit for unit in here.neighbourhood.units if unit.code == code), None)
    return {"zh": found.name.zh, "en": found.name.en} if found else {"zh": code, "en": code}


async def unit_place(tx: Transaction, code: str) -> Place | None:
    """Where a responsible unit's people hold their role."""
    found = await places.by_code(tx, code)
    return found if found and found.kind is PlaceKind.UNIT else None


async def handles(tx: Transaction, person: Person, report: Report) -> bool:
    """Whether somebody belongs to the responsible unit that has the report."""
    place = await unit_place(tx, report.unit) if report.unit else None
    return place is not None and any(
        grant.place_id == place.id and grant.role is Role.STAFF for grant in await people.grants(tx, person.id)
    )


async def accept(tx: Transaction, here: Here, actor: Person, report_id: int) -> Report:
    """受理: take it and go and look. Raises NotAllowed, NoLongerPossible."""
    report = await _for_desk(tx, actor, report_id)
    if permissions.has_door(report):
        await permissions.open_door(tx, here, actor, report)
    report = await _move(tx, here, report, E.ACCEPT, actor=actor, keeper_id=actor.id)
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
    report = await _move(tx, here, report, E.ASSIGN, actor=actor, keeper_id=report.keeper_id or actor.id, unit=unit)
    text = Assigned(number=report.id, unit=unit_name(here, unit), due=report.resolve_due)
    await _tell_concerned(tx, here, report, text)
    for handler in await _unit_people(tx, unit):
        await show_to_desk(tx, here, handler, report, priority=urgency(here, report))
    return report


async def send_back(tx: Transaction, here: Here, actor: Person, report_id: int, *, reason: str) -> Report:
    """退回 with a reason: by the unit (not theirs), or by the desk, before it is assigned or after a bad result.

    Raises NotAllowed, NoLongerPossible.
    """
    report = await get(tx, report_id)
    if report.state is S.ASSIGNED and await handles(tx, actor, report):
        unit = unit_name(here, report.unit or "")
        report = await _move(tx, here, report, E.GIVE_BACK, actor=actor, unit=None, note=reason)
        for person in await desk_of(tx, report.place_id):
            text = GivenBack(number=report.id, unit=unit, reason=reason)
            await tell(tx, person, text, priority=urgency(here, report), now=here.now)
        return report
    report = await _for_desk(tx, actor, report_id)
    if report.state is S.RESOLVED:
        report = await _move(tx, here, report, E.REDO, actor=actor, note=reason)
        for handler in await _unit_people(tx, report.unit):
            await tell(tx, handler, Redo(number=report.id, reason=reason), priority=urgency(here, report), now=here.now)
        return report
    report = await _move(tx, here, report, E.DECLINE, actor=actor, note=reason)
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
    report = await _move(tx, here, report, E.RESOLVE, actor=actor, note=words)
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
    report = await _move(tx, here, report, E.CHECK, actor=actor)
    await timers.drop(tx, prefix=_TIMERS, subject_id=report.id)
    for person in await reports.concerned(tx, report.id):
        if person.id == report.reporter_id and not reachable_by_chat(person):
            await ask_by_phone(tx, here, person, AskSolved(number=report.id), question="report", subject_id=report.id)
        card = "report_result" if person.id == report.reporter_id else "report_mine"
        await show(tx, person, card, report.id, priority=Priority.REPLY, now=here.now)
    return report


async def judge(
    tx: Transaction, here: Here, actor: Person, report_id: int, *, event: ReportEvent, on_behalf: bool = False
) -> Report:
    """评价 by the reporter: solved, partly, or not (then it is open again, and the level above hears of it)."""
    report = await get(tx, report_id) if on_behalf else await _own(tx, actor, report_id)
    if event is E.UNSOLVED:
        report = await _move(tx, here, report, event, actor=actor, unit=None)
    else:
        report = await _move(tx, here, report, event, actor=actor, outcome=event)
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
    report = await _move(tx, here, report, E.WITHDRAW, actor=actor)
    await timers.drop(tx, prefix=_TIMERS, subject_id=report.id)
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
    return list({p.id: p for p in [*keeper, *await _unit_people(tx, report.unit)]}.values())


async def _for_desk(tx: Transaction, actor: Person, report_id: int) -> Report:
    report = await get(tx, report_id)
    await permissions.require(tx, actor, Action.HANDLE_REPORTS, place_id=report.place_id)
    return report


async def _own(tx: Transaction, actor: Person, report_id: int) -> Report:
    report = await get(tx, report_id)
    if report.reporter_id != actor.id:
        raise NotAllowed
    return report


_SAME = object()


async def _move(
    tx: Transaction,
    here: Here,
    report: Report,
    event: ReportEvent,
    *,
    actor: Person,
    keeper_id: int | None = None,
    unit: object = _SAME,
    outcome: ReportEvent | None = None,
    note: str = "",
) -> Report:
    """Carry out an event of the table. Raises NoLongerPossible."""
    state = TRANSITIONS[report.state].get(event)
    new_unit = report.unit if unit is _SAME else str(unit) if unit else None
    moved = state is not None and await reports.move(
        tx,
        report=report,
        state=state,
        unit=new_unit,
        keeper_id=keeper_id or report.keeper_id,
        outcome=outcome or report.outcome,
        now=here.now,
    )
    if not moved:
        raise NoLongerPossible
    report = await get(tx, report.id)
    await note_event(tx, here, report, event, actor=actor, note=note)
    await refresh_cards(tx, here, report)
    return report


async def note_event(
    tx: Transaction, here: Here, report: Report, event: ReportEvent, *, actor: Person | None, note: str = ""
) -> None:
    """Add to the timeline."""
    await reports.add_event(
        tx,
        report_id=report.id,
        actor_id=actor.id if actor else None,
        event=event,
        state=report.state,
        unit=report.unit,
        note=tx.seal(note) if note else None,
        now=here.now,
    )


async def refresh_cards(tx: Transaction, here: Here, report: Report) -> None:
    """Bring every card of the report up to date."""
    for card in ("report", "report_mine", "report_result"):
        await refresh(tx, card, report.id, now=here.now)


async def _tell_concerned(tx: Transaction, here: Here, report: Report, text: Text) -> None:
    for person in await reports.concerned(tx, report.id):
        await tell(tx, person, text, priority=urgency(here, report), now=here.now)


async def _unit_people(tx: Transaction, unit: str | None) -> list[Person]:
    place = await unit_place(tx, unit) if unit else None
    return await people.holding(tx, role=Role.STAFF, place_id=place.id) if place else []


def urgency(here: Here, report: Report) -> Priority:
    """How the desk hears of it: what is urgent breaks through everybody's quiet hours."""
    urgent = any(c.code == report.category and c.urgent for c in here.neighbourhood.categories)
    return Priority.EMERGENCY if urgent else Priority.TASK


async def show_to_desk(
    tx: Transaction, here: Here, person: Person, report: Report, *, priority: Priority = Priority.TASK
) -> None:
    """Give somebody who handles it its card; of a card that may show a door only the last copy is kept."""
    await show(tx, person, "report", report.id, priority=priority, now=here.now, private=report.door)


async def show_own(tx: Transaction, here: Here, person: Person, report: Report) -> None:
    """Give the reporter the card that follows their report."""
    await show(tx, person, "report_mine", report.id, priority=Priority.REPLY, now=here.now)
