"""The time bank's ledger: double entry in minutes, only ever added to."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Counted
from storage.states import AccountKind, TransferKind
from storage.time_bank_records import AccountLine, DayVisit, FundMonth, Movement, Served, ServiceCount, Transfer

_TRANSFER = "t.id, t.kind, t.task_id, t.about_id, t.posting_id, t.at"
_STANDS = "NOT EXISTS (SELECT 1 FROM transfers r WHERE r.about_id = t.id AND r.kind = 'reversal')"
_SERVICE = (
    "transfers t JOIN movements m ON m.transfer_id = t.id AND m.minutes > 0 "
    f"WHERE t.kind IN ('visit', 'entry') AND {_STANDS}"
)
"""Minutes of service that were not reversed; the joined movement is the helper's."""


async def account(tx: Transaction, person_id: int | None, kind: AccountKind = AccountKind.CREDIT) -> int:
    """Somebody's account, made at its first use and held until this is committed; None is the fund's."""
    if person_id is None:
        return await tx.need(int, "SELECT id FROM accounts WHERE person_id IS NULL AND kind = :kind", kind=kind)
    return await tx.need(
        int,
        "INSERT INTO accounts (person_id, kind) VALUES (:person_id, :kind) "
        "ON CONFLICT (person_id, kind) DO UPDATE SET kind = excluded.kind RETURNING id",
        person_id=person_id,
        kind=kind,
    )


async def balance(tx: Transaction, account_id: int) -> int:
    """Minutes on an account."""
    return await tx.need(
        int,
        "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) FROM movements WHERE account_id = :account_id",
        account_id=account_id,
    )


async def balances(tx: Transaction, person_id: int) -> list[Counted]:
    """Minutes on each of somebody's accounts."""
    return await tx.all(
        Counted,
        "SELECT a.kind AS state, CAST(SUM(m.minutes) AS BIGINT) AS count FROM accounts a "
        "JOIN movements m ON m.account_id = a.id WHERE a.person_id = :person_id GROUP BY a.kind",
        person_id=person_id,
    )


async def transfer(
    tx: Transaction,
    *,
    kind: TransferKind,
    payer: int,
    payee: int,
    minutes: int,
    task_id: int | None = None,
    helper_id: int | None = None,
    about_id: int | None = None,
    posting_id: int | None = None,
    now: datetime,
) -> int | None:
    """Move minutes from one account to another; None when a helper has a task's minutes already."""
    made = await tx.one(
        int,
        "INSERT INTO transfers (kind, task_id, helper_id, about_id, posting_id, at) "
        "VALUES (:kind, :task_id, :helper_id, :about_id, :posting_id, :now) "
        "ON CONFLICT (task_id, helper_id) DO NOTHING RETURNING id",
        kind=kind,
        task_id=task_id,
        helper_id=helper_id,
        about_id=about_id,
        posting_id=posting_id,
        now=now,
    )
    if made is not None:
        for account_id, amount in ((payer, -minutes), (payee, minutes)):
            await tx.run(
                "INSERT INTO movements (transfer_id, account_id, minutes) VALUES (:made, :account_id, :amount)",
                made=made,
                account_id=account_id,
                amount=amount,
            )
    return made


async def total(tx: Transaction) -> int:
    """The sum of everything, which is zero."""
    return await tx.need(int, "SELECT CAST(COALESCE(SUM(minutes), 0) AS BIGINT) FROM movements")


async def by_id(tx: Transaction, transfer_id: int) -> Transfer | None:
    """The transfer of that number."""
    return await tx.one(
        Transfer, f"SELECT {_TRANSFER} FROM transfers t WHERE t.id = :transfer_id", transfer_id=transfer_id
    )


async def standing_about(tx: Transaction, transfer_id: int, kind: TransferKind) -> list[Transfer]:
    """What belongs to a transfer, of a kind, and was not reversed."""
    return await tx.all(
        Transfer,
        f"SELECT {_TRANSFER} FROM transfers t WHERE t.about_id = :transfer_id AND t.kind = :kind AND {_STANDS} "
        "ORDER BY t.id",
        transfer_id=transfer_id,
        kind=kind,
    )


async def movements(tx: Transaction, transfer_id: int) -> list[Movement]:
    """The two sides of a transfer, the payer's first."""
    return await tx.all(
        Movement,
        "SELECT m.account_id, a.person_id, a.kind, m.minutes FROM movements m JOIN accounts a ON a.id = m.account_id "
        "WHERE m.transfer_id = :transfer_id ORDER BY m.minutes",
        transfer_id=transfer_id,
    )


