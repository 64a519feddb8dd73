"""The neighbourhood file: everything a community sets for itself, read and checked as a whole."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from community.neighbourhood_checks import check_duties, check_places
from community.neighbourhood_duties import Category, Duties, DutyEntry, Service, Skill, Team, TimeLimit, Unit
from community.neighbourhood_places import Place
from community.neighbourhood_reading import NeighbourhoodError, Problem, complaint, read, refusal
from community.neighbourhood_settings import (
    Calendar,
    CheckIns,
    Dispatch,
    Hours,
    Reports,
    Shifts,
    Targets,
    TimeBank,
    Visits,
    Votes,
)
from community.neighbourhood_tree import PlaceTree
from community.neighbourhood_values import Bilingual, Period, Text, Word

__all__ = [
    "Bilingual",
    "Category",
    "DutyEntry",
    "Neighbourhood",
    "NeighbourhoodError",
    "Place",
    "Service",
    "Skill",
    "Team",
    "TimeLimit",
    "Unit",
    "load",
]


class Neighbourhood(PlaceTree, Duties):
    """One community with its places, duties and settings, as its file says."""

    texts: Text = "texts"
    passwords: Annotated[tuple[Word, ...], Field(min_length=20)]
    hours: Hours
    calendar: Calendar = Calendar()
    quiet: Period = Period.model_construct(start=time(22), end=time(7))
    dispatch: Dispatch = Dispatch()
    visits: Visits = Visits()
    check_in: CheckIns = CheckIns()
    votes: Votes = Votes()
    reports: Reports = Reports()
    shifts: Shifts = Shifts()
    targets: Targets = Targets()
    time_bank: TimeBank = TimeBank()

    @property
    def texts_folder(self) -> Path:
        """The folder of the community's own wordings; it may not exist."""
        return Path(self.texts)

    def duty_at(self, local: datetime) -> DutyEntry | None:
        """Who is on duty at a local time, the first in the roster if several are; raises ValueError if naive."""
        if local.tzinfo is None:
            raise ValueError("duty_at needs a moment with its time zone")
        return next((entry for entry in self.duty if entry.on_duty(local)), None)

    def is_quiet(self, local: datetime) -> bool:
        """Whether a local time lies in the community's quiet hours; raises ValueError if naive."""
        if local.tzinfo is None:
            raise ValueError("is_quiet needs a moment with its time zone")
        return self.quiet.covers(local.time())


def load(path: Path) -> Neighbourhood:
    """Read a neighbourhood file; raises NeighbourhoodError, one line that says where and what was expected."""
    data = read(path)
    try:
        found = Neighbourhood.model_validate(data)
    except ValidationError as refused:
        raise NeighbourhoodError(f"{path}: {refusal(Neighbourhood, data, refused)}") from None
    problems = [*check_places(found), *check_duties(found), *_check_settings(found, path.parent)]
    if problems:
        raise NeighbourhoodError(f"{path}: {complaint(data, problems)}")
    return found.model_copy(update={"texts": str(path.parent / found.texts)})


def _check_settings(found: Neighbourhood, folder: Path) -> Iterator[Problem]:
    units = {unit.code for unit in found.units}
    for index, code in enumerate(found.shifts.clues_to):
        if code not in units:
            yield ("shifts", "clues_to", index), "the code of a unit"
    for index, word in enumerate(found.passwords):
        if word in found.passwords[:index]:
            yield ("passwords", index), "a word of its own"
    for index, day in enumerate(found.calendar.workdays):
        if day in found.calendar.days_off:
            yield ("calendar", "workdays", index), "a date that is not among calendar.days_off"
    # The default may be missing: most communities say everything as we do.
    if found.texts != "texts" and not (folder / found.texts).is_dir():
        yield ("texts",), "a folder next to the file"
