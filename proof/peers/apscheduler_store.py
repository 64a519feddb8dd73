"""APScheduler with its SQLAlchemy job store: as many jobs as there are timers, of which some fall due at once.

`python apscheduler_store.py fill FOLDER JOBS` makes the store, with jobs for other days.
`python apscheduler_store.py run FOLDER DUE AT UNTIL` adds those that fall due (times in seconds since 1970), runs,
and leaves `heartbeat.json` and `handled` (how many were run) in the folder.
"""

# APScheduler has no types.
# mypy: disallow-untyped-calls=False

import asyncio
import pickle
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from proof.heartbeat import Heartbeat

handled: list[int] = []


async def handle(number: int) -> None:
    """As cheap as work can be."""
    handled.append(number)


def _store(folder: Path) -> tuple[AsyncIOScheduler, SQLAlchemyJobStore]:
    store = SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.db")
    return AsyncIOScheduler(timezone=UTC, jobstores={"default": store}), store


def fill(folder: Path, *, jobs: int) -> None:
    """What `add_job` would store, in one go instead of a commit each."""
    scheduler, store = _store(folder)
    store.start(scheduler, "default")
    rows, tomorrow = [], datetime.now(UTC) + timedelta(days=1)
    for number in range(jobs):
        when = tomorrow + timedelta(seconds=number)
        job = Job(
            scheduler,
            id=f"later {number}",
            name="handle",
            func=handle,
            args=(number,),
            kwargs={},
            trigger=DateTrigger(when),
            executor="default",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
            next_run_time=when,
        )
        state = pickle.dumps(job.__getstate__(), store.pickle_protocol)
        rows.append({"id": job.id, "next_run_time": when.timestamp(), "job_state": state})
    with store.engine.begin() as connection:
        connection.execute(store.jobs_t.insert(), rows)


async def _all_handled(count: int) -> None:
    while len(handled) < count:  # noqa: ASYNC110  # the jobs are as on APScheduler's first page, they tell nobody
        await asyncio.sleep(0.1)


async def run(folder: Path, *, due: int, at: datetime, until: float) -> None:
    """Add those that fall due, start, and watch the loop."""
    scheduler, _ = _store(folder)
    for number in range(due):
        scheduler.add_job(handle, "date", run_date=at, args=[number], id=str(number), misfire_grace_time=None)
    scheduler.start()
    heartbeat = Heartbeat()
    await heartbeat.beat(until)
    await asyncio.wait_for(_all_handled(due), 30)
    scheduler.shutdown(wait=False)
    heartbeat.keep(folder / "heartbeat.json")
    (folder / "handled").write_text(str(len(set(handled))))


if __name__ == "__main__":
    what, folder, *rest = sys.argv[1:]
    if what == "fill":
        fill(Path(folder), jobs=int(rest[0]))
    else:
        when = datetime.fromtimestamp(float(rest[1]), UTC)
        uvloop.run(run(Path(folder), due=int(rest[0]), at=when, until=float(rest[2])))
