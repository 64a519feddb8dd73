"""Patrols: shifts, the points on their way, what they found, and the figures made of it."""

from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.records import Counted, Patrol, PatrolFinding, PatrolPoint, PatrolRepeat
from storage.states import FindingKind

_PATROL = "p.id, p.task_id, p.repeat_id, p.posted_by, p.begins, p.began_at, p.ended_at, p.note, p.reason"
_POINT = "id, patrol_id, name, at, person_id, located"
_FINDING = "id, patrol_id, kind, person_id, report_id, words, at, relayed_at"
_REPEAT = "id, place_id, posted_by, minutes, people, points, next_at, ended_at"


async def add(
    tx: Transaction, *, task_id: int, repeat_id: int | None, posted_by: int, begins: datetime, points: list[str]
) -> int:
    """A new shift with its points; its number."""
    patrol_id = await tx.insert(
        "INSERT INTO patrols (task_id, repeat_id, posted_by, begins) "
        "VALUES (:task_id, :repeat_id, :posted_by, :begins)",
        task_id=task_id,
        repeat_id=repeat_id,
        posted_by=posted_by,
        begins=begins,
    )
    for name in points:
        await tx.run(
            "INSERT INTO patrol_points (patrol_id, name) VALUES (:patrol_id, :name)", patrol_id=patrol_id, name=name
        )
    return patrol_id


async def by_id(tx: Transaction, patrol_id: int) -> Patrol | None:
    """The shift of that number."""
    return await tx.one(Patrol, f"SELECT {_PATROL} FROM patrols p WHERE p.id = :patrol_id", patrol_id=patrol_id)


async def of_task(tx: Transaction, task_id: int) -> Patrol | None:
    """The shift that a task belongs to."""
    return await tx.one(Patrol, f"SELECT {_PATROL} FROM patrols p WHERE p.task_id = :task_id", task_id=task_id)


async def ahead(tx: Transaction, *, now: datetime, limit: int) -> list[Patrol]:
    """Shifts that may still be grabbed, the next one first."""
    return await tx.all(
        Patrol,
        f"SELECT {_PATROL} FROM patrols p JOIN tasks t ON t.id = p.task_id "
        "WHERE p.begins > :now AND t.state || '' IN ('open', 'claimed') ORDER BY p.begins, p.id LIMIT :limit",
        now=now,
        limit=limit,
    )


