"""Orders without the chat: who may, what is kept, and what happens to it."""

import asyncio
from functools import partial

import pytest
from factories import AMEI, AQIANG, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU, Speaker, Town

from community import order_changes, order_verdict, orders, people, taking, tasks
from community.errors import NoLongerPossible, NotAllowed, NotFound, TooLong
from community.order_texts import NoAddress, NotYourOwn, OrderedAlready, SomebodyFaster
from storage.database import redone
from storage.records import Order, Task
from storage.states import ContactMode, TaskEvent, TaskState


async def placed(town: Town, who: Speaker = NAINAI, *, by: Speaker | None = None, words: str = "") -> Order:
    """Somebody orders."""
    async with town.database.write() as tx:
        served = await town.person(who)
        orderer = await town.person(by) if by else None
        return await orders.place(tx, town.here(), served, service="repairs", words=words, ordered_by=orderer)


async def found(town: Town, order_id: int = 1) -> tuple[Order, Task]:
    """As it stands."""
    async with town.database.read() as tx:
        return await orders.get(tx, order_id)


async def test_an_order_keeps_its_words_sealed_and_has_a_password_of_the_file(town: Town) -> None:
    order = await placed(town, words="插座冒火花")

    async with town.database.read() as tx:
        assert order.words is not None
        assert tx.cipher.open(order.words.token) == "插座冒火花"
        assert tx.cipher.open(order.password.token) in town.neighbourhood.passwords
        kept = await tx.need(bytes, "SELECT words FROM orders")
    assert "插座".encode() not in kept


async def test_what_cannot_be_ordered_is_refused_and_leaves_nothing(town: Town) -> None:
    nowhere = await town.person(WU)
    nainai = await town.person(NAINAI)

    async with town.database.write() as tx:
        with pytest.raises(NoAddress):
            await orders.place(tx, town.here(), nowhere, service="repairs")
        with pytest.raises(NotFound):
            await orders.place(tx, town.here(), nainai, service="rockets")
        with pytest.raises(TooLong):
            await orders.place(tx, town.here(), nainai, service="repairs", words="修" * 501)

    assert await town.count("orders") == 0


async def test_the_same_service_is_ordered_again_only_when_the_last_is_over(town: Town) -> None:
    await placed(town)
    with pytest.raises(OrderedAlready):
        await placed(town)

    async with town.database.write() as tx:
        await order_changes.cancel(tx, town.here(), await town.person(NAINAI), 1)

    assert (await placed(town)).id == 2


async def test_what_would_fall_due_at_night_is_due_in_the_morning(town: Town) -> None:
    town.clock.advance(hours=12)  # 21:00, and four hours are usual

    await placed(town)

    _, task = await found(town)
    assert task.due.astimezone(town.here().zone).strftime("%d %H:%M") == "11 07:00"


@pytest.mark.parametrize("rounds", range(3))
async def test_two_transactions_that_claim_at_once_have_one_winner(town: Town, rounds: int) -> None:
    await placed(town)
    people = [await town.person(who) for who in (XIAOLIN, AMEI)]

    async def attempt(number: int) -> str:
        try:
            async with town.database.write() as tx:
                await taking.claim(tx, town.here(), people[number], 1)
        except SomebodyFaster:
            return "faster"
        return "won"

    outcomes = await asyncio.gather(*(redone(partial(attempt, n), town.database) for n in (0, 1)))

    assert sorted(outcomes) == ["faster", "won"]
    assert await town.count("task_events", "event = 'claim'") == 1
    assert await town.count("audit", "action = 'opened_address'") == 1


async def test_nobody_helps_themselves_and_no_stranger_helps_at_all(town: Town) -> None:
    await placed(town)

    async with town.database.write() as tx:
        with pytest.raises(NotYourOwn):
            await taking.claim(tx, town.here(), await town.person(NAINAI), 1)
        with pytest.raises(NotAllowed):
            await taking.claim(tx, town.here(), await town.person(AQIANG), 1)
        await taking.claim(tx, town.here(), await town.person(XIAOWANG), 1)  # the grid worker, unasked

    assert (await found(town))[1].state is TaskState.CLAIMED


