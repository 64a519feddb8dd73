"""敲门: a captain knocks at the door of an elder who has not been heard of, and says how they are."""

from community import check_in_day, claims, tasks
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from storage.database import Transaction
from storage.queries import check_ins
from storage.records import CheckInDay, Person, Task
from storage.states import TaskEvent, TaskKind


async def answer(tx: Transaction, here: Here, actor: Person, task_id: int, *, answer: str) -> None:
    """都好, 没人应 or 需要帮助, by who went there. Raises NotFound, NoLongerPossible."""
    task = await claims.held_by(tx, actor, task_id)
    day = await check_ins.day_of_task(tx, task.id)
    if task.kind is not TaskKind.KNOCK or day is None:
        raise NotFound
    task = await tasks.move(tx, here, task, TaskEvent.FINISH, actor=actor, taker_id=actor.id)
    await tasks.move(tx, here, task, TaskEvent.CONFIRM, actor=actor, taker_id=actor.id)
    await _follow(tx, here, actor, day, answer)


async def _follow(tx: Transaction, here: Here, actor: Person, day: CheckInDay, answer: str) -> None:
    match answer:
        case "well":
            await check_in_day.found(tx, here, actor, day.id)
        case "no_answer":
            await check_in_day.nobody_answered(tx, here, day)
        case "need_help":
            await check_in_day.need_help(tx, here, actor, day.id)
        case _:
            raise NotFound


async def on_claim(_: Transaction, __: Here, ___: Person, ____: Task) -> None:
    """Whoever may be in trouble behind a door need not be told first."""


async def on_set_off(_: Transaction, __: Here, ___: Person, ____: Task) -> None:
    """Nobody waits for it."""


async def on_arrive(_: Transaction, __: Here, ___: Person, ____: Task) -> None:
    """The knock itself tells."""


async def on_finish(_: Transaction, __: Here, ___: Person, ____: Task) -> None:
    """做好了 says nothing of how they are. Raises NoLongerPossible."""
    raise NoLongerPossible
