"""报平安: who is enrolled, whom to tell, and their days."""

from datetime import datetime

from storage.database import Transaction
from storage.queries.people import PERSON
from storage.records import CheckIn, CheckInDay, Person
from storage.states import CheckInState, ContactState

_PLAN = (
    "c.person_id, p.place_id, c.minute, c.enrolled_by, c.enrolled_at, c.agreed_at, c.begins_at, c.away_since, "
    "p.quiet_to AS wakes"
)
_DAY = "d.id, d.person_id, d.day, d.due, d.state, d.acted_at, d.task_id, d.found_by, d.settled_at"


async def of(tx: Transaction, person_id: int) -> CheckIn | None:
    """Somebody's 报平安, agreed to or not."""
    return await tx.one(
        CheckIn,
        f"SELECT {_PLAN} FROM check_ins c JOIN people p ON p.id = c.person_id WHERE c.person_id = :person_id",
        person_id=person_id,
    )


async def enrol(
    tx: Transaction, *, person_id: int, minute: int, enrolled_by: int, begins_at: datetime, now: datetime
) -> None:
    """Somebody new, who has not agreed yet; asked anew, if they had not answered."""
    await tx.run(
        "INSERT INTO check_ins (person_id, minute, enrolled_by, enrolled_at, begins_at) "
        "VALUES (:person_id, :minute, :enrolled_by, :now, :begins_at) "
        "ON CONFLICT (person_id) DO UPDATE SET minute = excluded.minute, enrolled_by = excluded.enrolled_by, "
        "enrolled_at = excluded.enrolled_at, begins_at = excluded.begins_at",
        person_id=person_id,
        minute=minute,
        enrolled_by=enrolled_by,
        begins_at=begins_at,
        now=now,
    )


async def agree(tx: Transaction, *, person_id: int, begins_at: datetime, now: datetime) -> bool:
    """They agree; False when they had already."""
    return bool(
        await tx.run(
            "UPDATE check_ins SET agreed_at = :now, begins_at = :begins_at "
            "WHERE person_id = :person_id AND agreed_at IS NULL",
            person_id=person_id,
            begins_at=begins_at,
            now=now,
        )
    )


async def set_minute(tx: Transaction, *, person_id: int, minute: int) -> None:
    """By when from now on."""
    await tx.run(
        "UPDATE check_ins SET minute = :minute WHERE person_id = :person_id", person_id=person_id, minute=minute
    )


async def set_away(tx: Transaction, *, person_id: int, since: datetime | None, begins_at: datetime) -> None:
    """Nothing is asked before `begins_at`; `since` None: they are at home."""
    await tx.run(
        "UPDATE check_ins SET away_since = :since, begins_at = :begins_at WHERE person_id = :person_id",
        person_id=person_id,
        since=since,
        begins_at=begins_at,
    )


async def end(tx: Transaction, person_id: int) -> None:
    """They take part no more; their days stay until they are purged."""
    await tx.run("DELETE FROM check_in_contacts WHERE person_id = :person_id", person_id=person_id)
    await tx.run("DELETE FROM check_ins WHERE person_id = :person_id", person_id=person_id)


async def forget(tx: Transaction, person_id: int) -> None:
    """What is held about somebody who is erased; their days, which name nobody now, stay until they are purged."""
    await tx.run("DELETE FROM check_in_alerts WHERE person_id = :person_id", person_id=person_id)
    await tx.run("DELETE FROM check_in_contacts WHERE contact_id = :person_id", person_id=person_id)
    await end(tx, person_id)


async def purge(tx: Transaction, *, settled_before: datetime) -> None:
    """Forget days that are long over."""
    over = "SELECT id FROM check_in_days WHERE settled_at IS NOT NULL AND settled_at < :settled_before"
    await tx.run(f"DELETE FROM check_in_alerts WHERE day_id IN ({over})", settled_before=settled_before)
    await tx.run(
        "DELETE FROM check_in_days WHERE settled_at IS NOT NULL AND settled_at < :settled_before",
        settled_before=settled_before,
    )


