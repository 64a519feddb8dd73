"""Where people are in their conversations, and the groups conversations happen in."""

from datetime import datetime

from storage.database import Transaction
from storage.records import Dialogue, Group, Json


async def latest(tx: Transaction, *, chat_id: int, person_id: int, now: datetime) -> Dialogue | None:
    """The conversation that is open here: the one touched last."""
    return await tx.one(
        Dialogue,
        "SELECT chat_id, person_id, flow, step, draft, touched_at FROM dialogues "
        "WHERE chat_id = :chat_id AND person_id = :person_id AND expires_at > :now "
        "ORDER BY touched_at DESC, flow LIMIT 1",
        chat_id=chat_id,
        person_id=person_id,
        now=now,
    )


async def save(
    tx: Transaction,
    *,
    chat_id: int,
    person_id: int,
    flow: str,
    step: str,
    draft: Json,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Remember the step and the draft."""
    await tx.run(
        "INSERT INTO dialogues (chat_id, person_id, flow, step, draft, touched_at, expires_at) "
        # Later than the person's other conversations here, even within one millisecond.
        "SELECT CAST(:chat_id AS BIGINT), CAST(:person_id AS BIGINT), CAST(:flow AS TEXT), CAST(:step AS TEXT), "
        ":draft, CASE WHEN MAX(d.touched_at) >= CAST(:now AS BIGINT) THEN MAX(d.touched_at) + 1 "
        "ELSE CAST(:now AS BIGINT) END, CAST(:expires_at AS BIGINT) FROM dialogues d "
        "WHERE d.chat_id = CAST(:chat_id AS BIGINT) AND d.person_id = CAST(:person_id AS BIGINT) "
        "ON CONFLICT (chat_id, person_id, flow) DO UPDATE SET step = excluded.step, draft = excluded.draft, "
        "touched_at = excluded.touched_at, expires_at = excluded.expires_at",
        chat_id=chat_id,
        person_id=person_id,
        flow=flow,
        step=step,
        draft=tx.seal(draft),
        expires_at=expires_at,
        now=now,
    )


async def end(tx: Transaction, *, chat_id: int, person_id: int, flow: str) -> bool:
    """The conversation is over; False when it was not open."""
    return bool(
        await tx.run(
            "DELETE FROM dialogues WHERE chat_id = :chat_id AND person_id = :person_id AND flow = :flow",
            chat_id=chat_id,
            person_id=person_id,
            flow=flow,
        )
    )


async def give_up(tx: Transaction, *, telegram_id: int) -> None:
    """Forget all of somebody's conversations: they cannot be read."""
    await tx.run(
        "DELETE FROM dialogues WHERE person_id = (SELECT id FROM people WHERE telegram_id = :telegram_id)",
        telegram_id=telegram_id,
    )


async def purge(tx: Transaction, *, now: datetime) -> None:
    """Forget conversations nobody went on with."""
    await tx.run("DELETE FROM dialogues WHERE expires_at <= :now", now=now)


_GROUP = "id, chat_id, language, place_id"


async def group(tx: Transaction, *, chat_id: int, language: str, now: datetime) -> Group:
    """The group of that chat, made at its first word."""
    found = await tx.one(Group, f"SELECT {_GROUP} FROM groups WHERE chat_id = :chat_id", chat_id=chat_id)
    if found is not None:
        return found
    return await tx.need(
        Group,
        "INSERT INTO groups (chat_id, language, created_at) VALUES (:chat_id, :language, :now) "
        f"ON CONFLICT (chat_id) DO UPDATE SET language = groups.language RETURNING {_GROUP}",
        chat_id=chat_id,
        language=language,
        now=now,
    )


async def group_by_id(tx: Transaction, group_id: int) -> Group:
    """The group. Raises LookupError."""
    return await tx.need(Group, f"SELECT {_GROUP} FROM groups WHERE id = :group_id", group_id=group_id)


async def bound_groups(tx: Transaction, *, place_id: int) -> list[Group]:
    """The groups bound to a place or to one it lies in or contains."""
    return await tx.all(
        Group,
        "SELECT g.id, g.chat_id, g.language, g.place_id FROM groups g WHERE g.place_id IN ("
        "SELECT ancestor_id FROM reach WHERE place_id = :place_id "
        "UNION SELECT place_id FROM reach WHERE ancestor_id = :place_id) AND g.left_at IS NULL ORDER BY g.id",
        place_id=place_id,
    )


async def bind_group(tx: Transaction, *, group_id: int, place_id: int | None, bound_by: int) -> None:
    """A group belongs to a place."""
    await tx.run(
        "UPDATE groups SET place_id = :place_id, bound_by = :bound_by WHERE id = :group_id",
        group_id=group_id,
        place_id=place_id,
        bound_by=bound_by,
    )


async def migrate_group(tx: Transaction, *, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup: it goes on under its new id."""
    await tx.run(
        "DELETE FROM groups WHERE chat_id = :new_chat_id AND place_id IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.group_id = groups.id) "
        "AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.group_id = groups.id)",
        new_chat_id=new_chat_id,
    )
    await tx.run(
        "UPDATE groups SET chat_id = :new_chat_id WHERE chat_id = :old_chat_id "
        "AND NOT EXISTS (SELECT 1 FROM groups other WHERE other.chat_id = :new_chat_id)",
        old_chat_id=old_chat_id,
        new_chat_id=new_chat_id,
    )


async def hint_group(tx: Transaction, *, group_id: int, since: datetime, now: datetime) -> bool:
    """A group is told how something is done; False when it has been told since then."""
    return bool(
        await tx.run(
            "UPDATE groups SET hinted_at = :now WHERE id = :group_id AND (hinted_at IS NULL OR hinted_at <= :since)",
            group_id=group_id,
            since=since,
            now=now,
        )
    )


async def leave_group(tx: Transaction, *, chat_id: int, left_at: datetime | None) -> None:
    """The bot was removed from a group, or added again."""
    await tx.run("UPDATE groups SET left_at = :left_at WHERE chat_id = :chat_id", chat_id=chat_id, left_at=left_at)
