"""The scheduler: APScheduler ticks, rows say what is due.

One job sleeps until the earliest due row; a new row or a moved clock wakes it. Overdue rows run on start, so
nothing is lost by a stall or a restart. Should the machine's clock jump, nobody says so: it looks again every while.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.errors import where
from community import notices
from community.here import Here
from storage.crypto import UnknownKey
from storage.database import Database, Transaction, TransactionLost, redone
from storage.queries import emergency_states, timers
from storage.records import Timer

log = structlog.get_logger()
Due = Callable[[Transaction, Here, int], Awaitable[None]]
"""What is done when something falls due, given its subject."""
Holds = Callable[[Transaction, Here, Iterable[Timer]], Awaitable[set[int]]]
"""Which of what has fallen due is held for now, by the timers' ids."""
_BATCH = 20
_LONGEST = timedelta(minutes=10)
_BACK_OFF = timedelta(minutes=1)
_LOOK_AGAIN_S = 20.0  # by the loop's own clock, which does not jump
_BEFORE = timedelta(milliseconds=1)
"""What falls due just as somebody wakes counts as of the night: all of it together is told as one (`pings.py`)."""
_STEADY, _STEADY_AHEAD = notices.SEND, timedelta(minutes=1)
"""What comes again every second, and lies further ahead than this only if the clock was put back since."""


class Scheduler:
    """Runs what falls due."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        due: Mapping[str, Due],
        holds: Holds,
        here: Callable[[], Here],
        look_again_s: float = _LOOK_AGAIN_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._due = due
        self._holds = holds
        self._here = here
        self._look_again_s = look_again_s
        self._upcoming: datetime | None = None
        self._wakes_at = datetime.min.replace(tzinfo=UTC)  # by the machine's time
        self._ticker = AsyncIOScheduler(timezone=UTC)

    async def run(self) -> None:
        """Until cancelled."""
        bell = self._database.bell("timers")
        self._ticker.start()
        try:
            while True:
                bell.clear()
                await self._tick()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), self._look_again_s)
        finally:
            self._ticker.shutdown(wait=False)

    def wake(self) -> None:
        """The clock was moved: look again."""
        self._database.bell("timers").set()

    async def _tick(self) -> None:
        """Run all that is due, then have the ticker come back for the next."""
        try:
            while await redone(self.step, self._database):
                pass
            upcoming = self._upcoming
        except TransactionLost as error:
            log.error("the database could not carry on", error=str(error))
            upcoming = self._clock.now() + timedelta(seconds=5)
        ahead = min(max(upcoming - self._clock.now(), timedelta(0)), _LONGEST) if upcoming else _LONGEST
        # The ticker runs on the machine's time; the community's clock may be ahead of it in the demo.
        now = Clock().now()
        if now < self._wakes_at <= now + ahead:
            return  # early enough: most timers that are set fall due after others
        self._wakes_at = now + ahead
        self._ticker.add_job(
            self.wake,
            "date",
            run_date=self._wakes_at,
            id="due",
            replace_existing=True,
            misfire_grace_time=None,
        )

    async def step(self) -> int:
        """Run the next few that are due; how many there were. Raises TransactionLost."""
        async with self._database.write() as tx:
            here = self._here()
            ahead = here.now + _STEADY_AHEAD
            rows = await timers.due(tx, now=here.now, steady=_STEADY, ahead=ahead, limit=_BATCH)
            held = await self._holds(tx, here, rows)
            for row in rows:
                if row.id in held:
                    await emergency_states.hold(tx, timer_id=row.id, now=here.now)
                else:
                    tx.meant = row.due - _BEFORE
                    await self._one(tx, here, row)
                await asyncio.sleep(0)
            if len(rows) < _BATCH:
                self._upcoming = await timers.next_due(tx)
        return len(rows)

    async def _one(self, tx: Transaction, here: Here, row: Timer) -> None:
        try:
            async with tx.savepoint():
                await self._due[row.kind.partition("@")[0]](tx, here, row.subject_id)
                await timers.finish(tx, timer_id=row.id, due=row.due)
        except (TransactionLost, UnknownKey):
            raise
        except Exception as error:
            log.error(
                "a timer failed",
                kind=row.kind,
                subject_id=row.subject_id,
                tries=row.tries + 1,
                error=where(error),
            )
            pause = _BACK_OFF * min(2**row.tries, 60)
            await timers.put_off(tx, timer_id=row.id, until=here.now + pause, error=where(error))
