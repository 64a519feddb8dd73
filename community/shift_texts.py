"""What is said about shifts to those they concern, and what is refused."""

from dataclasses import dataclass
from datetime import datetime

from community.errors import Refused
from community.tell import Both, Text, What


@dataclass(kw_only=True, eq=False)
class ShiftIsPast(Refused, template="shift/shift_is_past"):
    """A shift that has begun already, or would within minutes."""

    minutes: int


@dataclass(kw_only=True, eq=False)
class ShiftTooFar(Refused, template="shift/shift_too_far"):
    """Nobody knows so long before whether they can come."""

    days: int


@dataclass(kw_only=True, eq=False)
class WrongSize(Refused, template="shift/wrong_size"):
    """Fewer or more people than go on a shift."""

    fewest: int
    most: int


@dataclass(kw_only=True, eq=False)
class TooManyPoints(Refused, template="shift/too_many_points"):
    """More points than a round can have."""

    limit: int


@dataclass(kw_only=True, eq=False)
class NotVolunteer(Refused, template="shift/not_volunteer"):
    """Shifts are for volunteers; how to become one."""

    hotline: str


@dataclass(kw_only=True, eq=False)
class Overlapping(Refused, template="shift/overlapping"):
    """They are on another round at that time."""

    what: What
    place: Both
    begins: datetime


@dataclass(kw_only=True, eq=False)
class TooEarly(Refused, template="shift/too_early"):
    """The round does not begin so long before its hour."""

    minutes: int
    begins: datetime


@dataclass(kw_only=True, eq=False)
class TooFew(Refused, template="shift/too_few"):
    """Nobody goes alone."""

    joined: int
    least: int


@dataclass(kw_only=True, eq=False)
class CaptainOnly(Refused, template="shift/captain_only"):
    """The captain begins and ends the round."""

    captain: str


@dataclass(kw_only=True, eq=False)
class CheckedIn(Refused, template="shift/checked_in"):
    """Somebody of the team was at this point before."""

    point: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FewYet(Text, template="shift/few_yet"):
    """Some hours before: not enough have joined yet. `desk`: to whoever posts shifts there, else to the team."""

    what: What
    place: Both
    begins: datetime
    joined: int
    least: int
    desk: bool


@dataclass(frozen=True, kw_only=True)
class CalledOff(Text, template="shift/called_off"):
    """It does not take place: by staff (with their reason), because too few came, or nobody began."""

    what: What
    place: Both
    begins: datetime
    why: str  # staff, few, nobody, found
    reason: str
    desk: bool


@dataclass(frozen=True, kw_only=True)
class GoAhead(Text, template="shift/go_ahead"):
    """To the team: staff say that they are enough."""

    what: What
    place: Both
    begins: datetime
    joined: int


@dataclass(frozen=True, kw_only=True)
class Clue(Text, template="shift/clue"):
    """To the desk and the community police: what somebody noticed on a round."""

    what: What
    place: Both
    by: str
    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class Found(Text, template="shift/found"):
    """To the desk and the community police: whom a search was for has been found."""

    place: Both
    by: str
    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class NotThere(Text, template="shift/not_there"):
    """To somebody who had joined: the captain says that they did not come."""

    what: What
    place: Both
    hotline: str


@dataclass(frozen=True, kw_only=True)
class NotVouched(Text, template="shift/not_vouched"):
    """To the team: the desk says that nobody went."""

    what: What
    place: Both
    hotline: str


@dataclass(frozen=True, kw_only=True)
class RoundDone(Text, template="shift/round_done"):
    """To everybody of the team: what their shift came to."""

    kind: str
    place: Both
    minutes: int
    points: int
    all_points: int
    hazards: int
    quarrels: int
    clues: int
    found: bool  # whom a search was for
    closed: bool  # by the clock: nobody had said that it was over
    waits: bool  # for the desk to vouch for it
    banked: int  # minutes booked for the reader; 0: none
