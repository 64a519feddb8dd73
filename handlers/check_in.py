"""☀️ 我很好: an elder says every day that they are well, or not, or that they are away; and ends it when they like.

奶奶: [☀️ 我很好]
近邻: 收到，您今天平安。祝您一天顺心！
奶奶: [🧳 我出门几天]
近邻: 哪天回来？ …  [明天] [3 天后] [一周后] [选日子]
奶奶: [3 天后]
近邻: 好，到6月13日早上再问候您。 …
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from telegram import Update

from community import check_in_day, check_ins
from community.errors import NotAllowed
from community.here import Here
from community.tell import Text
from handlers import pick
from handlers.buttons import Button, Press, Rows, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from storage.records import Json

DAYS = {"1": "away_1", "3": "away_3", "7": "away_7"}
HOURS = (7, 8, 9, 10, 12, 18, 20)  # o'clock


@dataclass(frozen=True, kw_only=True)
class Thanks(Text, template="check_in/thanks"):
    """To who said 我很好. `was`: what the day was before; empty before it had begun."""

    was: str


@dataclass(frozen=True, kw_only=True)
class WillRing(Text, template="check_in/will_ring"):
    """To who is unwell: who rings, and whom to ring at once."""

    hotline: str


@dataclass(frozen=True, kw_only=True)
class AskReturn(Text, template="check_in/ask_return"):
    """When do you come home?"""


@dataclass(frozen=True, kw_only=True)
class AskDate(Text, template="check_in/ask_date"):
    """Which day?"""


@dataclass(frozen=True, kw_only=True)
class NotADate(Text, template="check_in/not_a_date"):
    """No day that can be read."""


@dataclass(frozen=True, kw_only=True)
class Away(Text, template="check_in/away"):
    """Nothing is asked until then."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class Settings(Text, template="check_in/settings"):
    """By when, who is told, and how to end it."""

    hour: str
    contacts: int
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class HourChanged(Text, template="check_in/hour_changed"):
    """By another hour from tomorrow on."""

    hour: str


@dataclass(frozen=True, kw_only=True)
class AskEnd(Text, template="check_in/ask_end"):
    """Really?"""


@dataclass(frozen=True, kw_only=True)
class Ended(Text, template="check_in/ended"):
    """Nobody asks any more."""

    hotline: str


@dataclass(frozen=True, kw_only=True)
class Agreed(Text, template="check_in/agreed"):
    """It begins tomorrow: what to tap, by when."""

    hour: str


def clock(minute: int) -> str:
    """A minute of the day as people write it."""
    return f"{minute // 60}:{minute % 60:02d}"


def hour_choices(here: Here) -> list[int]:
    """The minutes of the day that are offered."""
    first, last = check_ins.hours(here)
    return [hour * 60 for hour in HOURS if first <= hour * 60 <= last]


async def fine(_: Update, turn: Turn) -> None:
    """☀️ 我很好, the key."""
    was = await check_in_day.tap(turn.tx, turn.here, turn.person)
    await turn.say(Thanks(was=was or ""), keyboard=await keyboard(turn))


async def press_fine(_: Update, turn: Turn, press: Press) -> None:
    """☀️ 我很好, on the card of any day: whoever taps is well now."""
    await check_in_day.own(turn.tx, turn.person, press.subject)
    was = await check_in_day.tap(turn.tx, turn.here, turn.person)
    await turn.answer(Thanks(was=was or ""))


async def press_unwell(_: Update, turn: Turn, press: Press) -> None:
    """😟 今天不舒服"""
    await check_in_day.own(turn.tx, turn.person, press.subject)
    await check_in_day.unwell(turn.tx, turn.here, turn.person)
    await turn.answer()
    await turn.say(WillRing(hotline=turn.here.neighbourhood.community.hotline))


def _own(turn: Turn, press: Press) -> None:
    if press.subject != turn.person.id:
        raise NotAllowed


async def start_away(_: Update, turn: Turn, press: Press) -> None:
    """🧳 我出门几天"""
    _own(turn, press)
    await check_in_day.plan_of(turn.tx, turn.here, turn.person)
    await turn.answer()
    await begin(turn, FLOW)


async def ask_until(turn: Turn, _: Json) -> None:
    """A few days, or a date."""
    options = [FLOW.choice("until", days, label) for days, label in DAYS.items()]
    other = FLOW.choice("until", "other", "away_other")
    await turn.say(AskReturn(), buttons=[*grid([*options, other]), FLOW.ways_out("until", back=False)])


async def take_until(turn: Turn, _: Json, said: Said) -> str | None:
    """A tap, or a date at once."""
    if said.kind is Kind.PRESS and said.text == "other":
        return "date"
    if said.kind is Kind.PRESS and said.text in DAYS:
        await _leave(turn, turn.here.local.date() + timedelta(days=int(said.text)))
        return None
    if said.kind is Kind.TEXT:
        await _leave(turn, _date(turn.here, said.text))
        return None
    raise AskAgain(pick.PickFromButtons())


async def ask_date(turn: Turn, _: Json) -> None:
    """Typed."""
    await turn.say(AskDate(), buttons=[FLOW.ways_out("date")])


