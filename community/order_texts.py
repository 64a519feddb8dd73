"""What is said about orders and tasks to those they concern."""

from dataclasses import dataclass
from datetime import datetime

from community.errors import Refused
from community.tell import Both, Text, What


@dataclass(kw_only=True, eq=False)
class SomebodyFaster(Refused, template="task/somebody_faster"):
    """Another neighbour has claimed it."""


@dataclass(kw_only=True, eq=False)
class Full(Refused, template="task/full"):
    """Enough have joined, or others wait for the place: there is a waiting list."""


@dataclass(kw_only=True, eq=False)
class StillRoom(Refused, template="task/still_room"):
    """Nobody need wait: there is a place."""


@dataclass(kw_only=True, eq=False)
class NoAddress(Refused, template="order/no_address"):
    """Nobody knows where to come to."""


@dataclass(kw_only=True, eq=False)
class OrderedAlready(Refused, template="order/ordered_already"):
    """The same help is on its way."""

    service: What


@dataclass(kw_only=True, eq=False)
class ConfirmedAlready(Refused, template="order/confirmed_already"):
    """They have said so before: nothing is booked twice."""


@dataclass(kw_only=True, eq=False)
class DueTooSoon(Refused, template="order/due_too_soon"):
    """A time that has passed."""


@dataclass(kw_only=True, eq=False)
class StillAlone(Refused, template="task/still_alone"):
    """Two must go, and the other one is still looked for."""


@dataclass(kw_only=True, eq=False)
class NotYourOwn(Refused, template="task/not_your_own"):
    """Nobody helps, or confirms for, themselves."""


@dataclass(frozen=True, kw_only=True)
class OrderedForYou(Text, template="order/ordered_for_you"):
    """To the person served: somebody ordered for them, as they asked on the phone."""

    by: str
    service: What
    hotline: str


@dataclass(frozen=True, kw_only=True)
class Found(Text, template="order/found"):
    """To the person served: who comes, when, and the password that the helper says."""

    helpers: list[str]
    lacking: bool  # one more is looked for
    sos: bool
    service: What
    due: datetime
    password: str
    hotline: str


@dataclass(frozen=True, kw_only=True)
class HelperChanged(Text, template="order/helper_changed"):
    """To the person served: the one who was to come cannot; another is looked for, or (`helper`) comes instead."""

    service: What
    helper: str
    lacking: bool  # one more is looked for
    due: datetime
    password: str  # the new one, where somebody comes
    nobody_left: bool  # to be asked: the officer, or the community, sees to it
    officer: str
    hotline: str
    stopped: bool  # by staff: whoever was to come is not to be let in any more


@dataclass(frozen=True, kw_only=True)
class StillLooking(Text, template="order/still_looking"):
    """To the person served: nobody has claimed it yet, or not enough; who sees to it now."""

    service: What
    some: bool  # one comes, another is still looked for
    medical: str  # the number to ring first, after 🆘 急事
    officer: str
    hotline: str


@dataclass(frozen=True, kw_only=True)
class OnTheWay(Text, template="order/on_the_way"):
    """To the person served: the helper has set out."""

    helper: str
    service: What


@dataclass(frozen=True, kw_only=True)
class AskDone(Text, template="order/ask_done_by_phone"):
    """To be asked by phone: is it done?"""

    service: What
    helper: str


@dataclass(frozen=True, kw_only=True)
class TakerCancelled(Text, template="task/cancelled"):
    """To the taker: it is not needed any more."""

    service: What
    place: Both


@dataclass(frozen=True, kw_only=True)
class Replaced(Text, template="task/replaced"):
    """To the taker: it was put back."""

    service: What
    place: Both


@dataclass(frozen=True, kw_only=True)
class CaptainNow(Text, template="task/captain_now"):
    """To a companion: whoever led cannot come; they lead now."""

    service: What


@dataclass(frozen=True, kw_only=True)
class GoesAlong(Text, template="task/goes_along"):
    """To the captain of a visit: somebody goes along now, or (`gone`) not any more and the password is another."""

    companion: str
    gone: bool
    lacking: bool  # one more is looked for
    service: What
    due: datetime


@dataclass(frozen=True, kw_only=True)
class AssignedToYou(Text, template="task/assigned"):
    """To a volunteer: staff gave it to them."""

    service: What
    by: str


@dataclass(frozen=True, kw_only=True)
class TimeChanged(Text, template="task/time_changed"):
    """To the taker: another time is wished."""

    service: What
    place: Both
    due: datetime


@dataclass(frozen=True, kw_only=True)
class HelpIsCalled(Text, template="order/help_is_called"):
    """To be told by phone to whoever called for help."""


@dataclass(frozen=True, kw_only=True)
class ImpostorReported(Text, template="order/impostor_by_phone"):
    """To be told by phone to whoever has the wrong person at the door."""


@dataclass(frozen=True, kw_only=True)
class ImpostorWarning(Text, template="task/impostor"):
    """To staff: the person served says that it is not who should come."""

    order: int
    place: Both


@dataclass(frozen=True, kw_only=True)
class PlacePassedOn(Text, template="task/place_passed_on"):
    """To somebody on the waiting list: they did not answer in time, the next one is asked."""

    service: What


@dataclass(frozen=True, kw_only=True)
class LineClosed(Text, template="task/line_closed"):
    """To somebody on the waiting list: it has begun, and there was no place this time."""

    service: What


@dataclass(frozen=True, kw_only=True)
class Thanks(Text, template="task/thanks"):
    """To whoever helped: confirmed, and the minutes banked."""

    service: What
    minutes: int
    balance: int


@dataclass(frozen=True, kw_only=True)
class NotDone(Text, template="task/not_done"):
    """To the desk: the person served says it is not done, or nobody came."""

    order: int
    service: What
    place: Both
    no_show: bool


@dataclass(frozen=True, kw_only=True)
class Reminder(Text, template="task/reminder"):
    """To the taker: soon, now, or late."""

    service: What
    place: Both
    due: datetime
    moment: str  # ask (companions only), soon, now, late, overrun
    kind: str


@dataclass(frozen=True, kw_only=True)
class NotArrived(Text, template="task/not_arrived"):
    """To the desk: whoever set out has not arrived."""

    order: int
    service: What
    place: Both
    helper: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class NobodyYet(Text, template="task/nobody_yet"):
    """To the duty officer or the desk: nobody has claimed it."""

    order: int
    service: What
    place: Both
    minutes: int
    joined: int  # some have claimed it, and more must go
