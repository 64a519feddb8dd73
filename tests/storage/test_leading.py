"""Leading: one at a time, another as soon as it is gone, and nobody writes who does not lead any more."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from factories import KEY, START
from test_lanes import cut_off

from storage.crypto import Cipher
from storage.database import Conflict, Database, TransactionLost, connect, redone
from storage.queries import meta, outbox, people
from storage.states import ContactMode, Priority

on_postgresql = pytest.mark.parametrize("engine", ["postgresql"])


@pytest.fixture
async def elsewhere(database_url: str) -> AsyncIterator[Database]:
    """The same database as another process has it."""
    opened = await connect(database_url, Cipher(KEY))
    yield opened
    await opened.close()


async def test_whoever_is_alone_leads(database: Database) -> None:
    candidate = database.candidate("sender")

    reign = await candidate.ask()

    assert reign is not None
    async with reign.database.write() as tx:
        await meta.put(tx, "x", "y")
    assert not reign.over.is_set()
    await candidate.resign()


@on_postgresql
async def test_one_leads_until_it_resigns(database: Database, elsewhere: Database) -> None:
    one, other = database.candidate("sender"), elsewhere.candidate("sender")
    assert await one.ask()
    assert await other.ask() is None

    await one.resign()

    assert await other.ask()
    await other.resign()


@on_postgresql
async def test_each_part_has_a_leader_of_its_own(database: Database, elsewhere: Database) -> None:
    one, other = database.candidate("sender"), elsewhere.candidate("scheduler")

    assert await one.ask()
    assert await other.ask()
    await one.resign()
    await other.resign()


@on_postgresql
async def test_whoever_is_cut_off_leads_no_more_and_writes_no_more(
    database: Database, database_url: str, elsewhere: Database
) -> None:
    one, other = database.candidate("sender"), elsewhere.candidate("sender")
    reign = await one.ask()
    assert reign is not None
    with pytest.raises(TransactionLost):
        async with reign.database.write() as tx:
            await meta.put(tx, "said by", "one")
            assert await cut_off(database_url, "sender") == 1

    async with asyncio.timeout(5):
        await reign.over.wait()
    assert await other.ask()
    with pytest.raises(TransactionLost):
        async with reign.database.write() as tx:
            await meta.put(tx, "said by", "one")
    async with database.read() as tx:
        assert await meta.get(tx, "said by") is None
    assert await one.ask() is None
    await one.resign()
    await other.resign()


@on_postgresql
async def test_what_one_process_commits_rings_in_the_other(database: Database, elsewhere: Database) -> None:
    bell = elsewhere.bell("outbox")
    async with elsewhere.listening():
        async with asyncio.timeout(5):
            await bell.wait()  # once it hears: what was rung before may have been missed
        bell.clear()
        async with database.write() as tx:
            tx.wake("outbox")

        async with asyncio.timeout(5):
            await bell.wait()


@on_postgresql
async def test_after_a_lost_connection_every_bell_rings(database: Database, database_url: str) -> None:
    bell = database.bell("outbox")
    async with database.listening():
        async with asyncio.timeout(5):
            await bell.wait()
        bell.clear()

        assert await cut_off(database_url, "bells") == 1

        async with asyncio.timeout(5):
            await bell.wait()


@on_postgresql
async def test_what_is_decided_by_what_another_has_changed_is_redone(database: Database, elsewhere: Database) -> None:
    async with database.write() as tx:
        await meta.put(tx, "count", "1")
    tried = []

    async def count() -> None:
        async with database.write() as tx:
            found = int(await meta.get(tx, "count") or 0)
            tried.append(found)
            if len(tried) == 1:
                async with elsewhere.write() as other:
                    await meta.put(other, "count", "10")
            await meta.put(tx, "count", str(found + 1))

    await redone(count)

    assert tried == [1, 10]
    async with database.read() as tx:
        assert await meta.get(tx, "count") == "11"


@on_postgresql
async def test_a_conflict_that_somebody_swallows_is_a_conflict_still(database: Database, elsewhere: Database) -> None:
    async with database.write() as tx:
        await meta.put(tx, "count", "1")

    with pytest.raises(Conflict):
        async with database.write() as tx:
            await meta.get(tx, "count")
            async with elsewhere.write() as other:
                await meta.put(other, "count", "2")
            try:
                async with tx.savepoint():
                    await meta.put(tx, "count", "3")
            except TransactionLost:
                pass


@on_postgresql
async def test_an_edit_that_leaves_while_its_subject_changes_is_followed_by_another(
    database: Database, elsewhere: Database
) -> None:
    card: dict[str, Any] = {"kind": "x", "subject_id": 1, "priority": Priority.TASK, "now": START}
    async with database.write() as tx:
        whom = await people.add(tx, telegram_id=1, language="zh", contact_mode=ContactMode.CHAT, now=START)
        await outbox.put_card(tx, **card, person_id=whom.id, group_id=None)
    tried = 0

    async def change() -> None:
        nonlocal tried
        tried += 1
        async with database.write() as tx:
            await meta.get(tx, "what the subject is")
            if tried == 1:
                async with elsewhere.write() as sender:
                    await outbox.sending(sender, [row.id for row in await outbox.waiting(sender, after=0, limit=9)])
            await outbox.refresh_cards(tx, **card)

    await redone(change)

    async with database.read() as tx:
        found = await tx.all(str, "SELECT kind || ' ' || state FROM outbox ORDER BY id")
    assert found == ["card sending", "edit waiting"]


@on_postgresql
async def test_two_who_start_at_once_migrate_one_after_the_other(database: Database, elsewhere: Database) -> None:
    order = []

    async def migrate(whose: Database, name: str) -> None:
        async with whose.alone("migrations"):
            order.append(f"{name} begins")
            async with whose.read() as tx:
                await meta.get(tx, "x")
            order.append(f"{name} ends")

    await asyncio.gather(migrate(database, "one"), migrate(elsewhere, "other"))

    assert [said.split()[1] for said in order] == ["begins", "ends"] * 2
