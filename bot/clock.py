"""The one clock: everything that people see asks it for the time."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time as it is."""

    def now(self) -> datetime:
        """UTC, aware."""
        return datetime.now(UTC)


class DemoClock(Clock):
    """A clock that the demo moves ahead."""

    def __init__(self, offset: timedelta) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return super().now() + self.offset
