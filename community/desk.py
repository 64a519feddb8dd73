"""The desk: what is open where somebody works."""

from dataclasses import dataclass

from community import permissions, reports
from community.errors import NotAllowed
from community.here import Here
from community.permissions import Action
from community.tell import show
from storage.database import Transaction
from storage.queries import people, places
from storage.queries import reports as rows
from storage.records import Person, Report
from storage.states import PlaceKind, Priority

LIMIT = 20


@dataclass(frozen=True, kw_only=True)
class OpenMatters:
    """What is open, the oldest `LIMIT` of them."""

    reports: list[Report]
    count: int
    late: int


async def open_matters(tx: Transaction, here: Here, person: Person) -> OpenMatters:
    """What waits for this person. Raises NotAllowed for whoever has no desk."""
    found: dict[int, Report] = {}
    grants = [g for g in await people.grants(tx, person.id) if g.role in permissions.ALLOWED[Action.SEE_OPEN]]
    if not grants:
        raise NotAllowed
    for grant in grants:
        place = await places.by_id(tx, grant.place_id)
        if place.kind is PlaceKind.UNIT:
            here_open = await rows.with_unit(tx, unit=place.code, limit=1000)
        else:
            here_open = await rows.open_in(tx, place_ids=[place.id], limit=1000)
        found |= {r.id: r for r in here_open}
    open_reports = sorted(found.values(), key=lambda r: r.id)
    late = [r for r in open_reports if r.resolve_due < here.now]
    return OpenMatters(reports=open_reports[:LIMIT], count=len(open_reports), late=len(late))


async def show_report(tx: Transaction, here: Here, person: Person, *, report_id: int) -> None:
    """Give a report's card to somebody who handles it. Raises NotAllowed, NotFound."""
    report = await reports.get(tx, report_id)
    if not await reports.handles(tx, person, report):
        await permissions.require(tx, person, Action.HANDLE_REPORTS, place_id=report.place_id)
    await show(tx, person, "report", report.id, priority=Priority.REPLY, now=here.now)
