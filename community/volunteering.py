"""What a volunteer has claimed, may claim, and has banked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from community import lapses, permissions, time_bank
from community.errors import NoLongerPossible
from community.here import Here
from community.tell import show
from community.volunteers import Stage, standing
from storage.database import Transaction
from storage.queries import people, tasks
from storage.records import Person, Task
from storage.states import Priority, Role

_LIMIT = 5
_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Volunteering:
    """What I have claimed, what I may claim, my minutes."""

    mine: list[Task]
    offered: list[Task]
    balance: int
    stage: Stage
    rests_until: datetime | None  # of their own will, or because of lapses


async def tasks_of(tx: Transaction, here: Here, person: Person) -> Volunteering:
    """What waits for somebody, the most urgent first."""
    found = await standing(tx, person)
    ends = [found.row.paused_until if found.row else None, (await lapses.of(tx, here, person.id)).paused_until]
    return Volunteering(
        mine=await tasks.taken_by(tx, person_id=person.id),
        offered=await tasks.offered_to(tx, person_id=person.id, limit=_LIMIT),
        balance=await time_bank.balance(tx, person.id),
        stage=found.stage,
        rests_until=max((end for end in ends if end is not None and end > here.now), default=None),
    )


async def called(tx: Transaction, served: Person, *, name: str) -> Person | None:
    """The volunteer for where somebody lives who is called so; the nearest name if it is only a part of it."""
    wanted = "".join(name.split())
    if not wanted or served.place_id is None:
        return None
    near = await people.in_charge(tx, role=Role.VOLUNTEER, place_id=served.place_id)
    names = {p.id: "".join(permissions.public_name(tx, p).split()) for p in near if p.id != served.id}
    fitting = [p for p in near if wanted in names.get(p.id, "")]
    return min(fitting, key=lambda p: len(names[p.id]), default=None)


async def week_of(tx: Transaction, here: Here, person: Person) -> list[Task]:
    """What somebody has claimed or joined for the coming seven days, or should have done by now; the first first."""
    return [task for task in await tasks.taken_by(tx, person_id=person.id) if task.due <= here.now + _WEEK]


async def lost_of(tx: Transaction, here: Here, person: Person) -> list[Task]:
    """What somebody had claimed for these days and does not do after all."""
    return await tasks.lost_by(tx, person_id=person.id, since=here.now - _WEEK, until=here.now + _WEEK)


async def show_cards(tx: Transaction, here: Here, person: Person, found: Volunteering) -> None:
    """Bring their cards down to the end of the chat."""
    for task in (*found.mine, *found.offered):
        await show(tx, person, "task", task.id, priority=Priority.REPLY, now=here.now)


async def show_held(tx: Transaction, here: Here, person: Person, task_id: int) -> None:
    """Bring the card of what they have taken, or go along to, down again. Raises NoLongerPossible."""
    if task_id not in {task.id for task in await tasks.taken_by(tx, person_id=person.id)}:
        raise NoLongerPossible
    await show(tx, person, "task", task_id, priority=Priority.REPLY, now=here.now)
