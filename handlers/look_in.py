"""今天要看看的: who needs a look today, for captains, grid worker and staff; and the knock at a door.

梯长: /tasks
近邻: 👀 今天要看看的有 1 位 …  [🔴 3号楼2梯 还没报平安]
→梯长: 🚪 敲门看看 …  [🚪 我去敲门] [这次不行] … [😊 都好] [没人应] [🆘 需要帮助]
"""

from dataclasses import dataclass

from telegram import Update

from community import check_in_day, check_in_list, knocks
from community.tell import Text, plain
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from storage.records import Task
from storage.states import TaskState


@dataclass(frozen=True, kw_only=True)
class LookIn(Text, template="check_in/look_in"):
    """Who needs a look today; who is away until when."""

    count: int
    away: list[dict[str, object]]


@dataclass(frozen=True, kw_only=True)
class Noted(Text, template="check_in/noted"):
    """Noted: what happens next. `answer`: well, no_answer, need_help."""

    answer: str


async def show_list(turn: Turn) -> None:
    """Said only where there is somebody to look at."""
    found = await check_in_list.to_look_at(turn.tx, turn.here, turn.person)
    if found is None or not (found.days or found.away):
        return
    buttons = [[button("look_at", "look.open", d.id, place=place, state=d.state)] for d, place in found.days]
    away: list[dict[str, object]] = [{"place": place, "until": plain(plan.begins_at)} for plan, place in found.away]
    await turn.say(LookIn(count=len(found.days), away=away), buttons=buttons)


async def open_card(_: Update, turn: Turn, press: Press) -> None:
    """Name, phone and door, which is written down."""
    await check_in_list.open_card(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def well(_: Update, turn: Turn, press: Press) -> None:
    """看过，都好"""
    await check_in_day.seen(turn.tx, turn.here, turn.person, press.subject, well=True)
    await turn.answer(Noted(answer="well"))


async def need_help(_: Update, turn: Turn, press: Press) -> None:
    """🆘 需要帮助"""
    await check_in_day.seen(turn.tx, turn.here, turn.person, press.subject, well=False)
    await turn.answer(Noted(answer="need_help"))


async def knocked(_: Update, turn: Turn, press: Press) -> None:
    """都好, 没人应, 需要帮助: what came of the knock."""
    answer = press.action.removeprefix("knock.")
    await knocks.answer(turn.tx, turn.here, turn.person, press.subject, answer=answer)
    await turn.answer(Noted(answer=answer))


def knock_buttons(task: Task) -> Rows:
    """What whoever goes and knocks says then."""
    if task.state not in (TaskState.CLAIMED, TaskState.ON_WAY, TaskState.ARRIVED):
        return []
    coming = [button("can_come", "task.coming", task.id)] if task.asked_at and not task.answered_at else []
    return [
        coming,
        [button("all_well", "knock.well", task.id)],
        [button("no_answer", "knock.no_answer", task.id), button("need_help", "knock.need_help", task.id)],
        [button("cannot_come", "task.release", task.id)],
    ]


PRESSES = {
    "look.open": open_card,
    "look.well": well,
    "look.help": need_help,
    **{f"knock.{word}": knocked for word in ("well", "no_answer", "need_help")},
}
