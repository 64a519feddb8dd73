"""随手拍: a photo or words, a guess that one tap confirms, and a number.

居民: [照片] 消防通道又堵了
近邻: 这样登记对吗?🚒 消防通道被占 📍 3号楼  [✅ 提交] [✏️ 修改] [❌ 取消]
居民: [✅ 提交]
近邻: 登记好了,编号 0001。
"""

from dataclasses import dataclass

from telegram import Update

from community import places, report_intake
from community.tell import Text
from handlers import report_draft, report_preview
from handlers.buttons import Press
from handlers.context import Turn
from handlers.flow import STAY, AskAgain, Flow, Step, begin, finish, grid
from handlers.said import Kind, Said
from storage.records import Json, Place
from storage.states import PlaceKind


@dataclass(frozen=True, kw_only=True)
class AskWhat(Text, template="report/ask_what"):
    """Show it or say it."""


@dataclass(frozen=True, kw_only=True)
class AskCategory(Text, template="report/ask_category"):
    """What kind of matter is it?"""


@dataclass(frozen=True, kw_only=True)
class AskPlace(Text, template="report/ask_place"):
    """Where is it?"""


@dataclass(frozen=True, kw_only=True)
class AskWords(Text, template="report/ask_words"):
    """A word about it."""


@dataclass(frozen=True, kw_only=True)
class AskEdit(Text, template="report/ask_edit"):
    """What shall be changed?"""


@dataclass(frozen=True, kw_only=True)
class NotUnderstood(Text, template="report/not_understood"):
    """That does not answer the question."""


@dataclass(frozen=True, kw_only=True)
class Joined(Text, template="report/joined"):
    """You follow it now."""

    number: int


async def start(_: Update, turn: Turn) -> None:
    """`/report` or 📷 随手拍."""
    dialogue = turn.moment.dialogue
    if dialogue is not None and dialogue.flow == FLOW.name:
        await FLOW.steps[dialogue.step].ask(turn, dialogue.draft)
        return
    await begin(turn, FLOW, draft=report_draft.new())


async def start_with(turn: Turn, said: Said, *, find: str = "") -> None:
    """A photo or words out of the blue, or from a group, become a report if they are wanted as one."""
    draft = report_draft.new() | {"find": find}
    if said.kind is Kind.LOCATION:
        await report_draft.take_location(turn, draft, said)
    report_draft.add(turn, draft, said)
    await begin(turn, FLOW, draft=draft, step=await report_draft.next_step(turn, draft))


async def start_on_round(turn: Turn, *, shift_id: int, place_id: int) -> None:
    """⚠️ 有隐患: what is reported belongs to a shift's round, and is at its place unless said otherwise."""
    await begin(turn, FLOW, draft=report_draft.new() | {"shift_id": shift_id, "place_id": place_id})


async def from_group(_: Update, turn: Turn, token: str) -> None:
    """📷 去确认: the author of a group's photo makes a report of it."""
    words, kind, file = await report_intake.open_find(turn.tx, turn.person, token)
    await start_with(turn, Said(kind=Kind(kind), text=words, file=file), find=token)


async def ask_what(turn: Turn, _: Json) -> None:
    """A photo or a word."""
    await turn.say(AskWhat(), buttons=[FLOW.ways_out("what", back=False)])


async def take_what(turn: Turn, draft: Json, said: Said) -> str | None:
    """Anything that shows or says what is wrong."""
    if said.kind is Kind.LOCATION:
        await report_draft.take_location(turn, draft, said)
        return "what"
    if not report_draft.add(turn, draft, said):
        raise AskAgain(NotUnderstood())
    return await report_draft.next_step(turn, draft)


async def ask_category(turn: Turn, _: Json) -> None:
    """Every kind of matter as a button."""
    options = [
        FLOW.choice("category", c.code, {"zh": f"{c.emoji} {c.name.zh}", "en": f"{c.emoji} {c.name.en}"})
        for c in turn.here.neighbourhood.categories
    ]
    await turn.say(AskCategory(), buttons=[*grid(options), FLOW.ways_out("category")])


