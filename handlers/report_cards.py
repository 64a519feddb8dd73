"""The cards of a report: for whoever handles it, for who reported it, and the question whether it is solved."""

from dataclasses import dataclass
from datetime import datetime

from community import people, permissions, report_reading, reports
from community.here import Here
from community.permissions import Action
from community.tell import NO_NAME, Both, Text
from handlers.buttons import Rows, button
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person, Report, ReportFile
from storage.states import ReportEvent, ReportState

S = ReportState


@dataclass(frozen=True, kw_only=True)
class ReportCard(Text, template="report/card"):
    """A report as those see it who handle it; who reported it is on it only in an emergency from home."""

    number: int
    emoji: str
    category: Both
    place: Both
    spot: str
    words: str
    photos: int
    followers: int
    state: str
    unit: Both
    worker: str
    due: datetime | None
    late: bool
    note: str
    stars: int
    name: str  # with phone and door: to whoever of the desk has opened them
    phone: str
    door: Both
    sealed: bool  # they can be opened


@dataclass(frozen=True, kw_only=True)
class MyReport(Text, template="report/mine"):
    """A report as the resident sees it: number, state, who has it now, and the clock."""

    number: int
    emoji: str
    category: Both
    place: Both
    words: str
    state: str
    unit: Both
    worker: str
    due: datetime | None
    note: str
    stars: int
    alerted: list[str]  # in an emergency, until somebody has it


@dataclass(frozen=True, kw_only=True)
class Result(Text, template="report/result"):
    """To the resident: it is done, look; is it solved?"""

    number: int
    category: Both
    note: str
    state: str
    outcome: str
    stars: int


async def for_desk(tx: Transaction, here: Here, report_id: int, reader: Person | Group) -> Face | None:
    """The card of whoever handles it, with what they may do now."""
    report = await report_reading.find(tx, report_id)
    if report is None or isinstance(reader, Group):
        return None
    desk = await permissions.may(tx, reader, Action.HANDLE_REPORTS, place_id=report.place_id)
    unit = not desk and await reports.handles(tx, reader, report)
    category = here.neighbourhood.category(report.category)
    files = await report_reading.files(tx, report)
    address = await permissions.door_of_report(tx, reader, report)
    sealed = desk is not None and address is None and permissions.has_door(report)
    text = ReportCard(
        number=report.id,
        emoji=category.emoji,
        category={"zh": category.name.zh, "en": category.name.en},
        place=await permissions.full_name(tx, report.place_id),
        spot=permissions.own_words(tx, report.spot) if desk or unit else "",
        words=permissions.own_words(tx, report.words) if desk or unit else "",
        photos=len(files),
        followers=await report_reading.followers(tx, report),
        state=report.state,
        unit=_unit(here, report),
        worker=await _worker(tx, report),
        due=report_reading.due(report),
        late=(report_reading.due(report) or here.now) < here.now,
        note=await _note(tx, report),
        stars=report.stars or 0,
        name=address.name if address else "",
        phone=(address.phone or "") if address else "",
        door=address.place if address else NO_NAME,
        sealed=sealed,
    )
    buttons: Rows = []
    if desk:
        buttons = await _desk_buttons(tx, here, report)
        if sealed and report.state is not S.SUBMITTED:
            buttons = [*buttons, [button("see_door", "report.door", report.id)]]
    elif unit and report.state is S.ASSIGNED:
        buttons = [[button("resolve", "report.resolve", report.id), button("send_back", "report.back", report.id)]]
    if len(files) > 1 or (files and report.door) or any(f.kind != "photo" for f in files):
        buttons = [*buttons, [button("all_files", "report.files", report.id)]]
    # Of words alone where a name may stand on it: such a card is put away whole when it is shown again.
    return Face(text=text, buttons=buttons, photo="" if report.door else _photo(files, report))


async def _desk_buttons(tx: Transaction, here: Here, report: Report) -> Rows:
    back = button("send_back", "report.back", report.id)
    assign = button("assign", "report.assign", report.id)
    match report.state:
        case S.SUBMITTED | S.ACCEPTED:
            unit = await reports.proposed_unit(tx, here, report)
            quick = (
                [button("true_assign", "report.to", report.id, unit, unit=reports.unit_name(here, unit))]
                if unit
                else []
            )
            first = "accept" if report.state is S.SUBMITTED else "resolve"
            return [quick, [button(first, f"report.{first}", report.id), assign], [back]]
        case S.ASSIGNED:
            return [[button("resolve", "report.resolve", report.id), assign]]
        case S.RESOLVED:
            return [[button("checked", "report.check", report.id), back]]
        case _:
            return []


