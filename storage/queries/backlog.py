"""What waits, how much and for how long: what an operator watches."""

from storage.database import Transaction
from storage.records import Backlog, OutboxBacklog


async def updates(tx: Transaction) -> Backlog:
    """Updates that wait to be handled."""
    return await tx.need(
        Backlog, "SELECT COUNT(*) AS count, MIN(received_at) AS oldest FROM inbox WHERE state = 'waiting'"
    )


async def messages(tx: Transaction) -> list[OutboxBacklog]:
    """Messages that wait or are in flight, by priority; `oldest`: when the first of them could have been sent."""
    return await tx.all(
        OutboxBacklog,
        "SELECT priority, COUNT(*) AS count, "
        "MIN(CASE WHEN not_before > created_at THEN not_before ELSE created_at END) AS oldest "
        "FROM outbox WHERE state IN ('waiting', 'sending') GROUP BY priority ORDER BY priority",
    )


async def timers(tx: Transaction) -> Backlog:
    """What is to fall due; `oldest`: when the first does."""
    return await tx.need(Backlog, "SELECT COUNT(*) AS count, MIN(due) AS oldest FROM timers")
