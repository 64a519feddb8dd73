"""Places: what the neighbourhood file says, and what is looked for among them."""

from factories import Town

from community import places
from community.neighbourhood import Neighbourhood
from storage.queries import places as rows
from storage.states import PlaceKind


async def test_a_start_with_the_same_file_writes_nothing(town: Town) -> None:
    async with town.database.write() as tx:
        await rows.clear_reach(tx)

        count = await places.load(tx, town.neighbourhood)

    assert await town.count("reach") == 0
    assert count == await town.count("places")


async def test_a_start_with_another_file_brings_the_places_up_to_it(town: Town) -> None:
    changed = _renamed(town.neighbourhood, "榕荫新村")

    async with town.database.write() as tx:
        await places.load(tx, changed)

    assert (await town.place("E1")).name_zh == "榕荫新村"
    assert await town.count("reach") > 0


def _renamed(neighbourhood: Neighbourhood, name: str) -> Neighbourhood:
    first, *others = neighbourhood.estates
    renamed = first.model_copy(update={"name": first.name.model_copy(update={"zh": name})})
    return neighbourhood.model_copy(update={"estates": (renamed, *others)})


async def test_the_nearest_building_is_found_in_the_next_street_and_at_the_other_end_of_the_world(town: Town) -> None:
    home = town.neighbourhood.buildings[2]
    assert home.latitude is not None
    assert home.longitude is not None

    async with town.database.read() as tx:
        close = await places.nearest_building(tx, latitude=home.latitude + 0.0001, longitude=home.longitude)
        far = await places.nearest_building(tx, latitude=-33.0, longitude=-70.0)

    assert close is not None
    assert close.code == home.code
    assert far is not None


async def test_the_nearest_is_not_missed_for_one_that_lies_in_the_same_latitude(town: Town) -> None:
    async with town.database.write() as tx:
        await tx.run("UPDATE places SET latitude = NULL, longitude = NULL")
        for code, latitude, longitude in (("B1", 0, 4_000), ("B2", 2_000, 2_000), ("B3", 4_900, 0)):
            await tx.run(
                "UPDATE places SET latitude = :latitude, longitude = :longitude WHERE code = :code",
                code=code,
                latitude=latitude,
                longitude=longitude,
            )

        found = await rows.nearest(tx, latitude=0, longitude=0, kind=PlaceKind.BUILDING)

    assert found is not None
    assert found.code == "B2"


async def test_what_lies_directly_in_a_place_is_told_from_what_lies_anywhere(town: Town) -> None:
    estate = await town.place("E1")

    async with town.database.read() as tx:
        inside = await rows.children(tx, parent_id=estate.id, kinds=(PlaceKind.BUILDING,))
        anywhere = await rows.children(tx, parent_id=None, kinds=(PlaceKind.BUILDING,))

    assert {p.parent_id for p in inside} == {estate.id}
    assert len(anywhere) == await town.count("places", "kind = 'building'") > len(inside)
