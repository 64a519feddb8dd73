"""Quiet hours: the community's, and those of a person, who may sleep by day."""

from datetime import datetime

import pytest
from factories import XIAOLIN, ZONE, Town

from community import waking
from storage.queries import people
from storage.records import Person


async def resting(town: Town, begins: int, ends: int) -> Person:
    """小林 with hours of his own (o'clock)."""
    async with town.database.write() as tx:
        mine = (await town.person(XIAOLIN)).id
        await people.set_quiet(tx, person_id=mine, begins=begins * 60, ends=ends * 60)
    return await town.person(XIAOLIN)


def at(hour: int, minute: int = 0, day: int = 10) -> datetime:
    return datetime(2025, 6, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("hours", "moment", "before", "after"),
    [
        ((8, 15), at(12), at(7, 55), at(15)),
        ((8, 15), at(7, 30), at(7, 30), at(7, 30)),
        ((8, 15), at(15), at(15), at(15)),
        ((20, 8), at(23), at(19, 55), at(8, day=11)),  # over midnight, wider than the community's
        ((20, 21), at(23), at(21, 55), at(7, day=11)),  # the community's hold beside one's own
        ((5, 9), at(6), at(21, 55, day=9), at(9)),  # and join them
    ],
)
async def test_a_person_rests_at_their_own_hours_and_at_the_communitys(
    town: Town, hours: tuple[int, int], moment: datetime, before: datetime, after: datetime
) -> None:
    mine = await resting(town, *hours)

    found = waking.before(town.here(), moment, person=mine), waking.after(town.here(), moment, person=mine)

    assert found == (before, after)


async def test_others_are_not_concerned(town: Town) -> None:
    await resting(town, 8, 15)

    assert waking.after(town.here(), at(12)) == at(12)
    assert not waking.is_quiet(town.here(), at(12))
