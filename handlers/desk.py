"""🗂 工作台: what is open where one works, and the newcomers to confirm.

网格员小王: /desk
近邻: 🗂 没办结的有 1 件 …  [🚒 0001 消防通道被占]
"""

from dataclasses import dataclass

from telegram import Update

from community import callers, check_in_search, desk, notices, people, permissions, shifts, time_bank_postings, votes
from community.here import Here
from community.permissions import Action
from community.tell import NO_NAME, Both, Text
from handlers import emergency, volunteer_desk
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.look_in import show_list
from handlers.render import Face
from handlers.shift_desk import MONTH
from handlers.shift_post import POST
from handlers.vote_open import OPEN
from storage.database import Transaction
from storage.records import Group, Person


@dataclass(frozen=True, kw_only=True)
class Desk(Text, template="desk/desk"):
    """What is open."""

    reports: int
    late: int
    tasks: int


@dataclass(frozen=True, kw_only=True)
class Newcomer(Text, template="desk/newcomer"):
    """Somebody says they live here: is it so?"""

    name: str
    place: Both
    state: str


async def show(_: Update, turn: Turn) -> None:
    """`/desk`"""
    found = await desk.open_matters(turn.tx, turn.here, turn.person)
    buttons: Rows = []
    for report in found.reports:
        category = turn.here.neighbourhood.category(report.category)
        name = {"zh": category.name.zh, "en": category.name.en}
        buttons.append(
            [button("desk_report", "desk.report", report.id, emoji=category.emoji, number=report.id, category=name)]
        )
    for task in found.tasks:
        rough = await desk.place_name(turn.tx, task)
        buttons.append([button("desk_task", "desk.task", task.id, place=rough, state=task.state, kind=task.kind)])
    if await callers.may_register(turn.tx, turn.person):
        buttons.append([button("caller", "caller.start")])
    if await time_bank_postings.may_bank(turn.tx, turn.person):
        buttons.append([button("time_entry", "time.entry"), button("time_reversal", "time.reversal")])
    if await notices.offices(turn.tx, turn.person):
        buttons.append([button("write_notice", "notice.write")])
    if await votes.scopes(turn.tx, turn.person):
        buttons.append([OPEN])
    buttons += await volunteer_desk.rows(turn)
    if await shifts.scopes(turn.tx, turn.person):
        buttons.append([POST, MONTH])
    if await check_in_search.may_enrol(turn.tx, turn.person):
        buttons.append([button("enrol", "enrol.start")])
    buttons += await emergency.rows(turn)
    await turn.say(Desk(reports=found.count, late=found.late, tasks=len(found.tasks)), buttons=buttons)
    await show_list(turn)


async def open_report(_: Update, turn: Turn, press: Press) -> None:
    """Bring a report's card down to the end of the chat."""
    await desk.show_report(turn.tx, turn.here, turn.person, report_id=press.subject)
    await turn.answer()


async def open_task(_: Update, turn: Turn, press: Press) -> None:
    """Bring a task's or a call's card down to the end of the chat."""
    await desk.show_task(turn.tx, turn.here, turn.person, task_id=press.subject)
    await turn.answer()


async def confirm(_: Update, turn: Turn, press: Press) -> None:
    """✅ 通过"""
    await people.confirm(turn.tx, turn.here, turn.person, newcomer_id=press.subject)
    await turn.answer()


async def refuse(_: Update, turn: Turn, press: Press) -> None:
    """🚫 拒绝"""
    await people.refuse(turn.tx, turn.here, turn.person, newcomer_id=press.subject)
    await turn.answer()


async def newcomer(tx: Transaction, _: Here, person_id: int, reader: Person | Group) -> Face | None:
    """The card by which a captain or the grid worker confirms somebody."""
    person = await people.get(tx, person_id)
    if isinstance(reader, Group):
        return None
    may = await permissions.may(tx, reader, Action.VERIFY, place_id=person.place_id)
    waiting = person.verified_at is None and person.place_id is not None
    text = Newcomer(
        name=permissions.public_name(tx, person) if may and waiting else "",
        place=await permissions.full_name(tx, person.place_id) if may else NO_NAME,
        state="waiting" if waiting else "confirmed" if person.verified_at else "refused",
    )
    buttons = [[button("approve", "newcomer.confirm", person_id), button("reject", "newcomer.refuse", person_id)]]
    return Face(text=text, buttons=buttons if waiting and may else [])


COMMANDS = {"desk": show}
KEYS = {"key_desk": show}
PRESSES = {"desk.report": open_report, "desk.task": open_task, "newcomer.confirm": confirm, "newcomer.refuse": refuse}
CARDS = {"newcomer": newcomer}
