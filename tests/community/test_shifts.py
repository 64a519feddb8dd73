"""Shifts: posted, grabbed, walked or called off; what they find, and the figures made of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from factories import AMEI, AQIANG, WU, XIAOLIN, XIAOWANG, Speaker, Town

from community import (
    follow_up,
    patrol_figures,
    people,
    report_intake,
    shift_ends,
    shift_repeats,
    shift_rounds,
    shift_times,
    shift_vouching,
    shifts,
    taking,
    tasks,
    time_bank_check,
    time_bank_statement,
    waiting_list,
)
from community.errors import NoLongerPossible, NotAllowed, NotFound, Refused, TooLong
from community.order_texts import Full
from community.shift_texts import (
    CaptainOnly,
    CheckedIn,
    NotVolunteer,
    Overlapping,
    ShiftIsPast,
    ShiftTooFar,
    TooEarly,
    TooFew,
    TooManyPoints,
    WrongSize,
)
from storage.database import Transaction
from storage.records import Shift
from storage.states import FindingKind, Role, TaskKind, TaskState

S = TaskState
Step = Callable[[Transaction, Town, Shift], Awaitable[object]]


async def volunteer(town: Town, name: str, home: str = "B3-1-101", reach: str = "G2") -> Speaker:
    """One more who may grab shifts."""
    return await town.resident(name, home, roles=((Role.VOLUNTEER, reach),))


async def posted(town: Town, *, hours: float = 30, people: int = 3, place: str = "B3", minutes: int = 60) -> Shift:
    """A shift so many hours ahead, with two points."""
    at = await town.place(place)
    draft = shifts.Draft(
        kind=TaskKind.PATROL,
        place_id=at.id,
        begins=town.clock.now() + timedelta(hours=hours),
        minutes=minutes,
        people=people,
        points=["东门", "车棚"],
    )
    async with town.database.write() as tx:
        return await shifts.post(tx, town.here(), await town.person(WU), draft)


async def claimed(town: Town, shift: Shift, *who: Speaker) -> None:
    """They grab it, one after the other."""
    for one in who:
        async with town.database.write() as tx, tx.savepoint():
            await taking.claim(tx, town.here(), await town.person(one), shift.task_id)


async def refused(town: Town, error: type[Refused], shift: Shift, who: Speaker) -> None:
    """Grabbing it is refused, and changes nothing."""
    with pytest.raises(error):
        await claimed(town, shift, who)


async def begun(town: Town, *who: Speaker) -> Shift:
    """A round that these are on, begun at its hour."""
    shift = await posted(town, hours=1)
    await claimed(town, shift, *(who or (XIAOLIN, AMEI)))
    town.clock.advance(minutes=60)
    async with town.database.write() as tx:
        await shift_rounds.start(tx, town.here(), await town.person((who or (XIAOLIN,))[0]), shift.id)
    return shift


async def state(town: Town, shift: Shift) -> TaskState:
    """How its task stands."""
    async with town.database.read() as tx:
        return (await tasks.get(tx, shift.task_id)).state


async def said(town: Town, who: Speaker, template: str) -> int:
    """How often somebody was told this."""
    person = await town.person(who)
    return await town.count("outbox", "person_id = :id AND template = :template", id=person.id, template=template)


async def test_whoever_is_first_leads_and_others_join_until_it_is_full(town: Town) -> None:
    shift = await posted(town)
    third, late = await volunteer(town, "邻居甲"), await volunteer(town, "邻居乙")

    await claimed(town, shift, XIAOLIN, AMEI, third)

    async with town.database.read() as tx:
        task = await tasks.get(tx, shift.task_id)
        team = [one.id for one in await shifts.team(tx, task)]
    assert team == [(await town.person(one)).id for one in (XIAOLIN, AMEI, third)]
    await refused(town, Full, shift, late)
    await refused(town, NoLongerPossible, shift, AMEI)


async def test_a_late_claim_does_not_move_the_hour(town: Town) -> None:
    shift = await posted(town, hours=1)
    town.clock.advance(minutes=55)

    await claimed(town, shift, XIAOLIN)

    async with town.database.read() as tx:
        assert (await tasks.get(tx, shift.task_id)).due == shift.begins


async def test_whoever_is_no_volunteer_is_told_how_to_become_one(town: Town) -> None:
    shift = await posted(town)

    async with town.database.write() as tx:
        with pytest.raises(NotVolunteer):
            await shifts.bring_card(tx, town.here(), await town.person(AQIANG), shift.id)
    await refused(town, NotAllowed, shift, AQIANG)


async def test_a_shift_for_the_whole_estate_is_for_those_who_serve_a_part_of_it_too(town: Town) -> None:
    shift = await posted(town, place="E1")
    far = await volunteer(town, "河畔志愿者", "B5-1-101", "B5")

    await claimed(town, shift, XIAOLIN)

    await refused(town, NotAllowed, shift, far)


async def test_nobody_is_on_two_rounds_at_once(town: Town) -> None:
    first, second, third = await posted(town), await posted(town, hours=30.5), await posted(town, hours=31)
    await claimed(town, first, XIAOLIN)

    await refused(town, Overlapping, second, XIAOLIN)
    await claimed(town, third, XIAOLIN)  # begins when the first one ends


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"hours": -1}, ShiftIsPast),
        ({"hours": 0.2}, ShiftIsPast),
        ({"hours": 24 * 61}, ShiftTooFar),
        ({"people": 2}, WrongSize),
        ({"people": 6}, WrongSize),
        ({"place": "B3-2"}, NotFound),
    ],
)
async def test_what_cannot_be_posted_is_refused(town: Town, changed: dict[str, object], error: type[Refused]) -> None:
    with pytest.raises(error):
        await posted(town, **changed)  # type: ignore[arg-type]

    assert await town.count("shifts") == 0


def test_points_are_few_and_short() -> None:
    with pytest.raises(TooManyPoints):
        shifts.check_points([str(n) for n in range(13)])
    with pytest.raises(TooLong):
        shifts.check_points(["长" * 31])


async def test_only_the_desk_of_the_place_posts_and_calls_off(town: Town) -> None:
    shift = await posted(town, place="B5")

    async with town.database.write() as tx:
        for who in (XIAOLIN, XIAOWANG, AQIANG):
            with pytest.raises(NotAllowed):
                await shift_ends.call_off(tx, town.here(), await town.person(who), shift.id, reason="")


async def test_a_call_off_with_its_reason_reaches_everybody_who_joined_or_waits(town: Town) -> None:
    shift = await posted(town)
    third, waits = await volunteer(town, "邻居甲"), await volunteer(town, "邻居乙")
    await claimed(town, shift, XIAOLIN, AMEI, third)
    async with town.database.write() as tx:
        await waiting_list.enter(tx, town.here(), await town.person(waits), shift.task_id)

        await shift_ends.call_off(tx, town.here(), await town.person(WU), shift.id, reason="今晚有雷暴")

    assert [await said(town, one, "shift/called_off") for one in (XIAOLIN, AMEI, third, waits)] == [1, 1, 1, 1]
    assert await state(town, shift) is S.CANCELLED
    assert await town.count("timers", "kind LIKE 'shift_%' OR kind LIKE 'task_%' OR kind LIKE 'look_%'") == 0


async def test_two_hours_before_the_desk_and_who_joined_hear_that_they_are_too_few(town: Town) -> None:
    shift = await posted(town)
    await claimed(town, shift, XIAOLIN)
    town.clock.advance(hours=28)

    async with town.database.write() as tx:
        await shift_ends.few(tx, town.here(), shift.id)

    assert [await said(town, one, "shift/few_yet") for one in (XIAOLIN, WU, AMEI)] == [1, 1, 0]


async def test_enough_means_silence_two_hours_before_and_at_the_hour(town: Town) -> None:
    shift = await posted(town)
    await claimed(town, shift, XIAOLIN, AMEI)
    town.clock.advance(hours=30)

    async with town.database.write() as tx:
        await shift_ends.few(tx, town.here(), shift.id)
        await shift_ends.its_hour(tx, town.here(), shift.id)

    assert await said(town, XIAOLIN, "shift/few_yet") == 0
    assert await state(town, shift) is S.CLAIMED


@pytest.mark.parametrize("joined", [0, 1])
async def test_too_few_at_the_hour_is_called_off_and_the_desk_hears(town: Town, joined: int) -> None:
    shift = await posted(town)
    await claimed(town, shift, *[XIAOLIN][:joined])
    town.clock.advance(hours=30)

    async with town.database.write() as tx:
        await shift_ends.its_hour(tx, town.here(), shift.id)

    assert await state(town, shift) is S.CANCELLED
    assert await said(town, XIAOLIN, "shift/called_off") == joined
    assert await said(town, WU, "shift/called_off") == 1


async def test_staff_may_let_one_go_alone(town: Town) -> None:
    shift = await posted(town, hours=1)
    await claimed(town, shift, XIAOLIN)
    async with town.database.write() as tx:
        await shift_ends.go_ahead(tx, town.here(), await town.person(WU), shift.id)
        with pytest.raises(NoLongerPossible):
            await shift_ends.go_ahead(tx, town.here(), await town.person(WU), shift.id)
    town.clock.advance(hours=1)

    async with town.database.write() as tx:
        await shift_ends.its_hour(tx, town.here(), shift.id)
        await shift_rounds.start(tx, town.here(), await town.person(XIAOLIN), shift.id)

    assert await state(town, shift) is S.ARRIVED


async def test_a_round_begins_by_its_captain_at_its_hour_with_enough(town: Town) -> None:
    shift = await posted(town)
    await claimed(town, shift, XIAOLIN)

    async def start(who: Speaker) -> None:
        async with town.database.write() as tx:
            await shift_rounds.start(tx, town.here(), await town.person(who), shift.id)

    with pytest.raises(TooEarly):
        await start(XIAOLIN)
    town.clock.advance(hours=29.5)
    with pytest.raises(TooFew):
        await start(XIAOLIN)
    await claimed(town, shift, AMEI)
    with pytest.raises(CaptainOnly):
        await start(AMEI)
    with pytest.raises(NotAllowed):
        await start(WU)
    await start(XIAOLIN)
    with pytest.raises(NoLongerPossible):
        await start(XIAOLIN)


async def test_a_point_is_checked_in_once_by_anybody_of_the_team(town: Town) -> None:
    shift = await begun(town)
    async with town.database.write() as tx:
        points, _ = await shift_rounds.so_far(tx, shift)

        await shift_rounds.check_in(tx, town.here(), await town.person(AMEI), points[0].id)
        with pytest.raises(CheckedIn):
            await shift_rounds.check_in(tx, town.here(), await town.person(XIAOLIN), points[0].id)
        with pytest.raises(NotAllowed):
            await shift_rounds.check_in(tx, town.here(), await town.person(WU), points[1].id)


async def test_of_a_position_only_that_it_was_sent_is_kept(town: Town) -> None:
    shift = await begun(town)
    async with town.database.write() as tx:
        points, _ = await shift_rounds.so_far(tx, shift)
        who = await town.person(AMEI)
        assert await shift_rounds.locate(tx, town.here(), who) is None
        await shift_rounds.check_in(tx, town.here(), who, points[0].id)

        located = await shift_rounds.locate(tx, town.here(), who)

        assert located is not None
        assert await shift_rounds.locate(tx, town.here(), who) is None  # once for each check-in
        assert [p.located for p in await shifts_points(tx, shift)] == [True, False]


async def shifts_points(tx: Transaction, shift: Shift) -> list[object]:
    points, _ = await shift_rounds.so_far(tx, shift)
    return list(points)


async def reported(tx: Transaction, town: Town, who: Speaker) -> int:
    """Somebody reports a lamp at B3."""
    draft = report_intake.Draft(category="lighting", place_id=(await town.place("B3")).id, words="灯不亮")
    report, _ = await report_intake.submit(tx, town.here(), await town.person(who), draft)
    return report.id


async def test_the_figures_are_those_of_the_rounds(town: Town) -> None:
    shift = await begun(town)
    town.clock.advance(minutes=45)
    async with town.database.write() as tx:
        here, amei, captain = town.here(), await town.person(AMEI), await town.person(XIAOLIN)
        points, _ = await shift_rounds.so_far(tx, shift)
        await shift_rounds.check_in(tx, here, amei, points[0].id)
        for _ in range(2):
            await shift_rounds.hazard(tx, here, amei, shift.id, report_id=await reported(tx, town, AMEI))
        await shift_rounds.note(tx, here, amei, shift.id, FindingKind.QUARREL)
        await shift_rounds.note(tx, here, captain, shift.id, FindingKind.CLUE)
        await tx.run("UPDATE reports SET state = 'closed' WHERE id = (SELECT MIN(report_id) FROM shift_findings)")
        await shift_rounds.end(tx, here, captain, shift.id, note="一切正常")

    async with town.database.read() as tx:
        found = await patrol_figures.of_months(tx, town.here(), await town.person(XIAOWANG))
        with pytest.raises(NotAllowed):
            await patrol_figures.of_months(tx, town.here(), await town.person(XIAOLIN))
    assert found.now == patrol_figures.Figures(
        rounds=1, people=2, minutes=90, points=1, all_points=2, hazards=2, solved=1, quarrels=1, clues=1
    )
    assert (found.before.rounds, found.month, found.last_month) == (0, 6, 5)
    assert [await said(town, one, "shift/round_done") for one in (XIAOLIN, AMEI)] == [1, 1]
    async with town.database.read() as tx:
        assert (await time_bank_check.check(tx)).findings == []
        for one in (XIAOLIN, AMEI):
            line, *others = (await time_bank_statement.of(tx, town.here(), await town.person(one))).lines
            assert (line["minutes"], line["service"], others) == (45, {"label": "task_patrol"}, [])
    town.clock.advance(days=30)
    async with town.database.read() as tx:
        later = await patrol_figures.of_months(tx, town.here(), await town.person(XIAOWANG))
    assert (later.now.rounds, later.before.rounds) == (0, 1)


async def test_a_clue_goes_once_to_the_desk_and_the_community_police(town: Town) -> None:
    police = await town.resident("民警小严", "B1-1-101", roles=((Role.STAFF, "police"),))
    shift = await begun(town)
    async with town.database.write() as tx:
        here, who = town.here(), await town.person(AMEI)
        number = await shift_rounds.note(tx, here, who, shift.id, FindingKind.CLUE)

        await shift_rounds.describe(tx, here, who, number, words="有生人在收旧卡")
        with pytest.raises(NoLongerPossible):
            await shift_rounds.describe(tx, here, who, number, words="再说一次")
        with pytest.raises(NotFound):
            await shift_rounds.describe(tx, here, await town.person(XIAOLIN), number, words="不是我的")

    assert [await said(town, one, "shift/clue") for one in (XIAOWANG, police, AMEI)] == [1, 1, 0]
    assert await town.count("timers", "kind = 'clue_relay'") == 0


async def test_a_clue_without_words_is_passed_on_after_ten_minutes_and_again_with_them(town: Town) -> None:
    shift = await begun(town)
    async with town.database.write() as tx:
        who = await town.person(AMEI)
        number = await shift_rounds.note(tx, town.here(), who, shift.id, FindingKind.CLUE)
        await shift_rounds.relay(tx, town.here(), number)
        await shift_rounds.relay(tx, town.here(), number)
        await shift_rounds.describe(tx, town.here(), who, number, words="蓝色面包车")

    assert await said(town, XIAOWANG, "shift/clue") == 2


async def test_a_round_that_nobody_ends_is_ended_by_the_clock(town: Town) -> None:
    shift = await begun(town)
    town.clock.advance(hours=3)

    async with town.database.write() as tx:
        await shift_rounds.close(tx, town.here(), shift.id)
        await shift_rounds.close(tx, town.here(), shift.id)

    assert await state(town, shift) is S.DONE
    assert await said(town, AMEI, "shift/round_done") == 1
    assert await town.count("transfers") == 0
    async with town.database.write() as tx:
        await shift_vouching.confirm(tx, town.here(), await town.person(WU), shift.id)
    assert await state(town, shift) is S.CONFIRMED
    assert await town.count("transfers") == 2


async def test_a_shift_that_nobody_began_is_over_at_its_end(town: Town) -> None:
    shift = await posted(town, hours=1)
    await claimed(town, shift, XIAOLIN, AMEI)
    town.clock.advance(hours=2)

    async with town.database.write() as tx:
        await shift_ends.over(tx, town.here(), shift.id)

    assert await state(town, shift) is S.CANCELLED
    assert await said(town, WU, "shift/called_off") == 1


async def test_a_captain_who_leaves_on_the_round_hands_it_on_and_it_goes_on(town: Town) -> None:
    shift = await begun(town)
    town.clock.advance(minutes=20)
    async with town.database.write() as tx:
        await taking.release(tx, town.here(), await town.person(XIAOLIN), shift.task_id)
        with pytest.raises(NoLongerPossible):
            await shift_ends.call_off(tx, town.here(), await town.person(WU), shift.id, reason="")
        await shift_rounds.start(tx, town.here(), await town.person(AMEI), shift.id)
        again, _ = await shifts.get(tx, shift.id)

    assert again.began_at == shift.begins


@pytest.mark.parametrize(("left", "becomes"), [([XIAOLIN], S.DONE), ([XIAOLIN, AMEI], S.CANCELLED)])
async def test_a_round_that_was_left_is_over_in_the_end_and_counts(
    town: Town, left: list[Speaker], becomes: TaskState
) -> None:
    shift = await begun(town)
    async with town.database.write() as tx:
        await shift_rounds.note(tx, town.here(), await town.person(AMEI), shift.id, FindingKind.QUARREL)
        for who in left:
            await taking.release(tx, town.here(), await town.person(who), shift.task_id)
    town.clock.advance(hours=3)

    async with town.database.write() as tx:
        await shift_rounds.close(tx, town.here(), shift.id)
        found = await patrol_figures.of_months(tx, town.here(), await town.person(XIAOWANG))

    assert await state(town, shift) is becomes
    assert (found.now.rounds, found.now.quarrels, found.now.people) == (1, 1, 2 - len(left))


async def test_steps_of_a_visit_do_nothing_to_a_shift(town: Town) -> None:
    shift = await posted(town)
    await claimed(town, shift, XIAOLIN, AMEI)

    for step in (taking.set_off, taking.arrive, taking.finish):
        with pytest.raises(NoLongerPossible):
            async with town.database.write() as tx, tx.savepoint():
                await step(tx, town.here(), await town.person(XIAOLIN), shift.task_id)
    assert await state(town, shift) is S.CLAIMED


STEPS: dict[str, Step] = {
    "start": lambda tx, t, p: _as(t, XIAOLIN, lambda who: shift_rounds.start(tx, t.here(), who, p.id)),
    "note": lambda tx, t, p: _as(t, AMEI, lambda who: shift_rounds.note(tx, t.here(), who, p.id, FindingKind.QUARREL)),
    "end": lambda tx, t, p: _as(t, XIAOLIN, lambda who: shift_rounds.end(tx, t.here(), who, p.id, note="")),
    "go_ahead": lambda tx, t, p: _as(t, WU, lambda who: shift_ends.go_ahead(tx, t.here(), who, p.id)),
    "call_off": lambda tx, t, p: _as(t, WU, lambda who: shift_ends.call_off(tx, t.here(), who, p.id, reason="")),
    "record": lambda tx, t, p: _as(t, WU, lambda who: shift_rounds.record(tx, who, p.id)),
    "join": lambda tx, t, p: _as(t, XIAOWANG, lambda who: taking.claim(tx, t.here(), who, p.task_id)),
    "queue": lambda tx, t, p: _as(t, XIAOWANG, lambda who: waiting_list.enter(tx, t.here(), who, p.task_id)),
}
POSSIBLE: dict[TaskState, set[str]] = {
    S.OPEN: {"call_off", "join"},
    S.CLAIMED: {"start", "call_off", "join"},
    S.ARRIVED: {"note", "end", "record"},
    S.CONFIRMED: {"record"},
    S.CANCELLED: set(),
}


async def _as(town: Town, who: Speaker, doing: Callable[..., Awaitable[object]]) -> object:
    return await doing(await town.person(who))


async def brought_to(town: Town, wanted: TaskState) -> Shift:
    """A shift that is so far, at its hour."""
    shift = await posted(town, hours=1)
    if wanted is not S.OPEN:
        await claimed(town, shift, XIAOLIN, AMEI)
    town.clock.advance(hours=1)
    ways = {S.ARRIVED: ["start"], S.CONFIRMED: ["start", "end"], S.CANCELLED: ["call_off"]}
    for step in ways.get(wanted, []):
        async with town.database.write() as tx:
            await STEPS[step](tx, town, shift)
    return shift


@pytest.mark.parametrize("wanted", list(POSSIBLE))
async def test_in_each_state_just_these_steps_are_possible(town: Town, wanted: TaskState) -> None:
    shift = await brought_to(town, wanted)
    assert await state(town, shift) is wanted
    possible = set()

    for name, step in STEPS.items():
        try:
            async with town.database.write() as tx:
                await step(tx, town, shift)
                possible.add(name)
                raise UndoneError
        except (Refused, UndoneError):
            continue

    assert possible == POSSIBLE[wanted]


class UndoneError(Exception):
    """What was tried is taken back."""


# ---- every week


async def test_a_weekly_shift_is_posted_a_week_ahead_until_it_is_ended_with_a_tap(town: Town) -> None:
    at = await town.place("B3")
    begins = town.clock.now() + timedelta(days=3, hours=10)
    draft = shifts.Draft(kind=TaskKind.PATROL, place_id=at.id, begins=begins, minutes=60, people=3, points=["东门"])
    async with town.database.write() as tx:
        shift = await shift_repeats.begin(tx, town.here(), await town.person(WU), draft)
    assert shift.repeat_id is not None

    town.clock.at = begins
    async with town.database.write() as tx:
        await shift_repeats.go_on(tx, town.here(), shift.repeat_id)
    town.clock.at = begins + timedelta(days=21, hours=1)  # a long stall
    async with town.database.write() as tx:
        await shift_repeats.go_on(tx, town.here(), shift.repeat_id)
        all_begin = await tx.all(datetime, "SELECT begins FROM shifts ORDER BY id")
        with pytest.raises(NotAllowed):
            await shift_repeats.end(tx, town.here(), await town.person(XIAOLIN), shift.repeat_id)
        await shift_repeats.end(tx, town.here(), await town.person(WU), shift.repeat_id)
        with pytest.raises(NoLongerPossible):
            await shift_repeats.end(tx, town.here(), await town.person(WU), shift.repeat_id)
        await shift_repeats.go_on(tx, town.here(), shift.repeat_id)

    assert [(at - begins).days for at in all_begin] == [0, 7, 28]
    assert await town.count("shifts") == 3
    assert await town.count("shift_points") == 3
    assert await town.count("timers", "kind = 'repeat_shift'") == 0


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("每周五 19:30", "06-13 19:30"),
        ("每周五19:30", "06-13 19:30"),
        ("每星期天 8点半", "06-15 08:30"),
        ("每周二 08:00", "06-17 08:00"),  # today's is past
        ("every Friday 19:30", "06-13 19:30"),
        ("每周八 19:30", None),
        ("每周五 25:00", None),
        ("周五", None),
    ],
)
def test_every_friday_is_read_as_the_next_one(town: Town, typed: str, begins: str | None) -> None:
    found = shift_times.weekly(town.here(), typed)

    assert (found and found.astimezone(town.here().zone).strftime("%m-%d %H:%M")) == begins


# ---- following through, and forgetting


async def test_companions_are_reminded_with_their_captain(town: Town) -> None:
    shift = await posted(town)
    await claimed(town, shift, XIAOLIN, AMEI)
    town.clock.advance(hours=6)
    async with town.database.write() as tx:
        await follow_up.ask(tx, town.here(), shift.task_id)
    town.clock.advance(hours=23.5)
    async with town.database.write() as tx:
        await follow_up.soon(tx, town.here(), shift.task_id)
    town.clock.advance(hours=0.5)
    async with town.database.write() as tx:
        await follow_up.now(tx, town.here(), shift.task_id)

    assert [await said(town, one, "task/reminder") for one in (XIAOLIN, AMEI)] == [2, 3]


async def test_whoever_is_erased_leaves_the_team_and_the_list_and_their_words_are_gone(town: Town) -> None:
    third, waits = await volunteer(town, "邻居甲"), await volunteer(town, "邻居乙")
    walked = await begun(town, XIAOLIN, third)
    async with town.database.write() as tx:
        here, who = town.here(), await town.person(third)
        number = await shift_rounds.note(tx, here, who, walked.id, FindingKind.QUARREL)
        await shift_rounds.describe(tx, here, who, number, words="两家都说开了")
        await shift_rounds.end(tx, here, await town.person(XIAOLIN), walked.id, note="好")
    ahead = await posted(town)
    await claimed(town, ahead, XIAOLIN, AMEI, third)
    async with town.database.write() as tx:
        await waiting_list.enter(tx, town.here(), await town.person(waits), ahead.task_id)
        await people.erase(tx, town.here(), await town.person(waits))
        await people.erase(tx, town.here(), await town.person(third))
        task = await tasks.get(tx, ahead.task_id)

    assert (task.taker_id, task.companions) == ((await town.person(XIAOLIN)).id, 1)
    assert await town.count("companions", "state IN ('waiting', 'asked')") == 0
    assert await town.count("shift_findings", "words IS NOT NULL") == 0
    assert await town.count("shift_findings") == 1
