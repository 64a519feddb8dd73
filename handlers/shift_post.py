"""👋 招人手: a patrol, helpers for an event, a search; where, when, how long, how many; then a look before it goes out.

网格员小王: [👋 招人手] [🛡 巡防] … [3号楼]
近邻: 哪一天？也可以直接写，比如“11-27 19:30”，每周都有就写“每周五 19:30”。
网格员小王: 每周五 19:30 … [60 分钟] … [4 人] … [就这些]
近邻: 这样发出去对吗？  [✅ 提交]
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from telegram import Update

from community import moments, permissions, shift_repeats, shift_times, shifts
from community.errors import NotAllowed
from community.shift_texts import ShiftIsPast
from handlers import shift_cards
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from handlers.shift_questions import (
    AskDay,
    AskHour,
    AskKind,
    AskMinutes,
    AskPeople,
    AskPlace,
    AskPoints,
    AskSkill,
    AskWeekly,
    AskWhat,
    NotUnderstood,
    Posted,
    Preview,
)
from storage.records import Json
from storage.rows import from_ms, to_ms
from storage.states import TaskKind

POST = button("shift_post", "shift.post")
_APART = re.compile(r"[\n、，,；;]")
_BUTTONS = 80  # a message takes 100
_SHORTEST, _LONGEST = 15, 480  # minutes
_NEW: Json = {"kind": "", "place_id": None, "words": "", "skill": None, "day": "", "begins": 0, "weekly": False}
_KINDS = (TaskKind.PATROL, TaskKind.EVENT, TaskKind.SEARCH)


async def start(_: Update, turn: Turn, __: Press) -> None:
    """👋 招人手"""
    if not await shifts.scopes(turn.tx, turn.person):
        raise NotAllowed
    await turn.answer()
    await begin(turn, FLOW, draft=dict(_NEW, points=[]))


async def ask_kind(turn: Turn, _: Json) -> None:
    """By a tap."""
    rows = [[FLOW.choice("kind", kind, f"shift_kind_{kind}")] for kind in _KINDS]
    await turn.say(AskKind(), buttons=[*rows, FLOW.ways_out("kind", back=False)])


async def take_kind(_: Turn, draft: Json, said: Said) -> str | None:
    """One of three."""
    if said.kind is not Kind.PRESS or said.text not in _KINDS:
        raise AskAgain(NotUnderstood())
    draft["kind"] = said.text
    return "place"


async def ask_place(turn: Turn, draft: Json) -> None:
    """Every place one is in charge of, the widest first."""
    found = await shifts.scopes(turn.tx, turn.person)
    rows = grid([FLOW.choice("place", str(p.id), p.name) for p in found[:_BUTTONS]], width=3)
    await turn.say(AskPlace(kind=draft["kind"]), buttons=[*rows, FLOW.ways_out("place")])


async def take_place(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or a name typed."""
    found = await shifts.scopes(turn.tx, turn.person)
    word = said.text.strip()
    if said.kind is Kind.PRESS:
        chosen = [p for p in found if str(p.id) == word]
    else:
        chosen = [p for p in found if said.kind is Kind.TEXT and word in (p.name_zh, p.name_en)]
    if not chosen:
        raise AskAgain(NotUnderstood())
    draft["place_id"] = chosen[0].id
    return "day" if draft["kind"] == TaskKind.PATROL else "what"


async def ask_what(turn: Turn, draft: Json) -> None:
    """In words."""
    await turn.say(AskWhat(kind=draft["kind"]), buttons=[FLOW.ways_out("what")])


async def take_what(turn: Turn, draft: Json, said: Said) -> str | None:
    """A search begins now."""
    if said.kind is not Kind.TEXT or not said.text.strip():
        raise AskAgain(NotUnderstood())
    shifts.check_words(said.text.strip())
    draft["words"] = said.text.strip()
    if draft["kind"] == TaskKind.SEARCH:  # nobody has time for more questions
        numbers = turn.here.neighbourhood.shifts
        draft |= {"minutes": numbers.minutes[0], "people": numbers.search.most}
        return "points"
    return "skill" if turn.here.neighbourhood.skills else "day"


async def ask_skill(turn: Turn, _: Json) -> None:
    """Those of the neighbourhood file, or none."""
    choices = [
        FLOW.choice("skill", one.code, {"zh": one.name.zh, "en": one.name.en}) for one in turn.here.neighbourhood.skills
    ]
    anybody = [FLOW.choice("skill", "any", "shift_anybody")]
    await turn.say(AskSkill(), buttons=[*grid(choices, width=3), anybody, FLOW.ways_out("skill")])


