"""More than one machine: many processes on one PostgreSQL, each update handled once and in order, whoever is killed."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import postgres
import pytest
import story
from crew import Crew
from factories import AQIANG, KEY, START, Speaker, stranger
from test_webhook import SECRET, UPDATE

from storage.crypto import Cipher
from storage.database import connect
from storage.queries import people, places
from storage.states import ContactMode

CHATS = 24
ROUNDS = 5
IN_FLIGHT = 8
WITHIN_S = 10.0


@pytest.fixture(scope="module")
def settled_postgres(postgres_server: postgres.Server) -> Iterator[str]:
    """A PostgreSQL database with the example neighbourhood and the demo's cast."""
    url = postgres_server.create_database()
    asyncio.run(story.settle(url))
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
async def crew(settled_postgres: str, postgres_server: postgres.Server, tmp_path: Path) -> AsyncIterator[Crew]:
    """The neighbourhood, with nobody at work yet."""
    url = await asyncio.to_thread(postgres_server.create_database, settled_postgres)
    async with Crew.gathered(folder=tmp_path, database_url=url) as found:
        yield found
    await asyncio.to_thread(postgres_server.drop_database, url)


async def residents(crew: Crew) -> list[Speaker]:
    """People who have joined, each with a chat of their own."""
    everybody = [stranger(f"住户{number}") for number in range(CHATS)]
    database = await connect(crew.database_url, Cipher(KEY))
    try:
        async with database.write() as tx:
            home = await places.by_code(tx, "B3-2-201")
            assert home is not None
            for who in everybody:
                row = await people.add(tx, telegram_id=who.id, language="zh", contact_mode=ContactMode.CHAT, now=START)
                await people.join(tx, person_id=row.id, name=tx.seal(who.name), place_id=home.id, now=START)
                await people.verify(tx, person_id=row.id, verified_by=row.id, now=START)
    finally:
        await database.close()
    for who in everybody:
        await crew.chat.post("/people", id=who.id, name=who.name)
    return everybody


async def ask(crew: Crew, everybody: list[Speaker], rounds: range) -> None:
    """Each tells of something and thinks better of it, again and again: the answers show the order."""
    for number in rounds:
        for words in ("/report", f"楼道灯坏了{number}", "/cancel"):
            for who in everybody:
                await crew.say(who, words)


async def cut_everybody_off(crew: Crew) -> int:
    """Every connection ends, as when the server is started anew; how many there were."""
    return len(
        await crew.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )


@pytest.mark.slow
async def test_whoever_is_killed_the_others_go_on_in_order_and_once(crew: Crew) -> None:
    everybody = await residents(crew)
    await ask(crew, everybody, range(ROUNDS))
    first = await crew.call_up("first of the rest", "sender", "scheduler")
    for part in ("sender", "scheduler", "jobs"):
        await crew.leader(part)
    second = await crew.call_up("second of the rest", "sender", "scheduler")
    workers = [await crew.call_up(f"worker {number}", "worker") for number in (1, 2, 3)]
    await crew.call_up("receiver", "receiver")
    await crew.until("SELECT COUNT(*) > 50 FROM inbox WHERE state = 'done'", True)

    await workers[0].end(signal.SIGKILL)
    await first.end(signal.SIGKILL)
    killed = time.monotonic()
    await crew.rows("UPDATE timers SET due = 1 WHERE kind = 'daily'")
    assert await crew.leader("sender") is second
    await crew.until("SELECT due > 1 FROM timers WHERE kind = 'daily'", True)
    taken_over_s = time.monotonic() - killed
    assert await cut_everybody_off(crew) > 5
    await ask(crew, everybody, range(ROUNDS, ROUNDS + 1))
    asked = CHATS * 3 * (ROUNDS + 1)
    lanes = f"lane BETWEEN {everybody[0].id} AND {everybody[-1].id}"
    await crew.until(f"SELECT COUNT(*) FROM inbox WHERE state = 'done' AND {lanes}", asked)
    await crew.until("SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')", 0)

    assert taken_over_s < WITHIN_S
    assert await crew.rows("SELECT COUNT(*) FROM inbox WHERE state <> 'done'") == [(0,)]
    queued = await crew.rows(
        "SELECT p.telegram_id, o.template FROM outbox o JOIN people p ON p.id = o.person_id "
        "WHERE o.template IS NOT NULL ORDER BY o.id"
    )
    said_twice = 0
    for who in everybody:
        answers = [template for account, template in queued if account == who.id]
        assert answers == answers[:3] * (ROUNDS + 1)
        read = [text for text in await crew.texts(who) if "楼道灯坏了" in text]
        once = list(dict.fromkeys(read))
        assert [text.partition("楼道灯坏了")[2][:1] for text in once] == [str(n) for n in range(ROUNDS + 1)]
        said_twice += len(read) - len(once)
    assert said_twice <= 2 * IN_FLIGHT


@pytest.mark.slow
async def test_two_receivers_behind_a_balancer_take_each_update_once(crew: Crew) -> None:
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            ports.append(listener.getsockname()[1])
    addresses = [f"http://127.0.0.1:{port}/hook" for port in ports]
    settings = {"WEBHOOK_URL": addresses[0], "WEBHOOK_SECRET": SECRET}
    for port in ports:
        await crew.call_up(f"receiver {port}", "receiver", WEBHOOK_LISTEN=f"127.0.0.1:{port}", **settings)
    await crew.call_up("the rest", "worker", "sender", "scheduler", **settings)
    await crew.at_work()

    updates = [UPDATE | {"update_id": UPDATE["update_id"] + number} for number in range(20)]
    statuses = []
    async with aiohttp.ClientSession(headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}) as session:
        for number, update in enumerate(updates):
            both = number % 5 == 0
            for address in addresses if both else [addresses[number % 2]]:
                async with session.post(address, json=update) as answer:
                    statuses.append(answer.status)
        again = await asyncio.gather(*(session.post(address, json=updates[-1]) for address in addresses * 5))
        statuses += [answer.status for answer in again]
        for answer in again:
            answer.release()
    await crew.until("SELECT COUNT(*) FROM inbox WHERE state = 'done' AND update_id BETWEEN 990001 AND 990020", 20)
    await crew.until("SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')", 0)

    assert statuses == [200] * 34
    sent = await crew.chat.requests(method="sendMessage")
    helped = [
        r for r in sent if r["ok"] and r["parameters"]["chat_id"] == AQIANG.id and "/cancel" in r["parameters"]["text"]
    ]
    assert len(helped) == len(updates)
