"""Shifts: what is posted, the points on their way, and what they found."""

from datetime import datetime, timedelta

from storage.crypto import Sealed
from storage.database import Transaction
from storage.records import Shift, ShiftFinding, ShiftPoint, ShiftRepeat
from storage.states import FindingKind, TaskKind

_LONGEST_SEARCH = timedelta(days=1)
_SHIFT = (
    "s.id, s.task_id, s.repeat_id, s.posted_by, s.begins, s.began_at, s.ended_at, s.note, s.reason, s.words, s.found_at"
)
_POINT = "id, shift_id, name, at, person_id, located"
_FINDING = "id, shift_id, kind, person_id, report_id, words, at, relayed_at"
_REPEAT = "id, place_id, posted_by, minutes, people, points, kind, words, skill, next_at, ended_at"


async def add(
    tx: Transaction,
    *,
    task_id: int,
    repeat_id: int | None,
    posted_by: int,
    begins: datetime,
    words: Sealed | None,
    points: list[str],
) -> int:
    """A new shift with its points; its number."""
    shift_id = await tx.insert(
        "INSERT INTO shifts (task_id, repeat_id, posted_by, begins, words) "
        "VALUES (:task_id, :repeat_id, :posted_by, :begins, :words)",
        task_id=task_id,
        repeat_id=repeat_id,
        posted_by=posted_by,
        begins=begins,
        words=words,
    )
    for name in points:
        await tx.run(
            "INSERT INTO shift_points (shift_id, name) VALUES (:shift_id, :name)", shift_id=shift_id, name=name
        )
    return shift_id


async def by_id(tx: Transaction, shift_id: int) -> Shift | None:
    """The shift of that number."""
    return await tx.one(Shift, f"SELECT {_SHIFT} FROM shifts s WHERE s.id = :shift_id", shift_id=shift_id)


async def of_task(tx: Transaction, task_id: int) -> Shift | None:
    """The shift that a task belongs to."""
    return await tx.one(Shift, f"SELECT {_SHIFT} FROM shifts s WHERE s.task_id = :task_id", task_id=task_id)


async def ahead(tx: Transaction, *, now: datetime, limit: int) -> list[Shift]:
    """Shifts that may still be grabbed, the next one first; a search also while it is on."""
    return await tx.all(
        Shift,
        f"SELECT {_SHIFT} FROM shifts s JOIN tasks t ON t.id = s.task_id "
        "WHERE s.begins > :since AND ((s.begins > :now AND t.state || '' IN ('open', 'claimed')) "
        "OR (t.kind = 'search' AND t.state || '' IN ('open', 'claimed', 'arrived'))) "
        "ORDER BY s.begins, s.id LIMIT :limit",
        now=now,
        since=now - _LONGEST_SEARCH,
        limit=limit,
    )


