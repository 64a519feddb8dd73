"""Joining, being confirmed, invitations, and being forgotten."""

from datetime import timedelta

import pytest
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOHE, XIAOWANG, Speaker, Town, person, place
from hypothesis import given
from hypothesis import strategies as st

from community import people
from community.errors import Invalid, NoLongerPossible, NotAllowed, NotFound, TooLong
from storage.queries import people as rows
from storage.states import Role


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("139 0000 0001", "13900000001"),
        ("+86 139-0000-0001", "13900000001"),
        ("0086 13900000001", "13900000001"),
        ("１３９０００００００１", "13900000001"),
        ("0591-5550-0100", "059155500100"),
        ("none", ""),
        ("٣٣٣", ""),
    ],
)
def test_a_phone_number_is_kept_as_digits_without_the_countrys_prefix(said: str, kept: str) -> None:
    assert people.clean_phone(said) == kept


@given(st.text(max_size=60))
def test_a_cleaned_name_stays_the_same_when_cleaned_again(text: str) -> None:
    try:
        name = people.clean_name(text)
    except (TooLong, Invalid):
        return
    assert people.clean_name(name) == name
    assert 1 <= len(name) <= people.NAME_LIMIT


async def newcomer(town: Town, home: str = "B3-2-101") -> Speaker:
    return await town.resident("小吴", home, verified=False)


@pytest.mark.parametrize("who", [LIU, XIAOWANG, WU])
async def test_captain_grid_worker_and_staff_may_confirm(town: Town, who: Speaker) -> None:
    new = await newcomer(town)
    async with town.database.write() as tx:
        row = await person(tx, new)
        await people.confirm(tx, town.here(), await person(tx, who), newcomer_id=row.id)

        assert (await person(tx, new)).verified_at == town.clock.now()


@pytest.mark.parametrize("who", [AQIANG, AMEI, XIAOHE])
async def test_neighbours_volunteers_and_property_staff_may_not(town: Town, who: Speaker) -> None:
    new = await newcomer(town)
    async with town.database.write() as tx:
        row = await person(tx, new)
        for act in (people.confirm, people.refuse):
            with pytest.raises(NotAllowed):
                await act(tx, town.here(), await person(tx, who), newcomer_id=row.id)

        assert (await person(tx, new)).verified_at is None


async def test_nobody_confirms_themselves(town: Town) -> None:
    captain = await town.resident("小郑", "B3-1-101", verified=False, roles=((Role.STAIR_CAPTAIN, "B3-1"),))
    async with town.database.write() as tx:
        row = await person(tx, captain)
        with pytest.raises(NoLongerPossible):
            await people.confirm(tx, town.here(), row, newcomer_id=row.id)


async def test_whoever_is_confirmed_is_neither_confirmed_again_nor_refused(town: Town) -> None:
    async with town.database.write() as tx:
        row, captain = await person(tx, AQIANG), await person(tx, LIU)
        for act in (people.confirm, people.refuse):
            with pytest.raises(NoLongerPossible):
                await act(tx, town.here(), captain, newcomer_id=row.id)


async def test_somebody_who_is_not_there_is_not_found(town: Town) -> None:
    async with town.database.write() as tx:
        with pytest.raises(NotFound):
            await people.confirm(tx, town.here(), await person(tx, LIU), newcomer_id=404)


async def test_a_captains_reach_ends_at_the_stairwell(town: Town) -> None:
    new = await newcomer(town, "B3-1-101")
    async with town.database.write() as tx:
        with pytest.raises(NotAllowed):
            row = await person(tx, new)
            await people.confirm(tx, town.here(), await person(tx, LIU), newcomer_id=row.id)


async def test_an_invitations_token_is_kept_as_a_hash_alone(town: Town) -> None:
    payload = await town.invite(Role.STAFF, "C1")

    async with town.database.read() as tx:
        (kept,) = await tx.all(bytes, "SELECT token_hash FROM invites")
    assert payload.removeprefix("i_").encode() not in kept


async def test_an_invitation_holds_until_its_last_moment(town: Town) -> None:
    payload = await town.invite(Role.STAFF, "C1", days=7)
    town.clock.advance(days=7)
    async with town.database.read() as tx:
        await people.find_invite(tx, town.here(), payload)
        town.clock.at += timedelta(milliseconds=1)
        with pytest.raises(people.InviteOver):
            await people.find_invite(tx, town.here(), payload)


async def test_a_role_given_twice_is_held_once(town: Town) -> None:
    payload = await town.invite(Role.VOLUNTEER, "B3", uses=2)
    async with town.database.write() as tx:
        row = await person(tx, AMEI)
        invite = await people.find_invite(tx, town.here(), payload)
        await people.accept_invite(tx, town.here(), row, invite)

        assert [g.role for g in await rows.grants(tx, row.id)] == [Role.VOLUNTEER]


async def test_a_move_to_another_flat_must_be_confirmed_anew_and_staying_need_not(town: Town) -> None:
    async with town.database.write() as tx:
        row = await person(tx, AQIANG)
        same = await people.join(tx, town.here(), row, name="住户阿强", place_id=row.place_id, phone="")
        assert same.verified_at is not None

        moved = await people.join(
            tx, town.here(), row, name="住户阿强", place_id=(await place(tx, "B3-2-401")).id, phone=""
        )

        assert moved.verified_at is None


async def test_whoever_is_erased_keeps_neither_name_nor_phone_nor_home_nor_role(town: Town) -> None:
    async with town.database.write() as tx:
        row = await person(tx, XIAOWANG)
        left = await people.erase(tx, town.here(), row)
        gone = await rows.by_id(tx, row.id)

        assert (gone.name, gone.phone, gone.place_id, gone.telegram_id) == (None, None, None, None)
        assert await rows.grants(tx, row.id) == []
        assert await rows.by_phone(tx, "13900001003") == []
        assert (left.id != row.id, left.joined_at) == (True, None)


async def test_a_household_is_told_who_joined_it_and_other_households_are_not(town: Town) -> None:
    new = await newcomer(town, "B3-2-102")
    async with town.database.write() as tx:
        row = await person(tx, new)
        await people.confirm(tx, town.here(), await person(tx, LIU), newcomer_id=row.id)
        told = await tx.all(int, "SELECT person_id FROM outbox WHERE template = 'join/housemate'")

        assert told == [(await person(tx, AQIANG)).id]
        assert (await person(tx, NAINAI)).id not in told
