"""Words, photos, voice messages and places out of the blue: never met with silence.

陈奶奶: [语音]
近邻: 收到了。是要报一件事，还是请人帮忙？  [📷 报一件事] [🧺 请人帮忙]
陈奶奶: [🧺 请人帮忙]
近邻: 要帮什么忙？…
"""

from dataclasses import dataclass

from telegram import Update

from community.tell import Text
from handlers import menu, open_matters, order, report, shift, visit
from handlers.asides import say_help
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin
from handlers.keyboards import keyboard
from handlers.pick import PickFromButtons
from handlers.plain_words import Meaning, meaning
from handlers.said import Kind, Said, hear
from storage.records import Json

_SHOWS = (Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO)


@dataclass(frozen=True, kw_only=True)
class NotUnderstood(Text, template="menu/not_understood"):
    """What it could be, and what can be done; in an emergency, whom to ring."""

    hotline: str
    medical: str
    police: str
    fire: str


@dataclass(frozen=True, kw_only=True)
class AskWhich(Text, template="menu/ask_which"):
    """Something is wrong, or help is wanted?"""


@dataclass(frozen=True, kw_only=True)
class NoEdits(Text, template="menu/no_edits"):
    """A message changed afterwards is not read again."""


async def anything(update: Update, turn: Turn) -> None:
    """A photo begins a report, words what they hint at; what could be either is asked about."""
    said = hear(update)
    if said.kind is Kind.LOCATION and (await visit.take_position(turn, said) or await shift.take_position(turn)):
        return
    words = said.text if said.kind is Kind.TEXT else ""
    wrong = turn.here.neighbourhood.guess_category(words) is not None
    help_wanted = turn.here.neighbourhood.guess_service(words) is not None and turn.person.place_id is not None
    plainly = meaning(turn.moment.texts, words)
    if plainly is Meaning.HELP and not wrong:
        await say_help(turn, said)
    elif plainly not in (None, Meaning.HELP) and await open_matters.offer(turn):
        return
    elif plainly is Meaning.GIVE_UP:
        await menu.cancel(update, turn)
    elif plainly is Meaning.COURTESY:
        await menu.show(update, turn)
    elif said.kind in _SHOWS or (wrong and not help_wanted):
        await report.start_with(turn, said)
    elif help_wanted and not wrong:
        await order.start_with_words(turn, said)
    elif said.kind in (Kind.VOICE, Kind.LOCATION) or wrong:
        await begin(turn, FLOW, draft={"said": _kept(said)})
    elif words.startswith("/") or not await open_matters.offer(turn):
        community = turn.here.neighbourhood.community
        text = NotUnderstood(
            hotline=community.hotline,
            medical=community.emergency.medical,
            police=community.emergency.police,
            fire=community.emergency.fire,
        )
        await turn.say(text, keyboard=await keyboard(turn))


def _kept(said: Said) -> Json:
    return {
        "kind": said.kind.value,
        "text": said.text,
        "file": said.file,
        "latitude": said.latitude,
        "longitude": said.longitude,
    }


async def ask_which(turn: Turn, _: Json) -> None:
    """Two things it could be."""
    choices = [FLOW.choice("which", "report", "it_is_wrong"), FLOW.choice("which", "order", "help_me")]
    await turn.say(AskWhich(), buttons=[choices, FLOW.ways_out("which", back=False)])


async def take_which(_: Turn, draft: Json, said: Said) -> str | None:
    """A tap; then what was sent is taken along."""
    if said.kind is not Kind.PRESS or said.text not in ("report", "order"):
        raise AskAgain(PickFromButtons())
    draft["chosen"] = said.text
    return None


async def go_on(turn: Turn, draft: Json) -> None:
    """Begin what was chosen, with what was sent."""
    said = Said(**{**draft["said"], "kind": Kind(draft["said"]["kind"])})
    await (report.start_with if draft["chosen"] == "report" else order.start_with_words)(turn, said)


async def edited(_: Update, turn: Turn) -> None:
    """Somebody corrected an earlier message."""
    await turn.say(NoEdits())


FLOW = Flow(name="which", steps={"which": Step(ask=ask_which, take=take_which)}, after=go_on, fades=True)
