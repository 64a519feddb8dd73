"""What is said about patrols to those they concern, and what is refused."""

from dataclasses import dataclass
from datetime import datetime

from community.errors import Refused
from community.tell import Both, Text


@dataclass(kw_only=True, eq=False)
class ShiftIsPast(Refused, template="patrol/shift_is_past"):
    """A shift that has begun already, or would within minutes."""

    minutes: int


@dataclass(kw_only=True, eq=False)
class ShiftTooFar(Refused, template="patrol/shift_too_far"):
    """Nobody knows so long before whether they can come."""

    days: int


@dataclass(kw_only=True, eq=False)
class WrongSize(Refused, template="patrol/wrong_size"):
    """Fewer or more people than go on a patrol."""

    fewest: int
    most: int


@dataclass(kw_only=True, eq=False)
class TooManyPoints(Refused, template="patrol/too_many_points"):
    """More points than a round can have."""

    limit: int


@dataclass(kw_only=True, eq=False)
class NotVolunteer(Refused, template="patrol/not_volunteer"):
    """Shifts are for volunteers; how to become one."""

    hotline: str


@dataclass(kw_only=True, eq=False)
class Overlapping(Refused, template="patrol/overlapping"):
    """They are on another round at that time."""

    place: Both
    begins: datetime


@dataclass(kw_only=True, eq=False)
class TooEarly(Refused, template="patrol/too_early"):
    """The round does not begin so long before its hour."""

    minutes: int
    begins: datetime


@dataclass(kw_only=True, eq=False)
class TooFew(Refused, template="patrol/too_few"):
    """Nobody goes alone."""

    joined: int
    least: int


@dataclass(kw_only=True, eq=False)
class CaptainOnly(Refused, template="patrol/captain_only"):
    """The captain begins and ends the round."""

    captain: str


@dataclass(kw_only=True, eq=False)
class CheckedIn(Refused, template="patrol/checked_in"):
    """Somebody of the team was at this point before."""

    point: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FewYet(Text, template="patrol/few_yet"):
    """Some hours before: not enough have joined yet. `desk`: to whoever posts patrols there, else to the team."""

    place: Both
    begins: datetime
    joined: int
    least: int
    desk: bool


@dataclass(frozen=True, kw_only=True)
class CalledOff(Text, template="patrol/called_off"):
    """It does not take place: by staff (with their reason), because too few came, or nobody began."""

    place: Both
    begins: datetime
    why: str  # staff, few, nobody
    reason: str
    desk: bool


@dataclass(frozen=True, kw_only=True)
class GoAhead(Text, template="patrol/go_ahead"):
    """To the team: staff say that they are enough."""

    place: Both
    begins: datetime
    joined: int


@dataclass(frozen=True, kw_only=True)
class Clue(Text, template="patrol/clue"):
    """To the desk and the community police: what somebody noticed on a round."""

    place: Both
    by: str
    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class RoundDone(Text, template="patrol/round_done"):
    """To everybody of the team: what their round came to."""

    place: Both
    minutes: int
    points: int
    all_points: int
    hazards: int
    quarrels: int
    clues: int
    closed: bool  # by the clock: nobody had said that it was over
    banked: int  # minutes booked for the reader; 0: none
