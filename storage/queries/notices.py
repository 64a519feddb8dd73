"""Notices, and the places and people they are for."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.records import Audience, Counted, Notice, Place
from storage.states import NoticeState, PlaceKind, Role

_COLUMNS = tuple(field.name for field in fields(Notice))
_NOTICE = ", ".join(f"n.{name}" for name in _COLUMNS)
READER = "p.joined_at IS NOT NULL AND p.erased_at IS NULL AND p.telegram_id IS NOT NULL AND p.contact_mode = 'chat'"
"""Whom a notice reaches: who has joined and reads chat."""


async def add(
    tx: Transaction,
    *,
    author_id: int,
    role: Role,
    office_id: int,
    place_id: int,
    words: Sealed,
    photo: str | None,
    expected: int,
    now: datetime,
) -> int:
    """A new notice that nobody has yet; its number."""
    return await tx.insert(
        "INSERT INTO notices "
        "(author_id, role, office_id, place_id, words, photo, state, place_cursor, cursor, expected, created_at) "
        "VALUES (:author_id, :role, :office_id, :place_id, :words, :photo, 'sending', 0, "
        "(SELECT MAX(id) FROM people), :expected, :now)",
        author_id=author_id,
        role=role,
        office_id=office_id,
        place_id=place_id,
        words=words,
        photo=photo,
        expected=expected,
        now=now,
    )


async def by_id(tx: Transaction, notice_id: int) -> Notice | None:
    """The notice of that number."""
    return await tx.one(Notice, f"SELECT {_NOTICE} FROM notices n WHERE n.id = :notice_id", notice_id=notice_id)


async def hold(tx: Transaction, notice_id: int) -> Notice | None:
    """The same, for this transaction alone to change until it ends."""
    if tx.engine == "sqlite":  # where one writes at a time
        return await by_id(tx, notice_id)
    return await tx.one(
        Notice,
        f"UPDATE notices SET state = state WHERE id = :notice_id RETURNING {', '.join(_COLUMNS)}",
        notice_id=notice_id,
    )


async def move(
    tx: Transaction, *, notice_id: int, was: NoticeState, state: NoticeState, ended_at: datetime | None
) -> bool:
    """Bring a notice from one state to another; False when it has moved meanwhile."""
    return bool(
        await tx.run(
            "UPDATE notices SET state = :state, ended_at = :ended_at WHERE id = :notice_id AND state = :was",
            notice_id=notice_id,
            was=was,
            state=state,
            ended_at=ended_at,
        )
    )


async def correct(tx: Transaction, *, notice_id: int, words: Sealed, now: datetime) -> None:
    """New words; every card that shows the old ones is to be corrected, from the first person on."""
    await tx.run(
        "UPDATE notices SET words = :words, corrected_at = :now, mending = 0 WHERE id = :notice_id",
        notice_id=notice_id,
        words=words,
        now=now,
    )


async def audiences(tx: Transaction, *, place_ids: Sequence[int]) -> list[Audience]:
    """How many people a notice to each place would reach; a place of nobody is left out."""
    wanted = ", ".join(str(int(one)) for one in place_ids) or "0"
    return await tx.all(
        Audience,
        "SELECT r.ancestor_id AS place_id, CAST(SUM(h.people) AS BIGINT) AS people "
        f"FROM (SELECT p.place_id, COUNT(*) AS people FROM people p WHERE {READER} "
        f"AND p.place_id IN (SELECT place_id FROM reach WHERE ancestor_id IN ({wanted})) GROUP BY p.place_id) h "
        f"JOIN reach r ON r.place_id = h.place_id WHERE r.ancestor_id IN ({wanted}) GROUP BY r.ancestor_id",
    )


async def groups_in(tx: Transaction, *, place_id: int) -> int:
    """How many groups are bound to a place or to one inside it."""
    return await tx.need(
        int,
        "SELECT COUNT(*) FROM groups g JOIN reach r ON r.place_id = g.place_id "
        "WHERE r.ancestor_id = :place_id AND g.left_at IS NULL",
        place_id=place_id,
    )


async def within(tx: Transaction, *, place_id: int, kinds: Sequence[PlaceKind]) -> list[Place]:
    """The uppermost places of these kinds inside a place, in the houses' tree or the grid's."""
    wanted = ", ".join(f"'{kind.value}'" for kind in kinds) or "''"
    inside = "SELECT 1 FROM reach s JOIN places up ON up.id = s.place_id WHERE s.ancestor_id = :place_id"
    return await tx.all(
        Place,
        "SELECT p.id, p.code, p.kind, p.parent_id, p.cell_id, p.name_zh, p.name_en, p.floor, p.area, p.door "
        "FROM places p JOIN reach r ON r.place_id = p.id WHERE r.ancestor_id = :place_id AND p.id <> :place_id "
        f"AND p.kind IN ({wanted}) "
        f"AND NOT EXISTS ({inside} AND up.id = p.parent_id AND up.id <> :place_id AND up.kind IN ({wanted})) "
        "ORDER BY p.id",
        place_id=place_id,
    )


async def set_expected(tx: Transaction, *, notice_id: int) -> None:
    """Everybody has been queued: that is how many there are, and only who has come since is still looked for."""
    await tx.run(
        "UPDATE notices SET expected = reached, place_cursor = NULL, "
        "cursor = CASE WHEN place_cursor IS NULL THEN (SELECT MAX(id) FROM people) ELSE cursor END "
        "WHERE id = :notice_id",
        notice_id=notice_id,
    )


async def got_by(tx: Transaction, *, person_id: int, limit: int) -> list[Notice]:
    """The last notices that came to somebody, latest first."""
    return await tx.all(
        Notice,
        f"SELECT {_NOTICE} FROM deliveries d JOIN notices n ON n.id = d.notice_id "
        "WHERE d.person_id = :person_id ORDER BY d.notice_id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def sent_in(tx: Transaction, *, place_ids: Sequence[int], limit: int) -> list[Notice]:
    """The last notices to places inside these, latest first."""
    if not place_ids:
        return []
    wanted = ", ".join(str(int(one)) for one in place_ids)
    return await tx.all(
        Notice,
        f"SELECT {_NOTICE} FROM notices n WHERE EXISTS (SELECT 1 FROM reach r WHERE r.place_id = n.place_id "
        f"AND r.ancestor_id IN ({wanted})) ORDER BY n.id DESC LIMIT :limit",
        limit=limit,
    )


async def counts(tx: Transaction) -> list[Counted]:
    """How many are in which state."""
    return await tx.all(Counted, "SELECT state, COUNT(*) AS count FROM notices GROUP BY state ORDER BY state")