async def for_reporter(tx: Transaction, here: Here, report_id: int, reader: Person | Group) -> Face | None:
    """The card that follows one's own report, or one that is followed."""
    report = await report_reading.find(tx, report_id)
    if report is None or isinstance(reader, Group):
        return None
    own = report.reporter_id == reader.id
    category = here.neighbourhood.category(report.category)
    text = MyReport(
        number=report.id,
        emoji=category.emoji,
        category={"zh": category.name.zh, "en": category.name.en},
        place=await permissions.full_name(tx, report.place_id),
        words=permissions.own_words(tx, report.words) if own else "",
        state=report.state,
        unit=_unit(here, report),
        worker=await _worker(tx, report),
        due=report_reading.due(report),
        note=await _note(tx, report),
        stars=report.stars or 0,
        alerted=await _alerted(tx, report) if category.urgent else [],
    )
    can_withdraw = own and ReportEvent.WITHDRAW in reports.TRANSITIONS[report.state]
    return Face(text=text, buttons=[[button("withdraw", "report.withdraw", report.id)]] if can_withdraw else [])


async def for_judge(tx: Transaction, here: Here, report_id: int, reader: Person | Group) -> Face | None:
    """Is it solved? Then the stars."""
    report = await report_reading.find(tx, report_id)
    if report is None or isinstance(reader, Group):
        return None
    category = here.neighbourhood.category(report.category)
    text = Result(
        number=report.id,
        category={"zh": category.name.zh, "en": category.name.en},
        note=await _note(tx, report, ReportEvent.RESOLVE),
        state=report.state,
        outcome=report.outcome or "",
        stars=report.stars or 0,
    )
    buttons: Rows = []
    if report.state is S.CHECKED:
        buttons = [
            [button("solved", "report.judge", report.id, "solved")],
            [
                button("partly", "report.judge", report.id, "partly"),
                button("unsolved", "report.judge", report.id, "unsolved"),
            ],
        ]
    elif report.state is S.CLOSED and report.stars is None:
        buttons = [[button("stars", "report.rate", report.id, str(n), count=n) for n in range(1, 6)]]
    after = [f for f in await report_reading.files(tx, report) if f.after and f.kind == "photo"]
    return Face(text=text, buttons=buttons, photo=after[-1].file if after else "")


def _unit(here: Here, report: Report) -> Both:
    return reports.unit_name(here, report.unit) if report.unit else NO_NAME


async def _worker(tx: Transaction, report: Report) -> str:
    keeper = await people.get(tx, report.keeper_id) if report.keeper_id else None
    return permissions.public_name(tx, keeper) if keeper else ""


async def _alerted(tx: Transaction, report: Report) -> list[str]:
    """Who has an emergency before them that nobody has taken yet."""
    desk = await reports.desk_of(tx, report.place_id) if report.state is S.SUBMITTED else []
    return [permissions.public_name(tx, person) for person in desk]


async def _note(tx: Transaction, report: Report, event: ReportEvent | None = None) -> str:
    """The last words on the timeline that still hold: a reason or a result, until it is assigned or opened anew."""
    note = None
    for e in await report_reading.timeline(tx, report):
        if e.event in (ReportEvent.ASSIGN, ReportEvent.UNSOLVED):
            note = None
        elif e.note is not None and e.event is not ReportEvent.RATE and event in (None, e.event):
            note = e.note
    return permissions.own_words(tx, note)


def _photo(files: list[ReportFile], report: Report) -> str:
    """The result's photo once there is one, else the first."""
    photos = [f for f in files if f.kind == "photo"]
    if report.state in (S.RESOLVED, S.CHECKED, S.CLOSED) and photos and photos[-1].after:
        return photos[-1].file
    return photos[0].file if photos else ""


CARDS = {"report": for_desk, "report_mine": for_reporter, "report_result": for_judge}