async def take_date(turn: Turn, _: Json, said: Said) -> str | None:
    """Month and day, or a day of the month."""
    if said.kind is not Kind.TEXT:
        raise AskAgain(NotADate())
    await _leave(turn, _date(turn.here, said.text))
    return None


def _date(here: Here, text: str) -> date:
    """The next such day: of year, month and day, or what is given of them. Raises AskAgain."""
    today = here.local.date()
    match [int(n) for n in re.findall(r"\d+", unicodedata.normalize("NFKC", text)) if len(n) <= 4]:
        case [day]:
            tries = [(today.year, today.month, day), (today.year + today.month // 12, today.month % 12 + 1, day)]
        case [month, day]:
            tries = [(today.year, month, day), (today.year + 1, month, day)]
        case [year, month, day]:
            tries = [(year, month, day)]
        case _:
            raise AskAgain(NotADate())
    for parts in tries:
        try:
            found = date(*parts)
        except ValueError:
            continue
        if found > today or len(tries) == 1:
            return found
    raise AskAgain(NotADate())


async def _leave(turn: Turn, until: date) -> None:
    home = await check_ins.leave(turn.tx, turn.here, turn.person, until=until)
    await turn.say(Away(until=home), keyboard=await keyboard(turn))


async def settings(_: Update, turn: Turn, press: Press) -> None:
    """⚙️ 报平安设置"""
    _own(turn, press)
    plan = await check_in_day.plan_of(turn.tx, turn.here, turn.person)
    text = Settings(
        hour=clock(plan.minute),
        contacts=await check_ins.contacts_of(turn.tx, turn.person),
        until=plan.begins_at if plan.away_since is not None else None,
    )
    me = turn.person.id
    others = [minute for minute in hour_choices(turn.here) if minute != plan.minute]
    choices = [button("at_hour", "check_in.hour", me, str(minute), at=clock(minute)) for minute in others]
    await turn.answer()
    await turn.say(text, buttons=[*grid(choices, width=3), [button("check_in_end", "check_in.end", me)]])


async def choose_hour(_: Update, turn: Turn, press: Press) -> None:
    """Another hour."""
    _own(turn, press)
    minute = int(press.word) if press.word.isascii() and press.word.isdigit() else -1
    await check_ins.choose_hour(turn.tx, turn.here, turn.person, minute)
    await turn.answer()
    await turn.settle(HourChanged(hour=clock(minute)))


async def ask_end(_: Update, turn: Turn, press: Press) -> None:
    """不再报平安: asked once more."""
    _own(turn, press)
    await check_in_day.plan_of(turn.tx, turn.here, turn.person)
    await turn.answer()
    me = turn.person.id
    yes, no = button("check_in_end_yes", "check_in.end_yes", me), button("check_in_go_on", "check_in.settings", me)
    await turn.say(AskEnd(), buttons=[[yes, no]])


async def end(_: Update, turn: Turn, press: Press) -> None:
    """It is over."""
    _own(turn, press)
    await check_ins.end(turn.tx, turn.here, turn.person)
    await turn.answer()
    await turn.say(Ended(hotline=turn.here.neighbourhood.community.hotline), keyboard=await keyboard(turn))


async def agree(_: Update, turn: Turn, press: Press) -> None:
    """✅ 愿意"""
    _own(turn, press)
    await check_ins.agree(turn.tx, turn.here, turn.person, by=turn.person)
    plan = await check_in_day.plan_of(turn.tx, turn.here, turn.person)
    await turn.answer()
    await turn.say(Agreed(hour=clock(plan.minute)), keyboard=await keyboard(turn))


async def decline(_: Update, turn: Turn, press: Press) -> None:
    """不用了"""
    _own(turn, press)
    await check_ins.decline(turn.tx, turn.here, turn.person)
    await turn.answer()


async def contact_yes(_: Update, turn: Turn, press: Press) -> None:
    """愿意"""
    await check_ins.answer_contact(turn.tx, turn.here, turn.person, press.subject, willing=True)
    await turn.answer()


async def contact_no(_: Update, turn: Turn, press: Press) -> None:
    """不方便"""
    await check_ins.answer_contact(turn.tx, turn.here, turn.person, press.subject, willing=False)
    await turn.answer()


def own_buttons(person_id: int) -> list[Button]:
    """What may be done any day."""
    return [button("go_away", "check_in.away", person_id), button("check_in_settings", "check_in.settings", person_id)]


def day_buttons(person_id: int, day_id: int, *, safe: bool, help_comes: bool) -> Rows:
    """The buttons of a day's card."""
    well = [] if safe else [[button("key_fine", "check_in.fine", day_id)]]
    unwell = [] if help_comes else [[button("unwell", "check_in.unwell", day_id)]]
    return [*well, *unwell, own_buttons(person_id)]


FLOW = Flow(
    name="away",
    steps={"until": Step(ask=ask_until, take=take_until), "date": Step(ask=ask_date, take=take_date)},
)
KEYS = {"key_fine": fine}
PRESSES = {
    "check_in.fine": press_fine,
    "check_in.unwell": press_unwell,
    "check_in.away": start_away,
    "check_in.settings": settings,
    "check_in.hour": choose_hour,
    "check_in.end": ask_end,
    "check_in.end_yes": end,
    "check_in.agree": agree,
    "check_in.decline": decline,
    "contact.yes": contact_yes,
    "contact.no": contact_no,
}
