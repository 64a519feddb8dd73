"""How much of its time an event loop is blocked, told from inside: a task sleeps 5 ms and notes when it wakes late.

What the loop's thread spent waiting for the core (other processes had it; /proc says so) is kept apart: the loop did
not block then.
"""

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson

PAUSE_S = 0.005
"""How long each sleep is meant to take, and how late it may end before the loop counts as blocked."""
_SCHEDULED = "/proc/thread-self/schedstat"


@dataclass
class Heartbeat:
    """Each delay of over 5 ms: from, to (seconds since 1970), and for how much of it there was no core."""

    delays: list[tuple[float, float, float]] = field(default_factory=list)

    async def beat(self, until: float) -> None:
        """Watch until then."""
        scheduled = os.open(_SCHEDULED, os.O_RDONLY)
        waited = _waited(scheduled)
        while (now := time.time()) < until:
            before = time.perf_counter()
            await asyncio.sleep(PAUSE_S)
            late = time.perf_counter() - before - PAUSE_S
            waited_before, waited = waited, _waited(scheduled)
            if late > PAUSE_S:
                self.delays.append((now + PAUSE_S, now + PAUSE_S + late, min(late, waited - waited_before)))
        os.close(scheduled)

    def keep(self, path: Path) -> None:
        """Write it down for whoever measures."""
        path.write_bytes(orjson.dumps(self.delays))


def _waited(scheduled: int) -> float:
    """Seconds that this thread has spent ready to run, but without a core."""
    return int(os.pread(scheduled, 100, 0).split()[1]) / 1e9


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """A stretch of time in an event loop's life: % of it blocked, ms of the longest, % it had no core."""

    share: float
    longest: float
    no_core: float


def blocked(path: Path, start: float, end: float) -> Blocked:
    """How a stretch of time went; the whole of a delay counts if more than 5 ms of it were the loop's own."""
    found = [(at, to, none) for at, to, none in orjson.loads(path.read_bytes()) if to > start and at < end]
    own = [min(to, end) - max(at, start) - none for at, to, none in found]
    counted = [seconds for seconds in own if seconds > PAUSE_S]
    return Blocked(
        share=100 * sum(counted) / (end - start),
        longest=1000 * max(counted, default=0.0),
        no_core=100 * sum(none for _, _, none in found) / (end - start),
    )
