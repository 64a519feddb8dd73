"""What comes every week, and ends by itself."""

from datetime import timedelta

from factories import NAINAI, Town

from community import orders, repeats


async def test_a_service_that_is_offered_no_more_is_ordered_no_more_and_whoever_got_it_hears_so(town: Town) -> None:
    async with town.database.write() as tx:
        due = town.clock.now() + timedelta(hours=3)
        order = await orders.place(tx, town.here(), await town.person(NAINAI), service="repairs", due=due)
        await repeats.begin(tx, town.here(), order, due=due)
    town.clock.advance(days=6, hours=6)
    here = town.here()
    kept = tuple(one for one in here.neighbourhood.services if one.code != "repairs")
    object.__setattr__(here, "neighbourhood", here.neighbourhood.model_copy(update={"services": kept}))

    async with town.database.write() as tx:
        await repeats.again(tx, here, 1)
        await repeats.again(tx, here, 1)

    assert await town.count("outbox", "template = 'order/no_more'") == 1
    assert await town.count("orders") == 1
    assert await town.count("repeats", "ended_at IS NOT NULL") == 1
