"""Before somebody is forgotten: what they have claimed is given back, what they ordered is cancelled."""

from community import follow_up, orders, tasks
from community.here import Here
from storage.database import Transaction
from storage.queries import tasks as rows
from storage.queries import timers
from storage.records import Person
from storage.states import TaskEvent, TaskKind, TaskState


async def hand_over(tx: Transaction, here: Here, person: Person) -> None:
    """Nobody waits for somebody who is gone."""
    for task in await rows.taken_by(tx, person_id=person.id):
        await follow_up.replace(tx, here, task, TaskEvent.RELEASE)
    for task in await rows.live_of_person(tx, person_id=person.id):
        if task.kind is TaskKind.CALL:
            await timers.drop(tx, prefix="call_", subject_id=task.id)
            await tasks.move(tx, here, task, TaskEvent.CANCEL, actor=person, taker_id=None)
    for task in await rows.live_of_person(tx, person_id=person.id):
        if task.state is not TaskState.DONE and task.order_id is not None:
            await orders.cancel(tx, here, person, task.order_id)
    await rows.forget(tx, person_id=person.id)
