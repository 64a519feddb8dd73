"""Votes on both engines: a frozen roll, one ballot for each household, rounds in small steps, an honest end."""

from datetime import timedelta

import pytest
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOHE, XIAOLIN, XIAOWANG, Speaker, Town

from community import people as people_rules
from community import permissions, privacy, vote_rounds, votes
from community.errors import NotAllowed, NotFound
from community.vote_tally import Outcome
from community.vote_texts import NobodyToAsk, NotConfirmedYet, NotOnRoll, TooSoon, VoteEnded
from storage.database import Violation
from storage.queries import people, timers
from storage.queries import votes as rows
from storage.records import Vote
from storage.states import PlaceKind, Role, VoteKind, VoteState


async def opened(
    town: Town,
    author: Speaker = WU,
    *,
    code: str = "B3",
    kind: VoteKind = VoteKind.YES_NO,
    options: tuple[str, ...] = (),
    **left: float,
) -> Vote:
    """A vote that runs; a day long if nothing else is said."""
    at, actor = await town.place(code), await town.person(author)
    draft = votes.Draft(
        place_id=at.id,
        question="装不装充电桩",
        kind=kind,
        closes_at=town.clock.now() + timedelta(**(left or {"days": 1})),
        options=list(options),
    )
    async with town.database.write() as tx:
        return await votes.open_vote(tx, town.here(), actor, draft)


async def cast(town: Town, who: Speaker, vote: Vote, choice: str) -> votes.CastBallot:
    """Somebody presses an option."""
    actor = await town.person(who)
    async with town.database.write() as tx:
        return await votes.cast(tx, town.here(), actor, vote.id, choice=choice)


async def own(town: Town, who: Speaker, vote: Vote) -> str | None:
    """What somebody sees as their household's choice."""
    person = await town.person(who)
    async with town.database.read() as tx:
        ballot = await permissions.own_ballot(tx, await permissions.standing(tx, person, vote), vote)
    return ballot.choice if ballot else None


async def run_due(town: Town) -> list[str]:
    """What falls due now, once; the kinds of what ran."""
    due = {
        votes.SPREAD: vote_rounds.spread,
        votes.REMIND: vote_rounds.remind,
        votes.CLOSE: votes.close,
        votes.RESULT: vote_rounds.tell_outcome,
    }
    async with town.database.write() as tx:
        found = [t for t in await timers.due(tx, now=town.clock.now(), limit=20) if t.kind in due]
        for timer in found:
            await due[timer.kind](tx, town.here(), timer.subject_id)
            await timers.finish(tx, timer_id=timer.id, due=timer.due)
    return [t.kind for t in found]


async def test_the_roll_is_the_households_of_the_place_as_they_are_now(town: Town) -> None:
    vote = await opened(town, code="B3")

    on_roll = await town.count("vote_roll", "vote_id = :vote_id", vote_id=vote.id)
    assert (vote.households, on_roll) == (24, 24)
    assert await town.count("places", "kind = 'household'") > 24


async def test_a_flat_that_is_added_later_is_not_on_the_roll(town: Town) -> None:
    vote = await opened(town, code="B3-2")
    stairwell = await town.place("B3-2")
    async with town.database.write() as tx:
        flat = await tx.need(
            int,
            "INSERT INTO places (code, kind, parent_id, name_zh, name_en, door) "
            "VALUES ('B3-2-701', 'household', :parent, '701', '701', 'x') RETURNING id",
            parent=stairwell.id,
        )
        for above in ("C1", "E1", "B3", "B3-2"):
            at = await tx.need(int, "SELECT id FROM places WHERE code = :code", code=above)
            await tx.run("INSERT INTO reach (ancestor_id, place_id) VALUES (:at, :flat)", at=at, flat=flat)
    late = await town.resident("晚来的", "B3-2-701")

    with pytest.raises(NotOnRoll):
        await cast(town, late, vote, "yes")


@pytest.mark.parametrize("who", [AQIANG, LIU, XIAOHE, XIAOLIN])
async def test_only_the_desk_that_reaches_a_place_opens_votes_there(town: Town, who: Speaker) -> None:
    with pytest.raises(NotAllowed):
        await opened(town, who)

    assert await town.count("votes") == 0


