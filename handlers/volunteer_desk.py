"""Volunteers at the desk: 已当面核对身份, 暂不, 停用 with a reason, and 谁被问了.

→网格员小王: 🙋 住户阿强想当志愿者 …  [✅ 已当面核对身份] [暂不]
社区吴主任: /desk … [🙋 谁被问了]
近邻: 🙋 志愿者 12 位，30 天没问过的 3 位 …
"""

from dataclasses import dataclass

from telegram import Update

from community import lapses, permissions, volunteer_figures, volunteer_leaving, volunteers
from community.errors import NoLongerPossible, TooLong
from community.tell import Text
from community.volunteers import Stage
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.pick import PickFromButtons
from handlers.said import Kind, Said
from storage.records import Json

_WAITING = 5


@dataclass(frozen=True, kw_only=True)
class Asked(Text, template="volunteer/asked"):
    """Who was asked how often in the last thirty days, whoever was asked longest ago first."""

    people: list[dict[str, object]]
    count: int
    never: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class AskReason(Text, template="volunteer/ask_reason"):
    """Why?"""

    name: str
    limit: int


@dataclass(frozen=True, kw_only=True)
class AskStop(Text, template="volunteer/ask_stop"):
    """Really?"""

    name: str
    reason: str
    held: int


@dataclass(frozen=True, kw_only=True)
class WriteReason(Text, template="volunteer/write_reason"):
    """Words were asked for."""


@dataclass(frozen=True, kw_only=True)
class HasStopped(Text, template="volunteer/has_stopped"):
    """Done; how many tasks go to others."""

    name: str
    held: int


async def rows(turn: Turn) -> Rows:
    """What the desk shows of volunteers: those to be checked, who was asked, the teams."""
    if not await permissions.works_somewhere(turn.tx, turn.person, permissions.Action.CHECK_VOLUNTEER):
        return []
    waiting = await volunteers.to_check(turn.tx, turn.person, limit=_WAITING)
    found: Rows = [
        [button("volunteer_waiting", "volunteer.open", p.id, name=permissions.public_name(turn.tx, p))] for p in waiting
    ]
    tools = [button("volunteer_asked", "volunteer.asked")]
    if turn.here.neighbourhood.teams:
        tools.append(button("volunteer_teams_figures", "volunteer.figures"))
    return [*found, tools]


async def check(_: Update, turn: Turn, press: Press) -> None:
    """✅ 已当面核对身份"""
    await volunteers.check(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def put_off(_: Update, turn: Turn, press: Press) -> None:
    """暂不"""
    await volunteers.put_off(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def look(_: Update, turn: Turn, press: Press) -> None:
    """Bring a volunteer's card down to the end of the chat."""
    await volunteers.look_at(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def asked(_: Update, turn: Turn, press: Press) -> None:
    """🙋 谁被问了: a page; another page takes its place."""
    page = await volunteer_figures.asked(turn.tx, turn.here, turn.person, page=press.subject)
    people: list[dict[str, object]] = []
    buttons: Rows = []
    for person, row in page.rows:
        name = permissions.public_name(turn.tx, person)
        people.append(
            {
                "name": name,
                "asked": row.asked,
                "taken": row.taken,
                "declined": row.declined,
                "last": row.last and {"ms": round(row.last.timestamp() * 1000)},
            }
        )
        buttons.append([button("volunteer_named", "volunteer.open", person.id, name=name)])
    turning = []
    if page.number:
        turning.append(button("earlier_page", "volunteer.asked", page.number - 1, "turn"))
    if page.number < page.pages - 1:
        turning.append(button("later_page", "volunteer.asked", page.number + 1, "turn"))
    text = Asked(people=people, count=page.count, never=page.never, page=page.number + 1, pages=page.pages)
    rows = [*grid([one for row in buttons for one in row]), turning]
    await turn.answer()
    if press.word == "turn":
        await turn.settle(text, buttons=rows)
    else:
        await turn.say(text, buttons=rows)


async def stop(_: Update, turn: Turn, press: Press) -> None:
    """🚫 停用: the reason is asked for. Raises NotFound, NotAllowed, NotYourOwn, NoLongerPossible."""
    person, found = await volunteer_leaving.may_stop(turn.tx, turn.person, press.subject)
    if found.stage is Stage.STOPPED:
        raise NoLongerPossible
    await turn.answer()
    name = permissions.public_name(turn.tx, person)
    await begin(turn, FLOW, draft={"person": person.id, "name": name, "reason": ""})


async def let_begin_again(_: Update, turn: Turn, press: Press) -> None:
    """解除停用"""
    await volunteer_leaving.let_begin_again(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def lift(_: Update, turn: Turn, press: Press) -> None:
    """▶️ 恢复派单"""
    await lapses.lift(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def ask_reason(turn: Turn, draft: Json) -> None:
    """The volunteer reads it."""
    text = AskReason(name=draft["name"], limit=volunteer_leaving.REASON_LIMIT)
    await turn.say(text, buttons=[FLOW.ways_out("reason", back=False)])


async def take_reason(_: Turn, draft: Json, said: Said) -> str | None:
    """In words."""
    reason = said.text.strip()
    if said.kind is not Kind.TEXT or not reason:
        raise AskAgain(WriteReason())
    if len(reason) > volunteer_leaving.REASON_LIMIT:
        raise TooLong(limit=volunteer_leaving.REASON_LIMIT, length=len(reason))
    draft["reason"] = reason
    return "confirm"


async def ask_stop(turn: Turn, draft: Json) -> None:
    """What it means."""
    person, _ = await volunteer_leaving.may_stop(turn.tx, turn.person, draft["person"])
    held = await volunteer_leaving.held(turn.tx, person)
    buttons = [[FLOW.choice("confirm", "yes", "volunteer_stop_yes")], FLOW.ways_out("confirm")]
    await turn.say(AskStop(name=draft["name"], reason=draft["reason"], held=held), buttons=buttons)


async def take_stop(turn: Turn, draft: Json, said: Said) -> str | None:
    """确定停用"""
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(PickFromButtons())
    held = await volunteer_leaving.stop(turn.tx, turn.here, turn.person, draft["person"], reason=draft["reason"])
    await turn.say(HasStopped(name=draft["name"], held=len(held)))
    return None


FLOW = Flow(
    name="stop_volunteer",
    steps={"reason": Step(ask=ask_reason, take=take_reason), "confirm": Step(ask=ask_stop, take=take_stop)},
)
PRESSES = {
    "volunteer.check": check,
    "volunteer.put_off": put_off,
    "volunteer.open": look,
    "volunteer.asked": asked,
    "volunteer.stop": stop,
    "volunteer.again": let_begin_again,
    "volunteer.lift": lift,
}
