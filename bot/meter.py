"""What the running parts count: plain numbers of this process, read when somebody asks (`bot/metrics.py`)."""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from bot.parts import Part
from bot.transport import ApiError, BadToken, Forbidden, Rejected, TooMany, Unreachable
from storage.records import Waiting
from storage.states import InboxState, Priority

_OUTCOMES: tuple[tuple[type[ApiError], str], ...] = (
    (TooMany, "too_many"),
    (Unreachable, "unreachable"),
    (Forbidden, "forbidden"),
    (Rejected, "rejected"),
    (BadToken, "bad_token"),
)


class Histogram:
    """How often something took how long, in seconds; `counts` has one more than `bounds`, for what took longer."""

    def __init__(self, *bounds: float) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """It took so long."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds


class Tally:
    """What became of one batch of updates; it counts only once the batch has committed."""

    def __init__(self) -> None:
        self.refused = 0
        self.handled: list[tuple[InboxState, datetime, float]] = []
        self._begun = 0.0

    def begin(self) -> None:
        """The next one's turn."""
        self._begun = time.perf_counter()

    def end(self, row: Waiting, state: InboxState) -> None:
        """It was handled, or not."""
        if state is not InboxState.WAITING:
            self.handled.append((state, row.received_at, time.perf_counter() - self._begun))


class Meter:
    """One process's counts since it started; moments are monotonic."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.monotonic = monotonic
        self.received = 0
        self.handled = 0
        self.refused = 0
        self.poisoned = 0
        self.handling = Histogram(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)
        self.lag = Histogram(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
        self.loop_lag = Histogram(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
        self.landed: Counter[tuple[Priority, str]] = Counter()
        self.floods = 0
        self.flooded_until = 0.0
        self.active: set[Part] = set()  # of those that one process does at a time
        self.polled_at: float | None = None
        self.sent_at: float | None = None
        self.unanswered_since: float | None = None  # sending; None when the last one was answered, whatever with

    @contextmanager
    def doing(self, part: Part) -> Iterator[None]:
        """It is this process that polls or sends."""
        self.active.add(part)
        try:
            yield
        finally:
            self.active.discard(part)

    def took_in(self, updates: int) -> None:
        """So many updates were stored."""
        self.received += updates

    def handled_all(self, tally: Tally, now: datetime) -> None:
        """A batch has committed."""
        self.refused += tally.refused
        for state, received_at, seconds in tally.handled:
            self.handling.add(seconds)
            if state is InboxState.POISON:
                self.poisoned += 1
            else:
                self.handled += 1
                self.lag.add((now - received_at).total_seconds())

    def polled(self) -> None:
        """The Bot API lets us ask what waits."""
        self.polled_at = self.monotonic()

    def sent(self, priority: Priority, error: ApiError | None) -> None:
        """A sending has ended."""
        now = self.monotonic()
        if error is None:
            outcome = "sent"
            self.sent_at = now
        else:
            outcome = next((name for kind, name in _OUTCOMES if isinstance(error, kind)), "other")
        if not isinstance(error, Unreachable):
            self.unanswered_since = None
        elif self.unanswered_since is None:
            self.unanswered_since = now
        if isinstance(error, TooMany):
            self.floods += 1
            self.flooded_until = max(self.flooded_until, now + error.seconds)
        self.landed[priority, outcome] += 1
