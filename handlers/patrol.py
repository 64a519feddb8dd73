"""🛡 巡防: the shifts that may be grabbed, and the round, point by point.

→小林: 🛡 巡防 📍 3号楼 … 还差 3 人。  [🙋 我去] [这次不行]
小林: [🙋 我去] … [▶️ 开始巡防] [📍 东门] [⚠️ 有隐患] … [🏁 巡完了]
近邻: 写一句这一趟的情况吧。  [跳过]
"""

from dataclasses import dataclass

from telegram import Update

from community import patrol_rounds, patrols, taking, waiting_list
from community.tell import Text
from handlers import join, report
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from storage.records import Json
from storage.states import FindingKind

LIST = button("patrol_list", "patrol.list")


@dataclass(frozen=True, kw_only=True)
class Shifts(Text, template="patrol/shifts"):
    """How many shifts may be grabbed."""

    count: int


@dataclass(frozen=True, kw_only=True)
class Noted(Text, template="patrol/noted"):
    """Noted: what happens next."""

    event: str
    number: int = 0
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class AskWords(Text, template="patrol/ask_words"):
    """A word about it, if there is one."""

    what: str  # quarrel, clue, end


@dataclass(frozen=True, kw_only=True)
class WordsOnly(Text, template="patrol/words_only"):
    """That is no word."""


async def show_list(_: Update, turn: Turn, __: Press) -> None:
    """🛡 看巡防班次"""
    found = await patrols.ahead(turn.tx, turn.here, turn.person)
    rows: Rows = []
    for patrol, task in found:
        local = patrol.begins.astimezone(turn.here.zone)
        name = await patrols.place_name(turn.tx, task)
        lacking = max(task.people - task.joined, 0)
        day, clock = f"{local.month}-{local.day}", f"{local.hour}:{local.minute:02d}"
        row = button("patrol_row", "patrol.open", patrol.id, place=name, lacking=lacking, day=day, time=clock)
        rows.append([row])
    await turn.answer()
    await turn.say(Shifts(count=len(found)), buttons=rows)


async def open_shift(_: Update, turn: Turn, press: Press) -> None:
    """One of the list."""
    await patrols.bring_card(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def follow(update: Update, turn: Turn, payload: str) -> None:
    """抢班次 under a group's card leads here; whoever has not joined does that first."""
    number = payload.removeprefix(patrols.LINK)
    patrol_id = int(number) if number.isascii() and number.isdigit() and len(number) <= 15 else 0
    await patrols.get(turn.tx, patrol_id)
    if turn.person.joined_at is None:
        await join.start_joining(turn, held=update.to_dict())
    else:
        await patrols.bring_card(turn.tx, turn.here, turn.person, patrol_id)


async def queue(_: Update, turn: Turn, press: Press) -> None:
    """⏳ 排候补"""
    number = await waiting_list.enter(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="queue", number=number))


async def leave_queue(_: Update, turn: Turn, press: Press) -> None:
    """不排了, 不来了"""
    await waiting_list.leave(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="leave_queue"))


async def free_place(_: Update, turn: Turn, press: Press) -> None:
    """✅ 还来"""
    await taking.take_free_place(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="free_place"))


async def start(_: Update, turn: Turn, press: Press) -> None:
    """▶️ 开始巡防"""
    await patrol_rounds.start(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="start"))


async def point(_: Update, turn: Turn, press: Press) -> None:
    """📍 到点"""
    found = await patrol_rounds.check_in(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="point", name=found.name))


async def take_position(turn: Turn) -> bool:
    """A position out of the blue, after a check-in: it was given, and is not kept."""
    found = await patrol_rounds.locate(turn.tx, turn.here, turn.person)
    if found is not None:
        await turn.say(Noted(event="located", name=found.name))
    return found is not None


async def hazard(_: Update, turn: Turn, press: Press) -> None:
    """⚠️ 有隐患: an ordinary report, which belongs to the round."""
    patrol, task = await patrol_rounds.running(turn.tx, turn.person, press.subject)
    await turn.answer()
    await report.start_on_round(turn, patrol_id=patrol.id, place_id=task.place_id)


async def quarrel(_: Update, turn: Turn, press: Press) -> None:
    """🤝 劝和一起"""
    await _note(turn, press, FindingKind.QUARREL)


async def clue(_: Update, turn: Turn, press: Press) -> None:
    """🔎 线索一条"""
    await _note(turn, press, FindingKind.CLUE)


async def _note(turn: Turn, press: Press, kind: FindingKind) -> None:
    number = await patrol_rounds.note(turn.tx, turn.here, turn.person, press.subject, kind)
    await turn.answer(Noted(event=kind))
    await begin(turn, FLOW, draft={"what": kind.value, "id": number})


async def end(__: Update, turn: Turn, press: Press) -> None:
    """🏁 巡完了: a word about the round, and it is over."""
    _, task = await patrols.get(turn.tx, press.subject)
    await patrol_rounds.may_end(turn.tx, turn.person, task)
    await turn.answer()
    await begin(turn, FLOW, draft={"what": "end", "id": press.subject})


async def ask_words(turn: Turn, draft: Json) -> None:
    """A line, or nothing."""
    skip = FLOW.choice("words", "skip", "skip")
    await turn.say(AskWords(what=draft["what"]), buttons=[[skip, *FLOW.ways_out("words", back=False)]])


async def take_words(turn: Turn, draft: Json, said: Said) -> str | None:
    """Words, or a tap on 跳过."""
    skipped = said.kind is Kind.PRESS and said.text == "skip"
    if not skipped and (said.kind is not Kind.TEXT or not said.text.strip()):
        raise AskAgain(WordsOnly())
    words = "" if skipped else said.text.strip()
    if draft["what"] == "end":
        await patrol_rounds.end(turn.tx, turn.here, turn.person, draft["id"], note=words)
        await turn.say(Noted(event="end"), keyboard=await keyboard(turn))
        return None
    await patrol_rounds.describe(turn.tx, turn.here, turn.person, draft["id"], words=words)
    await turn.say(Noted(event=f"{draft['what']}_said"))
    return None


FLOW = Flow(name="patrol_words", steps={"words": Step(ask=ask_words, take=take_words)})
PRESSES = {
    "patrol.list": show_list,
    "patrol.open": open_shift,
    "task.queue": queue,
    "task.leave_queue": leave_queue,
    "task.free_place": free_place,
    "patrol.start": start,
    "patrol.point": point,
    "patrol.hazard": hazard,
    "patrol.quarrel": quarrel,
    "patrol.clue": clue,
    "patrol.end": end,
}
