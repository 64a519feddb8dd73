"""Reports: 上报 → 受理 → 派单 → 处置 → 核实 → 评价. Every step is an event, edits the cards, and is told."""

from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.places import above
from community.tell import Both, refresh, show
from storage.database import Transaction
from storage.queries import people, places, reports
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
TIMERS = "report_"
"""What the kinds of a report's clocks begin with."""
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


_SAME = object()


async def move(
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


async def unit_people(tx: Transaction, unit: str | None) -> list[Person]:
    """Who holds the role at a responsible unit."""
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
