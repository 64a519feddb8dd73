"""☎️ 来电登记: staff take down an order or a report for somebody who rang, or whom they visited.

值班员: [☎️ 来电登记]
近邻: 对方电话号码是多少？
值班员: 13900001099
近邻: 这个号码还没登记。怎么称呼？
…
近邻: 要办什么？  [🧺 下单] [📷 报事]
…
"""

from dataclasses import dataclass

from telegram import Update

from community import callers, emergencies, people, permissions
from community.errors import NoLongerPossible, NotAllowed
from community.tell import Both, Text
from handlers import caller_intake, pick
from handlers.buttons import Press
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from handlers.typed import NotAPhone, WriteIt, phone_typed
from storage.records import Json


@dataclass(frozen=True, kw_only=True)
class AskPhone(Text, template="caller/ask_phone"):
    """The caller's number?"""


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


FLOW = Flow(
    name="caller",
    steps={
        "phone": Step(ask=ask_phone, take=take_phone),
        "who": Step(ask=ask_who, take=take_who),
        "name": Step(ask=ask_name, take=take_name),
        "place": Step(ask=ask_place, take=take_place),
        "consent": Step(ask=ask_consent, take=take_consent),
        "what": Step(ask=ask_what, take=take_what),
        "service": Step(ask=caller_intake.ask_service, take=caller_intake.take_service),
        "order": Step(ask=caller_intake.ask_order, take=caller_intake.take_order),
        "words": Step(ask=caller_intake.ask_words, take=caller_intake.take_words),
        "category": Step(ask=caller_intake.ask_category, take=caller_intake.take_category),
        "report": Step(ask=caller_intake.ask_report, take=caller_intake.take_report),
    },
)
PRESSES = {"caller.start": start}
