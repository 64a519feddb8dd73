"""☎️ 来电登记: staff take down an order or a report for somebody who rang, or whom they visited.

值班员: [☎️ 来电登记]
近邻: 对方电话号码是多少？
值班员: 13900001099
近邻: 这个号码还没登记。怎么称呼？
…
近邻: 要办什么？  [🧺 下单] [📷 报事]
近邻: 🔧 修东西 给 … 下单吗？  [✅ 下单]
"""

import unicodedata
from dataclasses import dataclass

from telegram import Update

from community import callers, emergencies, orders, people, permissions, places, report_intake, reports, tasks
from community.errors import NoLongerPossible, NotAllowed, TooLong
from community.tell import Both, Text, reachable_by_chat
from handlers import pick
from handlers.buttons import Press
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard, service_label
from handlers.said import Kind, Said
from storage.records import Json
from storage.states import PlaceKind

_BETWEEN_DIGITS = str.maketrans("", "", " -+()")


@dataclass(frozen=True, kw_only=True)
class AskPhone(Text, template="caller/ask_phone"):
    """The caller's number?"""


@dataclass(frozen=True, kw_only=True)
class NotAPhone(Text, template="caller/not_a_phone"):
    """No number that can be rung."""


@dataclass(frozen=True, kw_only=True)
class WriteIt(Text, template="caller/write_it"):
    """Words were asked for."""


@dataclass(frozen=True, kw_only=True)
class AskWho(Text, template="caller/ask_who"):
    """Is it one of these?"""


@dataclass(frozen=True, kw_only=True)
class AskName(Text, template="caller/ask_name"):
    """What is the caller called?"""


@dataclass(frozen=True, kw_only=True)
class AskConsent(Text, template="caller/ask_consent"):
    """To be read to the caller."""

    name: str
    place: Both


@dataclass(frozen=True, kw_only=True)
class AskWhat(Text, template="caller/ask_what"):
    """What is it about?"""

    name: str
    place: Both


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


@dataclass(frozen=True, kw_only=True)
class TellCaller(Text, template="caller/tell_caller"):
    """What to say to a caller who has the wrong person at the door."""

    police: str


async def start(_: Update, turn: Turn, __: Press) -> None:
    """☎️ 来电登记"""
    if not await callers.may_register(turn.tx, turn.person):
        raise NotAllowed
    await turn.answer()
    draft: Json = {"phone": "", "person": None, "name": "", "at": None, "service": "", "category": "", "words": ""}
    await begin(turn, FLOW, draft=draft)


def phone_typed(said: Said) -> str:
    """The digits of a number that was typed; empty for anything else."""
    written = unicodedata.normalize("NFKC", said.text).translate(_BETWEEN_DIGITS) if said.kind is Kind.TEXT else ""
    phone = people.clean_phone(written)
    return phone if written.isdigit() and 7 <= len(phone) <= 15 else ""


async def ask_phone(turn: Turn, _: Json) -> None:
    """The number first: it finds whoever has called before."""
    await turn.say(AskPhone(), buttons=[FLOW.ways_out("phone", back=False)])


async def take_phone(turn: Turn, draft: Json, said: Said) -> str | None:
    """A number and nothing else: seven digits to fifteen."""
    phone = phone_typed(said)
    if not phone:
        raise AskAgain(NotAPhone())
    draft["phone"] = phone
    return "who" if await callers.known(turn.tx, turn.person, phone=phone) else "name"


async def ask_who(turn: Turn, draft: Json) -> None:
    """Those known by this number, or somebody new."""
    found = await callers.known(turn.tx, turn.person, phone=draft["phone"])
    options = [FLOW.choice("who", str(p.id), "this_one", name=permissions.public_name(turn.tx, p)) for p in found]
    new = FLOW.choice("who", "new", "somebody_new")
    await turn.say(AskWho(), buttons=[*grid([*options, new], width=1), FLOW.ways_out("who")])


async def take_who(turn: Turn, draft: Json, said: Said) -> str | None:
    """One of them, or new."""
    if said.kind is Kind.PRESS and said.text == "new":
        return "name"
    known = await callers.known(turn.tx, turn.person, phone=draft["phone"])
    person = next((p for p in known if said.kind is Kind.PRESS and said.text == str(p.id)), None)
    if person is None:
        raise AskAgain(pick.PickFromButtons())
    draft["person"], draft["at"] = person.id, person.place_id
    found = await callers.look_up(turn.tx, turn.here, turn.person, person.id)
    draft["name"] = found.name
    return "what"


async def ask_name(turn: Turn, _: Json) -> None:
    """As they like to be called."""
    await turn.say(AskName(), buttons=[FLOW.ways_out("name")])


