"""Places, and what lies in what."""

from storage.database import Transaction
from storage.records import Place
from storage.states import PlaceKind

_PLACE = "p.id, p.code, p.kind, p.parent_id, p.cell_id, p.name_zh, p.name_en, p.floor, p.area, p.door"
_AROUND = (5_000, 50_000, 500_000_000)
"""How far around a point is looked, in microdegrees: a few streets, a town, the earth."""
_AWAY = (
    "((p.latitude - :latitude) * (p.latitude - :latitude) + (p.longitude - :longitude) * (p.longitude - :longitude))"
)


async def put(
    tx: Transaction,
    *,
    code: str,
    kind: PlaceKind,
    parent_id: int | None,
    cell_id: int | None,
    name_zh: str,
    name_en: str,
    floor: int | None,
    area: int | None,
    latitude: int | None,
    longitude: int | None,
    door: str,
) -> int:
    """Add a place or bring it up to date (its door code stays); its id."""
    tx.mapper.places.clear()
    return await tx.need(
        int,
        "INSERT INTO places (code, kind, parent_id, cell_id, name_zh, name_en, floor, area, latitude, longitude, door) "
        "VALUES (:code, :kind, :parent_id, :cell_id, :name_zh, :name_en, :floor, :area, :latitude, :longitude, :door) "
        "ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, parent_id = excluded.parent_id, "
        "cell_id = excluded.cell_id, name_zh = excluded.name_zh, name_en = excluded.name_en, floor = excluded.floor, "
        "area = excluded.area, latitude = excluded.latitude, longitude = excluded.longitude RETURNING id",
        code=code,
        kind=kind,
        parent_id=parent_id,
        cell_id=cell_id,
        name_zh=name_zh,
        name_en=name_en,
        floor=floor,
        area=area,
        latitude=latitude,
        longitude=longitude,
        door=door,
    )


async def clear_reach(tx: Transaction) -> None:
    """Forget what lies in what, before it is written anew."""
    await tx.run("DELETE FROM reach")


async def put_reach(tx: Transaction, *, ancestor_id: int, place_id: int) -> None:
    """A place lies in another (or is it)."""
    await tx.run(
        "INSERT INTO reach (ancestor_id, place_id) VALUES (:ancestor_id, :place_id) "
        "ON CONFLICT (ancestor_id, place_id) DO NOTHING",
        ancestor_id=ancestor_id,
        place_id=place_id,
    )


async def by_id(tx: Transaction, place_id: int) -> Place:
    """The place. Raises LookupError."""
    found = await find(tx, place_id)
    if found is None:
        raise LookupError("place")
    return found


async def find(tx: Transaction, place_id: int) -> Place | None:
    """The place of that number, if there is one."""
    kept = tx.mapper.places.fresh()
    found: Place | None = kept.get(place_id)
    if found is None:
        found = await tx.one(Place, f"SELECT {_PLACE} FROM places p WHERE p.id = :place_id", place_id=place_id)
        if found is not None:
            kept[place_id] = found
    return found


async def by_code(tx: Transaction, code: str) -> Place | None:
    """The place of that code."""
    return await tx.one(Place, f"SELECT {_PLACE} FROM places p WHERE p.code = :code", code=code)


async def by_door(tx: Transaction, door: str) -> Place | None:
    """The place whose door carries this code."""
    return await tx.one(Place, f"SELECT {_PLACE} FROM places p WHERE p.door = :door", door=door)


async def children(tx: Transaction, *, parent_id: int | None, kinds: tuple[PlaceKind, ...]) -> list[Place]:
    """What lies directly in a place, of these kinds; with no place, all of these kinds."""
    wanted = ", ".join(f"'{kind.value}'" for kind in kinds)
    if parent_id is None:
        return await tx.all(Place, f"SELECT {_PLACE} FROM places p WHERE p.kind IN ({wanted}) ORDER BY p.id")
    return await tx.all(
        Place,
        # The empty text keeps SQLite from going through all places of a kind.
        f"SELECT {_PLACE} FROM places p WHERE p.parent_id = :parent_id AND p.kind || '' IN ({wanted}) ORDER BY p.id",
        parent_id=parent_id,
    )


