"""Tasks: their steps, events and clocks, who has taken them, and what is still to be done."""

from datetime import datetime, timedelta

from storage.database import Transaction
from storage.records import Counted, Json, Task
from storage.states import PositionSaid, TaskEvent, TaskKind, TaskState

_TASK = (
    "t.id, t.kind, t.order_id, t.person_id, t.place_id, t.state, t.taker_id, t.due, t.minutes, t.asked_at, "
    "t.answered_at, t.arrived_at, t.done_at, t.template, t.context, t.question, t.subject_id, t.tries, t.skill, "
    "t.urgent, t.people, t.least, t.companions, t.wave, t.looking_since, t.until, t.alarm_at, t.came, t.went, "
    "t.created_at"
)
_LIVE = "t.state NOT IN ('confirmed', 'cancelled')"


async def add_task(
    tx: Transaction,
    *,
    kind: TaskKind,
    order_id: int | None,
    person_id: int | None,
    place_id: int,
    due: datetime,
    minutes: int,
    template: str | None = None,
    context: Json | None = None,
    question: str | None = None,
    subject_id: int | None = None,
    skill: str | None = None,
    urgent: bool = False,
    people: int = 1,
    least: int = 1,
    now: datetime,
) -> int:
    """A new task, open."""
    return await tx.insert(
        "INSERT INTO tasks (kind, order_id, person_id, place_id, state, due, minutes, template, context, question, "
        "subject_id, skill, urgent, people, least, created_at, changed_at) VALUES (:kind, :order_id, :person_id, "
        ":place_id, 'open', :due, :minutes, :template, :context, :question, :subject_id, :skill, :urgent, :people, "
        ":least, :now, :now)",
        kind=kind,
        order_id=order_id,
        person_id=person_id,
        place_id=place_id,
        due=due,
        minutes=minutes,
        template=template,
        context=tx.seal(context) if context is not None else None,
        question=question,
        subject_id=subject_id,
        skill=skill,
        urgent=int(urgent),
        people=people,
        least=least,
        now=now,
    )


async def by_id(tx: Transaction, task_id: int) -> Task | None:
    """The task."""
    return await tx.one(Task, f"SELECT {_TASK} FROM tasks t WHERE t.id = :task_id", task_id=task_id)


async def of_order(tx: Transaction, order_id: int) -> Task | None:
    """An order's task."""
    return await tx.one(Task, f"SELECT {_TASK} FROM tasks t WHERE t.order_id = :order_id", order_id=order_id)


async def move(
    tx: Transaction, *, task: Task, state: TaskState, taker_id: int | None, due: datetime, now: datetime
) -> bool:
    """Bring a task from the state it was read in to another; False when somebody was faster."""
    return bool(
        await tx.run(
            "UPDATE tasks SET state = :state, taker_id = :taker_id, due = :due, changed_at = :now, "
            "asked_at = NULL, answered_at = NULL, until = NULL, alarm_at = NULL, "
            "came = CASE :state WHEN 'open' THEN NULL ELSE came END, "
            "went = CASE :state WHEN 'open' THEN NULL ELSE went END, "
            "arrived_at = CASE :state WHEN 'arrived' THEN :now WHEN 'open' THEN NULL ELSE arrived_at END, "
            "done_at = CASE :state WHEN 'done' THEN :now WHEN 'open' THEN NULL ELSE done_at END "
            "WHERE id = :task_id AND state = :was",
            state=state,
            taker_id=taker_id,
            due=due,
            now=now,
            task_id=task.id,
            was=task.state,
        )
    )


async def look(tx: Transaction, *, task_id: int, since: datetime) -> None:
    """Somebody is looked for, from the beginning on."""
    await tx.run("UPDATE tasks SET looking_since = :since, wave = 0 WHERE id = :task_id", task_id=task_id, since=since)


async def next_wave(tx: Transaction, *, task_id: int, wave: int) -> None:
    """So many waves have been asked."""
    await tx.run("UPDATE tasks SET wave = :wave WHERE id = :task_id", task_id=task_id, wave=wave)


async def widen(tx: Transaction, *, task_id: int, people: int) -> None:
    """So many must go, and may."""
    await tx.run(
        "UPDATE tasks SET people = :people, least = :people WHERE id = :task_id", task_id=task_id, people=people
    )


async def asked(tx: Transaction, *, task_id: int, now: datetime) -> None:
    """The taker was asked whether they can still come."""
    await tx.run("UPDATE tasks SET asked_at = :now, answered_at = NULL WHERE id = :task_id", task_id=task_id, now=now)


async def answered(tx: Transaction, *, task_id: int, now: datetime) -> None:
    """They can."""
    await tx.run("UPDATE tasks SET answered_at = :now WHERE id = :task_id", task_id=task_id, now=now)


async def watch(tx: Transaction, *, task_id: int, until: datetime) -> None:
    """Whoever is there is asked then whether all is well; they were heard of now."""
    await tx.run(
        "UPDATE tasks SET until = :until, asked_at = NULL, answered_at = NULL, alarm_at = NULL WHERE id = :task_id",
        until=until,
        task_id=task_id,
    )


async def alarm(tx: Transaction, *, task_id: int, now: datetime) -> bool:
    """Nobody heard of whoever is there, or they asked for help; False where that is known."""
    return bool(
        await tx.run(
            "UPDATE tasks SET alarm_at = :now WHERE id = :task_id AND alarm_at IS NULL", now=now, task_id=task_id
        )
    )


