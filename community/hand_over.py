"""Before somebody is forgotten: what they have claimed is given back, what they ordered is cancelled, or confirmed.

What waited at their desk goes to whoever is in charge beside or above them.
"""

from community import (
    check_ins,
    follow_up,
    order_changes,
    order_verdict,
    reports,
    taking,
    tasks,
    time_bank_leaving,
    waiting_list,
)
from community.here import Here
from community.repeats import AGAIN
from storage.database import Transaction
from storage.queries import (
    calendar_feeds,
    helper_photos,
    lapses,
    people,
    proxies,
    repeats,
    shifts,
    timers,
    volunteers,
)
from storage.queries import reports as report_rows
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import TaskEvent, TaskKind, TaskState

_OFFERS = 1_000


async def hand_over(tx: Transaction, here: Here, person: Person) -> None:
    """Nobody waits for somebody who is gone."""
    await check_ins.forget(tx, here, person)
    await waiting_list.forget(tx, here, person)
    await give_back(tx, here, person)
    for task in await rows.live_of_person(tx, person_id=person.id):
        if task.kind is TaskKind.CALL:
            await timers.drop(tx, prefix="call_", subject_id=task.id)
            await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=person, taker_id=None)
    for task in await rows.live_of_person(tx, person_id=person.id):
        if task.order_id is not None:  # nobody can be asked any more whether it was done well
            settle = order_verdict.confirm if task.state is TaskState.DONE else order_changes.cancel
            await settle(tx, here, person, task.order_id)
    await time_bank_leaving.leave(tx, here, person)
    await rows.forget(tx, person_id=person.id)
    await shifts.forget(tx, person_id=person.id)
    await volunteers.forget(tx, person_id=person.id, now=here.now)
    await helper_photos.remove(tx, person.id)
    await lapses.forget(tx, person_id=person.id)
    await proxies.forget(tx, person.id)
    await calendar_feeds.drop(tx, person_id=person.id)
    for repeat_id in await repeats.end_all(tx, person_id=person.id, now=here.now):
        await timers.drop(tx, prefix=AGAIN, subject_id=repeat_id)
    await _pass_on_reports(tx, here, person)


async def give_back(tx: Transaction, here: Here, person: Person, *, stopped_by: Person | None = None) -> list[Task]:
    """What somebody has claimed, joined or is asked for goes to others; what they had claimed or joined, as it was."""
    held = await rows.taken_by(tx, person_id=person.id)
    for task in held:
        if task.taker_id == person.id:
            await follow_up.replace(tx, here, task, TaskEvent.RELEASE, stopped_by=stopped_by)
        else:
            await follow_up.lose_companion(tx, here, task, person)
    for task in await rows.offered_to(tx, person_id=person.id, limit=_OFFERS):
        await taking.decline(tx, here, person, task.id)
    return held


async def _pass_on_reports(tx: Transaction, here: Here, person: Person) -> None:
    desks = [g.place_id for g in await people.grants(tx, person.id) if g.role in reports.DESK]
    waiting = await report_rows.open_in(tx, place_ids=desks, limit=10_000)
    for report in waiting:
        desk = await reports.desk_of(tx, report.place_id)
        beside = [p for p in desk if p.id != person.id]
        if beside and report.keeper_id != person.id:
            continue  # they have its card already
        above = await reports.desk_of(tx, report.place_id, above_grid=True)
        for heir in beside or [p for p in above if p.id != person.id]:
            await reports.show_to_desk(tx, here, heir, report)
    await report_rows.drop_keeper(tx, person_id=person.id)
    for report in waiting:
        await reports.refresh_cards(tx, here, report)
