"""The thin engine: the same statements and the same errors on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from factories import KEY, START

from storage.crypto import BadKey, Cipher, Sealed, new_key
from storage.database import Database, DatabaseError, Transaction, TransactionLost, Violation, connect
from storage.queries import invites, meta, outbox, people, places, timers
from storage.records import Person
from storage.states import ContactMode, OutboxKind, PlaceKind, Priority, Role


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a test."""

    number: int
    at: datetime
    word: str | None
    kind: Role


async def someone(tx: Transaction, account: int | None = 1) -> Person:
    return await people.add(tx, telegram_id=account, language="zh", contact_mode=ContactMode.CHAT, now=START)


async def somewhere(tx: Transaction, code: str = "X1") -> int:
    return await places.put(
        tx,
        code=code,
        kind=PlaceKind.ESTATE,
        parent_id=None,
        cell_id=None,
        name_zh="某小区",
        name_en="Estate",
        floor=None,
        area=None,
        latitude=None,
        longitude=None,
        door=f"door-{code}",
    )


async def test_named_parameters_may_come_in_any_order_and_more_than_once(database: Database) -> None:
    async with database.write() as tx:
        found = await tx.all(
            Row,
            "SELECT CAST(:n AS BIGINT) AS number, CAST(:at AS BIGINT) AS at, CAST(:w AS TEXT) AS word, "
            "CAST(:k AS TEXT) AS kind WHERE CAST(:n AS BIGINT) = CAST(:n AS BIGINT)",
            k=Role.STAFF,
            n=7,
            w=None,
            at=START,
        )

    assert found == [Row(number=7, at=START, word=None, kind=Role.STAFF)]


async def test_a_datetime_comes_out_aware_and_in_utc_whatever_zone_it_went_in_by(database: Database) -> None:
    east = START.astimezone(timezone(timedelta(hours=8)))
    async with database.write() as tx:
        await timers.put(tx, kind="k", subject_id=1, due=east)
        due = await timers.next_due(tx)

    assert due == START
    assert due.tzinfo is UTC


async def test_a_datetime_without_a_zone_is_refused(database: Database) -> None:
    async with database.write() as tx:
        with pytest.raises(ValueError, match="without a time zone"):
            await timers.put(tx, kind="k", subject_id=1, due=START.replace(tzinfo=None))


async def test_what_a_statement_touched_is_counted(database: Database) -> None:
    async with database.write() as tx:
        await timers.put(tx, kind="a", subject_id=1, due=START)
        await timers.put(tx, kind="a", subject_id=2, due=START)

        assert await tx.run("UPDATE timers SET tries = 1") == 2
        assert await tx.run("DELETE FROM timers WHERE subject_id = 3") == 0


async def test_a_row_that_must_be_there_and_is_not_is_a_lookup_error(database: Database) -> None:
    async with database.read() as tx:
        with pytest.raises(LookupError, match="Person"):
            await people.by_id(tx, 404)


async def test_a_unique_constraint_has_the_same_name_on_both_engines(database: Database) -> None:
    async with database.write() as tx:
        await somewhere(tx)
        with pytest.raises(Violation) as caught:
            async with tx.savepoint():
                await tx.run("INSERT INTO places (code, kind, name_zh, name_en, door) VALUES ('X1','k','a','b','c')")

    assert caught.value.constraint == "places_code_key"


async def test_a_unique_index_over_several_columns_has_the_same_name_on_both_engines(database: Database) -> None:
    async with database.write() as tx:
        person, place = await someone(tx), await somewhere(tx)
        row = "INSERT INTO roles (person_id, role, place_id, granted_at) VALUES (:person, 'staff', :place, 1)"
        await tx.run(row, person=person.id, place=place)
        with pytest.raises(Violation) as caught:
            async with tx.savepoint():
                await tx.run(row, person=person.id, place=place)

    assert caught.value.constraint == "roles_person_id_role_place_id_key"


async def test_a_check_has_the_same_name_on_both_engines(database: Database) -> None:
    async with database.write() as tx:
        place = await somewhere(tx)
        await invites.add(tx, token_hash=b"h", role=Role.STAFF, place_id=place, uses=1, expires_at=START, now=START)
        with pytest.raises(Violation) as caught:
            async with tx.savepoint():
                await tx.run("UPDATE invites SET uses_left = uses_left - 2")

    assert caught.value.constraint == "invites_uses_left"


