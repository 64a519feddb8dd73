"""Floods: somebody who sends faster than a person can is told so now and then, and costs the others nothing.

What is sent is counted by the time it was sent at, so that nobody is punished for an outage of ours. Presses carry no
time of their own: they are as old as the messages that come in beside them. Only account numbers are kept, in memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from storage.records import Waiting

BURST = 30.0  # at once: three full albums, or six seconds of somebody quick at five taps a second
RATE = 1.0  # a second after that: as fast as Telegram lets us answer in one chat
DEBT = 10.0  # what comes meanwhile puts off the end, by no more than what people are asked to wait
ALBUM_PART = 0.1  # of a message: Telegram sends up to ten photos for one tap
TELL_EVERY = timedelta(seconds=30)
_BESIDE_S = 5.0  # of a press: messages that came in so shortly before it tell how far we are behind
_MANY = 10_000  # senders, before those who have been quiet are forgotten
_BATCHES = 1_000  # verdicts remembered, so that a batch that is redone is judged once


class Verdict(Enum):
    """What becomes of an update."""

    TAKEN = auto()
    REFUSED = auto()
    REFUSED_ALOUD = auto()  # and it is time to say so


@dataclass(slots=True)
class _Bucket:
    tokens: float = BURST
    at: float | None = None

    def take(self, cost: float, now: float) -> bool:
        if self.at is not None:
            self.tokens = min(BURST, self.tokens + max(0.0, now - self.at) * RATE)
        self.at = now
        taken = self.tokens >= cost
        self.tokens = max(-DEBT, self.tokens - cost)
        return taken

    def is_full(self, now: float) -> bool:
        return self.at is None or abs(now - self.at) * RATE >= BURST + DEBT


@dataclass(slots=True)
class _Sender:
    said: _Bucket = field(default_factory=_Bucket)
    pressed: _Bucket = field(default_factory=_Bucket)
    album: str = ""
    told_at: datetime | None = None


class Gate:
    """Judges each waiting update before it is parsed; never raises, whatever it is given."""

    def __init__(self) -> None:
        self.refused = 0
        self._senders: dict[int, _Sender] = {}
        self._prune_at = _MANY
        self._behind = (0.0, 0.0)  # when the latest message came in, and how old it was then, in seconds
        self._judged: dict[int, Verdict] = {}

    def judge(self, row: Waiting, *, now: datetime) -> Verdict:
        """The verdict over an update. What was tried before has been judged."""
        if row.tries:
            self._judged.pop(row.id, None)
            return Verdict.TAKEN
        found = self._judged.get(row.id)
        if found is None:
            if len(self._judged) >= _BATCHES:
                self._judged.clear()
            found = self._judged[row.id] = self._judge(row, now)
            self.refused += found is not Verdict.TAKEN
        return found

    def refused_of(self, ids: Iterable[int]) -> list[int]:
        """Which of these were refused."""
        return [i for i in ids if self._judged.get(i, Verdict.TAKEN) is not Verdict.TAKEN]

    def _judge(self, row: Waiting, now: datetime) -> Verdict:
        received = row.received_at.timestamp()
        message = _object(row.payload, "message") or _object(row.payload, "edited_message")
        press = _object(row.payload, "callback_query")
        if message:
            sender = self._sender(_id(message, "sender_chat", "from", "chat"), received)
            album = str(message.get("media_group_id") or "")
            cost = ALBUM_PART if album and album == sender.album else 1.0
            sender.album = album
            date = message.get("edit_date") or message.get("date")
            sent = float(date) if isinstance(date, int) else received
            self._behind = received, received - sent
            taken = sender.said.take(cost, sent)
            private = _object(message, "chat").get("type") == "private"
        elif press:
            sender = self._sender(_id(press, "from"), received)
            beside, age = self._behind
            taken = sender.pressed.take(1.0, received - (age if abs(received - beside) < _BESIDE_S else 0.0))
            private = _object(_object(press, "message"), "chat").get("type") == "private"
        else:
            return Verdict.TAKEN  # who joins, leaves or blocks is to be known
        if taken:
            return Verdict.TAKEN
        if not private or (sender.told_at is not None and timedelta() <= now - sender.told_at < TELL_EVERY):
            return Verdict.REFUSED
        sender.told_at = now
        return Verdict.REFUSED_ALOUD

    def _sender(self, account: int, received: float) -> _Sender:
        found = self._senders.get(account)
        if found is None:
            if len(self._senders) >= self._prune_at:
                self._forget(received)
            found = self._senders[account] = _Sender()
        return found

    def _forget(self, now: float) -> None:
        """Let go of all who would start afresh anyway."""
        self._senders = {
            account: one
            for account, one in self._senders.items()
            if not (one.said.is_full(now) and one.pressed.is_full(now))
        }
        self._prune_at = max(_MANY, 2 * len(self._senders))


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _id(holder: dict[str, Any], *names: str) -> int:
    """The account that an update comes from; 0 for one that does not say."""
    for name in names:
        found = _object(holder, name).get("id")
        if isinstance(found, int):
            return found
    return 0
