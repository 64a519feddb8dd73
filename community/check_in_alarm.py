"""The alarm for an elder who has not been heard of: phone, neighbour and family, a knock at the door, the desk."""

from datetime import timedelta

from community import calls, dispatch, permissions, tasks
from community.check_in_texts import AlarmByPhone, AllClear, AskByPhone
from community.here import Here
from community.tell import Both, reachable_by_chat, show, tell
from storage.database import Transaction
from storage.queries import check_ins as rows
from storage.queries import people, places, timers
from storage.queries import tasks as task_rows
from storage.records import CheckInDay, Person
from storage.states import CheckInState, ContactState, PlaceKind, Priority, Role, TaskEvent, TaskKind, TaskState

QUESTION = "check_in"
_KNOCK_WITHIN, _KNOCK_MINUTES = timedelta(minutes=15), 10


def in_chat(person: Person) -> bool:
    """Whether an elder taps; whoever does not, or has blocked the bot, is rung up."""
    return reachable_by_chat(person) and person.unreachable_at is None


async def ring_up(tx: Transaction, here: Here, day: CheckInDay, *, why: str) -> None:
    """Have the duty officer ring up and ask; a call that is there already is brought to mind."""
    if await calls.hurry(tx, here, question=QUESTION, subject_id=day.id):
        return
    elder = await people.by_id(tx, day.person_id)
    await calls.ask_by_phone(tx, here, elder, AskByPhone(due=day.due, why=why), question=QUESTION, subject_id=day.id)


async def is_rung_up(tx: Transaction, day: CheckInDay) -> bool:
    """Whether somebody is to ring up already."""
    return bool(await task_rows.live_calls(tx, question=QUESTION, subject_id=day.id))


async def alert_contacts(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """Neighbour and family who agreed to be told, each once."""
    elder = await people.by_id(tx, day.person_id)
    for contact in await rows.contacts(tx, elder.id, ContactState.WILLING):
        if await rows.alert(tx, day_id=day.id, person_id=contact.id):
            text = AlarmByPhone(name=permissions.name_in_care(tx, elder), due=day.due, day=day.id)
            if reachable_by_chat(contact):
                await _show(tx, here, day, contact)
            else:
                await tell(tx, contact, text, priority=Priority.TASK, now=here.now)


async def knock(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """A captain is to go and knock; the duty officer hears if nobody can."""
    elder = await people.by_id(tx, day.person_id)
    task = await tasks.post(
        tx,
        here,
        None,
        kind=TaskKind.KNOCK,
        person_id=elder.id,
        place_id=elder.place_id or await people.top_place(tx),
        due=here.now + _KNOCK_WITHIN,
        minutes=_KNOCK_MINUTES,
        urgent=True,
    )
    await rows.set_task(tx, day_id=day.id, task_id=task.id)
    await dispatch.look_for(tx, here, task)
    await timers.drop(tx, prefix=dispatch.STAFF, subject_id=task.id)  # the desk hears from us


async def desk_of(tx: Transaction, here: Here, place_id: int | None) -> list[Person]:
    """The duty officer by the roster's number, staff and the grid worker; the administrator, where there is none."""
    at = place_id or await people.top_place(tx)
    _, officer = await dispatch.officer_on_duty(tx, here)
    found = {officer.id: officer} if officer else {}
    for role in (Role.STAFF, Role.GRID_WORKER, Role.ADMIN):
        if role is not Role.ADMIN or not found:
            found |= {p.id: p for p in await people.in_charge(tx, role=role, place_id=at)}
    return list(found.values())


async def alert_desk(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """The desk has it now: everybody there is told, and again until it is settled."""
    elder = await people.by_id(tx, day.person_id)
    for person in await desk_of(tx, here, elder.place_id):
        if person.id != elder.id:
            await rows.alert(tx, day_id=day.id, person_id=person.id)
            await _show(tx, here, day, person)


async def alert_captains(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """The nearest who look in on them: the stairwell's captain, else the building's, else the grid worker."""
    elder = await people.by_id(tx, day.person_id)
    for role in (Role.STAIR_CAPTAIN, Role.BUILDING_CAPTAIN, Role.GRID_WORKER):
        found = await people.in_charge(tx, role=role, place_id=elder.place_id or 0)
        beside = [p for p in found if p.id != elder.id]
        for person in beside:
            if await rows.alert(tx, day_id=day.id, person_id=person.id):
                await _show(tx, here, day, person)
        if beside:
            return


async def _show(tx: Transaction, here: Here, day: CheckInDay, person: Person) -> None:
    priority = Priority.EMERGENCY if day.state is CheckInState.HELP else Priority.TASK
    await show(tx, person, "check_in_alarm", day.id, priority=priority, now=here.now)


async def stairwell(tx: Transaction, elder: Person) -> Both:
    """Where somebody lives, as those may know it who have not opened the address."""
    for place in await places.ancestors(tx, elder.place_id) if elder.place_id else []:
        if place.kind is PlaceKind.STAIRWELL:
            return await permissions.full_name(tx, place.id)
    return await permissions.full_name(tx, elder.place_id)


async def close_calls(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """Nobody need ring up about this day any more."""
    await calls.close_question(tx, here, question=QUESTION, subject_id=day.id)
    for contact in await rows.contacts(tx, day.person_id, ContactState.WILLING):
        if not reachable_by_chat(contact):
            for call in await task_rows.live_of_person(tx, person_id=contact.id):
                if call.template == AlarmByPhone.template and (call.context or {}).get("day") == day.id:
                    await timers.drop(tx, prefix="call_", subject_id=call.id)
                    await tasks.move(tx, here, call, TaskEvent.CANCEL, actor=None, taker_id=None)
                    await rows.spare(tx, day_id=day.id, person_id=contact.id)


async def cancel_knock(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """Nobody need knock any more."""
    task = await task_rows.by_id(tx, day.task_id) if day.task_id else None
    if task is not None and task.state not in (TaskState.CONFIRMED, TaskState.CANCELLED):
        await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=None, taker_id=None)


async def all_clear(tx: Transaction, here: Here, day: CheckInDay, *, by: Person | None) -> None:
    """Everybody who was alerted hears that all is well, once and shortly; `by`: who has seen them well."""
    elder = await people.by_id(tx, day.person_id)
    told = await rows.alerted(tx, day.id)
    contacts = {p.id for p in await rows.contacts(tx, elder.id, ContactState.WILLING)}
    await cancel_knock(tx, here, day)
    for person in told:
        if person.id not in (elder.id, by.id if by else None):
            text = AllClear(
                name=permissions.name_in_care(tx, elder) if person.id in contacts else "",
                place=await stairwell(tx, elder),
                by=permissions.public_name(tx, by) if by else "",
            )
            await tell(tx, person, text, priority=Priority.TASK, about=("check_in_alarm", day.id), now=here.now)
