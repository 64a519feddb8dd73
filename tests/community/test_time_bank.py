"""时间银行: double entry, sum zero, minutes once; ceilings, two persons, reversals, gifts, the fund's floor."""

import contextlib
from dataclasses import replace

import pytest
from factories import AMEI, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU, Speaker, Town

from community import (
    answers,
    mine,
    order_verdict,
    orders,
    people,
    taking,
    time_bank,
    time_bank_check,
    time_bank_giving,
    time_bank_postings,
)
from community import time_bank_ledger as ledger
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.order_texts import ConfirmedAlready
from community.time_bank_texts import (
    GiftsWaiting,
    NobodyElse,
    NotMinutes,
    NotReversible,
    NotYourself,
    SecondPerson,
    TooFewMinutes,
)
from storage.database import Transaction
from storage.queries import tasks as task_rows
from storage.queries import time_bank as rows
from storage.states import ContactMode, Relation, Role, TaskEvent
from storage.time_bank_records import Posting


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
        await order_verdict.confirm(tx, town.here(), other, order.id)


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


async def test_whoever_comes_along_gets_the_same_minutes_and_the_person_served_pays_for_one(town: Town) -> None:
    served = await town.resident("老何", "B3-1-201", roles=((Role.VOLUNTEER, "B3"),))
    await help_with(town, served, NAINAI, minutes=60)
    person, captain, companion = await town.person(served), await town.person(XIAOLIN), await town.person(AMEI)
    async with town.database.write() as tx:
        order = await orders.place(tx, town.here(), person, service="repairs")
        task = await task_rows.of_order(tx, order.id)
        assert task is not None
        await tx.run("UPDATE tasks SET people = 2, least = 2 WHERE id = :id", id=task.id)
        for one in (captain, companion):
            await taking.claim(tx, town.here(), one, task.id)
        await taking.arrive(tx, town.here(), captain, task.id)
        town.clock.advance(minutes=25)
        await taking.finish(tx, town.here(), captain, task.id)
        await order_verdict.confirm(tx, town.here(), person, order.id)

    assert [await minutes_of(town, one) for one in (XIAOLIN, AMEI, served)] == [25, 25, 35]
    assert await fund(town) == -60 - 25
    assert await findings(town) == []
    async with town.database.write() as tx:
        await tx.run("DELETE FROM movements WHERE transfer_id = (SELECT MAX(id) FROM transfers)")
        await tx.run("DELETE FROM transfers WHERE id = (SELECT MAX(id) FROM transfers)")
    assert [line.partition(" is ")[2] for line in await findings(town)] == [
        "confirmed, but somebody who helped was never banked"
    ]


async def test_minutes_are_posted_once_however_often_it_is_asked_for(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=25)

    async with town.database.write() as tx:
        task = await task_rows.of_order(tx, 1)
        assert task is not None
        again = await time_bank.post(tx, town.here(), task)
        assert [(one.minutes, one.balance) for one in again] == [(25, 25)]
        with pytest.raises(ConfirmedAlready):
            await order_verdict.confirm(tx, town.here(), await town.person(NAINAI), 1)

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
        await order_verdict.complain(tx, town.here(), nainai, 1, event=TaskEvent.NOT_GOOD)
        await taking.claim(tx, town.here(), amei, 1)
        await taking.arrive(tx, town.here(), amei, 1)
        town.clock.advance(minutes=10)
        await taking.finish(tx, town.here(), amei, 1)
        await order_verdict.confirm(tx, town.here(), nainai, 1)

    assert (await minutes_of(town, XIAOLIN), await minutes_of(town, AMEI)) == (0, 10)


@pytest.mark.parametrize(("seconds", "banked"), [(20, 1), (329, 5), (331, 6)])
async def test_minutes_are_rounded_to_the_nearest(town: Town, seconds: int, banked: int) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=seconds / 60)

    assert await minutes_of(town, XIAOLIN) == banked


async def companion(town: Town, helper: Speaker, *, minutes: int) -> None:
    """A visit to keep somebody company."""
    one, other = await town.person(helper), await town.person(NAINAI)
    async with town.database.write() as tx:
        order = await orders.place(tx, town.here(), other, service="chat")
        task = await task_rows.of_order(tx, order.id)
        assert task is not None
        await taking.claim(tx, town.here(), one, task.id)
        await taking.arrive(tx, town.here(), one, task.id)
        town.clock.advance(minutes=minutes)
        await taking.finish(tx, town.here(), one, task.id)
        await order_verdict.confirm(tx, town.here(), other, order.id)


