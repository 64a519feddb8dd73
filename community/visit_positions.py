"""One position at sign-in and one at sign-out, if the helper likes: what it says is kept, not where it was.

A trail of where volunteers were is nobody's business, and coordinates of a lone elder's door least of all; that whoever
signed in was near the building is what staff need to know.
"""

from datetime import timedelta
from math import cos, hypot, radians

from community import tasks
from community.here import Here
from storage.database import Transaction
from storage.queries import places
from storage.queries import tasks as rows
from storage.records import Person
from storage.states import PositionSaid, TaskState

_SENT_BY = timedelta(minutes=15)  # after the step; later it belongs to nothing
_METRES_A_DEGREE = 111_320


async def take(tx: Transaction, here: Here, person: Person, *, latitude: float, longitude: float) -> bool | None:
    """A position was sent (in degrees): True where it belongs to a sign-out, False to a sign-in, None to neither."""
    since = here.now - _SENT_BY
    for task in await rows.of_captain(tx, person_id=person.id, since=since):
        leaving = task.state is not TaskState.ARRIVED
        at, said = (task.done_at, task.went) if leaving else (task.arrived_at, task.came)
        if said is not None or at is None or at < since:
            continue
        where = await places.position_of(tx, task.place_id)
        kept = PositionSaid.SENT
        if where is not None:
            metres = _metres(where, (latitude, longitude))
            kept = PositionSaid.NEAR if metres <= here.neighbourhood.visits.near_metres else PositionSaid.AWAY
        await rows.located(tx, task_id=task.id, leaving=leaving, said=kept)
        await tasks.refresh_cards(tx, here, task)
        return leaving
    return None


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two positions in degrees, as the crow flies, good to a per cent within a city."""
    north = one[0] - other[0]
    east = (one[1] - other[1]) * cos(radians(one[0]))
    return hypot(north, east) * _METRES_A_DEGREE