async def within(tx: Transaction, *, place_id: int, kinds: tuple[PlaceKind, ...]) -> list[Place]:
    """What lies in a place (itself included), of these kinds."""
    wanted = ", ".join(f"'{kind.value}'" for kind in kinds)
    return await tx.all(
        Place,
        f"SELECT {_PLACE} FROM places p JOIN reach r ON r.place_id = p.id "
        f"WHERE r.ancestor_id = :place_id AND p.kind IN ({wanted}) ORDER BY p.id",
        place_id=place_id,
    )


async def overlap(tx: Transaction, *, one: int, other: int) -> bool:
    """Whether anything lies in both places."""
    found = await tx.one(
        int,
        "SELECT 1 FROM reach a JOIN reach b ON b.place_id = a.place_id AND b.ancestor_id = :other "
        "WHERE a.ancestor_id = :one LIMIT 1",
        one=one,
        other=other,
    )
    return found is not None


async def overlapping(tx: Transaction, *, place_id: int, kinds: tuple[PlaceKind, ...]) -> list[Place]:
    """Places of these kinds that share something with a place."""
    wanted = ", ".join(f"'{kind.value}'" for kind in kinds)
    return await tx.all(
        Place,
        f"SELECT {_PLACE} FROM places p WHERE p.id IN (SELECT up.ancestor_id FROM reach inside "
        "JOIN reach up ON up.place_id = inside.place_id WHERE inside.ancestor_id = :place_id) "
        f"AND p.kind || '' IN ({wanted}) ORDER BY p.id",
        place_id=place_id,
    )


async def ancestors(tx: Transaction, place_id: int) -> list[Place]:
    """The place and all it lies in, houses and grid, as `reach` has it; in the order of their ids."""
    found: dict[int, Place] = {}
    ways: list[int | None] = [place_id]
    while ways:
        at = ways.pop()
        if at is not None and at not in found and (place := await find(tx, at)) is not None:
            found[at] = place
            ways += (place.parent_id, place.cell_id)
    return [found[at] for at in sorted(found)]


async def nearest(tx: Transaction, *, latitude: int, longitude: int, kind: PlaceKind) -> Place | None:
    """The place of that kind nearest to a point in microdegrees."""
    for around in _AROUND:
        found = await tx.one(
            Place,
            f"SELECT {_PLACE} FROM places p WHERE p.kind = :kind "
            "AND p.latitude BETWEEN CAST(:latitude AS BIGINT) - :around AND CAST(:latitude AS BIGINT) + :around "
            f"AND {_AWAY} <= CAST(:around AS BIGINT) * :around ORDER BY {_AWAY} LIMIT 1",
            kind=kind,
            latitude=latitude,
            longitude=longitude,
            around=around,
        )
        if found is not None:
            return found
    return None


async def position_of(tx: Transaction, place_id: int) -> tuple[float, float] | None:
    """Where a place or the building it lies in is, in degrees; None where nobody has said."""
    above = "FROM reach r JOIN places p ON p.id = r.ancestor_id WHERE r.place_id = :place_id AND p.kind = 'building'"
    found = [
        await tx.one(int, f"SELECT p.{axis} {above} AND p.{axis} IS NOT NULL", place_id=place_id)
        for axis in ("latitude", "longitude")
    ]
    return (found[0] / 1_000_000, found[1] / 1_000_000) if found[0] is not None and found[1] is not None else None


async def all_places(tx: Transaction) -> list[Place]:
    """Every place, containers first."""
    return await tx.all(Place, f"SELECT {_PLACE} FROM places p ORDER BY p.id")