async def ask_contact(tx: Transaction, *, person_id: int, contact_id: int, now: datetime) -> None:
    """Somebody is asked to be told; asked anew, if they were before."""
    await tx.run(
        "INSERT INTO check_in_contacts (person_id, contact_id, state, at) "
        "VALUES (:person_id, :contact_id, 'asked', :now) "
        "ON CONFLICT (person_id, contact_id) DO UPDATE SET state = 'asked', at = excluded.at",
        person_id=person_id,
        contact_id=contact_id,
        now=now,
    )


async def contact_state(tx: Transaction, *, person_id: int, contact_id: int) -> ContactState | None:
    """What a contact has said; None for who was never asked."""
    return await tx.one(
        ContactState,
        "SELECT state FROM check_in_contacts WHERE person_id = :person_id AND contact_id = :contact_id",
        person_id=person_id,
        contact_id=contact_id,
    )


async def answer_contact(
    tx: Transaction, *, person_id: int, contact_id: int, state: ContactState, now: datetime
) -> bool:
    """What a contact says; False for who was never asked, or has said so already."""
    return bool(
        await tx.run(
            "UPDATE check_in_contacts SET state = :state, at = :now "
            "WHERE person_id = :person_id AND contact_id = :contact_id AND state <> :state",
            person_id=person_id,
            contact_id=contact_id,
            state=state,
            now=now,
        )
    )


async def contacts(tx: Transaction, person_id: int, state: ContactState) -> list[Person]:
    """Those who have said this."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM check_in_contacts k JOIN people p ON p.id = k.contact_id "
        "WHERE k.person_id = :person_id AND k.state = :state AND p.erased_at IS NULL ORDER BY k.at, p.id",
        person_id=person_id,
        state=state,
    )


async def begin_day(
    tx: Transaction, *, person_id: int, day: int, due: datetime, state: CheckInState, settled: bool, now: datetime
) -> int:
    """A new day; its id."""
    return await tx.insert(
        "INSERT INTO check_in_days (person_id, day, due, state, acted_at, settled_at) "
        "VALUES (:person_id, :day, :due, :state, :now, :settled_at)",
        person_id=person_id,
        day=day,
        due=due,
        state=state,
        settled_at=now if settled else None,
        now=now,
    )


async def day(tx: Transaction, day_id: int) -> CheckInDay | None:
    """The day of that id."""
    return await tx.one(CheckInDay, f"SELECT {_DAY} FROM check_in_days d WHERE d.id = :day_id", day_id=day_id)


async def open_day(tx: Transaction, person_id: int) -> CheckInDay | None:
    """The day on which somebody has not been heard of."""
    return await tx.one(
        CheckInDay,
        f"SELECT {_DAY} FROM check_in_days d WHERE d.person_id = :person_id AND d.settled_at IS NULL",
        person_id=person_id,
    )


async def day_on(tx: Transaction, person_id: int, day: int) -> CheckInDay | None:
    """Somebody's day of that date."""
    return await tx.one(
        CheckInDay,
        f"SELECT {_DAY} FROM check_in_days d WHERE d.person_id = :person_id AND d.day = :day",
        person_id=person_id,
        day=day,
    )


async def day_of_task(tx: Transaction, task_id: int) -> CheckInDay | None:
    """The day a knock at the door belongs to."""
    return await tx.one(CheckInDay, f"SELECT {_DAY} FROM check_in_days d WHERE d.task_id = :task_id", task_id=task_id)


async def last_days(tx: Transaction, person_id: int, *, limit: int) -> list[CheckInDay]:
    """Somebody's days, the latest first."""
    return await tx.all(
        CheckInDay,
        f"SELECT {_DAY} FROM check_in_days d WHERE d.person_id = :person_id ORDER BY d.day DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def move(
    tx: Transaction, *, day: CheckInDay, state: CheckInState, settled: bool, found_by: int | None, now: datetime
) -> bool:
    """Bring a day from the state it was read in to another; False when somebody was faster."""
    return bool(
        await tx.run(
            "UPDATE check_in_days SET state = :state, settled_at = :settled_at, found_by = :found_by "
            "WHERE id = :day_id AND state = :was",
            state=state,
            settled_at=now if settled else None,
            found_by=found_by,
            day_id=day.id,
            was=day.state,
        )
    )


