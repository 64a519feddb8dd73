"""What a volunteer has claimed, may claim, and has banked."""

from dataclasses import dataclass

from community import time_bank
from community.here import Here
from community.tell import show
from storage.database import Transaction
from storage.queries import tasks
from storage.records import Person
from storage.states import Priority


@dataclass(frozen=True, kw_only=True)
class Volunteering:
    """How many tasks are mine, how many I may claim, my minutes."""

    mine: int
    offered: int
    balance: int


async def tasks_of(tx: Transaction, here: Here, person: Person) -> Volunteering:
    """Count, and bring the cards down to the end of the chat."""
    mine = await tasks.taken_by(tx, person_id=person.id)
    offered = await tasks.offered_to(tx, person_id=person.id, limit=5)
    for task in (*mine, *offered):
        await show(tx, person, "task", task.id, priority=Priority.REPLY, now=here.now)
    return Volunteering(mine=len(mine), offered=len(offered), balance=await time_bank.balance(tx, person.id))