async def held(town: Town, who: Speaker) -> ledger.Holdings:
    """What somebody has, apart."""
    async with town.database.read() as tx:
        return await ledger.holdings(tx, (await town.person(who)).id)


async def earn(town: Town, who: Speaker, minutes: int) -> None:
    """Minutes of service, an hour or a few at a time."""
    while minutes > 0:
        await help_with(town, who, NAINAI, minutes=min(minutes, 240))
        minutes -= 240


def with_rules(town: Town, **rules: int) -> Town:
    """The same town with other numbers in its file."""
    found = town.neighbourhood
    changed = found.model_copy(update={"time_bank": found.time_bank.model_copy(update=rules)})
    return replace(town, neighbourhood=changed, here=lambda: replace(town.here(), neighbourhood=changed))


async def findings(town: Town) -> list[str]:
    """What `jinlin ledger check` says."""
    async with town.database.read() as tx:
        return (await time_bank_check.check(tx)).findings


async def told(town: Town, who: Speaker) -> list[str]:
    """The templates of what waits to be said to somebody."""
    async with town.database.read() as tx:
        person = await town.person(who)
        return await tx.all(
            str,
            "SELECT template FROM outbox WHERE person_id = :id AND template LIKE 'time_bank/%' ORDER BY id",
            id=person.id,
        )


async def test_two_hours_a_day_of_company_can_be_used_and_the_rest_only_given(town: Town) -> None:
    await companion(town, XIAOLIN, minutes=90)
    await companion(town, XIAOLIN, minutes=50)
    await companion(town, XIAOLIN, minutes=30)
    same_day = await held(town, XIAOLIN)

    town.clock.advance(days=1)
    await companion(town, XIAOLIN, minutes=30)
    next_day = await held(town, XIAOLIN)

    assert (same_day.credit, same_day.surplus) == (120, 50)
    assert (next_day.credit, next_day.surplus) == (150, 50)
    assert await told(town, XIAOLIN) == ["time_bank/set_apart"] * 2
    assert await findings(town) == []


async def test_other_help_has_no_ceiling_of_a_day(town: Town) -> None:
    await companion(town, XIAOLIN, minutes=120)
    await help_with(town, XIAOLIN, NAINAI, minutes=200)

    found = await held(town, XIAOLIN)

    assert (found.credit, found.surplus) == (320, 0)


async def test_what_lies_above_the_ceiling_of_all_is_kept_and_can_only_be_given(town: Town) -> None:
    small = with_rules(town, ceiling_hours=1)
    await help_with(small, XIAOLIN, NAINAI, minutes=50)

    await help_with(small, XIAOLIN, NAINAI, minutes=25)
    found = await held(small, XIAOLIN)

    assert (found.credit, found.surplus, found.to_use, found.to_give) == (60, 15, 60, 75)
    assert await findings(small) == []


async def test_a_capped_visit_invites_a_correction(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=500)

    assert await told(town, XIAOLIN) == ["time_bank/capped"]


async def test_the_fund_pays_on_below_its_floor_and_staff_are_told_once(town: Town) -> None:
    poor = with_rules(town, fund_floor_hours=-1)

    for _ in range(4):
        await help_with(poor, XIAOLIN, NAINAI, minutes=25)

    assert await fund(poor) == -100
    assert await minutes_of(poor, XIAOLIN) == 100
    assert [await told(poor, who) for who in (WU, ZHOU)] == [["time_bank/floor_reached"]] * 2


async def test_a_donation_goes_to_the_fund_and_no_more_than_there_is(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=60)

    async with town.database.write() as tx:
        person = await town.person(XIAOLIN)
        with pytest.raises(TooFewMinutes):
            await time_bank_giving.donate(tx, town.here(), person, minutes=61)
        with pytest.raises(NotMinutes):
            await time_bank_giving.donate(tx, town.here(), person, minutes=0)
        left = await time_bank_giving.donate(tx, town.here(), person, minutes=45)

    assert left == -15
    assert (await held(town, XIAOLIN)).credit == 15
    assert await findings(town) == []


