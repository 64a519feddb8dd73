"""Who was there: a team vouches for each other; for whoever was alone, and where nobody ended it, the desk does.

Until then nothing is banked, and the desk is asked once a day.
"""

from datetime import timedelta

from community import patrol_figures, shifts, tasks, time_bank, waking
from community.errors import NoLongerPossible
from community.here import Here
from community.order_texts import NotYourOwn
from community.shift_texts import NotVouched, RoundDone
from community.tell import tell
from storage.database import Transaction
from storage.queries import shifts as rows
from storage.queries import timers
from storage.records import Person, Shift, Task
from storage.states import Priority, TaskEvent, TaskState

VOUCH = "shift_vouch"
_AGAIN = timedelta(days=1)


async def wait(tx: Transaction, here: Here, shift: Shift, task: Task, *, closed: bool) -> None:
    """It is over; the desk is asked whether it was so. `closed`: by the clock."""
    await _tell_team(tx, here, shift, task, closed=closed)
    await shifts.refresh_cards(tx, here, task)
    await ask(tx, here, shift.id)


async def ask(tx: Transaction, here: Here, shift_id: int) -> None:
    """The shift's card to the desk, and again as long as nobody answers."""
    shift, task = await shifts.get(tx, shift_id)
    if task.state is TaskState.DONE:
        await timers.put(tx, kind=VOUCH, subject_id=shift.id, due=waking.after(here, here.now + _AGAIN))
        await shifts.show_desk(tx, here, shift, task)


async def confirm(tx: Transaction, here: Here, actor: Person, shift_id: int) -> None:
    """✅ 属实: the minutes are banked. Raises NotAllowed, NotFound, NotYourOwn, NoLongerPossible."""
    shift, task = await _to_vouch(tx, actor, shift_id)
    await settle(tx, here, shift, task, actor)


async def deny(tx: Transaction, here: Here, actor: Person, shift_id: int) -> None:
    """✖️ 没有去: it counts for nothing, and who had joined hears so. Raises what `confirm` raises."""
    shift, task = await _to_vouch(tx, actor, shift_id)
    team = await shifts.team(tx, task)
    task = await tasks.move(tx, here, task, TaskEvent.NO_SHOW, actor=actor, taker_id=None)
    task = await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=actor, taker_id=None)
    await timers.drop(tx, prefix=VOUCH, subject_id=shift.id)
    await rows.not_walked(tx, shift.id)
    text = NotVouched(
        what=await tasks.what(tx, here, task),
        place=await tasks.rough_place(tx, task),
        hotline=here.neighbourhood.community.hotline,
    )
    for person in team:
        await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    await shifts.refresh_cards(tx, here, task)


async def settle(tx: Transaction, here: Here, shift: Shift, task: Task, actor: Person) -> None:
    """It was so: everybody who was there gets their minutes, and hears what it came to."""
    task = await tasks.move(tx, here, task, TaskEvent.CONFIRM, actor=actor, taker_id=task.taker_id)
    await timers.drop(tx, prefix=VOUCH, subject_id=shift.id)
    banked = {one.person.id: one.minutes for one in await time_bank.post(tx, here, task)}
    await _tell_team(tx, here, shift, task, banked=banked)
    await shifts.refresh_cards(tx, here, task)


async def _to_vouch(tx: Transaction, actor: Person, shift_id: int) -> tuple[Shift, Task]:
    shift, task = await shifts.for_desk(tx, actor, shift_id)
    if task.state is not TaskState.DONE:
        raise NoLongerPossible
    if actor.id in {person.id for person in await shifts.team(tx, task)}:
        raise NotYourOwn
    return shift, task


async def _tell_team(
    tx: Transaction, here: Here, shift: Shift, task: Task, *, closed: bool = False, banked: dict[int, int] | None = None
) -> None:
    found = await patrol_figures.of_round(tx, shift.id)
    for person in await shifts.team(tx, task):
        text = RoundDone(
            kind=task.kind,
            place=await tasks.rough_place(tx, task),
            minutes=found.minutes // max(task.joined, 1),
            points=found.points,
            all_points=found.all_points,
            hazards=found.hazards,
            quarrels=found.quarrels,
            clues=found.clues,
            found=shift.found_at is not None,
            closed=closed,
            waits=banked is None,
            banked=(banked or {}).get(person.id, 0),
        )
        await tell(tx, person, text, priority=shifts.priority(task), now=here.now)