async def take_name(_: Turn, draft: Json, said: Said) -> str | None:
    """Any name with a letter in it."""
    if said.kind is not Kind.TEXT:
        raise AskAgain(WriteIt())
    draft["name"] = people.clean_name(said.text)
    return "place"


async def ask_place(turn: Turn, draft: Json) -> None:
    """Where they live."""
    await pick.ask(turn, draft, FLOW, other=True)


async def take_place(turn: Turn, draft: Json, said: Said) -> str | None:
    """Down to the flat."""
    return "consent" if await pick.take(turn, draft, said) else "place"


async def ask_consent(turn: Turn, draft: Json) -> None:
    """The caller is told what is kept, and agrees."""
    text = AskConsent(name=draft["name"], place=await permissions.full_name(turn.tx, draft["at"]))
    await turn.say(text, buttons=[[FLOW.choice("consent", "yes", "agree")], FLOW.ways_out("consent")])


async def take_consent(turn: Turn, draft: Json, said: Said) -> str | None:
    """Then they are registered."""
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(pick.PickFromButtons())
    person = await callers.register(
        turn.tx, turn.here, turn.person, name=draft["name"], phone=draft["phone"], place_id=draft["at"]
    )
    draft["person"] = person.id
    return "what"


async def ask_what(turn: Turn, draft: Json) -> None:
    """An order or a report."""
    text = AskWhat(name=draft["name"], place=await permissions.full_name(turn.tx, draft["at"]))
    choices = [FLOW.choice("what", "order", "take_order"), FLOW.choice("what", "report", "take_report")]
    person = await callers.caller(turn.tx, turn.person, draft["person"])
    door = [FLOW.choice("what", "door", "wrong_at_door")] if await emergencies.expected_by(turn.tx, person) else []
    await turn.say(text, buttons=[door, choices, FLOW.ways_out("what", back=False)])


async def take_what(turn: Turn, draft: Json, said: Said) -> str | None:
    """One of the two; or, while somebody is expected there, that it is not who should come."""
    if said.kind is Kind.PRESS and said.text == "door":
        person = await callers.caller(turn.tx, turn.person, draft["person"])
        order = await emergencies.expected_by(turn.tx, person)
        if order is None:
            raise NoLongerPossible
        await emergencies.report_impostor(turn.tx, turn.here, turn.person, order.id, on_behalf=True)
        police = turn.here.neighbourhood.community.emergency.police
        await turn.say(TellCaller(police=police), keyboard=await keyboard(turn))
        return None
    if said.kind is not Kind.PRESS or said.text not in ("order", "report"):
        raise AskAgain(pick.PickFromButtons())
    return "service" if said.text == "order" else "words"


async def ask_service(turn: Turn, _: Json) -> None:
    """Every service."""
    options = [FLOW.choice("service", s.code, service_label(s)) for s in turn.here.neighbourhood.services]
    await turn.say(AskService(), buttons=[*grid(options), FLOW.ways_out("service")])


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
    await turn.say(text, buttons=[[FLOW.choice("order", "yes", "place_order")], FLOW.ways_out("order")])


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


def within(words: str, limit: int) -> str:
    """Words that are not too long. Raises TooLong."""
    if len(words) > limit:
        raise TooLong(limit=limit, length=len(words))
    return words


async def ask_words(turn: Turn, _: Json) -> None:
    """In their words."""
    await turn.say(AskWords(), buttons=[FLOW.ways_out("words")])


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
        FLOW.choice("category", c.code, {"zh": f"{c.emoji} {c.name.zh}", "en": f"{c.emoji} {c.name.en}"})
        for c in turn.here.neighbourhood.categories
    ]
    await turn.say(AskCategory(), buttons=[*grid(options), FLOW.ways_out("category")])


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
    buttons = [[FLOW.choice("report", "yes", "submit")], FLOW.ways_out("report")]
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


FLOW = Flow(
    name="caller",
    steps={
        "phone": Step(ask=ask_phone, take=take_phone),
        "who": Step(ask=ask_who, take=take_who),
        "name": Step(ask=ask_name, take=take_name),
        "place": Step(ask=ask_place, take=take_place),
        "consent": Step(ask=ask_consent, take=take_consent),
        "what": Step(ask=ask_what, take=take_what),
        "service": Step(ask=ask_service, take=take_service),
        "order": Step(ask=ask_order, take=take_order),
        "words": Step(ask=ask_words, take=take_words),
        "category": Step(ask=ask_category, take=take_category),
        "report": Step(ask=ask_report, take=take_report),
    },
)
PRESSES = {"caller.start": start}
