"""Counting a vote: one pure function from ballots to result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

YES, NO, ABSTAIN = "yes", "no", "abstain"


class Outcome(StrEnum):
    """What a vote has come to."""

    CHOSEN = "chosen"  # one choice has the most
    TIE = "tie"  # several have the most
    ABSTAINED = "abstained"  # nobody chose anything
    NOBODY = "nobody"  # nobody took part


@dataclass(frozen=True, kw_only=True)
class Line:
    """One choice of the result; `share` is its part of the ballots in 0.1 %."""

    choice: str
    votes: int
    share: int
    leads: bool


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The result; `turnout` is the part of the roll that took part, in 0.1 %."""

    roll: int
    cast: int
    turnout: int
    lines: list[Line]
    outcome: Outcome


def _per_mille(part: int, whole: int) -> int:
    return (2000 * part + whole) // (2 * whole) if whole else 0


def count(choices: Sequence[str], votes: Mapping[str, int], *, roll: int) -> Tally:
    """Count the ballots: most first, as offered where equal; an abstention takes part and never leads.

    Raises ValueError for a ballot with a choice that was not offered, or more ballots than households.
    """
    cast = sum(votes.values())
    if votes.keys() - set(choices) or cast > roll:
        raise ValueError("ballots that cannot be")
    most = max((votes.get(c, 0) for c in choices if c != ABSTAIN), default=0)
    leaders = {c for c in choices if c != ABSTAIN and most and votes.get(c, 0) == most}
    lines = [
        Line(choice=c, votes=votes.get(c, 0), share=_per_mille(votes.get(c, 0), cast), leads=c in leaders)
        for c in sorted(choices, key=lambda c: (c == ABSTAIN, -votes.get(c, 0)))
    ]
    if len(leaders) == 1:
        outcome = Outcome.CHOSEN
    elif leaders:
        outcome = Outcome.TIE
    else:
        outcome = Outcome.ABSTAINED if cast else Outcome.NOBODY
    return Tally(roll=roll, cast=cast, turnout=_per_mille(cast, roll), lines=lines, outcome=outcome)
