"""🗳 发起投票: where, what, which options, a plan, until when; then a look at it before it goes out.

社区吴主任: [🗳 发起投票] … [3号楼] [选整个3号楼]
近邻: 要大家定什么事?请用一句话写清楚。
社区吴主任: 楼道里装不装充电桩
近邻: 怎么投?  [赞成 / 反对] [几个里选一个]
社区吴主任: [赞成 / 反对] … [跳过] … [明天 20:00]
近邻: 这样发起对吗? … 实名,一户一票 … 发给 24 户  [✅ 提交]
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram import Update

from community import moments, permissions, vote_deadline, votes
from community.errors import NotAllowed, TooLong
from community.tell import NO_NAME, Both, Text
from community.vote_texts import TooSoon
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from handlers.vote_options import clean, problem
from storage.records import Json, Place
from storage.rows import from_ms, to_ms
from storage.states import PlaceKind, VoteKind

OPEN = button("vote_start", "vote.start")
_BUTTONS = 90  # a message takes 100


@dataclass(frozen=True, kw_only=True)
class AskPlace(Text, template="vote/ask_place"):
    """Whose households?"""

    at: Both


@dataclass(frozen=True, kw_only=True)
class AskQuestion(Text, template="vote/ask_question"):
    """What is to be decided?"""

    limit: int


@dataclass(frozen=True, kw_only=True)
class AskKind(Text, template="vote/ask_kind"):
    """Yes or no, or one of several?"""


@dataclass(frozen=True, kw_only=True)
class AskOptions(Text, template="vote/ask_options"):
    """Which ones?"""

    options: list[str]
    fewest: int
    most: int


@dataclass(frozen=True, kw_only=True)
class AskPlan(Text, template="vote/ask_plan"):
    """What else should people know?"""


@dataclass(frozen=True, kw_only=True)
class AskDeadline(Text, template="vote/ask_deadline"):
    """Until when?"""

    example: str


@dataclass(frozen=True, kw_only=True)
class NotUnderstood(Text, template="vote/not_understood"):
    """That does not answer the question."""


@dataclass(frozen=True, kw_only=True)
class Preview(Text, template="vote/preview"):
    """This is how it goes out, to how many."""

    question: str
    options: list[str]
    place: Both
    closes_at: datetime
    plan: bool
    households: int
    confirmed: int


@dataclass(frozen=True, kw_only=True)
class Opened(Text, template="vote/opened"):
    """It goes out now, or when people are awake."""

    question: str
    households: int
    later: bool
    starts_at: datetime


async def start(_: Update, turn: Turn, __: Press) -> None:
    """🗳 发起投票"""
    if not await votes.scopes(turn.tx, turn.person):
        raise NotAllowed
    await turn.answer()
    draft: Json = {"at": None, "place_id": None, "question": "", "kind": "", "options": [], "plan": "", "file": ""}
    await begin(turn, FLOW, draft=draft)


async def _options(turn: Turn, draft: Json) -> tuple[Place | None, list[Place]]:
    """Where the choice of a place has come to, and what lies directly below it."""
    reachable = {p.id: p for p in await votes.scopes(turn.tx, turn.person)}
    at = reachable.get(draft["at"])
    below = [p for p in reachable.values() if (p.parent_id == at.id if at else p.parent_id not in reachable)]
    if at is None and len(below) == 1:
        draft["at"] = below[0].id
        return await _options(turn, draft)
    return at, below


async def ask_place(turn: Turn, draft: Json) -> None:
    """From the widest place down; each can be taken as a whole."""
    at, below = await _options(turn, draft)
    rows: Rows = grid([FLOW.choice("place", str(p.id), p.name) for p in below[:_BUTTONS]], width=3)
    name: Both = await permissions.full_name(turn.tx, at.id) if at else NO_NAME
    if at is not None:
        rows.insert(0, [FLOW.choice("place", "whole", "vote_whole", place=name)])
        if at.parent_id in {p.id for p in await votes.scopes(turn.tx, turn.person)}:
            rows.append([FLOW.choice("place", "up", "vote_up")])
    await turn.say(AskPlace(at=name), buttons=[*rows, FLOW.ways_out("place", back=False)])


async def take_place(turn: Turn, draft: Json, said: Said) -> str | None:
    """One step down or up, this place as a whole, or a name typed."""
    at, below = await _options(turn, draft)
    word = said.text.strip()
    if at is not None and said.kind is Kind.PRESS and word in ("whole", "up"):
        if word == "up":
            draft["at"] = at.parent_id
            return "place"
        draft["place_id"] = at.id
        return "question"
    chosen = None
    if said.kind is Kind.PRESS:
        chosen = next((p for p in below if str(p.id) == word), None)
    elif said.kind is Kind.TEXT:
        named = [p for p in await votes.scopes(turn.tx, turn.person) if word in (p.name_zh, p.name_en)]
        chosen = next((p for p in below if p in named), named[0] if len(named) == 1 else None)
    if chosen is None:
        raise AskAgain(NotUnderstood())
    draft["at"] = chosen.id
    if chosen.kind is not PlaceKind.STAIRWELL:
        return "place"
    draft["place_id"] = chosen.id
    return "question"


async def ask_question(turn: Turn, _: Json) -> None:
    """In one sentence."""
    await turn.say(AskQuestion(limit=votes.QUESTION_LIMIT), buttons=[FLOW.ways_out("question")])


async def take_question(_: Turn, draft: Json, said: Said) -> str | None:
    """Words; no longer than a button's message can carry everywhere."""
    question = clean(said.text) if said.kind is Kind.TEXT else ""
    if not question:
        raise AskAgain(NotUnderstood())
    if len(question) > votes.QUESTION_LIMIT:
        raise TooLong(limit=votes.QUESTION_LIMIT, length=len(question))
    draft["question"] = question
    return "kind"


