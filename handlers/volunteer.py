"""🙋 当志愿者: skills, teams, how far, when; then staff check in person who it is. And changing it later.

住户阿强: /tasks … [🙋 当志愿者]
近邻: 您会做什么？点一下就选上，不选也可以。  [水电小修] [开车接送] … [选好了]
住户阿强: [水电小修] [选好了] … [我这栋楼（3号楼）] … [周一] … [选好了]
近邻: 这样登记对吗？ …  [✅ 提交]
住户阿强: [✅ 提交]
近邻: 登记好了，谢谢您！下一步，网格员小王会当面核对您的身份 …
"""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Update

from community import volunteers
from community.asking import ANY_TIME, PARTS
from community.errors import NoLongerPossible, NotFound
from community.tell import Both, Text, show
from community.volunteer_texts import NoTimeChosen
from community.volunteers import MINE, Offer, Stage
from handlers.buttons import Button, Press, Rows
from handlers.context import Turn
from handlers.flow import STAY, AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.pick import PickFromButtons
from handlers.said import Kind, Said
from handlers.volunteer_cards import BECOME, place_name, skill_names, spoken, team_names
from handlers.volunteer_cards import MINE as CARD
from storage.records import Json
from storage.states import Priority

_ALL = "all"
_DONE = "done"
_PARTS = ("skills", "teams", "reach", "hours")


@dataclass(frozen=True, kw_only=True)
class AskSkills(Text, template="volunteer/ask_skills"):
    """What can you do?"""


@dataclass(frozen=True, kw_only=True)
class AskTeams(Text, template="volunteer/ask_teams"):
    """Would you like to be in a team?"""


@dataclass(frozen=True, kw_only=True)
class AskReach(Text, template="volunteer/ask_reach"):
    """How far do you want to go?"""


@dataclass(frozen=True, kw_only=True)
class AskHours(Text, template="volunteer/ask_hours"):
    """When do you have time?"""

    hours: list[dict[str, object]]
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Preview(Text, template="volunteer/preview"):
    """Is this right?"""

    skills: list[Both]
    teams: list[Both]
    hours: list[dict[str, object]]
    place: Both


@dataclass(frozen=True, kw_only=True)
class Registered(Text, template="volunteer/registered"):
    """Noted; who checks who it is."""

    checkers: list[str]


async def button_of(turn: Turn) -> Button:
    """🙋 我的志愿, or for whoever is none 🙋 当志愿者."""
    return CARD if (await volunteers.standing(turn.tx, turn.person)).stage is not Stage.NONE else BECOME


async def mine(_: Update, turn: Turn, __: Press) -> None:
    """🙋 当志愿者, or 🙋 我的志愿: the card; whoever is none yet registers. Raises Stopped, NoHome."""
    found = await volunteers.standing(turn.tx, turn.person)
    if found.stage is not Stage.NONE:
        await turn.answer()
        await show(turn.tx, turn.person, MINE, turn.person.id, priority=Priority.REPLY, now=turn.here.now)
        return
    await volunteers.may_register(turn.tx, turn.here, turn.person)
    await turn.answer()
    await begin(turn, FLOW, draft=_draft(found.offer) | {"hours": 0}, step=_first(turn))


async def edit(_: Update, turn: Turn, press: Press) -> None:
    """One thing of an offer is changed. Raises NoLongerPossible, Stopped, NotFound."""
    found = await volunteers.may_register(turn.tx, turn.here, turn.person)
    if found.stage is Stage.NONE:
        raise NoLongerPossible
    if press.word not in _PARTS or (press.word == "reach" and found.offer.place_id is None):
        raise NotFound
    await turn.answer()
    await begin(turn, FLOW, draft=_draft(found.offer) | {"edit": True}, step=press.word)


def _draft(offer: Offer) -> Json:
    kept: Json = {"skills": offer.skills, "teams": offer.teams, "hours": offer.hours, "place_id": offer.place_id}
    return kept | {"edit": False}


def _offer(draft: Json) -> Offer:
    return Offer(skills=draft["skills"], teams=draft["teams"], hours=draft["hours"], place_id=draft["place_id"])


def _first(turn: Turn) -> str:
    return "skills" if turn.here.neighbourhood.skills else "teams" if turn.here.neighbourhood.teams else "reach"


async def _onwards(turn: Turn, draft: Json, following: str) -> str | None:
    """The next question; or, of a change, the end."""
    if not draft["edit"]:
        return following
    await volunteers.change(turn.tx, turn.here, turn.person, _offer(draft))
    return None


def _toggles(step: str, options: Sequence[tuple[str, Both]], chosen: list[str]) -> Rows:
    marked = [FLOW.choice(step, code, "toggle", name=name, on=code in chosen) for code, name in options]
    return [*grid(marked), [FLOW.choice(step, _DONE, "chosen")], FLOW.ways_out(step)]


def _picked(said: Said, options: Sequence[tuple[str, Both]]) -> str:
    """The option that was pressed, or typed by its name. Raises AskAgain."""
    word = said.text.strip()
    for code, name in options:
        if word == code if said.kind is Kind.PRESS else word in (name["zh"], name["en"]):
            return code
    raise AskAgain(PickFromButtons())


def _toggle(chosen: list[str], code: str) -> None:
    if code in chosen:
        chosen.remove(code)
    else:
        chosen.append(code)


async def _asked(turn: Turn, said: Said, text: Text, buttons: Rows) -> str:
    """The question as it stands now: in place under a press, anew after words."""
    if said.kind is Kind.PRESS:
        await turn.settle(text, buttons=buttons)
    else:
        await turn.say(text, buttons=buttons)
    return STAY


