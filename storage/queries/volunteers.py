"""Volunteers: what they offer, who has checked them, and what they have done."""

from collections.abc import Collection
from datetime import datetime

from storage.database import Transaction
from storage.records import Volunteer


async def by_id(tx: Transaction, person_id: int) -> Volunteer | None:
    """What somebody has offered; None for whoever never applied."""
    return await tx.one(
        Volunteer,
        "SELECT person_id, hours, place_id, applied_at, checked_at, paused_until FROM volunteers "
        "WHERE person_id = :person_id",
        person_id=person_id,
    )


async def put(tx: Transaction, *, person_id: int, hours: int, place_id: int, now: datetime) -> None:
    """What somebody offers: when (bits of a week) and where; an offer made before is changed."""
    await tx.run(
        "INSERT INTO volunteers (person_id, hours, place_id, applied_at) VALUES (:person_id, :hours, :place_id, :now) "
        "ON CONFLICT (person_id) DO UPDATE SET hours = excluded.hours, place_id = excluded.place_id",
        person_id=person_id,
        hours=hours,
        place_id=place_id,
        now=now,
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


async def set_teams(tx: Transaction, *, person_id: int, teams: Collection[str]) -> None:
    """The teams somebody belongs to."""
    await tx.run("DELETE FROM team_members WHERE person_id = :person_id", person_id=person_id)
    for team in teams:
        await tx.run(
            "INSERT INTO team_members (team, person_id) VALUES (:team, :person_id)", person_id=person_id, team=team
        )


async def teams(tx: Transaction, person_id: int) -> list[str]:
    """The teams somebody belongs to."""
    return await tx.all(
        str, "SELECT team FROM team_members WHERE person_id = :person_id ORDER BY team", person_id=person_id
    )


async def check(tx: Transaction, *, person_id: int, checked_by: int, now: datetime) -> bool:
    """Staff have seen who somebody is; False when that is known already, or nobody applied."""
    return bool(
        await tx.run(
            "UPDATE volunteers SET checked_at = :now, checked_by = :checked_by "
            "WHERE person_id = :person_id AND checked_at IS NULL",
            person_id=person_id,
            checked_by=checked_by,
            now=now,
        )
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


async def forget(tx: Transaction, person_id: int) -> None:
    """What somebody who is erased had offered."""
    for table in ("volunteers", "volunteer_skills", "team_members"):
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
