"""时间银行: double entry, sum zero, minutes once."""

import pytest
from factories import AMEI, NAINAI, XIAOLIN, Speaker, Town

from community import mine, orders, taking, time_bank
from community.errors import NoLongerPossible
from storage.queries import tasks as task_rows
from storage.queries import time_bank as rows
from storage.states import Role


async def help_with(town: Town, helper: Speaker, served: Speaker, *, minutes: float, signs_in: bool = True) -> None:
    """A visit from order to confirmation."""
    one, other = await town.person(helper), await town.person(served)
    async with town.database.write() as tx:
        order = await orders.place(tx, town.here(), other, service="repairs")
        task = await task_rows.of_order(tx, order.id)
        assert task is not None
        await taking.claim(tx, town.here(), one, task.id)
        if signs_in:
            await taking.arrive(tx, town.here(), one, task.id)
        town.clock.advance(minutes=minutes)
        await taking.finish(tx, town.here(), one, task.id)
        await orders.confirm(tx, town.here(), other, order.id)


async def minutes_of(town: Town, who: Speaker) -> int:
    """What somebody has."""
    async with town.database.write() as tx:
        return await mine.minutes(tx, await town.person(who))


async def fund(town: Town) -> int:
    """What the fund has paid."""
    async with town.database.read() as tx:
        return await rows.balance(tx, await rows.account(tx, None))


async def total(town: Town) -> int:
    """The sum of all accounts."""
    async with town.database.read() as tx:
        return await rows.total(tx)


async def test_the_fund_pays_for_who_has_no_balance(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=25)

    assert (await minutes_of(town, XIAOLIN), await minutes_of(town, NAINAI), await fund(town)) == (25, 0, -25)
    assert await total(town) == 0


async def test_who_has_minutes_pays_with_them_and_the_fund_where_they_are_too_few(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=60)

    await help_with(town, AMEI, XIAOLIN, minutes=40)
    await help_with(town, AMEI, XIAOLIN, minutes=30)

    assert (await minutes_of(town, XIAOLIN), await minutes_of(town, AMEI), await fund(town)) == (20, 70, -90)
    assert await total(town) == 0


@pytest.mark.parametrize(("minutes", "banked"), [(0, 1), (1, 1), (239, 239), (240, 240), (241, 240), (2000, 240)])
async def test_a_forgotten_sign_out_is_capped_and_a_blink_counts_a_minute(
    town: Town, minutes: int, banked: int
) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=minutes)

    assert await minutes_of(town, XIAOLIN) == banked


async def test_who_did_not_sign_in_gets_the_usual_minutes(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=200, signs_in=False)

    assert await minutes_of(town, XIAOLIN) == 30


async def test_minutes_are_posted_once_however_often_it_is_asked_for(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=25)

    async with town.database.write() as tx:
        task = await task_rows.of_order(tx, 1)
        assert task is not None
        assert await time_bank.post(tx, town.here(), task) == (25, 25)
        with pytest.raises(NoLongerPossible):
            await orders.confirm(tx, town.here(), await town.person(NAINAI), 1)

    assert await town.count("transfers") == 1
    assert await total(town) == 0


async def test_the_ledger_sums_to_zero_whoever_helps_whom(town: Town) -> None:
    third = await town.resident("老何", "B3-1-201", roles=((Role.VOLUNTEER, "B3"),))
    people = (XIAOLIN, AMEI, third)

    for number in range(12):
        await help_with(town, people[number % 3], people[(number + 1 + number % 2) % 3], minutes=7 * number)
        assert await total(town) == 0
        town.clock.advance(minutes=1)

    balances = [await minutes_of(town, who) for who in people]
    assert sum(balances) + await fund(town) == 0
    assert all(balance >= 0 for balance in balances)


async def test_a_visit_that_was_redone_by_somebody_else_is_theirs(town: Town) -> None:
    xiaolin, amei, nainai = [await town.person(who) for who in (XIAOLIN, AMEI, NAINAI)]

    async with town.database.write() as tx:
        await orders.place(tx, town.here(), nainai, service="repairs")
        await taking.claim(tx, town.here(), xiaolin, 1)
        await taking.arrive(tx, town.here(), xiaolin, 1)
        town.clock.advance(minutes=90)
        await taking.finish(tx, town.here(), xiaolin, 1)
        await orders.complain(tx, town.here(), nainai, 1, event=orders.TaskEvent.NOT_GOOD)
        await taking.claim(tx, town.here(), amei, 1)
        await taking.arrive(tx, town.here(), amei, 1)
        town.clock.advance(minutes=10)
        await taking.finish(tx, town.here(), amei, 1)
        await orders.confirm(tx, town.here(), nainai, 1)

    assert (await minutes_of(town, XIAOLIN), await minutes_of(town, AMEI)) == (0, 10)


@pytest.mark.parametrize(("seconds", "banked"), [(20, 1), (329, 5), (331, 6)])
async def test_minutes_are_rounded_to_the_nearest(town: Town, seconds: int, banked: int) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=seconds / 60)

    assert await minutes_of(town, XIAOLIN) == banked
