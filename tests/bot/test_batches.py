"""Batches beside other writers: what a crowd presses at is handled apart, and who was first stays first."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.batches import Batches
from storage.database import Conflict, Transaction
from storage.lanes import Lanes
from storage.records import Waiting


def waiting(number: int, lane: int, data: str = "") -> Waiting:
    """An update that presses a button, or says something."""
    payload = {"callback_query": {"data": data}} if data else {"message": {}}
    return Waiting(id=number, lane=lane, payload=payload, tries=0, received_at=datetime(2027, 1, 1, tzinfo=UTC))


class OneBatch(Lanes):
    """Some updates, once."""

    look_again_s = None

    def __init__(self, *rows: Waiting) -> None:
        self.rows = list(rows)

    async def take(self, *, limit: int, untried: Collection[int] = (), but: Collection[int] = ()) -> list[Waiting]:
        taken, self.rows = self.rows, []
        return taken

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        raise AssertionError("nothing is written here")
        yield

    @asynccontextmanager
    async def my_turn(self) -> AsyncIterator[None]:
        yield

    async def release(self) -> None:
        """Nothing is locked."""

    async def close(self) -> None:
        """Nothing was opened."""


async def test_what_follows_in_a_crowds_lanes_or_at_its_subjects_goes_apart_in_the_order_it_came() -> None:
    rows = (
        waiting(1, 10, "notice.receive:1:"),
        waiting(2, 20, "notice.receive:1:"),
        waiting(3, 10, "task.claim:11:"),
        waiting(4, 30, "task.claim:11:"),
        waiting(5, 40, "order.good:11:"),
        waiting(6, 50, "step.report.preview:0:submit"),
        waiting(7, 60),
    )
    handled: list[list[int]] = []

    async def handle(some: Sequence[Waiting]) -> tuple[int, list[int]]:
        if not handled:
            handled.append([])
            batches.at = rows[1]
            raise Conflict("others were first")
        handled.append([row.id for row in some])
        return len(some), []

    batches = Batches(lanes=OneBatch(*rows), handle=handle, monotonic=lambda: 0.0)

    await batches.step()

    assert handled[1:] == [[6, 7], [1, 2, 3, 4, 5]]
