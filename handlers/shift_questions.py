"""What is asked and said when a shift is posted."""

from dataclasses import dataclass
from datetime import datetime

from community.tell import Both, Text


@dataclass(frozen=True, kw_only=True)
class AskKind(Text, template="shift/ask_kind"):
    """What are people needed for?"""


@dataclass(frozen=True, kw_only=True)
class AskPlace(Text, template="shift/ask_place"):
    """Where is it?"""

    kind: str


@dataclass(frozen=True, kw_only=True)
class AskWhat(Text, template="shift/ask_what"):
    """What is there to do, or whom to look for?"""

    kind: str


@dataclass(frozen=True, kw_only=True)
class AskSkill(Text, template="shift/ask_skill"):
    """What must one be able to do?"""


@dataclass(frozen=True, kw_only=True)
class AskDay(Text, template="shift/ask_day"):
    """On which day?"""

    example: str


@dataclass(frozen=True, kw_only=True)
class AskHour(Text, template="shift/ask_hour"):
    """At what time?"""


@dataclass(frozen=True, kw_only=True)
class AskWeekly(Text, template="shift/ask_weekly"):
    """Once, or every week?"""

    begins: datetime


@dataclass(frozen=True, kw_only=True)
class AskMinutes(Text, template="shift/ask_minutes"):
    """How long does it take?"""


@dataclass(frozen=True, kw_only=True)
class AskPeople(Text, template="shift/ask_people"):
    """How many go?"""

    least: int


@dataclass(frozen=True, kw_only=True)
class AskPoints(Text, template="shift/ask_points"):
    """Where do they check in, or search?"""

    kind: str
    points: list[str]


@dataclass(frozen=True, kw_only=True)
class NotUnderstood(Text, template="shift/not_understood"):
    """That does not answer the question."""


@dataclass(frozen=True, kw_only=True)
class Preview(Text, template="shift/preview"):
    """This is how it goes out."""

    kind: str
    words: str
    skill: Both  # empty: none
    place: Both
    begins: datetime
    weekly: bool
    minutes: int
    people: int
    least: int
    points: list[str]


@dataclass(frozen=True, kw_only=True)
class Posted(Text, template="shift/posted"):
    """It is out, or will be looked for when it is nearer."""

    kind: str
    begins: datetime
    weekly: bool
    groups: int
