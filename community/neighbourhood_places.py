"""The places as the neighbourhood file writes them, and a place as the rest of the program knows it."""

from dataclasses import dataclass

from community.neighbourhood_values import (
    Area,
    Bilingual,
    Count,
    Floor,
    Latitude,
    Longitude,
    Number,
    Phone,
    PlaceCode,
    Section,
    Text,
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place or one part of the grid, ready to be stored.

    kind: street community estate building stairwell household dormitory grid cell; area: 0.01 m².
    A building, stairwell or dormitory carries a grid only if all of it lies in that one grid.
    """

    code: str
    kind: str
    parent_code: str | None
    name: Bilingual
    floor: int | None = None
    area: int | None = None
    grid_code: str | None = None
    cell_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Street(Section):
    code: PlaceCode
    name: Bilingual


class Emergency(Section):
    """The numbers shown before everything else when somebody is in danger."""

    medical: Phone = "120"
    police: Phone = "110"
    fire: Phone = "119"


class Community(Section):
    code: PlaceCode
    name: Bilingual
    hotline: Phone
    office: Bilingual | None = None
    stairwell_name: Bilingual
    emergency: Emergency = Emergency()


class Estate(Section):
    code: PlaceCode
    name: Bilingual


class Flat(Section):
    """A flat that comes back on every floor: no 01 makes 101, 201, 301 …"""

    no: Number
    area: Area


class Household(Section):
    number: Number
    floor: Floor
    area: Area


class Stairwell(Section):
    """A stairwell; what it does not say itself (floors, flats) its building says."""

    no: Number
    name: Bilingual | None = None
    floors: Count | None = None
    flats: tuple[Flat, ...] | None = None
    without: tuple[Number, ...] = ()
    households: tuple[Household, ...] = ()


class Building(Section):
    code: PlaceCode
    estate: PlaceCode
    name: Bilingual
    floors: Count = 1
    first_floor: Count = 1
    flats: tuple[Flat, ...] = ()
    stairwells: tuple[Stairwell, ...]
    latitude: Latitude | None = None
    longitude: Longitude | None = None

    def repeated(self, stairwell: Stairwell) -> dict[str, Household]:
        """The households that floors times flats make in a stairwell, by number."""
        flats = self.flats if stairwell.flats is None else stairwell.flats
        floors = range(self.first_floor, self.first_floor + (stairwell.floors or self.floors))
        return {
            f"{floor}{flat.no}": Household.model_construct(number=f"{floor}{flat.no}", floor=floor, area=flat.area)
            for floor in floors
            for flat in flats
        }

    def households(self, stairwell: Stairwell) -> list[Household]:
        """A stairwell's households: floors times flats, less `without`, then those listed one by one."""
        repeated = {number: one for number, one in self.repeated(stairwell).items() if number not in stairwell.without}
        listed = {household.number: household for household in stairwell.households}
        return list((repeated | listed).values())


class Dormitory(Section):
    """A dormitory or work site: people live there, but not in households."""

    code: PlaceCode
    name: Bilingual
    estate: PlaceCode | None = None
    grid: PlaceCode | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class Cell(Section):
    """At most ten households: stairwells (B3-2), floors of one (B3-2/1-3), or single ones (B3-2-301)."""

    code: PlaceCode
    name: Bilingual
    households: tuple[Text, ...]


class Grid(Section):
    code: PlaceCode
    name: Bilingual
    cells: tuple[Cell, ...] = ()
