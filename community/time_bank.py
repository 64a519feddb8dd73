"""时间银行: confirmed minutes, double entry, sum zero, never edited.

The payer is the person served, or the fund for those without balance; no money, no expiry.
"""

from community.here import Here
from storage.database import Transaction
from storage.queries import time_bank
from storage.records import Task

CAP = 240
"""A visit counts at most so many minutes: a forgotten sign-out is capped."""


def minutes_of(task: Task) -> int:
    """Minutes from the door to the end, or the usual ones where the taker did not sign in."""
    if task.arrived_at is None or task.done_at is None:
        return task.minutes
    spent = round((task.done_at - task.arrived_at).total_seconds() / 60)
    return min(max(spent, 1), CAP)


async def post(tx: Transaction, here: Here, task: Task) -> tuple[int, int]:
    """Post a confirmed task's minutes to its taker, once; the minutes, and the taker's balance."""
    minutes = minutes_of(task)
    payee = await time_bank.account(tx, task.taker_id)
    payer = await time_bank.account(tx, task.person_id)
    if await time_bank.balance(tx, payer) < minutes:
        payer = await time_bank.account(tx, None)
    await time_bank.transfer(tx, task_id=task.id, payer=payer, payee=payee, minutes=minutes, now=here.now)
    return minutes, await time_bank.balance(tx, payee)


async def balance(tx: Transaction, person_id: int) -> int:
    """Somebody's minutes."""
    return await time_bank.balance(tx, await time_bank.account(tx, person_id))
