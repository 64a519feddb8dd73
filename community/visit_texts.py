"""What is said of a visit that is under way, and of who came late or not at all."""

from dataclasses import dataclass
from datetime import datetime

from community.errors import Refused
from community.tell import Both, Text, What


@dataclass(kw_only=True, eq=False)
class LongEnough(Refused, template="visit/long_enough"):
    """Nobody stays alone for longer than that."""

    hours: float
    hotline: str


@dataclass(frozen=True, kw_only=True)
class AllWell(Text, template="visit/all_well"):
    """To whoever is there: is all well? What happens without an answer."""

    service: What
    place: Both
    alone: bool
    minutes: int  # until somebody looks after them


@dataclass(frozen=True, kw_only=True)
class AreYouWell(Text, template="visit/are_you_well"):
    """To be asked by phone of a helper who did not answer, or who asked for help."""

    service: What
    place: Both
    asked: bool  # for help


@dataclass(frozen=True, kw_only=True)
class StillThere(Text, template="visit/still_there"):
    """To the person served: the helper has not said that it is done; whom to ring."""

    helper: str
    hotline: str


@dataclass(frozen=True, kw_only=True)
class RunsLong(Text, template="visit/runs_long"):
    """To the desk: a visit by two or more runs long, and nobody answers."""

    order: int
    service: What
    place: Both
    helper: str


@dataclass(frozen=True, kw_only=True)
class WaitOutside(Text, template="visit/wait_outside"):
    """To the helpers: the person served says that the password was wrong; wait outside."""

    service: What
    place: Both


@dataclass(frozen=True, kw_only=True)
class HelperLate(Text, template="visit/helper_late"):
    """To the person served: the helper may be late and has been reminded; what they can do."""

    helper: str
    service: What
    hotline: str


@dataclass(frozen=True, kw_only=True)
class OneFewer(Text, template="visit/one_fewer"):
    """To the person served: one of those who were to come cannot; what happens, and the new password."""

    companion: str
    helpers: list[str]
    lacking: bool
    nobody_left: bool  # to be asked: the officer, or the community, sees to it
    officer: str
    hotline: str
    service: What
    due: datetime
    password: str


@dataclass(frozen=True, kw_only=True)
class TimeIsNow(Text, template="visit/time_is_now"):
    """To the person served: whoever orders for them has changed the time."""

    by: str
    service: What
    due: datetime


@dataclass(frozen=True, kw_only=True)
class CancelledForYou(Text, template="visit/cancelled_for_you"):
    """To the person served: whoever orders for them has cancelled it."""

    by: str
    service: What


@dataclass(frozen=True, kw_only=True)
class KindWord(Text, template="visit/kind_word"):
    """To a volunteer who came late or not at all, the first time in a while."""

    kind: str  # late, put_back (late, and then given to somebody else), no_show
    service: What
    hotline: str


@dataclass(frozen=True, kw_only=True)
class Paused(Text, template="visit/paused"):
    """To a volunteer: nothing is offered for a while; why, until when, and whom to talk to."""

    late: int
    no_show: int
    days: int
    until: datetime
    hotline: str


@dataclass(frozen=True, kw_only=True)
class PauseOver(Text, template="visit/pause_over"):
    """To a volunteer: they are asked again; `lifted` by staff before it was over."""

    lifted: bool


@dataclass(frozen=True, kw_only=True)
class PhotoChecked(Text, template="visit/photo_checked"):
    """To a volunteer: staff have seen their photo; `good` or not."""

    good: bool
