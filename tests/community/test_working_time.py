"""Working time stops at night, at noon, at weekends and on holidays, and goes on on made-up Saturdays."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.neighbourhood import TimeLimit
from community.working_time import WorkingTime

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingTime(zone=SHANGHAI, start=time(8, 30), end=time(17, 30), lunch=(time(12), time(14)))
HOUR = 60

moments = st.integers(0, 3 * 366 * 24 * 3600).map(lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def at(text: str) -> datetime:
    """A local moment such as "2026-11-23 09:00", in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        pytest.param("2026-11-23 09:00", 30, "2026-11-23 09:30", id="within the morning"),
        pytest.param("2026-11-23 11:45", 30, "2026-11-23 14:15", id="over the lunch break"),
        pytest.param("2026-11-23 12:30", 30, "2026-11-23 14:30", id="from within the lunch break"),
        pytest.param("2026-11-23 17:00", 30, "2026-11-23 17:30", id="to the last minute of the day"),
        pytest.param("2026-11-23 17:00", 60, "2026-11-24 09:00", id="overnight"),
        pytest.param("2026-11-24 02:00", 30, "2026-11-24 09:00", id="from the middle of the night"),
        pytest.param("2026-11-27 17:00", 60, "2026-11-30 09:00", id="over a weekend"),
        pytest.param("2026-09-30 17:00", 60, "2026-10-08 09:00", id="over the National Day holiday"),
        pytest.param("2026-02-13 17:00", 60, "2026-02-14 09:00", id="into a made-up Saturday"),
        pytest.param("2026-01-02 10:00", 30, "2026-01-04 09:00", id="from a bridge day to a made-up Sunday"),
        pytest.param("2025-12-31 17:00", 60, "2026-01-04 09:00", id="over the turn of the year"),
        pytest.param("2026-11-23 20:00", 0, "2026-11-23 20:00", id="nothing at all"),
    ],
)
def test_add_counts_working_minutes_only(start: str, minutes: int, end: str) -> None:
    assert OFFICE.add(at(start), minutes) == at(end)


def test_what_comes_out_is_utc_whatever_zone_goes_in() -> None:
    local = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)

    outcomes = [OFFICE.add(local, 30), OFFICE.next_start(local), OFFICE.next_day_start(local)]

    assert [moment.tzinfo for moment in outcomes] == [UTC] * 3


@given(start=moments, minutes=st.integers(0, 20_000))
def test_between_gives_back_the_minutes_that_add_took(start: datetime, minutes: int) -> None:
    assert OFFICE.between(start, OFFICE.add(start, minutes)) == minutes


@given(start=moments, first=st.integers(0, 5_000), second=st.integers(0, 5_000))
def test_adding_twice_is_adding_the_sum(start: datetime, first: int, second: int) -> None:
    assert OFFICE.add(OFFICE.add(start, first), second) == OFFICE.add(start, first + second)


@given(moment=moments)
def test_work_goes_on_exactly_when_the_next_start_is_now(moment: datetime) -> None:
    assert OFFICE.is_working(moment) == (OFFICE.next_start(moment) == moment)


@given(start=moments, length=st.integers(0, 60 * 24 * 60))
def test_between_agrees_with_counting_minute_by_minute_on_hours(start: datetime, length: int) -> None:
    """Checked against the definition: whole minutes at which work goes on."""
    begin = start.replace(second=0, microsecond=0)
    end = begin + timedelta(minutes=length % 2_000)

    counted = sum(OFFICE.is_working(begin + timedelta(minutes=m)) for m in range(length % 2_000))

    assert OFFICE.between(begin, end) == counted


def test_between_is_nothing_when_the_end_comes_first() -> None:
    assert OFFICE.between(at("2026-11-24 10:00"), at("2026-11-23 10:00")) == 0


def test_work_stops_at_noon_and_in_the_evening_to_the_minute() -> None:
    times = ["08:29", "08:30", "11:59", "12:00", "13:59", "14:00", "17:29", "17:30"]

    working = [OFFICE.is_working(at(f"2026-11-23 {clock}")) for clock in times]

    assert working == [False, True, True, False, False, True, True, False]


@pytest.mark.parametrize(
    ("moment", "period", "day"),
    [
        ("2026-11-23 07:00", "2026-11-23 08:30", "2026-11-23 08:30"),
        ("2026-11-23 08:30", "2026-11-23 08:30", "2026-11-24 08:30"),
        ("2026-11-23 10:00", "2026-11-23 10:00", "2026-11-24 08:30"),
        ("2026-11-23 12:10", "2026-11-23 14:00", "2026-11-24 08:30"),
        ("2026-11-27 18:00", "2026-11-30 08:30", "2026-11-30 08:30"),
        ("2026-12-31 18:00", "2027-01-04 08:30", "2027-01-04 08:30"),
    ],
)
def test_the_next_start_is_a_period_and_the_next_day_start_a_day(moment: str, period: str, day: str) -> None:
    assert (OFFICE.next_start(at(moment)), OFFICE.next_day_start(at(moment))) == (at(period), at(day))


