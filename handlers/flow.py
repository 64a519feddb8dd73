"""The engine of conversations: one step asks, takes what is said, and names the next.

A flow is a table of steps at the foot of its module. `⬅️ 返回` and `❌ 取消` work in every step; a command in
the middle of a flow is carried out and the flow goes on where it was; a press that belongs to an earlier step
changes nothing and says so. What answers no question at all is met in `handlers/asides.py` before it comes here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from community import dialogues
from community.tell import Text
from handlers.buttons import Button, Rows, button
from handlers.context import Turn
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from storage.records import Dialogue, Json

_TRAIL = "_trail"
STEP = "step"  # the action of every button that belongs to a step


@dataclass(frozen=True, kw_only=True)
class Step:
    """One exchange. `take` changes the draft and returns the next step's name, or None at the end."""

    ask: Callable[[Turn, Json], Awaitable[None]]
    take: Callable[[Turn, Json, Said], Awaitable[str | None]]
    literal: bool = False  # words are taken as they stand, even such as give up elsewhere


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A conversation: its name and its steps, the first one first."""

    name: str
    steps: Mapping[str, Step]
    after: Callable[[Turn, Json], Awaitable[None]] | None = None  # once it has come to its end
    fades: bool = False  # left open for long, it is let go for something new

    def choice(self, step: str, word: str, label: str | Mapping[str, str], **values: object) -> Button:
        """A button that answers `step` with `word`."""
        return button(label, f"{STEP}.{self.name}.{step}", 0, word, **values)

    def ways_out(self, step: str, *, back: bool = True) -> list[Button]:
        """`⬅️ 返回` and `❌ 取消`."""
        cancel = self.choice(step, "_cancel", "cancel")
        return [self.choice(step, "_back", "back"), cancel] if back else [cancel]


@dataclass(frozen=True, kw_only=True)
class StepIsPast(Text, template="flow/step_is_past"):
    """A button of an earlier step was pressed."""


@dataclass(frozen=True, kw_only=True)
class Cancelled(Text, template="flow/cancelled"):
    """A conversation was given up."""


@dataclass(frozen=True, kw_only=True)
class GoingOn(Text, template="flow/going_on"):
    """Back to the conversation that was interrupted."""


class AskAgain(Exception):
    """What was said does not answer the step: it is told `text` and asked again."""

    def __init__(self, text: Text) -> None:
        self.text = text


STAY = "_stay"
"""What `take` returns when it has answered for itself and the step goes on."""


async def begin(turn: Turn, flow: Flow, *, draft: Json | None = None, step: str | None = None) -> None:
    """Start a conversation, in front of whatever is going on."""
    name = step or next(iter(flow.steps))
    draft = {_TRAIL: [], **(draft or {})}
    await _go(turn, flow, name, draft)


async def take(turn: Turn, flow: Flow, said: Said) -> None:
    """Take what was said as the answer to the step the person is at."""
    dialogue = turn.moment.dialogue
    assert dialogue is not None  # noqa: S101  # the registry routes here only inside a conversation
    draft: Json = dialogue.draft
    trail: list[str] = draft.setdefault(_TRAIL, [])
    if said.kind is Kind.PRESS and said.text == "_cancel":
        await cancel(turn)
        return
    if said.kind is Kind.PRESS and said.text == "_back":
        await turn.answer()
        await _go(turn, flow, trail.pop() if trail else dialogue.step, draft)
        return
    try:
        following = await flow.steps[dialogue.step].take(turn, draft, said)
    except AskAgain as again:
        await turn.answer()
        await turn.say(again.text)
        await flow.steps[dialogue.step].ask(turn, draft)
        return
    if said.kind is Kind.PRESS:
        await turn.answer()
    if following is None:
        await finish(turn, dialogue)
        if flow.after is not None:
            await flow.after(turn, draft)
    elif following == STAY:
        await _save(turn, flow, dialogue.step, draft)
    else:
        if following != dialogue.step:
            trail.append(dialogue.step)
        await _go(turn, flow, following, draft)


async def cancel(turn: Turn) -> None:
    """Give the conversation up, and say so."""
    await turn.answer()
    await turn.say(Cancelled(), keyboard=await keyboard(turn))
    assert turn.moment.dialogue is not None  # noqa: S101  # see take
    await finish(turn, turn.moment.dialogue)


async def finish(turn: Turn, dialogue: Dialogue) -> None:
    """End a conversation; the one it interrupted goes on with its question."""
    waiting = await dialogues.end(turn.tx, turn.here, dialogue=dialogue)
    turn.moment.dialogue = waiting
    flow = turn.moment.flows.get(waiting.flow) if waiting else None
    if waiting is not None and flow is not None and waiting.step in flow.steps:
        await turn.say(GoingOn())
        await flow.steps[waiting.step].ask(turn, waiting.draft)


async def _go(turn: Turn, flow: Flow, step: str, draft: Json) -> None:
    await flow.steps[step].ask(turn, draft)
    await _save(turn, flow, step, draft)


async def _save(turn: Turn, flow: Flow, step: str, draft: Json) -> None:
    await dialogues.save(
        turn.tx,
        turn.here,
        chat_id=turn.moment.chat_id,
        person_id=turn.person.id,
        flow=flow.name,
        step=step,
        draft=draft,
    )
    turn.moment.dialogue = Dialogue(
        chat_id=turn.moment.chat_id,
        person_id=turn.person.id,
        flow=flow.name,
        step=step,
        draft=draft,
        touched_at=turn.here.now,
    )


def grid(buttons: list[Button], *, width: int = 2) -> Rows:
    """Buttons in rows of `width`."""
    return [buttons[i : i + width] for i in range(0, len(buttons), width)]
