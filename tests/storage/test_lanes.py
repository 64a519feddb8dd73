"""Lanes: an update is one worker's at a time, a chat's updates stay in order, and what the dead had is taken up."""

from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest
from factories import KEY, START

from storage.crypto import Cipher
from storage.database import Database, TransactionLost, connect
from storage.lanes import Lanes
from storage.queries import inbox
from storage.records import Ahead

on_postgresql = pytest.mark.parametrize("engine", ["postgresql"])


async def receive(database: Database, *lanes: int, start: int = 1) -> None:
    """One update in each of these lanes, numbered from `start`."""
    updates = [(number, lane, {"number": number}) for number, lane in enumerate(lanes, start=start)]
    async with database.write() as tx:
        await inbox.store(tx, bot_id=1, updates=updates, now=START)


async def take(lanes: Lanes, *, limit: int = 50, untried: Sequence[int] = ()) -> list[int]:
    """The numbers of the updates that were taken."""
    return [row.payload["number"] for row in await lanes.take(limit=limit, untried=untried)]


async def finish(lanes: Lanes, *numbers: int) -> None:
    """They are handled, and the lanes let go."""
    async with lanes.write() as tx:
        ids = await tx.all(int, f"SELECT id FROM inbox WHERE {tx.among('update_id', 'numbers')}", numbers=list(numbers))
        assert await inbox.finish(tx, ids, now=START)
    await lanes.release()


async def tries(database: Database) -> list[int]:
    """How often each update was tried."""
    async with database.read() as tx:
        return await tx.all(int, "SELECT tries FROM inbox ORDER BY id")


async def cut_off(database_url: str, purpose: str) -> int:
    """End the connections made for a purpose, as a lost machine's end; how many there were."""
    connection = await asyncpg.connect(database_url)
    try:
        ended = await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = $1",
            f"jinlin {purpose}",
        )
    finally:
        await connection.close()
    return len(ended)


@pytest.fixture
async def first(database: Database) -> AsyncIterator[Lanes]:
    """A worker's lanes."""
    lanes = database.lanes()
    yield lanes
    await lanes.close()


@pytest.fixture
async def second(database_url: str) -> AsyncIterator[Lanes]:
    """Those of a worker in another process."""
    elsewhere = await connect(database_url, Cipher(KEY))
    yield elsewhere.lanes()
    await elsewhere.close()


async def test_updates_are_taken_in_the_order_they_came(database: Database, first: Lanes) -> None:
    await receive(database, 7, 8, 7)

    assert await take(first) == [1, 2, 3]
    assert await tries(database) == [1, 1, 1]


async def test_what_is_handled_is_not_taken_again(database: Database, first: Lanes) -> None:
    await receive(database, 7, 8)
    await take(first)

    await finish(first, 1, 2)

    assert await take(first) == []


async def test_what_the_database_failed_has_had_no_try(database: Database, first: Lanes) -> None:
    await receive(database, 7, 8)
    rows = await first.take(limit=50, untried=())
    await first.release()

    assert await take(first, untried=[row.id for row in rows]) == [1, 2]
    assert await tries(database) == [1, 1]


async def test_what_was_tried_before_is_taken_alone(database: Database, first: Lanes) -> None:
    await receive(database, 7, 8)
    await take(first)
    await first.release()

    assert await take(first) == [1]


def test_nothing_overtakes_in_its_lane_what_was_tried_before() -> None:
    rows = [
        Ahead(id=1, lane=7, tries=0, ours=True),
        Ahead(id=2, lane=8, tries=1, ours=True),
        Ahead(id=3, lane=8, tries=0, ours=True),
        Ahead(id=4, lane=7, tries=0, ours=True),
    ]

    assert [row.id for row in inbox.together(rows)] == [1, 4]


@on_postgresql
async def test_two_workers_never_have_the_same_lane(database: Database, first: Lanes, second: Lanes) -> None:
    await receive(database, 7, 8, 7)

    assert await take(first, limit=1) == [1]
    assert await take(second) == [2]


@on_postgresql
async def test_a_full_lane_hides_no_other(database: Database, first: Lanes, second: Lanes) -> None:
    await receive(database, *[7] * 20, 8)
    await take(first, limit=5)

    assert await take(second, limit=5) == [21]


@on_postgresql
async def test_a_lane_that_was_let_go_is_anybodys(database: Database, first: Lanes, second: Lanes) -> None:
    await receive(database, 7, 7)
    await take(first, limit=1)

    await finish(first, 1)

    assert await take(second) == [2]


@on_postgresql
async def test_what_a_dead_worker_had_is_another_ones_at_once(
    database: Database, database_url: str, first: Lanes, second: Lanes
) -> None:
    await receive(database, 7)
    await take(first)

    assert await cut_off(database_url, "lanes") == 1
    assert await take(second) == [1]
    assert await tries(database) == [2]


@on_postgresql
async def test_whoever_has_lost_its_lanes_can_write_no_more(
    database: Database, database_url: str, first: Lanes, second: Lanes
) -> None:
    await receive(database, 7)
    await take(first)
    with pytest.raises(TransactionLost):
        async with first.write() as tx:
            await tx.run("UPDATE inbox SET error = 'x'")
            await cut_off(database_url, "lanes")
    await take(second)

    with pytest.raises(TransactionLost):
        await finish(first, 1)

    await finish(second, 1)
    assert await take(first) == []


@on_postgresql
async def test_a_worker_that_lost_its_connection_gets_another(
    database: Database, database_url: str, first: Lanes
) -> None:
    await receive(database, 7)
    rows = await first.take(limit=50, untried=())
    await cut_off(database_url, "lanes")
    with pytest.raises(TransactionLost):
        await finish(first, 1)

    assert await take(first, untried=[row.id for row in rows]) == [1]
    assert await tries(database) == [1]
