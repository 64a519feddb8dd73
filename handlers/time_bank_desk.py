"""补记时间 and 冲正: one of staff enters minutes or has an entry reversed, another confirms.

社区吴主任: [🕰 补记时间]
近邻: 给谁补记？写志愿者的名字，或者手机号。
社区吴主任: 小林
近邻: 是哪一位？  [是小林]
近邻: 多少分钟？点一个，或者写个数，一次最多 480。
社区吴主任: 90
近邻: 因为什么事？请写清楚哪一天、做了什么 …
社区吴主任: 6月8日义诊维持秩序
近邻: 🕰 给小林补记 90 分钟荣誉时 …  [✅ 提交]
近邻: 交上去了。另一位工作人员说属实才算，有结果告诉您。
"""

from dataclasses import dataclass

from telegram import Update

from community import permissions, time_bank_postings
from community.errors import NotAllowed, NotFound
from community.tell import Text
from community.time_bank_texts import NotReversible
from handlers import pick
from handlers.buttons import Press
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from handlers.time_bank_give import minutes_typed
from handlers.typed import WriteIt, phone_typed, within
from storage.records import Json

_OFFERED = (30, 60, 90, 120)
_MOST_NAMES = 8


@dataclass(frozen=True, kw_only=True)
class AskWho(Text, template="time_bank/ask_who"):
    """For whom?"""


@dataclass(frozen=True, kw_only=True)
class NobodyFound(Text, template="time_bank/nobody_found"):
    """Nobody of that name or number, or too many."""

    many: bool


@dataclass(frozen=True, kw_only=True)
class AskWhich(Text, template="time_bank/ask_which"):
    """Which of these?"""


@dataclass(frozen=True, kw_only=True)
class AskHowLong(Text, template="time_bank/ask_how_long"):
    """How many minutes?"""

    most: int


@dataclass(frozen=True, kw_only=True)
class AskWhy(Text, template="time_bank/ask_why"):
    """What for, or what is wrong?"""

    reversal: bool


@dataclass(frozen=True, kw_only=True)
class AskEntry(Text, template="time_bank/ask_entry"):
    """Enter this?"""

    name: str
    minutes: int
    words: str


@dataclass(frozen=True, kw_only=True)
class AskNumber(Text, template="time_bank/ask_number"):
    """Which entry?"""


@dataclass(frozen=True, kw_only=True)
class NoSuchNumber(Text, template="time_bank/no_such_number"):
    """There is no such entry here, or it cannot be reversed."""

    there: bool


@dataclass(frozen=True, kw_only=True)
class AskReversal(Text, template="time_bank/ask_reversal"):
    """Reverse this?"""

    number: int
    name: str
    kind: str
    minutes: int
    words: str


@dataclass(frozen=True, kw_only=True)
class HandedIn(Text, template="time_bank/handed_in"):
    """Somebody else confirms it now."""


@dataclass(frozen=True, kw_only=True)
class PostingNoted(Text, template="time_bank/posting_noted"):
    """Noted."""

    yes: bool


async def start(_: Update, turn: Turn, __: Press) -> None:
    """🕰 补记时间"""
    await _begin(turn, ENTRY, {"person": None, "name": "", "typed": "", "minutes": 0, "words": ""})


async def start_reversal(_: Update, turn: Turn, __: Press) -> None:
    """↩️ 冲正"""
    await _begin(turn, REVERSAL, {"number": 0, "words": ""})


async def _begin(turn: Turn, flow: Flow, draft: Json) -> None:
    if not await time_bank_postings.may_bank(turn.tx, turn.person):
        raise NotAllowed
    await turn.answer()
    await begin(turn, flow, draft=draft)


async def ask_who(turn: Turn, _: Json) -> None:
    """A name or a number."""
    await turn.say(AskWho(), buttons=[ENTRY.ways_out("who", back=False)])


async def take_who(turn: Turn, draft: Json, said: Said) -> str | None:
    """Part of a volunteer's name, or anybody's number."""
    if said.kind is not Kind.TEXT or not said.text.strip():
        raise AskAgain(WriteIt())
    typed = phone_typed(said) or said.text.strip()
    found = await time_bank_postings.helpers(turn.tx, turn.here, turn.person, typed)
    if not 1 <= len(found) <= _MOST_NAMES:
        raise AskAgain(NobodyFound(many=bool(found)))
    draft["typed"] = typed
    return "which"


async def ask_which(turn: Turn, draft: Json) -> None:
    """Those it may be."""
    found = await time_bank_postings.helpers(turn.tx, turn.here, turn.person, draft["typed"])
    options = [ENTRY.choice("which", str(p.id), "this_one", name=permissions.public_name(turn.tx, p)) for p in found]
    await turn.say(AskWhich(), buttons=[*grid(options, width=1), ENTRY.ways_out("which")])


