"""When a vote closes: the deadlines that are offered, and those that are typed."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from community.here import Here

EVENING = time(20)
OFFERED = (0, 1, 3, 7)  # days from today, in the evening
SHORTEST = timedelta(minutes=30)
_TYPED = re.compile(r"(\d{1,2})\D{1,2}(\d{1,2})\D{1,3}?(\d{1,2})(?:\D(\d{2}))?\D?")
_LAST_YEAR = timedelta(days=90)  # a date so long ago is meant for the year to come


def offered(here: Here) -> dict[int, datetime]:
    """The evenings that are far enough ahead, by days from today; UTC-aware."""
    today = here.local.date()
    evenings = {days: _at(here, today + timedelta(days=days), EVENING) for days in OFFERED}
    return {days: at for days, at in evenings.items() if far_enough(here, at)}


def typed(here: Here, text: str) -> datetime | None:
    """A moment typed as month, day and time (`11-27 20:00`); None when it cannot be read."""
    found = _TYPED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    month, day, hour, minute = (int(part or 0) for part in found.groups())
    try:
        at = _at(here, date(here.local.year, month, day), time(hour, minute))
        return (
            at if here.now - at < _LAST_YEAR else _at(here, date(here.local.year + 1, month, day), time(hour, minute))
        )
    except ValueError:
        return None


def far_enough(here: Here, at: datetime) -> bool:
    """Whether people have the time to vote until then."""
    return at - here.now >= SHORTEST


def _at(here: Here, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, here.zone).astimezone(here.now.tzinfo)
