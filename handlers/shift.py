"""🛡 班次: the shifts that may be grabbed, and what becomes of them, point by point.

→小林: 🛡 巡防 📍 3号楼 … 还差 3 人。  [🙋 我去] [这次不行]
小林: [🙋 我去] … [▶️ 开始巡防] [📍 东门] [⚠️ 有隐患] … [🏁 巡完了]
近邻: 写一句这一趟的情况吧。  [跳过]
"""

from dataclasses import dataclass

from telegram import Update

from community import permissions, shift_rounds, shifts, taking, tasks, waiting_list
from community.tell import Text
from handlers import join, report
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from storage.records import Json
from storage.states import FindingKind

LIST = button("shift_list", "shift.list")
_MOST_NAMES = 80


@dataclass(frozen=True, kw_only=True)
class Shifts(Text, template="shift/shifts"):
    """How many shifts may be grabbed."""

    count: int


@dataclass(frozen=True, kw_only=True)
class Noted(Text, template="shift/noted"):
    """Noted: what happens next."""

    event: str
    kind: str = ""
    number: int = 0
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class AskWords(Text, template="shift/ask_words"):
    """A word about it, if there is one."""

    what: str  # quarrel, clue, found, end
    kind: str


@dataclass(frozen=True, kw_only=True)
class AskAbsent(Text, template="shift/ask_absent"):
    """Did everybody come who had joined?"""

    away: list[str]


@dataclass(frozen=True, kw_only=True)
class ByButton(Text, template="shift/by_button"):
    """That is no name of the list."""


@dataclass(frozen=True, kw_only=True)
class WordsOnly(Text, template="shift/words_only"):
    """That is no word."""


async def show_list(_: Update, turn: Turn, __: Press) -> None:
    """🛡 看班次"""
    found = await shifts.ahead(turn.tx, turn.here, turn.person)
    rows: Rows = []
    for shift, task in found:
        local = shift.begins.astimezone(turn.here.zone)
        name = await shifts.place_name(turn.tx, task)
        lacking = max(task.people - task.joined, 0)
        day, clock = f"{local.month}-{local.day}", f"{local.hour}:{local.minute:02d}"
        about = await tasks.sign(turn.tx, turn.here, task)
        row = button("shift_row", "shift.open", shift.id, sign=about, place=name, lacking=lacking, day=day, time=clock)
        rows.append([row])
    await turn.answer()
    await turn.say(Shifts(count=len(found)), buttons=rows)


async def open_shift(_: Update, turn: Turn, press: Press) -> None:
    """One of the list."""
    await shifts.bring_card(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer()


async def follow(update: Update, turn: Turn, payload: str) -> None:
    """抢班次 under a group's card leads here; whoever has not joined does that first."""
    number = payload.removeprefix(shifts.LINK)
    shift_id = int(number) if number.isascii() and number.isdigit() and len(number) <= 15 else 0
    await shifts.get(turn.tx, shift_id)
    if turn.person.joined_at is None:
        await join.start_joining(turn, held=update.to_dict())
    else:
        await shifts.bring_card(turn.tx, turn.here, turn.person, shift_id)


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
    """▶️ 开始"""
    task = await shift_rounds.start(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="start", kind=task.kind))


async def point(_: Update, turn: Turn, press: Press) -> None:
    """📍 到点"""
    found = await shift_rounds.check_in(turn.tx, turn.here, turn.person, press.subject)
    await turn.answer(Noted(event="point", name=found.name))


async def take_position(turn: Turn) -> bool:
    """A position out of the blue, after a check-in: it was given, and is not kept."""
    found = await shift_rounds.locate(turn.tx, turn.here, turn.person)
    if found is not None:
        await turn.say(Noted(event="located", name=found.name))
    return found is not None


async def hazard(_: Update, turn: Turn, press: Press) -> None:
    """⚠️ 有隐患: an ordinary report, which belongs to the round."""
    shift, task = await shift_rounds.running(turn.tx, turn.person, press.subject)
    await turn.answer()
    await report.start_on_round(turn, shift_id=shift.id, place_id=task.place_id)


async def quarrel(_: Update, turn: Turn, press: Press) -> None:
    """🤝 劝和一起"""
    await _note(turn, press, FindingKind.QUARREL)


async def clue(_: Update, turn: Turn, press: Press) -> None:
    """🔎 线索一条"""
    await _note(turn, press, FindingKind.CLUE)


