"""Votes, their rolls and ballots, and how far their rounds have come."""

from datetime import datetime

from storage.database import Transaction
from storage.queries.people import PERSON
from storage.records import Ballot, Counted, OwnBallot, Person, Vote, VoteOption, VoteRound
from storage.states import VoteKind, VoteState

_VOTE = (
    "v.id, v.kind, v.place_id, v.question, v.plan, v.plan_file, v.state, v.households, v.opened_by, v.opened_at, "
    "v.closes_at, v.ended_at"
)


async def add(
    tx: Transaction,
    *,
    kind: VoteKind,
    place_id: int,
    question: str,
    plan: str | None,
    plan_file: str | None,
    households: int,
    opened_by: int,
    closes_at: datetime,
    now: datetime,
) -> int:
    """An open vote; its number."""
    return await tx.insert(
        "INSERT INTO votes (kind, place_id, question, plan, plan_file, state, households, opened_by, opened_at, "
        "closes_at, touched_at) VALUES (:kind, :place_id, :question, :plan, :plan_file, 'open', :households, "
        ":opened_by, :now, :closes_at, :now)",
        kind=kind,
        place_id=place_id,
        question=question,
        plan=plan,
        plan_file=plan_file,
        households=households,
        opened_by=opened_by,
        closes_at=closes_at,
        now=now,
    )


async def add_option(tx: Transaction, *, vote_id: int, choice: str, rank: int, name: str) -> None:
    """Something that can be chosen; an empty name is one of the texts'."""
    await tx.run(
        "INSERT INTO vote_options (vote_id, choice, rank, name) VALUES (:vote_id, :choice, :rank, :name)",
        vote_id=vote_id,
        choice=choice,
        rank=rank,
        name=name,
    )


async def freeze_roll(tx: Transaction, *, vote_id: int, place_id: int) -> None:
    """Write down the households that lie in a place now."""
    await tx.run(
        "INSERT INTO vote_roll (vote_id, household_id) SELECT CAST(:vote_id AS BIGINT), p.id FROM places p "
        "JOIN reach r ON r.place_id = p.id WHERE r.ancestor_id = :place_id AND p.kind = 'household'",
        vote_id=vote_id,
        place_id=place_id,
    )


async def households_in(tx: Transaction, place_id: int) -> tuple[int, int]:
    """How many households lie in a place, and how many of them have a confirmed member."""
    households = await tx.need(
        int,
        "SELECT COUNT(*) FROM places p JOIN reach r ON r.place_id = p.id "
        "WHERE r.ancestor_id = :place_id AND p.kind = 'household'",
        place_id=place_id,
    )
    confirmed = await tx.need(
        int,
        "SELECT COUNT(*) FROM places p JOIN reach r ON r.place_id = p.id "
        "WHERE r.ancestor_id = :place_id AND p.kind = 'household' AND EXISTS (SELECT 1 FROM people m "
        "WHERE m.place_id = p.id AND m.verified_at IS NOT NULL AND m.erased_at IS NULL)",
        place_id=place_id,
    )
    return households, confirmed


async def by_id(tx: Transaction, vote_id: int) -> Vote | None:
    """The vote of that number."""
    return await tx.one(Vote, f"SELECT {_VOTE} FROM votes v WHERE v.id = :vote_id", vote_id=vote_id)


async def options(tx: Transaction, vote_id: int) -> list[VoteOption]:
    """What can be chosen, in order."""
    return await tx.all(
        VoteOption, "SELECT choice, name FROM vote_options WHERE vote_id = :vote_id ORDER BY rank", vote_id=vote_id
    )


async def on_roll(tx: Transaction, *, vote_id: int, household_id: int | None) -> bool:
    """Whether a household may vote."""
    found = await tx.one(
        int,
        "SELECT 1 AS found FROM vote_roll WHERE vote_id = :vote_id AND household_id = CAST(:household_id AS BIGINT)",
        vote_id=vote_id,
        household_id=household_id,
    )
    return found is not None


async def ballot(tx: Transaction, *, vote_id: int, household_id: int) -> Ballot | None:
    """What a household has chosen."""
    return await tx.one(
        Ballot,
        "SELECT choice, person_id, cast_at FROM ballots WHERE vote_id = :vote_id AND household_id = :household_id",
        vote_id=vote_id,
        household_id=household_id,
    )


async def ballots_of(tx: Transaction, person_id: int) -> list[OwnBallot]:
    """What somebody has pressed for their household, latest first."""
    return await tx.all(
        OwnBallot,
        "SELECT v.question, b.choice, o.name, b.cast_at FROM ballots b JOIN votes v ON v.id = b.vote_id "
        "JOIN vote_options o ON o.vote_id = b.vote_id AND o.choice = b.choice "
        "WHERE b.person_id = :person_id ORDER BY b.cast_at DESC, v.id DESC",
        person_id=person_id,
    )


async def hold_open(tx: Transaction, *, vote_id: int, now: datetime) -> bool:
    """Keep the vote from being closed until this transaction has ended; False when it takes no more ballots."""
    return bool(
        await tx.run(
            "UPDATE votes SET touched_at = :now WHERE id = :vote_id AND state = 'open' AND closes_at > :now",
            vote_id=vote_id,
            now=now,
        )
    )


