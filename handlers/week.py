"""📅 我的一周: the coming seven days, and the same as a calendar file.

小林: /tasks … [📅 我的一周]
近邻: 📅 我的一周 今天 13:00 🔧 修东西 · 3号楼 …  [📅 加到日历]
"""

from dataclasses import dataclass

from telegram import Update

from community import tasks, volunteering
from community.tell import Text, What
from handlers.buttons import Press, button
from handlers.calendar_file import Entry, written
from handlers.context import Turn
from storage.records import Task
from storage.rows import to_ms

OPEN = button("my_week", "task.week")
_LINES = 20


@dataclass(frozen=True, kw_only=True)
class Week(Text, template="task/week"):
    """What I have to do in the coming seven days; never a name or a door."""

    lines: list[dict[str, object]]
    more: int


@dataclass(frozen=True, kw_only=True)
class CalendarFile(Text, template="task/calendar"):
    """What the file is good for."""


async def show(_: Update, turn: Turn, __: Press) -> None:
    """📅 我的一周"""
    found = await volunteering.week_of(turn.tx, turn.here, turn.person)
    lines: list[dict[str, object]] = [
        {
            "due": {"ms": to_ms(task.due)},
            "sign": await tasks.sign(turn.tx, turn.here, task),
            "what": await tasks.what(turn.tx, turn.here, task),
            "place": await tasks.rough_place(turn.tx, task),
            "pair": task.least > 1,
        }
        for task in found[:_LINES]
    ]
    await turn.answer()
    buttons = [[button("to_calendar", "task.calendar")]]
    await turn.say(Week(lines=lines, more=len(found) - len(lines)), buttons=buttons if found else None)


async def calendar(_: Update, turn: Turn, __: Press) -> None:
    """📅 加到日历: the week as a file; what is not theirs any more is marked as cancelled."""
    mine = await volunteering.week_of(turn.tx, turn.here, turn.person)
    gone = await volunteering.lost_of(turn.tx, turn.here, turn.person)
    entries = [await _entry(turn, task, gone=task in gone) for task in (*mine, *gone)]
    code = turn.here.neighbourhood.community.code
    name = turn.moment.texts.label(turn.person.language, "my_week")
    await turn.answer()
    page = written(entries, community=code, name=name, now=turn.here.now)
    await turn.say(CalendarFile(), document=("jinlin.ics", page))


async def _entry(turn: Turn, task: Task, *, gone: bool) -> Entry:
    return Entry(
        task_id=task.id,
        title=_words(turn, await tasks.what(turn.tx, turn.here, task)),
        place=_words(turn, await tasks.rough_place(turn.tx, task)),
        due=task.due,
        minutes=task.minutes,
        created_at=task.created_at,
        gone=gone,
    )


def _words(turn: Turn, what: What) -> str:
    return turn.moment.texts.label(turn.person.language, what.get("label", what))


PRESSES = {"task.week": show, "task.calendar": calendar}
