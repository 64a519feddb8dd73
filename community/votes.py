"""Votes: a question put to the households of a place, one ballot each, changed until the deadline."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community import permissions, vote_deadline, waking
from community.errors import NotFound
from community.here import Here
from community.people import confirmers
from community.permissions import Action, Standing
from community.tell import refresh, show, tell
from community.vote_tally import ABSTAIN, NO, YES, Tally, count
from community.vote_texts import (
    HouseholdVoted,
    NobodyToAsk,
    NotConfirmedYet,
    NotOnRoll,
    TooSoon,
    VoteEnded,
)
from storage.database import Transaction
from storage.queries import audit, jobs, people, places, timers, votes
from storage.records import Person, Place, Vote, VoteOption
from storage.states import PlaceKind, Priority, VoteKind, VoteState

SPREAD, REMIND, CLOSE, RESULT = "vote_spread", "vote_remind", "vote_close", "vote_result"
CHART = "vote_chart"  # the job, and the picture it makes
CARD, GROUP_CARD = "vote", "vote_group"
LINK = "v_"  # what a start payload begins with
QUESTION_LIMIT, OPTION_LIMIT, PLAN_LIMIT = 200, 60, 2000
FEWEST, MOST = 2, 10  # options to choose one of
SCOPES = (PlaceKind.COMMUNITY, PlaceKind.ESTATE, PlaceKind.BUILDING, PlaceKind.STAIRWELL)
_LATELY = timedelta(days=30)
_LISTED = 10
_PREFIX = "vote_"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a vote is made of; `options` (names) only where one is chosen."""

    place_id: int
    question: str
    kind: VoteKind
    closes_at: datetime
    options: list[str] = field(default_factory=list)
    plan: str = ""
    plan_file: str = ""  # file_id of a photo


@dataclass(frozen=True, kw_only=True)
class CastBallot:
    """A ballot as it was taken down; `changed` is False when the household had chosen just that."""

    vote: Vote
    household_id: int
    option: VoteOption
    changed: bool


async def get(tx: Transaction, vote_id: int) -> Vote:
    """The vote of that number. Raises NotFound."""
    vote = await votes.by_id(tx, vote_id)
    if vote is None:
        raise NotFound
    return vote


async def scopes(tx: Transaction, person: Person) -> list[Place]:
    """The places to whose households somebody may put a question, containers first."""
    return await permissions.reach(tx, person, Action.OPEN_VOTE, SCOPES)


async def reach(tx: Transaction, place_id: int) -> tuple[int, int]:
    """How many households a vote there goes to, and how many of them have a confirmed member."""
    return await votes.households_in(tx, place_id)


