"""Tasks as an iCalendar file (RFC 5545): ids stay, so that taking it in again updates and doubles nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One task, without any name, number or door; `gone`: it is not this person's any more."""

    task_id: int
    title: str
    place: str
    due: datetime
    minutes: int
    created_at: datetime
    gone: bool


def written(entries: Iterable[Entry], *, community: str, name: str, now: datetime) -> str:
    """The file's text; `community` is the code that tells its tasks from others', `name` the calendar's."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    again = {"x-published-ttl": "PT1H"}  # how often a feed is worth fetching
    head = {"prodid": "-//jinlin//tasks//", "version": "2.0", "method": "PUBLISH", "x-wr-calname": name}
    for key, value in (head | again).items():
        calendar.add(key, value)
    for entry in entries:
        event = Event()
        event.add("uid", f"task-{entry.task_id}@{community.lower()}.jinlin")
        event.add("dtstamp", now)
        event.add("sequence", int((now - entry.created_at) / timedelta(minutes=1)))  # the later file wins
        event.add("dtstart", entry.due)
        event.add("dtend", entry.due + timedelta(minutes=entry.minutes))
        event.add("summary", entry.title)
        event.add("location", entry.place)
        event.add("status", "CANCELLED" if entry.gone else "CONFIRMED")
        calendar.add_component(event)
    return str(calendar.to_ical().decode())
