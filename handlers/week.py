"""📅 我的一周: the coming seven days, and the same as a calendar file or feed.

小林: /tasks … [📅 我的一周]
近邻: 📅 我的一周 今天 13:00 🔧 修东西 · 3号楼 …  [📅 加到日历]
"""

from dataclasses import dataclass

from telegram import Update

from community import calendar_feed, tasks, volunteering
from community.here import Here
from community.tell import Text, What
from handlers.buttons import Press, button
from handlers.calendar_file import Entry, written
from handlers.context import Turn
from handlers.texts import Texts
from storage.database import Transaction
from storage.records import Person
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


@dataclass(frozen=True, kw_only=True)
class Feed(Text, template="task/feed"):
    """The address that calendars fetch the week from."""

    link: str


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
    tells = found or await volunteering.lost_of(turn.tx, turn.here, turn.person)  # taken back, it tells that too
    buttons = [[button("to_calendar", "task.calendar")]] if tells or await calendar_feed.possible(turn.tx) else None
    await turn.say(Week(lines=lines, more=len(found) - len(lines)), buttons=buttons)


async def calendar(_: Update, turn: Turn, __: Press) -> None:
    """📅 加到日历: the week as a file, and the way to the feed where there can be one."""
    page = await page_of(turn.tx, turn.here, turn.moment.texts, turn.person)
    await turn.answer()
    follows = [[button("follow_feed", "task.feed")]] if await calendar_feed.possible(turn.tx) else None
    await turn.say(CalendarFile(), document=("jinlin.ics", page), buttons=follows)


async def feed(_: Update, turn: Turn, __: Press) -> None:
    """🔗 自动更新: an address of one's own; the one before leads nowhere any more."""
    link = await calendar_feed.link(turn.tx, turn.here, turn.person)
    await turn.answer()
    await turn.say(Feed(link=link))


async def page_of(tx: Transaction, here: Here, texts: Texts, person: Person) -> str:
    """Somebody's week as iCalendar; what is not theirs any more is marked as cancelled."""
    mine = await volunteering.week_of(tx, here, person)
    gone = await volunteering.lost_of(tx, here, person)

    def words(what: What) -> str:
        return texts.label(person.language, what.get("label", what))

    entries = [
        Entry(
            task_id=task.id,
            title=words(await tasks.what(tx, here, task)),
            place=words(await tasks.rough_place(tx, task)),
            due=task.due,
            minutes=task.minutes,
            created_at=task.created_at,
            gone=task in gone,
        )
        for task in (*mine, *gone)
    ]
    name = texts.label(person.language, "my_week")
    return written(entries, community=here.neighbourhood.community.code, name=name, now=here.now)


async def page_at(tx: Transaction, here: Here, texts: Texts, token: str) -> str | None:
    """The same for whoever asks with a feed's address; None for one that leads nowhere."""
    person = await calendar_feed.reader(tx, token)
    return await page_of(tx, here, texts, person) if person is not None else None


PRESSES = {"task.week": show, "task.calendar": calendar, "task.feed": feed}
