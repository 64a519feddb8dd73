"""Rounds through a vote's roll: cards, reminders and the outcome, a few people at a time."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from community import permissions, votes, waking
from community.here import Here
from community.tell import Text, reachable_by_chat, refresh, show, tell
from community.vote_results import outcome
from community.votes import CARD, CHART, GROUP_CARD, REMIND, RESULT, SPREAD
from storage.database import Transaction
from storage.queries import dialogues, jobs, people, timers
from storage.queries import votes as rows
from storage.records import Person, Vote
from storage.states import Priority, VoteState

AT_ONCE = 200
"""So many people are told in one transaction; then others have their turn."""
_NEXT = timedelta(milliseconds=1)


async def spread(tx: Transaction, here: Here, vote_id: int) -> None:
    """Give the card to everybody who may vote, after the groups."""
    vote = await votes.get(tx, vote_id)
    if vote.state is not VoteState.OPEN:
        return
    if await _begins(tx, vote, SPREAD):
        for group in await dialogues.bound_groups(tx, place_id=vote.place_id):
            await show(tx, group, GROUP_CARD, vote.id, priority=Priority.TASK, now=here.now)

    async def give(person: Person) -> None:
        if person.id != vote.opened_by:  # who opened it has the card already
            await show(tx, person, CARD, vote.id, priority=Priority.NOTICE, now=here.now)

    await _go_round(tx, here, vote, SPREAD, give)


async def remind(tx: Transaction, here: Here, vote_id: int) -> None:
    """Bring the card again to those whose household has not voted; it says how much time is left."""
    vote = await votes.get(tx, vote_id)
    if vote.state is not VoteState.OPEN or vote.closes_at <= here.now:
        return
    awake = waking.after(here, here.now)
    if awake > here.now and await _begins(tx, vote, REMIND):  # due long ago, and only run now
        if awake < vote.closes_at:
            await timers.put(tx, kind=REMIND, subject_id=vote.id, due=awake)
        return

    async def bring(person: Person) -> None:
        await show(tx, person, CARD, vote.id, priority=Priority.NOTICE, now=here.now)

    if await _go_round(tx, here, vote, REMIND, bring, silent_only=True):
        await votes.set_reminder(tx, here, vote)


async def tell_outcome(tx: Transaction, here: Here, vote_id: int) -> None:
    """Tell groups and voters what has come of it, and bring their cards up to date."""
    vote = await votes.get(tx, vote_id)
    text: Text = await outcome(tx, here, vote)
    picture = await jobs.picture_of(tx, kind=CHART, subject_id=vote.id) if vote.state is VoteState.CLOSED else None
    if await _begins(tx, vote, RESULT):
        await refresh(tx, GROUP_CARD, vote.id, now=here.now)
        for group in await dialogues.bound_groups(tx, place_id=vote.place_id):
            await tell(tx, group, text, priority=Priority.TASK, now=here.now, picture=picture)
        opener = await people.by_id(tx, vote.opened_by)
        if (await permissions.standing(tx, opener, vote)).voter is None:
            await tell(tx, opener, text, priority=Priority.TASK, now=here.now, picture=picture)
        for person in await rows.left_with_card(tx, vote_id=vote.id, card=CARD):
            await refresh(tx, CARD, vote.id, to=person, priority=Priority.NOTICE, now=here.now)

    async def inform(person: Person) -> None:
        await refresh(tx, CARD, vote.id, to=person, priority=Priority.NOTICE, now=here.now)
        await tell(tx, person, text, priority=Priority.NOTICE, now=here.now, picture=picture)

    await _go_round(tx, here, vote, RESULT, inform)


async def _begins(tx: Transaction, vote: Vote, kind: str) -> bool:
    return await rows.round_at(tx, vote_id=vote.id, kind=kind) is None


async def _go_round(
    tx: Transaction,
    here: Here,
    vote: Vote,
    kind: str,
    each: Callable[[Person], Awaitable[None]],
    *,
    silent_only: bool = False,
) -> bool:
    """Do something for the next few people; True when the round is through, else it goes on at once."""
    at = await rows.round_at(tx, vote_id=vote.id, kind=kind)
    found = await rows.voters_after(
        tx,
        vote_id=vote.id,
        household_id=at.household_id if at else 0,
        person_id=at.person_id if at else 0,
        silent_only=silent_only,
        limit=AT_ONCE,
    )
    for person in found:
        if reachable_by_chat(person):
            await each(person)
    if len(found) < AT_ONCE:
        await rows.end_round(tx, vote_id=vote.id, kind=kind)
        return True
    last = found[-1]
    await rows.put_round(tx, vote_id=vote.id, kind=kind, household_id=last.place_id or 0, person_id=last.id)
    await timers.put(tx, kind=kind, subject_id=vote.id, due=here.now + _NEXT)
    return False
