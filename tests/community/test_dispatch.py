"""Who is asked for a task, in which order, how many at once, and when the duty officer hears."""

from datetime import datetime, timedelta

import pytest
from factories import AMEI, NAINAI, XIAOLIN, Speaker, Town

from community import asking, dispatch, order_verdict, orders, taking, tasks
from community.order_texts import SomebodyFaster, StillAlone
from storage.database import Transaction
from storage.queries import offers, people, volunteers
from storage.queries import tasks as rows
from storage.records import Order, Task
from storage.states import OfferState, Role, TaskState

ANY_TIME = asking.ANY_TIME


async def volunteer(
    town: Town,
    name: str,
    home: str = "B4-1-101",
    *,
    reach: str = "G2",
    skills: tuple[str, ...] = (),
    hours: int | None = None,
    phone: str = "",
) -> Speaker:
    """One more volunteer of the second grid, who can do this at these times."""
    speaker = await town.resident(name, home, phone=phone, roles=((Role.VOLUNTEER, reach),))
    async with town.database.write() as tx:
        person = await people.by_telegram(tx, speaker.id)
        assert person is not None
        await volunteers.set_skills(tx, person_id=person.id, skills=skills)
        if hours is not None:
            await volunteers.pause(tx, person_id=person.id, until=None, hours=hours, now=town.clock.now())
    return speaker


async def crowd(town: Town, number: int, **how: str) -> list[Speaker]:
    """So many more, who can do whatever is asked."""
    return [await volunteer(town, f"邻居{one}", **how) for one in range(number)]


async def placed(town: Town, service: str = "repairs", **how: object) -> Task:
    """The elder orders."""
    async with town.database.write() as tx:
        order: Order = await orders.place(tx, town.here(), await town.person(NAINAI), service=service, **how)  # type: ignore[arg-type]
        _, task = await orders.get(tx, order.id)
        return task


async def asked(town: Town, task: Task) -> list[str]:
    """Names of those who are asked now, the first first."""
    async with town.database.read() as tx:
        found = await offers.waiting(tx, task.id)
        when = {p.id: await _asked_at(tx, task, p.id) for p in found}
        return [_name(tx, p) for p in sorted(found, key=lambda p: (when[p.id], p.id))]


async def _asked_at(tx: Transaction, task: Task, person_id: int) -> datetime:
    return await tx.need(
        datetime, "SELECT at FROM offers WHERE task_id = :task AND person_id = :person", task=task.id, person=person_id
    )


def _name(tx: Transaction, person: object) -> str:
    return str(tx.cipher.open(person.name.token))  # type: ignore[attr-defined]


async def due_now(town: Town) -> None:
    """What looks for somebody and has fallen due is done."""
    async with town.database.write() as tx:
        kinds = await tx.all(
            str,
            "SELECT kind || ' ' || subject_id FROM timers WHERE kind LIKE 'look_%' AND due <= :now ORDER BY due, id",
            now=town.clock.now(),
        )
        for kind, _, subject in (one.partition(" ") for one in kinds):
            await tx.run("DELETE FROM timers WHERE kind = :kind AND subject_id = :id", kind=kind, id=int(subject))
            use = {
                dispatch.WAVE: dispatch.next_wave,
                dispatch.OFFICER: dispatch.call_officer,
                dispatch.STAFF: dispatch.call_staff,
            }[kind]
            await use(tx, town.here(), int(subject))


async def later(town: Town, **how_far: float) -> None:
    """Time passes."""
    town.clock.advance(**how_far)
    await due_now(town)


async def test_three_are_asked_then_seven_then_all_who_fit(town: Town) -> None:
    await crowd(town, 20)

    task = await placed(town)
    counts = [len(await asked(town, task))]
    for _ in range(3):
        await later(town, minutes=5)
        counts.append(len(await asked(town, task)))

    assert counts == [3, 10, 22, 22]  # 小林 and 阿梅 live next door


async def test_whoever_says_no_is_replaced_at_once(town: Town) -> None:
    await crowd(town, 5)
    task = await placed(town)
    before = await asked(town, task)

    async with town.database.write() as tx:
        await taking.decline(tx, town.here(), await town.person(AMEI), task.id)

    after = await asked(town, task)
    assert len(before) == len(after) == 3
    assert "志愿者阿梅" not in after


async def test_who_lives_in_the_house_is_asked_before_who_lives_elsewhere(town: Town) -> None:
    await crowd(town, 5)

    task = await placed(town)

    assert set(await asked(town, task)) >= {"小林", "志愿者阿梅"}


