"""🎁 送给家人 and 💛 捐给社区: who, how many minutes, a look at it, and it is given.

志愿者: [🎁 送给家人]
近邻: 送给谁？不能送给自己。
志愿者: [父母]
近邻: 是家里哪一位？不住一起的，写对方的手机号。
志愿者: 13900001077
近邻: 送多少分钟？您能送 90 分钟。 …
志愿者: 60
近邻: 🎁 送 60 分钟给您的父母，手机尾号 1077。 …  [✅ 送出]
"""

from dataclasses import dataclass

from telegram import Update

from community import permissions, time_bank_giving
from community import time_bank_ledger as ledger
from community.tell import Text
from handlers import pick
from handlers.buttons import Press
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from handlers.typed import NotAPhone, phone_typed
from storage.records import Json
from storage.states import Relation

_OFFERED = (30, 60, 120)


@dataclass(frozen=True, kw_only=True)
class AskRelation(Text, template="time_bank/ask_relation"):
    """What is the receiver to you?"""


@dataclass(frozen=True, kw_only=True)
class AskReceiver(Text, template="time_bank/ask_receiver"):
    """Who is it?"""

    at_home: bool


@dataclass(frozen=True, kw_only=True)
class AskMinutes(Text, template="time_bank/ask_minutes"):
    """How many?"""

    left: int
    donation: bool


@dataclass(frozen=True, kw_only=True)
class AskGive(Text, template="time_bank/ask_give"):
    """Give this?"""

    relation: str
    name: str
    tail: str
    minutes: int
    age: int
    days: int


@dataclass(frozen=True, kw_only=True)
class AskDonate(Text, template="time_bank/ask_donate"):
    """Donate this?"""

    minutes: int


@dataclass(frozen=True, kw_only=True)
class Given(Text, template="time_bank/given"):
    """It is given, or offered."""

    minutes: int
    offered: bool
    days: int


@dataclass(frozen=True, kw_only=True)
class Donated(Text, template="time_bank/donated"):
    """Thank you; what the fund has now."""

    minutes: int
    fund: int


@dataclass(frozen=True, kw_only=True)
class GiftNoted(Text, template="time_bank/gift_noted"):
    """What the receiver's answer came to."""

    yes: bool
    there: bool


@dataclass(frozen=True, kw_only=True)
class MinutesAgain(Text, template="time_bank/minutes_again"):
    """Not a number of minutes that can be."""

    most: int


async def start(_: Update, turn: Turn, __: Press) -> None:
    """🎁 送给家人"""
    await time_bank_giving.check(turn.tx, turn.person, 1)
    await turn.answer()
    await begin(turn, GIVE, draft={"relation": "", "receiver": None, "phone": "", "name": "", "minutes": 0})


async def start_donation(_: Update, turn: Turn, __: Press) -> None:
    """💛 捐给社区"""
    await time_bank_giving.check(turn.tx, turn.person, 1)
    await turn.answer()
    await begin(turn, DONATE, draft={"minutes": 0})


async def ask_relation(turn: Turn, _: Json) -> None:
    """Spouse, parents, other family."""
    age = turn.here.neighbourhood.time_bank.spouse_age
    spouse = GIVE.choice("relation", Relation.SPOUSE, "relation_spouse", age=age)
    others = [GIVE.choice("relation", r, f"relation_{r}") for r in (Relation.PARENT, Relation.FAMILY)]
    await turn.say(AskRelation(), buttons=[[spouse], others, GIVE.ways_out("relation", back=False)])


async def take_relation(_: Turn, draft: Json, said: Said) -> str | None:
    """A tap."""
    if said.kind is not Kind.PRESS or said.text not in set(Relation):
        raise AskAgain(pick.PickFromButtons())
    draft["relation"] = said.text
    return "receiver"


async def ask_receiver(turn: Turn, _: Json) -> None:
    """The others at home, or a number."""
    found = await time_bank_giving.at_home(turn.tx, turn.person)
    names = [(p, permissions.name_at_home(turn.tx, p, turn.person)) for p in found]
    options = [GIVE.choice("receiver", str(p.id), "this_one", name=name) for p, name in names]
    await turn.say(AskReceiver(at_home=bool(options)), buttons=[*grid(options, width=1), GIVE.ways_out("receiver")])


async def take_receiver(turn: Turn, draft: Json, said: Said) -> str | None:
    """Somebody at home by a tap, anybody else by a number, of which nothing is said."""
    if said.kind is Kind.PRESS:
        found = await time_bank_giving.at_home(turn.tx, turn.person)
        person = next((p for p in found if said.text == str(p.id)), None)
        if person is None:
            raise AskAgain(pick.PickFromButtons())
        draft["receiver"], draft["phone"] = person.id, ""
        draft["name"] = permissions.name_at_home(turn.tx, person, turn.person)
        return "minutes"
    phone = phone_typed(said)
    if not phone:
        raise AskAgain(NotAPhone())
    draft["receiver"], draft["phone"], draft["name"] = None, phone, ""
    return "minutes"