async def lines(tx: Transaction, *, person_id: int, limit: int) -> list[AccountLine]:
    """What has moved on somebody's accounts, latest first."""
    return await tx.all(
        AccountLine,
        "SELECT t.id AS transfer_id, t.at, t.kind AS why, a.kind, m.minutes, p.words, "
        "COALESCE(o.service, k.kind) AS service, "
        f"CASE WHEN {_STANDS} THEN 0 ELSE 1 END AS undone FROM accounts a "
        "JOIN movements m ON m.account_id = a.id JOIN transfers t ON t.id = m.transfer_id "
        "LEFT JOIN tasks k ON k.id = t.task_id LEFT JOIN orders o ON o.id = k.order_id "
        "LEFT JOIN postings p ON p.id = t.posting_id AND p.kind <> 'gift' "
        "WHERE a.person_id = :person_id ORDER BY t.id DESC, a.kind LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def visits_done(tx: Transaction, *, account_id: int, since: datetime, until: datetime) -> list[DayVisit]:
    """The visits that a helper has ended in this time and that stand."""
    return await tx.all(
        DayVisit,
        "SELECT o.service, m.minutes FROM movements m JOIN transfers t ON t.id = m.transfer_id AND t.kind = 'visit' "
        "JOIN tasks k ON k.id = t.task_id JOIN orders o ON o.id = k.order_id "
        "WHERE m.account_id = :account_id AND m.minutes > 0 AND k.done_at >= :since AND k.done_at < :until "
        f"AND {_STANDS}",
        account_id=account_id,
        since=since,
        until=until,
    )


async def served(tx: Transaction, *, person_id: int, until: datetime) -> Served:
    """What somebody has served up to a moment, as it stands now."""
    return await tx.need(
        Served,
        "SELECT COUNT(*) AS visits, "
        "CAST(COALESCE(SUM(CASE WHEN t.kind = 'visit' THEN m.minutes ELSE 0 END), 0) AS BIGINT) AS credit, "
        "CAST(COALESCE(SUM(CASE WHEN t.kind = 'entry' THEN m.minutes ELSE 0 END), 0) AS BIGINT) AS honour, "
        f"MIN(t.at) AS since FROM {_SERVICE} AND t.at <= :until "
        "AND m.account_id IN (SELECT id FROM accounts WHERE person_id = :person_id)",
        person_id=person_id,
        until=until,
    )


async def services(tx: Transaction, *, person_id: int, until: datetime) -> list[ServiceCount]:
    """The same by service, the most first; what was entered by hand has none."""
    return await tx.all(
        ServiceCount,
        "SELECT COALESCE(o.service, k.kind, '') AS service, COUNT(*) AS visits, "
        "CAST(SUM(m.minutes) AS BIGINT) AS minutes "
        "FROM transfers t JOIN movements m ON m.transfer_id = t.id AND m.minutes > 0 "
        "LEFT JOIN tasks k ON k.id = t.task_id LEFT JOIN orders o ON o.id = k.order_id "
        f"WHERE t.kind IN ('visit', 'entry') AND {_STANDS} AND t.at <= :until "
        "AND m.account_id IN (SELECT id FROM accounts WHERE person_id = :person_id) "
        "GROUP BY COALESCE(o.service, k.kind, '') ORDER BY SUM(m.minutes) DESC, COALESCE(o.service, k.kind, '')",
        person_id=person_id,
        until=until,
    )


async def begun(tx: Transaction) -> datetime | None:
    """When the first minutes moved."""
    return await tx.one(datetime, "SELECT MIN(at) AS at FROM transfers")


async def month(tx: Transaction, *, since: datetime, until: datetime) -> FundMonth:
    """What was done between two moments: visits and minutes as they stand, what the fund paid and was given."""
    return await tx.need(
        FundMonth,
        "SELECT COUNT(DISTINCT CASE WHEN t.kind = 'visit' THEN t.task_id END) AS visits, "
        "CAST(COALESCE(SUM(CASE WHEN t.kind = 'visit' THEN m.minutes ELSE 0 END), 0) AS BIGINT) AS helped, "
        "CAST(COALESCE(SUM(CASE WHEN t.kind = 'visit' AND p.person_id IS NULL THEN m.minutes ELSE 0 END), 0) "
        "AS BIGINT) AS paid, "
        "CAST(COALESCE(SUM(CASE WHEN t.kind = 'donation' THEN m.minutes ELSE 0 END), 0) AS BIGINT) AS donated, "
        "CAST(COALESCE(SUM(CASE WHEN t.kind = 'entry' THEN m.minutes ELSE 0 END), 0) AS BIGINT) AS honour "
        "FROM transfers t JOIN movements m ON m.transfer_id = t.id AND m.minutes > 0 "
        "JOIN movements n ON n.transfer_id = t.id AND n.minutes < 0 JOIN accounts p ON p.id = n.account_id "
        f"WHERE t.at >= :since AND t.at < :until AND {_STANDS}",
        since=since,
        until=until,
    )