async def open_vote(tx: Transaction, here: Here, actor: Person, draft: Draft) -> Vote:
    """Open a vote with its roll frozen. Raises NotAllowed, NotFound, TooSoon, NobodyToAsk."""
    await permissions.require(tx, actor, Action.OPEN_VOTE, place_id=draft.place_id)
    place = await places.by_id(tx, draft.place_id)
    if place.kind not in SCOPES:
        raise NotFound
    if not vote_deadline.far_enough(here, draft.closes_at):
        raise TooSoon(minutes=vote_deadline.SHORTEST // timedelta(minutes=1))
    households, _ = await votes.households_in(tx, place.id)
    if not households:
        raise NobodyToAsk(place=await permissions.full_name(tx, place.id))
    vote_id = await votes.add(
        tx,
        kind=draft.kind,
        place_id=place.id,
        question=draft.question,
        plan=draft.plan or None,
        plan_file=draft.plan_file or None,
        households=households,
        opened_by=actor.id,
        closes_at=draft.closes_at,
        now=here.now,
    )
    offered = {YES: "", NO: ""} if draft.kind is VoteKind.YES_NO else _numbered(draft.options)
    for rank, (choice, name) in enumerate({**offered, ABSTAIN: ""}.items()):
        await votes.add_option(tx, vote_id=vote_id, choice=choice, rank=rank, name=name)
    await votes.freeze_roll(tx, vote_id=vote_id, place_id=place.id)
    await audit.note(tx, action="vote_opened", actor_id=actor.id, subject_kind="vote", subject_id=vote_id, now=here.now)
    vote = await get(tx, vote_id)
    await timers.put(tx, kind=SPREAD, subject_id=vote.id, due=spread_at(here, vote))
    await timers.put(tx, kind=CLOSE, subject_id=vote.id, due=vote.closes_at)
    await set_reminder(tx, here, vote)
    return vote


def _numbered(names: list[str]) -> dict[str, str]:
    return {str(number): name for number, name in enumerate(names, start=1)}


def spread_at(here: Here, vote: Vote) -> datetime:
    """When the cards go out: at once, or when people are awake again, unless that is too late."""
    awake = waking.after(here, here.now)
    return awake if vote.closes_at - awake >= vote_deadline.SHORTEST else here.now


def reminders(here: Here, vote: Vote) -> list[datetime]:
    """When those who have not voted are reminded, earliest first: in waking hours, after the opening."""
    minutes = here.neighbourhood.votes.remind_before_minutes
    moments = {waking.before(here, vote.closes_at - timedelta(minutes=before)) for before in minutes}
    return sorted(at for at in moments if at > vote.opened_at)


async def set_reminder(tx: Transaction, here: Here, vote: Vote) -> None:
    """Have the next reminder fall due."""
    ahead = next((at for at in reminders(here, vote) if at > here.now), None)
    if ahead is not None:
        await timers.put(tx, kind=REMIND, subject_id=vote.id, due=ahead)


async def voter(tx: Transaction, here: Here, person: Person, vote: Vote) -> Standing:
    """What somebody is to a vote. Raises NotConfirmedYet, NotOnRoll for whoever has no business with it."""
    found = await permissions.standing(tx, person, vote)
    if found.voter is not None or found.desk:
        return found
    hotline = here.neighbourhood.community.hotline
    if found.household_id is None:
        raise NotOnRoll(place=await permissions.full_name(tx, vote.place_id), hotline=hotline)
    known = await confirmers(tx, person)
    raise NotConfirmedYet(
        place=await permissions.full_name(tx, found.household_id),
        who=permissions.public_name(tx, known[0]) if known else "",
        hotline=hotline,
    )


async def cast(tx: Transaction, here: Here, actor: Person, vote_id: int, *, choice: str) -> CastBallot:
    """Take down a household's ballot; the last one counts, and the others of the household are told.

    Raises NotFound, NotOnRoll, NotConfirmedYet, VoteEnded.
    """
    vote = await get(tx, vote_id)
    theirs = await voter(tx, here, actor, vote)
    if theirs.voter is None:
        raise NotOnRoll(
            place=await permissions.full_name(tx, vote.place_id), hotline=here.neighbourhood.community.hotline
        )
    option = next((o for o in await votes.options(tx, vote.id) if o.choice == choice), None)
    if option is None:
        raise NotFound
    if not await votes.hold_open(tx, vote_id=vote.id, now=here.now):
        raise VoteEnded(question=vote.question, cancelled=vote.state is VoteState.CANCELLED)
    before = await permissions.own_ballot(tx, theirs, vote)
    made = CastBallot(
        vote=vote, household_id=theirs.voter, option=option, changed=before is None or before.choice != choice
    )
    if made.changed:
        await votes.cast(
            tx, vote_id=vote.id, household_id=theirs.voter, choice=choice, person_id=actor.id, now=here.now
        )
        await _tell_household(tx, here, actor, made, again=before is not None)
        if before is None:
            await refresh(tx, GROUP_CARD, vote.id, now=here.now)
            await refresh(tx, CARD, vote.id, to=await people.by_id(tx, vote.opened_by), now=here.now)
    await refresh(tx, CARD, vote.id, to=actor, priority=Priority.REPLY, now=here.now)
    return made


async def _tell_household(tx: Transaction, here: Here, actor: Person, made: CastBallot, *, again: bool) -> None:
    vote = made.vote
    for member in await people.members(tx, place_id=made.household_id):
        if member.id == actor.id:
            continue
        text = HouseholdVoted(
            question=vote.question,
            name=permissions.name_at_home(tx, actor, member),
            option=said(made.option),
            changed=again,
        )
        await tell(tx, member, text, priority=Priority.TASK, now=here.now)
        await refresh(tx, CARD, vote.id, to=member, now=here.now)


def said(option: VoteOption) -> dict[str, str]:
    """An option as texts take it."""
    return {"choice": option.choice, "name": option.name}


async def choices(tx: Transaction, vote: Vote) -> list[VoteOption]:
    """What can be chosen, in order."""
    return await votes.options(tx, vote.id)


async def turnout(tx: Transaction, vote: Vote) -> int:
    """How many households have voted."""
    return await votes.turnout(tx, vote.id)


async def result(tx: Transaction, vote: Vote) -> Tally | None:
    """The count; None as long as the vote runs, and when it was cancelled."""
    found = await permissions.counted(tx, vote)
    if found is None:
        return None
    return count([o.choice for o in await votes.options(tx, vote.id)], found, roll=vote.households)


async def for_desk(tx: Transaction, actor: Person, vote_id: int) -> Vote:
    """An open vote, for somebody who may take it back. Raises NotFound, NotAllowed, VoteEnded."""
    vote = await get(tx, vote_id)
    await permissions.require(tx, actor, Action.OPEN_VOTE, place_id=vote.place_id)
    if vote.state is not VoteState.OPEN:
        raise VoteEnded(question=vote.question, cancelled=vote.state is VoteState.CANCELLED)
    return vote


async def cancel(tx: Transaction, here: Here, actor: Person, vote_id: int) -> Vote:
    """Take a vote back; whoever could vote is told. Raises NotFound, NotAllowed, VoteEnded."""
    vote = await for_desk(tx, actor, vote_id)
    if not await votes.end(tx, vote_id=vote.id, state=VoteState.CANCELLED, now=here.now):
        raise VoteEnded(question=vote.question, cancelled=vote.state is VoteState.CANCELLED)
    await audit.note(
        tx, action="vote_cancelled", actor_id=actor.id, subject_kind="vote", subject_id=vote.id, now=here.now
    )
    await timers.drop(tx, prefix=_PREFIX, subject_id=vote.id)
    await publish(tx, here, vote.id)
    await refresh(tx, CARD, vote.id, to=actor, priority=Priority.REPLY, now=here.now)
    return await get(tx, vote_id)


async def close(tx: Transaction, here: Here, vote_id: int) -> None:
    """The deadline: no more ballots; the result goes out once its picture is drawn."""
    vote = await get(tx, vote_id)
    if not await votes.end(tx, vote_id=vote.id, state=VoteState.CLOSED, now=here.now):
        return
    await timers.drop(tx, prefix=SPREAD, subject_id=vote.id)
    await timers.drop(tx, prefix=REMIND, subject_id=vote.id)
    await refresh(tx, GROUP_CARD, vote.id, now=here.now)
    await jobs.put(tx, kind=CHART, subject_id=vote.id, now=here.now)


async def publish(tx: Transaction, here: Here, vote_id: int) -> None:
    """Have the outcome told, when people are awake, with the picture if there is one."""
    await timers.put(tx, kind=RESULT, subject_id=vote_id, due=waking.after(here, here.now))


async def concerning(tx: Transaction, here: Here, person: Person) -> list[Vote]:
    """What somebody may vote on or opened, the open ones first, then those that have lately ended."""
    since = here.now - _LATELY
    found: dict[int, Vote] = {}
    if person.place_id is not None:
        of_home = await votes.of_household(tx, household_id=person.place_id, ended_since=since, limit=_LISTED)
        found |= {v.id: v for v in of_home}
    for grant in await people.grants(tx, person.id):
        if grant.role in permissions.ALLOWED[Action.OPEN_VOTE]:
            of_desk = await votes.in_place(tx, place_id=grant.place_id, ended_since=since, limit=_LISTED)
            found |= {v.id: v for v in of_desk}
    return sorted(found.values(), key=lambda v: (v.state is not VoteState.OPEN, -v.id))[:_LISTED]


async def bring_card(tx: Transaction, here: Here, person: Person, vote_id: int) -> None:
    """Give somebody the card at the end of the chat. Raises NotFound, NotOnRoll, NotConfirmedYet."""
    vote = await get(tx, vote_id)
    await voter(tx, here, person, vote)
    await show(tx, person, CARD, vote.id, priority=Priority.REPLY, now=here.now)
