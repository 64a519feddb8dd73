"""People, and the roles they hold."""

from collections.abc import Collection
from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.records import Grant, Person
from storage.states import Role

PERSON = (
    "p.id, p.telegram_id, p.language, p.contact_mode, p.keyboard, p.name, p.phone, p.place_id, "
    "p.joined_at, p.verified_at, p.unreachable_at, p.erased_at, p.alone, p.quiet_from, p.quiet_to"
)


async def by_id(tx: Transaction, person_id: int) -> Person:
    """The person. Raises LookupError."""
    return await tx.need(Person, f"SELECT {PERSON} FROM people p WHERE p.id = :person_id", person_id=person_id)


async def by_ids(tx: Transaction, ids: Collection[int]) -> list[Person]:
    """Those of these that there are."""
    return await tx.all(Person, f"SELECT {PERSON} FROM people p WHERE {tx.among('p.id', 'ids')}", ids=list(ids))


async def by_telegram(tx: Transaction, telegram_id: int) -> Person | None:
    """Whoever writes from this account."""
    return await tx.one(
        Person, f"SELECT {PERSON} FROM people p WHERE p.telegram_id = :telegram_id", telegram_id=telegram_id
    )


async def by_phone(tx: Transaction, phone: str) -> list[Person]:
    """Those who gave this number (digits, as normalised on the way in)."""
    hashes = {f"hash_{number}": found for number, found in enumerate(tx.cipher.hashes(phone))}
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p WHERE p.phone_hash IN ({', '.join(f':{name}' for name in hashes)}) "
        "AND p.erased_at IS NULL ORDER BY p.id",
        **hashes,
    )


async def add(tx: Transaction, *, telegram_id: int | None, language: str, contact_mode: str, now: datetime) -> Person:
    """Somebody new; the one who is there when two come at once."""
    person_id = await tx.need(
        int,
        "INSERT INTO people (telegram_id, language, contact_mode, keyboard, created_at) "
        "VALUES (:telegram_id, :language, :contact_mode, 'plain', :now) "
        "ON CONFLICT (telegram_id) DO UPDATE SET language = people.language RETURNING id",
        telegram_id=telegram_id,
        language=language,
        contact_mode=contact_mode,
        now=now,
    )
    return await by_id(tx, person_id)


async def join(tx: Transaction, *, person_id: int, name: Sealed, place_id: int | None, now: datetime) -> None:
    """Name, place and consent of somebody who joins; a move to another place must be verified anew."""
    await tx.run(
        "UPDATE people SET name = :name, consent_at = :now, joined_at = COALESCE(joined_at, :now), "
        "verified_at = CASE WHEN place_id = CAST(:place_id AS BIGINT) THEN verified_at END, "
        "place_id = CAST(:place_id AS BIGINT), erased_at = NULL "
        "WHERE id = :person_id",
        person_id=person_id,
        name=name,
        place_id=place_id,
        now=now,
    )


async def set_phone(tx: Transaction, *, person_id: int, phone: str) -> None:
    """The number (digits) somebody is reached at."""
    await tx.run(
        "UPDATE people SET phone = :phone, phone_hash = :phone_hash WHERE id = :person_id",
        person_id=person_id,
        phone=tx.seal(phone),
        phone_hash=tx.cipher.hash(phone),
    )


async def verify(tx: Transaction, *, person_id: int, verified_by: int, now: datetime) -> bool:
    """Confirm membership of the household; False when it was confirmed already."""
    return bool(
        await tx.run(
            "UPDATE people SET verified_at = :now, verified_by = :verified_by "
            "WHERE id = :person_id AND verified_at IS NULL AND place_id IS NOT NULL",
            person_id=person_id,
            verified_by=verified_by,
            now=now,
        )
    )


async def unplace(tx: Transaction, *, person_id: int) -> None:
    """They do not live where they said."""
    await tx.run("UPDATE people SET place_id = NULL, verified_at = NULL WHERE id = :person_id", person_id=person_id)


async def set_language(tx: Transaction, *, person_id: int, language: str) -> None:
    """The language somebody reads."""
    await tx.run("UPDATE people SET language = :language WHERE id = :person_id", person_id=person_id, language=language)


async def set_keyboard(tx: Transaction, *, person_id: int, keyboard: str) -> None:
    """The keyboard somebody is given."""
    await tx.run("UPDATE people SET keyboard = :keyboard WHERE id = :person_id", person_id=person_id, keyboard=keyboard)


async def set_unreachable(tx: Transaction, *, person_id: int, since: datetime | None) -> None:
    """The bot was blocked (or unblocked)."""
    await tx.run("UPDATE people SET unreachable_at = :since WHERE id = :person_id", person_id=person_id, since=since)


async def set_quiet(tx: Transaction, *, person_id: int, begins: int | None, ends: int | None) -> None:
    """Between which minutes of the day somebody is not to be disturbed; None: the community's hours alone."""
    await tx.run(
        "UPDATE people SET quiet_from = :begins, quiet_to = :ends WHERE id = :person_id",
        person_id=person_id,
        begins=begins,
        ends=ends,
    )


async def set_alone(tx: Transaction, *, person_id: int, alone: bool) -> None:
    """Whether somebody lives alone and is looked in on."""
    await tx.run("UPDATE people SET alone = :alone WHERE id = :person_id", person_id=person_id, alone=int(alone))


