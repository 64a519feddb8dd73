"""Who answers for what, what can be ordered, who is on duty: the file's duty list, services and roster."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from community.neighbourhood_hints import Hints
from community.neighbourhood_values import (
    WEEKDAYS,
    Bilingual,
    Code,
    Count,
    Flag,
    Minutes,
    Period,
    Phone,
    PlaceCode,
    Section,
    Text,
    Weekday,
    expected,
)

Emoji = Annotated[Text, Field(max_length=8)]


class Unit(Section):
    """A responsible unit; without estates it answers for all of them."""

    code: Code
    name: Bilingual
    phone: Phone
    kind: Literal["property", "department", "partner"] = "department"
    estates: tuple[PlaceCode, ...] = ()

    def answers_for(self, estate_code: str | None) -> bool:
        """Whether a matter in this estate is theirs; None is a matter outside any estate."""
        return not self.estates or estate_code in self.estates


class TimeLimit(Section):
    """How long something may take, in working time or day and night."""

    minutes: Minutes | None = None
    hours: Count | None = None
    days: Count | None = None
    clock: Literal["working", "calendar"]

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if sum(amount is not None for amount in (self.minutes, self.hours, self.days)) != 1:
            raise expected("one of minutes, hours and days")
        return self

    @property
    def in_minutes(self) -> int | None:
        """The amount in minutes, or None where it is days (how long a working day is, the hours say)."""
        if self.days is not None:
            return None
        return self.minutes if self.minutes is not None else (self.hours or 0) * 60


class Category(Section):
    """A kind of matter that can be reported; an urgent one is accepted day and night."""

    code: Code
    emoji: Emoji
    name: Bilingual
    words: tuple[Text, ...] = ()
    accept_minutes: Minutes = 30
    resolve: TimeLimit
    units: tuple[Code, ...] = ()
    first: Bilingual | None = None
    public: Flag = True
    urgent: Flag = False

    @property
    def accept(self) -> TimeLimit:
        """How soon somebody must have accepted it."""
        return TimeLimit(minutes=self.accept_minutes, clock="calendar" if self.urgent else "working")


class Skill(Section):
    code: Code
    name: Bilingual


class Service(Section):
    """Something that can be ordered: how long it usually takes, and how soon after the order it is due."""

    code: Code
    emoji: Emoji
    name: Bilingual
    words: tuple[Text, ...] = ()
    skill: Code | None = None
    minutes: Minutes
    due_minutes: Minutes
    pair: Flag = False
    receipt: Flag = False
    elder: Flag = False
    companion: Flag = False


class DutyEntry(Period):
    """Who is on duty on some weekdays; an end at or before the start is on the next day."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    name: Text
    phone: Phone

    def on_duty(self, local: datetime) -> bool:
        """Whether this person is on duty at a local time."""
        clock = local.time().replace(tzinfo=None)
        overnight = self.end <= self.start and clock < self.end
        day = local.date() - timedelta(days=1) if overnight else local.date()
        return self.covers(clock) and WEEKDAYS[day.weekday()] in self.days


class Team(Section):
    """Volunteers by what they do; its roster names who takes orders first (专员)."""

    code: Code
    name: Bilingual
    skills: tuple[Code, ...] = ()
    services: tuple[Code, ...] = ()
    roster: tuple[DutyEntry, ...] = ()


class Duties(Section):
    """The part of the neighbourhood file that says who does what."""

    units: tuple[Unit, ...] = ()
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    skills: tuple[Skill, ...] = ()
    services: Annotated[tuple[Service, ...], Field(min_length=1)]
    teams: tuple[Team, ...] = ()
    duty: tuple[DutyEntry, ...] = ()

    def category(self, code: str) -> Category:
        """The category of this code; for one that the file has no more, its last one, and nothing is public."""
        found = self._categories.get(code)
        return found if found is not None else self.categories[-1].model_copy(update={"public": False})

    def service(self, code: str) -> Service:
        """The service of this code; raises KeyError if the file has none."""
        return self._services[code]

    def skill(self, code: str) -> Skill:
        """The skill of this code; raises KeyError if the file has none."""
        return self._skills[code]

    def takers_at(self, service: str, local: datetime) -> list[DutyEntry]:
        """The teams' rostered takers (专员) for a service at a local time."""
        teams = [team for team in self.teams if service in team.services]
        return [entry for team in teams for entry in team.roster if entry.on_duty(local)]

    def unit(self, code: str) -> Unit:
        """The responsible unit of this code; raises KeyError if the file has none."""
        return self._units[code]

    def unit_for(self, category_code: str, estate_code: str | None) -> Unit | None:
        """The first unit on the category's list that answers for this estate (None: outside any estate)."""
        units = (self._units[code] for code in self.category(category_code).units)
        return next((unit for unit in units if unit.answers_for(estate_code)), None)

    def property_for(self, estate_code: str) -> Unit | None:
        """The property company of an estate, if it has one."""
        return next((one for one in self.units if one.kind == "property" and one.answers_for(estate_code)), None)

    def guess_category(self, text: str) -> Category | None:
        """The category whose hint word is the longest in a text; of two, the first in the file."""
        code = self._category_hints.guess(text)
        return None if code is None else self._categories[code]

    def guess_service(self, text: str) -> Service | None:
        """The service whose hint word is the longest in a text; of two, the first in the file."""
        code = self._service_hints.guess(text)
        return None if code is None else self._services[code]

    @cached_property
    def _categories(self) -> dict[str, Category]:
        return {one.code: one for one in self.categories}

    @cached_property
    def _services(self) -> dict[str, Service]:
        return {one.code: one for one in self.services}

    @cached_property
    def _skills(self) -> dict[str, Skill]:
        return {one.code: one for one in self.skills}

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return {one.code: one for one in self.units}

    @cached_property
    def _category_hints(self) -> Hints:
        return Hints((word, one.code) for one in self.categories for word in one.words)

    @cached_property
    def _service_hints(self) -> Hints:
        return Hints((word, one.code) for one in self.services for word in one.words)
