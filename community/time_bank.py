"""时间银行: what a confirmed visit brings to whoever helped; the ledger itself is in `time_bank_ledger.py`.

The payer is the person served, or the fund for those without balance; no money, no expiry. Whoever came along because
two must go is paid by the fund: the rule is the community's, and costs nobody who needs help.
"""

from dataclasses import dataclass
from datetime import timedelta

from community import claims
from community import time_bank_ledger as ledger
from community.here import Here
from community.tell import tell
from community.time_bank_texts import Capped, SetApart
from storage.database import Transaction
from storage.queries import orders as order_rows
from storage.queries import people
from storage.queries import time_bank as rows
from storage.records import Person, Task
from storage.states import Priority, TransferKind


def minutes_of(here: Here, task: Task) -> tuple[int, bool]:
    """Minutes from the door to the end, or the usual ones without a sign-in; whether they were capped.

    A sign-out that was forgotten would bank a night: no visit counts for more than the cap.
    """
    if task.arrived_at is None or task.done_at is None:
        return task.minutes, False
    cap = here.neighbourhood.time_bank.visit_cap_minutes
    spent = round((task.done_at - task.arrived_at).total_seconds() / 60)
    return min(max(spent, 1), cap), spent > cap


@dataclass(frozen=True, kw_only=True)
class Banked:
    """What a confirmed task has brought to somebody who helped, and what they then can give or use; in minutes."""

    person: Person
    minutes: int
    balance: int


async def post(tx: Transaction, here: Here, task: Task) -> list[Banked]:
    """Post a confirmed task's minutes to everybody who helped, the captain first; to each of them once."""
    helpers = [*([await people.by_id(tx, task.taker_id)] if task.taker_id else []), *await claims.companions(tx, task)]
    return [await _post_to(tx, here, task, helper) for helper in helpers]


async def _post_to(tx: Transaction, here: Here, task: Task, helper: Person) -> Banked:
    minutes, capped = minutes_of(here, task)
    payer = task.person_id if helper.id == task.taker_id else None
    if payer is not None and not await _can_pay(tx, payer, minutes):
        payer = None
    made = await ledger.pay(
        tx, here, kind=TransferKind.VISIT, payer=payer, payee=helper.id, minutes=minutes, task_id=task.id
    )
    if made is not None:
        excess = await _beyond_the_day(tx, here, task, helper, minutes)
        apart = await ledger.set_apart(tx, here, helper.id, about_id=made, excess=excess)
        await _explain(tx, here, helper, capped=minutes if capped else 0, apart=apart)
        await leave_to_the_fund(tx, here, helper.id)
    return Banked(person=helper, minutes=minutes, balance=await balance(tx, helper.id))


async def balance(tx: Transaction, person_id: int) -> int:
    """Somebody's minutes, those above a ceiling included; what was entered by hand is none of them."""
    held = await ledger.holdings(tx, person_id)
    return held.credit + held.surplus


async def leave_to_the_fund(tx: Transaction, here: Here, person_id: int) -> None:
    """Minutes that come to somebody who is erased help others: nobody could ever use them."""
    person = await people.by_id(tx, person_id)
    left = (await ledger.holdings(tx, person_id)).to_give if person.erased_at is not None else 0
    if left:
        await ledger.give(tx, here, kind=TransferKind.DONATION, giver=person_id, receiver=None, minutes=left)


async def _can_pay(tx: Transaction, person_id: int, minutes: int) -> bool:
    await rows.account(tx, person_id)  # held, so that nobody else pays with the same minutes
    return (await ledger.holdings(tx, person_id)).to_use >= minutes


async def _beyond_the_day(tx: Transaction, here: Here, task: Task, helper: Person, minutes: int) -> int:
    """How much of a visit lies above what companionship may bring in a day."""
    companion = {s.code for s in here.neighbourhood.services if s.companion}
    order = await order_rows.by_id(tx, task.order_id) if task.order_id is not None else None
    if order is None or order.service not in companion:
        return 0
    midnight = (task.done_at or here.now).astimezone(here.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    account = await rows.account(tx, helper.id)
    until = midnight + timedelta(days=1)
    visits = await rows.visits_done(tx, account_id=account, since=midnight, until=until)
    day = sum(visit.minutes for visit in visits if visit.service in companion)
    cap = here.neighbourhood.time_bank.companion_daily_minutes
    return max(0, day - cap) - max(0, day - minutes - cap)


async def _explain(tx: Transaction, here: Here, person: Person, *, capped: int, apart: int) -> None:
    if capped:
        text = Capped(minutes=capped, hotline=here.neighbourhood.community.hotline)
        await tell(tx, person, text, priority=Priority.TASK, now=here.now)
    if apart:
        await tell(tx, person, SetApart(minutes=apart), priority=Priority.TASK, now=here.now)
