"""Volunteers: what they offer, who has checked them, and what they have done."""

from collections.abc import Collection
from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.records import Volunteer

_VOLUNTEER = (
    "v.person_id, v.hours, v.place_id, v.applied_at, v.checked_at, v.paused_until, v.put_off_at, v.stopped_at, "
    "v.stopped_for"
)


async def by_id(tx: Transaction, person_id: int) -> Volunteer | None:
    """What somebody has offered; None for whoever never applied."""
    return await tx.one(
        Volunteer, f"SELECT {_VOLUNTEER} FROM volunteers v WHERE v.person_id = :person_id", person_id=person_id
    )


async def put(tx: Transaction, *, person_id: int, hours: int, place_id: int | None, now: datetime) -> None:
    """What somebody offers: when (bits of a week) and where; an offer made before is changed.

    Without a place: they were invited, so whoever invited them knows who they are.
    """
    await tx.run(
        "INSERT INTO volunteers (person_id, hours, place_id, applied_at, checked_at) "
        "VALUES (:person_id, :hours, CAST(:place_id AS BIGINT), :now, "
        "CASE WHEN CAST(:place_id AS BIGINT) IS NULL THEN CAST(:now AS BIGINT) END) "
        "ON CONFLICT (person_id) DO UPDATE SET hours = excluded.hours, place_id = excluded.place_id",
        person_id=person_id,
        hours=hours,
        place_id=place_id,
        now=now,
    )


async def check_again(tx: Transaction, *, person_id: int) -> None:
    """What was checked was for less: staff are asked once more."""
    await tx.run(
        "UPDATE volunteers SET checked_at = NULL, put_off_at = NULL WHERE person_id = :person_id", person_id=person_id
    )


async def keep_turn(tx: Transaction, *, person_id: int) -> None:
    """Whoever is a volunteer at another place now was asked as lately as before."""
    await tx.run(
        "UPDATE roles SET asked_at = (SELECT MAX(was.asked_at) FROM roles was WHERE was.person_id = roles.person_id "
        "AND was.role = 'volunteer') WHERE person_id = :person_id AND role = 'volunteer' AND revoked_at IS NULL",
        person_id=person_id,
    )


async def set_skills(tx: Transaction, *, person_id: int, skills: Collection[str]) -> None:
    """What somebody can do."""
    await tx.run("DELETE FROM volunteer_skills WHERE person_id = :person_id", person_id=person_id)
    for skill in skills:
        await tx.run(
            "INSERT INTO volunteer_skills (person_id, skill) VALUES (:person_id, :skill)",
            person_id=person_id,
            skill=skill,
        )


async def skills(tx: Transaction, person_id: int) -> list[str]:
    """What somebody has said they can do."""
    return await tx.all(
        str, "SELECT skill FROM volunteer_skills WHERE person_id = :person_id ORDER BY skill", person_id=person_id
    )


async def set_teams(tx: Transaction, *, person_id: int, teams: Collection[str], now: datetime) -> None:
    """The teams somebody belongs to from now on; in which they were is kept for the teams' figures."""
    was = await tx.all(
        str, "SELECT team FROM team_members WHERE person_id = :person_id AND until IS NULL", person_id=person_id
    )
    for team in set(was) - set(teams):
        await tx.run(
            "UPDATE team_members SET until = :now WHERE team = :team AND person_id = :person_id",
            team=team,
            person_id=person_id,
            now=now,
        )
    for team in sorted(set(teams) - set(was)):
        await tx.run(
            "INSERT INTO team_members (team, person_id, since) VALUES (:team, :person_id, :now) "
            "ON CONFLICT (team, person_id) DO UPDATE SET until = NULL",
            team=team,
            person_id=person_id,
            now=now,
        )


async def teams(tx: Transaction, person_id: int) -> list[str]:
    """The teams somebody belongs to."""
    return await tx.all(
        str,
        "SELECT team FROM team_members WHERE person_id = :person_id AND until IS NULL ORDER BY team",
        person_id=person_id,
    )


