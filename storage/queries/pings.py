"""What is held back in the outbox until somebody wakes, and what was then told together, as their digest."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from storage.database import Transaction
from storage.queries.outbox import OUTGOING
from storage.records import Outgoing
from storage.states import OutboxKind, Priority

# The state is said twice so that SQLite takes the index on these two.
_HELD = "state IN ('held', 'merged') AND state = 'held'"
_MERGED = "state IN ('held', 'merged') AND state = 'merged'"
_MERGED_OF_O = "o.state IN ('held', 'merged') AND o.state = 'merged'"
KINDS = (OutboxKind.SAY, OutboxKind.CARD)
"""What rings: a new message."""


async def hold(tx: Transaction, *, outbox_id: int, until: datetime) -> None:
    """Hold a row back that waits or is held back already."""
    await tx.run(
        "UPDATE outbox SET state = 'held', not_before = :until WHERE id = :outbox_id AND state IN ('waiting', 'held')",
        outbox_id=outbox_id,
        until=until,
    )


async def held_until(tx: Transaction, person_id: int) -> datetime | None:
    """The first moment until which something is held back for somebody."""
    return await tx.one(
        datetime,
        f"SELECT MIN(not_before) AS until FROM outbox WHERE {_HELD} AND person_id = :person_id",
        person_id=person_id,
    )


async def of(tx: Transaction, person_id: int) -> list[Outgoing]:
    """What is held back for somebody, and what was queued for them since; oldest first."""
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    return await tx.all(
        Outgoing,
        f"{OUTGOING}WHERE o.id IN (SELECT id FROM outbox WHERE {_HELD} AND person_id = :person_id UNION ALL "
        f"SELECT id FROM outbox WHERE state = 'waiting' AND priority = {Priority.TASK:d} AND person_id = :person_id "
        f"AND kind IN ({kinds}) AND asks IS NULL) ORDER BY o.id",
        person_id=person_id,
    )


async def release(tx: Transaction, ids: Sequence[int], *, now: datetime) -> None:
    """They go out, each by itself and as new ones, for the sender has passed them already; they wait no second time."""
    tx.wake("outbox")
    await tx.run(
        "INSERT INTO outbox (priority, kind, person_id, card_id, template, context, state, asks, not_before, "
        "created_at) SELECT priority, kind, person_id, card_id, template, context, 'waiting', '', "
        f"CAST(:now AS BIGINT), created_at FROM outbox WHERE {tx.among('id', 'ids')} ORDER BY id",
        ids=list(ids),
        now=now,
    )
    await tx.run(f"DELETE FROM outbox WHERE {tx.among('id', 'ids')}", ids=list(ids))


async def drop(tx: Transaction, ids: Sequence[int], *, now: datetime) -> None:
    """They are not worth saying any more."""
    await tx.run(
        f"UPDATE outbox SET state = 'dropped', error = 'stale', done_at = :now WHERE {tx.among('id', 'ids')}",
        ids=list(ids),
        now=now,
    )


async def merge(tx: Transaction, asks: Mapping[int, str], *, person_id: int, now: datetime) -> None:
    """These rows are told together now; what an earlier digest told is over. `asks`, by row: see the migration."""
    await tx.run(f"UPDATE outbox SET state = 'sent' WHERE {_MERGED} AND person_id = :person_id", person_id=person_id)
    await tx.many(
        "UPDATE outbox SET state = 'merged', asks = :asks, done_at = :now WHERE id = :id",
        [{"id": row, "asks": word, "now": now} for row, word in asks.items()],
    )


async def merged(tx: Transaction, person_id: int) -> list[Outgoing]:
    """What somebody's digest tells, oldest first."""
    return await tx.all(
        Outgoing, f"{OUTGOING}WHERE {_MERGED_OF_O} AND o.person_id = :person_id ORDER BY o.id", person_id=person_id
    )


async def told_of(tx: Transaction, *, kind: str, subject_id: int) -> list[int]:
    """Whose digests tell of a card's subject."""
    return await tx.all(
        int,
        "SELECT DISTINCT c.person_id FROM cards c JOIN outbox o ON o.card_id = c.id "
        f"WHERE c.kind = :kind AND c.subject_id = :subject_id AND {_MERGED_OF_O}",
        kind=kind,
        subject_id=subject_id,
    )