async def test_what_is_given_is_taken_from_above_the_ceiling_first(town: Town) -> None:
    small = with_rules(town, ceiling_hours=1)
    await help_with(small, XIAOLIN, NAINAI, minutes=80)

    async with town.database.write() as tx:
        await time_bank_giving.donate(tx, small.here(), await town.person(XIAOLIN), minutes=30)

    found = await held(town, XIAOLIN)
    assert (found.credit, found.surplus) == (50, 0)
    assert await town.count("transfers", "kind = 'donation'") == 2
    assert await findings(town) == []


async def test_somebody_at_home_is_given_to_at_once_and_told(town: Town) -> None:
    wife = await town.resident("林嫂", "B3-1-502")
    await help_with(town, XIAOLIN, NAINAI, minutes=60)

    async with town.database.write() as tx:
        giver, receiver = await town.person(XIAOLIN), await town.person(wife)
        await time_bank_giving.give_at_home(
            tx, town.here(), giver, receiver_id=receiver.id, relation=Relation.SPOUSE, minutes=40
        )

    assert (await minutes_of(town, XIAOLIN), await minutes_of(town, wife)) == (20, 40)
    assert await told(town, wife) == ["time_bank/gift_in"]
    assert await findings(town) == []


async def test_who_gives_is_never_who_receives(town: Town) -> None:
    rich = await town.resident("老何", "B3-1-201", phone="13900008888", roles=((Role.VOLUNTEER, "B3"),))
    await earn(town, rich, 60)

    async with town.database.write() as tx:
        person = await town.person(rich)
        with pytest.raises(NotYourself):
            await time_bank_giving.give_at_home(
                tx, town.here(), person, receiver_id=person.id, relation=Relation.FAMILY, minutes=5
            )
        with pytest.raises(NotYourself):
            await offer(town, tx, rich, "13900008888")


async def test_somebody_of_another_household_or_unconfirmed_is_not_at_home(town: Town) -> None:
    newcomer = await town.resident("小新", "B3-1-502", verified=False)
    await earn(town, XIAOLIN, 60)

    async with town.database.write() as tx:
        giver = await town.person(XIAOLIN)
        assert await time_bank_giving.at_home(tx, await town.person(newcomer)) == []
        assert await time_bank_giving.at_home(tx, giver) == []
        for other in (newcomer, AMEI):
            receiver = await town.person(other)
            with pytest.raises(NotFound):
                await time_bank_giving.give_at_home(
                    tx, town.here(), giver, receiver_id=receiver.id, relation=Relation.FAMILY, minutes=5
                )


async def offer(town: Town, tx: Transaction, who: Speaker, phone: str, minutes: int = 30) -> Posting:
    """A gift to a number."""
    return await time_bank_giving.offer(
        tx, town.here(), await town.person(who), phone=phone, relation=Relation.PARENT, minutes=minutes
    )


async def test_a_gift_to_a_number_counts_as_spent_until_it_is_taken(town: Town) -> None:
    mother = await town.resident("林妈妈", "B4-1-101", phone="13900007777")
    await earn(town, XIAOLIN, 60)
    async with town.database.write() as tx:
        gift = await offer(town, tx, XIAOLIN, "13900007777", minutes=50)

    waiting = await held(town, XIAOLIN)
    async with town.database.write() as tx:
        with pytest.raises(TooFewMinutes):
            await offer(town, tx, XIAOLIN, "13900007777", minutes=20)
        assert await time_bank_giving.answer(tx, town.here(), await town.person(mother), gift.id, yes=True)
        with pytest.raises(NoLongerPossible):
            await time_bank_giving.answer(tx, town.here(), await town.person(mother), gift.id, yes=True)

    assert (waiting.credit, waiting.to_use, waiting.to_give) == (60, 10, 10)
    assert (await minutes_of(town, XIAOLIN), await minutes_of(town, mother)) == (10, 50)
    assert await told(town, XIAOLIN) == ["time_bank/gift_answered"]
    assert await findings(town) == []


