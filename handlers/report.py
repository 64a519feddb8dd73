"""随手拍: a photo or words, a guess that one tap confirms, and a number.

居民: [照片] 消防通道又堵了
近邻: 这样登记对吗?🚒 消防通道被占 📍 3号楼  [✅ 提交] [✏️ 修改] [❌ 取消]
居民: [✅ 提交]
近邻: 登记好了,编号 0001。
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import Update

from community import patrol_rounds, permissions, places, report_intake, report_reading, reports
from community.errors import TooLong
from community.tell import Both, Text
from handlers.buttons import Press, Rows, button
from handlers.context import Turn
from handlers.flow import STAY, AskAgain, Flow, Step, begin, finish, grid
from handlers.keyboards import keyboard
from handlers.said import Kind, Said, hear
from storage.records import Json, Place
from storage.states import PlaceKind

_MEDIA = (Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO, Kind.VOICE)


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
class Preview(Text, template="report/preview"):
    """This is how it will be registered."""

    emoji: str
    category: Both
    place: Both
    spot: str
    words: str
    photos: int
    voices: int
    first: Both


@dataclass(frozen=True, kw_only=True)
class Submitted(Text, template="report/submitted"):
    """Registered: number, who answers, by when, and what to do first if there is danger."""

    number: int
    worker: str
    due: datetime
    first: Both


@dataclass(frozen=True, kw_only=True)
class Similar(Text, template="report/similar"):
    """Somebody nearby has reported the same kind of thing."""

    number: int
    category: Both
    place: Both
    followers: int


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
    await begin(turn, FLOW, draft=_new())


async def start_with(turn: Turn, said: Said, *, find: str = "") -> None:
    """A photo or words out of the blue, or from a group, become a report if they are wanted as one."""
    draft = _new() | {"find": find}
    if said.kind is Kind.LOCATION:
        await _take_location(turn, draft, said)
    _add(turn, draft, said)
    await begin(turn, FLOW, draft=draft, step=await _next(turn, draft))


async def start_on_round(turn: Turn, *, patrol_id: int, place_id: int) -> None:
    """⚠️ 有隐患: what is reported belongs to a patrol's round, and is at its place unless said otherwise."""
    await begin(turn, FLOW, draft=_new() | {"patrol_id": patrol_id, "place_id": place_id})


async def from_group(_: Update, turn: Turn, token: str) -> None:
    """📷 去确认: the author of a group's photo makes a report of it."""
    words, kind, file = await report_intake.open_find(turn.tx, turn.person, token)
    await start_with(turn, Said(kind=Kind(kind), text=words, file=file), find=token)


def _new() -> Json:
    return {
        "category": "",
        "place_id": None,
        "spot": "",
        "words": "",
        "files": [],
        "find": "",
        "album": "",
        "preview": 0,
    }


def _add(turn: Turn, draft: Json, said: Said) -> bool:
    """Take what was said into the draft; False when there is nothing in it for a report."""
    if said.kind in _MEDIA:
        if len(draft["files"]) < turn.here.neighbourhood.reports.photos:
            draft["files"].append([said.kind.value, said.file])
        draft["album"] = said.album
    elif said.kind is not Kind.TEXT:
        return False
    if said.text:
        draft["words"] = _within("\n".join(w for w in (draft["words"], said.text.strip()) if w))
        guess = turn.here.neighbourhood.guess_category(said.text)
        if guess and (guess.urgent or not draft["category"]):
            draft["category"] = guess.code  # danger goes before what it was about at first
    return True


def _within(words: str) -> str:
    """The words, if they are not too many. Raises TooLong."""
    if len(words) > report_intake.WORDS_LIMIT:
        raise TooLong(limit=report_intake.WORDS_LIMIT, length=len(words))
    return words


async def _next(turn: Turn, draft: Json) -> str:
    """The first thing that is still unknown, or the preview."""
    if draft["place_id"] is None and turn.person.place_id is not None:
        building = await places.above(turn.tx, turn.person.place_id, PlaceKind.BUILDING)
        draft["place_id"] = building.id if building else turn.person.place_id
    if not (draft["files"] or draft["words"]):
        return "what"
    if not draft["category"]:
        return "category"
    return "place" if draft["place_id"] is None else "preview"


async def ask_what(turn: Turn, _: Json) -> None:
    """A photo or a word."""
    await turn.say(AskWhat(), buttons=[FLOW.ways_out("what", back=False)])


async def take_what(turn: Turn, draft: Json, said: Said) -> str | None:
    """Anything that shows or says what is wrong."""
    if said.kind is Kind.LOCATION:
        await _take_location(turn, draft, said)
        return "what"
    if not _add(turn, draft, said):
        raise AskAgain(NotUnderstood())
    return await _next(turn, draft)


async def ask_category(turn: Turn, _: Json) -> None:
    """Every kind of matter as a button."""
    options = [
        FLOW.choice("category", c.code, {"zh": f"{c.emoji} {c.name.zh}", "en": f"{c.emoji} {c.name.en}"})
        for c in turn.here.neighbourhood.categories
    ]
    await turn.say(AskCategory(), buttons=[*grid(options), FLOW.ways_out("category")])