async def test_the_password_changes_when_the_taker_does(town: Town) -> None:
    order = await placed(town)
    xiaolin = await town.person(XIAOLIN)

    async with town.database.write() as tx:
        words = {tx.cipher.open(order.password.token)}
        for _ in range(3):
            await taking.claim(tx, town.here(), xiaolin, 1)
            await taking.release(tx, town.here(), xiaolin, 1)
            again, _ = await orders.get(tx, 1)
            word = tx.cipher.open(again.password.token)
            assert word in town.neighbourhood.passwords
            words.add(word)

    assert len(words) > 1


async def test_only_the_person_served_and_who_ordered_may_cancel(town: Town) -> None:
    phone = await town.resident("林爷爷", mode=ContactMode.PHONE, phone="13900001077")
    async with town.database.write() as tx:
        served = (await orders.people.by_phone(tx, "13900001077"))[0]
        zhou = await town.person(ZHOU)
        await orders.place(tx, town.here(), served, service="repairs", ordered_by=zhou)
        for who in (XIAOLIN, WU):
            with pytest.raises(NotAllowed):
                await order_changes.cancel(tx, town.here(), await town.person(who), 1)
        await order_changes.cancel(tx, town.here(), zhou, 1)
        with pytest.raises(NoLongerPossible):
            await order_changes.cancel(tx, town.here(), zhou, 1)

    assert (await found(town))[1].state is TaskState.CANCELLED
    assert phone.name == "林爷爷"


async def test_who_ordered_for_somebody_may_say_that_nobody_came_but_not_that_it_is_good(town: Town) -> None:
    await town.resident("林爷爷", mode=ContactMode.PHONE, phone="13900001077")
    zhou, xiaolin = await town.person(ZHOU), await town.person(XIAOLIN)

    async with town.database.write() as tx:
        served = (await orders.people.by_phone(tx, "13900001077"))[0]
        await orders.place(tx, town.here(), served, service="repairs", ordered_by=zhou)
        await taking.claim(tx, town.here(), xiaolin, 1)
        await taking.finish(tx, town.here(), xiaolin, 1)
        for refused in (
            order_verdict.confirm(tx, town.here(), zhou, 1),
            order_verdict.rate(tx, town.here(), zhou, 1, stars=5),
        ):
            with pytest.raises(NotAllowed):
                await refused
        with pytest.raises(NotAllowed):
            await order_verdict.complain(tx, town.here(), zhou, 1, event=TaskEvent.NOT_GOOD)
        await order_verdict.complain(tx, town.here(), zhou, 1, event=TaskEvent.NO_SHOW)

    assert (await found(town))[1].state is TaskState.OPEN


async def test_a_complaint_is_one_of_two_things(town: Town) -> None:
    await placed(town)

    async with town.database.write() as tx:
        nainai = await town.person(NAINAI)
        for event in (TaskEvent.CANCEL, TaskEvent.NOT_GOOD, TaskEvent.NO_SHOW, TaskEvent.RETURN):
            with pytest.raises(NoLongerPossible):
                await order_verdict.complain(tx, town.here(), nainai, 1, event=event)


async def test_an_order_without_its_task_is_not_found(town: Town) -> None:
    async with town.database.read() as tx:
        with pytest.raises(NotFound):
            await orders.get(tx, 5)


async def test_who_is_forgotten_after_the_help_they_had_leaves_nobody_waiting_for_a_word(town: Town) -> None:
    async with town.database.write() as tx:
        elder, helper = await town.person(NAINAI), await town.person(XIAOLIN)
        await orders.place(tx, town.here(), elder, service="repairs")
        await taking.claim(tx, town.here(), helper, 1)
        await taking.finish(tx, town.here(), helper, 1)

        await people.erase(tx, town.here(), elder)

        assert (await tasks.get(tx, 1)).state is TaskState.CONFIRMED
        assert await tx.need(int, "SELECT COUNT(*) FROM timers WHERE kind LIKE 'task%'") == 0
    assert await town.count("transfers") == 1


async def test_who_went_along_does_not_confirm_it_either(town: Town) -> None:
    async with town.database.write() as tx:
        await orders.place(tx, town.here(), await town.person(NAINAI), service="gas")
        for who in (XIAOLIN, WU):
            await taking.claim(tx, town.here(), await town.person(who), 1)
        await taking.finish(tx, town.here(), await town.person(XIAOLIN), 1)

        with pytest.raises(NotYourOwn):
            await order_verdict.confirm(tx, town.here(), await town.person(WU), 1, on_behalf=True)
        await order_verdict.confirm(tx, town.here(), await town.person(ZHOU), 1, on_behalf=True)
