"""🗳 议事投票: the votes that concern me, my household's ballot, and taking a vote back.

近邻: 🗳 长者食堂选一家 … 您代表 3号楼2梯102。  [甲] [乙] [丙] [弃权] [📄 看方案]
居民: [乙]
近邻: 记下了,3号楼2梯102 投“乙”。截止前都能改。  [改票]
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import permissions, votes
from community.errors import NotFound
from community.tell import Both, Text, plain
from community.vote_texts import VoteEnded
from handlers import join
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.vote_cards import option_buttons
from handlers.vote_open import OPEN
from storage.states import VoteState

_UNDER_A_PHOTO = 700  # characters; more of a plan comes as a message of its own


@dataclass(frozen=True, kw_only=True)
class Votes(Text, template="vote/votes"):
    """What can be voted on, and what has lately ended."""

    votes: list[dict[str, object]]
    may_open: bool


@dataclass(frozen=True, kw_only=True)
class Recorded(Text, template="vote/recorded"):
    """The ballot is taken down."""

    home: Both
    option: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ChooseAgain(Text, template="vote/choose_again"):
    """What instead?"""

    question: str
    home: Both
    own: dict[str, str]
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class Unchanged(Text, template="vote/unchanged"):
    """It stays as it was."""


@dataclass(frozen=True, kw_only=True)
class Plan(Text, template="vote/plan"):
    """The plan that is voted on."""

    question: str
    plan: str


@dataclass(frozen=True, kw_only=True)
class AskCancel(Text, template="vote/ask_cancel"):
    """Really take it back?"""

    question: str


@dataclass(frozen=True, kw_only=True)
class CancelDone(Text, template="vote/cancel_done"):
    """It is taken back, and people are told."""

    question: str


async def show(_: Update, turn: Turn) -> None:
    """`/vote` or 🗳 议事投票"""
    found = await votes.concerning(turn.tx, turn.here, turn.person)
    rows: list[dict[str, object]] = []
    for vote in found:
        theirs = await permissions.standing(turn.tx, turn.person, vote)
        rows.append(
            {
                "question": vote.question,
                "state": vote.state.value,
                "closes_at": plain(vote.closes_at),
                "voter": theirs.voter is not None,
                "voted": await permissions.own_ballot(turn.tx, theirs, vote) is not None,
            }
        )
    buttons: Rows = [[button("vote_row", "vote.open", vote.id, question=vote.question)] for vote in found]
    may_open = bool(await votes.scopes(turn.tx, turn.person))
    if may_open:
        buttons.append([OPEN])
    await turn.say(Votes(votes=rows, may_open=may_open), buttons=buttons)


async def open_card(_: Update, turn: Turn, press: Press) -> None:
    """Bring a vote's card down to the end of the chat."""
    await votes.bring_card(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def follow(update: Update, turn: Turn, payload: str) -> None:
    """🗳 去投票 in a group; whoever has not joined does that first."""
    number = payload.removeprefix(votes.LINK)
    if turn.person.joined_at is None:
        await join.start_joining(turn, held=update.to_dict())
    elif not (number.isascii() and number.isdigit() and len(number) <= 15):
        raise NotFound
    else:
        await votes.bring_card(turn.tx, turn.here, turn.person, int(number))


async def cast(_: Update, turn: Turn, press: Press) -> None:
    """An option on the card, which then shows it."""
    await turn.answer(await _cast(turn, press))


async def recast(_: Update, turn: Turn, press: Press) -> None:
    """Another option, after 改票."""
    text = await _cast(turn, press)
    await turn.answer()
    await turn.settle(text)


async def _cast(turn: Turn, press: Press) -> Recorded:
    made = await votes.cast(turn.tx, turn.here, turn.person, press.subject, choice=press.word)
    home = await permissions.full_name(turn.tx, made.household_id)
    return Recorded(home=home, option=votes.said(made.option))


async def change(_: Update, turn: Turn, press: Press) -> None:
    """改票: the options once more."""
    vote = await votes.get(turn.tx, press.subject)
    theirs = await votes.voter(turn.tx, turn.here, turn.person, vote)
    ballot = await permissions.own_ballot(turn.tx, theirs, vote)
    if vote.state is not VoteState.OPEN or vote.closes_at <= turn.here.now:
        raise VoteEnded(question=vote.question, cancelled=vote.state is VoteState.CANCELLED)
    options = await votes.choices(turn.tx, vote)
    own = next((o for o in options if ballot and o.choice == ballot.choice), None)
    if theirs.voter is None or own is None:
        raise NotFound
    text = ChooseAgain(
        question=vote.question,
        home=await permissions.full_name(turn.tx, theirs.voter),
        own=votes.said(own),
        closes_at=vote.closes_at,
    )
    await turn.answer()
    buttons = option_buttons(vote, options, "vote.recast")
    await turn.say(text, buttons=[*buttons, [button("keep", "vote.keep", vote.id)]])


async def plan(_: Update, turn: Turn, press: Press) -> None:
    """📄 看方案"""
    vote = await votes.get(turn.tx, press.subject)
    await votes.voter(turn.tx, turn.here, turn.person, vote)
    if not (vote.plan or vote.plan_file):
        raise NotFound
    await turn.answer()
    words = vote.plan or ""
    if vote.plan_file:
        apart = len(words) > _UNDER_A_PHOTO
        await turn.say(Plan(question=vote.question, plan="" if apart else words), media=("photo", vote.plan_file))
        words = words if apart else ""
    if words:
        await turn.say(Plan(question=vote.question, plan=words))


async def ask_cancel(_: Update, turn: Turn, press: Press) -> None:
    """取消投票: asked once more."""
    vote = await votes.for_desk(turn.tx, turn.person, press.subject)
    await turn.answer()
    sure = [button("vote_cancel_yes", "vote.cancel_yes", vote.id), button("keep", "vote.keep", vote.id)]
    await turn.say(AskCancel(question=vote.question), buttons=[sure])


async def cancel(_: Update, turn: Turn, press: Press) -> None:
    """It is taken back."""
    vote = await votes.cancel(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()
    await turn.settle(CancelDone(question=vote.question))


async def keep(_: Update, turn: Turn, __: Press) -> None:
    """Not after all."""
    await turn.answer()
    await turn.settle(Unchanged())


COMMANDS = {"vote": show}
KEYS = {"key_vote": show}
PRESSES = {
    "vote.open": open_card,
    "vote.cast": cast,
    "vote.change": change,
    "vote.recast": recast,
    "vote.plan": plan,
    "vote.cancel": ask_cancel,
    "vote.cancel_yes": cancel,
    "vote.keep": keep,
}