def test_the_files_own_days_win_over_the_holiday_calendar() -> None:
    ours = WorkingTime(
        zone=SHANGHAI,
        start=time(8, 30),
        end=time(17, 30),
        days_off=frozenset({date(2026, 2, 14), date(2026, 11, 23)}),
        workdays=frozenset({date(2026, 10, 1), date(2026, 11, 22)}),
    )

    worked = [
        ours.is_working_day(day)
        for day in (date(2026, 2, 14), date(2026, 11, 23), date(2026, 10, 1), date(2026, 11, 22))
    ]

    assert worked == [False, False, True, True]


def test_the_official_calendar_of_2026_is_the_states_notice() -> None:
    """Source: State Council notice of 4 November 2025."""
    made_up = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
    off = [(1, 2), (2, 16), (2, 20), (2, 23), (4, 6), (5, 4), (5, 5), (6, 19), (9, 25), (10, 5), (10, 7)]

    worked = [date(2026, month, day) for month, day in made_up + off if OFFICE.is_working_day(date(2026, month, day))]

    assert worked == [date(2026, month, day) for month, day in made_up]


def test_without_holidays_only_the_weekdays_count() -> None:
    plain = WorkingTime(zone=ZoneInfo("UTC"), start=time(9), end=time(12), weekdays=frozenset({5}), holidays=None)

    end = plain.add(datetime(2026, 10, 1, tzinfo=UTC), 4 * HOUR)

    assert end == datetime(2026, 10, 10, 10, tzinfo=UTC)


def test_a_zone_with_summer_time_keeps_its_hours_on_the_wall_clock() -> None:
    berlin = WorkingTime(zone=ZoneInfo("Europe/Berlin"), start=time(9), end=time(17), holidays=None)

    end = berlin.add(datetime(2026, 3, 27, 15, 30, tzinfo=UTC), HOUR)

    assert end == datetime(2026, 3, 30, 7, 30, tzinfo=UTC)


def test_a_year_before_its_notice_has_no_makeup_days() -> None:
    known_by_file = WorkingTime(zone=SHANGHAI, start=time(9), end=time(17), workdays=frozenset({date(2090, 2, 5)}))
    no_calendar = WorkingTime(zone=SHANGHAI, start=time(9), end=time(17), holidays=None)

    missing = [
        OFFICE.missing_makeup_days(2026),
        OFFICE.missing_makeup_days(2090),
        known_by_file.missing_makeup_days(2090),
        no_calendar.missing_makeup_days(2090),
    ]

    assert missing == [False, True, False, False]


@pytest.mark.parametrize(
    ("limit", "end"),
    [
        (TimeLimit(minutes=15, clock="calendar"), "2026-11-27 17:15"),
        (TimeLimit(hours=24, clock="calendar"), "2026-11-28 17:00"),
        (TimeLimit(days=7, clock="calendar"), "2026-12-04 17:00"),
        (TimeLimit(hours=4, clock="working"), "2026-11-30 12:00"),
        (TimeLimit(days=2, clock="working"), "2026-12-01 17:00"),
    ],
)
def test_a_time_limit_runs_on_its_own_clock(limit: TimeLimit, end: str) -> None:
    assert OFFICE.due(at("2026-11-27 17:00"), limit) == at(end)


def test_a_naive_moment_is_refused_everywhere() -> None:
    naive = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - the thing under test
    aware = at("2026-11-23 09:00")
    calls: list[Callable[[], object]] = [
        lambda: OFFICE.add(naive, 1),
        lambda: OFFICE.between(naive, aware),
        lambda: OFFICE.between(aware, naive),
        lambda: OFFICE.is_working(naive),
        lambda: OFFICE.next_start(naive),
        lambda: OFFICE.next_day_start(naive),
        lambda: OFFICE.due(naive, TimeLimit(days=1, clock="calendar")),
    ]

    for call in calls:
        with pytest.raises(ValueError, match="time zone"):
            call()


def test_working_time_never_runs_backward() -> None:
    with pytest.raises(ValueError, match="forward"):
        OFFICE.add(at("2026-11-23 09:00"), -1)


def test_hours_that_leave_no_time_are_refused() -> None:
    with pytest.raises(ValueError, match="start, lunch and end"):
        WorkingTime(zone=SHANGHAI, start=time(17), end=time(9))


def test_the_holiday_calendar_is_not_loaded_before_it_is_asked() -> None:
    """It would double the time of a cold start."""
    program = "import sys, community.working_time; print('holidays' in sys.modules)"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"
