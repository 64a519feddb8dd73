"""Who waits for a place in a task of several people, in order, and who has been asked whether they still come."""

from datetime import datetime

from storage.database import Transaction
from storage.records import InLine
from storage.states import CompanionState

_LINE = "state IN ('waiting', 'asked')"


async def hold(tx: Transaction, task_id: int) -> None:
    """Nobody else changes who goes and who waits until this transaction ends."""
    await tx.run("UPDATE tasks SET people = people WHERE id = :task_id", task_id=task_id)


async def line(tx: Transaction, task_id: int) -> list[InLine]:
    """Who waits or has been asked, whoever came first before the others."""
    return await tx.all(
        InLine,
        f"SELECT person_id, state, at, until FROM companions WHERE task_id = :task_id AND {_LINE} "
        "ORDER BY at, person_id",
        task_id=task_id,
    )


async def reserved(tx: Transaction, *, task_id: int, besides: int) -> int:
    """How many others are in the line; of those who come after somebody who is in it as well, none."""
    return await tx.need(
        int,
        f"SELECT COUNT(*) FROM companions c WHERE c.task_id = :task_id AND c.person_id <> :besides AND c.{_LINE} "
        f"AND NOT EXISTS (SELECT 1 FROM companions me WHERE me.task_id = c.task_id AND me.person_id = :besides "
        f"AND me.{_LINE} AND (me.at < c.at OR (me.at = c.at AND me.person_id < c.person_id)))",
        task_id=task_id,
        besides=besides,
    )


async def enter(tx: Transaction, *, task_id: int, person_id: int, now: datetime) -> bool:
    """To the end of the line; False for whoever goes, waits or has been asked already."""
    return bool(
        await tx.run(
            "INSERT INTO companions (task_id, person_id, state, at) VALUES (:task_id, :person_id, 'waiting', :now) "
            "ON CONFLICT (task_id, person_id) DO UPDATE SET state = 'waiting', at = excluded.at, until = NULL "
            "WHERE companions.state = 'left'",
            task_id=task_id,
            person_id=person_id,
            now=now,
        )
    )


async def ask(tx: Transaction, *, task_id: int, person_id: int, until: datetime) -> None:
    """Whether they still come; their place in the line stays theirs."""
    await tx.run(
        "UPDATE companions SET state = 'asked', until = :until "
        "WHERE task_id = :task_id AND person_id = :person_id AND state = 'waiting'",
        task_id=task_id,
        person_id=person_id,
        until=until,
    )


async def step_out(
    tx: Transaction, *, task_id: int, person_id: int, states: tuple[CompanionState, ...], now: datetime
) -> bool:
    """Out of the line; False for whoever is in none of these states."""
    wanted = ", ".join(f"'{state.value}'" for state in states)
    return bool(
        await tx.run(
            "UPDATE companions SET state = 'left', at = :now, until = NULL "
            f"WHERE task_id = :task_id AND person_id = :person_id AND state IN ({wanted})",
            task_id=task_id,
            person_id=person_id,
            now=now,
        )
    )


async def lines_of(tx: Transaction, person_id: int) -> list[int]:
    """The tasks that somebody waits for."""
    return await tx.all(
        int,
        "SELECT task_id FROM companions WHERE person_id = :person_id "
        "AND state IN ('waiting', 'asked') ORDER BY task_id",
        person_id=person_id,
    )
