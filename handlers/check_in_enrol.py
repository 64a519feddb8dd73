"""🌞 报平安: the grid worker or staff enrol an elder who agrees; by which hour, and who is told for them.

网格员小王: [🌞 登记报平安]
近邻: 给谁登记？发对方的电话号码，或者按住处找。  [🏠 按住处找]
网格员小王: 13900001001
近邻: 是哪一位？  [是陈奶奶]
近邻: 每天几点前报平安？  [9:00] …
近邻: 要告诉谁？发邻居或家人的电话号码 …  [就这些]
网格员小王: 13900001008
近邻: 记下 1 位了：志愿者阿梅 …  [就这些] [✖️ 去掉刚才那位]
网格员小王: [就这些]
近邻: 请念给对方听： …  [✅ 对方同意了] [💬 请对方自己点]
近邻: 登记好了 …
"""

import re
import unicodedata
from dataclasses import dataclass

from telegram import Update

from community import check_in_search, check_ins, permissions
from community.errors import NotAllowed, NotFound
from community.tell import Text, reachable_by_chat, tell
from handlers import pick
from handlers.buttons import Press
from handlers.check_in import Agreed, clock, hour_choices
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from handlers.typed import NotAPhone, phone_typed
from storage.records import Json, Person
from storage.states import Priority


@dataclass(frozen=True, kw_only=True)
class AskWho(Text, template="check_in/ask_who"):
    """Whom? By number, or by where they live."""


@dataclass(frozen=True, kw_only=True)
class AskPerson(Text, template="check_in/ask_person"):
    """Which of these?"""

    count: int


@dataclass(frozen=True, kw_only=True)
class AskHour(Text, template="check_in/ask_hour"):
    """By when every day?"""

    name: str


@dataclass(frozen=True, kw_only=True)
class NotAnHour(Text, template="check_in/not_an_hour"):
    """No time of day that can be read."""


@dataclass(frozen=True, kw_only=True)
class AskContacts(Text, template="check_in/ask_contacts"):
    """Who is told for them? Those found so far, by name or by the end of their number."""

    count: int
    most: int
    names: list[str]
    tails: list[str]
    elder: str


@dataclass(frozen=True, kw_only=True)
class NobodyKnown(Text, template="check_in/nobody_known"):
    """Nobody has this number."""


@dataclass(frozen=True, kw_only=True)
class AskConsent(Text, template="check_in/ask_consent"):
    """To be read to the elder."""

    name: str
    hour: str
    contacts: int
    names: list[str]
    tails: list[str]
    chat: bool


@dataclass(frozen=True, kw_only=True)
class Enrolled(Text, template="check_in/enrolled"):
    """To who enrolled them: what happens next."""

    name: str
    agreed: bool
    chat: bool


async def start(_: Update, turn: Turn, __: Press) -> None:
    """🌞 登记报平安"""
    if not await check_in_search.may_enrol(turn.tx, turn.person):
        raise NotAllowed
    await turn.answer()
    draft: Json = {"phone": "", "at": None, "person": None, "name": "", "minute": 0, "contacts": []}
    await begin(turn, FLOW, draft=draft)


def _phone(said: Said) -> str:
    """A number and nothing else. Raises AskAgain."""
    phone = phone_typed(said)
    if not phone:
        raise AskAgain(NotAPhone())
    return phone


async def ask_who(turn: Turn, draft: Json) -> None:
    """The number, or the home."""
    draft["phone"] = ""
    home = FLOW.choice("who", "home", "by_home")
    await turn.say(AskWho(), buttons=[[home], FLOW.ways_out("who", back=False)])


async def take_who(turn: Turn, draft: Json, said: Said) -> str | None:
    """Somebody with this number must live where the enroller works."""
    if said.kind is Kind.PRESS and said.text == "home":
        return "place"
    draft["phone"] = _phone(said)
    if not await _candidates(turn, draft):
        raise AskAgain(NobodyKnown())
    return "person"


async def _candidates(turn: Turn, draft: Json) -> list[Person]:
    return await check_in_search.candidates(turn.tx, turn.person, phone=draft["phone"], place_id=draft["at"])


async def ask_place(turn: Turn, draft: Json) -> None:
    """Where they live."""
    await pick.ask(turn, draft, FLOW, other=True)


async def take_place(turn: Turn, draft: Json, said: Said) -> str | None:
    """Down to the flat."""
    return "person" if await pick.take(turn, draft, said) else "place"


async def ask_person(turn: Turn, draft: Json) -> None:
    """Those who are registered there."""
    found = await _candidates(turn, draft)
    options = [FLOW.choice("person", str(p.id), "this_one", name=permissions.name_in_care(turn.tx, p)) for p in found]
    await turn.say(AskPerson(count=len(found)), buttons=[*grid(options, width=1), FLOW.ways_out("person")])


async def take_person(turn: Turn, draft: Json, said: Said) -> str | None:
    """One of them, who takes no part yet."""
    known = await _candidates(turn, draft)
    chosen = next((p for p in known if said.kind is Kind.PRESS and said.text == str(p.id)), None)
    if chosen is None:
        raise AskAgain(pick.PickFromButtons())
    draft["name"] = await check_in_search.choose(turn.tx, turn.here, turn.person, chosen)
    draft["person"] = chosen.id
    return "hour"


