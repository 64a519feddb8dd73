"""What is taken down for whoever rang: 🧺 an order, or 📷 a report.

近邻: 要帮什么忙？  [🔧 修东西] …
值班员: [🔧 修东西]
近邻: 🔧 修东西 给 … 下单吗？  [✅ 下单]
值班员: 厨房水龙头
近邻: 🔧 修东西 给 … 下单吗？厨房水龙头  [✅ 下单]
值班员: [✅ 下单]
近邻: 下好了 …
"""

from dataclasses import dataclass

from community import callers, orders, permissions, places, report_intake, reports, tasks
from community.tell import Both, Text, reachable_by_chat
from handlers import pick
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, grid
from handlers.keyboards import keyboard, service_label
from handlers.said import Kind, Said
from handlers.typed import WriteIt, within
from storage.records import Json
from storage.states import PlaceKind

WAYS = Flow(name="caller", steps={})
"""By its name these steps' buttons find their way to the flow that they are steps of (`handlers/caller.py`)."""


@dataclass(frozen=True, kw_only=True)
class AskService(Text, template="caller/ask_service"):
    """What help?"""


@dataclass(frozen=True, kw_only=True)
class AskWords(Text, template="caller/ask_words"):
    """What did the caller say?"""


@dataclass(frozen=True, kw_only=True)
class AskOrder(Text, template="caller/ask_order"):
    """Order this?"""

    emoji: str
    service: Both
    name: str
    place: Both
    words: str


@dataclass(frozen=True, kw_only=True)
class AskCategory(Text, template="caller/ask_category"):
    """What kind of matter?"""


@dataclass(frozen=True, kw_only=True)
class AskReport(Text, template="caller/ask_report"):
    """Register this?"""

    emoji: str
    category: Both
    name: str
    place: Both
    words: str
    urgent: bool
    medical: str
    police: str
    fire: str


@dataclass(frozen=True, kw_only=True)
class Taken(Text, template="caller/taken"):
    """Taken down; what happens next."""

    number: int
    order: bool
    by_phone: bool


async def ask_service(turn: Turn, _: Json) -> None:
    """Every service."""
    options = [WAYS.choice("service", s.code, service_label(s)) for s in turn.here.neighbourhood.services]
    await turn.say(AskService(), buttons=[*grid(options), WAYS.ways_out("service")])


async def take_service(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap."""
    if said.kind is not Kind.PRESS or said.text not in {s.code for s in turn.here.neighbourhood.services}:
        raise AskAgain(pick.PickFromButtons())
    draft["service"] = said.text
    return "order"


async def ask_order(turn: Turn, draft: Json) -> None:
    """What will be ordered; words typed now are taken along."""
    text = AskOrder(
        emoji=tasks.service_sign(turn.here, draft["service"]),
        service=tasks.service_name(turn.here, draft["service"]),
        name=draft["name"],
        place=await permissions.full_name(turn.tx, draft["at"]),
        words=draft["words"],
    )
    await turn.say(text, buttons=[[WAYS.choice("order", "yes", "place_order")], WAYS.ways_out("order")])


async def take_order(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 下单"""
    if said.kind is Kind.TEXT:
        draft["words"] = within(said.text.strip(), orders.WORDS_LIMIT)
        return "order"
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(pick.PickFromButtons())
    person = await callers.caller(turn.tx, turn.person, draft["person"])
    order = await orders.place(
        turn.tx, turn.here, person, service=draft["service"], words=draft["words"], ordered_by=turn.person
    )
    taken = Taken(number=order.id, order=True, by_phone=not reachable_by_chat(person))
    await turn.say(taken, keyboard=await keyboard(turn))
    return None


async def ask_words(turn: Turn, _: Json) -> None:
    """In their words."""
    await turn.say(AskWords(), buttons=[WAYS.ways_out("words")])


async def take_words(turn: Turn, draft: Json, said: Said) -> str | None:
    """The category is guessed from them."""
    if said.kind is not Kind.TEXT:
        raise AskAgain(WriteIt())
    draft["words"] = within(said.text.strip(), report_intake.WORDS_LIMIT)
    guess = turn.here.neighbourhood.guess_category(said.text)
    draft["category"] = guess.code if guess else ""
    return "report" if guess else "category"


async def ask_category(turn: Turn, _: Json) -> None:
    """Every kind of matter."""
    options = [
        WAYS.choice("category", c.code, {"zh": f"{c.emoji} {c.name.zh}", "en": f"{c.emoji} {c.name.en}"})
        for c in turn.here.neighbourhood.categories
    ]
    await turn.say(AskCategory(), buttons=[*grid(options), WAYS.ways_out("category")])


async def take_category(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap."""
    if said.kind is not Kind.PRESS or said.text not in {c.code for c in turn.here.neighbourhood.categories}:
        raise AskAgain(pick.PickFromButtons())
    draft["category"] = said.text
    return "report"


async def ask_report(turn: Turn, draft: Json) -> None:
    """What will be registered."""
    category = turn.here.neighbourhood.category(draft["category"])
    emergency = turn.here.neighbourhood.community.emergency
    text = AskReport(
        emoji=category.emoji,
        category={"zh": category.name.zh, "en": category.name.en},
        name=draft["name"],
        place=await permissions.full_name(turn.tx, draft["at"]),
        words=draft["words"],
        urgent=category.urgent,
        medical=emergency.medical,
        police=emergency.police,
        fire=emergency.fire,
    )
    buttons = [[WAYS.choice("report", "yes", "submit")], WAYS.ways_out("report")]
    await turn.say(text, buttons=buttons)


async def take_report(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交"""
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(pick.PickFromButtons())
    person = await callers.caller(turn.tx, turn.person, draft["person"])
    building = await places.above(turn.tx, draft["at"], PlaceKind.BUILDING)
    report, _ = await report_intake.submit(
        turn.tx,
        turn.here,
        person,
        report_intake.Draft(
            category=draft["category"],
            place_id=building.id if building else draft["at"],
            words=draft["words"],
            door=True,
        ),
        entered_by=turn.person,
    )
    await reports.show_own(turn.tx, turn.here, person, report)
    taken = Taken(number=report.id, order=False, by_phone=not reachable_by_chat(person))
    await turn.say(taken, keyboard=await keyboard(turn))
    return None
