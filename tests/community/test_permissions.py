"""Who may do what where: the whole table, at a place, above it, below it and beside it."""

import pytest
from factories import NAINAI, XIAOLIN, Town, person

from community import permissions
from community.errors import NotAllowed
from community.permissions import ALLOWED, Action
from storage.queries import audit, people
from storage.states import Role

HERE = "B3"  # the place in question: a building
WHERE = {"at it": ("B3", True), "above it": ("C1", True), "below it": ("B3-2", False), "beside it": ("B1", False)}


def test_every_action_is_in_the_table() -> None:
    assert set(ALLOWED) == set(Action)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_role_reaches_what_lies_under_it_and_nothing_else(town: Town, role: Role, where: str) -> None:
    code, reaches = WHERE[where]
    who = await town.resident("小吴", None, roles=((role, code),))
    at = await town.place(HERE)
    async with town.database.read() as tx:
        holder = await person(tx, who)
        for action, roles in ALLOWED.items():
            allowed = role in roles and reaches
            found = await permissions.may(tx, holder, action, place_id=at.id)
            assert (found is role) == allowed, action
            if not allowed:
                with pytest.raises(NotAllowed):
                    await permissions.require(tx, holder, action, place_id=at.id)


async def test_a_grids_worker_reaches_the_households_of_the_grid(town: Town) -> None:
    who = await town.resident("小吴", None, roles=((Role.GRID_WORKER, "G2"),))
    home, elsewhere = await town.place("B3-2-301"), await town.place("B1-1-101")
    async with town.database.read() as tx:
        holder = await person(tx, who)

        assert await permissions.may(tx, holder, Action.HANDLE_REPORTS, place_id=home.id) is Role.GRID_WORKER
        assert await permissions.may(tx, holder, Action.HANDLE_REPORTS, place_id=elsewhere.id) is None


async def test_a_units_staff_reach_nothing_but_the_unit(town: Town) -> None:
    who = await town.resident("小吴", None, roles=((Role.STAFF, "property_rongyin"),))
    async with town.database.read() as tx:
        holder = await person(tx, who)
        for code in ("C1", "B3", "B3-2-301"):
            for action in Action:
                place_id = (await town.place(code)).id
                assert await permissions.may(tx, holder, action, place_id=place_id) is None


async def test_nowhere_is_nobodys(town: Town) -> None:
    who = await town.resident("小吴", None, roles=((Role.ADMIN, "C1"),))
    async with town.database.read() as tx:
        for action in Action:
            assert await permissions.may(tx, await person(tx, who), action, place_id=None) is None


async def test_the_strongest_of_several_roles_is_the_one_that_counts(town: Town) -> None:
    who = await town.resident("小吴", None, roles=((Role.STAIR_CAPTAIN, "B3-2"), (Role.STAFF, "C1")))
    at = await town.place("B3-2")
    async with town.database.read() as tx:
        assert await permissions.may(tx, await person(tx, who), Action.VERIFY, place_id=at.id) is Role.STAFF


async def test_whoever_is_erased_may_do_nothing(town: Town) -> None:
    who = await town.resident("小吴", None, roles=((Role.ADMIN, "C1"),))
    at = await town.place("B3")
    async with town.database.write() as tx:
        row = await person(tx, who)
        await people.erase(tx, person_id=row.id, now=town.clock.now())
        gone = await people.by_id(tx, row.id)

        for action in Action:
            assert await permissions.may(tx, gone, action, place_id=at.id) is None


async def test_an_address_is_never_opened_without_a_line_that_its_owner_can_read(town: Town) -> None:
    async with town.database.write() as tx:
        owner, viewer = await person(tx, NAINAI), await person(tx, XIAOLIN)
        address = await permissions.open_address(
            tx, town.here(), owner, viewer=viewer, role="volunteer", subject=("task", 7)
        )
        (line,) = await audit.disclosures(tx, person_id=owner.id, limit=5)

    assert (address.name, address.place["zh"]) == ("陈奶奶", "3号楼2梯301")
    assert (line.actor_id, line.actor_role, line.at) == (viewer.id, "volunteer", town.clock.now())


async def test_ones_own_address_is_shown_without_a_line(town: Town) -> None:
    async with town.database.read() as tx:
        owner = await person(tx, NAINAI)
        await permissions.own_address(tx, owner)

        assert await audit.disclosures(tx, person_id=owner.id, limit=5) == []


@pytest.mark.parametrize(
    ("code", "zh"), [("C1", "榕荫社区"), ("B3", "3号楼"), ("B3-2", "3号楼2梯"), ("B3-2-301", "3号楼2梯301")]
)
async def test_a_place_is_named_down_from_the_building(town: Town, code: str, zh: str) -> None:
    at = await town.place(code)
    async with town.database.read() as tx:
        assert (await permissions.full_name(tx, at.id))["zh"] == zh
