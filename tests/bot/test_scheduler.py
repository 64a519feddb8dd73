"""What falls due: nothing is lost by a stall, a failure or a restart."""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from factories import START, StillClock

from bot import housekeeping
from bot.scheduler import Scheduler
from community import notices
from community.here import Here
from storage.database import Database, Transaction, TransactionLost
from storage.queries import emergency_states, inbox, outbox, timers
from storage.records import Timer


class Bench:
    """A scheduler whose kinds do what the test says, and a record of what ran when."""

    def __init__(self, database: Database, clock: StillClock, here: Callable[[], Here]) -> None:
        self.database, self.clock = database, clock
        self.ran: list[tuple[str, int, datetime]] = []
        self.error: Exception | None = None
        self.again_in: timedelta | None = None
        self.happened = asyncio.Event()
        self.held: set[int] = set()
        self.here = here
        self.due = {
            "plain": self._plain,
            "failing": self._failing,
            "again": self._again,
            notices.SEND: self._steady,
        }
        self.scheduler = Scheduler(database=database, clock=clock, due=self.due, holds=self.holds, here=here)

    async def put(self, kind: str, subject: int = 1, **ahead: float) -> None:
        async with self.database.write() as tx:
            await timers.put(tx, kind=kind, subject_id=subject, due=self.clock.now() + timedelta(**ahead))

    async def run_due(self) -> None:
        while await self.scheduler.step():
            pass

    async def left(self) -> int:
        async with self.database.read() as tx:
            return (await timers.counts(tx, now=self.clock.now()))[0]

    async def holds(self, _: Transaction, __: Here, due: Iterable[Timer]) -> set[int]:
        """Those of the subjects that wait for something."""
        return {timer.id for timer in due if timer.subject_id in self.held}

    async def _plain(self, _: Transaction, here: Here, subject: int) -> None:
        self.ran.append(("plain", subject, here.now))
        self.happened.set()

    async def _steady(self, _: Transaction, here: Here, subject: int) -> None:
        self.ran.append((notices.SEND, subject, here.now))

    async def _failing(self, tx: Transaction, here: Here, subject: int) -> None:
        self.ran.append(("failing", subject, here.now))
        await timers.put(tx, kind="plain", subject_id=99, due=here.now)
        if self.error:
            raise self.error

    async def _again(self, tx: Transaction, here: Here, subject: int) -> None:
        self.ran.append(("again", subject, here.now))
        await timers.put(tx, kind="again", subject_id=subject, due=here.now + timedelta(hours=1))


@pytest.fixture
def bench(database: Database, clock: StillClock, here: Callable[[], Here]) -> Bench:
    return Bench(database, clock, here)


async def test_what_is_held_waits_until_it_is_let_go(bench: Bench) -> None:
    bench.held = {2}
    for subject in (1, 2):
        await bench.put("plain", subject, minutes=5)
    bench.clock.advance(hours=2)
    await bench.run_due()
    async with bench.database.write() as tx:
        waiting = [timer.subject_id for timer in await emergency_states.held(tx)]
        overdue = (await timers.counts(tx, now=bench.clock.now()))[1]
        upcoming = await timers.next_due(tx)
    bench.held = set()
    await bench.run_due()
    async with bench.database.write() as tx:
        for timer in await emergency_states.held(tx):
            await timers.let_go(tx, timer_id=timer.id, due=bench.clock.now())
    await bench.run_due()

    assert (waiting, overdue, upcoming) == ([2], 0, None)
    assert [subject for _, subject, _ in bench.ran] == [1, 2]


async def test_nothing_runs_before_it_is_due(bench: Bench) -> None:
    await bench.put("plain", minutes=5)

    await bench.run_due()
    assert bench.ran == []

    bench.clock.advance(minutes=5)
    await bench.run_due()
    assert bench.ran == [("plain", 1, START + timedelta(minutes=5))]
    assert await bench.left() == 0


async def test_what_fell_due_while_nothing_ran_is_run_oldest_first(bench: Bench) -> None:
    for subject, hours in ((1, 3), (2, 1), (3, 2)):
        await bench.put("plain", subject, hours=hours)
    bench.clock.advance(days=2)

    await bench.run_due()

    assert [subject for _, subject, _ in bench.ran] == [2, 3, 1]


async def test_a_failing_timer_is_undone_put_off_and_stops_nobody(bench: Bench) -> None:
    bench.error = RuntimeError("x")
    await bench.put("failing")
    await bench.put("plain", 2)

    await bench.run_due()

    assert [(kind, subject) for kind, subject, _ in bench.ran] == [("failing", 1), ("plain", 2)]
    assert await bench.left() == 1


async def test_a_failing_timer_waits_longer_each_time_and_runs_once_it_can(bench: Bench) -> None:
    bench.error = RuntimeError("x")
    await bench.put("failing")
    for _ in range(8 * 60):
        await bench.run_due()
        bench.clock.advance(minutes=1)
    tried = [at for _, _, at in bench.ran]

    gaps = [later - earlier for earlier, later in itertools.pairwise(tried)]

    assert gaps[:7] == [timedelta(minutes=m) for m in (1, 2, 4, 8, 16, 32, 60)]
    bench.error = None
    bench.clock.advance(hours=1)
    await bench.run_due()
    assert ("plain", 99) in [(kind, subject) for kind, subject, _ in bench.ran]
    assert await bench.left() == 0


