"""How far a notice has gone out: the people and groups it was queued for, and what has become of it there."""

from datetime import datetime

from storage.database import Transaction
from storage.queries.notices import READER
from storage.records import Delivery, Notice, Reached
from storage.states import DeliveryState

CARD = "notice"
PROGRESS = "notice_progress"
_FEW = 1000
# Of many, the next are found by going on through the people; few, by looking at all who live at the place.
# A `+` keeps SQLite from the first way.
_IN_PLACE = "SELECT r.place_id FROM reach r WHERE r.ancestor_id = :place_id"
_NEXT_OF_MANY = f"p.id > :cursor AND {READER} AND EXISTS ({_IN_PLACE} AND r.place_id = p.place_id)", "p.id"
_NEXT_OF_FEW = f"+p.id > :cursor AND {READER} AND p.place_id IN ({_IN_PLACE})", "+p.id"
# Written as the index outbox_card has it, or SQLite does not use that.
_ON_ITS_WAY = "SELECT 1 FROM outbox o WHERE o.card_id = c.id AND o.state IN ('waiting', 'sending')"
_CARD_OF = f"SELECT 1 FROM cards c WHERE c.kind = '{CARD}' AND c.subject_id = d.notice_id AND c.person_id = d.person_id"


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
    await _queue(tx, "card", "c.group_id IS NOT NULL AND c.message_id IS NULL", notice, priority, now)


async def add_for_people(tx: Transaction, *, notice: Notice, limit: int, priority: int, now: datetime) -> Reached:
    """Queue a notice for the next people after its cursor, and move that on; fewer than `limit`: there are no more."""
    after, by = _NEXT_OF_MANY if notice.expected > _FEW else _NEXT_OF_FEW
    who = f"SELECT p.id FROM people p WHERE {after} ORDER BY {by} LIMIT :limit"
    stretch = {"cursor": notice.cursor, "place_id": notice.place_id}
    next_ = await tx.need(
        Reached,
        f"SELECT COUNT(*) AS count, COALESCE(MAX(id), 0) AS last FROM ({who}) w",
        limit=limit,
        **stretch,
    )
    if not next_.count:
        return next_
    added = await tx.run(
        "INSERT INTO deliveries (notice_id, person_id, state) "
        f"SELECT CAST(:notice_id AS BIGINT), p.id, 'waiting' FROM people p WHERE {after} AND p.id <= :last "
        "ON CONFLICT (notice_id, person_id) DO NOTHING",
        notice_id=notice.id,
        last=next_.last,
        **stretch,
    )
    of_stretch = "d.notice_id = :notice_id AND d.person_id > :cursor AND d.person_id <= :last AND d.state = 'waiting'"
    await tx.run(
        "INSERT INTO cards (kind, subject_id, person_id, created_at) "
        f"SELECT '{CARD}', d.notice_id, d.person_id, CAST(:now AS BIGINT) FROM deliveries d WHERE {of_stretch} "
        "ON CONFLICT (kind, subject_id, person_id) WHERE person_id IS NOT NULL DO NOTHING",
        notice_id=notice.id,
        cursor=notice.cursor,
        last=next_.last,
        now=now,
    )
    unsent = (
        "c.person_id > :cursor AND c.person_id <= :last AND c.message_id IS NULL "
        "AND EXISTS (SELECT 1 FROM deliveries d "
        "WHERE d.notice_id = c.subject_id AND d.person_id = c.person_id AND d.state = 'waiting')"
    )
    await _queue(tx, "card", unsent, notice, priority, now, cursor=notice.cursor, last=next_.last)
    await tx.run(
        "UPDATE notices SET cursor = :last, reached = reached + :added WHERE id = :notice_id",
        notice_id=notice.id,
        last=next_.last,
        added=added,
    )
    return next_


async def _queue(
    tx: Transaction, kind: str, which: str, notice: Notice, priority: int, now: datetime, **params: object
) -> None:
    """Put cards of a notice into the outbox, but for those that are on their way there."""
    tx.wake("outbox")
    # An edit that waits shows everything; one in flight may show the old words.
    still = f"{_ON_ITS_WAY} AND o.state = 'waiting'" if kind == "edit" else _ON_ITS_WAY
    await tx.run(
        "INSERT INTO outbox (priority, kind, person_id, group_id, card_id, state, not_before, created_at) "
        f"SELECT CAST(:priority AS BIGINT), '{kind}', c.person_id, c.group_id, c.id, 'waiting', "
        "CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM cards c "
        f"WHERE c.kind = '{CARD}' AND c.subject_id = :notice_id AND {which} "
        f"AND NOT EXISTS ({still})",
        priority=priority,
        notice_id=notice.id,
        now=now,
        **params,
    )


async def mend_for_groups(tx: Transaction, *, notice: Notice, priority: int, now: datetime) -> None:
    """Have the groups' cards of a notice edited."""
    await _queue(tx, "edit", "c.group_id IS NOT NULL", notice, priority, now)


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
    which = "c.person_id > :after AND c.person_id <= :last"
    await _queue(tx, "edit", which, notice, priority, now, after=notice.mending, last=next_.last)
    await tx.run(
        "UPDATE notices SET mending = CAST(:mending AS BIGINT) WHERE id = :notice_id",
        notice_id=notice.id,
        mending=next_.last if next_.count == limit else None,
    )


async def settle(tx: Transaction, *, notice_id: int) -> int:
    """See what has become of the deliveries that were waiting; how many still are."""
    now_known = {
        DeliveryState.DELIVERED: f"EXISTS ({_CARD_OF} AND c.message_id IS NOT NULL)",
        DeliveryState.BLOCKED: f"NOT EXISTS ({_CARD_OF} AND EXISTS ({_ON_ITS_WAY})) "
        "AND EXISTS (SELECT 1 FROM people p WHERE p.id = d.person_id AND p.unreachable_at IS NOT NULL)",
        DeliveryState.FAILED: f"NOT EXISTS ({_CARD_OF} AND EXISTS ({_ON_ITS_WAY}))",
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


async def take_back(tx: Transaction, *, notice_id: int, priority: int) -> None:
    """Unqueue whom the sender has not come to; the cursor goes back before the first of them."""
    await tx.run(
        "DELETE FROM outbox WHERE state = 'waiting' AND priority = :priority AND kind = 'card' "
        "AND person_id IS NOT NULL AND EXISTS "
        f"(SELECT 1 FROM cards c WHERE c.id = outbox.card_id AND c.kind = '{CARD}' AND c.subject_id = :notice_id)",
        priority=priority,
        notice_id=notice_id,
    )
    unsent = (
        "notice_id = :notice_id AND state = 'waiting' AND NOT EXISTS (SELECT 1 FROM cards c "
        f"WHERE c.kind = '{CARD}' AND c.subject_id = deliveries.notice_id AND c.person_id = deliveries.person_id "
        f"AND (c.message_id IS NOT NULL OR EXISTS ({_ON_ITS_WAY})))"
    )
    first = await tx.one(int, f"SELECT MIN(person_id) FROM deliveries WHERE {unsent}", notice_id=notice_id)
    if first is None:
        return
    count = await tx.run(f"DELETE FROM deliveries WHERE {unsent}", notice_id=notice_id)
    await tx.run(
        "UPDATE notices SET cursor = :cursor, reached = reached - :count WHERE id = :notice_id",
        notice_id=notice_id,
        cursor=first - 1,
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
