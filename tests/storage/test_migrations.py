"""Migrations: forward from every state, with data in, to the one declared schema."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from factories import KEY
from postgres import Server

from storage.crypto import Cipher
from storage.database import Database, DatabaseError, Violation, connect
from storage.migrations import _META, _SPELT, migrate, scripts
from storage.queries import meta

COUNT = len(scripts("sqlite"))
RENAMED = {"patrols": "shifts"} | {f"patrol_{one}": f"shift_{one}" for one in ("repeats", "points", "findings")}
SPECIAL = {"people": "2"}  # one of whom is a companion


@pytest.fixture
async def bare(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A database with nothing at all in it, and its URL."""
    url = f"sqlite:///{tmp_path / 'bare.db'}"
    if engine == "postgresql":
        server: Server = request.getfixturevalue("postgres_server")
        url = server.create_database()
    database = await connect(url, Cipher(KEY))
    yield database, url
    await database.close()


async def _bring_to(database: Database, state: int) -> None:
    """As a program of that time left it."""
    await database.script(_META.format_map(_SPELT[database.engine]))
    for name, sql in scripts(database.engine)[:state]:
        await database.script(f"{sql}\nINSERT INTO meta (name, value) VALUES ('migration {name}', 'x');\n")


async def _columns(database: Database) -> dict[str, list[tuple[str, str, bool]]]:
    """Table → (column, type as SQLite would call it, may be null), in order of their names."""
    async with database.read() as tx:
        if database.engine == "sqlite":
            found = await tx.all(
                str,
                "SELECT m.name || ' ' || c.name || ' ' || c.type || ' ' || "
                'CASE WHEN c."notnull" OR c.pk THEN 0 ELSE 1 END '
                "FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
            )
        else:
            found = await tx.all(
                str,
                "SELECT table_name || ' ' || column_name || ' ' || CASE data_type WHEN 'bigint' THEN 'INTEGER' "
                "WHEN 'bytea' THEN 'BLOB' ELSE UPPER(data_type) END || ' ' || CASE is_nullable WHEN 'NO' THEN 0 "
                "ELSE 1 END FROM information_schema.columns WHERE table_schema = 'public'",
            )
    tables: dict[str, list[tuple[str, str, bool]]] = {}
    for line in sorted(found):
        table, column, kind, null = line.split(" ")
        tables.setdefault(table, []).append((column, kind, null == "1"))
    return {table: columns for table, columns in tables.items() if not table.startswith("meta")}


async def _declared(database: Database) -> list[str]:
    """Everything the database says about its schema."""
    async with database.read() as tx:
        if database.engine == "sqlite":
            return await tx.all(str, "SELECT COALESCE(sql, name) FROM sqlite_master ORDER BY name")
        columns = await tx.all(
            str,
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || "
            "COALESCE(column_default, '') FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1",
        )
        indexes = await tx.all(str, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
        rules = await tx.all(
            str,
            "SELECT conrelid || conname || pg_get_constraintdef(oid) FROM "
            "(SELECT CAST(CAST(conrelid AS regclass) AS text) AS conrelid, CAST(conname AS text) AS conname, oid "
            "FROM pg_constraint WHERE connamespace = CAST('public' AS regnamespace)) c ORDER BY 1",
        )
    return columns + indexes + rules


async def _unique_indexes(database: Database) -> set[str]:
    """The unique indexes that a violation may name."""
    async with database.read() as tx:
        if database.engine == "sqlite":
            return set(await tx.all(str, "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE UNIQUE INDEX%'"))
        return set(
            await tx.all(
                str,
                "SELECT i.indexname FROM pg_indexes i WHERE i.schemaname = 'public' "
                "AND i.indexdef LIKE 'CREATE UNIQUE%' AND i.indexname NOT IN "
                "(SELECT conname FROM pg_constraint)",
            )
        )


async def _fill(database: Database) -> dict[str, int]:
    """A row in every table; how many rows each has."""
    values = {"INTEGER": "1", "TEXT": "'1'", "BLOB": "'1'"}
    if database.engine == "sqlite":
        values["BLOB"] = "x'31'"
    tables = await _columns(database)
    waiting = list(tables)
    counts: dict[str, int] = {}
    rounds = 0
    while waiting and (rounds := rounds + 1) < 20:
        for table in list(waiting):
            columns = tables[table]
            names = ", ".join(f'"{name}"' for name, _, null in columns if not null or name == "id")
            row = ", ".join(SPECIAL.get(name, values[kind]) for name, kind, null in columns if not null or name == "id")
            try:
                async with database.write() as tx:
                    await tx.run(f'INSERT INTO "{table}" ({names}) VALUES ({row}) ON CONFLICT DO NOTHING')
            except Violation:
                continue  # its parent's turn comes first
            waiting.remove(table)
            counts[table] = 1
    assert not waiting, f"no row fits into {waiting}"
    return counts


@pytest.mark.parametrize("state", range(1, COUNT + 1))
async def test_every_earlier_state_with_data_in_it_becomes_the_declared_schema(
    bare: tuple[Database, str], database: Database, state: int
) -> None:
    old, _ = bare
    await _bring_to(old, state)
    counts = await _fill(old)

    ran = await migrate(old)

    assert ran == [name for name, _ in scripts(old.engine)[state:]]
    assert await _declared(old) == await _declared(database)
    async with old.read() as tx:
        kept = [await tx.need(int, f'SELECT COUNT(*) FROM "{RENAMED.get(table, table)}"') for table in counts]
    assert all(kept)


async def test_migrating_again_does_nothing(database: Database) -> None:
    before = await _declared(database)

    assert await migrate(database) == []
    assert await _declared(database) == before


async def test_an_empty_database_runs_every_migration_in_order(bare: tuple[Database, str]) -> None:
    empty, _ = bare

    ran = await migrate(empty)

    assert ran == sorted(ran)
    assert [name[:4] for name in ran] == [f"{number:04d}" for number in range(1, COUNT + 1)]


async def test_a_migration_that_fails_leaves_no_trace(bare: tuple[Database, str]) -> None:
    empty, _ = bare

    with pytest.raises((sqlite3.OperationalError, asyncpg.PostgresError)):
        await empty.script("CREATE TABLE half (x INTEGER);\nCREATE NONSENSE;\n")

    assert await _columns(empty) == {}


async def test_a_database_newer_than_the_program_is_refused(database: Database) -> None:
    async with database.write() as tx:
        await meta.put(tx, "migration 9999_future.sql", "x")

    with pytest.raises(DatabaseError, match="9999_future"):
        await migrate(database)


async def test_both_engines_have_the_same_tables_columns_and_unique_indexes(
    templates: Any, postgres_server: Server, tmp_path: Path
) -> None:
    urls = [await asyncio.to_thread(templates.copy, engine, "empty", tmp_path) for engine in ("sqlite", "postgresql")]
    both = [await connect(url, Cipher(KEY)) for url in urls]
    try:
        columns = [await _columns(one) for one in both]
        indexes = [await _unique_indexes(one) for one in both]
    finally:
        for one in both:
            await one.close()

    assert columns[0] == columns[1]
    assert indexes[0] == indexes[1]
