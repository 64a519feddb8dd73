"""What is said to volunteers, to those who want to be, and about them to the desk."""

from dataclasses import dataclass

from community.errors import Refused
from community.tell import Both, Text, What


@dataclass(kw_only=True, eq=False)
class NoHome(Refused, template="volunteer/no_home"):
    """Nobody knows where they live, so nobody knows what is near."""


@dataclass(kw_only=True, eq=False)
class NoTimeChosen(Refused, template="volunteer/no_time_chosen"):
    """A volunteer has time at some time."""


@dataclass(kw_only=True, eq=False)
class Stopped(Refused, template="volunteer/stopped"):
    """Staff have stopped them: only staff can let them begin again."""

    hotline: str


@dataclass(frozen=True, kw_only=True)
class Checked(Text, template="volunteer/checked"):
    """To a new volunteer: staff have seen who they are; what happens next."""

    place: Both
    pairs: int  # first visits that are made in pairs
    wider: bool  # they were one before, for a smaller place


@dataclass(frozen=True, kw_only=True)
class PutOff(Text, template="volunteer/put_off"):
    """To somebody who applied: it could not be checked yet; what to do."""

    office: Both | None
    hotline: str


@dataclass(frozen=True, kw_only=True)
class YouAreStopped(Text, template="volunteer/you_are_stopped"):
    """To a volunteer: stopped by staff, and why."""

    reason: str
    held: int  # tasks that go to others
    hotline: str


@dataclass(frozen=True, kw_only=True)
class MayBeginAgain(Text, template="volunteer/may_begin_again"):
    """To somebody who was stopped: they may register anew."""


@dataclass(frozen=True, kw_only=True)
class StoppedOnTheWay(Text, template="volunteer/stopped_on_the_way"):
    """To the duty officer: a volunteer was stopped who had this; somebody else is looked for."""

    volunteer: str
    service: What
    place: Both
    underway: bool