def _skills(turn: Turn) -> list[tuple[str, Both]]:
    return [(s.code, {"zh": s.name.zh, "en": s.name.en}) for s in turn.here.neighbourhood.skills]


def _teams(turn: Turn) -> list[tuple[str, Both]]:
    return [(t.code, {"zh": t.name.zh, "en": t.name.en}) for t in turn.here.neighbourhood.teams]


async def ask_skills(turn: Turn, draft: Json) -> None:
    """Toggles."""
    await turn.say(AskSkills(), buttons=_toggles("skills", _skills(turn), draft["skills"]))


async def take_skills(turn: Turn, draft: Json, said: Said) -> str | None:
    """One more or less, or that is all; none is an answer, too."""
    if said.kind is Kind.PRESS and said.text == _DONE:
        return await _onwards(turn, draft, "teams" if turn.here.neighbourhood.teams else "reach")
    _toggle(draft["skills"], _picked(said, _skills(turn)))
    return await _asked(turn, said, AskSkills(), _toggles("skills", _skills(turn), draft["skills"]))


async def ask_teams(turn: Turn, draft: Json) -> None:
    """Toggles."""
    await turn.say(AskTeams(), buttons=_toggles("teams", _teams(turn), draft["teams"]))


async def take_teams(turn: Turn, draft: Json, said: Said) -> str | None:
    """One more or less, or that is all."""
    if said.kind is Kind.PRESS and said.text == _DONE:
        return await _onwards(turn, draft, "reach")
    _toggle(draft["teams"], _picked(said, _teams(turn)))
    return await _asked(turn, said, AskTeams(), _toggles("teams", _teams(turn), draft["teams"]))


async def ask_reach(turn: Turn, _: Json) -> None:
    """Places above home, the nearest first."""
    near = await volunteers.reaches(turn.tx, turn.person)
    choices = [
        FLOW.choice("reach", str(p.id), "reach", kind=p.kind, place=await place_name(turn.tx, p.id)) for p in near
    ]
    await turn.say(AskReach(), buttons=[*grid(choices, width=1), FLOW.ways_out("reach")])


async def take_reach(turn: Turn, draft: Json, said: Said) -> str | None:
    """One of them."""
    near = await volunteers.reaches(turn.tx, turn.person)
    options = [(str(p.id), await place_name(turn.tx, p.id)) for p in near]
    draft["place_id"] = int(_picked(said, options))
    return await _onwards(turn, draft, "hours")


def _hours(draft: Json) -> tuple[AskHours, Rows]:
    """A week in three parts a day; a day's name and a part's name take the whole row or column."""
    hours: int = draft["hours"]
    rows: Rows = []
    for day in range(7):
        row = [FLOW.choice("hours", f"d{day}", "day_of", weekday=day)]
        for bit, part in enumerate(PARTS, start=day * len(PARTS)):
            row.append(FLOW.choice("hours", str(bit), part, on=bool(hours >> bit & 1)))
        rows.append(row)
    rows.append([FLOW.choice("hours", _ALL, "any_time"), FLOW.choice("hours", _DONE, "chosen")])
    return AskHours(hours=spoken(hours), chosen=bool(hours)), [*rows, FLOW.ways_out("hours")]


async def ask_hours(turn: Turn, draft: Json) -> None:
    """A grid of toggles."""
    text, buttons = _hours(draft)
    await turn.say(text, buttons=buttons)


async def take_hours(turn: Turn, draft: Json, said: Said) -> str | None:
    """A part of a day, a whole day, any time, or that is all."""
    if said.kind is not Kind.PRESS:
        raise AskAgain(PickFromButtons())
    word = said.text
    if word == _ALL:
        draft["hours"] = ANY_TIME
    elif word == _DONE:
        if not draft["hours"]:
            raise NoTimeChosen
        return await _onwards(turn, draft, "preview")
    else:
        draft["hours"] ^= _bits(word, draft["hours"])
    text, buttons = _hours(draft)
    return await _asked(turn, said, text, buttons)


def _bits(word: str, hours: int) -> int:
    """What a press changes: one part of a day, or what a day lacks (all of it, where it lacks nothing)."""
    day, digits = word.startswith("d"), word.removeprefix("d")
    if not digits.isascii() or not digits.isdigit() or int(digits) >= (7 if day else 7 * len(PARTS)):
        raise AskAgain(PickFromButtons())
    if not day:
        return 1 << int(digits)
    whole = ((1 << len(PARTS)) - 1) << int(digits) * len(PARTS)
    return whole & ~hours or whole


async def ask_preview(turn: Turn, draft: Json) -> None:
    """All of it."""
    text = Preview(
        skills=skill_names(turn.here, draft["skills"]),
        teams=team_names(turn.here, draft["teams"]),
        hours=spoken(draft["hours"]),
        place=await place_name(turn.tx, draft["place_id"]),
    )
    await turn.say(text, buttons=[[FLOW.choice("preview", "submit", "submit")], FLOW.ways_out("preview")])


async def take_preview(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交"""
    if said.kind is not Kind.PRESS or said.text != "submit":
        raise AskAgain(PickFromButtons())
    asked = await volunteers.register(turn.tx, turn.here, turn.person, _offer(draft))
    await turn.say(Registered(checkers=asked), keyboard=await keyboard(turn))
    return None


FLOW = Flow(
    name="volunteer",
    steps={
        "skills": Step(ask=ask_skills, take=take_skills),
        "teams": Step(ask=ask_teams, take=take_teams),
        "reach": Step(ask=ask_reach, take=take_reach),
        "hours": Step(ask=ask_hours, take=take_hours),
        "preview": Step(ask=ask_preview, take=take_preview),
    },
)
PRESSES = {
    "volunteer.mine": mine,
    "volunteer.edit": edit,
}
