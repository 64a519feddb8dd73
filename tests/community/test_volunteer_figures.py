"""Figures of teams and of who was asked, counted from rows."""

from factories import AMEI, NAINAI, XIAOLIN, Speaker, Town

from community import order_verdict, orders, taking, volunteer_figures
from storage.queries import volunteers
from storage.records import TeamFigures


async def team(town: Town, who: Speaker, *teams: str) -> None:
    """The teams somebody is in from now on."""
    async with town.database.write() as tx:
        mine = (await town.person(who)).id
        await volunteers.set_teams(tx, person_id=mine, teams=teams, now=town.clock.now())


async def outing(town: Town, service: str, *who: Speaker) -> None:
    """An order is done by these, for half an hour, and confirmed."""
    async with town.database.write() as tx:
        order = await orders.place(tx, town.here(), await town.person(NAINAI), service=service)
        _, task = await orders.get(tx, order.id)
        for one in who:
            await taking.claim(tx, town.here(), await town.person(one), task.id)
        await taking.arrive(tx, town.here(), await town.person(who[0]), task.id)
    town.clock.advance(minutes=30)
    async with town.database.write() as tx:
        await taking.finish(tx, town.here(), await town.person(who[0]), task.id)
        await order_verdict.confirm(tx, town.here(), await town.person(NAINAI), order.id)


async def figures(town: Town, code: str = "toolbox") -> TeamFigures:
    """What the team did this year, as staff may ask."""
    async with town.database.read() as tx:
        found = await volunteer_figures._figures(tx, town.here(), code)
    return found.year


async def test_an_outing_of_two_is_one_outing_and_the_hours_of_both(town: Town) -> None:
    await team(town, XIAOLIN, "toolbox")
    await team(town, AMEI, "toolbox")

    await outing(town, "gas", XIAOLIN, AMEI)

    assert await figures(town) == TeamFigures(members=2, outings=1, minutes=60, people=1)


async def test_what_was_done_before_or_after_being_in_the_team_is_not_the_teams(town: Town) -> None:
    await outing(town, "books", XIAOLIN)
    town.clock.advance(minutes=1)
    await team(town, XIAOLIN, "toolbox")
    town.clock.advance(minutes=1)
    await outing(town, "repairs", XIAOLIN)
    town.clock.advance(minutes=1)
    await team(town, XIAOLIN)
    town.clock.advance(minutes=1)
    await outing(town, "meals", XIAOLIN)

    assert await figures(town) == TeamFigures(members=0, outings=1, minutes=30, people=1)


async def test_who_was_asked_and_took_it_is_counted_for_thirty_days(town: Town) -> None:
    await outing(town, "repairs", XIAOLIN)
    mine = (await town.person(XIAOLIN)).id
    async with town.database.read() as tx:
        now = await volunteer_figures.of(tx, town.here(), mine)
        town.clock.advance(days=31)
        later = await volunteer_figures.of(tx, town.here(), mine)

    assert (now.asked, now.taken, now.declined) == (1, 1, 0)
    assert (later.asked, later.taken, later.last) == (0, 0, now.last)