async def test_who_can_do_it_is_asked_before_who_has_not_said_and_who_cannot_never(town: Town) -> None:
    await volunteer(town, "巧手", skills=("handy",))
    await volunteer(town, "厨师", "B3-1-101", skills=("company",))

    task = await placed(town)
    first = await asked(town, task)
    await later(town, minutes=10)

    assert "巧手" in first
    assert "厨师" not in await asked(town, task)


async def test_whoever_was_asked_longest_ago_comes_first(town: Town) -> None:
    await crowd(town, 6)
    first = await placed(town)
    town.clock.advance(minutes=1)

    second = await placed(town, "books")

    assert set(await asked(town, first)) & set(await asked(town, second)) == {
        "小林",
        "志愿者阿梅",
    }  # they live next door
    assert len(await asked(town, second)) == 3


async def test_nobody_is_asked_more_often_a_day_than_the_file_says(town: Town) -> None:
    for service in ("repairs", "books", "meals", "shopping"):
        task = await placed(town, service)

    assert await asked(town, task) == []

    await later(town, days=1)
    assert set(await asked(town, await placed(town, "medicine"))) == {"小林", "志愿者阿梅"}


async def test_who_helps_in_the_evening_is_not_asked_for_what_is_due_at_noon(town: Town) -> None:
    evenings = sum(1 << (day * 3 + 2) for day in range(7))
    await volunteer(town, "晚上有空", hours=evenings)

    noon = await placed(town)
    town.clock.advance(minutes=30)
    evening = await placed(town, "other", due=town.clock.now() + timedelta(hours=10))

    assert "晚上有空" not in await asked(town, noon)
    assert "晚上有空" in await asked(town, evening)


async def test_who_rests_by_day_is_not_woken(town: Town) -> None:
    sleeper = await volunteer(town, "夜班小吴", "B3-1-101")
    async with town.database.write() as tx:
        await people.set_quiet(tx, person_id=(await town.person(sleeper)).id, begins=8 * 60, ends=15 * 60)

    task = await placed(town)

    assert "夜班小吴" not in await asked(town, task)


async def test_who_was_asked_for_by_name_is_asked_first(town: Town) -> None:
    far = await volunteer(town, "老朋友", "B4-2-101")
    await crowd(town, 5)

    task = await placed(town, wanted=await town.person(far))

    assert "老朋友" in await asked(town, task)


async def test_who_helped_before_is_asked_before_who_lives_nearer(town: Town) -> None:
    known = await volunteer(town, "熟人", "B4-2-101")
    task = await placed(town)
    async with town.database.write() as tx:
        here, person = town.here(), await town.person(known)
        await taking.claim(tx, here, person, task.id)
        await taking.finish(tx, here, person, task.id)
        await order_verdict.confirm(tx, here, await town.person(NAINAI), 1)
    await crowd(town, 4, home="B3-1-101")

    again = await placed(town)

    assert "熟人" in await asked(town, again)


async def test_who_takes_orders_by_the_roster_is_asked_first(town: Town) -> None:
    await volunteer(town, "专员阿德", "B4-2-101", phone="139-0000-1055")
    await crowd(town, 4, home="B3-1-101")
    entry = {"days": ["tue"], "start": "08:00", "end": "18:00", "name": "阿德", "phone": "139-0000-1055"}
    teams = [
        team.model_copy(update={"roster": (type(town.neighbourhood.duty[0]).model_validate(entry),)})
        if "repairs" in team.services
        else team
        for team in town.neighbourhood.teams
    ]
    here = town.here()
    object.__setattr__(here, "neighbourhood", town.neighbourhood.model_copy(update={"teams": tuple(teams)}))

    async with town.database.write() as tx:
        await orders.place(tx, here, await town.person(NAINAI), service="repairs")
        task = await rows.of_order(tx, 1)
        assert task is not None

    assert "专员阿德" in await asked(town, task)


async def test_at_night_nobody_is_asked_until_morning(town: Town) -> None:
    town.clock.advance(hours=14)  # 23:00

    task = await placed(town)
    at_once = await asked(town, task)
    await later(town, hours=8)

    assert at_once == []
    assert len(await asked(town, task)) == 2


async def test_what_is_far_ahead_is_looked_for_three_days_before(town: Town) -> None:
    task = await placed(town, due=town.clock.now() + timedelta(days=7))
    at_once = await asked(town, task)
    await later(town, days=4)

    assert at_once == []
    assert task.looking_since == town.clock.now()
    assert len(await asked(town, task)) == 2


async def test_a_task_that_comes_back_is_offered_again_to_who_had_not_answered(town: Town) -> None:
    """Who gave it back is left in peace."""
    task = await placed(town)
    async with town.database.write() as tx:
        await taking.claim(tx, town.here(), await town.person(XIAOLIN), task.id)
        await taking.release(tx, town.here(), await town.person(XIAOLIN), task.id)

    assert await asked(town, task) == ["志愿者阿梅"]
    assert await town.count("offers") == 2