async def of_captain(tx: Transaction, *, person_id: int, since: datetime) -> list[Task]:
    """Visits that somebody leads and at which they are, or which they have finished since then; the latest first."""
    return await tx.all(
        Task,
        f"SELECT {_TASK} FROM tasks t WHERE t.taker_id = :person_id AND t.order_id IS NOT NULL "
        "AND (t.state = 'arrived' OR t.state IN ('done', 'confirmed') AND t.done_at >= :since) "
        "ORDER BY t.changed_at DESC, t.id DESC LIMIT 5",
        person_id=person_id,
        since=since,
    )


async def located(tx: Transaction, *, task_id: int, leaving: bool, said: PositionSaid) -> None:
    """A position was sent at sign-in, or (`leaving`) at sign-out."""
    column = "went" if leaving else "came"
    await tx.run(f"UPDATE tasks SET {column} = :said WHERE id = :task_id", said=said, task_id=task_id)


async def not_reached(tx: Transaction, *, task_id: int) -> int:
    """A call nobody answered; how many there were."""
    return await tx.need(int, "UPDATE tasks SET tries = tries + 1 WHERE id = :task_id RETURNING tries", task_id=task_id)


async def put_off(tx: Transaction, *, task_id: int, due: datetime, now: datetime) -> None:
    """Another time; whether the taker can come then is not known."""
    await tx.run(
        "UPDATE tasks SET due = :due, asked_at = NULL, answered_at = NULL, changed_at = :now WHERE id = :task_id",
        task_id=task_id,
        due=due,
        now=now,
    )


async def forget(tx: Transaction, *, person_id: int) -> None:
    """What was said by and about somebody who is erased."""
    await tx.run(
        "UPDATE orders SET words = NULL, voice = NULL, photo = NULL, receipt = NULL WHERE person_id = :person_id",
        person_id=person_id,
    )
    await tx.run("UPDATE tasks SET context = NULL WHERE person_id = :person_id", person_id=person_id)


async def add_event(
    tx: Transaction, *, task_id: int, actor_id: int | None, event: TaskEvent, state: TaskState, now: datetime
) -> None:
    """One more line on a task's timeline."""
    await tx.run(
        "INSERT INTO task_events (task_id, at, actor_id, event, state) "
        "VALUES (:task_id, :now, :actor_id, :event, :state)",
        task_id=task_id,
        now=now,
        actor_id=actor_id,
        event=event,
        state=state,
    )


async def taken_by(tx: Transaction, *, person_id: int) -> list[Task]:
    """What somebody has claimed or joined, and not finished."""
    return await tx.all(
        Task,
        f"SELECT {_TASK} FROM tasks t WHERE t.state IN ('claimed', 'on_way', 'arrived') AND t.id IN ("
        "SELECT own.id FROM tasks own WHERE own.taker_id = :person_id UNION "
        "SELECT c.task_id FROM companions c WHERE c.person_id = :person_id AND c.state = 'going') ORDER BY t.due",
        person_id=person_id,
    )


async def lost_by(tx: Transaction, *, person_id: int, since: datetime, until: datetime) -> list[Task]:
    """What somebody had claimed or joined, due between the two, and has given back or that was cancelled."""
    return await tx.all(
        Task,
        f"SELECT {_TASK} FROM offers f JOIN tasks t ON t.id = f.task_id WHERE f.person_id = :person_id "
        "AND f.at >= :asked AND (f.state = 'released' OR f.state = 'taken' AND t.state = 'cancelled') "
        "AND t.due BETWEEN :since AND :until AND COALESCE(t.taker_id, 0) <> f.person_id ORDER BY t.due, t.id",
        person_id=person_id,
        asked=since - timedelta(days=60),
        since=since,
        until=until,
    )


async def offered_to(tx: Transaction, *, person_id: int, limit: int) -> list[Task]:
    """What somebody was asked to do and may still claim."""
    return await tx.all(
        Task,
        f"SELECT {_TASK} FROM tasks t JOIN offers f ON f.task_id = t.id AND f.person_id = :person_id "
        "WHERE f.state = 'asked' AND (t.state = 'open' "
        "OR (t.state IN ('claimed', 'on_way') AND t.companions < t.people - 1)) "
        "AND t.kind <> 'call' AND COALESCE(t.taker_id, 0) <> :person_id AND NOT EXISTS (SELECT 1 FROM companions c "
        "WHERE c.task_id = t.id AND c.person_id = f.person_id AND c.state = 'going') ORDER BY t.due LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def live_in(tx: Transaction, *, place_id: int, limit: int) -> list[Task]:
    """What is not finished at a place, the most urgent first."""
    return await tx.all(
        Task,
        f"SELECT {_TASK} FROM tasks t JOIN reach ON reach.place_id = t.place_id AND reach.ancestor_id = :place_id "
        f"WHERE {_LIVE} ORDER BY t.due, t.id LIMIT :limit",
        place_id=place_id,
        limit=limit,
    )


async def live_of_person(tx: Transaction, *, person_id: int) -> list[Task]:
    """What is going on for somebody."""
    return await tx.all(
        Task, f"SELECT {_TASK} FROM tasks t WHERE t.person_id = :person_id AND {_LIVE}", person_id=person_id
    )


async def live_calls(tx: Transaction, *, question: str, subject_id: int) -> list[Task]:
    """Calls that still ask this question."""
    return await tx.all(
        Task,
        f"SELECT {_TASK} FROM tasks t WHERE t.question = :question AND t.subject_id = :subject_id AND {_LIVE}",
        question=question,
        subject_id=subject_id,
    )


async def counts(tx: Transaction) -> list[Counted]:
    """How many orders are in which state."""
    return await tx.all(
        Counted,
        "SELECT state, COUNT(*) AS count FROM tasks WHERE order_id IS NOT NULL GROUP BY state ORDER BY state",
    )
