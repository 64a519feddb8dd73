"""Finding somebody for a task: those near and able are asked, then the duty officer, then staff.

Numbers are the neighbourhood file's (`[dispatch]`): the duty officer after 20 minutes, staff after 30.
"""

from datetime import timedelta

from community import permissions, tasks
from community.here import Here
from community.order_texts import NobodyYet, StillLooking
from community.tell import show, tell
from storage.database import Transaction
from storage.queries import people, timers
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import Priority, Role, TaskState

OFFICER, STAFF = "task_officer", "task_staff"


async def look_for(tx: Transaction, here: Here, task: Task) -> int:
    """Ask the volunteers of the building and the grid, and set the clock; how many were asked.

    Nobody is asked twice for the same task: those who said no, or gave it back, are left in peace.
    """
    asked = 0
    for person in await people.in_charge(tx, role=Role.VOLUNTEER, place_id=task.place_id):
        able = person.id != task.person_id and person.telegram_id is not None
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
    digits = "".join(c for c in duty.phone if c.isdigit())
    known = [p for p in await people.by_phone(tx, digits) if p.telegram_id is not None]
    return duty.name, known[0] if known else None


async def call_officer(tx: Transaction, here: Here, task_id: int) -> None:
    """Nobody has claimed it: the duty officer hears (staff, where there is none in chat), and the person served."""
    task = await tasks.get(tx, task_id)
    if task.state is not TaskState.OPEN:
        return
    name, officer = await officer_on_duty(tx, here)
    order = await tasks.order_of(tx, task)
    if officer is None or officer.id == task.person_id:
        await tell_staff(tx, here, task)
    else:
        await _tell_one(tx, here, task, officer)
    served = await people.by_id(tx, order.person_id)
    text = StillLooking(
        service=tasks.service_name(here, order.service),
        officer=name,
        hotline=here.neighbourhood.community.hotline,
    )
    await tell(tx, served, text, priority=Priority.REPLY, now=here.now)


async def call_staff(tx: Transaction, here: Here, task_id: int) -> None:
    """Still nobody: staff are told."""
    task = await tasks.get(tx, task_id)
    if task.state is TaskState.OPEN:
        await tell_staff(tx, here, task)


async def tell_staff(tx: Transaction, here: Here, task: Task) -> None:
    """Every staff member of the place hears of it and may take it."""
    for person in await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id):
        await _tell_one(tx, here, task, person)


async def _tell_one(tx: Transaction, here: Here, task: Task, person: Person) -> None:
    order = await tasks.order_of(tx, task)
    text = NobodyYet(
        order=order.id,
        service=tasks.service_name(here, order.service),
        place=await permissions.full_name(tx, task.place_id),
        minutes=round((here.now - task.created_at).total_seconds() / 60),
    )
    await rows.offer(tx, task_id=task.id, person_id=person.id, now=here.now)
    await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    await show(tx, person, "task", task.id, priority=Priority.TASK, now=here.now)
