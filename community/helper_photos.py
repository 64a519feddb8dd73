"""The helper's photo: the person served sees who comes, once staff have seen that it is them, and while they come.

Nobody must send one. Whoever did replaces it or takes it back whenever they like; then it is taken out of every chat.
"""

from datetime import datetime, timedelta

from community import permissions, proxies
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.order_texts import NotYourOwn
from community.permissions import Action
from community.tell import refresh, show, take_back, tell
from community.visit_texts import PhotoChecked
from community.volunteers import MINE, STAFF, Stage, Standing, open_card, standing
from storage.database import Transaction
from storage.queries import audit, people
from storage.queries import helper_photos as rows
from storage.queries import tasks as task_rows
from storage.records import HelperPhoto, Order, Person, Task
from storage.states import Priority, Role

CARD = "order_helper"
_CHECKERS = (Role.GRID_WORKER, Role.STAFF, Role.ADMIN)
_SOON = timedelta(hours=24)  # what is shown so late at most can still be taken back: Telegram lets a bot for 48 hours


async def may_keep(tx: Transaction, person: Person) -> Standing:
    """What somebody is as a volunteer. Raises NoLongerPossible for whoever is none, or was stopped."""
    found = await standing(tx, person)
    if found.stage in (Stage.NONE, Stage.STOPPED):
        raise NoLongerPossible
    return found


async def keep(tx: Transaction, here: Here, person: Person, *, file: str) -> None:
    """A photo, or another one; those who check volunteers there are asked to look. Raises NoLongerPossible."""
    found = await may_keep(tx, person)
    await rows.put(tx, person_id=person.id, file=tx.seal(file), now=here.now)
    await _take_back(tx, here, person)
    await _show_to_checkers(tx, here, person, found)
    await refresh(tx, MINE, person.id, now=here.now)


async def remove(tx: Transaction, here: Here, person: Person) -> None:
    """No photo any more. Raises NoLongerPossible where there was none."""
    if not await rows.remove(tx, person.id):
        raise NoLongerPossible
    await _take_back(tx, here, person)
    await take_back(tx, STAFF, person.id, now=here.now)
    found = await standing(tx, person)
    if found.stage in (Stage.WAITING, Stage.WIDER):
        await _show_to_checkers(tx, here, person, found)
    await refresh(tx, MINE, person.id, now=here.now)


async def _show_to_checkers(tx: Transaction, here: Here, person: Person, found: Standing) -> None:
    for role in _CHECKERS:
        charge = await people.in_charge(tx, role=role, place_id=found.at or 0)
        asked = [one for one in charge if one.id != person.id]
        for one in asked:
            await open_card(tx, here, one, person)
        if asked:
            return


async def _take_back(tx: Transaction, here: Here, person: Person) -> None:
    """Out of the chats of those they are to go to."""
    for task in await task_rows.taken_by(tx, person_id=person.id):
        if task.taker_id == person.id and task.order_id is not None:
            await take_back(tx, CARD, task.order_id, now=here.now)


async def own(tx: Transaction, person_id: int) -> HelperPhoto | None:
    """Somebody's photo as a row; the file is opened by `to_check` and `for_order` alone."""
    return await rows.of(tx, person_id)


async def to_check(tx: Transaction, reader: Person, found: Standing, person_id: int) -> tuple[str, datetime] | None:
    """The file id of a photo that staff have not seen, and of which moment; for whoever checks volunteers there."""
    photo = await rows.of(tx, person_id)
    if photo is None or photo.checked_by is not None or reader.id == person_id:
        return None
    if await permissions.may(tx, reader, Action.CHECK_VOLUNTEER, place_id=found.at) is None:
        return None
    return permissions.own_words(tx, photo.file), photo.at


async def check(tx: Transaction, here: Here, actor: Person, person_id: int, *, at: datetime, good: bool) -> None:
    """照片是本人, or 请换一张: of the photo that was seen.

    Raises NotFound, NotAllowed, NotYourOwn, NoLongerPossible (it is another one by now).
    """
    known = await people.by_ids(tx, [person_id])
    if not known:
        raise NotFound
    await permissions.require(tx, actor, Action.CHECK_VOLUNTEER, place_id=(await standing(tx, known[0])).at)
    if actor.id == person_id:
        raise NotYourOwn
    photo = await rows.of(tx, person_id)
    if photo is None or not await rows.check(tx, person_id=person_id, at=at, checked_by=actor.id):
        raise NoLongerPossible
    if not good:
        await remove(tx, here, known[0])
    await audit.note(
        tx, action="photo_seen", actor_id=actor.id, person_id=person_id, detail="good" if good else "bad", now=here.now
    )
    await tell(tx, known[0], PhotoChecked(good=good), priority=Priority.REPLY, now=here.now)
    for card in (MINE, STAFF):
        await refresh(tx, card, person_id, now=here.now)


async def show_helper(tx: Transaction, here: Here, order: Order, task: Task, *, on_the_way: bool = False) -> None:
    """To the person served, and whoever ordered for them: this is who comes; soon before, or when they set out."""
    photo = await rows.of(tx, task.taker_id or 0)
    if photo is None or photo.checked_by is None or not (on_the_way or task.due <= here.now + _SOON):
        return
    for person in await people.by_ids(tx, sorted({order.person_id, order.ordered_by})):
        if await may_see(tx, person, order, task):
            await show(tx, person, CARD, order.id, priority=Priority.REPLY, now=here.now)


async def may_see(tx: Transaction, reader: Person, order: Order, task: Task) -> bool:
    """Whether somebody is served by it, or orders for who is; the helper has their own."""
    return reader.id != task.taker_id and (
        reader.id == order.person_id or await proxies.stands_for(tx, reader, order.person_id)
    )


async def for_order(tx: Transaction, reader: Person, order: Order, task: Task) -> str:
    """The file id of the photo of who comes; empty for all others, and once nobody comes."""
    photo = await rows.of(tx, task.taker_id or 0)
    if photo is None or photo.checked_by is None or not await may_see(tx, reader, order, task):
        return ""
    return permissions.own_words(tx, photo.file)
