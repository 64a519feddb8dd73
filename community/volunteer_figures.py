"""Figures of volunteers, counted from rows: who was asked how often, and what each team has done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from community import permissions
from community.errors import NotAllowed
from community.here import Here
from community.permissions import Action
from storage.database import Transaction
from storage.queries import people, volunteer_figures, volunteers
from storage.records import AskedVolunteer, Person, TeamFigures

PAGE = 10
_SINCE = timedelta(days=30)


async def of(tx: Transaction, here: Here, person_id: int) -> AskedVolunteer:
    """How often somebody was asked in the last thirty days, and what they said."""
    return await volunteer_figures.of(tx, person_id=person_id, since=here.now - _SINCE)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of the volunteers of where somebody works, whoever was asked longest ago first."""

    rows: list[tuple[Person, AskedVolunteer]]
    number: int  # from 0
    pages: int
    count: int
    never: int  # not asked in the last thirty days


async def asked(tx: Transaction, here: Here, actor: Person, *, page: int) -> Page:
    """谁被问了: who may be asked where this person works, and who was. Raises NotAllowed."""
    place_ids = await permissions.places_of(tx, actor, Action.CHECK_VOLUNTEER)
    if not place_ids:
        raise NotAllowed
    since = here.now - _SINCE
    count = await volunteer_figures.count(tx, place_ids=place_ids)
    pages = max(1, -(-count // PAGE))
    number = min(page, pages - 1)
    found = await volunteer_figures.asked(tx, place_ids=place_ids, since=since, offset=number * PAGE, limit=PAGE)
    known = {p.id: p for p in await people.by_ids(tx, [row.person_id for row in found])}
    return Page(
        rows=[(known[row.person_id], row) for row in found if row.person_id in known],
        number=number,
        pages=pages,
        count=count,
        never=await volunteer_figures.count_never(tx, place_ids=place_ids, since=since),
    )


@dataclass(frozen=True, kw_only=True)
class Team:
    """What a team has done."""

    code: str
    month: TeamFigures
    year: TeamFigures


async def teams(tx: Transaction, here: Here, actor: Person) -> list[Team]:
    """Every team for whoever looks after volunteers, one's own for members. Raises NotAllowed."""
    own = await volunteers.teams(tx, actor.id)
    everything = await permissions.works_somewhere(tx, actor, Action.CHECK_VOLUNTEER)
    codes = [t.code for t in here.neighbourhood.teams if everything or t.code in own]
    if not codes:
        raise NotAllowed
    return [await _figures(tx, here, code) for code in codes]


async def _figures(tx: Transaction, here: Here, code: str) -> Team:
    month = here.local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year = month.replace(month=1)
    return Team(code=code, month=await _since(tx, code, month), year=await _since(tx, code, year))


async def _since(tx: Transaction, code: str, since: datetime) -> TeamFigures:
    return await volunteer_figures.team(tx, team=code, since=since)
