"""The desk: what is open where somebody works."""

from dataclasses import dataclass

from community import permissions, reports
from community.errors import NotAllowed
from community.here import Here
from community.permissions import Action
from community.report_reading import due
from community.tasks import get as get_task
from community.tasks import rough_place
from community.tell import Both, show
from storage.database import Transaction
from storage.queries import offers, people, places
from storage.queries import reports as rows
from storage.queries import tasks as task_rows
from storage.records import Person, Report, Task
from storage.states import PlaceKind, Priority, TaskKind

LIMIT = 20


@dataclass(frozen=True, kw_only=True)
class OpenMatters:
    """What is open, the oldest `LIMIT` of them."""

    reports: list[Report]
    count: int
    late: int
    tasks: list[Task]


async def open_matters(tx: Transaction, here: Here, person: Person) -> OpenMatters:
    """What waits for this person. Raises NotAllowed for whoever has no desk."""
    found: dict[int, Report] = {}
    tasks: dict[int, Task] = {}
    grants = [g for g in await people.grants(tx, person.id) if g.role in permissions.ALLOWED[Action.SEE_OPEN]]
    if not grants:
        raise NotAllowed
    for grant in grants:
        place = await places.by_id(tx, grant.place_id)
        if place.kind is PlaceKind.UNIT:
            here_open = await rows.with_unit(tx, unit=place.code, limit=1000)
        else:
            here_open = await rows.open_in(tx, place_ids=[place.id], limit=1000)
            tasks |= {t.id: t for t in await task_rows.live_in(tx, place_id=place.id, limit=LIMIT)}
        found |= {r.id: r for r in here_open}
    open_reports = sorted(found.values(), key=lambda r: r.id)
    late = [r for r in open_reports if (due(r) or here.now) < here.now]
    return OpenMatters(
        reports=open_reports[:LIMIT], count=len(open_reports), late=len(late), tasks=list(tasks.values())[:LIMIT]
    )


async def place_name(tx: Transaction, task: Task) -> Both:
    """Where a task is, as a list may say it."""
    return await rough_place(tx, task)


async def show_task(tx: Transaction, here: Here, person: Person, *, task_id: int) -> None:
    """Give a task's card to somebody who runs things there; a visit that is open may be claimed."""
    task = await get_task(tx, task_id)
    await permissions.require(tx, person, Action.SEE_OPEN, place_id=task.place_id)
    if task.kind is TaskKind.CALL:
        await show(tx, person, "call", task.id, priority=Priority.REPLY, now=here.now)
        return
    await offers.offer(tx, task_id=task.id, person_id=person.id, now=here.now)
    await show(tx, person, "task", task.id, priority=Priority.REPLY, now=here.now)


async def show_report(tx: Transaction, here: Here, person: Person, *, report_id: int) -> None:
    """Give a report's card to somebody who handles it. Raises NotAllowed, NotFound."""
    report = await reports.get(tx, report_id)
    if not await reports.handles(tx, person, report):
        await permissions.require(tx, person, Action.HANDLE_REPORTS, place_id=report.place_id)
    await reports.show_to_desk(tx, here, person, report, priority=Priority.REPLY)