async def test_a_missing_parent_is_called_foreign_key_on_both_engines(database: Database) -> None:
    async with database.write() as tx:
        with pytest.raises(Violation) as caught:
            async with tx.savepoint():
                await tx.run("INSERT INTO reach (ancestor_id, place_id) VALUES (98, 99)")

    assert caught.value.constraint == "foreign_key"


async def test_a_look_that_fails_leaves_the_transaction_as_it_was(database: Database) -> None:
    async with database.write() as tx:
        await someone(tx, 1)
        with pytest.raises(Exception, match="nowhere"):
            async with tx.looking():
                await tx.all(int, "SELECT id FROM nowhere")
        await someone(tx, 2)

    async with database.read() as tx:
        assert await tx.all(int, "SELECT telegram_id FROM people ORDER BY id") == [1, 2]


async def test_what_a_failed_savepoint_did_is_undone_alone(database: Database) -> None:
    async with database.write() as tx:
        await someone(tx, 1)
        with pytest.raises(RuntimeError):
            async with tx.savepoint():
                await someone(tx, 2)
                raise RuntimeError
        await someone(tx, 3)

    async with database.read() as tx:
        assert await tx.all(int, "SELECT telegram_id FROM people ORDER BY id") == [1, 3]


async def test_savepoints_nest(database: Database) -> None:
    async with database.write() as tx, tx.savepoint():
        await someone(tx, 1)
        with pytest.raises(RuntimeError):
            async with tx.savepoint():
                await someone(tx, 2)
                raise RuntimeError

    async with database.read() as tx:
        assert await tx.all(int, "SELECT telegram_id FROM people") == [1]


async def test_an_exception_rolls_the_whole_transaction_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as tx:
            await someone(tx)
            raise RuntimeError

    async with database.read() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM people") == 0


async def test_a_cancelled_transaction_is_rolled_back_and_the_next_one_goes_on(database: Database) -> None:
    begun = asyncio.Event()

    async def never_ends() -> None:
        async with database.write() as tx:
            await someone(tx)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with database.write() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM people") == 0


async def test_nobody_reads_an_open_batch(database: Database) -> None:
    async with database.write() as tx:
        await someone(tx)
        async with database.read() as beside:
            assert await beside.need(int, "SELECT COUNT(*) FROM people") == 0

    async with database.read() as after:
        assert await after.need(int, "SELECT COUNT(*) FROM people") == 1


async def test_a_reading_transaction_cannot_write(database: Database) -> None:
    async with database.read() as tx:
        with pytest.raises(Exception, match=r"(?i)read"):
            await meta.put(tx, "x", "y")


async def test_who_waits_is_woken_by_the_commit_and_not_before(database: Database) -> None:
    bell = database.bell("timers")
    async with database.write() as tx:
        await timers.put(tx, kind="k", subject_id=1, due=START)

        assert not bell.is_set()

    assert bell.is_set()


async def test_who_waits_is_not_woken_by_what_was_rolled_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as tx:
            await timers.put(tx, kind="k", subject_id=1, due=START)
            raise RuntimeError

    assert not database.bell("timers").is_set()


async def test_a_sealed_value_opens_to_what_it_was(database: Database) -> None:
    async with database.write() as tx:
        person = await someone(tx)
        await people.join(tx, person_id=person.id, name=tx.seal("住户甲"), place_id=None, now=START)
        found = await people.by_id(tx, person.id)

    assert isinstance(found.name, Sealed)
    assert database.cipher.open(found.name.token) == "住户甲"
    assert "住户甲" not in repr(found)


async def test_somebody_is_found_by_a_phone_number_that_is_nowhere_in_clear(database: Database) -> None:
    async with database.write() as tx:
        person = await someone(tx)
        await people.set_phone(tx, person_id=person.id, phone="13900009999")

        assert [p.id for p in await people.by_phone(tx, "13900009999")] == [person.id]
        assert await people.by_phone(tx, "13900009998") == []


async def test_another_key_is_refused(database: Database, database_url: str) -> None:
    from storage.migrations import migrate

    other = await connect(database_url, Cipher(new_key()))
    try:
        with pytest.raises(BadKey, match="not the key this database was made with"):
            await migrate(other)
    finally:
        await other.close()