async def take_category(turn: Turn, draft: Json, said: Said) -> str | None:
    """A tap, or words that hint at it; photos of the same album just join the others."""
    if said.kind in _MEDIA:
        _add(turn, draft, said)
        if said.album:
            return STAY
        return await _next(turn, draft)
    code = said.text if said.kind is Kind.PRESS else ""
    if said.kind is Kind.TEXT:
        guess = turn.here.neighbourhood.guess_category(said.text)
        code = guess.code if guess else ""
        _add(turn, draft, said)
    if code not in {c.code for c in turn.here.neighbourhood.categories}:
        raise AskAgain(NotUnderstood())
    draft["category"] = code
    return await _next(turn, draft)


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
        await _take_location(turn, draft, said)
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
    return await _next(turn, draft)


async def _take_location(turn: Turn, draft: Json, said: Said) -> None:
    nearest = await places.nearest_building(turn.tx, latitude=said.latitude, longitude=said.longitude)
    if nearest is not None:
        draft["place_id"] = nearest.id
        draft["spot"] = f"{said.latitude:.5f}, {said.longitude:.5f}"


async def ask_words(turn: Turn, _: Json) -> None:
    """New words instead of the old ones."""
    await turn.say(AskWords(), buttons=[FLOW.ways_out("words")])


async def take_words(turn: Turn, draft: Json, said: Said) -> str | None:
    """Words, or another photo."""
    if said.kind is Kind.TEXT:
        draft["words"] = _within(said.text.strip())
    elif not _add(turn, draft, said):
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
    draft["preview"] = await turn.say(await _preview(turn, draft), buttons=_preview_buttons())
    if draft.get("similar"):
        return
    category = turn.here.neighbourhood.category(draft["category"])
    for report in await report_reading.alike(
        turn.tx, turn.here, turn.person, category=category.code, place_id=draft["place_id"], limit=2
    ):
        draft["similar"] = True
        text = Similar(
            number=report.id,
            category={"zh": category.name.zh, "en": category.name.en},
            place=await permissions.full_name(turn.tx, report.place_id),
            followers=await report_reading.followers(turn.tx, report),
        )
        await turn.say(text, buttons=[[button("me_too", "report.join", report.id)]])


def _preview_buttons() -> Rows:
    return [
        [FLOW.choice("preview", "submit", "submit")],
        [FLOW.choice("preview", "edit", "edit"), FLOW.choice("preview", "_cancel", "cancel")],
    ]


async def _preview(turn: Turn, draft: Json) -> Preview:
    category = turn.here.neighbourhood.category(draft["category"])
    kinds = [kind for kind, _ in draft["files"]]
    first = category.first if category.urgent else None  # life before paper
    return Preview(
        emoji=category.emoji,
        category={"zh": category.name.zh, "en": category.name.en},
        place=await permissions.full_name(turn.tx, draft["place_id"]),
        spot=draft["spot"],
        words=draft["words"],
        photos=len(kinds) - kinds.count("voice"),
        voices=kinds.count("voice"),
        first={"zh": first.zh, "en": first.en} if first else {"zh": "", "en": ""},
    )


async def take_preview(turn: Turn, draft: Json, said: Said) -> str | None:
    """✅ 提交; or more photos and words, which change the preview in place."""
    if said.kind is Kind.PRESS and said.text == "submit":
        await _submit(turn, draft)
        return None
    if said.kind is Kind.PRESS and said.text == "edit":
        return "edit"
    if said.kind is Kind.LOCATION:
        await _take_location(turn, draft, said)
    elif not _add(turn, draft, said):
        raise AskAgain(NotUnderstood())
    if said.album and draft["preview"]:
        await turn.say(await _preview(turn, draft), buttons=_preview_buttons(), alters=draft["preview"])
        return STAY
    return "preview"


async def _submit(turn: Turn, draft: Json) -> None:
    report, desk = await report_intake.submit(
        turn.tx,
        turn.here,
        turn.person,
        report_intake.Draft(
            category=draft["category"],
            place_id=draft["place_id"],
            spot=draft["spot"],
            words=draft["words"],
            files=[(kind, file) for kind, file in draft["files"]],
            find=draft["find"],
        ),
    )
    if draft.get("patrol_id"):
        await patrol_rounds.hazard(turn.tx, turn.here, turn.person, draft["patrol_id"], report_id=report.id)
    category = turn.here.neighbourhood.category(report.category)
    first = category.first
    text = Submitted(
        number=report.id,
        worker=permissions.public_name(turn.tx, desk[0]) if desk else "",
        due=report.accept_due,
        first={"zh": first.zh, "en": first.en} if first else {"zh": "", "en": ""},
    )
    await turn.say(text, keyboard=await keyboard(turn))
    await reports.show_own(turn.tx, turn.here, turn.person, report)


async def join(_: Update, turn: Turn, press: Press) -> None:
    """👍 我也遇到了: the draft is not needed any more, the other report is followed."""
    report = await report_intake.join(turn.tx, turn.here, turn.person, press.subject)
    if turn.moment.dialogue is not None and turn.moment.dialogue.flow == FLOW.name:
        await finish(turn, turn.moment.dialogue)
    await turn.answer()
    await turn.settle(Joined(number=report.id))


async def hear_out_of_the_blue(update: Update, turn: Turn) -> None:
    """A photo or voice message nobody asked for."""
    await start_with(turn, hear(update))


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
)
COMMANDS = {"report": start}
KEYS = {"key_report": start}
PRESSES = {"report.join": join}
