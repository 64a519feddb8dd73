"""What is said about a report to those it concerns."""

from dataclasses import dataclass
from datetime import datetime

from community.errors import Refused
from community.tell import Both, Text


@dataclass(kw_only=True, eq=False)
class TooManyToday(Refused, template="report/too_many_today"):
    """One person has reported as much as a day takes."""

    limit: int
    hotline: str


@dataclass(kw_only=True, eq=False)
class NotTheAuthor(Refused, template="report/not_the_author"):
    """Only who sent the photo to the group may make a report of it."""


@dataclass(frozen=True, kw_only=True)
class Accepted(Text, template="report/accepted"):
    """To the resident: somebody has it, and (`comes`) knows where to find them."""

    number: int
    worker: str
    comes: bool


@dataclass(frozen=True, kw_only=True)
class Assigned(Text, template="report/assigned"):
    """To the resident: found true, and who handles it."""

    number: int
    unit: Both
    due: datetime


@dataclass(frozen=True, kw_only=True)
class GivenBack(Text, template="report/given_back"):
    """To the desk: the unit says it is not theirs."""

    number: int
    unit: Both
    reason: str


@dataclass(frozen=True, kw_only=True)
class Declined(Text, template="report/declined"):
    """To the resident: why it was sent back, and where to turn."""

    number: int
    reason: str
    hotline: str


@dataclass(frozen=True, kw_only=True)
class Withdrawn(Text, template="report/withdrawn"):
    """It was taken back. `to`: "desk" (who has it and may be on the way), "reporter" or "follower"."""

    number: int
    category: Both
    place: Both
    to: str


@dataclass(frozen=True, kw_only=True)
class Redo(Text, template="report/redo"):
    """To the handler: checked, and not done."""

    number: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Unsolved(Text, template="report/unsolved"):
    """To the desk and the level above: the resident says it is not solved."""

    number: int


@dataclass(frozen=True, kw_only=True)
class Overdue(Text, template="report/overdue"):
    """To the desk and the level above: the clock has run out."""

    number: int
    what: Both
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class AskSolved(Text, template="report/ask_solved_by_phone"):
    """To be asked by phone: is it solved?"""

    number: int


@dataclass(frozen=True, kw_only=True)
class ClosedInGroup(Text, template="report/closed_in_group"):
    """To the group it was found in: done, thanks."""

    number: int
