"""Calls: whoever is not in chat is told by somebody else than the helper."""

import pytest
from factories import AQIANG, LIU, WU, XIAOLIN, XIAOWANG, ZHOU, Speaker, Town

from community import answers, calls, order_changes, orders, taking, tasks
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.hand_over import hand_over
from community.order_texts import NotYourOwn
from storage.queries import people
from storage.records import Person, Task
from storage.states import ContactMode, Role, TaskState

PHONE = "13900001077"


async def served_by(town: Town, helper: Speaker, *, done: bool = False) -> Person:
    """An elder without a phone of the smart kind, for whom somebody comes."""
    await town.resident("林爷爷", mode=ContactMode.PHONE, phone=PHONE)
    async with town.database.write() as tx:
        elder = (await people.by_phone(tx, PHONE))[0]
        orderer, taker = await town.person(WU), await town.person(helper)
        await orders.place(tx, town.here(), elder, service="repairs", ordered_by=orderer)
        await taking.claim(tx, town.here(), taker, 1)
        if done:
            await taking.finish(tx, town.here(), taker, 1)
    return elder


async def open_calls(town: Town) -> list[Task]:
    """The calls that are to be made."""
    async with town.database.read() as tx:
        ids = await tx.all(int, "SELECT id FROM tasks WHERE kind = 'call' AND state = 'open' ORDER BY id")
        return [await tasks.get(tx, i) for i in ids]


async def asked(town: Town, task_id: int) -> set[int]:
    """Who was given a call: their accounts."""
    async with town.database.write() as tx:
        await calls.announce(tx, town.here(), task_id)
    async with town.database.read() as tx:
        sql = (
            "SELECT p.telegram_id FROM cards c JOIN people p ON p.id = c.person_id "
            "WHERE c.kind = 'call' AND c.subject_id = :id"
        )
        return set(await tx.all(int, sql, id=task_id))


async def test_each_message_is_a_call_for_the_officer_on_duty(town: Town) -> None:
    await served_by(town, XIAOLIN)

    [call] = await open_calls(town)
    assert (call.template, call.question) == ("order/found", None)
    assert await asked(town, call.id) == {ZHOU.id}


async def test_at_night_when_the_officer_is_not_in_chat_it_is_for_staff(town: Town) -> None:
    town.clock.advance(hours=9)
    await served_by(town, XIAOLIN)

    [call] = await open_calls(town)
    assert await asked(town, call.id) == {WU.id, ZHOU.id}


@pytest.mark.parametrize("done", [False, True])
async def test_the_one_who_helps_is_not_the_one_who_rings(town: Town, done: bool) -> None:
    await served_by(town, ZHOU, done=done)

    [call] = await open_calls(town)
    assert await asked(town, call.id) == {WU.id}


async def test_without_staff_the_grid_worker_rings(town: Town) -> None:
    await served_by(town, XIAOLIN)
    async with town.database.write() as tx:
        await tx.run("UPDATE roles SET revoked_at = 1 WHERE role = 'staff'")
        await tx.run("UPDATE people SET phone_hash = NULL WHERE telegram_id = :id", id=ZHOU.id)

    [call] = await open_calls(town)
    assert await asked(town, call.id) == {XIAOWANG.id}


async def test_where_the_helper_is_the_only_one_left_they_tell_but_do_not_ask(town: Town) -> None:
    await served_by(town, XIAOWANG)
    async with town.database.write() as tx:
        await tx.run("UPDATE roles SET revoked_at = 1 WHERE role = 'staff'")
        await tx.run("UPDATE people SET phone_hash = NULL WHERE telegram_id = :id", id=ZHOU.id)
    [told] = await open_calls(town)
    assert await asked(town, told.id) == {XIAOWANG.id}

    async with town.database.write() as tx:
        await taking.finish(tx, town.here(), await town.person(XIAOWANG), 1)

    [question] = await open_calls(town)
    assert (question.question, await asked(town, question.id)) == ("order", set())


