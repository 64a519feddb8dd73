"""Where summer time begins or ends, a visit stays at its hour on the wall, and reminders so many hours before it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import NAINAI, XIAOLIN, Town

from community import moments, orders, repeats, taking, waking
from community.here import Here
from community.working_time import WorkingTime

BERLIN = ZoneInfo("Europe/Berlin")
ENDS = datetime(2025, 10, 24, 10, tzinfo=BERLIN)  # a Friday; in the night to Sunday 3:00 is 2:00 again
BEGINS = datetime(2025, 3, 28, 10, tzinfo=BERLIN)  # and there is no 2:30 on this Sunday


def berlin(town: Town, now: datetime) -> Here:
    """The example neighbourhood, moved there."""
    town.clock.at = now.astimezone(town.clock.now().tzinfo)
    working_time = WorkingTime.of(town.neighbourhood, BERLIN)
    return Here(neighbourhood=town.neighbourhood, working_time=working_time, zone=BERLIN, now=town.clock.now())


def on_the_wall(moment: datetime) -> str:
    return moment.astimezone(BERLIN).strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("now", "day", "asked"),
    [
        (ENDS, "26", ["25 16:00", "26 12:00"]),  # 24 hours before 15:00 is 16:00 of a day that has 25
        (BEGINS, "30", ["29 14:00", "30 12:00"]),
    ],
)
async def test_reminders_come_so_many_hours_before_the_hour_that_was_said(
    town: Town, now: datetime, day: str, asked: list[str]
) -> None:
    here = berlin(town, now)
    due = moments.read(here, "后天下午三点")
    assert due is not None
    async with town.database.write() as tx:
        await orders.place(tx, here, await town.person(NAINAI), service="repairs", due=due)
        await taking.claim(tx, here, await town.person(XIAOLIN), 1)
        at = [
            await tx.need(datetime, "SELECT due FROM timers WHERE kind = :kind", kind=f"task_{kind}")
            for kind in ("ask@1440", "ask@180", "soon", "late")
        ]

    assert on_the_wall(due) == f"{day} 15:00"
    assert [on_the_wall(one) for one in at] == [*asked, f"{day} 14:30", f"{day} 15:10"]
    assert [due - one for one in at[:2]] == [timedelta(hours=24), timedelta(hours=3)]


@pytest.mark.parametrize("now", [ENDS, BEGINS])
async def test_what_comes_every_week_comes_at_the_same_hour_on_the_wall(town: Town, now: datetime) -> None:
    here = berlin(town, now)
    due = moments.read(here, "明天下午三点")
    assert due is not None
    async with town.database.write() as tx:
        order = await orders.place(tx, here, await town.person(NAINAI), service="repairs", due=due)
        await repeats.begin(tx, here, order, due=due)
        following = await tx.need(datetime, "SELECT next_at FROM repeats")

    assert following.astimezone(BERLIN).strftime("%H:%M") == "15:00"
    assert following - due != timedelta(days=7)


@pytest.mark.parametrize(("now", "night"), [(ENDS, 26), (BEGINS, 30)])
async def test_the_night_of_the_change_is_as_quiet_as_others(town: Town, now: datetime, night: int) -> None:
    here = berlin(town, now)
    asleep = now.replace(day=night, hour=4)

    assert on_the_wall(waking.before(here, asleep)) == f"{night - 1} 21:55"
    assert on_the_wall(waking.after(here, asleep)) == f"{night} 07:00"


async def test_an_hour_that_there_is_not_is_the_next_one(town: Town) -> None:
    found = moments.read(berlin(town, BEGINS), "3-30 2:30")

    assert found is not None
    assert on_the_wall(found) == "30 03:30"
