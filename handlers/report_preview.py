"""The preview of a report: what was understood, what neighbours have reported already, and ✅ 提交."""

from dataclasses import dataclass
from datetime import datetime

from community import permissions, report_intake, report_reading, reports, shift_rounds
from community.neighbourhood import Bilingual
from community.tell import NO_NAME, Both, Text
from handlers import report_draft
from handlers.buttons import Rows, button
from handlers.context import Turn
from handlers.flow import Flow
from handlers.keyboards import keyboard
from storage.records import Json, Report


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
    urgent: bool
    medical: str
    police: str
    fire: str
    door: str  # "shown" or "kept" from who comes; "" where it is not asked for


@dataclass(frozen=True, kw_only=True)
class Submitted(Text, template="report/submitted"):
    """Registered: number, who answers, by when, and what to do first if there is danger."""

    number: int
    worker: str
    due: datetime
    first: Both


@dataclass(frozen=True, kw_only=True)
class SubmittedUrgent(Text, template="report/submitted_urgent"):
    """Registered: who has been alerted this moment, and whom to ring."""

    number: int
    alerted: list[str]
    duty: dict[str, str]
    hotline: str
    medical: str
    police: str
    fire: str
    first: Both
    door: bool


@dataclass(frozen=True, kw_only=True)
class Similar(Text, template="report/similar"):
    """Somebody nearby has reported the same kind of thing."""

    number: int
    category: Both
    place: Both
    followers: int


async def ask(turn: Turn, draft: Json, flow: Flow) -> None:
    """What was understood, and what others nearby have already said."""
    preview = await _preview(turn, draft)
    draft["preview"] = await turn.say(preview, buttons=_buttons(preview, flow))
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


async def change(turn: Turn, draft: Json, flow: Flow) -> None:
    """Another photo of an album: the preview that stands there takes it in."""
    text = await _preview(turn, draft)
    await turn.say(text, buttons=_buttons(text, flow), alters=draft["preview"])


def _buttons(text: Preview, flow: Flow) -> Rows:
    door = {"shown": "door_keep", "kept": "door_show"}.get(text.door)
    return [
        [flow.choice("preview", "submit", "submit")],
        [flow.choice("preview", door, door)] if door else [],
        [flow.choice("preview", "edit", "edit"), flow.choice("preview", "_cancel", "cancel")],
    ]


async def _preview(turn: Turn, draft: Json) -> Preview:
    category = turn.here.neighbourhood.category(draft["category"])
    kinds = [kind for kind, _ in draft["files"]]
    first = category.first if category.urgent else None  # life before paper
    emergency = turn.here.neighbourhood.community.emergency
    shown = "shown" if draft.get("door", True) else "kept"
    return Preview(
        emoji=category.emoji,
        category={"zh": category.name.zh, "en": category.name.en},
        place=await permissions.full_name(turn.tx, draft["place_id"]),
        spot=draft["spot"],
        words=draft["words"],
        photos=len(kinds) - kinds.count("voice"),
        voices=kinds.count("voice"),
        first=_first(first),
        urgent=category.urgent,
        medical=emergency.medical,
        police=emergency.police,
        fire=emergency.fire,
        door=shown if await report_draft.from_home(turn, draft) else "",
    )


def _first(words: Bilingual | None) -> Both:
    return {"zh": words.zh, "en": words.en} if words else NO_NAME


async def submit(turn: Turn, draft: Json) -> None:
    """✅ 提交: it has a number, a desk and a card."""
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
            door=draft.get("door", True) and await report_draft.from_home(turn, draft),
        ),
    )
    if draft.get("shift_id"):
        await shift_rounds.hazard(turn.tx, turn.here, turn.person, draft["shift_id"], report_id=report.id)
    names = [permissions.public_name(turn.tx, person) for person in desk]
    category = turn.here.neighbourhood.category(report.category)
    text: Text = Submitted(
        number=report.id,
        worker=names[0] if names else "",
        due=report.accept_due,
        first=_first(category.first),
    )
    if category.urgent:
        text = _urgent(turn, report, names)
    await turn.say(text, keyboard=await keyboard(turn))
    await reports.show_own(turn.tx, turn.here, turn.person, report)


def _urgent(turn: Turn, report: Report, alerted: list[str]) -> SubmittedUrgent:
    community = turn.here.neighbourhood.community
    duty = turn.here.neighbourhood.duty_at(turn.here.local)
    return SubmittedUrgent(
        number=report.id,
        alerted=alerted,
        duty={"name": duty.name, "phone": duty.phone} if duty else {},
        hotline=community.hotline,
        medical=community.emergency.medical,
        police=community.emergency.police,
        fire=community.emergency.fire,
        first=_first(turn.here.neighbourhood.category(report.category).first),
        door=report.door,
    )
