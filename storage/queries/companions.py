"""Companions: who goes along with the captain of a task."""

from datetime import datetime

from storage.database import Transaction
from storage.queries.people import PERSON
from storage.records import Person


async def join(tx: Transaction, *, task_id: int, person_id: int, now: datetime) -> bool:
    """Somebody goes along; False when enough do."""
    joined = await tx.run(
        "UPDATE tasks SET companions = companions + 1, changed_at = :now "
        "WHERE id = :task_id AND companions < people - 1 AND state IN ('claimed', 'on_way', 'arrived')",
        task_id=task_id,
        now=now,
    )
    if joined:
        await tx.run(
            "INSERT INTO companions (task_id, person_id, state, at) VALUES (:task_id, :person_id, 'going', :now) "
            "ON CONFLICT (task_id, person_id) DO UPDATE SET state = 'going', at = excluded.at",
            task_id=task_id,
            person_id=person_id,
            now=now,
        )
    return bool(joined)


async def leave(tx: Transaction, *, task_id: int, person_id: int, now: datetime) -> bool:
    """Somebody does not go along after all; False when they did not."""
    left = await tx.run(
        "UPDATE companions SET state = 'left', at = :now "
        "WHERE task_id = :task_id AND person_id = :person_id AND state = 'going'",
        task_id=task_id,
        person_id=person_id,
        now=now,
    )
    if left:
        await tx.run("UPDATE tasks SET companions = companions - 1 WHERE id = :task_id", task_id=task_id)
    return bool(left)


async def is_one(tx: Transaction, *, task_id: int, person_id: int) -> bool:
    """Whether somebody goes along."""
    found = await tx.one(
        int,
        "SELECT 1 FROM companions WHERE task_id = :task_id AND person_id = :person_id AND state = 'going'",
        task_id=task_id,
        person_id=person_id,
    )
    return found is not None


async def of_task(tx: Transaction, task_id: int) -> list[Person]:
    """Who goes along, whoever joined first before the others."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p JOIN companions c ON c.person_id = p.id "
        "WHERE c.task_id = :task_id AND c.state = 'going' ORDER BY c.at, p.id",
        task_id=task_id,
    )