async def take_which(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap."""
    found = await time_bank_postings.helpers(turn.tx, turn.here, turn.person, draft["typed"])
    person = next((p for p in found if said.kind is Kind.PRESS and said.text == str(p.id)), None)
    if person is None:
        raise AskAgain(pick.PickFromButtons())
    draft["person"], draft["name"] = person.id, permissions.public_name(turn.tx, person)
    return "minutes"


async def ask_how_long(turn: Turn, _: Json) -> None:
    """Some that are usual, or typed."""
    most = turn.here.neighbourhood.time_bank.entry_max_minutes
    options = [ENTRY.choice("minutes", str(n), "minutes", count=n) for n in _OFFERED if n <= most]
    await turn.say(AskHowLong(most=most), buttons=[*grid(options), ENTRY.ways_out("minutes")])


async def take_how_long(turn: Turn, draft: Json, said: Said) -> str | None:
    """Up to the most."""
    draft["minutes"] = minutes_typed(said, most=turn.here.neighbourhood.time_bank.entry_max_minutes)
    return "words"


async def ask_why(turn: Turn, _: Json) -> None:
    """In words that another can check."""
    await turn.say(AskWhy(reversal=False), buttons=[ENTRY.ways_out("words")])


async def take_why(_: Turn, draft: Json, said: Said) -> str | None:
    """Words."""
    draft["words"] = _words(said)
    return "confirm"


async def ask_entry(turn: Turn, draft: Json) -> None:
    """A look at it."""
    text = AskEntry(name=draft["name"], minutes=draft["minutes"], words=draft["words"])
    await turn.say(text, buttons=[[ENTRY.choice("confirm", "yes", "submit")], ENTRY.ways_out("confirm")])


async def take_entry(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交"""
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(pick.PickFromButtons())
    await time_bank_postings.ask_entry(
        turn.tx,
        turn.here,
        turn.person,
        helper_id=draft["person"],
        minutes=draft["minutes"],
        words=draft["words"],
    )
    await turn.say(HandedIn(), keyboard=await keyboard(turn))
    return None


async def ask_number(turn: Turn, _: Json) -> None:
    """Each line of a statement has one."""
    await turn.say(AskNumber(), buttons=[REVERSAL.ways_out("number", back=False)])


async def take_number(turn: Turn, draft: Json, said: Said) -> str | None:
    """Of an entry that this person's role reaches."""
    text = said.text.strip()
    number = int(text[:12]) if said.kind is Kind.TEXT and text.isdecimal() else 0
    try:
        await time_bank_postings.booked(turn.tx, turn.here, turn.person, number)
    except NotFound:
        raise AskAgain(NoSuchNumber(there=False)) from None
    except NotReversible:
        raise AskAgain(NoSuchNumber(there=True)) from None
    draft["number"] = number
    return "words"


async def ask_wrong(turn: Turn, _: Json) -> None:
    """What is wrong with it."""
    await turn.say(AskWhy(reversal=True), buttons=[REVERSAL.ways_out("words")])


async def ask_reversal(turn: Turn, draft: Json) -> None:
    """A look at it."""
    found = await time_bank_postings.booked(turn.tx, turn.here, turn.person, draft["number"])
    text = AskReversal(
        number=draft["number"],
        name=permissions.public_name(turn.tx, found.person),
        kind=found.transfer.kind,
        minutes=found.minutes,
        words=draft["words"],
    )
    await turn.say(text, buttons=[[REVERSAL.choice("confirm", "yes", "submit")], REVERSAL.ways_out("confirm")])


async def take_reversal(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交"""
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(pick.PickFromButtons())
    await time_bank_postings.ask_reversal(turn.tx, turn.here, turn.person, number=draft["number"], words=draft["words"])
    await turn.say(HandedIn(), keyboard=await keyboard(turn))
    return None


def _words(said: Said) -> str:
    if said.kind is not Kind.TEXT or not said.text.strip():
        raise AskAgain(WriteIt())
    return within(said.text.strip(), time_bank_postings.WORDS_LIMIT)


async def true(_: Update, turn: Turn, press: Press) -> None:
    """属实"""
    await time_bank_postings.decide(turn.tx, turn.here, turn.person, press.subject, yes=True)
    await turn.answer(PostingNoted(yes=True))


async def untrue(_: Update, turn: Turn, press: Press) -> None:
    """不属实"""
    await time_bank_postings.decide(turn.tx, turn.here, turn.person, press.subject, yes=False)
    await turn.answer(PostingNoted(yes=False))


ENTRY = Flow(
    name="time_entry",
    steps={
        "who": Step(ask=ask_who, take=take_who),
        "which": Step(ask=ask_which, take=take_which),
        "minutes": Step(ask=ask_how_long, take=take_how_long),
        "words": Step(ask=ask_why, take=take_why),
        "confirm": Step(ask=ask_entry, take=take_entry),
    },
)
REVERSAL = Flow(
    name="time_reversal",
    steps={
        "number": Step(ask=ask_number, take=take_number),
        "words": Step(ask=ask_wrong, take=take_why),
        "confirm": Step(ask=ask_reversal, take=take_reversal),
    },
)
FLOWS = (ENTRY, REVERSAL)
PRESSES = {
    "time.entry": start,
    "time.reversal": start_reversal,
    "posting.true": true,
    "posting.untrue": untrue,
}