async def of_person(tx: Transaction, *, person_id: int, limit: int) -> list[Shift]:
    """The rounds somebody has walked, latest first."""
    return await tx.all(
        Shift,
        f"SELECT {_SHIFT} FROM shifts s WHERE s.ended_at IS NOT NULL AND s.task_id IN ("
        "SELECT own.id FROM tasks own WHERE own.taker_id = :person_id UNION "
        "SELECT c.task_id FROM companions c WHERE c.person_id = :person_id AND c.state = 'going') "
        "ORDER BY s.id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def begin(tx: Transaction, *, shift_id: int, now: datetime) -> None:
    """The round begins; one that somebody else has begun goes on."""
    await tx.run(
        "UPDATE shifts SET began_at = COALESCE(began_at, :now) WHERE id = :shift_id", shift_id=shift_id, now=now
    )


async def end(tx: Transaction, *, shift_id: int, note: Sealed | None, now: datetime) -> None:
    """The round is over."""
    await tx.run(
        "UPDATE shifts SET ended_at = :now, note = :note WHERE id = :shift_id",
        shift_id=shift_id,
        note=note,
        now=now,
    )


async def not_walked(tx: Transaction, shift_id: int) -> None:
    """The desk says that nobody went: it counts in no figure."""
    await tx.run("UPDATE shifts SET began_at = NULL, ended_at = NULL WHERE id = :shift_id", shift_id=shift_id)


async def called_off(tx: Transaction, *, shift_id: int, reason: Sealed | None) -> None:
    """Why it does not take place."""
    await tx.run("UPDATE shifts SET reason = :reason WHERE id = :shift_id", shift_id=shift_id, reason=reason)


async def found(tx: Transaction, *, shift_id: int, now: datetime) -> None:
    """Whom a search was for has been found."""
    await tx.run("UPDATE shifts SET found_at = :now WHERE id = :shift_id", shift_id=shift_id, now=now)


async def forget_words(tx: Transaction, shift_id: int) -> None:
    """What somebody who was searched for looks like is nobody's business afterwards."""
    await tx.run("UPDATE shifts SET words = NULL WHERE id = :shift_id", shift_id=shift_id)


async def enough(tx: Transaction, task_id: int) -> None:
    """Staff say that whoever has joined is enough."""
    await tx.run("UPDATE tasks SET least = 1 WHERE id = :task_id", task_id=task_id)


async def points(tx: Transaction, shift_id: int) -> list[ShiftPoint]:
    """Where it checks in, in order."""
    return await tx.all(
        ShiftPoint, f"SELECT {_POINT} FROM shift_points WHERE shift_id = :shift_id ORDER BY id", shift_id=shift_id
    )


async def point(tx: Transaction, point_id: int) -> ShiftPoint | None:
    """The point of that number."""
    return await tx.one(ShiftPoint, f"SELECT {_POINT} FROM shift_points WHERE id = :point_id", point_id=point_id)


async def check_in(tx: Transaction, *, point_id: int, person_id: int, now: datetime) -> bool:
    """Somebody is at a point; False when somebody was before."""
    return bool(
        await tx.run(
            "UPDATE shift_points SET at = :now, person_id = :person_id WHERE id = :point_id AND at IS NULL",
            now=now,
            person_id=person_id,
            point_id=point_id,
        )
    )


async def latest_check_in(tx: Transaction, *, person_id: int, since: datetime) -> ShiftPoint | None:
    """Where somebody has checked in last, if not longer ago."""
    return await tx.one(
        ShiftPoint,
        f"SELECT {_POINT} FROM shift_points WHERE person_id = :person_id AND at >= :since ORDER BY at DESC LIMIT 1",
        person_id=person_id,
        since=since,
    )


async def located(tx: Transaction, point_id: int) -> None:
    """A position was sent along."""
    await tx.run("UPDATE shift_points SET located = 1 WHERE id = :point_id", point_id=point_id)


async def add_finding(
    tx: Transaction,
    *,
    shift_id: int,
    kind: FindingKind,
    person_id: int,
    report_id: int | None = None,
    now: datetime,
) -> int:
    """One more of what the round came back with."""
    return await tx.insert(
        "INSERT INTO shift_findings (shift_id, kind, person_id, report_id, at) "
        "VALUES (:shift_id, :kind, :person_id, :report_id, :now)",
        shift_id=shift_id,
        kind=kind,
        person_id=person_id,
        report_id=report_id,
        now=now,
    )


async def finding(tx: Transaction, finding_id: int) -> ShiftFinding | None:
    """The finding of that number."""
    return await tx.one(
        ShiftFinding, f"SELECT {_FINDING} FROM shift_findings WHERE id = :finding_id", finding_id=finding_id
    )


async def findings(tx: Transaction, shift_id: int) -> list[ShiftFinding]:
    """What a round came back with, in order."""
    return await tx.all(
        ShiftFinding,
        f"SELECT {_FINDING} FROM shift_findings WHERE shift_id = :shift_id ORDER BY id",
        shift_id=shift_id,
    )


async def findings_by(tx: Transaction, *, person_id: int, limit: int) -> list[ShiftFinding]:
    """What somebody has put down, latest first."""
    return await tx.all(
        ShiftFinding,
        f"SELECT {_FINDING} FROM shift_findings WHERE person_id = :person_id ORDER BY id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def describe(tx: Transaction, *, finding_id: int, words: Sealed) -> bool:
    """Words about a finding, once; False when there are some."""
    return bool(
        await tx.run(
            "UPDATE shift_findings SET words = :words WHERE id = :finding_id AND words IS NULL",
            finding_id=finding_id,
            words=words,
        )
    )


async def relay(tx: Transaction, *, finding_id: int, now: datetime) -> bool:
    """A clue is passed on, once; False when it has been."""
    return bool(
        await tx.run(
            "UPDATE shift_findings SET relayed_at = :now WHERE id = :finding_id AND relayed_at IS NULL",
            finding_id=finding_id,
            now=now,
        )
    )


async def forget(tx: Transaction, *, person_id: int) -> None:
    """The words of somebody who is erased; that there was something is counted on."""
    await tx.run("UPDATE shift_findings SET words = NULL WHERE person_id = :person_id", person_id=person_id)
    await tx.run(
        "UPDATE shifts SET note = NULL WHERE task_id IN (SELECT id FROM tasks WHERE taker_id = :person_id)",
        person_id=person_id,
    )
    await tx.run("UPDATE shifts SET reason = NULL WHERE posted_by = :person_id", person_id=person_id)


async def add_repeat(
    tx: Transaction,
    *,
    place_id: int,
    posted_by: int,
    minutes: int,
    people: int,
    kind: TaskKind,
    words: Sealed | None,
    skill: str | None,
    points: list[str],
    next_at: datetime,
    now: datetime,
) -> int:
    """A shift that comes every week; its number."""
    return await tx.insert(
        "INSERT INTO shift_repeats (place_id, posted_by, minutes, people, kind, words, skill, points, next_at, "
        "created_at) VALUES (:place_id, :posted_by, :minutes, :people, :kind, :words, :skill, :points, :next_at, "
        ":now)",
        place_id=place_id,
        posted_by=posted_by,
        minutes=minutes,
        people=people,
        kind=kind,
        words=words,
        skill=skill,
        points="\n".join(points),
        next_at=next_at,
        now=now,
    )


async def repeat(tx: Transaction, repeat_id: int) -> ShiftRepeat | None:
    """The weekly shift of that number."""
    return await tx.one(ShiftRepeat, f"SELECT {_REPEAT} FROM shift_repeats WHERE id = :repeat_id", repeat_id=repeat_id)


async def go_on(tx: Transaction, *, repeat_id: int, next_at: datetime) -> None:
    """A shift was posted; the one after it is next."""
    await tx.run(
        "UPDATE shift_repeats SET next_at = :next_at WHERE id = :repeat_id", repeat_id=repeat_id, next_at=next_at
    )


async def end_repeat(tx: Transaction, *, repeat_id: int, by: int, now: datetime) -> bool:
    """No more of them; False when it was ended before."""
    return bool(
        await tx.run(
            "UPDATE shift_repeats SET ended_at = :now, ended_by = :by WHERE id = :repeat_id AND ended_at IS NULL",
            repeat_id=repeat_id,
            by=by,
            now=now,
        )
    )
