"""🧺 一键下单: a service and a confirming tap; from the elder's keyboard, two taps in all.

陈奶奶: 🔧 修东西
近邻: 🔧 请志愿者上门：修东西，大约 30 分钟，不收钱。叫人来吗？  [✅ 叫人来] [🎤 我来说] [不用了]
陈奶奶: [✅ 叫人来]
近邻: 好，正在找人，20 分钟内给您回话。
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import emergency_state, orders, people, proxies, repeats, tasks
from community.errors import NotFound, TooLong
from community.order_texts import NoAddress
from community.tell import Text, What
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard, service_label
from handlers.order_options import (
    WAYS,
    ask_options,
    ask_phone,
    ask_wanted,
    ask_when,
    ask_whom,
    take_options,
    take_phone,
    take_wanted,
    take_when,
    take_whom,
)
from handlers.pick import PickFromButtons
from handlers.said import Kind, Said
from storage.records import Json
from storage.rows import from_ms

_OTHER = "other"  # the service that takes whatever hints at no other


@dataclass(frozen=True, kw_only=True)
class AskService(Text, template="order/ask_service"):
    """What help?"""


@dataclass(frozen=True, kw_only=True)
class AskConfirm(Text, template="order/ask_confirm"):
    """Shall somebody come?"""

    emoji: str
    service: What
    words: str
    voice: bool
    photo: bool
    minutes: int
    due: datetime | None
    weekly: bool
    wanted: str
    whom: str
    receipt: bool


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
    weekly: bool
    paused: bool  # by 应急状态


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
    if turn.person.place_id is None and not await proxies.served_by(turn.tx, turn.person):
        raise NoAddress
    draft: Json = {"service": service, "words": words, "voice": voice, "photo": "", "due": None, "weekly": False}
    draft |= {"wanted": None, "wanted_name": "", "for": None, "for_name": ""}
    await begin(turn, FLOW, draft=draft, step=step)


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
        photo=bool(draft["photo"]),
        minutes=service.minutes,
        due=from_ms(draft["due"]) if draft["due"] else None,
        weekly=draft["weekly"],
        wanted=draft["wanted_name"],
        whom=draft["for_name"],
        receipt=service.receipt,
    )
    buttons = [
        [FLOW.choice("confirm", "yes", "call_somebody")],
        [FLOW.choice("confirm", "say", "let_me_say"), FLOW.choice("confirm", "_cancel", "keep")],
        [FLOW.choice("confirm", "options", "order_options")],
    ]
    await turn.say(text, buttons=buttons)


async def take_confirm(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 叫人来; words, a voice message or a photo are taken along."""
    if said.kind is Kind.PRESS and said.text in ("say", "options"):
        return {"say": "words", "options": "options"}[said.text]
    if said.kind in (Kind.TEXT, Kind.VOICE, Kind.PHOTO):
        return await take_words(turn, draft, said)
    if said.kind is not Kind.PRESS or said.text != "yes":
        raise AskAgain(SayOrWrite())
    await _place(turn, draft)
    return None


async def _place(turn: Turn, draft: Json) -> None:
    served = await proxies.require(turn.tx, turn.person, draft["for"] or turn.person.id)
    due = from_ms(draft["due"]) if draft["due"] else None
    order = await orders.place(
        turn.tx,
        turn.here,
        served,
        service=draft["service"],
        words=draft["words"],
        voice=draft["voice"],
        photo=draft["photo"],
        due=due,
        wanted=await people.get(turn.tx, draft["wanted"]) if draft["wanted"] else None,
        ordered_by=turn.person if served.id != turn.person.id else None,
    )
    if draft["weekly"] and due is not None:
        await repeats.begin(turn.tx, turn.here, order, due=due)
    _, task = await orders.get(turn.tx, order.id)
    minutes = turn.here.neighbourhood.dispatch.officer_minutes
    begins = task.looking_since if task.looking_since and task.looking_since > turn.here.now else None
    text = Ordered(
        minutes=minutes,
        begins=begins,
        weekly=draft["weekly"],
        paused=await emergency_state.pauses(turn.tx, task),
    )
    await turn.say(text, keyboard=await keyboard(turn))


async def ask_words(turn: Turn, _: Json) -> None:
    """Voice is enough."""
    await turn.say(AskWords(), buttons=[FLOW.ways_out("words")])


async def take_words(_: Turn, draft: Json, said: Said) -> str | None:
    """What is needed; what was said before stays. Raises TooLong."""
    if said.kind is Kind.VOICE:
        draft["voice"] = said.file
    elif said.kind is Kind.PHOTO:
        draft["photo"] = said.file
    elif said.kind is not Kind.TEXT:
        raise AskAgain(SayOrWrite())
    if said.text.strip():
        words = "\n".join(part for part in (draft["words"], said.text.strip()) if part)
        if len(words) > orders.WORDS_LIMIT:
            raise TooLong(limit=orders.WORDS_LIMIT, length=len(words))
        draft["words"] = words
    return "confirm"


FLOW = Flow(
    name=WAYS.name,
    steps={
        "service": Step(ask=ask_service, take=take_service),
        "confirm": Step(ask=ask_confirm, take=take_confirm),
        "words": Step(ask=ask_words, take=take_words),
        "options": Step(ask=ask_options, take=take_options),
        "when": Step(ask=ask_when, take=take_when),
        "wanted": Step(ask=ask_wanted, take=take_wanted),
        "whom": Step(ask=ask_whom, take=take_whom),
        "phone": Step(ask=ask_phone, take=take_phone),
    },
    fades=True,
)
COMMANDS = {"order": start}
KEYS = {"key_order": start, "key_favour": start}
