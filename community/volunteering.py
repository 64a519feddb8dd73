"""What a volunteer has claimed, may claim, and has banked."""

from dataclasses import dataclass
from datetime import timedelta

from community import time_bank
from community.here import Here
from community.tell import show
from community.volunteers import Stage, standing
from storage.database import Transaction
from storage.queries import tasks
from storage.records import Person, Task
from storage.states import Priority

_LIMIT = 5
_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Volunteering:
    """What I have claimed, what I may claim, my minutes."""

    mine: list[Task]
    offered: list[Task]
    balance: int
    stage: Stage


async def tasks_of(tx: Transaction, person: Person) -> Volunteering:
    """What waits for somebody, the most urgent first."""
    return Volunteering(
        mine=await tasks.taken_by(tx, person_id=person.id),
        offered=await tasks.offered_to(tx, person_id=person.id, limit=_LIMIT),
        balance=await time_bank.balance(tx, person.id),
        stage=(await standing(tx, person)).stage,
    )


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
