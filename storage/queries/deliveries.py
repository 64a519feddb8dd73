"""How far a notice has gone out: the people and groups it was queued for, and what has become of it there."""

from datetime import datetime

from storage.database import Transaction
from storage.queries.notices import READER
from storage.records import Addressee, Delivery, Notice, Reached
from storage.states import DeliveryState

CARD = "notice"
PROGRESS = "notice_progress"
# CROSS JOIN: SQLite goes from place to place, however few people it believes to live there.
_LIVES_THERE = (
    (
        "FROM reach r CROSS JOIN people p "
        "WHERE r.ancestor_id = :place_id AND r.place_id >= :after AND p.place_id = r.place_id"
    ),
    "r.place_id",
)
_CAME_LATER = (
    (
        "FROM people p WHERE p.id > :after "
        "AND EXISTS (SELECT 1 FROM reach r WHERE r.ancestor_id = :place_id AND r.place_id = p.place_id)"
    ),
    "p.id",
)
# A value that IS NULL, not NOT EXISTS: PostgreSQL believes that a new notice has next to nothing, and joins with it.
_HAS_IT = "SELECT d.person_id FROM deliveries d WHERE d.notice_id = :notice_id AND d.person_id = p.id"
_OF_NOTICE = f"c.kind = '{CARD}' AND c.subject_id = :notice_id"
# Written as the index outbox_card has it, or SQLite does not use that.
_ON_ITS_WAY = "SELECT 1 FROM outbox o WHERE o.card_id = c.id AND o.state IN ('waiting', 'sending')"
_CARD_OF = f"FROM cards c WHERE c.kind = '{CARD}' AND c.subject_id = d.notice_id AND c.person_id = d.person_id"
_SHOWN = f"SELECT c.message_id {_CARD_OF}"
_WAITS = f"SELECT ({_ON_ITS_WAY} LIMIT 1) {_CARD_OF}"


async def add_for_groups(tx: Transaction, *, notice: Notice, priority: int, now: datetime) -> None:
    """Queue a notice for every group bound to its place or inside it."""
    tx.wake("outbox")
    await tx.run(
        "INSERT INTO cards (kind, subject_id, group_id, created_at) "
        f"SELECT '{CARD}', CAST(:notice_id AS BIGINT), g.id, CAST(:now AS BIGINT) FROM groups g "
        "JOIN reach r ON r.place_id = g.place_id WHERE r.ancestor_id = :place_id AND g.left_at IS NULL "
        "ON CONFLICT (kind, subject_id, group_id) WHERE group_id IS NOT NULL DO NOTHING",
        notice_id=notice.id,
        place_id=notice.place_id,
        now=now,
    )
    which = f"{_OF_NOTICE} AND c.group_id IS NOT NULL AND c.message_id IS NULL"
    await _queue(tx, "card", which, priority, now, notice_id=notice.id)


async def add_for_people(tx: Transaction, *, notice: Notice, limit: int, priority: int, now: datetime) -> int:
    """Queue a notice for the next people, and move its cursor on; how many: fewer than `limit`, there are no more."""
    by_place = notice.place_cursor is not None
    which, order = _LIVES_THERE if by_place else _CAME_LATER
    next_ = await tx.all(
        Addressee,
        f"SELECT p.id AS person_id, p.place_id {which} AND {READER} AND ({_HAS_IT}) IS NULL "
        f"ORDER BY {order} LIMIT :limit",
        notice_id=notice.id,
        place_id=notice.place_id,
        after=notice.place_cursor if by_place else notice.cursor,
        limit=limit,
    )
    if not next_:
        return 0
    ids = [one.person_id for one in next_]
    await tx.run(
        "INSERT INTO deliveries (notice_id, person_id, state) "
        f"SELECT CAST(:notice_id AS BIGINT), p.id, 'waiting' FROM people p WHERE {tx.among('p.id', 'ids')}",
        notice_id=notice.id,
        ids=ids,
    )
    cards = await tx.all(
        int,
        "INSERT INTO cards (kind, subject_id, person_id, created_at) "
        f"SELECT '{CARD}', CAST(:notice_id AS BIGINT), p.id, CAST(:now AS BIGINT) FROM people p "
        f"WHERE {tx.among('p.id', 'ids')} "
        "ON CONFLICT (kind, subject_id, person_id) WHERE person_id IS NOT NULL "
        "DO UPDATE SET created_at = excluded.created_at WHERE cards.message_id IS NULL RETURNING id",
        notice_id=notice.id,
        ids=ids,
        now=now,
    )
    await _queue(tx, "card", tx.among("c.id", "cards"), priority, now, cards=cards)
    await tx.run(
        f"UPDATE notices SET {'place_cursor' if by_place else 'cursor'} = :last, reached = reached + :added "
        "WHERE id = :notice_id",
        notice_id=notice.id,
        last=next_[-1].place_id if by_place else next_[-1].person_id,
        added=len(ids),
    )
    return len(ids)