async def test_the_helper_may_not_confirm_for_the_elder(town: Town) -> None:
    await served_by(town, XIAOWANG, done=True)
    [question] = await open_calls(town)
    helper, other = await town.person(XIAOWANG), await town.person(ZHOU)

    async with town.database.write() as tx:
        with pytest.raises(NotYourOwn):
            await answers.give(tx, town.here(), helper, question.id, answer="good")
        with pytest.raises(NotYourOwn):
            await calls.not_reached(tx, town.here(), helper, question.id)
        await answers.give(tx, town.here(), other, question.id, answer="good")

    assert await town.count("transfers") == 1


async def test_a_neighbour_makes_no_calls(town: Town) -> None:
    await served_by(town, XIAOLIN)
    [call] = await open_calls(town)

    async with town.database.write() as tx:
        for who in (AQIANG, LIU, XIAOLIN):
            person = await town.person(who)
            for forbidden in (
                calls.told(tx, town.here(), person, call.id),
                calls.not_reached(tx, town.here(), person, call.id),
                answers.give(tx, town.here(), person, call.id, answer="good"),
            ):
                with pytest.raises(NotAllowed):
                    await forbidden


async def test_a_visit_is_no_call_and_a_question_wants_its_answer(town: Town) -> None:
    await served_by(town, XIAOLIN, done=True)
    [question] = await open_calls(town)
    zhou = await town.person(ZHOU)

    async with town.database.write() as tx:
        with pytest.raises(NotFound):
            await calls.told(tx, town.here(), zhou, 1)
        with pytest.raises(NoLongerPossible):
            await calls.told(tx, town.here(), zhou, question.id)

    assert (await open_calls(town))[0].state is TaskState.OPEN


@pytest.mark.parametrize("answer", ["solved", "unsolved", "perhaps", ""])
async def test_an_answer_to_another_question_is_refused_as_a_whole(town: Town, answer: str) -> None:
    await served_by(town, XIAOLIN, done=True)
    [question] = await open_calls(town)

    with pytest.raises(NotFound):
        async with town.database.write() as tx:
            await answers.give(tx, town.here(), await town.person(ZHOU), question.id, answer=answer)

    assert await open_calls(town) == [question]


async def test_what_is_over_need_not_be_told_any_more(town: Town) -> None:
    await served_by(town, XIAOLIN)

    async with town.database.write() as tx:
        await taking.release(tx, town.here(), await town.person(XIAOLIN), 1)
    assert [c.template for c in await open_calls(town)] == ["order/helper_changed"]
    async with town.database.write() as tx:
        await order_changes.cancel(tx, town.here(), await town.person(WU), 1)

    assert await open_calls(town) == []
    assert await town.count("timers", "kind LIKE 'call_%'") == 0


async def test_calls_about_another_order_stay(town: Town) -> None:
    elder = await served_by(town, XIAOLIN)

    async with town.database.write() as tx:
        order = await orders.place(tx, town.here(), elder, service="meals", ordered_by=await town.person(WU))
        await order_changes.cancel(tx, town.here(), await town.person(WU), order.id)

    assert [c.template for c in await open_calls(town)] == ["order/found"]


async def test_somebody_erased_need_not_be_rung(town: Town) -> None:
    elder = await served_by(town, XIAOLIN, done=True)

    async with town.database.write() as tx:
        await hand_over(tx, town.here(), elder)

    assert await open_calls(town) == []
    assert await town.count("tasks", "context IS NOT NULL") == 0


async def test_whom_it_is_for_is_not_asked_to_ring_themselves(town: Town) -> None:
    await town.resident("值班的林爷爷", mode=ContactMode.PHONE, phone=PHONE, roles=((Role.STAFF, "C1"),))
    async with town.database.write() as tx:
        elder = (await people.by_phone(tx, PHONE))[0]
        await orders.place(tx, town.here(), elder, service="repairs")
        await taking.claim(tx, town.here(), await town.person(XIAOLIN), 1)

    [call] = await open_calls(town)
    assert await asked(town, call.id) == {ZHOU.id}
