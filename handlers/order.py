"""🧺 一键下单: a service and a confirming tap; from the elder's keyboard, two taps in all.

陈奶奶: 🔧 修东西
近邻: 🔧 请志愿者上门：修东西，大约 30 分钟，不收钱。叫人来吗？  [✅ 叫人来] [🎤 我来说] [不用了]
陈奶奶: [✅ 叫人来]
近邻: 好，正在找人，20 分钟内给您回话。
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import orders, tasks
from community.errors import NotFound, TooLong
from community.order_texts import NoAddress
from community.tell import Both, Text
from handlers.buttons import Press, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard, service_label
from handlers.pick import PickFromButtons
from handlers.said import Kind, Said
from storage.records import Json
from storage.states import TaskEvent

_OTHER = "other"  # the service that takes whatever hints at no other


@dataclass(frozen=True, kw_only=True)
class AskService(Text, template="order/ask_service"):
    """What help?"""


@dataclass(frozen=True, kw_only=True)
class AskConfirm(Text, template="order/ask_confirm"):
    """Shall somebody come?"""

    emoji: str
    service: Both
    words: str
    voice: bool
    minutes: int


@dataclass(frozen=True, kw_only=True)
class AskWords(Text, template="order/ask_words"):
    """Say what is needed, by voice or in words."""


@dataclass(frozen=True, kw_only=True)
class SayOrWrite(Text, template="order/say_or_write"):
    """It was neither a voice message nor words."""


@dataclass(frozen=True, kw_only=True)
class Ordered(Text, template="order/ordered"):
    """Somebody is looked for; when there will be an answer, or when the looking begins."""

    minutes: int
    begins: datetime | None


@dataclass(frozen=True, kw_only=True)
class AskCancel(Text, template="order/ask_cancel"):
    """Really cancel?"""

    service: Both


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Text, template="order/cancelled"):
    """Cancelled."""


@dataclass(frozen=True, kw_only=True)
class ThanksForAnswer(Text, template="order/thanks"):
    """Thanks; what happens next."""

    event: str


async def start(_: Update, turn: Turn) -> None:
    """`/order`, 🧺 一键下单 or 🙋 帮个忙"""
    await _begin(turn, "service", "")


async def start_with_words(turn: Turn, said: Said) -> None:
    """Words or a voice message out of the blue; the service is guessed, or asked for."""
    guess = turn.here.neighbourhood.guess_service(said.text) if said.kind is Kind.TEXT else None
    words, voice = (said.text.strip(), "") if said.kind is Kind.TEXT else ("", said.file)
    await _begin(turn, "confirm" if guess else "service", guess.code if guess else "", words=words, voice=voice)


async def start_with(turn: Turn, service: str) -> None:
    """A service's own key on the elder's keyboard."""
    await _begin(turn, "confirm", service)


async def _begin(turn: Turn, step: str, service: str, *, words: str = "", voice: str = "") -> None:
    if turn.person.place_id is None:
        raise NoAddress
    await begin(turn, FLOW, draft={"service": service, "words": words, "voice": voice}, step=step)


async def ask_service(turn: Turn, _: Json) -> None:
    """Every service as a button."""
    options = [FLOW.choice("service", s.code, service_label(s)) for s in turn.here.neighbourhood.services]
    await turn.say(AskService(), buttons=[*grid(options), FLOW.ways_out("service", back=False)])


async def take_service(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap; or words or a voice message, which are something else where they hint at nothing."""
    code = said.text if said.kind is Kind.PRESS else _OTHER
    if said.kind is Kind.TEXT:
        guess = turn.here.neighbourhood.guess_service(said.text)
        code = guess.code if guess else _OTHER
    if said.kind is not Kind.PRESS:
        await take_words(turn, draft, said)
    if code not in {s.code for s in turn.here.neighbourhood.services}:
        raise AskAgain(PickFromButtons())
    draft["service"] = code
    return "words" if code == _OTHER and not (draft["words"] or draft["voice"]) else "confirm"


async def ask_confirm(turn: Turn, draft: Json) -> None:
    """What will be ordered."""
    service = next((s for s in turn.here.neighbourhood.services if s.code == draft["service"]), None)
    if service is None:
        raise NotFound  # the neighbourhood file has it no more
    text = AskConfirm(
        emoji=service.emoji,
        service=tasks.service_name(turn.here, service.code),
        words=draft["words"],
        voice=bool(draft["voice"]),
        minutes=service.minutes,
    )
    buttons = [
        [FLOW.choice("confirm", "yes", "call_somebody")],
        [FLOW.choice("confirm", "say", "let_me_say"), FLOW.choice("confirm", "_cancel", "keep")],
    ]
    await turn.say(text, buttons=buttons)


