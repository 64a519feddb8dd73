"""What else may be said with an order: 换时间, 每周一次, 找熟人, 给家人下单.

陈奶奶: [⋯ 换时间、找熟人]
近邻: 想怎么安排？  [🕒 换时间] [🔁 每周一次] [👤 找熟人] [👪 给家人下单]
陈奶奶: [🕒 换时间]
近邻: 什么时候来方便？  [明天上午 9 点] …
陈奶奶: 周五下午三点
近邻: 🔧 请志愿者上门：修东西，周五 15:00 前到 …
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from community import moments, order_changes, permissions, proxies, volunteering
from community.here import Here
from community.order_texts import DueTooSoon
from community.tell import Text
from handlers.buttons import Button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, grid
from handlers.pick import PickFromButtons
from handlers.said import Kind, Said
from storage.records import Json
from storage.rows import to_ms

_OFFERED = {
    "today_afternoon": (0, time(15)),
    "today_evening": (0, time(19)),
    "tomorrow_morning": (1, time(9)),
    "tomorrow_afternoon": (1, time(15)),
}
_SOONEST = timedelta(minutes=30)
_FAMILIAR = 5
WAYS = Flow(name="order", steps={})
"""By its name these steps' buttons find their way to the flow that they are steps of (`handlers/order.py`)."""


@dataclass(frozen=True, kw_only=True)
class AskOptions(Text, template="order/ask_options"):
    """What is to be arranged?"""


@dataclass(frozen=True, kw_only=True)
class AskWhen(Text, template="order/ask_when"):
    """When is it convenient?"""

    weekly: bool


@dataclass(frozen=True, kw_only=True)
class NoSuchTime(Text, template="order/no_such_time"):
    """What was said is no time that can be read."""


@dataclass(frozen=True, kw_only=True)
class AskWanted(Text, template="order/ask_wanted"):
    """Who shall be asked first?"""

    some: bool


@dataclass(frozen=True, kw_only=True)
class NobodyOfThatName(Text, template="order/nobody_of_that_name"):
    """No volunteer here is called so."""

    name: str


@dataclass(frozen=True, kw_only=True)
class AskFor(Text, template="order/ask_for"):
    """For whom is it?"""

    some: bool


@dataclass(frozen=True, kw_only=True)
class AskTheirPhone(Text, template="proxy/ask_phone"):
    """The number of whom one wants to order for."""


@dataclass(frozen=True, kw_only=True)
class ProxyAsked(Text, template="proxy/asked"):
    """They are asked, if they are known."""

    hotline: str


def offered(here: Here) -> dict[str, datetime]:
    """The times that are offered as buttons, as far as they lie ahead; UTC-aware."""
    today = here.local.date()
    moments_ = {
        word: datetime.combine(today + timedelta(days=days), clock, here.zone).astimezone(here.now.tzinfo)
        for word, (days, clock) in _OFFERED.items()
    }
    return {word: at for word, at in moments_.items() if at - here.now >= _SOONEST}


def understand_time(here: Here, said: Said, *, weekly: bool = False) -> datetime:
    """The time that was pressed or said. Raises AskAgain, DueTooSoon."""
    at = offered(here).get(said.text) if said.kind is Kind.PRESS else moments.read(here, said.text, weekly=weekly)
    if at is None:
        raise AskAgain(PickFromButtons() if said.kind is Kind.PRESS else NoSuchTime())
    if at <= here.now:
        raise DueTooSoon
    return at


async def ask_options(turn: Turn, _: Json) -> None:
    """All there is to arrange."""
    words = ("when", "weekly", "wanted", "whom")
    options = [WAYS.choice("options", word, f"order_{word}") for word in words]
    await turn.say(AskOptions(), buttons=[*grid(options), WAYS.ways_out("options")])


async def take_options(_: Turn, draft: Json, said: Said) -> str | None:
    """One of them."""
    if said.kind is not Kind.PRESS or said.text not in ("when", "weekly", "wanted", "whom"):
        raise AskAgain(PickFromButtons())
    draft["weekly"] = said.text == "weekly"
    return "when" if said.text == "weekly" else said.text


async def ask_when(turn: Turn, draft: Json) -> None:
    """A button, or as one says it."""
    options = [WAYS.choice("when", word, word) for word in offered(turn.here)]
    await turn.say(AskWhen(weekly=draft["weekly"]), buttons=[*grid(options), WAYS.ways_out("when")])


async def take_when(turn: Turn, draft: Json, said: Said) -> str | None:
    """A time that lies ahead."""
    draft["due"] = to_ms(understand_time(turn.here, said, weekly=draft["weekly"]))
    return "confirm"


async def ask_wanted(turn: Turn, draft: Json) -> None:
    """Those who helped before; or a name."""
    served = await proxies.require(turn.tx, turn.person, draft["for"] or turn.person.id)
    known = await order_changes.familiar(turn.tx, served, limit=_FAMILIAR)
    options = [WAYS.choice("wanted", str(p.id), {"zh": name, "en": name}) for p, name in known]
    await turn.say(AskWanted(some=bool(known)), buttons=[*grid(options), WAYS.ways_out("wanted")])


async def take_wanted(turn: Turn, draft: Json, said: Said) -> str | None:
    """One of them, or whoever of the volunteers here is called so."""
    served = await proxies.require(turn.tx, turn.person, draft["for"] or turn.person.id)
    if said.kind is Kind.PRESS:
        known = {str(p.id): p for p, _ in await order_changes.familiar(turn.tx, served, limit=_FAMILIAR)}
        if said.text not in known:
            raise AskAgain(PickFromButtons())
        chosen = known[said.text]
    else:
        found = await volunteering.called(turn.tx, served, name=said.text) if said.kind is Kind.TEXT else None
        if found is None:
            raise AskAgain(NobodyOfThatName(name=said.text.strip()))
        chosen = found
    draft["wanted"], draft["wanted_name"] = chosen.id, permissions.public_name(turn.tx, chosen)
    return "confirm"


async def ask_whom(turn: Turn, _: Json) -> None:
    """Those who have agreed, or somebody to be asked."""
    known = await proxies.served_by(turn.tx, turn.person)
    options: list[Button] = [WAYS.choice("whom", str(p.id), {"zh": name, "en": name}) for p, name in known]
    options.append(WAYS.choice("whom", "add", "proxy_add"))
    await turn.say(AskFor(some=bool(known)), buttons=[*grid(options), WAYS.ways_out("whom")])


async def take_whom(turn: Turn, draft: Json, said: Said) -> str | None:
    """One of them, or a number that is typed at once. Raises NotAllowed, Invalid."""
    if said.kind is Kind.PRESS and said.text == "add":
        return "phone"
    if said.kind is Kind.TEXT and any(c.isdigit() for c in said.text):
        return await take_phone(turn, draft, said)
    known = {str(p.id): name for p, name in await proxies.served_by(turn.tx, turn.person)}
    if said.kind is not Kind.PRESS or said.text not in known:
        raise AskAgain(PickFromButtons())
    draft["for"], draft["for_name"] = int(said.text), known[said.text]
    return "confirm"


async def ask_phone(turn: Turn, _: Json) -> None:
    """By their number they are found."""
    await turn.say(AskTheirPhone(), buttons=[WAYS.ways_out("phone")])


async def take_phone(turn: Turn, _: Json, said: Said) -> str | None:
    """They are asked; whether somebody has that number is not told. Raises Invalid."""
    await proxies.ask(turn.tx, turn.here, turn.person, phone=said.text if said.kind is Kind.TEXT else "")
    await turn.say(ProxyAsked(hotline=turn.here.neighbourhood.community.hotline))
    return None
