"""The cards of a vote: in private chat with the household's choice, in a group with the turnout and the way in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from community import groups, permissions, votes
from community.here import Here
from community.tell import Both, Text
from community.vote_results import told_result
from handlers.buttons import Button, Rows, button
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person, Vote, VoteOption
from storage.states import VoteKind, VoteState


@dataclass(frozen=True, kw_only=True)
class VoteCard(Text, template="vote/card"):
    """A vote for one reader; `own` is their household's choice, `left` the minutes until it closes."""

    question: str
    place: Both
    closes_at: datetime
    state: str
    cast: int
    roll: int
    at: datetime
    home: Both
    voter: bool
    desk: bool
    own: dict[str, str]
    left: int
    result: dict[str, object] | None


@dataclass(frozen=True, kw_only=True)
class GroupVoteCard(Text, template="vote/group_card"):
    """A vote in a group: what, until when, and how many have voted."""

    question: str
    place: Both
    closes_at: datetime
    state: str
    cast: int
    roll: int


async def in_private(tx: Transaction, here: Here, vote_id: int, reader: Person | Group) -> Face | None:
    """The card of a voter, of the desk, or of both in one."""
    if isinstance(reader, Group):
        return None
    vote = await votes.get(tx, vote_id)
    theirs = await permissions.standing(tx, reader, vote)
    ballot = await permissions.own_ballot(tx, theirs, vote)
    options = await votes.choices(tx, vote)
    chosen = next((o for o in options if ballot and o.choice == ballot.choice), None)
    reminded = any(at <= here.now for at in votes.reminders(here, vote))
    left = max(vote.closes_at - here.now, timedelta(0)) // timedelta(minutes=1) if reminded else 0
    text = VoteCard(
        question=vote.question,
        place=await permissions.full_name(tx, vote.place_id),
        closes_at=vote.closes_at,
        state=vote.state.value,
        cast=await votes.turnout(tx, vote) if vote.state is VoteState.OPEN else 0,
        roll=vote.households,
        at=here.now,
        home=await permissions.full_name(tx, theirs.voter),
        voter=theirs.voter is not None,
        desk=theirs.desk,
        own=votes.said(chosen) if chosen else {},
        left=left + 1 if left and chosen is None else 0,
        result=await told_result(tx, vote) if theirs.voter is not None or theirs.desk else None,
    )
    buttons: Rows = []
    if vote.state is VoteState.OPEN and theirs.voter is not None:
        change = [[button("vote_change", "vote.change", vote.id)]]
        buttons = change if chosen else option_buttons(vote, options, "vote.cast")
    if (vote.plan or vote.plan_file) and (theirs.voter is not None or theirs.desk):
        buttons = [*buttons, [button("vote_plan", "vote.plan", vote.id)]]
    if vote.state is VoteState.OPEN and theirs.desk:
        buttons = [*buttons, [button("vote_cancel", "vote.cancel", vote.id)]]
    return Face(text=text, buttons=buttons)


def option_buttons(vote: Vote, options: list[VoteOption], action: str) -> Rows:
    """What can be chosen, as buttons: yes, no and abstain in a row, names below each other."""
    made: list[Button] = [
        button({"zh": o.name, "en": o.name} if o.name else f"vote_{o.choice}", action, vote.id, o.choice)
        for o in options
    ]
    return [made] if vote.kind is VoteKind.YES_NO else [[one] for one in made]


async def in_group(tx: Transaction, _: Here, vote_id: int, reader: Person | Group) -> Face | None:
    """The group's card: no names, and no choices while the vote runs."""
    if isinstance(reader, Person):
        return None
    vote = await votes.get(tx, vote_id)
    if not await groups.concerns(tx, reader, place_id=vote.place_id):
        return None
    text = GroupVoteCard(
        question=vote.question,
        place=await permissions.full_name(tx, vote.place_id),
        closes_at=vote.closes_at,
        state=vote.state.value,
        cast=await votes.turnout(tx, vote),
        roll=vote.households,
    )
    go = [[Button(label="vote_go", start=f"{votes.LINK}{vote.id}")]]
    return Face(text=text, buttons=go if vote.state is VoteState.OPEN else [])


CARDS = {votes.CARD: in_private, votes.GROUP_CARD: in_group}
