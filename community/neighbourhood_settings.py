"""The numbers and hours of the neighbourhood file, each with the default that it has when left out."""

from datetime import time
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from community.neighbourhood_values import (
    WEEKDAYS,
    Below,
    Count,
    Day,
    Minutes,
    MonthDay,
    Percent,
    Period,
    Section,
    TimeOfDay,
    Weekday,
    expected,
)


class Hours(Section):
    """When the community's office works."""

    start: TimeOfDay
    end: TimeOfDay
    lunch: Period | None = None
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS[:5]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        marks = [self.start, *((self.lunch.start, self.lunch.end) if self.lunch else ()), self.end]
        if any(first >= second for first, second in pairwise(marks)):
            raise expected("start, lunch and end one after the other on one day")
        return self


class Calendar(Section):
    """Public holidays, and this community's own days that win over them."""

    holidays: Literal["CN", "none"] = "CN"
    days_off: tuple[Day, ...] = ()
    workdays: tuple[Day, ...] = ()


class Wave(Section):
    """How many people are asked at once, and for how many minutes before the next wave."""

    people: Count
    minutes: Minutes


class Dispatch(Section):
    """Finding somebody for a task, and making sure that they come."""

    first_wave: Wave = Wave(people=3, minutes=5)
    second_wave: Wave = Wave(people=7, minutes=5)
    last_wave_people: Count = 60
    look_ahead_hours: Count = 72
    officer_minutes: Minutes = 20
    staff_minutes: Minutes = 30
    urgent_officer_minutes: Minutes = 10
    sos_officer_seconds: Count = 60
    daily_cap: Count = 3
    ask_before_minutes: tuple[Minutes, ...] = (1440, 180)
    remind_before_minutes: Minutes = 30
    silence_before_minutes: Minutes = 60
    overdue_ask_minutes: Minutes = 10
    overdue_return_minutes: Minutes = 30
    overrun_ask_minutes: Minutes = 15
    first_visits_in_pairs: Annotated[int, Field(ge=0)] = 1


class Visits(Section):
    """Somebody who visits alone, where they are, and who comes late or not at all."""

    step_minutes: Minutes = 15
    most_minutes: Minutes = 240
    answer_minutes: Minutes = 10
    near_metres: Count = 200
    lapses: Count = 3
    lapse_days: Count = 30
    pause_days: Count = 7

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.step_minutes > self.most_minutes:
            raise expected("step_minutes not above most_minutes")
        return self


class CheckIns(Section):
    """报平安: by when, what reminds, who is told when after the hour, and how far apart people are."""

    hour: TimeOfDay = time(9)
    remind_before_minutes: Annotated[
        tuple[Annotated[int, Field(strict=True, ge=0, le=720)], ...], Field(min_length=1)
    ] = (60, 10, 0)
    phone_minutes: Minutes = 5
    neighbour_minutes: Minutes = 10
    knock_minutes: Minutes = 30
    desk_minutes: Minutes = 60
    desk_again_minutes: Minutes = 30
    knock_daily_cap: Count = 3
    spread_seconds: Count = 120
    contacts: Count = 2
    pause_days: Count = 60

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        marks = (self.phone_minutes, self.neighbour_minutes, self.knock_minutes, self.desk_minutes)
        if any(first >= second for first, second in pairwise(marks)):
            raise expected("phone_minutes, neighbour_minutes, knock_minutes and desk_minutes one after the other")
        return self


class Votes(Section):
    """Reminding voters, and keeping small groups from being read."""

    remind_before_minutes: tuple[Minutes, ...] = (1440, 180)
    small_group: Count = 5
    objection_days: Count = 3
    notice_days: Count = 15


class Reports(Section):
    """Limits on what one person sends, and how near a duplicate lies."""

    daily_cap: Count = 10
    photos: Count = 9
    near_metres: Count = 150
    near_days: Count = 7


class Size(Section):
    """How many go on a shift, the captain among them; without `least` nobody goes."""

    least: Count = 1
    fewest: Count
    most: Count

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.least <= self.fewest <= self.most:
            raise expected("least, fewest and most one not above the other")
        return self


class Shifts(Section):
    """Shifts: how many go, for how long, and when it is said that there are too few."""

    patrol: Size = Size(least=2, fewest=3, most=5)
    event: Size = Size(fewest=1, most=30)
    search: Size = Size(fewest=2, most=40)
    minutes: tuple[Minutes, ...] = (60, 90, 120)
    hours: tuple[TimeOfDay, ...] = (time(9), time(15), time(19), time(19, 30), time(20), time(20, 30))
    few_before_minutes: Minutes = 120
    begin_before_minutes: Minutes = 30
    close_after_minutes: Minutes = 120
    waiting_minutes: Minutes = 30
    clues_to: tuple[str, ...] = ()

    def size(self, kind: str) -> Size:
        """Of a kind of task that is a shift."""
        return {"patrol": self.patrol, "event": self.event, "search": self.search}[kind]


class Targets(Section):
    """The three rates that the community wants to reach, in per cent."""

    response: Percent = 98
    resolution: Percent = 96
    satisfaction: Percent = 96


class TimeBank(Section):
    """The time bank: ceilings, gifts, and what the fund promises. One hour is one coin, kept in minutes."""

    visit_cap_minutes: Minutes = 240
    companion_daily_minutes: Minutes = 120
    ceiling_hours: Count = 1500
    entry_max_minutes: Minutes = 480
    spouse_age: Count = 60
    gift_days: Count = 7
    gifts_waiting: Count = 3
    fund_floor_hours: Below = -2000
    publish_day: MonthDay = 1
