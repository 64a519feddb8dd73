"""Places: from the neighbourhood file into the database, and the ways down to a household."""

import hashlib
import secrets

from community.errors import NotFound
from community.neighbourhood import Neighbourhood
from community.neighbourhood_places import Place as NamedPlace
from storage.database import Transaction
from storage.queries import meta, places
from storage.records import Place
from storage.states import PlaceKind

HOMES = (PlaceKind.HOUSEHOLD, PlaceKind.DORMITORY)
_LOADED = "places"
_DOWN = (PlaceKind.ESTATE, PlaceKind.BUILDING, PlaceKind.STAIRWELL, *HOMES)


async def load(tx: Transaction, neighbourhood: Neighbourhood) -> int:
    """Bring the database's places up to the neighbourhood file; how many it names. Door codes stay as they are."""
    named = neighbourhood.places()
    digest = _digest(neighbourhood, named)
    if await meta.get(tx, _LOADED) != digest:  # most starts find the file as the last one left it
        await _load(tx, neighbourhood, named)
        await meta.put(tx, _LOADED, digest)
    return len(named) + len(neighbourhood.units)


def _digest(neighbourhood: Neighbourhood, named: list[NamedPlace]) -> str:
    """What tells one state of the file's places from another."""
    found = hashlib.sha256()
    for p in named:
        at = (p.latitude, p.longitude)
        above = (p.parent_code, p.cell_code, p.grid_code)
        found.update(repr((p.code, p.kind, above, p.name.zh, p.name.en, p.floor, p.area, at)).encode())
    for unit in neighbourhood.units:
        found.update(repr((unit.code, unit.name.zh, unit.name.en)).encode())
    return found.hexdigest()


async def _load(tx: Transaction, neighbourhood: Neighbourhood, named: list[NamedPlace]) -> None:
    ids: dict[str, int] = {}
    lies_in: dict[int, set[int]] = {}
    for place in named:
        parent = ids.get(place.parent_code or "")
        grid = ids.get(place.cell_code or place.grid_code or "")
        ids[place.code] = here = await places.put(
            tx,
            code=place.code,
            kind=PlaceKind(place.kind),
            parent_id=parent,
            cell_id=grid,
            name_zh=place.name.zh,
            name_en=place.name.en,
            floor=place.floor,
            area=place.area,
            latitude=None if place.latitude is None else round(place.latitude * 1_000_000),
            longitude=None if place.longitude is None else round(place.longitude * 1_000_000),
            door=secrets.token_urlsafe(9),
        )
        lies_in[here] = {here}.union(*(lies_in[up] for up in (parent, grid) if up is not None))
    for unit in neighbourhood.units:
        ids[unit.code] = here = await places.put(
            tx,
            code=unit.code,
            kind=PlaceKind.UNIT,
            parent_id=ids[neighbourhood.community.code],
            cell_id=None,
            name_zh=unit.name.zh,
            name_en=unit.name.en,
            floor=None,
            area=None,
            latitude=None,
            longitude=None,
            door=secrets.token_urlsafe(9),
        )
        lies_in[here] = {here} | lies_in[ids[neighbourhood.community.code]]
    await places.clear_reach(tx)
    for here, ancestors in lies_in.items():
        for ancestor in ancestors:
            await places.put_reach(tx, ancestor_id=ancestor, place_id=here)


async def ways_down(tx: Transaction, place: Place | None) -> list[Place]:
    """What a newcomer picks from on the way to a household: estates and dormitories first, then down."""
    if place is None:
        tops = await places.children(tx, parent_id=None, kinds=(PlaceKind.ESTATE, PlaceKind.DORMITORY))
        return sorted(tops, key=lambda p: p.kind is PlaceKind.DORMITORY)
    return await places.children(tx, parent_id=place.id, kinds=_DOWN)


async def above(tx: Transaction, place_id: int, kind: PlaceKind) -> Place | None:
    """The place of that kind that this one is or lies in."""
    return next((p for p in await places.ancestors(tx, place_id) if p.kind is kind), None)


async def get(tx: Transaction, place_id: int) -> Place:
    """The place. Raises LookupError."""
    return await places.by_id(tx, place_id)


async def home(tx: Transaction, place_id: int | None) -> Place:
    """The place, if it is one that people live at. Raises NotFound."""
    place = await places.find(tx, place_id) if place_id is not None else None
    if place is None or place.kind not in HOMES:
        raise NotFound
    return place


async def named(tx: Transaction, code: str) -> Place:
    """The place of that code, as somebody typed it. Raises NotFound."""
    place = await places.by_code(tx, code)
    if place is None:
        raise NotFound
    return place


async def behind_door(tx: Transaction, door: str) -> Place:
    """Where the code on a door leads. Raises NotFound."""
    place = await places.by_door(tx, door)
    if place is None or place.kind in (PlaceKind.GRID, PlaceKind.CELL, PlaceKind.UNIT):
        raise NotFound
    return place


async def nearest_building(tx: Transaction, *, latitude: float, longitude: float) -> Place | None:
    """The building nearest to a point in degrees; None where none has a position."""
    return await places.nearest(
        tx,
        latitude=round(latitude * 1_000_000),
        longitude=round(longitude * 1_000_000),
        kind=PlaceKind.BUILDING,
    )
