"""The flat list of places that a neighbourhood file's estates, buildings and grids make together."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from community.neighbourhood_places import (
    Building,
    Community,
    Dormitory,
    Estate,
    Grid,
    Place,
    Stairwell,
    Street,
)
from community.neighbourhood_reading import Loc
from community.neighbourhood_values import Bilingual, Section


class Share(NamedTuple):
    """What one entry of a cell's list comes to; no households means that it names nothing."""

    loc: Loc
    text: str
    grid: str
    cell: str
    households: tuple[str, ...]


class PlaceTree(Section):
    """The part of the neighbourhood file that says where everything is."""

    street: Street
    community: Community
    estates: tuple[Estate, ...]
    buildings: tuple[Building, ...]
    dormitories: tuple[Dormitory, ...] = ()
    grids: tuple[Grid, ...]

    def stairwells(self) -> Iterator[tuple[Loc, Building, Stairwell, str]]:
        """Every stairwell with its key path, building and code."""
        for b, building in enumerate(self.buildings):
            for s, stairwell in enumerate(building.stairwells):
                yield (
                    ("buildings", b, "stairwells", s),
                    building,
                    stairwell,
                    f"{building.code}-{stairwell.no}",
                )

    def shares(self) -> Iterator[Share]:
        """Which households each entry of each cell's list stands for."""
        floors = {
            code: {f"{code}-{one.number}": one.floor for one in building.households(stairwell)}
            for _, building, stairwell, code in self.stairwells()
        }
        single = {household for stairwell in floors.values() for household in stairwell}
        for g, grid in enumerate(self.grids):
            for c, cell in enumerate(grid.cells):
                for h, text in enumerate(cell.households):
                    code, low, high = _range(text)
                    found = [one for one, floor in floors.get(code, {}).items() if low <= floor <= high]
                    if not found and text in single:
                        found = [text]
                    loc: Loc = ("grids", g, "cells", c, "households", h)
                    yield Share(loc, text, grid.code, cell.code, tuple(found))

    def located(self) -> Iterator[tuple[Loc, Place]]:
        """Every place with its key path, parents before children, grids and cells before households."""
        cells = {one: (share.grid, share.cell) for share in self.shares() for one in share.households}
        top = self.community.code
        yield (
            ("street",),
            Place(code=self.street.code, kind="street", parent_code=None, name=self.street.name),
        )
        yield (
            ("community",),
            Place(code=top, kind="community", parent_code=self.street.code, name=self.community.name),
        )
        for g, grid in enumerate(self.grids):
            yield ("grids", g), Place(code=grid.code, kind="grid", parent_code=top, name=grid.name)
            for c, cell in enumerate(grid.cells):
                place = Place(code=cell.code, kind="cell", parent_code=grid.code, name=cell.name, grid_code=grid.code)
                yield ("grids", g, "cells", c), place
        for e, estate in enumerate(self.estates):
            yield ("estates", e), Place(code=estate.code, kind="estate", parent_code=top, name=estate.name)
        for b, building in enumerate(self.buildings):
            yield from _building(("buildings", b), building, self.community.stairwell_name, cells)
        for d, site in enumerate(self.dormitories):
            yield (
                ("dormitories", d),
                Place(
                    code=site.code,
                    kind="dormitory",
                    parent_code=site.estate or top,
                    name=site.name,
                    grid_code=site.grid,
                    latitude=site.latitude,
                    longitude=site.longitude,
                ),
            )

    def places(self) -> list[Place]:
        """Every place, parents before children, grids and cells before households."""
        return [place for _, place in self.located()]


def _range(text: str) -> tuple[str, int, int]:
    """Split B3-2/1-3 into the stairwell and its first and last floor; without floors it is all of them."""
    match = re.fullmatch(r"([^/]+)(?:/(\d{1,3})(?:-(\d{1,3}))?)?", text)
    if match is None:
        return "", 0, 0
    code, low, high = match.groups()
    return (code, -999, 999) if low is None else (code, int(low), int(high or low))


def _building(
    loc: Loc, building: Building, stairwell_name: Bilingual, cells: dict[str, tuple[str, str]]
) -> Iterator[tuple[Loc, Place]]:
    stairs: list[tuple[Loc, Place]] = []
    for s, stairwell in enumerate(building.stairwells):
        code = f"{building.code}-{stairwell.no}"
        households = [
            Place(
                code=f"{code}-{one.number}",
                kind="household",
                parent_code=code,
                name=Bilingual.model_construct(zh=one.number, en=one.number),
                floor=one.floor,
                area=one.area,
                grid_code=cells.get(f"{code}-{one.number}", (None, None))[0],
                cell_code=cells.get(f"{code}-{one.number}", (None, None))[1],
            )
            for one in building.households(stairwell)
        ]
        place = Place(
            code=code,
            kind="stairwell",
            parent_code=building.code,
            name=stairwell.name or _numbered(stairwell_name, stairwell.no),
            grid_code=_only({household.grid_code for household in households}),
        )
        here: Loc = (*loc, "stairwells", s)
        stairs += [(here, place), *((here, household) for household in households)]
    yield (
        loc,
        Place(
            code=building.code,
            kind="building",
            parent_code=building.estate,
            name=building.name,
            grid_code=_only({place.grid_code for _, place in stairs}),
            latitude=building.latitude,
            longitude=building.longitude,
        ),
    )
    yield from stairs


def _numbered(name: Bilingual, no: str) -> Bilingual:
    return Bilingual.model_construct(zh=name.zh.replace("{no}", no), en=name.en.replace("{no}", no))


def _only(codes: set[str | None]) -> str | None:
    return codes.pop() if len(codes) == 1 else None
