"""Telegram's limits as token buckets, on the monotonic clock."""

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """`rate` tokens a second, at most `burst` at once."""

    rate: float
    burst: float
    tokens: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until a token is there."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.rate

    def take(self) -> None:
        """Use a token."""
        self.tokens -= 1


class Limits:
    """Overall, per private chat and per group; and the pauses that a 429 names.

    Telegram's FAQ: about 30 messages a second overall, 1 a second to one chat (short bursts pass),
    20 a minute to one group.
    """

    OVERALL_BURST = 2.0
    CHAT = (1.0, 8.0)
    GROUP = (20 / 60, 6.0)

    def __init__(self, *, rate: float) -> None:
        """`rate`: messages a second over all chats; 0 for no limit of any kind."""
        self._rate = rate
        self._overall = Bucket(rate or 1.0, self.OVERALL_BURST, self.OVERALL_BURST, 0.0)
        self._chats: dict[int, Bucket] = {}
        self._paused: dict[int | None, float] = {}

    def _chat(self, chat_id: int, now: float) -> Bucket:
        found = self._chats.get(chat_id)
        if found is None:
            rate, burst = self.GROUP if chat_id < 0 else self.CHAT
            found = self._chats[chat_id] = Bucket(rate, burst, burst, now)
        return found

    def wait_pause(self, now: float) -> float:
        """Seconds until the pause for all is over."""
        return max(0.0, self._paused.get(None, 0.0) - now)

    def wait_overall(self, now: float) -> float:
        """Seconds until one more message may be sent."""
        paused = self.wait_pause(now)
        return max(paused, self._overall.wait(now)) if self._rate else paused

    def wait_chat(self, chat_id: int, now: float) -> float:
        """Seconds until this chat may be sent to."""
        paused = max(0.0, self._paused.get(chat_id, 0.0) - now)
        return max(paused, self._chat(chat_id, now).wait(now)) if self._rate else paused

    def take(self, chat_id: int, now: float) -> None:
        """A message goes out."""
        if self._rate:
            self._overall.take()
            self._chat(chat_id, now).take()
        if len(self._chats) > 10_000:
            self._chats = {k: b for k, b in self._chats.items() if b.wait(now) or b.tokens < b.burst}

    def pause(self, seconds: float, now: float) -> None:
        """Nothing at all is sent for a while."""
        self._paused[None] = now + seconds

    def flooded(self, chat_id: int, seconds: float, now: float) -> None:
        """A 429, which does not say whose limit it was: this chat pauses, and all do when two chats hear it at once."""
        if any(chat not in (None, chat_id) and until > now for chat, until in self._paused.items()):
            self.pause(seconds, now)
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        self._paused[chat_id] = now + seconds