async def test_a_grid_worker_opens_votes_in_the_grid_and_nowhere_else(town: Town) -> None:
    worker = await town.person(XIAOWANG)
    async with town.database.read() as tx:
        reached = await votes.scopes(tx, worker)

    assert {p.code for p in reached} >= {"B3", "B3-2"}
    assert {p.kind for p in reached} <= {PlaceKind.ESTATE, PlaceKind.BUILDING, PlaceKind.STAIRWELL}
    with pytest.raises(NotAllowed):
        await opened(town, XIAOWANG, code="C1")


@pytest.mark.parametrize(
    ("code", "left", "refusal"),
    [("B3", {"minutes": 29}, TooSoon), ("B3", {"days": -1}, TooSoon), ("B3-2-102", {"days": 1}, NotFound)],
)
async def test_a_vote_that_nobody_could_take_part_in_is_refused(
    town: Town, code: str, left: dict[str, float], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await opened(town, code=code, **left)

    assert await town.count("vote_roll") == 0


async def test_a_place_without_households_is_not_asked(town: Town) -> None:
    async with town.database.write() as tx:
        await tx.run(
            "DELETE FROM reach WHERE ancestor_id <> place_id AND place_id IN "
            "(SELECT id FROM places WHERE kind = 'household')"
        )

    with pytest.raises(NobodyToAsk):
        await opened(town)


async def test_a_household_has_one_ballot_and_the_last_one_counts(town: Town) -> None:
    wife = await town.resident("阿强嫂", "B3-2-102")
    vote = await opened(town)

    await cast(town, AQIANG, vote, "yes")
    await cast(town, wife, vote, "no")

    assert await town.count("ballots") == 1
    assert (await own(town, AQIANG, vote), await own(town, wife, vote)) == ("no", "no")


async def test_the_others_of_the_household_are_told_and_nobody_else(town: Town) -> None:
    wife = await town.resident("阿强嫂", "B3-2-102")
    unconfirmed = await town.resident("借住的", "B3-2-102", verified=False)
    vote = await opened(town)

    await cast(town, AQIANG, vote, "yes")

    told = "template = 'vote/household_voted'"
    assert await town.count("outbox", told) == 1
    assert await town.count("outbox", f"{told} AND person_id = :id", id=(await town.person(wife)).id) == 1
    assert await town.count("outbox", f"{told} AND person_id = :id", id=(await town.person(unconfirmed)).id) == 0


async def test_the_same_choice_twice_is_taken_down_and_told_once(town: Town) -> None:
    await town.resident("阿强嫂", "B3-2-102")
    vote = await opened(town)

    first = await cast(town, AQIANG, vote, "yes")
    second = await cast(town, AQIANG, vote, "yes")

    assert (first.changed, second.changed) == (True, False)
    assert await town.count("outbox", "template = 'vote/household_voted'") == 1


async def test_an_unconfirmed_member_hears_who_confirms(town: Town) -> None:
    newcomer = await town.resident("新来的", "B3-2-102", verified=False)
    vote = await opened(town)

    with pytest.raises(NotConfirmedYet) as refused:
        await cast(town, newcomer, vote, "yes")

    assert refused.value.who == LIU.name
    assert await own(town, newcomer, vote) is None


@pytest.mark.parametrize("who", [WU, XIAOWANG, XIAOHE])
async def test_who_lives_elsewhere_has_no_ballot_not_even_the_desk(town: Town, who: Speaker) -> None:
    vote = await opened(town)

    with pytest.raises(NotOnRoll):
        await cast(town, who, vote, "yes")

    assert await town.count("ballots") == 0


async def test_what_was_never_offered_cannot_be_chosen(town: Town) -> None:
    vote = await opened(town, kind=VoteKind.CHOOSE_ONE, options=("甲", "乙"))

    for forged in ("yes", "3", "", "abstain "):
        with pytest.raises(NotFound):
            await cast(town, AQIANG, vote, forged)
    with pytest.raises(NotFound):
        await cast(town, AQIANG, Vote(**{**_fields(vote), "id": 999}), "1")

    assert await town.count("ballots") == 0


def _fields(vote: Vote) -> dict[str, object]:
    return {name: getattr(vote, name) for name in Vote.__dataclass_fields__}


async def test_the_database_itself_refuses_a_ballot_that_is_not_on_the_roll(town: Town) -> None:
    vote, elsewhere, wu = await opened(town, code="B3"), await town.place("B1-1-101"), await town.person(WU)

    with pytest.raises(Violation):
        async with town.database.write() as tx:
            await rows.cast(
                tx, vote_id=vote.id, household_id=elsewhere.id, choice="yes", person_id=wu.id, now=town.clock.now()
            )


async def test_abstaining_is_offered_last_in_every_vote(town: Town) -> None:
    yes_no = await opened(town)
    one_of = await opened(town, kind=VoteKind.CHOOSE_ONE, options=("甲", "乙"))

    async with town.database.read() as tx:
        offered = [[o.choice for o in await votes.choices(tx, v)] for v in (yes_no, one_of)]

    assert offered == [["yes", "no", "abstain"], ["1", "2", "abstain"]]


async def test_at_the_deadline_no_more_ballots_are_taken_even_before_the_timer_ran(town: Town) -> None:
    vote = await opened(town, hours=5)
    await cast(town, AQIANG, vote, "yes")
    town.clock.advance(hours=5)

    with pytest.raises(VoteEnded):
        await cast(town, AQIANG, vote, "no")

    assert await own(town, AQIANG, vote) == "yes"


async def test_there_is_no_result_while_the_vote_runs(town: Town) -> None:
    vote = await opened(town, hours=5)
    await cast(town, AQIANG, vote, "yes")

    async with town.database.read() as tx:
        running = await votes.result(tx, vote)
    town.clock.advance(hours=5)
    await run_due(town)
    async with town.database.read() as tx:
        closed = await votes.result(tx, await votes.get(tx, vote.id))

    assert running is None
    assert closed is not None
    assert (closed.roll, closed.cast, closed.outcome) == (24, 1, Outcome.CHOSEN)


async def test_closing_asks_for_the_picture_once(town: Town) -> None:
    vote = await opened(town, hours=5)
    town.clock.advance(hours=5)

    for _ in range(2):
        async with town.database.write() as tx:
            await votes.close(tx, town.here(), vote.id)

    assert await town.count("jobs", "kind = 'vote_chart'") == 1
    assert await town.count("votes", "state = 'closed'") == 1


async def test_a_cancelled_vote_takes_no_ballots_and_has_no_result(town: Town) -> None:
    vote, wu = await opened(town), await town.person(WU)
    await cast(town, AQIANG, vote, "yes")

    async with town.database.write() as tx:
        vote = await votes.cancel(tx, town.here(), wu, vote.id)

    with pytest.raises(VoteEnded):
        await cast(town, AQIANG, vote, "no")
    async with town.database.write() as tx:
        assert await votes.result(tx, vote) is None
        with pytest.raises(VoteEnded):
            await votes.cancel(tx, town.here(), wu, vote.id)
    assert await town.count("timers", "kind IN ('vote_close', 'vote_remind', 'vote_spread')") == 0


@pytest.mark.parametrize("who", [AQIANG, LIU, XIAOHE])
async def test_who_may_not_open_a_vote_may_not_take_it_back(town: Town, who: Speaker) -> None:
    vote, actor = await opened(town), await town.person(who)

    async with town.database.write() as tx:
        with pytest.raises(NotAllowed):
            await votes.cancel(tx, town.here(), actor, vote.id)

    assert await town.count("votes", "state = 'open'") == 1


async def test_everybody_who_may_vote_gets_one_card_in_however_many_steps(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vote_rounds, "AT_ONCE", 2)
    for number in range(4):
        await town.resident(f"家人{number}", "B3-2-102")
    vote = await opened(town)

    steps = 0
    while await run_due(town):
        steps += 1
        town.clock.advance(seconds=1)

    voters = await town.count("people p JOIN vote_roll r ON r.household_id = p.place_id", "p.verified_at IS NOT NULL")
    assert await town.count("cards", "kind = 'vote' AND subject_id = :id", id=vote.id) == voters == 9
    assert await town.count("outbox", "kind = 'card' AND card_id IS NOT NULL AND group_id IS NULL") == voters
    assert await town.count("cards", "kind = 'vote_group'") == 1
    assert steps == 5
    assert await town.count("vote_rounds") == 0


async def test_a_vote_opened_at_night_goes_out_in_the_morning(town: Town) -> None:
    town.clock.advance(hours=14)  # 23:00
    await opened(town, days=1)

    at_night = await run_due(town)
    town.clock.advance(hours=8)
    in_the_morning = await run_due(town)

    assert (at_night, in_the_morning) == ([], [votes.SPREAD])


async def test_only_those_whose_household_is_silent_are_reminded(town: Town) -> None:
    await town.resident("阿强嫂", "B3-2-102")
    vote = await opened(town, hours=11)  # 20:00; the reminder of the day before lies behind
    await run_due(town)
    await cast(town, AQIANG, vote, "yes")
    async with town.database.write() as tx:
        await tx.run("DELETE FROM outbox")
    town.clock.advance(hours=8)

    ran = await run_due(town)

    async with town.database.read() as tx:
        told = await tx.all(
            int,
            "SELECT p.telegram_id FROM outbox o JOIN people p ON p.id = o.person_id "
            "WHERE o.kind = 'card' ORDER BY p.telegram_id",
        )
    assert ran == [votes.REMIND]
    assert told == sorted(s.id for s in (NAINAI, XIAOLIN, LIU, AMEI))
    assert await town.count("timers", "kind = 'vote_remind'") == 0


async def test_nobody_is_reminded_of_a_vote_that_ended_during_a_stall(town: Town) -> None:
    await opened(town, hours=11)
    await run_due(town)
    async with town.database.write() as tx:
        await tx.run("DELETE FROM outbox")
    town.clock.advance(hours=12)

    ran = await run_due(town)

    assert ran == [votes.REMIND, votes.CLOSE]
    assert await town.count("outbox", "kind = 'card'") == 0


async def test_reminders_fall_into_waking_hours_ahead_of_now(town: Town) -> None:
    vote = await opened(town, hours=25)  # 10:00 tomorrow: −24 h is 10:00 today, −3 h is 7:00
    early = await opened(town, hours=23)  # 8:00 tomorrow: −3 h is 5:00, so the evening before

    moments = [
        [f"{at.astimezone(town.here().zone):%d %H:%M}" for at in votes.reminders(town.here(), v)] for v in (vote, early)
    ]

    assert moments == [["10 10:00", "11 07:00"], ["10 21:55"]]


async def test_ballots_outlive_the_voter_without_a_name(town: Town) -> None:
    vote = await opened(town, hours=5)
    await cast(town, AQIANG, vote, "yes")
    aqiang = await town.person(AQIANG)

    async with town.database.write() as tx:
        taken_along = await privacy.export(tx, aqiang)
        await people_rules.erase(tx, town.here(), aqiang)
    town.clock.advance(hours=5)
    await run_due(town)

    async with town.database.read() as tx:
        tally = await votes.result(tx, await votes.get(tx, vote.id))
    assert [b["choice"] for b in taken_along["ballots"]] == ["yes"]
    assert tally is not None
    assert tally.cast == 1
    assert await town.count("ballots", "person_id IS NOT NULL") == 0


async def test_who_moves_away_votes_there_no_more_and_the_ballot_stays(town: Town) -> None:
    vote = await opened(town)
    await cast(town, AQIANG, vote, "yes")
    aqiang, elsewhere = await town.person(AQIANG), await town.place("B1-1-101")
    async with town.database.write() as tx:
        name = aqiang.name
        assert name is not None
        await people.join(tx, person_id=aqiang.id, name=name, place_id=elsewhere.id, now=town.clock.now())

    with pytest.raises(NotOnRoll):
        await cast(town, AQIANG, vote, "no")

    assert await own(town, AQIANG, vote) is None
    assert await town.count("ballots", "choice = 'yes'") == 1


async def test_a_list_names_what_concerns_the_household_and_the_desk(town: Town) -> None:
    here_vote = await opened(town, code="B3-2")
    there = await opened(town, code="B1")
    worker_elsewhere = await town.resident("网格员小孙", None, roles=((Role.GRID_WORKER, "G1"),))

    listed = {}
    for who in (AQIANG, XIAOLIN, WU, worker_elsewhere):
        person = await town.person(who)
        async with town.database.read() as tx:
            listed[who.name] = {v.id for v in await votes.concerning(tx, town.here(), person)}

    assert listed[AQIANG.name] == {here_vote.id}
    assert listed[XIAOLIN.name] == set()
    assert listed[WU.name] == {here_vote.id, there.id}
    assert here_vote.id not in listed[worker_elsewhere.name]


async def test_an_ended_vote_is_listed_for_a_month(town: Town) -> None:
    vote, aqiang, wu = await opened(town), await town.person(AQIANG), await town.person(WU)
    async with town.database.write() as tx:
        await votes.cancel(tx, town.here(), wu, vote.id)

    listed = []
    for days in (29, 2):
        town.clock.advance(days=days)
        async with town.database.read() as tx:
            listed.append([v.state for v in await votes.concerning(tx, town.here(), aqiang)])

    assert listed == [[VoteState.CANCELLED], []]
