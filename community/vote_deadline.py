"""When a vote closes: the deadlines that are offered."""

from datetime import date, datetime, time, timedelta

from community.here import Here

EVENING = time(20)
OFFERED = (0, 1, 3, 7)  # days from today, in the evening
SHORTEST = timedelta(minutes=30)


def offered(here: Here) -> dict[int, datetime]:
    """The evenings that are far enough ahead, by days from today; UTC-aware."""
    today = here.local.date()
    evenings = {days: _at(here, today + timedelta(days=days), EVENING) for days in OFFERED}
    return {days: at for days, at in evenings.items() if far_enough(here, at)}


def far_enough(here: Here, at: datetime) -> bool:
    """Whether people have the time to vote until then."""
    return at - here.now >= SHORTEST


def _at(here: Here, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, here.zone).astimezone(here.now.tzinfo)