async def test_whether_anybody_has_a_number_shows_nowhere_before_it_lapses(town: Town) -> None:
    """Unknown, shared by two, unconfirmed, or refused: the giver sees the same until the days are over."""
    mother = await town.resident("林妈妈", "B4-1-101", phone="13900007777")
    for home in ("B4-1-201", "B4-1-202"):
        await town.resident("同号", home, phone="13900006666")
    await town.resident("未确认", "B4-1-301", phone="13900005554", verified=False)
    numbers = ("13900007777", "13900006666", "13900005554", "13911112222")
    await earn(town, XIAOLIN, 400)
    seen = []
    for phone in numbers:
        async with town.database.write() as tx:
            gift = await offer(town, tx, XIAOLIN, phone)
            if phone == numbers[0]:
                await time_bank_giving.answer(tx, town.here(), await town.person(mother), gift.id, yes=False)
                with pytest.raises(NoLongerPossible):
                    await time_bank_giving.answer(tx, town.here(), await town.person(mother), gift.id, yes=True)
            seen.append((await ledger.holdings(tx, gift.asked_by), gift.state))
            await time_bank_giving.lapse(tx, town.here(), gift.id)

    assert len(set(seen)) == 1
    assert await told(town, XIAOLIN) == ["time_bank/gift_answered"] * 4
    assert await told(town, mother) == []
    assert await minutes_of(town, XIAOLIN) == 400


async def test_only_so_many_gifts_wait_at_once(town: Town) -> None:
    await earn(town, XIAOLIN, 400)

    async with town.database.write() as tx:
        for number in range(3):
            await offer(town, tx, XIAOLIN, f"1391111000{number}")
        with pytest.raises(GiftsWaiting):
            await offer(town, tx, XIAOLIN, "13911110009")


async def test_who_is_reached_by_phone_takes_a_gift_on_the_phone(town: Town) -> None:
    await town.resident("林妈妈", "B3-2-101", phone="13900007777", mode=ContactMode.PHONE)
    await earn(town, XIAOLIN, 60)
    async with town.database.write() as tx:
        gift = await offer(town, tx, XIAOLIN, "13900007777", minutes=40)
        [call] = await task_rows.live_calls(tx, question="gift", subject_id=gift.id)

        await answers.give(tx, town.here(), await town.person(ZHOU), call.id, answer="take")

        assert await time_bank.balance(tx, gift.person_id or 0) == 40
    assert await findings(town) == []


async def enter(town: Town, by: Speaker, helper: Speaker, minutes: int = 90) -> Posting:
    """An entry by hand, still to be confirmed."""
    async with town.database.write() as tx:
        one, other = await town.person(by), await town.person(helper)
        return await time_bank_postings.ask_entry(
            tx, town.here(), one, helper_id=other.id, minutes=minutes, words="义诊维持秩序"
        )


async def decide(town: Town, by: Speaker, posting: Posting, *, yes: bool = True) -> None:
    """What the second person says."""
    async with town.database.write() as tx:
        await time_bank_postings.decide(tx, town.here(), await town.person(by), posting.id, yes=yes)


async def test_what_staff_enter_counts_once_another_confirms_and_never_converts(town: Town) -> None:
    posting = await enter(town, WU, XIAOLIN)
    before = await held(town, XIAOLIN)

    await decide(town, ZHOU, posting)
    after = await held(town, XIAOLIN)

    assert (before.honour, after.honour, after.to_use, after.to_give) == (0, 90, 0, 0)
    assert (await told(town, XIAOLIN), await told(town, WU)) == (["time_bank/entry_made"], ["time_bank/decided"])
    assert await fund(town) == 0
    assert await findings(town) == []


async def test_the_second_person_is_never_the_first_nor_whose_minutes_they_are(town: Town) -> None:
    both = await town.resident("社工小许", "B3-1-201", roles=((Role.STAFF, "C1"), (Role.VOLUNTEER, "B3")))
    posting = await enter(town, WU, both)

    with pytest.raises(SecondPerson):
        await decide(town, WU, posting)
    with pytest.raises(NotYourself):
        await decide(town, both, posting)
    with pytest.raises(NotYourself):
        await enter(town, both, both)
    with pytest.raises(NotAllowed):
        await decide(town, XIAOWANG, posting)

    assert (await held(town, both)).honour == 0


async def test_what_is_not_so_is_not_recorded_and_is_decided_once(town: Town) -> None:
    posting = await enter(town, WU, XIAOLIN)

    await decide(town, ZHOU, posting, yes=False)
    with pytest.raises(NoLongerPossible):
        await decide(town, ZHOU, posting)

    assert (await held(town, XIAOLIN)).honour == 0
    assert (await told(town, XIAOLIN), await told(town, WU)) == ([], ["time_bank/decided"])