async def test_a_kind_nobody_knows_is_put_off_and_stops_nobody(bench: Bench) -> None:
    await bench.put("of the future")
    await bench.put("plain", 2)

    await bench.run_due()

    assert [subject for _, subject, _ in bench.ran] == [2]
    assert await bench.left() == 1


async def test_a_timer_set_anew_by_its_own_handler_stays(bench: Bench) -> None:
    await bench.put("again")

    await bench.run_due()
    assert await bench.left() == 1

    bench.clock.advance(hours=1)
    await bench.run_due()
    assert len(bench.ran) == 2


async def test_a_timer_of_the_same_kind_and_subject_is_moved(bench: Bench) -> None:
    await bench.put("plain", minutes=5)
    await bench.put("plain", minutes=50)
    bench.clock.advance(minutes=10)

    await bench.run_due()

    assert bench.ran == []


async def test_a_lost_transaction_comes_out_and_the_timer_is_still_due(bench: Bench) -> None:
    bench.error = TransactionLost("disk full")
    await bench.put("failing")

    with pytest.raises(TransactionLost):
        await bench.scheduler.step()

    assert await bench.left() == 1


async def test_a_running_scheduler_runs_what_is_overdue_at_its_start(bench: Bench) -> None:
    await bench.put("plain")
    bench.clock.advance(hours=1)

    await _while_running(bench, None)

    assert len(bench.ran) == 1


async def test_a_new_timer_that_is_due_wakes_it(bench: Bench) -> None:
    await _while_running(bench, lambda: bench.put("plain"))

    assert len(bench.ran) == 1


async def test_a_moved_clock_wakes_it(bench: Bench) -> None:
    await bench.put("plain", hours=5)

    async def move() -> None:
        bench.clock.advance(hours=6)
        bench.scheduler.wake()

    await _while_running(bench, move)

    assert len(bench.ran) == 1


async def _while_running(bench: Bench, act: Callable[[], Any] | None) -> None:
    """Let it run, act once it sleeps, and end it when something has run."""
    running = asyncio.create_task(bench.scheduler.run())
    try:
        if act is not None:
            for _ in range(50):
                await asyncio.sleep(0)
            await act()
        async with asyncio.timeout(5):
            await bench.happened.wait()
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_every_night_what_is_done_is_forgotten_after_a_day_and_what_failed_after_thirty(
    database: Database, clock: StillClock, here: Callable[[], Here]
) -> None:
    async with database.write() as tx:
        for number, state in enumerate(("waiting", "done", "poison")):
            await inbox.store(tx, bot_id=1, updates=[(number, 1, {})], now=clock.now())
            await tx.run(
                "UPDATE inbox SET state = :state, done_at = CASE WHEN CAST(:state AS TEXT) = 'waiting' "
                "THEN NULL ELSE CAST(:now AS BIGINT) END WHERE update_id = :number",
                state=state,
                now=clock.now(),
                number=number,
            )

    async def kept(days: float) -> list[str]:
        clock.advance(days=days)
        async with database.write() as tx:
            await housekeeping.daily(tx, here(), 0)
            return await tx.all(str, "SELECT state FROM inbox ORDER BY update_id")

    assert await kept(0.9) == ["waiting", "done", "poison"]
    assert await kept(0.2) == ["waiting", "poison"]
    assert await kept(28) == ["waiting", "poison"]
    assert await kept(2) == ["waiting"]


async def test_the_nightly_row_comes_back_for_the_next_night(
    database: Database, clock: StillClock, here: Callable[[], Here]
) -> None:
    await housekeeping.start(database, here(), bot="jinlin_bot")
    async with database.read() as tx:
        first = await timers.next_due(tx)
    assert first is not None
    clock.at = first
    async with database.write() as tx:
        await housekeeping.daily(tx, here(), 0)
        kept = await tx.one(datetime, "SELECT due FROM timers WHERE kind = :kind", kind=housekeeping.DAILY)
    assert kept == first + timedelta(days=1)


async def test_messages_that_were_sent_are_forgotten_too(
    database: Database, clock: StillClock, here: Callable[[], Here]
) -> None:
    async with database.write() as tx:
        for state in ("sent", "failed", "waiting"):
            await tx.run(
                "INSERT INTO outbox (priority, kind, state, not_before, created_at, done_at) "
                "VALUES (1, 'say', :state, 1, 1, CASE WHEN CAST(:state AS TEXT) = 'waiting' THEN NULL ELSE 1 END)",
                state=state,
            )
        before = clock.now() - timedelta(days=1)
        await outbox.purge(tx, done_before=before, aside_before=before - timedelta(days=36_000))

        assert await tx.all(str, "SELECT state FROM outbox ORDER BY id") == ["failed", "waiting"]


async def test_a_clock_that_jumps_without_a_word_is_noticed(bench: Bench) -> None:
    await bench.put("plain", hours=5)
    bench.scheduler = Scheduler(
        database=bench.database,
        clock=bench.clock,
        due=bench.due,
        holds=bench.holds,
        here=bench.here,
        look_again_s=0.01,
    )

    async def jump() -> None:
        bench.clock.advance(days=1)

    await _while_running(bench, jump)

    assert len(bench.ran) == 1


async def test_what_comes_again_every_second_goes_on_when_the_clock_was_put_back(bench: Bench) -> None:
    await bench.put(notices.SEND, seconds=1)
    await bench.put("plain", 2, seconds=1)
    await bench.run_due()
    assert bench.ran == []

    bench.clock.advance(days=-1)
    await bench.run_due()

    assert [kind for kind, _, _ in bench.ran] == [notices.SEND]
