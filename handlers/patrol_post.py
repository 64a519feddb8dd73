"""🛡 发巡防: where, when, how long, how many, which points; then a look at it before it goes out.

网格员小王: [🛡 发巡防] … [3号楼]
近邻: 哪一天巡？也可以直接写，比如“11-27 19:30”，每周都巡就写“每周五 19:30”。
网格员小王: 每周五 19:30 … [60 分钟] … [4 人] … [就这些]
近邻: 这样发出去对吗？  [✅ 提交]
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from telegram import Update

from community import moments, patrol_repeats, patrol_times, patrols, permissions
from community.errors import NotAllowed
from community.patrol_texts import ShiftIsPast, WrongSize
from community.tell import Both, Text
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from storage.records import Json
from storage.rows import from_ms, to_ms

POST = button("patrol_post", "patrol.post")
_APART = re.compile(r"[\n、，,；;]")
_BUTTONS = 80  # a message takes 100
_SHORTEST, _LONGEST = 15, 480  # minutes


@dataclass(frozen=True, kw_only=True)
class AskPlace(Text, template="patrol/ask_place"):
    """Where is the round?"""


@dataclass(frozen=True, kw_only=True)
class AskDay(Text, template="patrol/ask_day"):
    """On which day?"""

    example: str


@dataclass(frozen=True, kw_only=True)
class AskHour(Text, template="patrol/ask_hour"):
    """At what time?"""


@dataclass(frozen=True, kw_only=True)
class AskWeekly(Text, template="patrol/ask_weekly"):
    """Once, or every week?"""

    begins: datetime


@dataclass(frozen=True, kw_only=True)
class AskMinutes(Text, template="patrol/ask_minutes"):
    """How long does it take?"""


@dataclass(frozen=True, kw_only=True)
class AskPeople(Text, template="patrol/ask_people"):
    """How many go?"""

    least: int


@dataclass(frozen=True, kw_only=True)
class AskPoints(Text, template="patrol/ask_points"):
    """Where do they check in?"""

    points: list[str]


@dataclass(frozen=True, kw_only=True)
class NotUnderstood(Text, template="patrol/not_understood"):
    """That does not answer the question."""


@dataclass(frozen=True, kw_only=True)
class Preview(Text, template="patrol/preview"):
    """This is how it goes out."""

    place: Both
    begins: datetime
    weekly: bool
    minutes: int
    people: int
    least: int
    points: list[str]


@dataclass(frozen=True, kw_only=True)
class Posted(Text, template="patrol/posted"):
    """It is out, or will be looked for when it is nearer."""

    begins: datetime
    weekly: bool
    groups: int


async def start(_: Update, turn: Turn, __: Press) -> None:
    """🛡 发巡防"""
    if not await patrols.scopes(turn.tx, turn.person):
        raise NotAllowed
    await turn.answer()
    await begin(turn, FLOW, draft={"place_id": None, "day": "", "begins": 0, "weekly": False, "points": []})


async def ask_place(turn: Turn, _: Json) -> None:
    """Every place one is in charge of, the widest first."""
    found = await patrols.scopes(turn.tx, turn.person)
    rows = grid([FLOW.choice("place", str(p.id), p.name) for p in found[:_BUTTONS]], width=3)
    await turn.say(AskPlace(), buttons=[*rows, FLOW.ways_out("place", back=False)])


async def take_place(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or a name typed."""
    found = await patrols.scopes(turn.tx, turn.person)
    word = said.text.strip()
    if said.kind is Kind.PRESS:
        chosen = [p for p in found if str(p.id) == word]
    else:
        chosen = [p for p in found if said.kind is Kind.TEXT and word in (p.name_zh, p.name_en)]
    if not chosen:
        raise AskAgain(NotUnderstood())
    draft["place_id"] = chosen[0].id
    return "day"


async def ask_day(turn: Turn, _: Json) -> None:
    """The days of a week as buttons; anything else typed."""
    today = turn.here.local.date()
    days = [today + timedelta(days=n) for n in range(patrol_times.DAYS)]
    choices = [
        FLOW.choice("day", day.isoformat(), "patrol_day", ahead=n, month=day.month, day=day.day, weekday=day.weekday())
        for n, day in enumerate(days)
    ]
    example = today + timedelta(days=patrol_times.DAYS)
    text = AskDay(example=f"{example.month}-{example.day} 19:30")
    await turn.say(text, buttons=[*grid(choices, width=3), FLOW.ways_out("day")])


