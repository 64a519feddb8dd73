"""A volunteer rests for a while, leaves, or is stopped by staff; what they had claimed never stays with them."""

from datetime import datetime

from community import dispatch, permissions, tasks
from community.asking import ANY_TIME
from community.errors import NoLongerPossible, NotFound, TooLong
from community.hand_over import give_back
from community.here import Here
from community.order_texts import NotYourOwn
from community.permissions import Action
from community.tell import offer_commands, tell
from community.volunteer_texts import MayBeginAgain, StoppedOnTheWay, YouAreStopped
from community.volunteers import Stage, Standing, refresh_cards, standing
from storage.database import Transaction
from storage.queries import audit, helper_photos, people, volunteers
from storage.queries import tasks as rows
from storage.records import Person, Task
from storage.states import Priority, Role, TaskState

REASON_LIMIT = 200
_ACTIVE = (Stage.ACTIVE, Stage.WIDER)


async def pause(tx: Transaction, here: Here, person: Person, *, until: datetime | None) -> None:
    """暂停接单: nobody asks until then (None: they may be asked again). Raises NoLongerPossible."""
    if (await standing(tx, person)).stage not in _ACTIVE or (until is not None and until <= here.now):
        raise NoLongerPossible
    await volunteers.pause(tx, person_id=person.id, until=until, hours=ANY_TIME, now=here.now)
    await refresh_cards(tx, here, person)


async def held(tx: Transaction, person: Person) -> int:
    """How many tasks somebody has claimed or joined."""
    return len(await rows.taken_by(tx, person_id=person.id))


async def leave(tx: Transaction, here: Here, person: Person) -> None:
    """不当了: what they had claimed is given back, and what they offered forgotten. Raises NoLongerPossible."""
    if (await standing(tx, person)).stage in (Stage.NONE, Stage.STOPPED):
        raise NoLongerPossible
    await people.revoke(tx, person_id=person.id, role=Role.VOLUNTEER, now=here.now)
    await give_back(tx, here, person)
    await volunteers.forget(tx, person_id=person.id, now=here.now)
    await helper_photos.remove(tx, person.id)
    await audit.note(tx, action="volunteer_left", actor_id=person.id, person_id=person.id, now=here.now)
    await offer_commands(tx, person, now=here.now)
    await refresh_cards(tx, here, person)


async def may_stop(tx: Transaction, actor: Person, person_id: int) -> tuple[Person, Standing]:
    """A volunteer whom this person may stop: their role reaches wherever the volunteer's does.

    Raises NotFound, NotAllowed, NotYourOwn.
    """
    person, found = await _volunteer(tx, person_id)
    for place_id in _places(found):
        await permissions.require(tx, actor, Action.STOP_VOLUNTEER, place_id=place_id)
    if actor.id == person.id:
        raise NotYourOwn
    return person, found


async def stop(tx: Transaction, here: Here, actor: Person, person_id: int, *, reason: str) -> list[Task]:
    """停用, with a reason: tasks go to others, those served are told, the duty officer hears; what they had.

    Raises NotFound, NotAllowed, NotYourOwn, NoLongerPossible, TooLong.
    """
    person, found = await may_stop(tx, actor, person_id)
    reason = reason.strip()
    if len(reason) > REASON_LIMIT:
        raise TooLong(limit=REASON_LIMIT, length=len(reason))
    stopped = reason and await volunteers.stop(
        tx,
        person_id=person.id,
        stopped_by=actor.id,
        reason=tx.seal(reason),
        hours=found.offer.hours,
        place_id=found.at,
        now=here.now,
    )
    if not stopped:
        raise NoLongerPossible
    await people.revoke(tx, person_id=person.id, role=Role.VOLUNTEER, now=here.now)
    held = await give_back(tx, here, person, stopped_by=actor)
    for task in held:
        await _hand_on(tx, here, task, person)
    await audit.note(tx, action="volunteer_stopped", actor_id=actor.id, person_id=person.id, now=here.now)
    text = YouAreStopped(reason=reason, held=len(held), hotline=here.neighbourhood.community.hotline)
    await tell(tx, person, text, priority=Priority.REPLY, now=here.now, keys=True)
    await offer_commands(tx, person, now=here.now)
    await refresh_cards(tx, here, person)
    return held


async def let_begin_again(tx: Transaction, here: Here, actor: Person, person_id: int) -> None:
    """解除停用: they may register anew, and are checked anew.

    Raises NotFound, NotAllowed, NotYourOwn, NoLongerPossible.
    """
    person, found = await may_stop(tx, actor, person_id)
    if found.stage is not Stage.STOPPED:
        raise NoLongerPossible
    await volunteers.forget(tx, person_id=person.id, now=here.now)
    await audit.note(tx, action="volunteer_let_begin", actor_id=actor.id, person_id=person.id, now=here.now)
    await tell(tx, person, MayBeginAgain(), priority=Priority.REPLY, now=here.now)
    await refresh_cards(tx, here, person)


async def _volunteer(tx: Transaction, person_id: int) -> tuple[Person, Standing]:
    known = await people.by_ids(tx, [person_id])
    if not known:
        raise NotFound
    found = await standing(tx, known[0])
    if found.stage is Stage.NONE:
        raise NotFound
    return known[0], found


def _places(found: Standing) -> list[int | None]:
    """Where somebody is, or wants to be, a volunteer; None (nowhere) is within nobody's reach."""
    asked = [found.offer.place_id] if found.offer.place_id is not None else []
    return [*found.held_at, *asked] or [None]


async def _hand_on(tx: Transaction, here: Here, before: Task, person: Person) -> None:
    """The duty officer (or staff) hears what somebody who was stopped had."""
    task = await tasks.get(tx, before.id)
    _, officer = await dispatch.officer_on_duty(tx, here)
    staff = {p.id: p for p in await people.in_charge(tx, role=Role.STAFF, place_id=task.place_id)}
    text = StoppedOnTheWay(
        volunteer=permissions.public_name(tx, person),
        service=await tasks.what(tx, here, task),
        place=await tasks.rough_place(tx, task),
        underway=before.state in (TaskState.ON_WAY, TaskState.ARRIVED),
    )
    for one in [officer] if officer is not None else staff.values():
        if one.id != person.id:
            await tell(tx, one, text, priority=Priority.TASK, now=here.now)
