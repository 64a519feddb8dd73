"""Figures of volunteers, counted from offers and from tasks that were confirmed."""

from collections.abc import Collection
from datetime import datetime

from storage.database import Transaction
from storage.records import AskedVolunteer, TeamFigures

_SINCE = "f.person_id = w.person_id AND f.at >= :since AND f.wave <> 0"
_COUNTED = ", ".join(
    f"(SELECT COUNT(*) FROM offers f WHERE {_SINCE}{state}) AS {name}"
    for name, state in (
        ("asked", ""),
        ("taken", " AND f.state IN ('taken', 'released')"),
        ("declined", " AND f.state = 'declined'"),
    )
)
_LAST = "(SELECT MAX(f.at) FROM offers f WHERE f.person_id = w.person_id AND f.wave <> 0) AS last"
_NEVER = "NOT EXISTS (SELECT 1 FROM offers f WHERE f.person_id = r.person_id AND f.at >= :since AND f.wave <> 0)"
_HELD = "r.role = 'volunteer' AND r.revoked_at IS NULL"
# As `community/time_bank.py` counts them: from the door to the end, at most four hours.
_MINUTES = (
    "CASE WHEN t.arrived_at IS NULL OR t.done_at IS NULL THEN t.minutes "
    "WHEN t.done_at - t.arrived_at < 60000 THEN 1 WHEN t.done_at - t.arrived_at > 14400000 THEN 240 "
    "ELSE (t.done_at - t.arrived_at + 30000) / 60000 END"
)
_DONE = (
    "t.state = 'confirmed' AND t.kind <> 'call' AND t.done_at >= :since AND t.done_at >= m.since "
    "AND (m.until IS NULL OR t.done_at < m.until)"
)


async def of(tx: Transaction, *, person_id: int, since: datetime) -> AskedVolunteer:
    """How often somebody was asked since then, and what they said."""
    return await tx.need(
        AskedVolunteer,
        f"SELECT w.person_id, {_COUNTED}, {_LAST} FROM (SELECT CAST(:person_id AS BIGINT) AS person_id) w",
        person_id=person_id,
        since=since,
    )


async def asked(
    tx: Transaction, *, place_ids: Collection[int], since: datetime, offset: int, limit: int
) -> list[AskedVolunteer]:
    """The same of the volunteers for these places and what lies in them, whoever was asked longest ago first."""
    return await tx.all(
        AskedVolunteer,
        f"SELECT w.person_id, {_COUNTED}, {_LAST} FROM (SELECT r.person_id, MAX(r.asked_at) AS turn "
        f"FROM reach JOIN roles r ON r.place_id = reach.place_id AND {_HELD} "
        f"WHERE {tx.among('reach.ancestor_id', 'place_ids')} GROUP BY r.person_id "
        "ORDER BY MAX(r.asked_at), r.person_id LIMIT :limit OFFSET :offset) w ORDER BY w.turn, w.person_id",
        place_ids=list(place_ids),
        since=since,
        offset=offset,
        limit=limit,
    )


async def count(tx: Transaction, *, place_ids: Collection[int]) -> int:
    """How many volunteers there are for these places and what lies in them."""
    return await tx.need(
        int,
        f"SELECT COUNT(DISTINCT r.person_id) FROM reach JOIN roles r ON r.place_id = reach.place_id AND {_HELD} "
        f"WHERE {tx.among('reach.ancestor_id', 'place_ids')}",
        place_ids=list(place_ids),
    )


async def count_never(tx: Transaction, *, place_ids: Collection[int], since: datetime) -> int:
    """How many of them were not asked since then."""
    return await tx.need(
        int,
        f"SELECT COUNT(DISTINCT r.person_id) FROM reach JOIN roles r ON r.place_id = reach.place_id AND {_HELD} "
        f"WHERE {tx.among('reach.ancestor_id', 'place_ids')} AND {_NEVER}",
        place_ids=list(place_ids),
        since=since,
    )


async def never_asked(tx: Transaction, *, since: datetime, now: datetime, after: int, limit: int) -> list[int]:
    """Volunteers of before then who were not asked since and are not resting, by the order of their ids."""
    return await tx.all(
        int,
        f"SELECT r.person_id FROM roles r JOIN people p ON p.id = r.person_id "
        "LEFT JOIN volunteers v ON v.person_id = r.person_id "
        f"WHERE {_HELD} AND r.person_id > :after AND {_NEVER} AND p.unreachable_at IS NULL "
        "AND p.telegram_id IS NOT NULL AND p.contact_mode = 'chat' "
        "AND COALESCE(v.paused_until, 0) <= CAST(:now AS BIGINT) "
        "GROUP BY r.person_id HAVING MIN(r.granted_at) < :since ORDER BY r.person_id LIMIT :limit",
        since=since,
        now=now,
        after=after,
        limit=limit,
    )


async def ordered(tx: Transaction, *, place_id: int, since: datetime, limit: int) -> list[str]:
    """The services ordered most often at a place since then, whatever became of it."""
    return await tx.all(
        str,
        "SELECT o.service FROM reach JOIN tasks t ON t.place_id = reach.place_id AND t.kind = 'visit' "
        "JOIN orders o ON o.id = t.order_id WHERE reach.ancestor_id = :place_id AND t.created_at >= :since "
        "GROUP BY o.service ORDER BY COUNT(*) DESC, o.service LIMIT :limit",
        place_id=place_id,
        since=since,
        limit=limit,
    )


async def team(tx: Transaction, *, team: str, since: datetime) -> TeamFigures:
    """What the members of a team did since then."""
    return await tx.need(
        TeamFigures,
        "SELECT (SELECT COUNT(*) FROM team_members WHERE team = :team AND until IS NULL) AS members, "
        "COUNT(DISTINCT d.id) AS outings, CAST(COALESCE(SUM(d.minutes), 0) AS BIGINT) AS minutes, "
        "COUNT(DISTINCT d.person_id) AS people FROM ("
        f"SELECT t.id, t.person_id, {_MINUTES} AS minutes FROM team_members m "
        f"JOIN tasks t ON t.taker_id = m.person_id WHERE m.team = :team AND {_DONE} UNION ALL "
        f"SELECT t.id, t.person_id, {_MINUTES} AS minutes FROM team_members m "
        "JOIN companions c ON c.person_id = m.person_id AND c.state = 'going' "
        f"JOIN tasks t ON t.id = c.task_id WHERE m.team = :team AND {_DONE}) d",
        team=team,
        since=since,
    )
