"""Quiet hours: the last waking moment before one, and the first after it."""

from datetime import datetime, timedelta

from community.here import Here

_STEP = timedelta(minutes=5)


def before(here: Here, at: datetime) -> datetime:
    """The moment itself, or the last one before it at which people are awake."""
    return _moved(here, at, -_STEP)


def after(here: Here, at: datetime) -> datetime:
    """The moment itself, or the first one after it at which people are awake."""
    return _moved(here, at, _STEP)


def _moved(here: Here, at: datetime, step: timedelta) -> datetime:
    local = at.astimezone(here.zone)
    if not here.neighbourhood.is_quiet(local):
        return at
    local -= timedelta(minutes=local.minute % 5, seconds=local.second, microseconds=local.microsecond)
    for _ in range(timedelta(days=1) // _STEP):
        if not here.neighbourhood.is_quiet(local):
            return local.astimezone(at.tzinfo)
        local += step
    return at  # it is quiet all day: then no time is better than another
