"""Backups: consistent while the bot goes on, and good for a restore."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from factories import KEY, START
from postgres import Server

from proof.cluster import programs
from storage.crypto import Cipher
from storage.database import Database, DatabaseError, connect
from storage.migrations import migrate
from storage.queries import people
from storage.states import ContactMode


async def _add(database: Database, account: int, name: str) -> None:
    async with database.write() as tx:
        person = await people.add(tx, telegram_id=account, language="zh", contact_mode=ContactMode.CHAT, now=START)
        await people.join(tx, person_id=person.id, name=tx.seal(name), place_id=None, now=START)


async def _names(database: Database) -> list[object]:
    async with database.read() as tx:
        found = await tx.all(bytes, "SELECT name FROM people ORDER BY id")
    return [database.cipher.open(name) for name in found]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_backup_taken_during_an_open_batch_holds_what_was_committed(database: Database, tmp_path: Path) -> None:
    await _add(database, 1, "住户甲")
    async with database.write() as tx:
        await people.add(tx, telegram_id=2, language="zh", contact_mode=ContactMode.CHAT, now=START)
        await database.backup(tmp_path / "copy.db")
    restored = await connect(f"sqlite:///{tmp_path / 'copy.db'}", Cipher(KEY))

    try:
        assert await migrate(restored) == []
        assert await _names(restored) == ["住户甲"]
    finally:
        await restored.close()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_backup_to_where_nothing_can_be_written_says_so(database: Database, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="nowhere"):
        await database.backup(tmp_path / "nowhere" / "copy.db")


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_dump_restores_into_another_database(
    database: Database, postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binaries = programs()
    if not (binaries / "pg_dump").exists():
        pytest.skip("this PostgreSQL came without pg_dump")
    monkeypatch.setenv("PATH", str(binaries), prepend=":")
    await _add(database, 1, "住户甲")

    await database.backup(tmp_path / "copy.dump")

    url = postgres_server.create_database()
    restore = [binaries / "pg_restore", "--dbname", url, tmp_path / "copy.dump"]
    await asyncio.to_thread(subprocess.run, restore, check=True)
    restored = await connect(url, Cipher(KEY))
    try:
        assert await migrate(restored) == []
        assert await _names(restored) == ["住户甲"]
    finally:
        await restored.close()
        postgres_server.drop_database(url)


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_without_pg_dump_the_operator_is_told_what_to_install(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DatabaseError, match="postgresql-client"):
        await database.backup(tmp_path / "copy.dump")