async def take_confirm(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 叫人来; words or a voice message are taken along."""
    if said.kind is Kind.PRESS and said.text == "say":
        return "words"
    if said.kind in (Kind.TEXT, Kind.VOICE):
        return await take_words(turn, draft, said)
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(SayOrWrite())
    order = await orders.place(
        turn.tx,
        turn.here,
        turn.person,
        service=draft["service"],
        words=draft["words"],
        voice=draft["voice"],
    )
    _, task = await orders.get(turn.tx, order.id)
    minutes = turn.here.neighbourhood.dispatch.officer_minutes
    begins = task.looking_since if task.looking_since and task.looking_since > turn.here.now else None
    await turn.say(Ordered(minutes=minutes, begins=begins), keyboard=await keyboard(turn))
    return None


async def ask_words(turn: Turn, _: Json) -> None:
    """Voice is enough."""
    await turn.say(AskWords(), buttons=[FLOW.ways_out("words")])


async def take_words(_: Turn, draft: Json, said: Said) -> str | None:
    """What is needed. Raises TooLong."""
    if said.kind is Kind.VOICE:
        draft["voice"] = said.file
    elif said.kind is Kind.TEXT:
        words = said.text.strip()
        if len(words) > orders.WORDS_LIMIT:
            raise TooLong(limit=orders.WORDS_LIMIT, length=len(words))
        draft["words"] = words
    else:
        raise AskAgain(SayOrWrite())
    return "confirm"


async def ask_cancel(_: Update, turn: Turn, press: Press) -> None:
    """取消: asked once more when somebody is coming."""
    order, task = await orders.get(turn.tx, press.subject)
    if turn.person.id not in (order.person_id, order.ordered_by):
        raise NotFound
    if task.taker_id is None:
        await cancel(_, turn, press)
        return
    await turn.answer()
    text = AskCancel(service=tasks.service_name(turn.here, order.service))
    await turn.say(
        text, buttons=[[button("cancel_yes", "order.cancel_yes", order.id), button("cancel_not", "order.keep")]]
    )


async def cancel(_: Update, turn: Turn, press: Press) -> None:
    """Not needed any more."""
    await orders.cancel(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()
    await turn.say(OrderCancelled(), keyboard=await keyboard(turn))


async def keep(_: Update, turn: Turn, __: Press) -> None:
    """It stays ordered."""
    await turn.answer()
    await turn.settle(ThanksForAnswer(event="keep"))


async def good(_: Update, turn: Turn, press: Press) -> None:
    """👍 好了"""
    await orders.confirm(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(ThanksForAnswer(event="confirm"))


async def not_good(_: Update, turn: Turn, press: Press) -> None:
    """👎 没好"""
    await orders.complain(turn.tx, turn.here, turn.person, press.subject, event=TaskEvent.NOT_GOOD)
    await turn.answer(ThanksForAnswer(event="not_good"))


async def nobody_came(_: Update, turn: Turn, press: Press) -> None:
    """没人来"""
    await orders.complain(turn.tx, turn.here, turn.person, press.subject, event=TaskEvent.NO_SHOW)
    await turn.answer(ThanksForAnswer(event="no_show"))


async def rate(_: Update, turn: Turn, press: Press) -> None:
    """⭐ 1 … ⭐ 5"""
    stars = int(press.word) if press.word.isascii() and press.word.isdigit() else 0
    await orders.rate(turn.tx, turn.here, turn.person, press.subject, stars=stars)
    await turn.answer(ThanksForAnswer(event="rate"))


FLOW = Flow(
    name="order",
    steps={
        "service": Step(ask=ask_service, take=take_service),
        "confirm": Step(ask=ask_confirm, take=take_confirm),
        "words": Step(ask=ask_words, take=take_words),
    },
)
COMMANDS = {"order": start}
KEYS = {"key_order": start, "key_favour": start}
PRESSES = {
    "order.cancel": ask_cancel,
    "order.cancel_yes": cancel,
    "order.keep": keep,
    "order.good": good,
    "order.not_good": not_good,
    "order.no_show": nobody_came,
    "order.rate": rate,
}