def test_a_key_that_is_no_key_is_refused() -> None:
    with pytest.raises(BadKey, match="keygen"):
        Cipher("short")


def test_a_value_sealed_with_another_key_or_damaged_does_not_open() -> None:
    token = Cipher(KEY).seal("x").token

    for cipher, found in ((Cipher(new_key()), token), (Cipher(KEY), token[:-1]), (Cipher(KEY), b"")):
        with pytest.raises(BadKey):
            cipher.open(found)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    cipher = Cipher(KEY)

    assert cipher.seal("x").token != cipher.seal("x").token


async def test_personal_values_are_unreadable_in_the_database_itself(database: Database, database_url: str) -> None:
    words = ("住户甲", "13900009999", "楼道里有人吵架")
    async with database.write() as tx:
        person = await someone(tx)
        await people.join(tx, person_id=person.id, name=tx.seal(words[0]), place_id=None, now=START)
        await people.set_phone(tx, person_id=person.id, phone=words[1])
        await outbox.put(
            tx,
            priority=Priority.REPLY,
            kind=OutboxKind.SAY,
            person_id=person.id,
            group_id=None,
            template="menu/menu",
            context={"c": {"words": words[2]}},
            now=START,
        )
    stored = await _everything(database, database_url)

    assert stored
    for word in words:
        assert word.encode() not in stored
        assert word.encode().hex().encode() not in stored


async def _everything(database: Database, url: str) -> bytes:
    """The files of SQLite; every row of PostgreSQL as text."""
    if database.engine == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        return b"".join(f.read_bytes() for f in path.parent.glob(path.name + "*"))
    async with database.read() as tx:
        rows = [await tx.all(str, f"SELECT CAST(t AS TEXT) FROM {table} t") for table in ("people", "outbox", "meta")]
    return "".join(word for table in rows for word in table).encode()


async def test_an_address_that_is_no_database_is_refused_in_one_sentence() -> None:
    with pytest.raises(DatabaseError, match="must begin with sqlite:/// or postgresql://"):
        await connect("mysql://x", Cipher(KEY))


async def test_a_postgresql_that_does_not_answer_is_refused_in_one_sentence() -> None:
    with pytest.raises(DatabaseError, match=r"PostgreSQL at 127\.0\.0\.1:9/x"):
        await connect("postgresql://user:secret@127.0.0.1:9/x", Cipher(KEY))


async def test_a_sqlite_file_in_a_folder_that_cannot_be_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(DatabaseError, match="file"):
        await connect(f"sqlite:///{tmp_path}/file/x.db", Cipher(KEY))


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_lost_connection_is_a_lost_transaction(database: Database) -> None:
    with pytest.raises(TransactionLost):
        async with database.write() as tx:
            await someone(tx)
            await tx.run("SELECT pg_terminate_backend(pg_backend_pid())")

    async with database.write() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM people") == 0


async def test_an_operating_systems_error_of_the_callers_own_is_no_lost_transaction(database: Database) -> None:
    async with database.write() as tx:
        with pytest.raises(FileNotFoundError):
            async with tx.savepoint():
                raise FileNotFoundError("a template")
        await someone(tx)

    async with database.read() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM people") == 1


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_full_disk_is_a_lost_transaction(database: Database) -> None:
    async with database.write() as tx:
        await tx.run("PRAGMA max_page_count = 1")  # cut down to what there is
    with pytest.raises(TransactionLost, match="full"):
        async with database.write() as tx:
            for number in range(2000):
                await meta.put(tx, f"filler {number}", "x" * 1000)

    async with database.read() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM meta WHERE name LIKE 'filler%'") == 0


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_writers_of_one_process_take_turns(database: Database) -> None:
    async def one() -> None:
        async with database.write() as tx:
            kept = int(await meta.get(tx, "count") or 0)
            await asyncio.sleep(0)
            await meta.put(tx, "count", str(kept + 1))

    await asyncio.gather(*(one() for _ in range(20)))

    async with database.read() as tx:
        assert await meta.get(tx, "count") == "20"


async def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database, but long enough to be looked at " * 50)

    with pytest.raises(DatabaseError, match=r"x\.db"):
        await connect(f"sqlite:///{tmp_path}/x.db", Cipher(KEY))
