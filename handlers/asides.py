"""What answers no question: giving up, a cry for help, a greeting; and what comes long after the question.

陈奶奶: 楼道灯不亮了
近邻: 这样登记对吗？ …
陈奶奶: 算了
近邻: 好，不办了。要用的时候随时叫我。
"""

from dataclasses import dataclass

from community import dialogues
from community.tell import Text
from handlers import open_matters
from handlers.buttons import button
from handlers.context import Turn
from handlers.flow import Flow, cancel
from handlers.plain_words import Meaning, meaning
from handlers.said import Kind, Said

_CRY_BYTES = 48  # of the words, so that they fit a button


@dataclass(frozen=True, kw_only=True)
class HelpNow(Text, template="flow/help_now"):
    """Whom to ring this minute; what was begun waits."""

    medical: str
    police: str
    fire: str
    duty: dict[str, str]
    hotline: str
    waiting: bool


@dataclass(frozen=True, kw_only=True)
class StillHere(Text, template="flow/still_here"):
    """To a greeting in the middle of a question."""


@dataclass(frozen=True, kw_only=True)
class LetGo(Text, template="flow/let_go"):
    """What was begun long ago is given up for what comes now."""


async def met(turn: Turn, flow: Flow, said: Said) -> bool:
    """Whether what was said in the middle of a conversation is about something else, and has been answered."""
    dialogue = turn.moment.dialogue
    if said.kind is not Kind.TEXT or dialogue is None or flow.steps[dialogue.step].literal:
        return False
    match meaning(turn.moment.texts, said.text):
        case Meaning.HELP:
            await say_help(turn, said)
        case Meaning.GIVE_UP:
            await cancel(turn)
        case Meaning.COURTESY:
            await turn.say(StillHere())
        case Meaning.PROGRESS:
            return await open_matters.offer(turn)
        case None:
            return False
    return True


async def say_help(turn: Turn, said: Said) -> None:
    """The numbers to ring, and one tap by which the grid worker hears of it as well."""
    community = turn.here.neighbourhood.community
    duty = turn.here.neighbourhood.duty_at(turn.here.local)
    text = HelpNow(
        medical=community.emergency.medical,
        police=community.emergency.police,
        fire=community.emergency.fire,
        duty={"name": duty.name, "phone": duty.phone} if duty else {},
        hotline=community.hotline,
        waiting=turn.moment.dialogue is not None,
    )
    words = said.text.strip().encode()[:_CRY_BYTES].decode(errors="ignore")
    joined = turn.person.joined_at is not None
    await turn.say(text, buttons=[[button("cry", "report.cry", 0, words)]] if joined else None)


async def let_go(turn: Turn) -> bool:
    """Give up a question that was left open for long, for something new; whether there was one."""
    dialogue = turn.moment.dialogue
    flow = turn.moment.flows.get(dialogue.flow) if dialogue else None
    if dialogue is None or flow is None or not flow.fades or not dialogues.stale(turn.here, dialogue):
        return False
    await dialogues.end(turn.tx, turn.here, dialogue=dialogue)
    turn.moment.dialogue = None  # what waits behind it is not what the new words answer
    await turn.say(LetGo())
    return True