async def test_without_a_second_person_nothing_can_be_entered(town: Town) -> None:
    async with town.database.write() as tx:
        await tx.run("UPDATE roles SET revoked_at = 1 WHERE person_id = :id", id=(await town.person(ZHOU)).id)

    with pytest.raises(NobodyElse):
        await enter(town, WU, XIAOLIN)

    assert await town.count("postings") == 0


@pytest.mark.parametrize("minutes", [0, -5, 481, 10**9])
async def test_an_entry_has_minutes_within_bounds(town: Town, minutes: int) -> None:
    with pytest.raises(NotMinutes):
        await enter(town, WU, XIAOLIN, minutes)


async def reverse(town: Town, number: int) -> Posting:
    """A reversal, asked for by one and confirmed by another."""
    async with town.database.write() as tx:
        one, other = await town.person(WU), await town.person(ZHOU)
        posting = await time_bank_postings.ask_reversal(tx, town.here(), one, number=number, words="记错了")
        await time_bank_postings.decide(tx, town.here(), other, posting.id, yes=True)
        return posting


async def last_transfer(town: Town, kind: str) -> int:
    """The number of the latest of a kind."""
    async with town.database.read() as tx:
        return await tx.need(int, "SELECT MAX(id) FROM transfers WHERE kind = :kind", kind=kind)


async def test_a_reversal_is_the_mirror_and_everybody_concerned_hears_of_it(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=60)
    await help_with(town, AMEI, XIAOLIN, minutes=40)

    await reverse(town, await last_transfer(town, "visit"))

    assert (await minutes_of(town, XIAOLIN), await minutes_of(town, AMEI), await fund(town)) == (60, 0, -60)
    assert (await told(town, XIAOLIN), await told(town, AMEI)) == ([("time_bank/reversed")], ["time_bank/reversed"])
    assert await findings(town) == []


async def test_what_is_reversed_stays_and_is_reversed_once(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=60)
    number = await last_transfer(town, "visit")
    await reverse(town, number)

    with pytest.raises(NotReversible):
        await reverse(town, number)
    with pytest.raises(NotReversible):
        await reverse(town, await last_transfer(town, "reversal"))
    with pytest.raises(NotFound):
        await reverse(town, 999)

    assert await town.count("movements") == 4


async def test_what_was_used_before_it_was_reversed_the_fund_makes_good(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=60)
    number = await last_transfer(town, "visit")
    await help_with(town, AMEI, XIAOLIN, minutes=50)

    await reverse(town, number)

    assert (await minutes_of(town, XIAOLIN), await minutes_of(town, AMEI), await fund(town)) == (0, 50, -50)
    assert await findings(town) == []


async def test_what_was_set_apart_of_a_visit_is_reversed_with_it(town: Town) -> None:
    await companion(town, XIAOLIN, minutes=150)

    await reverse(town, await last_transfer(town, "visit"))

    found = await held(town, XIAOLIN)
    assert (found.credit, found.surplus, await fund(town)) == (0, 0, 0)
    assert await findings(town) == []


async def test_an_entry_by_hand_is_reversed_like_any_other(town: Town) -> None:
    await decide(town, ZHOU, await enter(town, WU, XIAOLIN))

    await reverse(town, await last_transfer(town, "entry"))

    assert (await held(town, XIAOLIN)).honour == 0
    assert await findings(town) == []


async def test_staff_whose_own_minutes_a_reversal_moves_neither_ask_for_it_nor_confirm_it(town: Town) -> None:
    both = await town.resident("社工小许", "B3-1-201", roles=((Role.STAFF, "C1"), (Role.VOLUNTEER, "B3")))
    await help_with(town, both, NAINAI, minutes=60)
    number = await last_transfer(town, "visit")
    async with town.database.write() as tx:
        with pytest.raises(NotYourself):
            await time_bank_postings.ask_reversal(
                tx, town.here(), await town.person(both), number=number, words="多记了"
            )
        posting = await time_bank_postings.ask_reversal(
            tx, town.here(), await town.person(WU), number=number, words="多记了"
        )

    with pytest.raises(NotYourself):
        await decide(town, both, posting)


