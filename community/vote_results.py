"""The outcome of a vote as it is told."""

from community import votes
from community.here import Here
from community.tell import Text
from community.vote_tally import Tally
from community.vote_texts import Cancelled, Result
from storage.database import Transaction
from storage.records import Vote, VoteOption


async def outcome(tx: Transaction, here: Here, vote: Vote) -> Text:
    """What is told of a vote that has ended."""
    hotline = here.neighbourhood.community.hotline
    table = await told_result(tx, vote)
    if table is None:
        return Cancelled(question=vote.question, hotline=hotline)
    days = here.neighbourhood.votes.objection_days
    return Result(question=vote.question, result=table, days=days, hotline=hotline)


async def told_result(tx: Transaction, vote: Vote) -> dict[str, object] | None:
    """The count as texts take it; None where there is none to tell."""
    tally = await votes.result(tx, vote)
    return None if tally is None else told(tally, vote, await votes.choices(tx, vote))


def told(tally: Tally, vote: Vote, options: list[VoteOption]) -> dict[str, object]:
    """A count as texts take it: shares as `65.5`."""
    names = {o.choice: o for o in options}
    lines = [
        {**votes.said(names[line.choice]), "votes": line.votes, "share": percent(line.share), "leads": line.leads}
        for line in tally.lines
    ]
    return {
        "kind": vote.kind.value,
        "roll": tally.roll,
        "cast": tally.cast,
        "turnout": percent(tally.turnout),
        "outcome": tally.outcome.value,
        "lines": lines,
    }


def percent(tenths: int) -> str:
    """Tenths of a per cent as they are read."""
    return f"{tenths // 10}.{tenths % 10}"
