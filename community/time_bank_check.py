"""The reconciliation: the whole ledger is read and held against the rules it was written by."""

from dataclasses import dataclass

from community.time_bank_ledger import fund_balance
from storage.database import Transaction
from storage.queries import ledger_check, time_bank


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found wrong (nothing, one hopes), in how many transfers, and the fund's minutes."""

    findings: list[str]
    transfers: int
    fund: int


async def check(tx: Transaction) -> Checked:
    """Read all of it."""
    findings = [
        words.format(number)
        for words, sql in ledger_check.CHECKS.items()
        for number in await ledger_check.found(tx, sql)
    ]
    total = await time_bank.total(tx)
    if total:
        findings.append(f"all accounts together hold {total} minutes and not zero")
    return Checked(findings=findings, transfers=await ledger_check.size(tx), fund=await fund_balance(tx))
