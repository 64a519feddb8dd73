"""The time bank's ledger: double entry in minutes."""

from datetime import datetime

from storage.database import Transaction


async def account(tx: Transaction, person_id: int | None) -> int:
    """Somebody's account, made at its first use; None is the fund's."""
    if person_id is None:
        return await tx.need(int, "SELECT id FROM accounts WHERE person_id IS NULL")
    return await tx.need(
        int,
        "INSERT INTO accounts (person_id) VALUES (:person_id) "
        "ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id RETURNING id",
        person_id=person_id,
    )


async def balance(tx: Transaction, account_id: int) -> int:
    """Minutes on an account."""
    return await tx.need(
        int,
        "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) FROM movements WHERE account_id = :account_id",
        account_id=account_id,
    )


async def transfer(tx: Transaction, *, task_id: int, payer: int, payee: int, minutes: int, now: datetime) -> bool:
    """Post a task's minutes once, from one account to another; False when they were posted already."""
    made = await tx.one(
        int,
        "INSERT INTO transfers (task_id, at) VALUES (:task_id, :now) ON CONFLICT (task_id) DO NOTHING RETURNING id",
        task_id=task_id,
        now=now,
    )
    if made is None:
        return False
    for account_id, amount in ((payer, -minutes), (payee, minutes)):
        await tx.run(
            "INSERT INTO movements (transfer_id, account_id, minutes) VALUES (:made, :account_id, :amount)",
            made=made,
            account_id=account_id,
            amount=amount,
        )
    return True


async def total(tx: Transaction) -> int:
    """The sum of everything, which is zero."""
    return await tx.need(int, "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) FROM movements")
