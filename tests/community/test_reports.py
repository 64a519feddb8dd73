"""The report's state table, walked whole, and the clocks that hang on it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from factories import AQIANG, LIU, NAINAI, WU, XIAOHE, XIAOWANG, Town, person, place

from bot.application import DUE
from community import report_clock, report_handling, report_intake, report_verdict, reports
from community.errors import NoLongerPossible, NotAllowed, NotFound, TooLong
from community.here import Here
from community.report_texts import TooManyToday
from community.reports import TRANSITIONS
from storage.database import Transaction
from storage.queries import reports as rows
from storage.queries import timers
from storage.records import Person, Report
from storage.states import ReportEvent, ReportState

S, E = ReportState, ReportEvent
UNIT = "property_rongyin"


async def submitted(tx: Transaction, here: Here, words: str = "消防通道又堵了") -> Report:
    draft = report_intake.Draft(category="fire_lane", place_id=(await place(tx, "B3")).id, words=words)
    report, _ = await report_intake.submit(tx, here, await person(tx, AQIANG), draft)
    return report


async def put_into(tx: Transaction, report: Report, state: ReportState) -> None:
    unit = UNIT if state in (S.ASSIGNED, S.RESOLVED, S.CHECKED) else None
    await tx.run("UPDATE reports SET state = :state, unit = :unit WHERE id = :id", state=state, unit=unit, id=report.id)


Act = Callable[[Transaction, Here, Person, int], Awaitable[object]]
# Who does it, and how; one for each event of the table.
ACTS: dict[ReportEvent, tuple[str, Act]] = {
    E.ACCEPT: ("desk", report_handling.accept),
    E.ASSIGN: ("desk", lambda tx, h, p, r: report_handling.assign(tx, h, p, r, unit=UNIT)),
    E.DECLINE: ("desk", lambda tx, h, p, r: report_handling.send_back(tx, h, p, r, reason="x")),
    E.REDO: ("desk", lambda tx, h, p, r: report_handling.send_back(tx, h, p, r, reason="x")),
    E.GIVE_BACK: ("unit", lambda tx, h, p, r: report_handling.send_back(tx, h, p, r, reason="x")),
    E.RESOLVE: ("desk", lambda tx, h, p, r: report_handling.resolve(tx, h, p, r, words="x", files=[])),
    E.CHECK: ("desk", report_handling.check),
    E.SOLVED: ("own", lambda tx, h, p, r: report_verdict.judge(tx, h, p, r, event=E.SOLVED)),
    E.PARTLY: ("own", lambda tx, h, p, r: report_verdict.judge(tx, h, p, r, event=E.PARTLY)),
    E.UNSOLVED: ("own", lambda tx, h, p, r: report_verdict.judge(tx, h, p, r, event=E.UNSOLVED)),
    E.WITHDRAW: ("own", report_verdict.withdraw),
}
WHO = {"desk": XIAOWANG, "unit": XIAOHE, "own": AQIANG}
# 退回 is one act with three meanings: which of them depends on the state.
SENT_BACK = {S.SUBMITTED: E.DECLINE, S.ACCEPTED: E.DECLINE, S.RESOLVED: E.REDO}


def test_every_event_of_the_table_is_an_act_somebody_can_do() -> None:
    assert {event for events in TRANSITIONS.values() for event in events} == set(ACTS)


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    reached = {S.SUBMITTED} | {to for events in TRANSITIONS.values() for to in events.values()}

    assert set(TRANSITIONS) == set(ReportState) == reached


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("event", ACTS)
@pytest.mark.parametrize("state", list(ReportState))
async def test_an_event_does_what_the_table_says_or_is_refused_and_changes_nothing(
    town: Town, state: ReportState, event: ReportEvent
) -> None:
    who, act = ACTS[event]
    expected = TRANSITIONS[state].get(event)
    if event in (E.DECLINE, E.REDO):
        expected = TRANSITIONS[state].get(SENT_BACK.get(state, event))
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        await put_into(tx, report, state)
        actor = await person(tx, WHO[who])
        before = await rows.events(tx, report.id)
        if expected is None:
            with pytest.raises((NoLongerPossible, NotAllowed)):
                async with tx.savepoint():
                    await act(tx, town.here(), actor, report.id)
        else:
            await act(tx, town.here(), actor, report.id)
        after = await reports.get(tx, report.id)
        events = await rows.events(tx, report.id)

    assert after.state is (expected or state)
    assert len(events) - len(before) == (1 if expected else 0)


@pytest.mark.parametrize("event", ACTS)
async def test_nobody_does_what_is_not_theirs_to_do(town: Town, event: ReportEvent) -> None:
    who, act = ACTS[event]
    state = next(s for s, events in TRANSITIONS.items() if event in events)
    strangers = {"desk": (NAINAI, LIU), "unit": (NAINAI, LIU), "own": (NAINAI, XIAOWANG, WU, XIAOHE)}
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        await put_into(tx, report, state)
        for outsider in strangers[who]:
            with pytest.raises(NotAllowed):
                async with tx.savepoint():
                    await act(tx, town.here(), await person(tx, outsider), report.id)

        assert (await reports.get(tx, report.id)).state is state


async def test_an_unknown_report_is_not_found(town: Town) -> None:
    async with town.database.write() as tx:
        for _, act in ACTS.values():
            with pytest.raises(NotFound):
                async with tx.savepoint():
                    await act(tx, town.here(), await person(tx, XIAOWANG), 404)


async def test_a_unit_that_is_not_on_the_duty_list_gets_nothing(town: Town) -> None:
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        with pytest.raises(NotFound):
            await report_handling.assign(tx, town.here(), await person(tx, XIAOWANG), report.id, unit="nobody")


@pytest.mark.parametrize("stars", [0, 6, -1])
async def test_stars_are_one_to_five(town: Town, stars: int) -> None:
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        await put_into(tx, report, S.CLOSED)
        with pytest.raises(NoLongerPossible):
            await report_verdict.rate(tx, town.here(), await person(tx, AQIANG), report.id, stars=stars)


async def test_stars_are_given_once_and_only_to_what_is_closed(town: Town) -> None:
    async with town.database.write() as tx:
        report, own = await submitted(tx, town.here()), await person(tx, AQIANG)
        with pytest.raises(NoLongerPossible):
            await report_verdict.rate(tx, town.here(), own, report.id, stars=5)
        await put_into(tx, report, S.CLOSED)
        await report_verdict.rate(tx, town.here(), own, report.id, stars=4)
        with pytest.raises(NoLongerPossible):
            await report_verdict.rate(tx, town.here(), own, report.id, stars=5)

        assert (await reports.get(tx, report.id)).stars == 4


async def test_both_clocks_are_set_at_the_start_and_stop_when_it_is_done(town: Town) -> None:
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        assert report.accept_due == town.clock.now() + timedelta(minutes=30)
        assert report.resolve_due == town.clock.now() + timedelta(hours=6)  # four working hours over lunch
        assert await timers.counts(tx, now=town.clock.now()) == (2, 0)

        await put_into(tx, report, S.RESOLVED)
        await report_handling.check(tx, town.here(), await person(tx, XIAOWANG), report.id)

        assert await timers.counts(tx, now=town.clock.now()) == (0, 0)


async def test_an_overdue_clock_of_what_is_done_says_nothing(town: Town) -> None:
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        for state in (S.RESOLVED, S.CHECKED, S.CLOSED, S.DECLINED, S.WITHDRAWN):
            await put_into(tx, report, state)
            await report_clock.overdue(tx, town.here(), report.id)

        assert [e.event for e in await rows.events(tx, report.id)] == [E.SUBMIT]


async def test_after_a_stall_that_outlasts_both_clocks_a_report_is_said_to_be_late_once(town: Town) -> None:
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        town.clock.advance(days=1)
        for timer in await timers.due(tx, now=town.clock.now(), limit=20):
            await DUE[timer.kind](tx, town.here(), timer.subject_id)

        assert [e.event for e in await rows.events(tx, report.id)] == [E.SUBMIT, E.OVERDUE]


async def test_by_night_a_late_report_waits_for_the_morning_unless_it_is_urgent(town: Town) -> None:
    async with town.database.write() as tx:
        plain, urgent = await submitted(tx, town.here()), await submitted(tx, town.here())
        await tx.run("UPDATE reports SET category = 'manhole' WHERE id = :id", id=urgent.id)
        events = []
        for hours in (14, 8):  # 23:00; 7:00
            town.clock.advance(hours=hours)
            for timer in await timers.due(tx, now=town.clock.now(), limit=20):
                await DUE[timer.kind](tx, town.here(), timer.subject_id)
                await timers.finish(tx, timer_id=timer.id, due=timer.due)
            events.append([len(await rows.events(tx, report.id)) for report in (plain, urgent)])

        assert events == [[1, 2], [2, 2]]


async def test_the_timeline_keeps_who_did_what_and_why_in_order(town: Town) -> None:
    async with town.database.write() as tx:
        report, worker = await submitted(tx, town.here()), await person(tx, XIAOWANG)
        await report_handling.accept(tx, town.here(), worker, report.id)
        await report_handling.send_back(tx, town.here(), worker, report.id, reason="请找隔壁社区")
        events = await rows.events(tx, report.id)

    assert [e.event for e in events] == [E.SUBMIT, E.ACCEPT, E.DECLINE]
    assert events[-1].note is not None
    assert town.database.cipher.open(events[-1].note.token) == "请找隔壁社区"


async def test_too_many_words_and_too_many_a_day_are_refused(town: Town) -> None:
    async with town.database.write() as tx:
        with pytest.raises(TooLong) as long:
            await submitted(tx, town.here(), "字" * 2001)
        for _ in range(10):
            await submitted(tx, town.here())
        with pytest.raises(TooManyToday) as many:
            await submitted(tx, town.here())

    assert (long.value.limit, long.value.length) == (2000, 2001)
    assert many.value.limit == 10


async def test_one_follows_a_report_once_and_never_ones_own(town: Town) -> None:
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        neighbour = await person(tx, NAINAI)
        await report_intake.join(tx, town.here(), neighbour, report.id)
        for who in (NAINAI, AQIANG):
            with pytest.raises(NoLongerPossible):
                await report_intake.join(tx, town.here(), await person(tx, who), report.id)

        assert await rows.followers(tx, report.id) == 1


async def test_what_is_over_is_followed_no_more(town: Town) -> None:
    async with town.database.write() as tx:
        report = await submitted(tx, town.here())
        await put_into(tx, report, S.CLOSED)
        with pytest.raises(NoLongerPossible):
            await report_intake.join(tx, town.here(), await person(tx, NAINAI), report.id)