async def ask_hour(turn: Turn, draft: Json) -> None:
    """A few to tap; any may be typed."""
    times = [FLOW.choice("hour", str(m), "at_hour", at=clock(m)) for m in hour_choices(turn.here)]
    await turn.say(AskHour(name=draft["name"]), buttons=[*grid(times, width=3), FLOW.ways_out("hour")])


async def take_hour(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or 8:30. Raises AskAgain, BadHour."""
    if said.kind is Kind.PRESS and said.text.isascii() and said.text.isdigit():
        minute = int(said.text)
    else:
        typed = unicodedata.normalize("NFKC", said.text).strip() if said.kind is Kind.TEXT else ""
        found = re.fullmatch(r"(\d{1,2})\D?(\d{2})?\D?", typed, re.ASCII)
        if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise AskAgain(NotAnHour())
        minute = int(found[1]) * 60 + int(found[2] or 0)
    draft["minute"] = check_ins.check_hour(turn.here, minute)
    return "contacts"


async def ask_contacts(turn: Turn, draft: Json) -> None:
    """One after the other."""
    count, most = len(draft["contacts"]), turn.here.neighbourhood.check_in.contacts
    names, tails = await _found(turn, draft)
    text = AskContacts(count=count, most=most, names=names, tails=tails, elder=draft["name"])
    drop = [FLOW.choice("contacts", "drop", "drop_last")] if count else []
    enough = [FLOW.choice("contacts", "enough", "enough")]
    await turn.say(text, buttons=[enough, drop, FLOW.ways_out("contacts")])


async def _found(turn: Turn, draft: Json) -> tuple[list[str], list[str]]:
    """Names of the contacts, and for those whose name is not shown here the end of their number."""
    known = {one: await check_in_search.known_as(turn.tx, turn.person, one) for one in draft["contacts"]}
    tails = draft.get("tails", {})
    return [name for name in known.values() if name], [tails.get(str(i), "") for i, name in known.items() if not name]


async def take_contacts(turn: Turn, draft: Json, said: Said) -> str | None:
    """A number that somebody is known by, enough, or not the last one."""
    if said.kind is Kind.PRESS and said.text == "enough":
        return "consent"
    if said.kind is Kind.PRESS and said.text == "drop":
        draft["contacts"] = draft["contacts"][:-1]
        return "contacts"
    most = turn.here.neighbourhood.check_in.contacts
    if len(draft["contacts"]) >= most:
        raise AskAgain(pick.PickFromButtons())
    phone = _phone(said)
    try:
        found = await check_in_search.contact(turn.tx, phone=phone, elder_id=draft["person"])
    except NotFound:
        raise AskAgain(NobodyKnown()) from None
    draft["contacts"] = [*dict.fromkeys([*draft["contacts"], found.id])]
    draft["tails"] = {**draft.get("tails", {}), str(found.id): phone[-4:]}
    return "consent" if len(draft["contacts"]) >= most else "contacts"


async def ask_consent(turn: Turn, draft: Json) -> None:
    """Read to them, at the door or on the phone; or they are asked in chat."""
    elder = await check_in_search.person(turn.tx, draft["person"])
    chat = reachable_by_chat(elder)
    ways = [FLOW.choice("consent", "yes", "elder_agrees")]
    if chat:
        ways.append(FLOW.choice("consent", "ask", "elder_taps"))
    names, tails = await _found(turn, draft)
    text = AskConsent(
        name=draft["name"],
        hour=clock(draft["minute"]),
        contacts=len(draft["contacts"]),
        names=names,
        tails=tails,
        chat=chat,
    )
    await turn.say(text, buttons=[*grid(ways, width=1), FLOW.ways_out("consent")])


async def take_consent(turn: Turn, draft: Json, said: Said) -> str | None:
    """Then they are enrolled, or asked."""
    if said.kind is not Kind.PRESS or said.text not in ("yes", "ask"):
        raise AskAgain(pick.PickFromButtons())
    elder = await check_in_search.person(turn.tx, draft["person"])
    chat, agreed = reachable_by_chat(elder), said.text == "yes"
    if not (chat or agreed):
        raise AskAgain(pick.PickFromButtons())
    await check_ins.enrol(
        turn.tx,
        turn.here,
        turn.person,
        elder,
        minute=draft["minute"],
        contacts=draft["contacts"],
        agreed=agreed,
    )
    if agreed and chat:
        await _give_key(turn, elder, draft["minute"])
    await turn.say(Enrolled(name=draft["name"], agreed=agreed, chat=chat), keyboard=await keyboard(turn))
    return None


async def _give_key(turn: Turn, elder: Person, minute: int) -> None:
    """The elder hears of it, and has ☀️ 我很好 on top of the keyboard."""
    text = Agreed(hour=clock(minute))
    await tell(turn.tx, elder, text, priority=Priority.REPLY, now=turn.here.now, keys=True)


FLOW = Flow(
    name="enrol",
    steps={
        "who": Step(ask=ask_who, take=take_who),
        "place": Step(ask=ask_place, take=take_place),
        "person": Step(ask=ask_person, take=take_person),
        "hour": Step(ask=ask_hour, take=take_hour),
        "contacts": Step(ask=ask_contacts, take=take_contacts),
        "consent": Step(ask=ask_consent, take=take_consent),
    },
)
PRESSES = {"enrol.start": start}
