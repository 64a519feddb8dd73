"""Reading reports: what cards and lists show of one, and those that are like it."""

from datetime import datetime

from community.here import Here
from community.report_intake import near_since
from storage.database import Transaction
from storage.queries import reports
from storage.records import Person, Report, ReportEventRow, ReportFile
from storage.states import ReportState


async def find(tx: Transaction, report_id: int) -> Report | None:
    """The report of that number."""
    return await reports.by_id(tx, report_id)


async def mine(tx: Transaction, person: Person, *, limit: int) -> list[Report]:
    """What somebody reported or follows, latest first."""
    return await reports.mine(tx, person_id=person.id, limit=limit)


async def alike(
    tx: Transaction, here: Here, person: Person, *, category: str, place_id: int, limit: int
) -> list[Report]:
    """What others have reported of this kind at this place lately; nothing where it is not for all to know."""
    if not here.neighbourhood.category(category).public:
        return []
    return await reports.near(
        tx, category=category, place_id=place_id, since=near_since(here), besides=person.id, limit=limit
    )


async def followers(tx: Transaction, report: Report) -> int:
    """How many besides the reporter met the same."""
    return await reports.followers(tx, report.id)


async def files(tx: Transaction, report: Report) -> list[ReportFile]:
    """Its photos, videos and voice messages, oldest first."""
    return await reports.files(tx, report.id)


async def timeline(tx: Transaction, report: Report) -> list[ReportEventRow]:
    """Everything that happened to it, oldest first."""
    return await reports.events(tx, report.id)


def due(report: Report) -> datetime | None:
    """When the next step is due; None while no clock runs."""
    if report.state is ReportState.SUBMITTED:
        return report.accept_due
    return report.resolve_due if report.state in (ReportState.ACCEPTED, ReportState.ASSIGNED) else None
