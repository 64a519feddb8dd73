"""Batches of waiting updates: taken, handled in one transaction, and redone where the database fails them.

A try is counted when an update is taken, so that one which ends the process cannot do so for ever. It is given back
when it was the database that failed. As long as that may be, nothing overtakes: after an outage all goes on in the
order it came. Whose transaction is lost again and again although others' go through has had its try, and its lane
rests, so that nobody waits behind it.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog

from storage.database import Conflict, Transaction, TransactionLost, redone
from storage.lanes import Lanes
from storage.records import Waiting

log = structlog.get_logger()
BATCH = 50
_LOSSES = 4  # of one update alone, before others are let past it
_REST_S = (2.0, 20.0, 60.0)  # by the tries it has had
_CROWDED_S = 10.0


class Batches:
    """One worker's batches.

    `handle` does the first of some in one transaction, and says how many that were and which of them had no try after
    all.
    """

    def __init__(
        self,
        *,
        lanes: Lanes,
        handle: Callable[[Sequence[Waiting]], Awaitable[tuple[int, Sequence[int]]]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.at: Waiting | None = None
        """The one that is being handled."""
        self.held: set[int] = set()
        """Lanes of this batch in which an update failed: what came after it waits for it."""
        self._lanes = lanes
        self._handle = handle
        self._monotonic = monotonic
        self._open: dict[int, Waiting] = {}  # of this batch, by id
        self._untried: set[int] = set()
        self._losses: Counter[int] = Counter()  # by id
        self._suspects: dict[int, Waiting] = {}  # lost so often, by id, until something else goes through
        self._resting: dict[int, float] = {}  # until when, by lane
        self._crowded: dict[str, float] = {}  # until when, by what is pressed

    @property
    def look_again_s(self) -> float | None:
        """How long to wait for the bell at most."""
        return _REST_S[0] if self._resting and self._lanes.look_again_s is None else self._lanes.look_again_s

    async def step(self) -> int:
        """Handle the next batch; how many updates were taken. Raises TransactionLost."""
        rows = await self._take()
        if not rows:
            return 0
        self._open = {row.id: row for row in rows}
        self.held = set()
        try:
            await self._together(rows)
        except TransactionLost as error:
            self._untried.update(self._open)
            if len(rows) == 1 and not isinstance(error, Conflict):
                self._suspect(rows[0])
                raise
            log.warning("a batch was lost and is redone one by one", error=str(error), updates=len(rows))
            await self._one_by_one(list(self._open.values()))
        finally:
            await self._lanes.release()
        return len(rows)

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """The transaction in which some are handled."""
        return self._lanes.write()

    async def close(self) -> None:
        """Give everything back."""
        await self._lanes.close()

    async def _take(self) -> list[Waiting]:
        now = self._monotonic()
        self._resting = {lane: until for lane, until in self._resting.items() if until > now}
        if self._suspects:  # others first: if they go through, it was not the database
            lanes = {*self._resting, *(row.lane for row in self._suspects.values())}
            rows = await self._take_but(lanes, self._untried - self._suspects.keys())
            if rows:
                return rows
            self._suspects.clear()
        return await self._take_but(self._resting, self._untried)

    async def _take_but(self, lanes: Collection[int], untried: set[int]) -> list[Waiting]:
        rows = await self._lanes.take(limit=BATCH, untried=untried, but=list(lanes))
        self._untried = self._untried - untried
        return rows

    async def _together(self, rows: Sequence[Waiting]) -> None:
        """In one transaction; what a crowd presses at in another, when it is our turn."""
        apart: list[Waiting] = []
        while rows:
            rows, crowded = self._split(rows)
            apart += crowded
            try:
                if rows:
                    await self._go_through(rows)
                break
            except Conflict:
                pressed = self.at and _pressed(self.at)
                if not pressed or pressed in self._crowded:
                    await redone(partial(self._go_through, rows), self._lanes)
                    break
                self._crowded[pressed] = self._monotonic() + _CROWDED_S
        if apart:
            apart.sort(key=lambda row: row.id)
            await redone(partial(self._go_through, apart), self._lanes, queued=True)

    def _split(self, rows: Sequence[Waiting]) -> tuple[Sequence[Waiting], list[Waiting]]:
        """What can be handled beside others, and what many press at just now.

        With the latter goes all that follows in its lanes or presses at the same subjects: who was first stays first.
        """
        now = self._monotonic()
        self._crowded = {pressed: until for pressed, until in self._crowded.items() if until > now}
        if not self._crowded:
            return rows, []
        lanes: set[int] = set()
        subjects: set[str] = set()
        calm, crowded = [], []
        for row in rows:
            subject = _pressed(row).rpartition(":")[2]
            if row.lane in lanes or _pressed(row) in self._crowded or subject in subjects:
                lanes.add(row.lane)
                subjects.update({subject} - {"", "0"})
                crowded.append(row)
            else:
                calm.append(row)
        return calm, crowded

    async def _one_by_one(self, rows: Sequence[Waiting]) -> None:
        held: set[int] = set()
        for row in rows:
            if row.lane in held:
                continue
            try:
                await redone(partial(self._go_through, [row]), self._lanes)
            except TransactionLost as error:
                log.warning("an update's transaction was lost", inbox_id=row.id, error=str(error))
                held.add(row.lane)
                if not isinstance(error, Conflict) and not self._suspect(row):
                    raise
        if self._suspects:
            raise TransactionLost("and no later one went through")

    def _suspect(self, row: Waiting) -> bool:
        """Note that a transaction of this one's own was lost; whether that was often enough to let others past it."""
        self._losses[row.id] += 1
        if self._losses[row.id] < _LOSSES:
            return False
        self._suspects[row.id] = row
        return True

    async def _go_through(self, rows: Sequence[Waiting]) -> None:
        """In as many transactions as it takes so that nobody else waits for long. Raises TransactionLost."""
        rows = [row for row in rows if row.id in self._open]  # the others have gone through before a conflict
        while rows:
            self.at = None
            count, untried = await self._handle(rows)
            for row in (*rows[:count], *self._suspects.values()):
                self._open.pop(row.id, None)
                self._losses.pop(row.id, None)
                self._untried.discard(row.id)
            self._untried.update(untried)
            rows = rows[count:]
            for suspect in self._suspects.values():
                self._resting[suspect.lane] = self._monotonic() + _REST_S[min(suspect.tries, len(_REST_S) - 1)]
            self._suspects.clear()


def _pressed(row: Waiting) -> str:
    """What a button is about, without its last word; empty for anything but a press."""
    query = row.payload.get("callback_query")
    data = query.get("data") if isinstance(query, dict) else None
    return data.rpartition(":")[0] if isinstance(data, str) else ""
