"""Finding somebody for a task: those near and able are asked, then the duty officer, then staff.

Numbers are the neighbourhood file's (`[dispatch]`): the duty officer after 20 minutes, staff after 30.
"""

from datetime import timedelta

from community import permissions, tasks
from community.here import Here
from community.order_texts import NobodyYet, NotArrived, StillLooking
from community.tell import reachable_by_chat, show, tell
from storage.database import Transaction
from storage.queries import people, timers
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import OfferState, Priority, Role, TaskState

OFFICER, STAFF = "task_officer", "task_staff"
_REFUSED = (OfferState.DECLINED, OfferState.RELEASED)


async def look_for(tx: Transaction, here: Here, task: Task) -> int:
    """Ask the volunteers of the building and the grid, and set the clock; how many were asked.

    Nobody is asked twice for the same task: those who said no, or gave it back, are left in peace.
    """
    asked = 0
    for person in await people.in_charge(tx, role=Role.VOLUNTEER, place_id=task.place_id):
        able = person.id != task.person_id and reachable_by_chat(person)
        if able and await rows.offer(tx, task_id=task.id, person_id=person.id, now=here.now):
            asked += 1
    for person in await rows.still_asked(tx, task.id):
        await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)
    dispatch = here.neighbourhood.dispatch
    nobody = not await rows.still_asked(tx, task.id)
    officer_at = here.now if nobody else here.now + timedelta(minutes=dispatch.officer_minutes)
    await timers.put(tx, kind=OFFICER, subject_id=task.id, due=officer_at)
    staff_at = here.now + timedelta(minutes=dispatch.staff_minutes)
    await timers.put(tx, kind=STAFF, subject_id=task.id, due=staff_at)
    return asked


async def officer_on_duty(tx: Transaction, here: Here) -> tuple[str, Person | None]:
    """Name of whoever is on duty now by the roster, and their account where their number is known."""
    duty = here.neighbourhood.duty_at(here.local)
    if duty is None:
        return "", None
    known = [p for p in await permissions.officers(tx, duty.phone) if reachable_by_chat(p)]
    return duty.name, known[0] if known else None


async def call_officer(tx: Transaction, here: Here, task_id: int) -> None:
    """Nobody has claimed it: the duty officer hears (staff, where there is none in chat), and the person served."""
    task = await tasks.get(tx, task_id)
    if task.state is TaskState.OPEN:
        await _call_officer(tx, here, task, spare=await _overdue_for_staff(tx, here, task))


async def all_declined(tx: Transaction, here: Here, task: Task) -> None:
    """There is nobody left to wait for: the duty officer hears at once, or (if it was they who declined) staff."""
    await timers.drop(tx, prefix=OFFICER, subject_id=task.id)
    await _call_officer(tx, here, task, spare=False)


async def _call_officer(tx: Transaction, here: Here, task: Task, *, spare: bool) -> None:
    """`spare`: staff are told in the same moment, after a stall; nobody hears twice."""
    staff = {p.id: p for p in await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id)}
    name, officer = await officer_on_duty(tx, here)
    if officer is None or officer.id == task.person_id or await _refused(tx, task, officer):
        name, called = "", [p for p in staff.values() if not await _refused(tx, task, p)]
    else:
        called = [officer]
    for person in called:
        if not (spare and person.id in staff):
            await _tell_one(tx, here, task, person)
    order = await tasks.order_of(tx, task)
    text = StillLooking(
        service=tasks.service_name(here, order.service),
        officer=name,
        hotline=here.neighbourhood.community.hotline,
    )
    await tasks.tell_served(tx, here, order, text)


async def _refused(tx: Transaction, task: Task, person: Person) -> bool:
    return await rows.offer_of(tx, task_id=task.id, person_id=person.id) in _REFUSED


async def _overdue_for_staff(tx: Transaction, here: Here, task: Task) -> bool:
    opened = await rows.opened_at(tx, task.id)
    return here.now - opened >= timedelta(minutes=here.neighbourhood.dispatch.staff_minutes)


async def call_staff(tx: Transaction, here: Here, task_id: int) -> None:
    """Still nobody: every staff member of the place is told, and may take it."""
    task = await tasks.get(tx, task_id)
    if task.state is not TaskState.OPEN:
        return
    for person in {p.id: p for p in await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id)}.values():
        await _tell_one(tx, here, task, person)


async def tell_not_arrived(tx: Transaction, here: Here, task: Task, taker: Person) -> None:
    """Whoever set out is not there yet: staff look after it."""
    order = await tasks.order_of(tx, task)
    text = NotArrived(
        order=order.id,
        service=tasks.service_name(here, order.service),
        place=await tasks.rough_place(tx, task),
        helper=permissions.public_name(tx, taker),
        minutes=round((here.now - task.due).total_seconds() / 60),
    )
    for person in {p.id: p for p in await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id)}.values():
        if person.id != taker.id:
            await tell(tx, person, text, priority=Priority.TASK, now=here.now)


async def _tell_one(tx: Transaction, here: Here, task: Task, person: Person) -> None:
    order = await tasks.order_of(tx, task)
    text = NobodyYet(
        order=order.id,
        service=tasks.service_name(here, order.service),
        place=await tasks.rough_place(tx, task),
        minutes=round((here.now - await rows.opened_at(tx, task.id)).total_seconds() / 60),
    )
    await rows.offer(tx, task_id=task.id, person_id=person.id, now=here.now)
    await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)
