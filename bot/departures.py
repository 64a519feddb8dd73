"""Who goes next: what waits in the outbox, as one line for each chat and priority.

The rows stay in the outbox, which alone says what is sent; here is only their order, in memory, so that a line
that may not go (its chat is at its limit, its first is in flight) costs nothing however long it is.
"""

import heapq
from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from bot.limits import Limits
from storage.records import Queued
from storage.states import OutboxKind, Priority

_TOGETHER = 4
"""How many of one line depart together at most."""
_FOLLOWS = frozenset((OutboxKind.ANSWER, OutboxKind.SAY, OutboxKind.CARD, OutboxKind.EDIT))
"""What may be rendered before the one in front of it has arrived: it takes no message's place."""
_Key = tuple[Priority, int]
_LONGEST = timedelta(minutes=1)
"""Nothing is put off for longer; what seems to be was put off before the clock was put back."""


class Departures:
    """Rows by line; within a line the order is kept: the few in flight are sent one after another."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._forget()

    def _forget(self) -> None:
        self._lines: dict[_Key, deque[Queued]] = {}
        self._known: set[int] = set()
        self._in_flight: Counter[_Key] = Counter()  # the first so many of a line
        # Lines that may go: those with the answer to a press, which has no limit, then by priority; oldest first.
        self._ready: list[list[tuple[int, _Key]]] = [[], *([] for _ in Priority)]
        self._paused: list[tuple[float, _Key]] = []  # until then, monotonic
        self._later: list[tuple[datetime, _Key]] = []  # until then, on the community's clock
        self._clock: datetime | None = None  # as it was last
        self._limited = False  # whether it was a limit that kept the others back, last time
        self._flying_cards: set[int] = set()
        self.flying: dict[int, Queued] = {}

    def add(self, rows: Iterable[Queued]) -> None:
        """Rows that wait, in their order; those that are known already are passed over."""
        for row in rows:
            if row.id in self._known:
                continue
            self._known.add(row.id)
            key = (row.priority, row.chat)
            if key in self._lines:
                self._lines[key].append(row)
            else:
                self._lines[key] = deque([row])
                self._make_ready(key)

    def take(self, room: int, *, now: float, clock: datetime) -> list[Queued]:
        """The next rows that may go, at most `room`; they are in flight until they land."""
        while self._paused and self._paused[0][0] <= now:
            self._make_ready(heapq.heappop(self._paused)[1])
        if self._clock is not None and clock < self._clock:  # it was put back: those who wait for it are looked at anew
            for _, key in self._later:
                self._make_ready(key)
            self._later = []
        self._clock = clock
        while self._later and self._later[0][0] <= clock:
            self._make_ready(heapq.heappop(self._later)[1])
        taken: list[Queued] = []
        self._limited = bool(self._limits.wait_pause(now))
        if self._limited:
            return taken
        for ready in self._ready:
            aside = []
            while ready and len(taken) < room:
                row = self._lines[ready[0][1]][0]
                limited = row.kind is not OutboxKind.ANSWER
                if limited and self._limits.wait_overall(now):
                    self._limited = True
                    break
                entry = heapq.heappop(ready)
                if clock < row.not_before <= clock + _LONGEST:
                    heapq.heappush(self._later, (row.not_before, entry[1]))
                elif row.card_id in self._flying_cards:
                    aside.append(entry)
                elif limited and (wait := self._limits.wait_chat(row.chat, now)):
                    heapq.heappush(self._paused, (now + wait, entry[1]))
                else:
                    self._depart(row, now)
                    taken.append(row)
            for entry in aside:
                heapq.heappush(ready, entry)
        return taken if self._limited or len(taken) == room else [*taken, *self._following(taken, room, now, clock)]

    def _following(self, taken: list[Queued], room: int, now: float, clock: datetime) -> list[Queued]:
        """What goes along with these, in places nobody else needs: what is next in their lines."""
        more: list[Queued] = []
        for row in taken:
            key = (row.priority, row.chat)
            for following in islice(self._lines[key], 1, _TOGETHER):
                if (
                    len(taken) + len(more) == room
                    or following.kind not in _FOLLOWS
                    or following.card_id in self._flying_cards
                    or following.not_before > clock
                    or (
                        following.kind is not OutboxKind.ANSWER
                        and (self._limits.wait_overall(now) or self._limits.wait_chat(row.chat, now))
                    )
                ):
                    break
                self._depart(following, now)
                more.append(following)
        return more

    def _depart(self, row: Queued, now: float) -> None:
        if row.kind is not OutboxKind.ANSWER:
            self._limits.take(row.chat, now)
        self._in_flight[row.priority, row.chat] += 1
        self.flying[row.id] = row
        if row.card_id is not None:
            self._flying_cards.add(row.card_id)

    def land(self, row_id: int, *, again: Queued | None = None) -> None:
        """A row is settled, or waits once more as `again`; when all of it have landed, its line goes on."""
        row = self.flying.pop(row_id)
        self._flying_cards.discard(row.card_id or 0)
        key = (row.priority, row.chat)
        line = self._lines[key]
        place = next(number for number, one in enumerate(line) if one.id == row_id)
        del line[place]
        self._known.discard(row_id)
        if again is not None and (again.priority, again.chat) == key:
            line.insert(place, again)
            self._known.add(row_id)
        self._in_flight[key] -= 1
        if not self._in_flight[key]:
            del self._in_flight[key]
            if line:
                self._make_ready(key)
            else:
                del self._lines[key]
        if again is not None:
            self.add([again])

    def begin_again(self, flying: Iterable[Queued]) -> None:
        """Forget all but those in flight."""
        self._forget()
        for row in flying:
            self.flying[row.id] = row
            self._known.add(row.id)
            self._flying_cards.add(row.card_id or 0)
            self._lines.setdefault((row.priority, row.chat), deque()).append(row)
            self._in_flight[row.priority, row.chat] += 1

    def wait(self, *, now: float, clock: datetime, longest: float) -> float:
        """Seconds until more may go, if nothing lands and nothing is added before."""
        waits = [longest]
        if self._limited and any(self._ready):  # even if the limit has passed since
            waits.append(self._limits.wait_pause(now) or self._limits.wait_overall(now))
        # Else they wait for a place, or for a card in flight: for something to land.
        if self._paused:
            waits.append(self._paused[0][0] - now)
        if self._later:
            waits.append((self._later[0][0] - clock).total_seconds())
        return max(0.0, min(waits))

    def _make_ready(self, key: _Key) -> None:
        first = self._lines[key][0]
        level = 0 if first.kind is OutboxKind.ANSWER else 1 + list(Priority).index(first.priority)
        heapq.heappush(self._ready[level], (first.id, key))
