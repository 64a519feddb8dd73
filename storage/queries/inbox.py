"""Updates on their way in."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Counted, Json, Waiting
from storage.states import InboxState


async def store(tx: Transaction, *, bot_id: int, update_id: int, lane: int, payload: Json, now: datetime) -> bool:
    """Keep a raw update; False when it is there already."""
    tx.wake("inbox")
    return bool(
        await tx.run(
            "INSERT INTO inbox (bot_id, update_id, lane, payload, state, received_at) "
            "VALUES (:bot_id, :update_id, :lane, :payload, 'waiting', :now) ON CONFLICT (bot_id, update_id) DO NOTHING",
            bot_id=bot_id,
            update_id=update_id,
            lane=lane,
            payload=tx.seal(payload),
            now=now,
        )
    )


async def take(tx: Transaction, *, limit: int) -> list[Waiting]:
    """The next updates in the order they came, each one's tries counted up.

    An update that was tried before is taken alone: should it kill the process, it takes nobody with it.
    """
    rows = await tx.all(
        Waiting,
        "SELECT id, lane, payload, tries FROM inbox WHERE state = 'waiting' ORDER BY id LIMIT :limit",
        limit=limit,
    )
    rows = rows[:1] if rows and rows[0].tries else [row for row in rows if not row.tries]
    if rows:
        await tx.run(
            "UPDATE inbox SET tries = tries + 1 "
            "WHERE state = 'waiting' AND id >= :first AND id <= :last AND tries = :tries",
            first=rows[0].id,
            last=rows[-1].id,
            tries=rows[0].tries,
        )
    return rows


async def finish(tx: Transaction, *, inbox_id: int, state: InboxState, error: str | None, now: datetime) -> None:
    """Mark an update handled, or set it aside with its reason."""
    await tx.run(
        "UPDATE inbox SET state = :state, done_at = :now, error = :error WHERE id = :inbox_id",
        state=state,
        now=now,
        error=error,
        inbox_id=inbox_id,
    )


async def purge(tx: Transaction, *, done_before: datetime, aside_before: datetime) -> None:
    """Forget what was handled, and later what was set aside."""
    await tx.run("DELETE FROM inbox WHERE state = 'done' AND done_at < :before", before=done_before)
    await tx.run("DELETE FROM inbox WHERE state = 'poison' AND done_at < :before", before=aside_before)


async def counts(tx: Transaction) -> list[Counted]:
    """How many updates wait and how many were set aside."""
    return await tx.all(
        Counted,
        "SELECT state, COUNT(*) AS count FROM inbox WHERE state IN ('waiting', 'poison') GROUP BY state",
    )