async def ask_kind(turn: Turn, _: Json) -> None:
    """Two ways to vote."""
    kinds = [[FLOW.choice("kind", kind.value, f"vote_kind_{kind.value}")] for kind in VoteKind]
    await turn.say(AskKind(), buttons=[*kinds, FLOW.ways_out("kind")])


async def take_kind(_: Turn, draft: Json, said: Said) -> str | None:
    """By a tap."""
    if said.kind is not Kind.PRESS or said.text not in set(VoteKind):
        raise AskAgain(NotUnderstood())
    draft["kind"], draft["options"] = said.text, []
    return "options" if said.text == VoteKind.CHOOSE_ONE else "plan"


async def ask_options(turn: Turn, draft: Json) -> None:
    """What there is so far, and whether that is all."""
    options = draft["options"]
    rows: Rows = [FLOW.ways_out("options")]
    if options:
        again = FLOW.choice("options", "clear", "vote_options_clear")
        enough = [FLOW.choice("options", "enough", "vote_options_enough")] if len(options) >= votes.FEWEST else []
        rows.insert(0, [*enough, again])
    await turn.say(AskOptions(options=options, fewest=votes.FEWEST, most=votes.MOST), buttons=rows)


async def take_options(turn: Turn, draft: Json, said: Said) -> str | None:
    """One or several at a time, a line each."""
    if said.kind is Kind.PRESS:
        if said.text == "clear":
            draft["options"] = []
        enough = said.text == "enough" and len(draft["options"]) >= votes.FEWEST
        return "plan" if enough else "options"
    names = [name for line in said.text.splitlines() if (name := clean(line))] if said.kind is Kind.TEXT else []
    if not names:
        raise AskAgain(NotUnderstood())
    wrong = problem([*draft["options"], *names], taken=turn.moment.texts.labels("vote_abstain"))
    if wrong is not None:
        raise AskAgain(wrong)
    draft["options"] = [*draft["options"], *names]
    return "plan" if len(draft["options"]) == votes.MOST else "options"


