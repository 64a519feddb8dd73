"""Quiet hours, the community's and a person's own: the last waking moment before one, and the first after it."""

from datetime import datetime, timedelta

from community.here import Here
from storage.records import Person

_STEP = timedelta(minutes=5)


def is_quiet(here: Here, at: datetime, *, person: Person | None = None) -> bool:
    """Whether nobody (or not this person) is to be disturbed at a moment."""
    local = at.astimezone(here.zone)
    return here.neighbourhood.is_quiet(local) or (person is not None and _rests(person, local))


def before(here: Here, at: datetime, *, person: Person | None = None) -> datetime:
    """The moment itself, or the last one before it at which people are (this person is) awake."""
    return _moved(here, at, -_STEP, person)


def after(here: Here, at: datetime, *, person: Person | None = None) -> datetime:
    """The moment itself, or the first one after it at which people are (this person is) awake."""
    return _moved(here, at, _STEP, person)


def _rests(person: Person, local: datetime) -> bool:
    """Whether a local time lies in somebody's own quiet hours, which may go over midnight."""
    if person.quiet_from is None or person.quiet_to is None:
        return False
    minute = local.hour * 60 + local.minute
    if person.quiet_from <= person.quiet_to:
        return person.quiet_from <= minute < person.quiet_to
    return minute >= person.quiet_from or minute < person.quiet_to


def _moved(here: Here, at: datetime, step: timedelta, person: Person | None) -> datetime:
    if not is_quiet(here, at, person=person):
        return at
    local = at.astimezone(here.zone)
    local -= timedelta(minutes=local.minute % 5, seconds=local.second, microseconds=local.microsecond)
    for _ in range(timedelta(days=1) // _STEP):
        if not is_quiet(here, local, person=person):
            return local.astimezone(at.tzinfo)
        local += step
    return at  # it is quiet all day: then no time is better than another
