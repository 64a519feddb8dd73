"""应急状态: whether it is on, and whether a task waits for its end. It is begun and ended in `emergency_switch.py`."""

from storage.database import Transaction
from storage.queries import emergency_states
from storage.records import EmergencyState, Task
from storage.states import TaskKind, TaskState


async def current(tx: Transaction) -> EmergencyState | None:
    """The one that is on."""
    return await emergency_states.current(tx)


async def pauses(tx: Transaction, task: Task) -> bool:
    """Whether nobody is looked for, asked or reminded now; whoever has set out goes on, and what is urgent."""
    return is_ordinary(task) and await current(tx) is not None


def is_ordinary(task: Task) -> bool:
    """A visit or a shift that nobody has set out for, and that is not urgent."""
    waits = task.state in (TaskState.OPEN, TaskState.CLAIMED)
    return waits and not task.urgent and task.kind in (TaskKind.VISIT, TaskKind.PATROL, TaskKind.EVENT)
