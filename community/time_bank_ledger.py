"""The time bank's ledger: what somebody holds, and how minutes move. Two movements a transfer, sum zero, never edited.

Every rule here comes from outside: the time banks of Chinese cities (read-only double entry, correction by reversal
alone, 信用时 and 荣誉时 apart, ceilings, no expiry, no money), and Order 67 of the Ministry of Civil Affairs
(志愿服务记录与证明出具办法: true, accurate, complete), for which what lies above a ceiling is recorded as well.
"""

from dataclasses import dataclass

from community.here import Here
from community.tell import tell
from community.time_bank_texts import FloorReached
from storage.database import Transaction
from storage.queries import people, places, postings, time_bank
from storage.records import Person
from storage.states import AccountKind, Priority, Role, TransferKind

_HOUR = 60


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """Somebody's minutes; `promised` are offered to others who have not taken them yet."""

    credit: int
    surplus: int
    honour: int
    promised: int

    @property
    def to_use(self) -> int:
        """What can pay for help: what is promised is taken from the surplus first."""
        return max(0, self.credit - max(0, self.promised - self.surplus))

    @property
    def to_give(self) -> int:
        """What can be given away."""
        return max(0, self.credit + self.surplus - self.promised)


async def holdings(tx: Transaction, person_id: int) -> Holdings:
    """What somebody has."""
    found = {line.state: line.count for line in await time_bank.balances(tx, person_id)}
    waiting = await postings.gifts_waiting(tx, asked_by=person_id)
    return Holdings(
        credit=found.get(AccountKind.CREDIT, 0),
        surplus=found.get(AccountKind.SURPLUS, 0),
        honour=found.get(AccountKind.HONOUR, 0),
        promised=sum(gift.minutes for gift in waiting),
    )


async def fund_balance(tx: Transaction) -> int:
    """The fund's minutes: below zero, what the community owes to those who help."""
    return await time_bank.balance(tx, await time_bank.account(tx, None))


async def pay(
    tx: Transaction,
    here: Here,
    *,
    kind: TransferKind,
    payer: int | None,
    payee: int | None,
    minutes: int,
    task_id: int | None = None,
    about_id: int | None = None,
    posting_id: int | None = None,
) -> int | None:
    """Move minutes that can be used (None: the fund); None when the payee has those of this task.

    The fund pays on below its floor, for what somebody has done is a fact; staff are told when it passes it.
    """
    made = await time_bank.transfer(
        tx,
        kind=kind,
        payer=await time_bank.account(tx, payer),
        payee=await time_bank.account(tx, payee),
        minutes=minutes,
        task_id=task_id,
        helper_id=payee if task_id is not None else None,
        about_id=about_id,
        posting_id=posting_id,
        now=here.now,
    )
    if made is not None and payer is None:
        await _watch_floor(tx, here, paid=minutes)
    return made


async def set_apart(tx: Transaction, here: Here, person_id: int, *, about_id: int, excess: int = 0) -> int:
    """Set `excess` apart, and what lies above the ceiling of all; how much it was. It can only be given away."""
    credit = await time_bank.account(tx, person_id)
    ceiling = here.neighbourhood.time_bank.ceiling_hours * _HOUR
    above = excess + max(0, await time_bank.balance(tx, credit) - excess - ceiling)
    if above:
        await time_bank.transfer(
            tx,
            kind=TransferKind.EXCESS,
            payer=credit,
            payee=await time_bank.account(tx, person_id, AccountKind.SURPLUS),
            minutes=above,
            about_id=about_id,
            now=here.now,
        )
    return above