async def take_day(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, `11-27 19:30`, or `每周五 19:30`."""
    draft["weekly"] = False
    if said.kind is Kind.PRESS:
        draft["day"] = _day(turn, said.text).isoformat()
        return "hour"
    weekly = patrol_times.weekly(turn.here, said.text) if said.kind is Kind.TEXT else None
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
    if not 0 <= (day - turn.here.local.date()).days < patrol_times.DAYS:
        raise AskAgain(NotUnderstood())
    return day


def _take_moment(turn: Turn, draft: Json, begins: datetime) -> None:
    if begins - turn.here.now < patrols.SOONEST:
        raise ShiftIsPast(minutes=patrols.SOONEST // timedelta(minutes=1))
    draft["begins"] = to_ms(begins)


async def ask_hour(turn: Turn, draft: Json) -> None:
    """The usual hours that are still ahead on that day."""
    day = date.fromisoformat(draft["day"])
    soonest = turn.here.now + patrols.SOONEST
    hours = [at for at in turn.here.neighbourhood.patrols.hours if patrol_times.on(turn.here, day, at) >= soonest]
    choices = [FLOW.choice("hour", _clock(at), {"zh": _clock(at), "en": _clock(at)}) for at in hours]
    await turn.say(AskHour(), buttons=[*grid(choices, width=3), FLOW.ways_out("hour")])


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02d}"


async def take_hour(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or `19:30`."""
    at = patrol_times.clock(said.text) if said.kind in (Kind.PRESS, Kind.TEXT) else None
    if at is None:
        raise AskAgain(NotUnderstood())
    _take_moment(turn, draft, patrol_times.on(turn.here, date.fromisoformat(draft["day"]), at))
    return "weekly"


async def ask_weekly(turn: Turn, draft: Json) -> None:
    """Once, or every week at that time."""
    begins = from_ms(draft["begins"])
    weekday = begins.astimezone(turn.here.zone).weekday()
    choices = [
        FLOW.choice("weekly", "once", "patrol_once"),
        FLOW.choice("weekly", "weekly", "patrol_weekly", weekday=weekday),
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
    offered = turn.here.neighbourhood.patrols.minutes
    choices = [FLOW.choice("minutes", str(n), "patrol_minutes", count=n) for n in offered]
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


async def ask_people(turn: Turn, _: Json) -> None:
    """With the captain."""
    numbers = turn.here.neighbourhood.patrols
    offered = range(numbers.fewest, min(numbers.most, numbers.fewest + 9) + 1)
    choices = [FLOW.choice("people", str(n), "patrol_people", count=n) for n in offered]
    await turn.say(AskPeople(least=numbers.least), buttons=[*grid(choices, width=3), FLOW.ways_out("people")])


async def take_people(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or a number."""
    number, numbers = _number(said), turn.here.neighbourhood.patrols
    if number is None:
        raise AskAgain(NotUnderstood())
    if not numbers.fewest <= number <= numbers.most:
        raise WrongSize(fewest=numbers.fewest, most=numbers.most)
    draft["people"] = number
    return "points"


async def ask_points(turn: Turn, draft: Json) -> None:
    """What there is so far; the place's buildings as buttons."""
    points = draft["points"]
    buildings = [p for p in await patrols.buildings(turn.tx, draft["place_id"]) if p.name_zh not in points]
    rows: Rows = grid([FLOW.choice("points", str(p.id), p.name) for p in buildings[:_BUTTONS]], width=3)
    enough = FLOW.choice("points", "enough", "patrol_points_enough" if points else "patrol_points_none")
    again = [FLOW.choice("points", "clear", "patrol_points_clear")] if points else []
    await turn.say(AskPoints(points=points), buttons=[*rows, [enough, *again], FLOW.ways_out("points")])


async def take_points(turn: Turn, draft: Json, said: Said) -> str | None:
    """A building by a tap, names typed one a line."""
    if said.kind is Kind.PRESS:
        if said.text == "enough":
            return "preview"
        if said.text == "clear":
            draft["points"] = []
            return "points"
        found = await patrols.buildings(turn.tx, draft["place_id"])
        names = [p.name_zh for p in found if str(p.id) == said.text]
    else:
        names = [" ".join(one.split()) for one in _APART.split(said.text)] if said.kind is Kind.TEXT else []
    added = [name for name in dict.fromkeys(names) if name and name not in draft["points"]]
    if not added:
        raise AskAgain(NotUnderstood())
    points = [*draft["points"], *added]
    patrols.check_points(points)
    draft["points"] = points
    return "points"


async def ask_preview(turn: Turn, draft: Json) -> None:
    """As it goes out."""
    text = Preview(
        place=await permissions.full_name(turn.tx, draft["place_id"]),
        least=turn.here.neighbourhood.patrols.least,
        **_shown(draft),
    )
    await turn.say(text, buttons=[[FLOW.choice("preview", "submit", "submit")], FLOW.ways_out("preview")])


def _shown(draft: Json) -> dict[str, Any]:
    kept = {name: draft[name] for name in ("weekly", "minutes", "people", "points")}
    return kept | {"begins": from_ms(draft["begins"])}


async def take_preview(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交"""
    if said.kind is not Kind.PRESS or said.text != "submit":
        raise AskAgain(NotUnderstood())
    made = patrols.Draft(
        place_id=draft["place_id"],
        begins=from_ms(draft["begins"]),
        minutes=draft["minutes"],
        people=draft["people"],
        points=draft["points"],
    )
    use = patrol_repeats.begin if draft["weekly"] else patrols.post
    patrol = await use(turn.tx, turn.here, turn.person, made)
    groups = await patrols.groups_of(turn.tx, made.place_id)
    await turn.say(Posted(begins=patrol.begins, weekly=draft["weekly"], groups=groups), keyboard=await keyboard(turn))
    await patrols.bring_card(turn.tx, turn.here, turn.person, patrol.id)
    return None


FLOW = Flow(
    name="patrol",
    steps={
        "place": Step(ask=ask_place, take=take_place),
        "day": Step(ask=ask_day, take=take_day),
        "hour": Step(ask=ask_hour, take=take_hour),
        "weekly": Step(ask=ask_weekly, take=take_weekly),
        "minutes": Step(ask=ask_minutes, take=take_minutes),
        "people": Step(ask=ask_people, take=take_people),
        "points": Step(ask=ask_points, take=take_points),
        "preview": Step(ask=ask_preview, take=take_preview),
    },
)
PRESSES = {"patrol.post": start}