async def take_category(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or words that hint at it; photos of the same album just join the others."""
    if said.kind in report_draft.MEDIA:
        report_draft.add(turn, draft, said)
        if said.album:
            return STAY
        return await report_draft.next_step(turn, draft)
    code = said.text if said.kind is Kind.PRESS else ""
    if said.kind is Kind.TEXT:
        guess = turn.here.neighbourhood.guess_category(said.text)
        code = guess.code if guess else ""
        report_draft.add(turn, draft, said)
    if code not in {c.code for c in turn.here.neighbourhood.categories}:
        raise AskAgain(NotUnderstood())
    draft["category"] = code
    return await report_draft.next_step(turn, draft)


async def _spots(turn: Turn) -> list[Place]:
    """My building, then my estate's others."""
    home = turn.person.place_id
    estate = await places.above(turn.tx, home, PlaceKind.ESTATE) if home else None
    if estate is None:
        return await places.ways_down(turn.tx, None)
    return [*await places.ways_down(turn.tx, estate), estate]


async def ask_place(turn: Turn, _: Json) -> None:
    """Buildings as buttons; a location or words do as well."""
    options = [FLOW.choice("place", str(p.id), p.name) for p in await _spots(turn)]
    await turn.say(AskPlace(), buttons=[*grid(options, width=3), FLOW.ways_out("place")])


async def take_place(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, a location pin, or words that say where."""
    if said.kind is Kind.LOCATION:
        await report_draft.take_location(turn, draft, said)
    elif said.kind is Kind.PRESS:
        chosen = next((p for p in await _spots(turn) if str(p.id) == said.text), None)
        if chosen is None:
            raise AskAgain(NotUnderstood())
        draft["place_id"], draft["spot"] = chosen.id, ""
    elif said.kind is Kind.TEXT:
        draft["spot"] = said.text.strip()[:200]
        if draft["place_id"] is None:
            raise AskAgain(NotUnderstood())
    else:
        raise AskAgain(NotUnderstood())
    return await report_draft.next_step(turn, draft)


async def ask_words(turn: Turn, _: Json) -> None:
    """New words instead of the old ones."""
    await turn.say(AskWords(), buttons=[FLOW.ways_out("words")])


async def take_words(turn: Turn, draft: Json, said: Said) -> str | None:
    """Words, or another photo."""
    if said.kind is Kind.TEXT:
        draft["words"] = report_draft.within(said.text.strip())
    elif not report_draft.add(turn, draft, said):
        raise AskAgain(NotUnderstood())
    return "preview"


async def ask_edit(turn: Turn, draft: Json) -> None:
    """Which part?"""
    parts = [FLOW.choice("edit", part, f"edit_{part}") for part in ("category", "place", "words")]
    if draft["files"]:
        parts.append(FLOW.choice("edit", "photos", "edit_photos"))
    await turn.say(AskEdit(), buttons=[*grid(parts), FLOW.ways_out("edit")])


async def take_edit(_: Turn, draft: Json, said: Said) -> str | None:
    """Go to that part; new photos replace the old ones."""
    if said.kind is not Kind.PRESS:
        raise AskAgain(NotUnderstood())
    if said.text == "photos":
        draft["files"] = []
        return "words"
    return said.text if said.text in ("category", "place", "words") else "preview"


async def ask_preview(turn: Turn, draft: Json) -> None:
    """What was understood, and what others nearby have already said."""
    await report_preview.ask(turn, draft, FLOW)


async def take_preview(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交; or more photos and words, which change the preview in place."""
    if said.kind is Kind.PRESS and said.text == "submit":
        await report_preview.submit(turn, draft)
        return None
    if said.kind is Kind.PRESS and said.text == "edit":
        return "edit"
    if said.kind is Kind.PRESS and said.text in ("door_keep", "door_show"):
        draft["door"] = said.text == "door_show"
        return "preview"
    if said.kind is Kind.LOCATION:
        await report_draft.take_location(turn, draft, said)
    elif not report_draft.add(turn, draft, said):
        raise AskAgain(NotUnderstood())
    if said.album and draft["preview"]:
        await report_preview.change(turn, draft, FLOW)
        return STAY
    return "preview"


async def join(_: Update, turn: Turn, press: Press) -> None:
    """👍 我也遇到了: the draft is not needed any more, the other report is followed."""
    report = await report_intake.join(turn.tx, turn.here, turn.person, press.subject)
    if turn.moment.dialogue is not None and turn.moment.dialogue.flow == FLOW.name:
        await finish(turn, turn.moment.dialogue)
    await turn.answer()
    await turn.settle(Joined(number=report.id))


async def cry(_: Update, turn: Turn, press: Press) -> None:
    """⚠️ 马上告诉网格员: the cry for help goes into the report that is open, or begins one."""
    await turn.answer()
    said, dialogue = Said(kind=Kind.TEXT, text=press.word), turn.moment.dialogue
    if dialogue is None or dialogue.flow != FLOW.name:
        await start_with(turn, said)
        return
    report_draft.add(turn, dialogue.draft, said)
    await begin(turn, FLOW, draft=dialogue.draft, step=await report_draft.next_step(turn, dialogue.draft))


FLOW = Flow(
    name="report",
    steps={
        "what": Step(ask=ask_what, take=take_what),
        "category": Step(ask=ask_category, take=take_category),
        "place": Step(ask=ask_place, take=take_place),
        "preview": Step(ask=ask_preview, take=take_preview),
        "edit": Step(ask=ask_edit, take=take_edit),
        "words": Step(ask=ask_words, take=take_words),
    },
    fades=True,
)
COMMANDS = {"report": start}
KEYS = {"key_report": start}
PRESSES = {"report.join": join, "report.cry": cry}