async def ask_plan(turn: Turn, _: Json) -> None:
    """Words or a photo, or nothing."""
    await turn.say(AskPlan(), buttons=[[FLOW.choice("plan", "skip", "skip")], FLOW.ways_out("plan")])


async def take_plan(_: Turn, draft: Json, said: Said) -> str | None:
    """Words, a photo with or without words, or a tap."""
    if said.kind is Kind.PRESS and said.text == "skip":
        draft["plan"], draft["file"] = "", ""
        return "deadline"
    if said.kind not in (Kind.TEXT, Kind.PHOTO):
        raise AskAgain(NotUnderstood())
    words = said.text.strip()
    if len(words) > votes.PLAN_LIMIT:
        raise TooLong(limit=votes.PLAN_LIMIT, length=len(words))
    draft["plan"], draft["file"] = words, said.file
    return "deadline"


async def ask_deadline(turn: Turn, _: Json) -> None:
    """The evenings ahead as buttons, any other moment typed."""
    example = turn.here.local + timedelta(days=7)
    choices = [FLOW.choice("deadline", str(days), f"vote_in_{days}") for days in vote_deadline.offered(turn.here)]
    text = AskDeadline(example=f"{example.month}-{example.day} 20:00")
    await turn.say(text, buttons=[*grid(choices), FLOW.ways_out("deadline")])


async def take_deadline(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or `11-27 20:00`."""
    at = None
    if said.kind is Kind.PRESS:
        offered = vote_deadline.offered(turn.here)
        at = next((at for days, at in offered.items() if str(days) == said.text), None)
    elif said.kind is Kind.TEXT:
        at = moments.read(turn.here, said.text)
    if at is None:
        raise AskAgain(NotUnderstood())
    if not vote_deadline.far_enough(turn.here, at):
        raise TooSoon(minutes=vote_deadline.SHORTEST // timedelta(minutes=1))
    draft["closes_at"] = to_ms(at)
    return "preview"


async def ask_preview(turn: Turn, draft: Json) -> None:
    """As people will see it, and how many they are."""
    households, confirmed = await votes.reach(turn.tx, draft["place_id"])
    text = Preview(
        question=draft["question"],
        options=draft["options"],
        place=await permissions.full_name(turn.tx, draft["place_id"]),
        closes_at=from_ms(draft["closes_at"]),
        plan=bool(draft["plan"] or draft["file"]),
        households=households,
        confirmed=confirmed,
    )
    await turn.say(text, buttons=[[FLOW.choice("preview", "submit", "submit")], FLOW.ways_out("preview")])


async def take_preview(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交"""
    if said.kind is not Kind.PRESS or said.text != "submit":
        raise AskAgain(NotUnderstood())
    vote = await votes.open_vote(
        turn.tx,
        turn.here,
        turn.person,
        votes.Draft(
            place_id=draft["place_id"],
            question=draft["question"],
            kind=VoteKind(draft["kind"]),
            closes_at=from_ms(draft["closes_at"]),
            options=draft["options"],
            plan=draft["plan"],
            plan_file=draft["file"],
        ),
    )
    starts_at = votes.spread_at(turn.here, vote)
    text = Opened(
        question=vote.question, households=vote.households, later=starts_at > turn.here.now, starts_at=starts_at
    )
    await turn.say(text, keyboard=await keyboard(turn))
    await votes.bring_card(turn.tx, turn.here, turn.person, vote.id)
    return None


FLOW = Flow(
    name="open_vote",
    steps={
        "place": Step(ask=ask_place, take=take_place),
        "question": Step(ask=ask_question, take=take_question),
        "kind": Step(ask=ask_kind, take=take_kind),
        "options": Step(ask=ask_options, take=take_options, literal=True),
        "plan": Step(ask=ask_plan, take=take_plan),
        "deadline": Step(ask=ask_deadline, take=take_deadline),
        "preview": Step(ask=ask_preview, take=take_preview),
    },
)
PRESSES = {"vote.start": start}