async def _queue(tx: Transaction, kind: str, which: str, priority: int, now: datetime, **params: object) -> None:
    """Put cards of a notice into the outbox, but for those that are on their way there."""
    tx.wake("outbox")
    # An edit that waits shows everything; one in flight may show the old words.
    still = f"{_ON_ITS_WAY} AND o.state = 'waiting'" if kind == "edit" else _ON_ITS_WAY
    await tx.run(
        "INSERT INTO outbox (priority, kind, person_id, group_id, card_id, state, not_before, created_at) "
        f"SELECT CAST(:priority AS BIGINT), '{kind}', c.person_id, c.group_id, c.id, 'waiting', "
        f"CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM cards c WHERE {which} AND NOT EXISTS ({still})",
        priority=priority,
        now=now,
        **params,
    )


async def mend_for_groups(tx: Transaction, *, notice: Notice, priority: int, now: datetime) -> None:
    """Have the groups' cards of a notice edited."""
    await _queue(tx, "edit", f"{_OF_NOTICE} AND c.group_id IS NOT NULL", priority, now, notice_id=notice.id)


async def mend_for_people(tx: Transaction, *, notice: Notice, limit: int, priority: int, now: datetime) -> None:
    """Have the cards of the next people edited who may have the old words; after the last one, none is left."""
    next_ = await tx.need(
        Reached,
        "SELECT COUNT(*) AS count, COALESCE(MAX(person_id), 0) AS last FROM (SELECT person_id FROM deliveries "
        "WHERE notice_id = :notice_id AND person_id > :after ORDER BY person_id LIMIT :limit) w",
        notice_id=notice.id,
        after=notice.mending,
        limit=limit,
    )
    which = f"{_OF_NOTICE} AND c.person_id > :after AND c.person_id <= :last"
    await _queue(tx, "edit", which, priority, now, notice_id=notice.id, after=notice.mending, last=next_.last)
    await tx.run(
        "UPDATE notices SET mending = CAST(:mending AS BIGINT) WHERE id = :notice_id",
        notice_id=notice.id,
        mending=next_.last if next_.count == limit else None,
    )


async def settle(tx: Transaction, *, notice_id: int) -> int:
    """See what has become of the deliveries that were waiting; how many still are."""
    now_known = {
        DeliveryState.DELIVERED: f"({_SHOWN}) IS NOT NULL",
        DeliveryState.BLOCKED: f"({_WAITS}) IS NULL "
        "AND (SELECT p.unreachable_at FROM people p WHERE p.id = d.person_id) IS NOT NULL",
        DeliveryState.FAILED: f"({_WAITS}) IS NULL",
    }
    counts = {}
    for state, found in now_known.items():
        counts[state.value] = await tx.run(
            "UPDATE deliveries AS d SET state = :state "
            f"WHERE d.notice_id = :notice_id AND d.state = 'waiting' AND {found}",
            state=state,
            notice_id=notice_id,
        )
    if any(counts.values()):
        await tx.run(
            "UPDATE notices SET delivered = delivered + :delivered, blocked = blocked + :blocked, "
            "failed = failed + :failed WHERE id = :notice_id",
            notice_id=notice_id,
            **counts,
        )
    return await tx.need(
        int,
        "SELECT COUNT(*) FROM deliveries WHERE notice_id = :notice_id AND state = 'waiting'",
        notice_id=notice_id,
    )


