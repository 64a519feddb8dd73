"""Jobs: what takes long (pictures, certificates) is made on a thread, outside every transaction.

A job is taken in one transaction, prepared in a reading one, made in none, and finished in a last one that also
says what is to be said. After its tries it is finished with nothing made: nobody waits for ever.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol

import structlog

from bot.errors import where
from community.here import Here
from storage.crypto import UnknownKey
from storage.database import Database, Transaction, TransactionLost, redone
from storage.queries import jobs
from storage.records import Job

log = structlog.get_logger()
TRIES = 3
_BACK_OFF = timedelta(seconds=2)
_LOOK_AGAIN_S = 2.0


class Work(Protocol):
    """How one kind of job is done."""

    async def prepare(self, tx: Transaction, here: Here, subject_id: int) -> Callable[[], bytes]:
        """Read what is needed; what then makes it on a thread."""
        ...

    async def finish(self, tx: Transaction, here: Here, subject_id: int, made: bytes | None) -> None:
        """What is done with what was made; None: it was given up."""
        ...


class Jobs:
    """Does what waits in `jobs`, one after another."""

    def __init__(self, *, database: Database, works: Mapping[str, Work], here: Callable[[], Here]) -> None:
        self._database = database
        self._works = works
        self._here = here

    async def run(self) -> None:
        """Until cancelled."""
        bell = self._database.bell("jobs")
        while True:
            bell.clear()
            try:
                while await self.step():
                    pass
                async with self._database.read() as tx:
                    waiting = await jobs.next_try(tx) is not None
            except TransactionLost as error:
                log.error("the database could not carry on", error=str(error))
                waiting = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), _LOOK_AGAIN_S if waiting else None)

    async def step(self) -> bool:
        """Do the next job; False when none waits now. Raises TransactionLost."""
        job = await redone(self._take, self._database)
        if job is None:
            return False
        try:
            await self._do(job)
        except (TransactionLost, UnknownKey):
            raise
        except Exception as error:
            log.error("a job failed", kind=job.kind, subject_id=job.subject_id, tries=job.tries, error=where(error))
            reason = where(error)
            await redone(lambda: self._failed(job, reason), self._database)
        return True

    async def _take(self) -> Job | None:
        async with self._database.write() as tx:
            return await jobs.take(tx, now=self._here().now)

    async def _do(self, job: Job) -> None:
        if job.tries > TRIES:
            raise RuntimeError("it ended the process each time")
        work = self._works[job.kind]
        async with self._database.read() as tx:
            make = await work.prepare(tx, self._here(), job.subject_id)
        made = await asyncio.to_thread(make)
        await redone(lambda: self._finish(job, work, made), self._database)

    async def _finish(self, job: Job, work: Work, made: bytes) -> None:
        async with self._database.write() as tx:
            await work.finish(tx, self._here(), job.subject_id, made)
            await jobs.finish(tx, job_id=job.id, error=None)

    async def _failed(self, job: Job, error: str) -> None:
        async with self._database.write() as tx:
            here = self._here()
            if job.tries < TRIES:
                await jobs.put_off(tx, job_id=job.id, until=here.now + _BACK_OFF * job.tries, error=error)
                return
            await jobs.finish(tx, job_id=job.id, error=error)
            work = self._works.get(job.kind)
            if work is not None:
                await work.finish(tx, here, job.subject_id, None)