async def ask_minutes(turn: Turn, _: Json) -> None:
    """Some that are usual, or typed."""
    await _ask_minutes(turn, GIVE, donation=False)


async def take_minutes(turn: Turn, draft: Json, said: Said) -> str | None:
    """No more than there are."""
    draft["minutes"] = minutes_typed(said, most=await _left(turn))
    await time_bank_giving.check(turn.tx, turn.person, draft["minutes"])
    return "confirm"


async def ask_give(turn: Turn, draft: Json) -> None:
    """A look at it."""
    rules = turn.here.neighbourhood.time_bank
    text = AskGive(
        relation=draft["relation"],
        name=draft["name"],
        tail=draft["phone"][-4:],
        minutes=draft["minutes"],
        age=rules.spouse_age,
        days=rules.gift_days,
    )
    await turn.say(text, buttons=[[GIVE.choice("confirm", "yes", "send_gift")], GIVE.ways_out("confirm")])


async def take_give(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 送出"""
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(pick.PickFromButtons())
    relation, minutes = Relation(draft["relation"]), draft["minutes"]
    if draft["receiver"] is not None:
        await time_bank_giving.give_at_home(
            turn.tx, turn.here, turn.person, receiver_id=draft["receiver"], relation=relation, minutes=minutes
        )
    else:
        await time_bank_giving.offer(
            turn.tx, turn.here, turn.person, phone=draft["phone"], relation=relation, minutes=minutes
        )
    days = turn.here.neighbourhood.time_bank.gift_days
    given = Given(minutes=minutes, offered=draft["receiver"] is None, days=days)
    await turn.say(given, keyboard=await keyboard(turn))
    return None


async def ask_donation(turn: Turn, _: Json) -> None:
    """Some that are usual, or typed."""
    await _ask_minutes(turn, DONATE, donation=True)


async def take_donation(turn: Turn, draft: Json, said: Said) -> str | None:
    """No more than there are."""
    return await take_minutes(turn, draft, said)


async def ask_donate(turn: Turn, draft: Json) -> None:
    """A look at it."""
    buttons = [[DONATE.choice("confirm", "yes", "donate_yes")], DONATE.ways_out("confirm")]
    await turn.say(AskDonate(minutes=draft["minutes"]), buttons=buttons)


async def take_donate(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 捐出"""
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(pick.PickFromButtons())
    fund = await time_bank_giving.donate(turn.tx, turn.here, turn.person, minutes=draft["minutes"])
    await turn.say(Donated(minutes=draft["minutes"], fund=fund), keyboard=await keyboard(turn))
    return None


async def take(_: Update, turn: Turn, press: Press) -> None:
    """🎁 收下"""
    await _answer_gift(turn, press, yes=True)


async def leave(_: Update, turn: Turn, press: Press) -> None:
    """不要"""
    await _answer_gift(turn, press, yes=False)


async def _answer_gift(turn: Turn, press: Press, *, yes: bool) -> None:
    there = await time_bank_giving.answer(turn.tx, turn.here, turn.person, press.subject, yes=yes)
    await turn.answer(GiftNoted(yes=yes, there=there))


async def _left(turn: Turn) -> int:
    return (await ledger.holdings(turn.tx, turn.person.id)).to_give


async def _ask_minutes(turn: Turn, flow: Flow, *, donation: bool) -> None:
    left = await _left(turn)
    options = [flow.choice("minutes", str(n), "minutes", count=n) for n in _OFFERED if n <= left]
    ways = flow.ways_out("minutes", back=not donation)
    await turn.say(AskMinutes(left=left, donation=donation), buttons=[options, ways])


def minutes_typed(said: Said, *, most: int) -> int:
    """A whole number of minutes, in digits of any width. Raises AskAgain."""
    text = said.text.strip()
    if said.kind not in (Kind.TEXT, Kind.PRESS) or not text.isdecimal() or not 1 <= int(text[:7]) <= most:
        raise AskAgain(MinutesAgain(most=most))
    return int(text)


GIVE = Flow(
    name="give",
    steps={
        "relation": Step(ask=ask_relation, take=take_relation),
        "receiver": Step(ask=ask_receiver, take=take_receiver),
        "minutes": Step(ask=ask_minutes, take=take_minutes),
        "confirm": Step(ask=ask_give, take=take_give),
    },
)
DONATE = Flow(
    name="donate",
    steps={
        "minutes": Step(ask=ask_donation, take=take_donation),
        "confirm": Step(ask=ask_donate, take=take_donate),
    },
)
FLOWS = (GIVE, DONATE)
PRESSES = {"time.give": start, "time.donate": start_donation, "gift.take": take, "gift.leave": leave}
