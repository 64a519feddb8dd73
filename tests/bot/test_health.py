"""Whether the bot does what it is there for, and the numbers an operator watches."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from dialogue import Dialogue, Photo
from factories import AQIANG, KEY, NAINAI, Town
from prometheus_client.parser import text_string_to_metric_families

from bot.health import Health
from bot.limits import Limits
from bot.meter import Meter
from bot.monitor import Monitor
from bot.outbox import Sender
from bot.parts import Part
from bot.settings import SettingsError
from bot.transport import TooMany, Unreachable
from bot.worker import Worker
from community.people import Housemate
from community.tell import tell
from handlers import registry
from handlers.render import Renderer
from storage.crypto import Cipher
from storage.migrations import migrate
from storage.queries import timers
from storage.sqlite import SqliteDatabase
from storage.states import Priority


class Watched:
    """A bot with its meter, whose time is told apart from the clock."""

    def __init__(self, chat: Dialogue, parts: Collection[Part] = tuple(Part)) -> None:
        self.chat = chat
        self.seconds = 1000.0
        self.meter = Meter(monotonic=lambda: self.seconds)
        self.meter.active |= {Part.RECEIVER, Part.SENDER} & set(parts)
        self.meter.polled()
        town = chat.town
        self.health = Health(database=town.database, meter=self.meter, now=town.clock.now, parts=parts)
        self.health.running = True
        self.worker = Worker(
            database=town.database,
            application=chat.application,
            texts=chat.texts,
            clock=town.clock,
            here=town.here,
            meter=self.meter,
        )
        self.sender = Sender(
            database=town.database,
            transport=chat.api,
            renderer=Renderer(texts=chat.texts, cards=registry.CARDS, commands=registry.COMMANDS, bot="jinlin_bot"),
            limits=Limits(rate=0),
            here=town.here,
            monotonic=lambda: self.seconds,
            meter=self.meter,
        )

    async def pass_time(self, seconds: float) -> None:
        """On every clock."""
        self.seconds += seconds
        self.chat.town.clock.advance(seconds=seconds)

    async def send(self) -> None:
        """What may go, and mark it."""
        for _ in range(3):
            await self.sender.cycle()
            await asyncio.gather(*self.sender._tasks)

    async def queue(self, priority: Priority) -> None:
        """A message to somebody."""
        person = await self.chat.town.person(AQIANG)
        async with self.chat.town.database.write() as tx:
            text = Housemate(place={"zh": "某户", "en": "a flat"}, name="甲")
            await tell(tx, person, text, priority=priority, now=self.chat.clock.now())


@pytest.fixture
async def watched(chat: Dialogue) -> AsyncIterator[Watched]:
    one = Watched(chat)
    yield one
    await one.health.close()


async def test_a_bot_with_nothing_to_do_is_well(watched: Watched) -> None:
    assert await watched.health.behind() == {}


async def test_until_all_parts_run_it_is_not_well(watched: Watched) -> None:
    watched.health.running = False

    assert list(await watched.health.behind()) == ["start"]


async def test_a_worker_that_does_not_handle_is_behind_until_it_does(watched: Watched) -> None:
    await watched.chat.receive(watched.chat.update(AQIANG, "/help"))
    await watched.pass_time(29)
    assert await watched.health.behind() == {}

    await watched.pass_time(2)
    assert await watched.health.behind() == {"worker": "an update has waited for 31 s"}

    await watched.worker.step()
    await watched.send()
    assert await watched.health.behind() == {}


async def test_a_receiver_is_behind_when_it_could_not_poll_for_a_minute(watched: Watched) -> None:
    await watched.pass_time(61)
    assert list(await watched.health.behind()) == ["receiver"]

    watched.meter.polled()
    assert await watched.health.behind() == {}


async def test_whoever_is_sent_updates_or_stands_by_need_not_poll(watched: Watched) -> None:
    watched.meter.active.discard(Part.RECEIVER)

    await watched.pass_time(61)

    assert await watched.health.behind() == {}


async def test_a_sender_that_nobody_answers_is_behind_until_it_gets_through(watched: Watched) -> None:
    watched.chat.api.refuse(Unreachable("TimeoutError"), method="sendMessage", times=100)
    await watched.queue(Priority.REPLY)
    for _ in range(7):
        await watched.send()
        await watched.pass_time(10)
        watched.meter.polled()
    assert await watched.health.behind() == {"sender": "no sending was answered in the last 60 s"}

    watched.chat.api._refusals.clear()
    await watched.send()
    assert await watched.health.behind() == {}


async def test_a_sender_that_does_not_send_is_behind(watched: Watched) -> None:
    await watched.queue(Priority.REPLY)

    await watched.pass_time(61)
    watched.meter.polled()

    assert await watched.health.behind() == {"sender": "a message has waited for 61 s and none gets through"}


async def test_notices_may_wait_and_so_may_what_a_429_holds_back(watched: Watched) -> None:
    await watched.queue(Priority.NOTICE)
    await watched.pass_time(600)
    watched.meter.polled()
    assert await watched.health.behind() == {}

    watched.chat.api.refuse(TooMany("Too Many Requests: retry after 90", 90), method="sendMessage", times=2)
    await watched.queue(Priority.REPLY)
    await watched.send()
    await watched.pass_time(80)
    watched.meter.polled()
    assert await watched.health.behind() == {}

    await watched.pass_time(20)
    assert list(await watched.health.behind()) == ["sender"]


async def test_a_scheduler_is_behind_when_something_is_overdue(watched: Watched) -> None:
    async with watched.chat.town.database.write() as tx:
        await timers.put(tx, kind="x", subject_id=1, due=watched.chat.clock.now())

    await watched.pass_time(61)
    watched.meter.polled()

    assert await watched.health.behind() == {"scheduler": "something has been due for 61 s"}


async def test_a_process_answers_for_its_own_parts_alone(chat: Dialogue) -> None:
    watched = Watched(chat, parts=[Part.RECEIVER])
    await chat.receive(chat.update(AQIANG, "/help"))
    async with chat.town.database.write() as tx:
        await timers.put(tx, kind="x", subject_id=1, due=chat.clock.now())
    await watched.queue(Priority.REPLY)

    await watched.pass_time(100)
    watched.meter.polled()

    assert await watched.health.behind() == {}
    await watched.health.close()


async def test_a_locked_database_is_named_until_it_is_free(tmp_path: Path, town: Town) -> None:
    path = tmp_path / "locked.db"
    database = await SqliteDatabase.open(path, Cipher(KEY), lock_wait_s=0.05)
    await migrate(database)
    health = Health(database=database, meter=Meter(), now=town.clock.now, parts=(), patience_s=2)
    health.running = True

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        while_locked = await health.behind()

    assert while_locked == {"database": "it cannot be written to"}
    assert await health.behind() == {}
    assert database.lost == 1
    await health.close()
    await database.close()


async def test_a_database_that_does_not_answer_is_not_waited_for_twice(tmp_path: Path, town: Town) -> None:
    path = tmp_path / "locked.db"
    database = await SqliteDatabase.open(path, Cipher(KEY))
    await migrate(database)
    health = Health(database=database, meter=Meter(), now=town.clock.now, parts=(), patience_s=0.05)
    health.running = True

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        while_locked = [await health.behind() for _ in range(3)]
        the_first = health._under_way["write"]

    await the_first
    assert while_locked == [{"database": "it cannot be written to"}] * 3
    assert await health._in_time("write", health._write)  # the same write, which has got through at last
    assert "write" not in health._under_way
    await health.close()
    await database.close()


@asynccontextmanager
async def served(watched: Watched) -> AsyncIterator[str]:
    monitor = Monitor(
        listen="127.0.0.1:0", database=watched.chat.town.database, meter=watched.meter, health=watched.health
    )
    await monitor.start()
    assert monitor.address is not None
    yield f"http://127.0.0.1:{monitor.address[1]}"
    await monitor.stop()


async def ask(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_healthz_says_503_and_why_or_200(watched: Watched) -> None:
    async with served(watched) as url:
        well = await ask(f"{url}/healthz")
        await watched.pass_time(61)
        behind = await ask(f"{url}/healthz")

    assert well == (200, '{"ok":true,"behind":{}}')
    assert behind[0] == 503
    assert behind[1].startswith('{"ok":false,"behind":{"receiver":')


async def test_metrics_count_what_was_done_and_what_waits_and_name_nobody(watched: Watched) -> None:
    chat = watched.chat
    await chat.receive(chat.update(AQIANG, Photo("消防通道又堵了")), chat.update(NAINAI, "/start i_nonsense"))
    await watched.pass_time(3)
    await watched.worker.step()
    await watched.send()
    chat.api.refuse(TooMany("Too Many Requests: retry after 1", 1), method="sendMessage")
    await watched.queue(Priority.TASK)
    await watched.send()
    await watched.pass_time(5)

    async with served(watched) as url:
        status, text = await ask(f"{url}/metrics")

    found = values(text)
    assert status == 200
    assert found["jinlin_updates_handled_total", "done"] == 1
    assert found["jinlin_updates_handled_total", "refused"] == 1
    assert found["jinlin_updates_handled_total", "poison"] == 0
    assert found["jinlin_update_lag_seconds_sum",] == 6
    assert found["jinlin_update_lag_seconds_bucket", "2.5"] == 0
    assert found["jinlin_update_lag_seconds_bucket", "+Inf"] == 2
    assert found["jinlin_messages_total", "sent", "reply"] == 2
    assert found["jinlin_messages_total", "too_many", "task"] == 1
    assert found["jinlin_too_many_requests_total",] == 1
    assert found["jinlin_waiting", "messages_task"] == 1
    assert found["jinlin_oldest_age_seconds", "messages_task"] == 5
    assert found["jinlin_waiting", "updates"] == 0
    assert found["jinlin_last_success_age_seconds", "send"] == 5
    assert found["jinlin_transactions_lost_total",] == 0
    assert found["process_resident_memory_bytes",] > 1e6
    labels = {value for key in found for value in key[1:]}
    assert not [value for value in labels if any(c > "~" for c in value) or str(AQIANG.id) == value]


def values(text: str) -> dict[tuple[str, ...], Any]:
    """(name, *values of its labels in their order) → value."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_an_address_that_cannot_be_is_named(watched: Watched) -> None:
    monitor = Monitor(listen="nowhere", database=watched.chat.town.database, meter=Meter(), health=watched.health)

    with pytest.raises(SettingsError, match="JINLIN_METRICS_LISTEN"):
        await monitor.start()
    await monitor.stop()
