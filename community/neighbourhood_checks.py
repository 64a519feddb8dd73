"""What no single value of a neighbourhood file can tell: codes that stand twice or name nothing; cells."""

from collections import Counter
from collections.abc import Iterable, Iterator

from community.neighbourhood_duties import Duties
from community.neighbourhood_places import Place
from community.neighbourhood_reading import Loc, Problem, key_path, nearest
from community.neighbourhood_tree import PlaceTree

_CODE_KEY: dict[str, Loc] = {"stairwell": ("no",), "household": ()}  # their codes are put together
CELL_LIMIT = 10  # households: as many as one cell leader can ask within the hour


def check_places(tree: PlaceTree) -> Iterator[Problem]:
    """Places that share a code, name a parent or grid that isn't there, or lie in no cell or in two."""
    located = list(tree.located())
    yield from _listed_twice(tree)
    yield from _twice(((*loc, *_CODE_KEY.get(place.kind, ("code",))), place.code) for loc, place in located)
    estates = [estate.code for estate in tree.estates]
    grids = [grid.code for grid in tree.grids]
    for b, building in enumerate(tree.buildings):
        yield from _names("estate", estates, [(("buildings", b, "estate"), building.estate)])
    for d, site in enumerate(tree.dormitories):
        if site.estate is not None:
            yield from _names("estate", estates, [(("dormitories", d, "estate"), site.estate)])
        if site.grid is not None:
            yield from _names("grid", grids, [(("dormitories", d, "grid"), site.grid)])
    yield from _check_cells(tree, located)


def check_duties(duties: Duties) -> Iterator[Problem]:
    """Duties that share a code, or name a unit, estate, skill or service that isn't there."""
    for key in ("units", "categories", "skills", "services", "teams"):
        yield from _twice(((key, index, "code"), one.code) for index, one in enumerate(getattr(duties, key)))
    units = [one.code for one in duties.units]
    skills = [one.code for one in duties.skills]
    services = [one.code for one in duties.services]
    if isinstance(duties, PlaceTree):
        estates = [estate.code for estate in duties.estates]
        for u, unit in enumerate(duties.units):
            yield from _names("estate", estates, _each(("units", u, "estates"), unit.estates))
    for c, category in enumerate(duties.categories):
        yield from _names("unit", units, _each(("categories", c, "units"), category.units))
    for s, service in enumerate(duties.services):
        if service.skill is not None:
            yield from _names("skill", skills, [(("services", s, "skill"), service.skill)])
    for t, team in enumerate(duties.teams):
        yield from _names("skill", skills, _each(("teams", t, "skills"), team.skills))
        yield from _names("service", services, _each(("teams", t, "services"), team.services))


def _each(loc: Loc, codes: Iterable[str]) -> Iterator[tuple[Loc, str]]:
    return (((*loc, index), code) for index, code in enumerate(codes))


def _names(kind: str, known: list[str], used: Iterable[tuple[Loc, str]]) -> Iterator[Problem]:
    article = "an" if kind == "estate" else "a"
    for loc, code in used:
        if code not in known:
            yield loc, f"the code of {article} {kind} of this file{nearest(code, known)}"


def _twice(coded: Iterable[tuple[Loc, str]]) -> Iterator[Problem]:
    first: dict[str, Loc] = {}
    for loc, code in coded:
        if code in first:
            yield loc, f"a code that {key_path(first[code])} does not have already ({code})"
        first.setdefault(code, loc)


def _listed_twice(tree: PlaceTree) -> Iterator[Problem]:
    """Flats and households that stand twice in one list, which the list of places no longer shows."""
    for b, building in enumerate(tree.buildings):
        yield from _repeated(("buildings", b, "flats"), "no", [flat.no for flat in building.flats])
    for loc, building, stairwell, _ in tree.stairwells():
        yield from _repeated((*loc, "flats"), "no", [flat.no for flat in stairwell.flats or ()])
        yield from _repeated((*loc, "households"), "number", [one.number for one in stairwell.households])
        numbers = building.repeated(stairwell)
        for index, number in enumerate(stairwell.without):
            if number not in numbers:
                yield (*loc, "without", index), "the number of a household of this stairwell"
        if not building.households(stairwell):
            yield loc, "at least one household: floors and flats, or households"


def _repeated(loc: Loc, key: str, numbers: list[str]) -> Iterator[Problem]:
    for index, number in enumerate(numbers):
        first = numbers.index(number)
        if first < index:
            yield (*loc, index, key), f"a number that {key_path((*loc, first))} does not have already"


def _check_cells(tree: PlaceTree, located: list[tuple[Loc, Place]]) -> Iterator[Problem]:
    cell_of: dict[str, Loc] = {}
    sizes: Counter[Loc] = Counter()
    for share in tree.shares():
        if not share.households:
            yield (
                share.loc,
                'a stairwell ("B3-2"), floors of one ("B3-2/1-3") or a household ("B3-2-301") of this file',
            )
        sizes[share.loc[:4]] += len(share.households)
        for household in share.households:
            if household in cell_of:
                yield (
                    share.loc,
                    f"households of no other cell ({household} is in {key_path(cell_of[household])} too)",
                )
            cell_of.setdefault(household, share.loc)
    for loc, size in sizes.items():
        if size > CELL_LIMIT:
            yield (*loc, "households"), f"at most {CELL_LIMIT} households in a cell, not {size}"
    for loc, place in located:
        if place.kind == "household" and place.code not in cell_of:
            yield (
                loc,
                f"every household in one cell of grids[…].cells[…].households ({place.code} is in none)",
            )