async def test_a_gift_whose_minutes_were_reversed_meanwhile_cannot_be_taken(town: Town) -> None:
    mother = await town.resident("林妈妈", "B4-1-101", phone="13900007777")
    await help_with(town, XIAOLIN, NAINAI, minutes=60)
    async with town.database.write() as tx:
        gift = await offer(town, tx, XIAOLIN, "13900007777", minutes=50)
    await reverse(town, await last_transfer(town, "visit"))

    async with town.database.write() as tx:
        came = await time_bank_giving.answer(tx, town.here(), await town.person(mother), gift.id, yes=True)

    assert (came, await minutes_of(town, mother), await minutes_of(town, XIAOLIN)) == (False, 0, 0)
    assert await findings(town) == []


async def test_whoever_leaves_leaves_their_minutes_to_the_fund(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=60)
    posting = await enter(town, WU, XIAOLIN)
    async with town.database.write() as tx:
        await offer(town, tx, XIAOLIN, "13900007777", minutes=20)
        person = await town.person(XIAOLIN)
        await people.erase(tx, town.here(), person)

    assert await fund(town) == 0
    assert await town.count("postings", "state = 'pending'") == 0
    assert await town.count("postings", "words IS NOT NULL AND id = :id", id=posting.id) == 0
    with pytest.raises(NoLongerPossible):
        await decide(town, ZHOU, posting)
    assert await findings(town) == []


async def test_what_comes_to_somebody_who_has_left_goes_to_the_fund(town: Town) -> None:
    """A visit that is confirmed after its helper was erased, and help that is given back."""
    xiaolin, nainai = await town.person(XIAOLIN), await town.person(NAINAI)
    await help_with(town, XIAOLIN, NAINAI, minutes=60)
    await help_with(town, AMEI, XIAOLIN, minutes=30)
    async with town.database.write() as tx:
        await orders.place(tx, town.here(), nainai, service="repairs")
        await taking.claim(tx, town.here(), xiaolin, 3)
        await taking.finish(tx, town.here(), xiaolin, 3)
        await people.erase(tx, town.here(), xiaolin)
        await order_verdict.confirm(tx, town.here(), nainai, 3)

    await reverse(town, 2)

    async with town.database.read() as tx:
        assert (await ledger.holdings(tx, xiaolin.id)).to_give == 0
    assert await fund(town) == 0
    assert await findings(town) == []


async def test_the_ledger_check_finds_what_was_tampered_with(town: Town) -> None:
    await help_with(town, XIAOLIN, NAINAI, minutes=60)
    await decide(town, ZHOU, await enter(town, WU, XIAOLIN))
    entry, visit = await last_transfer(town, "entry"), await last_transfer(town, "visit")
    for broken, wanted in {
        "UPDATE movements SET minutes = 61 WHERE minutes = 60": "do not sum to zero",
        "DELETE FROM movements WHERE minutes = 60": "does not have two movements",
        "UPDATE tasks SET state = 'done'": "its task is not confirmed",
        f"UPDATE tasks SET taker_id = {(await town.person(AMEI)).id}": "to somebody who did not help",
        f"UPDATE transfers SET task_id = NULL WHERE id = {visit}": "was never banked",
        "UPDATE postings SET decided_by = asked_by": "without a second person's yes",
        "UPDATE postings SET state = 'pending'": "is not committed",
        f"UPDATE transfers SET posting_id = NULL WHERE id = {entry}": "nothing was posted",
        "UPDATE postings SET minutes = 600": "other minutes than were confirmed",
        "UPDATE movements SET minutes = -minutes": "is below zero",
        f"UPDATE transfers SET kind = 'reversal', about_id = {visit} WHERE id = {entry}": "not the mirror",
        f"UPDATE transfers SET kind = 'magic' WHERE id = {entry}": "of a kind that this program does not know",
        f"UPDATE transfers SET kind = 'gift' WHERE id = {entry}": "a gift that nobody has taken",
    }.items():
        with contextlib.suppress(Undone):
            async with town.database.write() as tx:
                await tx.run(broken)
                found = (await time_bank_check.check(tx)).findings
                raise Undone

        assert any(wanted in line for line in found), (broken, found)
    assert await findings(town) == []


class Undone(Exception):
    """The end of a try."""
