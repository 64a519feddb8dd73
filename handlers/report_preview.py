"""The preview of a report: what was understood, what neighbours have reported already, and ✅ 提交."""

from dataclasses import dataclass
from datetime import datetime

from community import permissions, report_intake, report_reading, reports
from community.tell import Both, Text
from handlers.buttons import Rows, button
from handlers.context import Turn
from handlers.flow import Flow
from handlers.keyboards import keyboard
from storage.records import Json


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


async def ask(turn: Turn, draft: Json, flow: Flow) -> None:
    """What was understood, and what others nearby have already said."""
    draft["preview"] = await turn.say(await _preview(turn, draft), buttons=_buttons(flow))
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
    await turn.say(await _preview(turn, draft), buttons=_buttons(flow), alters=draft["preview"])


def _buttons(flow: Flow) -> Rows:
    return [
        [flow.choice("preview", "submit", "submit")],
        [flow.choice("preview", "edit", "edit"), flow.choice("preview", "_cancel", "cancel")],
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
        ),
    )
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
