"""The one clock of webchat: the machine's, moved by as much as the running bot's is."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(kw_only=True)
class Clock:
    """Real time plus an offset; ``url`` is the running bot's control address, if it gave one, ``zone`` where it is."""

    offset: timedelta = field(default_factory=timedelta)
    url: str = ""
    zone: str = "Asia/Shanghai"

    def now(self) -> datetime:
        """The time everybody in the chats sees, UTC."""
        return datetime.now(UTC) + self.offset

    def seconds(self) -> int:
        """The time as the Bot API writes it."""
        return int(self.now().timestamp())

    def steady(self) -> float:
        """Seconds that only ever grow, for waits and limits."""
        return time.monotonic()

    def follow(self, now: datetime) -> None:
        """Set the offset so that it is ``now``."""
        self.offset = now - datetime.now(UTC)


def iso(moment: datetime | int) -> str:
    """ISO 8601 in UTC with Z; takes a datetime or seconds since 1970."""
    if isinstance(moment, int):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
