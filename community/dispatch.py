"""Finding somebody for a task, on a clock that can be seen: a few, a few more, all who fit; the duty officer; staff.

Whoever says no is replaced at once. Numbers are the neighbourhood file's (`[dispatch]`): 3 for 5 minutes, 7 for 5, then
all; the duty officer after 20 minutes, staff after 30. What is urgent begins with the second wave and reaches the
officer after 10. Nobody is asked at night, and for what lies far ahead nobody is asked yet.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from community import asking, emergency_state, permissions, tasks, waking
from community.here import Here
from community.neighbourhood_settings import Wave
from community.order_texts import ImpostorWarning, NobodyYet, NotArrived, StillLooking
from community.tell import reachable_by_chat, show, tell
from storage.database import Transaction
from storage.queries import offers, people, timers
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import OfferState, Priority, Role, TaskKind

WAVE, OFFICER, STAFF = "look_wave", "look_officer", "look_staff"
FIRST, SECOND, LAST = 1, 2, 3
_EVERYBODY = 10_000
_REFUSED = (OfferState.DECLINED, OfferState.RELEASED)


async def look_for(tx: Transaction, here: Here, task: Task) -> datetime:
    """Begin to look for whoever is still needed, or set the clock to begin; when it begins.

    Those who said no, or gave it back, are left in peace. What begins at its hour is not looked for after it, and its
    noun tells the desk.
    """
    if task.kind in tasks.AT_THE_HOUR and task.due <= here.now:
        return here.now
    numbers = here.neighbourhood.dispatch
    begins = here.now
    if not task.urgent:
        begins = waking.after(here, max(here.now, task.due - timedelta(hours=numbers.look_ahead_hours)))
    await rows.look(tx, task_id=task.id, since=begins)
    await offers.set_aside(tx, task.id)
    if await emergency_state.pauses(tx, task):
        return begins  # its end has everything looked for anew
    if task.kind not in tasks.AT_THE_HOUR:
        await timers.put(tx, kind=OFFICER, subject_id=task.id, due=begins + _officer_after(here, task))
        await timers.put(tx, kind=STAFF, subject_id=task.id, due=begins + timedelta(minutes=numbers.staff_minutes))
    if begins > here.now:
        await timers.put(tx, kind=WAVE, subject_id=task.id, due=begins)
    elif not await _go_on(tx, here, await tasks.get(tx, task.id)) and task.kind not in tasks.AT_THE_HOUR:
        await timers.put(tx, kind=OFFICER, subject_id=task.id, due=here.now)
    return begins


async def next_wave(tx: Transaction, here: Here, task_id: int) -> None:
    """Ask the next ones."""
    task = await tasks.get(tx, task_id)
    if tasks.wanted(task) and not await _go_on(tx, here, task):
        await _nobody_left(tx, here, task)


async def replace_refusal(tx: Transaction, here: Here, task: Task) -> None:
    """Somebody has said no: the next one is asked at once, as long as not everybody has been."""
    if await emergency_state.pauses(tx, task):
        return
    if task.wave < LAST and await _ask(tx, here, task, wave=task.wave, limit=1):
        return
    if not await offers.waiting(tx, task.id) and not await _go_on(tx, here, task):
        await _nobody_left(tx, here, task)


async def _go_on(tx: Transaction, here: Here, task: Task) -> bool:
    """Ask the next wave, or the one after it where nobody is left for this; whether anybody is waited for now."""
    wave, asked = task.wave, 0
    while not asked and wave < LAST:
        wave = max(wave + 1, _first(task))
        asked = await _ask(tx, here, task, wave=wave, limit=_size(here, task, wave))
    await rows.next_wave(tx, task_id=task.id, wave=wave)
    await timers.drop(tx, prefix=WAVE, subject_id=task.id)
    if wave < LAST:
        at = here.now + timedelta(minutes=_chosen(here, wave).minutes)
        await timers.put(tx, kind=WAVE, subject_id=task.id, due=at if task.urgent else waking.after(here, at))
    return bool(asked or await offers.waiting(tx, task.id))


def _first(task: Task) -> int:
    """The wave it begins with: a call for help and a search go to all who are near."""
    return LAST if task.kind in (TaskKind.SOS, TaskKind.SEARCH) else SECOND if task.urgent else FIRST


def _chosen(here: Here, wave: int) -> Wave:
    numbers = here.neighbourhood.dispatch
    return numbers.first_wave if wave == FIRST else numbers.second_wave


def _size(here: Here, task: Task, wave: int) -> int:
    """How many are asked in a wave; for a search everybody who serves there."""
    if task.kind is TaskKind.SEARCH:
        return _EVERYBODY
    return here.neighbourhood.dispatch.last_wave_people if wave == LAST else _chosen(here, wave).people


async def _ask(tx: Transaction, here: Here, task: Task, *, wave: int, limit: int) -> int:
    """Ask those whom an earlier look had asked, then others; how many."""
    minute = asking.minute_of_day(here, task)
    asked = await offers.ask_again(tx, task_id=task.id, wave=wave, minute=minute, limit=limit, now=here.now)
    for person in await asking.best(tx, here, task, limit=limit - len(asked)) if len(asked) < limit else []:
        if await offers.offer(tx, task_id=task.id, person_id=person.id, wave=wave, now=here.now):
            asked.append(person)
    for person in asked:
        await show(tx, person, "task", task.id, priority=_priority(task), now=here.now)
    return len(asked)


@dataclass(frozen=True, kw_only=True)
class Looking:
    """How far the looking is, for those who run things: the wave, who was asked, when the officer is called."""

    wave: int
    asked: int
    refused: int
    begins: datetime
    officer_at: datetime | None  # None: called already, as nobody was left to ask or the time had come
    paused: bool  # by 应急状态


async def looking(tx: Transaction, task: Task) -> Looking | None:
    """The clock of a task that somebody is looked for; None when nobody is."""
    if not tasks.wanted(task) or task.looking_since is None:
        return None
    asked, refused = await offers.counts(tx, task.id)
    return Looking(
        wave=task.wave,
        asked=asked,
        refused=refused,
        begins=task.looking_since,
        officer_at=await timers.set_for(tx, kind=OFFICER, subject_id=task.id),
        paused=await emergency_state.pauses(tx, task),
    )


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
    if tasks.lacking(task):
        name = await _call_officer(tx, here, task, spare=_overdue_for_staff(here, task))
        await _tell_still_looking(tx, here, task, name)


async def officer_instead(tx: Transaction, here: Here, task_id: int) -> str | None:
    """Nobody is left to be asked instead of who cannot come: the officer is called at once, and whoever says to the
    person served that somebody cannot come says this with it. The officer's name, "" for staff; None: others are asked.
    """
    task = await tasks.get(tx, task_id)
    begun = task.looking_since is not None and task.looking_since <= here.now
    if not (begun and tasks.lacking(task)) or task.kind in tasks.AT_THE_HOUR:
        return None
    if await emergency_state.pauses(tx, task) or await offers.waiting(tx, task.id):
        return None
    await timers.drop(tx, prefix=OFFICER, subject_id=task.id)
    return await _call_officer(tx, here, task, spare=False)


async def _nobody_left(tx: Transaction, here: Here, task: Task) -> None:
    """Nobody need be waited for: the duty officer hears at once; or, if they have been called already, staff."""
    if not tasks.lacking(task) or task.kind in tasks.AT_THE_HOUR:
        return
    if _looked_for(here, task) < _officer_after(here, task):
        await timers.drop(tx, prefix=OFFICER, subject_id=task.id)
        name = await _call_officer(tx, here, task, spare=False)
        await _tell_still_looking(tx, here, task, name)
    elif not _overdue_for_staff(here, task):
        await timers.drop(tx, prefix=STAFF, subject_id=task.id)
        await call_staff(tx, here, task.id)


async def _call_officer(tx: Transaction, here: Here, task: Task, *, spare: bool) -> str:
    """Their name, "" where staff are told instead. `spare`: staff are told in the same moment, after a stall."""
    staff = {p.id: p for p in await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id)}
    name, officer = await officer_on_duty(tx, here)
    if officer is None or officer.id == task.person_id or await _refused(tx, task, officer):
        name, called = "", [p for p in staff.values() if not await _refused(tx, task, p)]
    else:
        called = [officer]
    for person in called:
        if not (spare and person.id in staff):
            await _tell_one(tx, here, task, person)
    return name


async def _tell_still_looking(tx: Transaction, here: Here, task: Task, officer: str) -> None:
    if task.order_id is not None:
        order = await tasks.order_of(tx, task)
        text = StillLooking(
            service=tasks.service_name(here, order.service),
            some=task.joined > 0,
            medical=here.neighbourhood.community.emergency.medical if task.kind is TaskKind.SOS else "",
            officer=officer,
            hotline=here.neighbourhood.community.hotline,
        )
        await tasks.tell_served(tx, here, order, text)


async def _refused(tx: Transaction, task: Task, person: Person) -> bool:
    return await offers.of(tx, task_id=task.id, person_id=person.id) in _REFUSED


def _officer_after(here: Here, task: Task) -> timedelta:
    numbers = here.neighbourhood.dispatch
    if task.kind is TaskKind.SOS:
        return timedelta(seconds=numbers.sos_officer_seconds)
    return timedelta(minutes=numbers.urgent_officer_minutes if task.urgent else numbers.officer_minutes)


def _looked_for(here: Here, task: Task) -> timedelta:
    """How long somebody has been looked for."""
    return max(here.now - (task.looking_since or task.created_at), timedelta(0))


def _overdue_for_staff(here: Here, task: Task) -> bool:
    return _looked_for(here, task) >= timedelta(minutes=here.neighbourhood.dispatch.staff_minutes)


async def call_staff(tx: Transaction, here: Here, task_id: int) -> None:
    """Still nobody: every staff member of the place is told, and may take it; again and again, less and less often."""
    task = await tasks.get(tx, task_id)
    if not tasks.lacking(task):
        return
    again = here.now + max(_looked_for(here, task), timedelta(minutes=here.neighbourhood.dispatch.staff_minutes))
    await timers.put(tx, kind=STAFF, subject_id=task.id, due=again if task.urgent else waking.after(here, again))
    for person in {p.id: p for p in await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id)}.values():
        if not await _refused(tx, task, person):
            await _tell_one(tx, here, task, person)


async def tell_not_arrived(tx: Transaction, here: Here, task: Task, taker: Person) -> None:
    """Whoever set out is not there yet: staff look after it."""
    text = NotArrived(
        order=task.order_id or 0,
        service=await tasks.what(tx, here, task),
        place=await tasks.rough_place(tx, task),
        helper=permissions.public_name(tx, taker),
        minutes=round((here.now - task.due).total_seconds() / 60),
    )
    for person in {p.id: p for p in await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id)}.values():
        if person.id != taker.id:
            await tell(tx, person, text, priority=Priority.TASK, by=task.due, now=here.now)


async def _tell_one(tx: Transaction, here: Here, task: Task, person: Person) -> None:
    text = NobodyYet(
        order=task.order_id or 0,
        service=await tasks.what(tx, here, task),
        place=await tasks.rough_place(tx, task),
        minutes=round(_looked_for(here, task).total_seconds() / 60),
        joined=task.joined,
    )
    await offers.offer(tx, task_id=task.id, person_id=person.id, now=here.now)
    await tell(tx, person, text, priority=_priority(task), about=("task", task.id), now=here.now)
    await show(tx, person, "task", task.id, priority=_priority(task), now=here.now)


async def warn_staff(tx: Transaction, here: Here, task: Task) -> None:
    """Somebody at the door is not who should come: staff and the grid worker of the place are told."""
    text = ImpostorWarning(order=task.order_id or 0, place=await tasks.rough_place(tx, task))
    warned = [*await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id)]
    warned += await people.in_charge(tx, role=Role.GRID_WORKER, place_id=task.place_id)
    for person in {p.id: p for p in warned}.values():
        await tell(tx, person, text, priority=Priority.EMERGENCY, now=here.now)


def _priority(task: Task) -> Priority:
    return Priority.EMERGENCY if task.urgent else Priority.TASK