async def _note(turn: Turn, press: Press, kind: FindingKind) -> None:
    number = await shift_rounds.note(turn.tx, turn.here, turn.person, press.subject, kind)
    await turn.answer(Noted(event=kind))
    await begin(turn, FLOW, draft={"what": kind.value, "kind": "", "id": number}, step="words")


async def find(__: Update, turn: Turn, press: Press) -> None:
    """🎉 人找到了: where, in a word, and it is over."""
    _, task = await shift_rounds.may_find(turn.tx, turn.person, press.subject)
    await turn.answer()
    await begin(turn, FLOW, draft={"what": "found", "kind": task.kind, "id": press.subject}, step="words")


async def end(__: Update, turn: Turn, press: Press) -> None:
    """🏁 结束了: who did not come, a word about it, and it is over."""
    _, task = await shifts.get(turn.tx, press.subject)
    await shift_rounds.may_end(turn.tx, turn.person, task)
    await turn.answer()
    draft = {"what": "end", "kind": task.kind, "id": press.subject, "absent": []}
    await begin(turn, FLOW, draft=draft, step="words" if tasks.alone(task) else "absent")


async def ask_absent(turn: Turn, draft: Json) -> None:
    """Each of the others, to be struck off by a tap."""
    _, task = await shifts.get(turn.tx, draft["id"])
    found = [one for one in await shifts.team(turn.tx, task) if one.id != task.taker_id]
    there = [one for one in found if one.id not in draft["absent"]]
    away = [permissions.public_name(turn.tx, one) for one in found if one.id in draft["absent"]]
    names = [(one.id, permissions.public_name(turn.tx, one)) for one in there[:_MOST_NAMES]]
    rows = grid([FLOW.choice("absent", str(number), "shift_absent", name=name) for number, name in names])
    all_said = FLOW.choice("absent", "enough", "shift_absent_enough" if away else "shift_all_came")
    await turn.say(AskAbsent(away=away), buttons=[[all_said], *rows, FLOW.ways_out("absent", back=False)])


async def take_absent(_: Turn, draft: Json, said: Said) -> str | None:
    """A name, or that this is all."""
    if said.kind is not Kind.PRESS or not (said.text == "enough" or said.text.isdecimal()):
        raise AskAgain(ByButton())
    if said.text == "enough":
        return "words"
    draft["absent"] = [*draft["absent"], int(said.text)]
    return "absent"


async def ask_words(turn: Turn, draft: Json) -> None:
    """A line, or nothing."""
    skip = FLOW.choice("words", "skip", "skip")
    await turn.say(
        AskWords(what=draft["what"], kind=draft["kind"]), buttons=[[skip, *FLOW.ways_out("words", back=False)]]
    )


async def take_words(turn: Turn, draft: Json, said: Said) -> str | None:
    """Words, or a tap on 跳过."""
    skipped = said.kind is Kind.PRESS and said.text == "skip"
    if not skipped and (said.kind is not Kind.TEXT or not said.text.strip()):
        raise AskAgain(WordsOnly())
    words = "" if skipped else said.text.strip()
    if draft["what"] == "end":
        absent = draft["absent"]
        await shift_rounds.end(turn.tx, turn.here, turn.person, draft["id"], note=words, absent=absent)
        await turn.say(Noted(event="end", kind=draft["kind"]), keyboard=await keyboard(turn))
        return None
    if draft["what"] == "found":
        await shift_rounds.found(turn.tx, turn.here, turn.person, draft["id"], words=words)
        await turn.say(Noted(event="found"), keyboard=await keyboard(turn))
        return None
    await shift_rounds.describe(turn.tx, turn.here, turn.person, draft["id"], words=words)
    await turn.say(Noted(event=f"{draft['what']}_said"))
    return None


FLOW = Flow(
    name="shift_words",
    steps={"absent": Step(ask=ask_absent, take=take_absent), "words": Step(ask=ask_words, take=take_words)},
)
PRESSES = {
    "shift.list": show_list,
    "shift.open": open_shift,
    "task.queue": queue,
    "task.leave_queue": leave_queue,
    "task.free_place": free_place,
    "shift.start": start,
    "shift.point": point,
    "shift.hazard": hazard,
    "shift.quarrel": quarrel,
    "shift.clue": clue,
    "shift.found": find,
    "shift.end": end,
}
