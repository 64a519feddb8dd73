"""应急状态: when it is on, and the timers that it holds."""

from datetime import datetime

from storage.database import Transaction
from storage.records import EmergencyState, Timer
from storage.states import EmergencyCause

_STATE = "id, cause, begun_by, begun_at, ended_at"


async def current(tx: Transaction) -> EmergencyState | None:
    """The one that is on."""
    return await tx.one(EmergencyState, f"SELECT {_STATE} FROM emergency_states WHERE ended_at IS NULL")


async def by_id(tx: Transaction, state_id: int) -> EmergencyState | None:
    """The one of that number."""
    return await tx.one(
        EmergencyState, f"SELECT {_STATE} FROM emergency_states WHERE id = :state_id", state_id=state_id
    )


async def begin(tx: Transaction, *, cause: EmergencyCause, person_id: int, now: datetime) -> EmergencyState | None:
    """From now on; None when one is on."""
    return await tx.one(
        EmergencyState,
        "INSERT INTO emergency_states (cause, begun_by, begun_at) VALUES (:cause, :person_id, :now) "
        f"ON CONFLICT DO NOTHING RETURNING {_STATE}",
        cause=cause,
        person_id=person_id,
        now=now,
    )


async def end(tx: Transaction, *, state_id: int, person_id: int, now: datetime) -> bool:
    """It is over; False when it was already."""
    return bool(
        await tx.run(
            "UPDATE emergency_states SET ended_at = :now, ended_by = :person_id "
            "WHERE id = :state_id AND ended_at IS NULL",
            state_id=state_id,
            person_id=person_id,
            now=now,
        )
    )


async def hold(tx: Transaction, *, timer_id: int, now: datetime) -> None:
    """A timer that has run out does nothing until it is let go."""
    await tx.run("UPDATE timers SET held_at = :now WHERE id = :timer_id", timer_id=timer_id, now=now)


async def held(tx: Transaction) -> list[Timer]:
    """All that is held."""
    return await tx.all(
        Timer, "SELECT id, kind, subject_id, due, tries FROM timers WHERE held_at IS NOT NULL ORDER BY due, id"
    )


async def ordinary_tasks(tx: Transaction) -> list[int]:
    """Visits and shifts that nobody has set out for, and that are not urgent; by their numbers."""
    return await tx.all(
        int,
        "SELECT id FROM tasks WHERE kind IN ('visit', 'patrol', 'event') AND urgent = 0 "
        "AND state IN ('open', 'claimed') ORDER BY id",
    )


async def open_reports(tx: Transaction, *, since: datetime) -> list[int]:
    """Reports whose clock had not run out then, by their numbers."""
    return await tx.all(
        int,
        "SELECT id FROM reports WHERE state IN ('submitted', 'accepted', 'assigned') AND resolve_due > :since "
        "ORDER BY id",
        since=since,
    )
