"""Who came late or not at all, and who is offered nothing for a while."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Lapse
from storage.states import LapseKind


async def add(tx: Transaction, *, person_id: int, task_id: int, kind: LapseKind, now: datetime) -> None:
    """It is noted, once for a task; that nobody came weighs more than late."""
    await tx.run(
        "INSERT INTO lapses (person_id, task_id, kind, at) VALUES (:person_id, :task_id, :kind, :now) "
        "ON CONFLICT (person_id, task_id) DO UPDATE SET kind = excluded.kind, at = excluded.at, told = 0 "
        "WHERE lapses.kind = 'late' AND excluded.kind = 'no_show'",
        person_id=person_id,
        task_id=task_id,
        kind=kind,
        now=now,
    )


async def untold(tx: Transaction, *, person_id: int, task_id: int) -> Lapse | None:
    """What is to be said of a task to who had it; None where nothing is, or it was said."""
    found = await tx.one(
        Lapse,
        "SELECT kind, at FROM lapses WHERE person_id = :person_id AND task_id = :task_id AND told = 0",
        person_id=person_id,
        task_id=task_id,
    )
    await tx.run(
        "UPDATE lapses SET told = 1 WHERE person_id = :person_id AND task_id = :task_id",
        person_id=person_id,
        task_id=task_id,
    )
    return found


async def of(tx: Transaction, *, person_id: int, since: datetime, open_only: bool = False) -> list[Lapse]:
    """Somebody's since then, the latest first; `open_only`: those that count for a pause."""
    settled = "AND settled = 0 " if open_only else ""
    return await tx.all(
        Lapse,
        f"SELECT kind, at FROM lapses WHERE person_id = :person_id AND at >= :since {settled}ORDER BY at DESC, task_id",
        person_id=person_id,
        since=since,
    )


async def settle(tx: Transaction, *, person_id: int) -> None:
    """What was counts for no other pause."""
    await tx.run("UPDATE lapses SET settled = 1 WHERE person_id = :person_id", person_id=person_id)


async def pause(tx: Transaction, *, person_id: int, until: datetime) -> None:
    """Nothing is offered until then."""
    await tx.run(
        "INSERT INTO offer_pauses (person_id, until) VALUES (:person_id, :until) "
        "ON CONFLICT (person_id) DO UPDATE SET until = excluded.until",
        person_id=person_id,
        until=until,
    )


async def paused_until(tx: Transaction, person_id: int) -> datetime | None:
    """Until when nothing is offered, also where that has passed."""
    return await tx.one(datetime, "SELECT until FROM offer_pauses WHERE person_id = :person_id", person_id=person_id)


async def end_pause(tx: Transaction, person_id: int) -> bool:
    """They are asked again; False where there was no pause."""
    return bool(await tx.run("DELETE FROM offer_pauses WHERE person_id = :person_id", person_id=person_id))


async def purge(tx: Transaction, *, before: datetime) -> None:
    """What is long past is forgotten."""
    await tx.run("DELETE FROM lapses WHERE at < :before", before=before)


async def forget(tx: Transaction, *, person_id: int) -> None:
    """Of somebody who is erased."""
    for table in ("lapses", "offer_pauses"):
        await tx.run(f"DELETE FROM {table} WHERE person_id = :person_id", person_id=person_id)