async def test_a_pair_goes_when_both_have_claimed_and_not_before(town: Town) -> None:
    third = await volunteer(town, "第三位", "B3-1-101")
    task = await placed(town, "gas")

    async with town.database.write() as tx:
        here, xiaolin, amei = town.here(), await town.person(XIAOLIN), await town.person(AMEI)
        await taking.claim(tx, here, xiaolin, task.id)
        with pytest.raises(StillAlone):
            await taking.set_off(tx, here, xiaolin, task.id)
        await taking.claim(tx, here, amei, task.id)
        with pytest.raises(SomebodyFaster):
            await taking.claim(tx, here, await town.person(third), task.id)
        moved = await taking.set_off(tx, here, xiaolin, task.id)

    assert (moved.state, moved.joined) == (TaskState.ON_WAY, 2)
    assert await town.count("timers", "kind LIKE 'look_%'") == 0


async def test_when_the_captain_cannot_come_the_companion_leads_and_one_more_is_looked_for(town: Town) -> None:
    await volunteer(town, "第三位", "B3-1-101")
    task = await placed(town, "gas")

    async with town.database.write() as tx:
        here, xiaolin, amei = town.here(), await town.person(XIAOLIN), await town.person(AMEI)
        await taking.claim(tx, here, xiaolin, task.id)
        await taking.claim(tx, here, amei, task.id)
        await taking.release(tx, here, xiaolin, task.id)
        now = await tasks.get(tx, task.id)
        said = await offers.of(tx, task_id=task.id, person_id=xiaolin.id)

    assert (now.taker_id, now.joined, now.state) == (amei.id, 1, TaskState.CLAIMED)
    assert said is OfferState.RELEASED
    assert await asked(town, task) == ["第三位"]


async def test_a_first_visit_to_who_lives_alone_is_made_in_pairs(town: Town) -> None:
    novice = await volunteer(town, "新志愿者", "B3-1-101", hours=ANY_TIME)
    async with town.database.write() as tx:
        nainai, person = await town.person(NAINAI), await town.person(novice)
        await people.set_alone(tx, person_id=nainai.id, alone=True)
        await volunteers.put(
            tx, person_id=person.id, hours=ANY_TIME, place_id=(await town.place("G2")).id, now=town.clock.now()
        )
    task = await placed(town)

    async with town.database.write() as tx:
        await taking.claim(tx, town.here(), await town.person(novice), task.id)
        with pytest.raises(StillAlone):
            await taking.arrive(tx, town.here(), await town.person(novice), task.id)
        now = await tasks.get(tx, task.id)

    assert (now.people, now.least, now.joined) == (2, 2, 1)


@pytest.mark.parametrize("with_somebody", [True, False], ids=["a companion leads", "nobody is left"])
async def test_two_are_needed_for_the_sake_of_who_is_new_and_no_longer(town: Town, *, with_somebody: bool) -> None:
    novice = await volunteer(town, "新志愿者", "B3-1-101", hours=ANY_TIME)
    async with town.database.write() as tx:
        nainai, person = await town.person(NAINAI), await town.person(novice)
        await people.set_alone(tx, person_id=nainai.id, alone=True)
        await volunteers.put(
            tx, person_id=person.id, hours=ANY_TIME, place_id=(await town.place("G2")).id, now=town.clock.now()
        )
    task = await placed(town)

    async with town.database.write() as tx:
        await taking.claim(tx, town.here(), await town.person(novice), task.id)
        if with_somebody:
            await taking.claim(tx, town.here(), await town.person(XIAOLIN), task.id)
        await taking.release(tx, town.here(), await town.person(novice), task.id)
        now = await tasks.get(tx, task.id)

    assert (now.people, now.least, now.joined) == (1, 1, 1 if with_somebody else 0)
    assert await town.count("timers", "kind LIKE 'look_%'") == (0 if with_somebody else 3)


async def test_what_nobody_takes_comes_to_staff_again_and_again_less_and_less_often(town: Town) -> None:
    task = await placed(town)
    told = []

    for minutes in (30, 30, 60, 120):
        await later(town, minutes=minutes)
        told.append(await town.count("outbox", "template = 'task/nobody_yet'"))
    async with town.database.write() as tx:
        await taking.claim(tx, town.here(), await town.person(XIAOLIN), task.id)
    await later(town, days=1)

    assert told == [2, 4, 6, 8]  # the officer is one of two of staff, and not told twice in one moment
    assert await town.count("outbox", "template = 'task/nobody_yet'") == told[-1]