async def give(
    tx: Transaction,
    here: Here,
    *,
    kind: TransferKind,
    giver: int,
    receiver: int | None,
    minutes: int,
    posting_id: int | None = None,
) -> None:
    """Give minutes away (None: to the fund), what lies above a ceiling first."""
    await time_bank.account(tx, giver)  # held, so that the same minutes are not given twice
    from_surplus = min(minutes, (await holdings(tx, giver)).surplus)
    payee = await time_bank.account(tx, receiver)
    for account_kind, amount in ((AccountKind.SURPLUS, from_surplus), (AccountKind.CREDIT, minutes - from_surplus)):
        if not amount:
            continue
        payer = await time_bank.account(tx, giver, account_kind)
        made = await time_bank.transfer(
            tx, kind=kind, payer=payer, payee=payee, minutes=amount, posting_id=posting_id, now=here.now
        )
        if receiver is not None and made is not None:
            await set_apart(tx, here, receiver, about_id=made)


async def reverse(tx: Transaction, here: Here, transfer_id: int, *, posting_id: int) -> list[tuple[int, int]]:
    """Post the mirror of a transfer, and before it of what was set apart of it; (person, minutes) of those it moves.

    What was used in the meantime the fund makes good: nobody owes minutes.
    """
    for apart in await time_bank.standing_about(tx, transfer_id, TransferKind.EXCESS):
        await reverse(tx, here, apart.id, posting_id=posting_id)
    payer, payee = await time_bank.movements(tx, transfer_id)
    if payee.person_id is not None:
        short = payee.minutes - await time_bank.balance(tx, payee.account_id)
        if short > 0:
            fund = await time_bank.account(tx, None, _fund_beside(payee.kind))
            await time_bank.transfer(
                tx,
                kind=TransferKind.COVER,
                payer=fund,
                payee=payee.account_id,
                minutes=short,
                about_id=transfer_id,
                posting_id=posting_id,
                now=here.now,
            )
            await _watch_floor(tx, here, paid=short if payee.kind is not AccountKind.HONOUR else 0)
    made = await time_bank.transfer(
        tx,
        kind=TransferKind.REVERSAL,
        payer=payee.account_id,
        payee=payer.account_id,
        minutes=payee.minutes,
        about_id=transfer_id,
        posting_id=posting_id,
        now=here.now,
    )
    if payee.person_id is None and payee.kind is AccountKind.CREDIT:
        await _watch_floor(tx, here, paid=payee.minutes)
    if payer.person_id is not None and payer.kind is AccountKind.CREDIT and payer.person_id != payee.person_id:
        await set_apart(tx, here, payer.person_id, about_id=made or 0)
    return [(side.person_id, -side.minutes) for side in (payer, payee) if side.person_id is not None]


async def record(tx: Transaction, here: Here, person_id: int, *, minutes: int, posting_id: int) -> None:
    """Enter 荣誉时: recorded beside what converts, and never part of it."""
    await time_bank.transfer(
        tx,
        kind=TransferKind.ENTRY,
        payer=await time_bank.account(tx, None, AccountKind.HONOUR),
        payee=await time_bank.account(tx, person_id, AccountKind.HONOUR),
        minutes=minutes,
        posting_id=posting_id,
        now=here.now,
    )


def _fund_beside(kind: AccountKind) -> AccountKind:
    return AccountKind.HONOUR if kind is AccountKind.HONOUR else AccountKind.CREDIT


async def office(tx: Transaction, here: Here) -> list[Person]:
    """The community's own staff, or its administrators where there are none."""
    place = await places.by_code(tx, here.neighbourhood.community.code)
    if place is None:
        return []
    staff = await people.in_charge(tx, role=Role.STAFF, place_id=place.id)
    return staff or await people.in_charge(tx, role=Role.ADMIN, place_id=place.id)


async def _watch_floor(tx: Transaction, here: Here, *, paid: int) -> None:
    floor = here.neighbourhood.time_bank.fund_floor_hours * _HOUR
    balance = await fund_balance(tx)
    if balance < floor <= balance + paid:
        text = FloorReached(balance=balance, floor=floor)
        for person in await office(tx, here):
            await tell(tx, person, text, priority=Priority.TASK, now=here.now)