async def take_back(tx: Transaction, *, notice: Notice, priority: int) -> None:
    """Unqueue whom the sender has not come to; the cursor goes back to the first place of theirs."""
    await tx.run(
        "DELETE FROM outbox WHERE state = 'waiting' AND priority = :priority AND kind = 'card' "
        "AND person_id IS NOT NULL AND EXISTS "
        f"(SELECT 1 FROM cards c WHERE c.id = outbox.card_id AND c.kind = '{CARD}' AND c.subject_id = :notice_id)",
        priority=priority,
        notice_id=notice.id,
    )
    unsent = (
        "notice_id = :notice_id AND state = 'waiting' AND NOT EXISTS (SELECT 1 FROM cards c "
        f"WHERE c.kind = '{CARD}' AND c.subject_id = deliveries.notice_id AND c.person_id = deliveries.person_id "
        f"AND (c.message_id IS NOT NULL OR EXISTS ({_ON_ITS_WAY})))"
    )
    first = await tx.one(
        int,
        "SELECT MIN(r.place_id) FROM deliveries JOIN people p ON p.id = person_id "
        f"JOIN reach r ON r.ancestor_id = :place_id AND r.place_id = p.place_id WHERE {unsent}",
        notice_id=notice.id,
        place_id=notice.place_id,
    )
    count = await tx.run(f"DELETE FROM deliveries WHERE {unsent}", notice_id=notice.id)
    await tx.run(
        "UPDATE notices SET place_cursor = CAST(:place_cursor AS BIGINT), reached = reached - :count "
        "WHERE id = :notice_id",
        notice_id=notice.id,
        place_cursor=min((one for one in (notice.place_cursor, first) if one is not None), default=None),
        count=count,
    )


async def delivery(tx: Transaction, *, notice_id: int, person_id: int) -> Delivery | None:
    """Somebody's share of a notice; None when it was not for them, or has not come to them yet."""
    return await tx.one(
        Delivery,
        "SELECT notice_id, person_id, state, receipt_at FROM deliveries "
        "WHERE notice_id = :notice_id AND person_id = :person_id",
        notice_id=notice_id,
        person_id=person_id,
    )


async def receive(tx: Transaction, *, notice_id: int, person_id: int, now: datetime) -> bool:
    """Somebody says they have read it, once; False when they did before."""
    first = await tx.run(
        "UPDATE deliveries SET receipt_at = :now "
        "WHERE notice_id = :notice_id AND person_id = :person_id AND receipt_at IS NULL",
        notice_id=notice_id,
        person_id=person_id,
        now=now,
    )
    if first:
        await tx.run("UPDATE notices SET received = received + 1 WHERE id = :notice_id", notice_id=notice_id)
    return bool(first)


async def try_again(tx: Transaction, *, notice_id: int, person_id: int) -> bool:
    """What did not arrive is on its way once more, for its reader has asked for it; False when it had arrived."""
    for state in (DeliveryState.BLOCKED, DeliveryState.FAILED):
        if await tx.run(
            "UPDATE deliveries SET state = 'waiting' "
            "WHERE notice_id = :notice_id AND person_id = :person_id AND state = :state",
            notice_id=notice_id,
            person_id=person_id,
            state=state,
        ):
            await tx.run(f"UPDATE notices SET {state} = {state} - 1 WHERE id = :notice_id", notice_id=notice_id)
            return True
    return False


async def show_received(tx: Transaction, *, notice_id: int, person_id: int, priority: int, now: datetime) -> None:
    """Have one reader's card edited, ahead of an edit that waits in the notices' lane."""
    tx.wake("outbox")
    await tx.run(
        "INSERT INTO outbox (priority, kind, person_id, card_id, state, not_before, created_at) "
        "SELECT CAST(:priority AS BIGINT), 'edit', c.person_id, c.id, 'waiting', CAST(:now AS BIGINT), "
        f"CAST(:now AS BIGINT) FROM cards c WHERE c.kind = '{CARD}' AND c.subject_id = :notice_id "
        "AND c.person_id = :person_id",
        priority=priority,
        notice_id=notice_id,
        person_id=person_id,
        now=now,
    )


async def show_progress(tx: Transaction, *, notice_id: int, priority: int, due: datetime, now: datetime) -> None:
    """Have the progress cards edited at `due`, once each for all that happens until then."""
    tx.wake("outbox")
    await tx.run(
        "INSERT INTO outbox (priority, kind, person_id, card_id, state, not_before, created_at) "
        "SELECT CAST(:priority AS BIGINT), 'edit', c.person_id, c.id, 'waiting', CAST(:due AS BIGINT), "
        f"CAST(:now AS BIGINT) FROM cards c WHERE c.kind = '{PROGRESS}' AND c.subject_id = :notice_id "
        f"AND NOT EXISTS ({_ON_ITS_WAY} AND o.state = 'waiting')",
        priority=priority,
        notice_id=notice_id,
        due=due,
        now=now,
    )


async def queued(tx: Transaction, *, priority: int, limit: int) -> int:
    """How many messages of a lane wait to be sent, at most `limit`."""
    return await tx.need(
        int,
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM outbox WHERE state = 'waiting' AND priority = :priority "
        "LIMIT :limit) w",
        priority=priority,
        limit=limit,
    )
