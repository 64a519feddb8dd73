"""What is said about 报平安 to those it concerns."""

from dataclasses import dataclass
from datetime import datetime

from community.errors import Refused
from community.tell import Both, Text


@dataclass(kw_only=True, eq=False)
class NotEnrolled(Refused, template="check_in/not_enrolled"):
    """Somebody who does not take part."""

    hotline: str


@dataclass(kw_only=True, eq=False)
class EnrolledAlready(Refused, template="check_in/enrolled_already"):
    """They take part already."""


@dataclass(kw_only=True, eq=False)
class BadHour(Refused, template="check_in/bad_hour"):
    """An hour at which there is no waking time for reminders before it, or for the desk after it."""

    first: str
    last: str


@dataclass(kw_only=True, eq=False)
class BadReturn(Refused, template="check_in/bad_return"):
    """A day to come home on that is past, or too far away."""

    days: int


@dataclass(kw_only=True, eq=False)
class NotTheirContact(Refused, template="check_in/not_their_contact"):
    """Nobody is their own contact."""


@dataclass(frozen=True, kw_only=True)
class Remind(Text, template="check_in/remind"):
    """To an elder who has not tapped: the hour is near, or there; an edit of the card rings no bell."""

    due: datetime
    over: bool


@dataclass(frozen=True, kw_only=True)
class AskByPhone(Text, template="check_in/ask_by_phone"):
    """What is asked on the phone. `why`: daily, silent, unwell."""

    due: datetime
    why: str


@dataclass(frozen=True, kw_only=True)
class AskContactByPhone(Text, template="check_in/ask_contact_by_phone"):
    """To a contact without chat: do they agree to be told?"""

    name: str


@dataclass(frozen=True, kw_only=True)
class AlarmByPhone(Text, template="check_in/alarm_by_phone"):
    """To a contact without chat. `day`: by which the call is found again."""

    name: str
    due: datetime
    day: int


@dataclass(frozen=True, kw_only=True)
class AllClear(Text, template="check_in/all_clear"):
    """To everybody who was alerted. `name`: for the contacts; `by`: who has seen them well, empty if they said so."""

    name: str
    place: Both
    by: str


@dataclass(frozen=True, kw_only=True)
class AwayTold(Text, template="check_in/away_told"):
    """To the contacts: away until then, and all is well."""

    name: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class EndedTold(Text, template="check_in/ended_told"):
    """To the contacts: they take part no more."""

    name: str


@dataclass(frozen=True, kw_only=True)
class ContactAnswered(Text, template="check_in/contact_answered"):
    """To an elder: a contact agrees to be told, or not."""

    willing: bool
