"""Working time: the clock that stops at night, at noon, at weekends and on public holidays."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from community.neighbourhood import Neighbourhood, TimeLimit
from community.neighbourhood_values import WEEKDAYS

MINUTE = timedelta(minutes=1)


class Span(NamedTuple):
    """One unbroken piece of working time, UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class _Year:
    """One year's working time; ends[i] is spans[i].end, to be searched."""

    spans: tuple[Span, ...]
    ends: tuple[datetime, ...]
    day_starts: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """A community's working hours, weekdays and holidays; every moment in and out is aware, out is UTC.

    All methods raise ValueError for a naive moment.
    """

    zone: ZoneInfo
    start: time
    end: time
    lunch: tuple[time, time] | None = None
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: str | None = "CN"
    days_off: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, neighbourhood: Neighbourhood, zone: ZoneInfo) -> Self:
        """The working time that a neighbourhood file sets, in the community's time zone."""
        hours, calendar = neighbourhood.hours, neighbourhood.calendar
        return cls(
            zone=zone,
            start=hours.start,
            end=hours.end,
            lunch=None if hours.lunch is None else (hours.lunch.start, hours.lunch.end),
            weekdays=frozenset(WEEKDAYS.index(day) for day in hours.weekdays),
            holidays=None if calendar.holidays == "none" else calendar.holidays,
            days_off=frozenset(calendar.days_off),
            workdays=frozenset(calendar.workdays),
        )

    def __post_init__(self) -> None:
        marks = [mark for piece in self._pieces() for mark in piece]
        if not self.weekdays or any(first >= second for first, second in pairwise(marks)):
            raise ValueError("working time needs a weekday, and start, lunch and end one after the other")

    def add(self, start: datetime, minutes: int) -> datetime:
        """The moment at which so many minutes of working time have passed; raises ValueError below 0."""
        if minutes < 0:
            raise ValueError("working time runs forward only")
        moment = _utc(start)
        left = minutes * MINUTE
        if not left:
            return moment
        for span in self._spans_after(moment):
            begin = max(span.start, moment)
            if span.end - begin >= left:
                return begin + left
            left -= span.end - begin
        raise ValueError("no working time is left in the calendar")

    def between(self, start: datetime, end: datetime) -> int:
        """Whole minutes of working time from start to end; 0 if the end comes first."""
        first, last = _utc(start), _utc(end)
        worked = timedelta()
        if last <= first:
            return 0
        for span in self._spans_after(first):
            if span.start >= last:
                break
            worked += min(span.end, last) - max(span.start, first)
        return worked // MINUTE

    def due(self, start: datetime, limit: TimeLimit) -> datetime:
        """When a time limit that begins at start is over; a working day is as long as the hours say."""
        if limit.clock == "working":
            return self.add(start, limit.in_minutes or (limit.days or 0) * self.day_minutes)
        return _utc(start) + timedelta(minutes=limit.in_minutes or 0, days=limit.days or 0)

    @property
    def day_minutes(self) -> int:
        """The minutes of one working day."""
        return sum(_minute(end) - _minute(start) for start, end in self._pieces())

    def is_working(self, moment: datetime) -> bool:
        """Whether work goes on at a moment; it does at the start of a period and no longer at its end."""
        return next(self._spans_after(_utc(moment))).start <= _utc(moment)

    def next_start(self, moment: datetime) -> datetime:
        """The moment itself if work goes on, else the start of the next period."""
        return max(next(self._spans_after(_utc(moment))).start, _utc(moment))

    def next_day_start(self, moment: datetime) -> datetime:
        """The next start of a working day after a moment: today's if the day has not begun."""
        after = _utc(moment)
        for year in range(after.astimezone(self.zone).year, date.max.year):
            starts = self._year(year).day_starts
            index = bisect_right(starts, after)
            if index < len(starts):
                return starts[index]
        raise ValueError("no working time is left in the calendar")

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked: the file's own days win over public holidays, those over weekdays."""
        if day in self.workdays or day in self.days_off:
            return day in self.workdays
        days_off, made_up = self._public(day.year)
        return day in made_up or (day not in days_off and day.weekday() in self.weekdays)

    def is_public_holiday(self, day: date) -> bool:
        """Whether a day is off for everybody: a public holiday that the file does not make a working day."""
        return day not in self.workdays and (day in self.days_off or day in self._public(day.year)[0])

    def missing_makeup_days(self, year: int) -> bool:
        """Whether nobody yet said which weekends of a year are worked to make up for its holidays."""
        if self.holidays is None or any(day.year == year for day in self.workdays):
            return False
        return not self._public(year)[1]

    def _pieces(self) -> tuple[tuple[time, time], ...]:
        if self.lunch is None:
            return ((self.start, self.end),)
        return (self.start, self.lunch[0]), (self.lunch[1], self.end)

    def _public(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        return (frozenset(), frozenset()) if self.holidays is None else public_days(self.holidays, year)

    def _spans_after(self, moment: datetime) -> Iterator[Span]:
        """The spans that end after a moment, in order."""
        for number in range(moment.astimezone(self.zone).year, date.max.year):
            year = self._year(number)
            yield from year.spans[bisect_right(year.ends, moment) :]

    def _year(self, number: int) -> _Year:
        if number not in self._years:
            days = (date(number, 1, 1) + timedelta(days=ordinal) for ordinal in range(366))
            worked = [day for day in days if day.year == number and self.is_working_day(day)]
            spans = tuple(
                Span(self._utc_of(day, start), self._utc_of(day, end))
                for day in worked
                for start, end in self._pieces()
            )
            self._years[number] = _Year(
                spans=spans,
                ends=tuple(span.end for span in spans),
                day_starts=tuple(self._utc_of(day, self.start) for day in worked),
            )
        return self._years[number]

    def _utc_of(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


@lru_cache(maxsize=64)
def public_days(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """A year's public holidays, and the weekend days worked in exchange, as the yearly notice has them."""
    # Imported when first asked: it costs more than the whole of the rest of a cold start.
    from holidays import country_holidays

    # A day may be made up in the year before its holiday (31 December for New Year).
    calendar = country_holidays(country, years=(year, year + 1))
    made_up = frozenset(day for day in calendar.weekend_workdays if day.year == year)
    return frozenset(day for day in calendar if day.year == year), made_up


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("working time needs a moment with its time zone")
    return moment.astimezone(UTC)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
