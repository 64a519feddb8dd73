"""My volunteering: resting for a while, leaving, and what my teams have done.

小林: [⏸ 暂停接单]
近邻: ⏸ 歇到什么时候？ …  [到明天] [一周] [选日子]
小林: [一周]
近邻: ⏸ 好，歇到 6月17日 0:00，这之前不问您。
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram import Update

from community import volunteer_figures, volunteer_leaving, volunteers
from community.errors import NoLongerPossible
from community.tell import Text
from community.volunteers import Stage
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.flow import grid
from handlers.keyboards import keyboard

_PAUSE_DAYS = 28


@dataclass(frozen=True, kw_only=True)
class AskPause(Text, template="volunteer/ask_pause"):
    """Until when?"""

    days: bool


@dataclass(frozen=True, kw_only=True)
class Rested(Text, template="volunteer/rested"):
    """Nobody asks until then; or (no `until`) they are asked again."""

    until: datetime | None
    held: int


@dataclass(frozen=True, kw_only=True)
class AskLeave(Text, template="volunteer/ask_leave"):
    """Really?"""

    held: int


@dataclass(frozen=True, kw_only=True)
class Left(Text, template="volunteer/left"):
    """Thank you."""


@dataclass(frozen=True, kw_only=True)
class Stayed(Text, template="volunteer/stayed"):
    """All is as it was."""


@dataclass(frozen=True, kw_only=True)
class Figures(Text, template="volunteer/figures"):
    """What each team has done."""

    teams: list[dict[str, object]]


async def pause(_: Update, turn: Turn, press: Press) -> None:
    """⏸ 暂停接单: until tomorrow, for a week, or until a day of the next four weeks."""
    await turn.answer()
    word, here = press.word, turn.here
    midnight = here.local.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=n) for n in range(1, _PAUSE_DAYS + 1)]
    if (await volunteers.standing(turn.tx, turn.person)).stage not in (Stage.ACTIVE, Stage.WIDER):
        raise NoLongerPossible
    if not word:
        choices = [button(f"pause_{one}", "volunteer.pause", 0, one) for one in ("tomorrow", "week", "day")]
        await turn.say(AskPause(days=False), buttons=[choices])
    elif word == "day":
        labels = [
            button("date", "volunteer.pause", 0, f"{d:%Y%m%d}", month=d.month, day=d.day, weekday=d.weekday())
            for d in days
        ]
        await turn.settle(AskPause(days=True), buttons=grid(labels, width=4))
    else:
        named = {"tomorrow": days[0], "week": days[6]} | {f"{d:%Y%m%d}": d for d in days}
        if word not in named:
            raise NoLongerPossible
        await _rest(turn, named[word])


async def resume(_: Update, turn: Turn, __: Press) -> None:
    """▶️ 继续接单"""
    await volunteer_leaving.pause(turn.tx, turn.here, turn.person, until=None)
    await turn.answer()
    await turn.say(Rested(until=None, held=0))


async def _rest(turn: Turn, until: datetime) -> None:
    await volunteer_leaving.pause(turn.tx, turn.here, turn.person, until=until)
    held = await volunteer_leaving.held(turn.tx, turn.person)
    await turn.settle(Rested(until=until, held=held))


async def leave(_: Update, turn: Turn, press: Press) -> None:
    """不当了: asked once more."""
    if (await volunteers.standing(turn.tx, turn.person)).stage in (Stage.NONE, Stage.STOPPED):
        raise NoLongerPossible
    if press.word == "yes":
        await volunteer_leaving.leave(turn.tx, turn.here, turn.person)
        await turn.answer()
        await turn.say(Left(), keyboard=await keyboard(turn))
    elif press.word == "no":
        await turn.answer()
        await turn.settle(Stayed())
    else:
        await turn.answer()
        sure = [button("volunteer_leave_yes", "volunteer.leave", 0, "yes"), button("keep", "volunteer.leave", 0, "no")]
        await turn.say(AskLeave(held=await volunteer_leaving.held(turn.tx, turn.person)), buttons=[sure])


async def figures(_: Update, turn: Turn, __: Press) -> None:
    """👥 志愿服务队: outings, hours and people served, this month and this year."""
    found = await volunteer_figures.teams(turn.tx, turn.here, turn.person)
    names = {t.code: {"zh": t.name.zh, "en": t.name.en} for t in turn.here.neighbourhood.teams}
    rows: list[dict[str, object]] = [
        {
            "name": names[team.code],
            "members": team.year.members,
            "month": {"outings": team.month.outings, "minutes": team.month.minutes, "people": team.month.people},
            "year": {"outings": team.year.outings, "minutes": team.year.minutes, "people": team.year.people},
        }
        for team in found
    ]
    await turn.answer()
    await turn.say(Figures(teams=rows))


PRESSES = {
    "volunteer.pause": pause,
    "volunteer.resume": resume,
    "volunteer.leave": leave,
    "volunteer.figures": figures,
}
