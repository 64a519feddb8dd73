"""巡防月报: rounds, people, hours, points, hazards, quarrels and clues, computed from the rows of the rounds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from community import permissions
from community.errors import NotAllowed
from community.here import Here
from community.permissions import Action
from community.tell import Both
from storage.database import Transaction
from storage.queries import patrol_figures as figure_rows
from storage.queries import people, places
from storage.records import Counted, Person
from storage.states import FindingKind, PlaceKind


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What rounds came to; `minutes` of all who went together, `solved` of the hazards."""

    rounds: int
    people: int
    minutes: int
    points: int
    all_points: int
    hazards: int
    solved: int
    quarrels: int
    clues: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """This month so far and the last one, for the places somebody works at."""

    places: list[Both]
    month: int
    last_month: int
    now: Figures
    before: Figures


async def of_months(tx: Transaction, here: Here, actor: Person) -> Report:
    """For whoever posts shifts. Raises NotAllowed."""
    found = {}
    for grant in await people.grants(tx, actor.id):
        if grant.role in permissions.ALLOWED[Action.POST_SHIFT]:
            place = await places.by_id(tx, grant.place_id)
            if place.kind is not PlaceKind.UNIT:
                found[place.id] = place
    if not found:
        raise NotAllowed
    this = here.local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = this.replace(year=this.year - (this.month == 1), month=(this.month - 2) % 12 + 1)

    async def between(since: datetime, until: datetime) -> Figures:
        return _read(await figure_rows.between(tx, place_ids=list(found), since=since, until=until))

    return Report(
        places=[place.name for place in found.values()],
        month=this.month,
        last_month=last.month,
        now=await between(this, (this + timedelta(days=32)).replace(day=1)),
        before=await between(last, this),
    )


async def of_round(tx: Transaction, shift_id: int) -> Figures:
    """Of one round that is over."""
    return _read(await figure_rows.of_round(tx, shift_id))


def _read(counted: list[Counted]) -> Figures:
    by_name = {str(line.state): line.count for line in counted}
    return Figures(
        rounds=by_name.get("rounds", 0),
        people=by_name.get("people", 0),
        minutes=by_name.get("minutes", 0),
        points=by_name.get("points", 0),
        all_points=by_name.get("all_points", 0),
        hazards=by_name.get(FindingKind.HAZARD, 0),
        solved=by_name.get("solved", 0),
        quarrels=by_name.get(FindingKind.QUARREL, 0),
        clues=by_name.get(FindingKind.CLUE, 0),
    )
