"""Jobs: made on a thread, handed over; tried again, and given up without stopping anybody."""

from collections.abc import Callable

import pytest
from factories import Town

from bot.jobs import TRIES, Jobs
from community.here import Here
from storage.database import Transaction
from storage.queries import jobs


class Fake:
    """A kind of work that fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.made = 0
        self.finished: list[tuple[int, bytes | None]] = []

    async def prepare(self, tx: Transaction, here: Here, subject_id: int) -> Callable[[], bytes]:
        return self._make

    def _make(self) -> bytes:
        self.made += 1
        if self.made <= self.failures:
            raise ValueError("no")
        return b"png"

    async def finish(self, tx: Transaction, here: Here, subject_id: int, made: bytes | None) -> None:
        self.finished.append((subject_id, made))


async def put(town: Town, kind: str = "fake", subject_id: int = 7) -> None:
    async with town.database.write() as tx:
        await jobs.put(tx, kind=kind, subject_id=subject_id, now=town.clock.now())


def runner(town: Town, work: Fake) -> Jobs:
    return Jobs(database=town.database, works={"fake": work}, here=town.here)


async def test_a_job_is_done_once_however_often_it_is_asked_for(town: Town) -> None:
    work = Fake()
    await put(town)
    await put(town)

    did = [await runner(town, work).step() for _ in range(3)]

    assert did == [True, False, False]
    assert (work.made, work.finished) == (1, [(7, b"png")])


async def test_a_job_that_failed_is_tried_again_later(town: Town) -> None:
    work = Fake(failures=1)
    await put(town)

    at_once = [await runner(town, work).step() for _ in range(2)]
    town.clock.advance(minutes=1)
    later = await runner(town, work).step()

    assert (at_once, later) == ([True, False], True)
    assert (work.made, work.finished) == (2, [(7, b"png")])


@pytest.mark.parametrize("kind", ["fake", "unknown"])
async def test_a_job_that_cannot_be_done_is_given_up(town: Town, kind: str) -> None:
    work = Fake(failures=99)
    await put(town, kind)

    for _ in range(TRIES + 2):
        await runner(town, work).step()
        town.clock.advance(minutes=1)

    assert work.finished == ([(7, None)] if kind == "fake" else [])
    assert await town.count("jobs", "state = 'failed' AND tries = :tries", tries=TRIES) == 1


async def test_a_job_that_ended_the_process_each_time_is_not_tried_for_ever(town: Town) -> None:
    work = Fake()
    await put(town)
    async with town.database.write() as tx:
        await tx.run("UPDATE jobs SET tries = :tries", tries=TRIES)

    await runner(town, work).step()

    assert (work.made, work.finished) == (0, [(7, None)])
