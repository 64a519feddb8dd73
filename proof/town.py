"""Many invented residents, put in by SQL; they share one ciphertext, for sealing is not what is measured."""

from community.here import Here
from storage.database import Database

FIRST = 10_000_000
"""The account of resident 1 is FIRST + 1."""
GROUP = -5001
"""A group chat bound to the community."""
NOTICE = 1
"""The notice that `notice` puts in."""


async def residents(database: Database, here: Here, count: int, *, place: str = "B%-%") -> None:
    """`count` residents, joined and confirmed, spread over the households whose code is like `place`."""
    async with database.write() as tx:
        await tx.run(
            "INSERT INTO people (telegram_id, language, contact_mode, keyboard, name, phone, phone_hash, place_id, "
            "consent_at, joined_at, verified_at, created_at) "
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count), "
            "h (place_id, k) AS (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 FROM places "
            "WHERE kind = 'household' AND code LIKE CAST(:place AS TEXT)) "
            "SELECT CAST(:first AS BIGINT) + i, 'zh', 'chat', 'plain', CAST(:name AS {bytes}), NULL, NULL, h.place_id, "
            "CAST(:now AS BIGINT), CAST(:now AS BIGINT), CAST(:now AS BIGINT), CAST(:now AS BIGINT) "
            "FROM n JOIN h ON h.k = n.i % (SELECT COUNT(*) FROM h)".replace(
                "{bytes}", "BLOB" if database.engine == "sqlite" else "BYTEA"
            ),
            count=count,
            place=place,
            first=FIRST,
            name=tx.seal("住户"),
            now=here.now,
        )


async def notice(database: Database, here: Here, *, author: int = 1004) -> None:
    """A notice of the community that every resident has on their screen, and nobody has confirmed."""
    async with database.write() as tx:
        now = here.now
        community = await tx.need(int, "SELECT id FROM places WHERE kind = 'community'")
        staff = await tx.need(int, "SELECT id FROM people WHERE telegram_id = :author", author=author)
        count = await tx.need(int, "SELECT COUNT(*) FROM people WHERE telegram_id > :first", first=FIRST)
        made = await tx.need(
            int,
            "INSERT INTO notices (author_id, role, office_id, place_id, words, state, cursor, expected, reached, "
            "delivered, created_at, ended_at) VALUES (:staff, 'staff', :place, :place, :words, 'sent', 0, :count, "
            ":count, :count, :now, :now) RETURNING id",
            staff=staff,
            place=community,
            words=tx.seal("明天 9:00-17:00 停水，请提前存水。"),
            count=count,
            now=now,
        )
        await tx.run(
            "INSERT INTO deliveries (notice_id, person_id, state) "
            "SELECT CAST(:made AS BIGINT), id, 'delivered' FROM people WHERE telegram_id > :first",
            made=made,
            first=FIRST,
        )
        await tx.run(
            "INSERT INTO cards (kind, subject_id, person_id, message_id, form, shown, created_at) "
            "SELECT 'notice', CAST(:made AS BIGINT), id, id, 'text', 'old', CAST(:now AS BIGINT) "
            "FROM people WHERE telegram_id > :first",
            made=made,
            first=FIRST,
            now=now,
        )
        await tx.run(
            "INSERT INTO groups (chat_id, language, place_id, created_at) VALUES (:chat_id, 'zh', :place, :now)",
            chat_id=GROUP,
            place=community,
            now=now,
        )