async def check(tx: Transaction, *, person_id: int, checked_by: int | None, now: datetime) -> bool:
    """Staff have seen who somebody is (None: as was seen before); False when that is known, or there is nothing to."""
    return bool(
        await tx.run(
            "UPDATE volunteers SET checked_at = :now, put_off_at = NULL, "
            "checked_by = COALESCE(CAST(:checked_by AS BIGINT), checked_by) "
            "WHERE person_id = :person_id AND checked_at IS NULL AND stopped_at IS NULL",
            person_id=person_id,
            checked_by=checked_by,
            now=now,
        )
    )


async def put_off(tx: Transaction, *, person_id: int, now: datetime) -> bool:
    """It could not be checked yet; False when that is known already, or it was checked."""
    return bool(
        await tx.run(
            "UPDATE volunteers SET put_off_at = :now WHERE person_id = :person_id AND checked_at IS NULL "
            "AND put_off_at IS NULL AND stopped_at IS NULL",
            person_id=person_id,
            now=now,
        )
    )


async def stop(
    tx: Transaction,
    *,
    person_id: int,
    stopped_by: int,
    reason: Sealed,
    hours: int,
    place_id: int | None,
    now: datetime,
) -> bool:
    """Somebody is no volunteer any more, and why; False when they were stopped before.

    `hours` and place for whoever never said when and where: staff of there may let them begin again.
    """
    return bool(
        await tx.run(
            "INSERT INTO volunteers (person_id, hours, place_id, applied_at, stopped_at, stopped_by, stopped_for) "
            "VALUES (:person_id, :hours, :place_id, :now, :now, :stopped_by, :reason) "
            "ON CONFLICT (person_id) DO UPDATE SET place_id = COALESCE(volunteers.place_id, excluded.place_id), "
            "stopped_at = excluded.stopped_at, stopped_by = excluded.stopped_by, "
            "stopped_for = excluded.stopped_for WHERE volunteers.stopped_at IS NULL",
            person_id=person_id,
            hours=hours,
            place_id=place_id,
            stopped_by=stopped_by,
            reason=reason,
            now=now,
        )
    )


async def waiting(tx: Transaction, *, place_id: int, limit: int) -> list[Volunteer]:
    """Who applied for a place, or one that lies in it, and has not been checked; the first first."""
    return await tx.all(
        Volunteer,
        f"SELECT {_VOLUNTEER} FROM reach JOIN volunteers v ON v.place_id = reach.place_id AND v.checked_at IS NULL "
        "WHERE reach.ancestor_id = :place_id AND v.stopped_at IS NULL ORDER BY v.applied_at, v.person_id LIMIT :limit",
        place_id=place_id,
        limit=limit,
    )


async def pause(tx: Transaction, *, person_id: int, until: datetime | None, hours: int, now: datetime) -> None:
    """Nothing is offered until then; `hours` for whoever never said when they can."""
    await tx.run(
        "INSERT INTO volunteers (person_id, hours, applied_at, checked_at, paused_until) "
        "VALUES (:person_id, :hours, :now, :now, :until) "
        "ON CONFLICT (person_id) DO UPDATE SET paused_until = excluded.paused_until",
        person_id=person_id,
        hours=hours,
        until=until,
        now=now,
    )


async def forget(tx: Transaction, *, person_id: int, now: datetime) -> None:
    """What somebody who leaves or is erased had offered; what they did in a team stays counted."""
    await set_teams(tx, person_id=person_id, teams=(), now=now)
    for table in ("volunteers", "volunteer_skills"):
        await tx.run(f"DELETE FROM {table} WHERE person_id = :person_id", person_id=person_id)


async def is_new(tx: Transaction, *, person_id: int, visits: int) -> bool:
    """Whether somebody who applied has made fewer visits than that; whoever was invited is no newcomer."""
    found = await tx.one(
        int,
        "SELECT (SELECT COUNT(*) FROM tasks t WHERE t.taker_id = v.person_id AND t.kind = 'visit' "
        "AND t.state = 'confirmed') + (SELECT COUNT(*) FROM companions c JOIN tasks t ON t.id = c.task_id "
        "WHERE c.person_id = v.person_id AND c.state = 'going' AND t.state = 'confirmed') "
        "FROM volunteers v WHERE v.person_id = :person_id AND v.place_id IS NOT NULL",
        person_id=person_id,
    )
    return found is not None and found < visits