async def erase(tx: Transaction, *, person_id: int, now: datetime) -> None:
    """Forget who it was; what hangs on the row stays counted, unlinked from a name."""
    await tx.run(
        "DELETE FROM finds WHERE author_telegram_id = (SELECT telegram_id FROM people WHERE id = :person_id)",
        person_id=person_id,
    )
    await tx.run(
        "UPDATE people SET telegram_id = NULL, name = NULL, phone = NULL, phone_hash = NULL, place_id = NULL, "
        "verified_at = NULL, joined_at = NULL, alone = 0, quiet_from = NULL, quiet_to = NULL, erased_at = :now "
        "WHERE id = :person_id",
        person_id=person_id,
        now=now,
    )
    await tx.run(
        "UPDATE roles SET revoked_at = :now WHERE person_id = :person_id AND revoked_at IS NULL",
        person_id=person_id,
        now=now,
    )
    await tx.run("DELETE FROM dialogues WHERE person_id = :person_id", person_id=person_id)
    await tx.run("UPDATE ballots SET person_id = NULL WHERE person_id = :person_id", person_id=person_id)
    await tx.run(
        "UPDATE outbox SET context = NULL, state = 'dropped', done_at = :now WHERE person_id = :person_id "
        "AND state IN ('waiting', 'held', 'merged', 'sent', 'failed', 'dropped')",
        person_id=person_id,
        now=now,
    )


async def grants(tx: Transaction, person_id: int) -> list[Grant]:
    """The roles somebody holds."""
    return await tx.all(
        Grant,
        "SELECT role, place_id FROM roles WHERE person_id = :person_id AND revoked_at IS NULL ORDER BY id",
        person_id=person_id,
    )


async def grant(tx: Transaction, *, person_id: int, role: Role, place_id: int, now: datetime) -> bool:
    """Give a role; False when it is held already."""
    return bool(
        await tx.run(
            "INSERT INTO roles (person_id, role, place_id, granted_at) VALUES (:person_id, :role, :place_id, :now) "
            "ON CONFLICT (person_id, role, place_id) WHERE revoked_at IS NULL DO NOTHING",
            person_id=person_id,
            role=role,
            place_id=place_id,
            now=now,
        )
    )


async def revoke(tx: Transaction, *, person_id: int, role: Role, but: int | None = None, now: datetime) -> int:
    """Take a role away wherever it is held (`but`: except at this place); at how many places."""
    return await tx.run(
        "UPDATE roles SET revoked_at = :now WHERE person_id = :person_id AND role = :role AND revoked_at IS NULL "
        "AND place_id <> COALESCE(CAST(:but AS BIGINT), 0)",
        person_id=person_id,
        role=role,
        but=but,
        now=now,
    )


def _list(roles: tuple[Role, ...]) -> str:
    return ", ".join(f"'{role.value}'" for role in roles)


async def holds(tx: Transaction, *, person_id: int, roles: tuple[Role, ...], place_id: int) -> Role | None:
    """Which of these roles somebody holds at a place or above it; the strongest, given weakest first."""
    held = await tx.all(
        Role,
        "SELECT r.role FROM roles r JOIN reach ON reach.ancestor_id = r.place_id "
        f"WHERE r.person_id = :person_id AND r.revoked_at IS NULL AND r.role IN ({_list(roles)}) "
        "AND reach.place_id = :place_id",
        person_id=person_id,
        place_id=place_id,
    )
    return max(held, key=roles.index) if held else None


async def in_charge(tx: Transaction, *, role: Role, place_id: int) -> list[Person]:
    """Who holds a role at a place or at one it lies in."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p JOIN roles r ON r.person_id = p.id AND r.revoked_at IS NULL "
        "JOIN reach ON reach.ancestor_id = r.place_id AND reach.place_id = :place_id "
        "WHERE r.role = :role AND p.erased_at IS NULL ORDER BY p.id",
        role=role,
        place_id=place_id,
    )


async def holding(tx: Transaction, *, role: Role, place_id: int) -> list[Person]:
    """Who holds a role at this very place."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p JOIN roles r ON r.person_id = p.id AND r.revoked_at IS NULL "
        "WHERE r.role = :role AND r.place_id = :place_id AND p.erased_at IS NULL ORDER BY p.id",
        role=role,
        place_id=place_id,
    )


async def serving(tx: Transaction, *, roles: tuple[Role, ...]) -> list[Person]:
    """Who holds one of these roles anywhere, responsible units aside."""
    wanted = ", ".join(f"'{role.value}'" for role in roles)
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p WHERE p.erased_at IS NULL AND p.id IN (SELECT r.person_id FROM roles r "
        f"JOIN places l ON l.id = r.place_id WHERE r.role IN ({wanted}) AND r.revoked_at IS NULL AND l.kind <> 'unit') "
        "ORDER BY p.id",
    )


async def volunteers(tx: Transaction, *, limit: int) -> list[Person]:
    """Who volunteers anywhere."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p WHERE p.id IN (SELECT r.person_id FROM roles r WHERE r.role = 'volunteer' "
        "AND r.revoked_at IS NULL) AND p.erased_at IS NULL ORDER BY p.id LIMIT :limit",
        limit=limit,
    )


async def top_place(tx: Transaction) -> int:
    """The place that everything lies in."""
    return await tx.need(int, "SELECT id FROM places WHERE parent_id IS NULL ORDER BY id LIMIT 1")


async def members(tx: Transaction, *, place_id: int) -> list[Person]:
    """The verified people of a household."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p WHERE p.place_id = :place_id AND p.verified_at IS NOT NULL "
        "AND p.erased_at IS NULL ORDER BY p.id",
        place_id=place_id,
    )


async def living_at(tx: Transaction, *, place_id: int) -> list[Person]:
    """Everybody who has said that they live at this very place."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p WHERE p.place_id = :place_id AND p.joined_at IS NOT NULL "
        "AND p.erased_at IS NULL ORDER BY p.id LIMIT 20",
        place_id=place_id,
    )


async def count(tx: Transaction) -> int:
    """How many people have joined."""
    return await tx.need(int, "SELECT COUNT(*) FROM people WHERE joined_at IS NOT NULL")
