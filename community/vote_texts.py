"""What is said about a vote to those it concerns, and what is refused."""

from dataclasses import dataclass

from community.errors import Refused
from community.tell import Both, Text


@dataclass(kw_only=True, eq=False)
class VoteEnded(Refused, template="vote/ended"):
    """The vote takes no more ballots."""

    question: str
    cancelled: bool


@dataclass(kw_only=True, eq=False)
class NotOnRoll(Refused, template="vote/not_on_roll"):
    """The vote is put to other households."""

    place: Both
    hotline: str


@dataclass(kw_only=True, eq=False)
class NotConfirmedYet(Refused, template="vote/not_confirmed_yet"):
    """Nobody has confirmed that this person belongs to the household."""

    place: Both
    who: str
    hotline: str


@dataclass(kw_only=True, eq=False)
class NobodyToAsk(Refused, template="vote/nobody_to_ask"):
    """There is no household in that place."""

    place: Both


@dataclass(kw_only=True, eq=False)
class TooSoon(Refused, template="vote/too_soon"):
    """The deadline is past, or so near that nobody could vote."""

    minutes: int


@dataclass(frozen=True, kw_only=True)
class HouseholdVoted(Text, template="vote/household_voted"):
    """To the others of a household: one of them has voted, or changed the ballot."""

    question: str
    name: str
    option: dict[str, str]
    changed: bool


@dataclass(frozen=True, kw_only=True)
class Result(Text, template="vote/result"):
    """To those who could vote, and to the groups: what has come of it, honestly."""

    question: str
    result: dict[str, object]
    days: int
    hotline: str


@dataclass(frozen=True, kw_only=True)
class Cancelled(Text, template="vote/cancelled"):
    """To those who could vote, and to the groups: no need to vote any more."""

    question: str
    hotline: str
