"""Whom to ask for a task, best first: by name, by the roster, familiar, next door, near; then by who was asked last.

To knock at a door, the captains of the stairwell and the building are asked, and the grid worker.

Outside rule: a few at a time beats everybody at once, in speed and in fatigue (phased alerts, PLOS ONE 0343762).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from community import permissions, tasks
from community.here import Here
from storage.database import Transaction
from storage.queries import offers, places
from storage.queries import orders as order_rows
from storage.queries.offers import Wanted
from storage.records import Person, Task
from storage.states import PlaceKind, TaskKind

PARTS = ("morning", "afternoon", "evening")
"""A day's parts, by which volunteers say when they can help."""
ANY_TIME = (1 << 7 * len(PARTS)) - 1
_AFTERNOON, _EVENING = 12, 18  # o'clock
_NEAR_FIRST = (
    PlaceKind.HOUSEHOLD,
    PlaceKind.STAIRWELL,
    PlaceKind.CELL,
    PlaceKind.BUILDING,
    PlaceKind.DORMITORY,
    PlaceKind.GRID,
    PlaceKind.ESTATE,
    PlaceKind.COMMUNITY,
    PlaceKind.STREET,
)


_PARTS_OF_A_PLACE = (PlaceKind.GRID, PlaceKind.ESTATE, PlaceKind.BUILDING)


def part_of(local: datetime) -> int:
    """The part of the week of a local time, counted from Monday morning (0) to Sunday evening (20)."""
    return local.weekday() * len(PARTS) + (local.hour >= _AFTERNOON) + (local.hour >= _EVENING)


def hours_between(begins: datetime, ends: datetime) -> int:
    """The parts of the week between two local times, as bits; of more than a day, the last day's."""
    at, bits = max(begins, ends - timedelta(hours=23)), 1 << part_of(ends)
    while at < ends:
        bits |= 1 << part_of(at)
        at += timedelta(hours=1)
    return bits


async def best(tx: Transaction, here: Here, task: Task, *, limit: int) -> list[Person]:
    """The next ones to ask, at most `limit`; nobody who was asked before."""
    wanted = _wanted(here, task)
    if task.kind is TaskKind.KNOCK:
        captains = await offers.captains(tx, wanted, cap=here.neighbourhood.check_in.knock_daily_cap)
        return list({person.id: person for person in captains}.values())[:limit]
    found: dict[int, Person] = {}

    def add(more: Iterable[Person]) -> bool:
        for person in more:
            found.setdefault(person.id, person)
        return len(found) >= limit

    if not add(await _called_for(tx, here, task, wanted)):
        near = sorted(await places.ancestors(tx, task.place_id), key=lambda place: _NEAR_FIRST.index(place.kind))
        if task.kind in tasks.SHIFTS:  # what concerns a whole place is for those who serve a part of it, too
            inside = await places.overlapping(tx, place_id=task.place_id, kinds=_PARTS_OF_A_PLACE)
            near = [*near, *(place for place in inside if place not in near)]
        building = next((place for place in near if place.kind is PlaceKind.BUILDING), None)
        for ability in ("able", "unsaid") if task.skill else ("any",):
            if task.person_id and add(await offers.familiar(tx, wanted, ability, limit=limit)):
                break
            if building and add(await offers.living_in(tx, wanted, ability, building_id=building.id, limit=limit)):
                break
            for place in near:
                more = await offers.reaching_from(tx, wanted, ability, at_id=place.id, limit=limit + len(found))
                if add(more):
                    break
    return list(found.values())[:limit]


async def _called_for(tx: Transaction, here: Here, task: Task, wanted: Wanted) -> list[Person]:
    """Who was asked for by name, and who takes orders by the roster of the service's teams (专员)."""
    order = await order_rows.by_id(tx, task.order_id) if task.order_id else None
    if order is None:
        return []
    ids = [order.wanted_id] if order.wanted_id else []
    for entry in here.neighbourhood.takers_at(order.service, here.local):
        ids += [person.id for person in await permissions.volunteers_at(tx, entry.phone)]
    fit = {person.id: person for person in await offers.named(tx, wanted, ids)} if ids else {}
    return [fit[one] for one in dict.fromkeys(ids) if one in fit]


def minute_of_day(here: Here, task: Task) -> int:
    """The minute at which nobody who rests is asked; -1 where it is urgent, and anybody may be woken."""
    return -1 if task.urgent else here.local.hour * 60 + here.local.minute


def _wanted(here: Here, task: Task) -> Wanted:
    local, due = here.local, task.due.astimezone(here.zone)
    begins, ends = local, max(due, local)
    if task.kind in tasks.AT_THE_HOUR:
        begins, ends = due, due + timedelta(minutes=task.minutes)
    return Wanted(
        task_id=task.id,
        place_id=task.place_id,
        served=task.person_id or 0,
        skill=task.skill,
        hours=ANY_TIME if task.urgent else hours_between(begins, ends),
        now=here.now,
        today=local.replace(hour=0, minute=0, second=0, microsecond=0),
        minute=minute_of_day(here, task),
        cap=1_000_000 if task.urgent else here.neighbourhood.dispatch.daily_cap,
    )
