"""Deadlines: evenings to choose from, and how near they may be."""

from collections.abc import Callable

import pytest
from factories import ZONE, StillClock

from community import moments, vote_deadline, waking
from community.here import Here


def local(at: object) -> str:
    """As the community reads it."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}" if hasattr(at, "astimezone") else str(at)


def test_four_evenings_are_offered_in_the_morning(here: Callable[[], Here]) -> None:
    offered = vote_deadline.offered(here())

    assert {days: local(at) for days, at in offered.items()} == {
        0: "2025-06-10 20:00",
        1: "2025-06-11 20:00",
        3: "2025-06-13 20:00",
        7: "2025-06-17 20:00",
    }


def test_this_evening_is_not_offered_when_it_is_too_near(clock: StillClock, here: Callable[[], Here]) -> None:
    clock.advance(hours=10, minutes=31)

    assert list(vote_deadline.offered(here())) == [1, 3, 7]


def test_half_an_hour_is_the_least(clock: StillClock, here: Callable[[], Here]) -> None:
    at = moments.read(here(), "6-10 9:30")
    assert at is not None

    in_time = vote_deadline.far_enough(here(), at)
    clock.advance(seconds=1)

    assert in_time
    assert not vote_deadline.far_enough(here(), at)


@pytest.mark.parametrize(
    ("clock_time", "before", "after"),
    [
        ("6-10 21:59", "06-10 21:59", "06-10 21:59"),
        ("6-10 22:00", "06-10 21:55", "06-11 07:00"),
        ("6-11 3:33", "06-10 21:55", "06-11 07:00"),
        ("6-11 7:00", "06-11 07:00", "06-11 07:00"),
    ],
)
def test_nobody_is_woken(here: Callable[[], Here], clock_time: str, before: str, after: str) -> None:
    at = moments.read(here(), clock_time)
    assert at is not None

    earlier, later = waking.before(here(), at), waking.after(here(), at)

    assert (local(earlier)[5:], local(later)[5:]) == (before, after)
