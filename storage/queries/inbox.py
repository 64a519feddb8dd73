"""Updates on their way in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from storage.database import Transaction
from storage.records import Ahead, Counted, Json, Waiting
from storage.states import InboxState

W = TypeVar("W", Ahead, Waiting)


async def store(tx: Transaction, *, bot_id: int, updates: Sequence[tuple[int, int, Json]], now: datetime) -> None:
    """Keep raw updates (id, lane, payload); those that are there already stay as they are."""
    tx.wake("inbox")
    await tx.many(
        "INSERT INTO inbox (bot_id, update_id, lane, payload, state, received_at) "
        "VALUES (:bot_id, :update_id, :lane, :payload, 'waiting', :now) ON CONFLICT (bot_id, update_id) DO NOTHING",
        [
            {"bot_id": bot_id, "update_id": update_id, "lane": lane, "payload": tx.seal(payload), "now": now}
            for update_id, lane, payload in updates
        ],
    )


async def waiting(tx: Transaction, *, limit: int, but: Collection[int] = ()) -> list[Waiting]:
    """What waits, in the order it came, but for some lanes."""
    others = f"AND NOT {tx.among('lane', 'but')} " if but else ""
    return await tx.all(
        Waiting,
        f"SELECT id, lane, payload, tries, received_at FROM inbox WHERE state = 'waiting' {others}"
        "ORDER BY id LIMIT :limit",
        limit=limit,
        **({"but": list(but)} if but else {}),
    )


def together(rows: Sequence[W]) -> list[W]:
    """Which of these, in order, may be taken at once.

    One that was tried before is taken alone: should it kill the process, it takes nobody with it. In its lane
    nothing overtakes it.
    """
    if rows and rows[0].tries:
        return [rows[0]]
    taken, held = [], set()
    for row in rows:
        if row.tries:
            held.add(row.lane)
        if row.lane not in held:
            taken.append(row)
    return taken


async def count_tries(tx: Transaction, ids: Collection[int]) -> None:
    """Count a try of each."""
    if ids:
        await tx.run(f"UPDATE inbox SET tries = tries + 1 WHERE {tx.among('id', 'ids')}", ids=list(ids))


async def give_back(tx: Transaction, ids: Collection[int]) -> None:
    """These had no try after all: the database failed them, or the one before them in their lane did."""
    await tx.run(
        f"UPDATE inbox SET tries = tries - 1 WHERE state = 'waiting' AND tries > 0 AND {tx.among('id', 'ids')}",
        ids=list(ids),
    )


async def lock_lanes(tx: Transaction, *, limit: int, but: Collection[int]) -> list[Ahead]:
    """What waits, in the order it came, but for some lanes; each lane is locked unless somebody else has it.

    PostgreSQL only: the locks are the connection's, and end with it.
    """
    return await tx.all(
        Ahead,
        "WITH ahead AS MATERIALIZED (SELECT id, lane, tries FROM inbox WHERE state = 'waiting' "
        f"AND NOT {tx.among('lane', 'but')} ORDER BY id LIMIT :limit), "
        "locked AS MATERIALIZED (SELECT lane, pg_try_advisory_lock(hashtextextended('lane', lane)) AS ours "
        "FROM (SELECT DISTINCT lane FROM ahead) AS lanes) "
        "SELECT a.id, a.lane, a.tries, CAST(l.ours AS INTEGER) AS ours FROM ahead a JOIN locked l ON l.lane = a.lane "
        "ORDER BY a.id",
        limit=limit,
        but=list(but),
    )


async def take(tx: Transaction, ids: Collection[int]) -> list[Waiting]:
    """Those of these that still wait, in order, each one's tries counted up (`tries` is how many there were before).

    PostgreSQL only, on the connection that locks their lanes.
    """
    return await tx.all(
        Waiting,
        "WITH taken AS (UPDATE inbox SET tries = tries + 1 "
        f"WHERE state = 'waiting' AND {tx.among('id', 'ids')} "
        "RETURNING id, lane, payload, tries - 1 AS tries, received_at) "
        "SELECT id, lane, payload, tries, received_at FROM taken ORDER BY id",
        ids=list(ids),
    )


async def unlock_lanes(tx: Transaction) -> None:
    """Let go of every lane that this connection has locked."""
    await tx.one(int, "SELECT 1 FROM (SELECT pg_advisory_unlock_all()) AS unlocked")


async def finish(tx: Transaction, ids: Collection[int], *, now: datetime) -> bool:
    """Mark updates handled; False when somebody else has handled one of them meanwhile."""
    done = await tx.run(
        f"UPDATE inbox SET state = :done, done_at = :now WHERE state = 'waiting' AND {tx.among('id', 'ids')}",
        done=InboxState.DONE,
        now=now,
        ids=list(ids),
    )
    return done == len(ids)


async def empty(tx: Transaction, ids: Collection[int]) -> None:
    """These were of a flood and are not kept: only that they came."""
    if ids:
        await tx.run(
            f"UPDATE inbox SET payload = :nothing, error = 'flood' WHERE {tx.among('id', 'ids')}",
            nothing=tx.seal({}),
            ids=list(ids),
        )


async def set_aside(tx: Transaction, *, inbox_id: int, error: str, now: datetime) -> None:
    """Give an update up, with the reason."""
    await tx.run(
        "UPDATE inbox SET state = :aside, done_at = :now, error = :error WHERE id = :inbox_id",
        aside=InboxState.POISON,
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