async def of_person(tx: Transaction, *, person_id: int, limit: int) -> list[Patrol]:
    """The rounds somebody has walked, latest first."""
    return await tx.all(
        Patrol,
        f"SELECT {_PATROL} FROM patrols p WHERE p.ended_at IS NOT NULL AND p.task_id IN ("
        "SELECT own.id FROM tasks own WHERE own.taker_id = :person_id UNION "
        "SELECT c.task_id FROM companions c WHERE c.person_id = :person_id AND c.state = 'going') "
        "ORDER BY p.id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def begin(tx: Transaction, *, patrol_id: int, now: datetime) -> None:
    """The round begins; one that somebody else has begun goes on."""
    await tx.run(
        "UPDATE patrols SET began_at = COALESCE(began_at, :now) WHERE id = :patrol_id", patrol_id=patrol_id, now=now
    )


async def end(tx: Transaction, *, patrol_id: int, note: Sealed | None, now: datetime) -> None:
    """The round is over."""
    await tx.run(
        "UPDATE patrols SET ended_at = :now, note = :note WHERE id = :patrol_id",
        patrol_id=patrol_id,
        note=note,
        now=now,
    )


async def called_off(tx: Transaction, *, patrol_id: int, reason: Sealed | None) -> None:
    """Why it does not take place."""
    await tx.run("UPDATE patrols SET reason = :reason WHERE id = :patrol_id", patrol_id=patrol_id, reason=reason)


async def enough(tx: Transaction, task_id: int) -> None:
    """Staff say that whoever has joined is enough."""
    await tx.run("UPDATE tasks SET least = 1 WHERE id = :task_id", task_id=task_id)


async def points(tx: Transaction, patrol_id: int) -> list[PatrolPoint]:
    """Where it checks in, in order."""
    return await tx.all(
        PatrolPoint, f"SELECT {_POINT} FROM patrol_points WHERE patrol_id = :patrol_id ORDER BY id", patrol_id=patrol_id
    )


async def point(tx: Transaction, point_id: int) -> PatrolPoint | None:
    """The point of that number."""
    return await tx.one(PatrolPoint, f"SELECT {_POINT} FROM patrol_points WHERE id = :point_id", point_id=point_id)


async def check_in(tx: Transaction, *, point_id: int, person_id: int, now: datetime) -> bool:
    """Somebody is at a point; False when somebody was before."""
    return bool(
        await tx.run(
            "UPDATE patrol_points SET at = :now, person_id = :person_id WHERE id = :point_id AND at IS NULL",
            now=now,
            person_id=person_id,
            point_id=point_id,
        )
    )


async def latest_check_in(tx: Transaction, *, person_id: int, since: datetime) -> PatrolPoint | None:
    """Where somebody has checked in last, if not longer ago."""
    return await tx.one(
        PatrolPoint,
        f"SELECT {_POINT} FROM patrol_points WHERE person_id = :person_id AND at >= :since ORDER BY at DESC LIMIT 1",
        person_id=person_id,
        since=since,
    )


async def located(tx: Transaction, point_id: int) -> None:
    """A position was sent along."""
    await tx.run("UPDATE patrol_points SET located = 1 WHERE id = :point_id", point_id=point_id)


async def add_finding(
    tx: Transaction,
    *,
    patrol_id: int,
    kind: FindingKind,
    person_id: int,
    report_id: int | None = None,
    now: datetime,
) -> int:
    """One more of what the round came back with."""
    return await tx.insert(
        "INSERT INTO patrol_findings (patrol_id, kind, person_id, report_id, at) "
        "VALUES (:patrol_id, :kind, :person_id, :report_id, :now)",
        patrol_id=patrol_id,
        kind=kind,
        person_id=person_id,
        report_id=report_id,
        now=now,
    )


async def finding(tx: Transaction, finding_id: int) -> PatrolFinding | None:
    """The finding of that number."""
    return await tx.one(
        PatrolFinding, f"SELECT {_FINDING} FROM patrol_findings WHERE id = :finding_id", finding_id=finding_id
    )


async def findings(tx: Transaction, patrol_id: int) -> list[PatrolFinding]:
    """What a round came back with, in order."""
    return await tx.all(
        PatrolFinding,
        f"SELECT {_FINDING} FROM patrol_findings WHERE patrol_id = :patrol_id ORDER BY id",
        patrol_id=patrol_id,
    )


async def findings_by(tx: Transaction, *, person_id: int, limit: int) -> list[PatrolFinding]:
    """What somebody has put down, latest first."""
    return await tx.all(
        PatrolFinding,
        f"SELECT {_FINDING} FROM patrol_findings WHERE person_id = :person_id ORDER BY id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def describe(tx: Transaction, *, finding_id: int, words: Sealed) -> bool:
    """Words about a finding, once; False when there are some."""
    return bool(
        await tx.run(
            "UPDATE patrol_findings SET words = :words WHERE id = :finding_id AND words IS NULL",
            finding_id=finding_id,
            words=words,
        )
    )


async def relay(tx: Transaction, *, finding_id: int, now: datetime) -> bool:
    """A clue is passed on, once; False when it has been."""
    return bool(
        await tx.run(
            "UPDATE patrol_findings SET relayed_at = :now WHERE id = :finding_id AND relayed_at IS NULL",
            finding_id=finding_id,
            now=now,
        )
    )


async def forget(tx: Transaction, *, person_id: int) -> None:
    """The words of somebody who is erased; that there was something is counted on."""
    await tx.run("UPDATE patrol_findings SET words = NULL WHERE person_id = :person_id", person_id=person_id)
    await tx.run(
        "UPDATE patrols SET note = NULL WHERE task_id IN (SELECT id FROM tasks WHERE taker_id = :person_id)",
        person_id=person_id,
    )
    await tx.run("UPDATE patrols SET reason = NULL WHERE posted_by = :person_id", person_id=person_id)


async def add_repeat(
    tx: Transaction,
    *,
    place_id: int,
    posted_by: int,
    minutes: int,
    people: int,
    points: list[str],
    next_at: datetime,
    now: datetime,
) -> int:
    """A shift that comes every week; its number."""
    return await tx.insert(
        "INSERT INTO patrol_repeats (place_id, posted_by, minutes, people, points, next_at, created_at) "
        "VALUES (:place_id, :posted_by, :minutes, :people, :points, :next_at, :now)",
        place_id=place_id,
        posted_by=posted_by,
        minutes=minutes,
        people=people,
        points="\n".join(points),
        next_at=next_at,
        now=now,
    )


async def repeat(tx: Transaction, repeat_id: int) -> PatrolRepeat | None:
    """The weekly shift of that number."""
    return await tx.one(
        PatrolRepeat, f"SELECT {_REPEAT} FROM patrol_repeats WHERE id = :repeat_id", repeat_id=repeat_id
    )


async def go_on(tx: Transaction, *, repeat_id: int, next_at: datetime) -> None:
    """A shift was posted; the one after it is next."""
    await tx.run(
        "UPDATE patrol_repeats SET next_at = :next_at WHERE id = :repeat_id", repeat_id=repeat_id, next_at=next_at
    )


async def end_repeat(tx: Transaction, *, repeat_id: int, by: int, now: datetime) -> bool:
    """No more of them; False when it was ended before."""
    return bool(
        await tx.run(
            "UPDATE patrol_repeats SET ended_at = :now, ended_by = :by WHERE id = :repeat_id AND ended_at IS NULL",
            repeat_id=repeat_id,
            by=by,
            now=now,
        )
    )


_FIGURES = """
SELECT 'rounds' AS state, COUNT(*) AS count FROM w
UNION ALL SELECT 'minutes', CAST(COALESCE(SUM((ended_at - began_at) / 60000 * (companions + 1)), 0) AS BIGINT) FROM w
UNION ALL SELECT 'people', COUNT(*) FROM (SELECT taker_id FROM w WHERE taker_id IS NOT NULL UNION
    SELECT c.person_id FROM companions c JOIN w ON w.task_id = c.task_id WHERE c.state = 'going') one
UNION ALL SELECT 'points', COUNT(*) FROM w JOIN patrol_points x ON x.patrol_id = w.id WHERE x.at IS NOT NULL
UNION ALL SELECT 'all_points', COUNT(*) FROM w JOIN patrol_points x ON x.patrol_id = w.id
UNION ALL SELECT f.kind, COUNT(*) FROM w JOIN patrol_findings f ON f.patrol_id = w.id GROUP BY f.kind
UNION ALL SELECT 'solved', COUNT(*) FROM w JOIN patrol_findings f ON f.patrol_id = w.id
    JOIN reports r ON r.id = f.report_id WHERE r.state IN ('checked', 'closed')
"""
_WALKED = (
    "SELECT p.id, p.task_id, p.began_at, p.ended_at, t.taker_id, t.companions "
    "FROM patrols p JOIN tasks t ON t.id = p.task_id WHERE"
)


async def figures(tx: Transaction, *, place_ids: list[int], since: datetime, until: datetime) -> list[Counted]:
    """Of the rounds that ended in a span of time at these places or in them: each figure by its name."""
    return await tx.all(
        Counted,
        f"WITH w AS ({_WALKED} p.ended_at >= :since AND p.ended_at < :until AND EXISTS (SELECT 1 FROM reach r "
        f"WHERE r.place_id = t.place_id AND {tx.among('r.ancestor_id', 'place_ids')})) {_FIGURES}",
        place_ids=place_ids,
        since=since,
        until=until,
    )


async def figures_of(tx: Transaction, patrol_id: int) -> list[Counted]:
    """Of one round."""
    return await tx.all(
        Counted, f"WITH w AS ({_WALKED} p.id = :patrol_id AND p.ended_at IS NOT NULL) {_FIGURES}", patrol_id=patrol_id
    )
