"""A connection of one's own on PostgreSQL: when the server ends it, that is known, however it was met."""

import asyncio

import asyncpg
import pytest

from storage.database import TransactionLost
from storage.postgres import PostgresDatabase

pytestmark = pytest.mark.parametrize("engine", ["postgresql"])


@pytest.mark.parametrize("turns", range(12))
async def test_a_connection_that_is_ended_in_the_middle_is_over(
    database: PostgresDatabase, database_url: str, turns: int
) -> None:
    own = await database.own("sender")
    pid = own.connection.get_server_pid()
    server = await asyncpg.connect(database_url)
    ending = asyncio.create_task(server.fetch("SELECT pg_terminate_backend($1)", pid))

    with pytest.raises(TransactionLost):
        async with own.write() as tx:
            for _ in range(turns):  # of the event loop: the end is met in another state of the connection each time
                await asyncio.sleep(0)
            while not own.over.is_set():
                await tx.one(int, "SELECT 1")
            await tx.one(int, "SELECT 1")

    async with asyncio.timeout(5):
        await own.over.wait()
    await ending
    await server.close()
    await own.close()
