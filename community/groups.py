"""Groups: which place a group chat belongs to."""

from community import permissions
from community.errors import NotFound
from community.here import Here
from community.permissions import Action
from community.tell import Both
from storage.database import Transaction
from storage.queries import dialogues, people, places
from storage.records import Group, Person
from storage.states import PlaceKind


async def bind(tx: Transaction, here: Here, actor: Person, *, group: Group, place_id: int) -> Both:
    """Tie a group to a place; the place's name. Raises NotAllowed, NotFound."""
    await permissions.require(tx, actor, Action.BIND_GROUP, place_id=place_id)
    place = await places.by_id(tx, place_id)
    if place.kind is PlaceKind.UNIT:
        raise NotFound
    await dialogues.bind_group(tx, group_id=group.id, place_id=place_id, bound_by=actor.id)
    await people.audit(
        tx, action="group_bound", actor_id=actor.id, subject_kind="group", subject_id=group.id, now=here.now
    )
    return await permissions.full_name(tx, place_id)