async def acted(tx: Transaction, *, day_id: int, due: datetime, now: datetime) -> None:
    """The clock's steps up to now have been taken; `due` is when the day's hour is."""
    await tx.run(
        "UPDATE check_in_days SET acted_at = :now, due = :due WHERE id = :day_id", day_id=day_id, due=due, now=now
    )


async def set_task(tx: Transaction, *, day_id: int, task_id: int) -> None:
    """Somebody is to go and knock."""
    await tx.run("UPDATE check_in_days SET task_id = :task_id WHERE id = :day_id", day_id=day_id, task_id=task_id)


async def alert(tx: Transaction, *, day_id: int, person_id: int) -> bool:
    """Somebody is alerted; False when they were already."""
    return bool(
        await tx.run(
            "INSERT INTO check_in_alerts (day_id, person_id) VALUES (:day_id, :person_id) "
            "ON CONFLICT (day_id, person_id) DO NOTHING",
            day_id=day_id,
            person_id=person_id,
        )
    )


async def spare(tx: Transaction, *, day_id: int, person_id: int) -> None:
    """Somebody was not told after all."""
    await tx.run(
        "DELETE FROM check_in_alerts WHERE day_id = :day_id AND person_id = :person_id",
        day_id=day_id,
        person_id=person_id,
    )


async def stand_down(tx: Transaction, day_id: int) -> None:
    """All is well: should there be another alarm that day, everybody is alerted anew."""
    await tx.run("DELETE FROM check_in_alerts WHERE day_id = :day_id", day_id=day_id)
    await tx.run("UPDATE check_in_days SET task_id = NULL WHERE id = :day_id", day_id=day_id)


async def opened(tx: Transaction, *, day_id: int, person_id: int, now: datetime) -> None:
    """Somebody who was alerted has opened the address."""
    await tx.run(
        "UPDATE check_in_alerts SET opened_at = :now WHERE day_id = :day_id AND person_id = :person_id",
        day_id=day_id,
        person_id=person_id,
        now=now,
    )


async def has_opened(tx: Transaction, *, day_id: int, person_id: int) -> bool:
    """Whether somebody has opened the address."""
    found = await tx.one(
        int,
        "SELECT 1 FROM check_in_alerts WHERE day_id = :day_id AND person_id = :person_id AND opened_at IS NOT NULL",
        day_id=day_id,
        person_id=person_id,
    )
    return found is not None


async def alerted(tx: Transaction, day_id: int) -> list[Person]:
    """Everybody who was alerted, those who were asked to knock among them."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p WHERE p.erased_at IS NULL AND p.id IN ("
        "SELECT a.person_id FROM check_in_alerts a WHERE a.day_id = :day_id UNION "
        "SELECT f.person_id FROM offers f JOIN check_in_days d ON d.task_id = f.task_id WHERE d.id = :day_id "
        "AND f.state IN ('asked', 'taken')) ORDER BY p.id",
        day_id=day_id,
    )


async def open_in(tx: Transaction, *, place_id: int, limit: int) -> list[CheckInDay]:
    """Who lives at a place and has not been heard of, who has waited longest first."""
    return await tx.all(
        CheckInDay,
        f"SELECT {_DAY} FROM check_in_days d JOIN people p ON p.id = d.person_id "
        "JOIN reach r ON r.place_id = p.place_id AND r.ancestor_id = :place_id "
        "WHERE d.settled_at IS NULL ORDER BY d.due, d.id LIMIT :limit",
        place_id=place_id,
        limit=limit,
    )


async def away_in(tx: Transaction, *, place_id: int, now: datetime, limit: int) -> list[CheckIn]:
    """Who lives at a place and is away, who comes home first first."""
    return await tx.all(
        CheckIn,
        f"SELECT {_PLAN} FROM check_ins c JOIN people p ON p.id = c.person_id "
        "JOIN reach r ON r.place_id = p.place_id AND r.ancestor_id = :place_id "
        "WHERE c.away_since IS NOT NULL AND c.begins_at > :now ORDER BY c.begins_at LIMIT :limit",
        place_id=place_id,
        now=now,
        limit=limit,
    )