async def cast(tx: Transaction, *, vote_id: int, household_id: int, choice: str, person_id: int, now: datetime) -> None:
    """A household's ballot; the last one counts. Raises Violation for what is not on the roll or no option."""
    await tx.run(
        "INSERT INTO ballots (vote_id, household_id, choice, person_id, cast_at) "
        "VALUES (:vote_id, :household_id, :choice, :person_id, :now) ON CONFLICT (vote_id, household_id) "
        "DO UPDATE SET choice = excluded.choice, person_id = excluded.person_id, cast_at = excluded.cast_at",
        vote_id=vote_id,
        household_id=household_id,
        choice=choice,
        person_id=person_id,
        now=now,
    )


async def turnout(tx: Transaction, vote_id: int) -> int:
    """How many households have voted."""
    return await tx.need(int, "SELECT COUNT(*) FROM ballots WHERE vote_id = :vote_id", vote_id=vote_id)


async def ballots_by_choice(tx: Transaction, vote_id: int) -> list[Counted]:
    """How many households chose what."""
    return await tx.all(
        Counted,
        "SELECT choice AS state, COUNT(*) AS count FROM ballots WHERE vote_id = :vote_id GROUP BY choice",
        vote_id=vote_id,
    )


async def end(tx: Transaction, *, vote_id: int, state: VoteState, now: datetime) -> bool:
    """Take no more ballots; False when it has ended already."""
    return bool(
        await tx.run(
            "UPDATE votes SET state = :state, ended_at = :now WHERE id = :vote_id AND state = 'open'",
            vote_id=vote_id,
            state=state,
            now=now,
        )
    )


async def of_household(tx: Transaction, *, household_id: int, ended_since: datetime, limit: int) -> list[Vote]:
    """What a household may vote on or could lately, the open ones first."""
    return await tx.all(
        Vote,
        f"SELECT {_VOTE} FROM votes v JOIN vote_roll r ON r.vote_id = v.id WHERE r.household_id = :household_id "
        "AND (v.state = 'open' OR v.ended_at >= :ended_since) "
        "ORDER BY CASE v.state WHEN 'open' THEN 0 ELSE 1 END, v.id DESC LIMIT :limit",
        household_id=household_id,
        ended_since=ended_since,
        limit=limit,
    )


async def in_place(tx: Transaction, *, place_id: int, ended_since: datetime, limit: int) -> list[Vote]:
    """What is or lately was put to a place or to one in it, the open ones first."""
    return await tx.all(
        Vote,
        f"SELECT {_VOTE} FROM votes v JOIN reach r ON r.place_id = v.place_id WHERE r.ancestor_id = :place_id "
        "AND (v.state = 'open' OR v.ended_at >= :ended_since) "
        "ORDER BY CASE v.state WHEN 'open' THEN 0 ELSE 1 END, v.id DESC LIMIT :limit",
        place_id=place_id,
        ended_since=ended_since,
        limit=limit,
    )


async def counts(tx: Transaction) -> list[Counted]:
    """How many are in which state."""
    return await tx.all(Counted, "SELECT state, COUNT(*) AS count FROM votes GROUP BY state ORDER BY state")


async def round_at(tx: Transaction, *, vote_id: int, kind: str) -> VoteRound | None:
    """How far a round has come; None before it began."""
    return await tx.one(
        VoteRound,
        "SELECT household_id, person_id FROM vote_rounds WHERE vote_id = :vote_id AND kind = :kind",
        vote_id=vote_id,
        kind=kind,
    )


async def put_round(tx: Transaction, *, vote_id: int, kind: str, household_id: int, person_id: int) -> None:
    """A round has come so far."""
    await tx.run(
        "INSERT INTO vote_rounds (vote_id, kind, household_id, person_id) "
        "VALUES (:vote_id, :kind, :household_id, :person_id) ON CONFLICT (vote_id, kind) "
        "DO UPDATE SET household_id = excluded.household_id, person_id = excluded.person_id",
        vote_id=vote_id,
        kind=kind,
        household_id=household_id,
        person_id=person_id,
    )


async def end_round(tx: Transaction, *, vote_id: int, kind: str) -> None:
    """A round is through; the next one of its kind begins at the beginning."""
    await tx.run("DELETE FROM vote_rounds WHERE vote_id = :vote_id AND kind = :kind", vote_id=vote_id, kind=kind)


async def voters_after(
    tx: Transaction, *, vote_id: int, household_id: int, person_id: int, silent_only: bool, limit: int
) -> list[Person]:
    """The next confirmed members of households on the roll, by household; `silent_only`: without a ballot yet."""
    silent = "AND NOT EXISTS (SELECT 1 FROM ballots b WHERE b.vote_id = r.vote_id AND b.household_id = r.household_id) "
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM vote_roll r JOIN people p ON p.place_id = r.household_id "
        "WHERE r.vote_id = :vote_id AND r.household_id >= :household_id "
        "AND (r.household_id > :household_id OR p.id > :person_id) "
        f"AND p.verified_at IS NOT NULL AND p.erased_at IS NULL {silent if silent_only else ''}"
        "ORDER BY r.household_id, p.id LIMIT :limit",
        vote_id=vote_id,
        household_id=household_id,
        person_id=person_id,
        limit=limit,
    )


async def left_with_card(tx: Transaction, *, vote_id: int, card: str) -> list[Person]:
    """Those who have a vote's card without being able to vote: they moved, or opened it for others."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM cards c JOIN people p ON p.id = c.person_id WHERE c.kind = :card "
        "AND c.subject_id = :vote_id AND p.erased_at IS NULL AND (p.verified_at IS NULL OR NOT EXISTS "
        "(SELECT 1 FROM vote_roll r WHERE r.vote_id = :vote_id AND r.household_id = p.place_id)) ORDER BY p.id",
        vote_id=vote_id,
        card=card,
    )