async def take_skill(turn: Turn, draft: Json, said: Said) -> str | None:
    """By a tap."""
    known = [one.code for one in turn.here.neighbourhood.skills]
    if said.kind is not Kind.PRESS or said.text not in ("any", *known):
        raise AskAgain(NotUnderstood())
    draft["skill"] = None if said.text == "any" else said.text
    return "day"


async def ask_day(turn: Turn, _: Json) -> None:
    """The days of a week as buttons; anything else typed."""
    today = turn.here.local.date()
    days = [today + timedelta(days=n) for n in range(shift_times.DAYS)]
    choices = [
        FLOW.choice("day", day.isoformat(), "shift_day", ahead=n, month=day.month, day=day.day, weekday=day.weekday())
        for n, day in enumerate(days)
    ]
    example = today + timedelta(days=shift_times.DAYS)
    text = AskDay(example=f"{example.month}-{example.day} 19:30")
    await turn.say(text, buttons=[*grid(choices, width=3), FLOW.ways_out("day")])


async def take_day(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, `11-27 19:30`, or `每周五 19:30`."""
    draft["weekly"] = False
    if said.kind is Kind.PRESS:
        draft["day"] = _day(turn, said.text).isoformat()
        return "hour"
    weekly = shift_times.weekly(turn.here, said.text) if said.kind is Kind.TEXT else None
    once = moments.read(turn.here, said.text) if said.kind is Kind.TEXT else None
    begins = weekly or once
    if begins is None:
        raise AskAgain(NotUnderstood())
    _take_moment(turn, draft, begins)
    draft["weekly"] = weekly is not None
    return "minutes" if weekly else "weekly"


def _day(turn: Turn, word: str) -> date:
    try:
        day = date.fromisoformat(word)
    except ValueError:
        raise AskAgain(NotUnderstood()) from None
    if not 0 <= (day - turn.here.local.date()).days < shift_times.DAYS:
        raise AskAgain(NotUnderstood())
    return day


def _take_moment(turn: Turn, draft: Json, begins: datetime) -> None:
    if begins - turn.here.now < shifts.SOONEST:
        raise ShiftIsPast(minutes=shifts.SOONEST // timedelta(minutes=1))
    draft["begins"] = to_ms(begins)


async def ask_hour(turn: Turn, draft: Json) -> None:
    """The usual hours that are still ahead on that day."""
    day = date.fromisoformat(draft["day"])
    soonest = turn.here.now + shifts.SOONEST
    hours = [at for at in turn.here.neighbourhood.shifts.hours if shift_times.on(turn.here, day, at) >= soonest]
    choices = [FLOW.choice("hour", _clock(at), {"zh": _clock(at), "en": _clock(at)}) for at in hours]
    await turn.say(AskHour(), buttons=[*grid(choices, width=3), FLOW.ways_out("hour")])


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02d}"


async def take_hour(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or `19:30`."""
    at = shift_times.clock(said.text) if said.kind in (Kind.PRESS, Kind.TEXT) else None
    if at is None:
        raise AskAgain(NotUnderstood())
    _take_moment(turn, draft, shift_times.on(turn.here, date.fromisoformat(draft["day"]), at))
    return "weekly"


async def ask_weekly(turn: Turn, draft: Json) -> None:
    """Once, or every week at that time."""
    begins = from_ms(draft["begins"])
    weekday = begins.astimezone(turn.here.zone).weekday()
    choices = [
        FLOW.choice("weekly", "once", "shift_once"),
        FLOW.choice("weekly", "weekly", "shift_weekly", weekday=weekday),
    ]
    await turn.say(AskWeekly(begins=begins), buttons=[choices, FLOW.ways_out("weekly")])


async def take_weekly(_: Turn, draft: Json, said: Said) -> str | None:
    """By a tap."""
    if said.kind is not Kind.PRESS or said.text not in ("once", "weekly"):
        raise AskAgain(NotUnderstood())
    draft["weekly"] = said.text == "weekly"
    return "minutes"


async def ask_minutes(turn: Turn, _: Json) -> None:
    """The usual lengths; another one typed."""
    offered = turn.here.neighbourhood.shifts.minutes
    choices = [FLOW.choice("minutes", str(n), "shift_minutes", count=n) for n in offered]
    await turn.say(AskMinutes(), buttons=[*grid(choices, width=3), FLOW.ways_out("minutes")])


async def take_minutes(_: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or a number."""
    number = _number(said)
    if number is None or not _SHORTEST <= number <= _LONGEST:
        raise AskAgain(NotUnderstood())
    draft["minutes"] = number
    return "people"


def _number(said: Said) -> int | None:
    digits = "".join(c for c in said.text if c.isdigit()) if said.kind in (Kind.PRESS, Kind.TEXT) else ""
    return int(digits) if 0 < len(digits) <= 4 else None


async def ask_people(turn: Turn, draft: Json) -> None:
    """With the captain."""
    size = turn.here.neighbourhood.shifts.size(draft["kind"])
    offered = [n for n in (*range(1, 11), 15, 20, 30, 40) if size.fewest <= n <= size.most]
    choices = [FLOW.choice("people", str(n), "shift_people", count=n) for n in offered]
    await turn.say(AskPeople(least=size.least), buttons=[*grid(choices, width=3), FLOW.ways_out("people")])


async def take_people(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or a number."""
    number = _number(said)
    if number is None:
        raise AskAgain(NotUnderstood())
    shifts.check_people(turn.here, draft["kind"], number)
    draft["people"] = number
    return "preview" if draft["kind"] == TaskKind.EVENT else "points"


async def ask_points(turn: Turn, draft: Json) -> None:
    """What there is so far; the place's buildings as buttons."""
    points = draft["points"]
    buildings = [p for p in await shifts.buildings(turn.tx, draft["place_id"]) if p.name_zh not in points]
    rows: Rows = grid([FLOW.choice("points", str(p.id), p.name) for p in buildings[:_BUTTONS]], width=3)
    enough = FLOW.choice("points", "enough", "shift_points_enough" if points else "shift_points_none")
    again = [FLOW.choice("points", "clear", "shift_points_clear")] if points else []
    await turn.say(
        AskPoints(kind=draft["kind"], points=points), buttons=[*rows, [enough, *again], FLOW.ways_out("points")]
    )


async def take_points(turn: Turn, draft: Json, said: Said) -> str | None:
    """A building by a tap, names typed one a line."""
    if said.kind is Kind.PRESS:
        if said.text == "enough":
            return "preview"
        if said.text == "clear":
            draft["points"] = []
            return "points"
        found = await shifts.buildings(turn.tx, draft["place_id"])
        names = [p.name_zh for p in found if str(p.id) == said.text]
    else:
        names = [" ".join(one.split()) for one in _APART.split(said.text)] if said.kind is Kind.TEXT else []
    added = [name for name in dict.fromkeys(names) if name and name not in draft["points"]]
    if not added:
        raise AskAgain(NotUnderstood())
    points = [*draft["points"], *added]
    shifts.check_points(points)
    draft["points"] = points
    return "points"


async def ask_preview(turn: Turn, draft: Json) -> None:
    """As it goes out."""
    text = Preview(
        place=await permissions.full_name(turn.tx, draft["place_id"]),
        least=turn.here.neighbourhood.shifts.size(draft["kind"]).least,
        skill=shift_cards.skill_name(turn.here, draft["skill"]),
        **_shown(draft),
    )
    await turn.say(text, buttons=[[FLOW.choice("preview", "submit", "submit")], FLOW.ways_out("preview")])


def _shown(draft: Json) -> dict[str, Any]:
    kept = {name: draft[name] for name in ("kind", "words", "weekly", "minutes", "people", "points")}
    return kept | {"begins": from_ms(draft["begins"])}


async def take_preview(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交"""
    if said.kind is not Kind.PRESS or said.text != "submit":
        raise AskAgain(NotUnderstood())
    kind = TaskKind(draft["kind"])
    made = shifts.Draft(
        kind=kind,
        place_id=draft["place_id"],
        words=draft["words"],
        skill=draft["skill"],
        begins=turn.here.now if kind is TaskKind.SEARCH else from_ms(draft["begins"]),
        minutes=draft["minutes"],
        people=draft["people"],
        points=draft["points"],
    )
    use = shift_repeats.begin if draft["weekly"] else shifts.post
    shift = await use(turn.tx, turn.here, turn.person, made)
    groups = await shifts.groups_of(turn.tx, made.place_id)
    text = Posted(kind=kind, begins=shift.begins, weekly=draft["weekly"], groups=groups)
    await turn.say(text, keyboard=await keyboard(turn))
    await shifts.bring_card(turn.tx, turn.here, turn.person, shift.id)
    return None


FLOW = Flow(
    name="shift",
    steps={
        "kind": Step(ask=ask_kind, take=take_kind),
        "place": Step(ask=ask_place, take=take_place),
        "what": Step(ask=ask_what, take=take_what),
        "skill": Step(ask=ask_skill, take=take_skill),
        "day": Step(ask=ask_day, take=take_day),
        "hour": Step(ask=ask_hour, take=take_hour),
        "weekly": Step(ask=ask_weekly, take=take_weekly),
        "minutes": Step(ask=ask_minutes, take=take_minutes),
        "people": Step(ask=ask_people, take=take_people),
        "points": Step(ask=ask_points, take=take_points),
        "preview": Step(ask=ask_preview, take=take_preview),
    },
)
PRESSES = {"shift.post": start}
