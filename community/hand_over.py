"""Before somebody is forgotten: what they have claimed is given back, what they ordered is cancelled."""

from community import follow_up, orders
from community.here import Here
from storage.database import Transaction
from storage.queries import tasks
from storage.records import Person
from storage.states import TaskEvent, TaskKind, TaskState


async def hand_over(tx: Transaction, here: Here, person: Person) -> None:
    """Nobody waits for somebody who is gone."""
    for task in await tasks.taken_by(tx, person_id=person.id):
        await follow_up.replace(tx, here, task, TaskEvent.RELEASE)
    for task in await tasks.live_of_person(tx, person_id=person.id):
        if task.kind is TaskKind.VISIT and task.state is not TaskState.DONE and task.order_id is not None:
            await orders.cancel(tx, here, person, task.order_id)
