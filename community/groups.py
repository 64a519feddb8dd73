"""Groups: which place a group chat belongs to."""

from datetime import datetime, timedelta

from community import permissions
from community.errors import NotFound
from community.here import Here
from community.permissions import Action
from community.tell import Both
from storage.database import Transaction
from storage.queries import audit, dialogues, places
from storage.records import Group, Person
from storage.states import PlaceKind

HINT_EVERY = timedelta(minutes=30)


async def bind(tx: Transaction, here: Here, actor: Person, *, group: Group, place_id: int) -> Both:
    """Tie a group to a place; the place's name. Raises NotAllowed, NotFound.

    A group that belongs to a place already is let go by whoever may bind groups there.
    """
    await permissions.require(tx, actor, Action.BIND_GROUP, place_id=place_id)
    if group.place_id is not None:
        await permissions.require(tx, actor, Action.BIND_GROUP, place_id=group.place_id)
    place = await places.by_id(tx, place_id)
    if place.kind is PlaceKind.UNIT:
        raise NotFound
    await dialogues.bind_group(tx, group_id=group.id, place_id=place_id, bound_by=actor.id)
    await audit.note(
        tx, action="group_bound", actor_id=actor.id, subject_kind="group", subject_id=group.id, now=here.now
    )
    return await permissions.full_name(tx, place_id)


async def may_hint(tx: Transaction, here: Here, group: Group) -> bool:
    """Whether a group may be told how something is done; then it is not told again for a while."""
    return await dialogues.hint_group(tx, group_id=group.id, since=here.now - HINT_EVERY, now=here.now)


async def get(tx: Transaction, group_id: int) -> Group:
    """The group. Raises LookupError."""
    return await dialogues.group_by_id(tx, group_id)


async def leave(tx: Transaction, group: Group, *, since: datetime | None) -> None:
    """The bot was removed at that time, or (None) added again."""
    await dialogues.leave_group(tx, chat_id=group.chat_id, left_at=since)


async def migrate(tx: Transaction, *, chat_id: int, to: int) -> None:
    """The group became a supergroup and goes on under a new id."""
    await dialogues.migrate_group(tx, old_chat_id=chat_id, new_chat_id=to)


async def concerns(tx: Transaction, group: Group, *, place_id: int) -> bool:
    """Whether a place is that of a group, lies in it, or contains it."""
    return group.id in {g.id for g in await dialogues.bound_groups(tx, place_id=place_id)}
