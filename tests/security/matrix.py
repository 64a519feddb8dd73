"""docs/permissions.md read as a table, and how each of its doors is knocked at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cast import (
    ASK_CHECK_IN,
    ASK_GIFT,
    ASK_ORDER,
    ASK_PROXY,
    ASK_REPORT,
    BANKED,
    CALL,
    DAY,
    EMERGENCY,
    ENTRY,
    GIFT,
    KNOCK,
    NOTICE,
    OPEN_KNOCK,
    ORDERS,
    PAUSED,
    PHOTO_AT,
    POINT,
    PROXY_AGREED,
    PROXY_ASKED,
    REPEAT,
    REPORTS,
    SHIFTS,
    VOTE,
    WHERE,
    Cast,
)
from dialogue import Dialogue, Forge, Reply
from factories import B3_GROUP, Room, Speaker

from handlers import groups, menu
from handlers.registry import COMMANDS, FLOWS, GROUP_COMMANDS, KEYS, PRESSES
from handlers.texts import Texts
from storage.records import Json

TABLE = Path(__file__).parents[2] / "docs" / "permissions.md"
CELLS = {"yes", "here", "no", "join", "–"}
WIDE = ("stranger", "erased", "former staff")
"""Of these there is no near and far."""
SUBJECTS: dict[str, int] = {
    **{about: number for about, (number, _) in REPORTS.items()},
    **{about: number for about, (number, _, _) in ORDERS.items()},
    "an open visit": ORDERS["a new order"][1],
    "a taken visit": ORDERS["a taken order"][1],
    "a running visit": ORDERS["a running order"][1],
    "a call": CALL,
    "a question about an order": ASK_ORDER,
    "a question about a report": ASK_REPORT,
    "a question about a gift": ASK_GIFT,
    "a question about a proxy": ASK_PROXY,
    "an asked proxy": PROXY_ASKED,
    "an agreed proxy": PROXY_AGREED,
    "an offered gift": GIFT,
    "an entry by hand": ENTRY,
    "a question about a check-in": ASK_CHECK_IN,
    "a day": DAY,
    "a taken knock": KNOCK,
    "an open knock": OPEN_KNOCK,
    "an open vote": VOTE,
    "a notice one wrote": NOTICE,
    "a notice one got": NOTICE,
    "a paused notice": PAUSED,
    **{
        about: task if about in ("a full shift", "a free place") else number for about, (number, task) in SHIFTS.items()
    },
    "a point of a running shift": POINT,
    "a weekly shift": REPEAT,
    "a state of emergency": EMERGENCY,
}
WORDS = {
    "report.to": "property_rongyin",
    "report.judge": "solved",
    "report.rate": "5",
    "order.rate": "5",
    "vote.cast": "yes",
    "vote.recast": "yes",
    "check_in.hour": "600",
    "settings.language": "en",
    "settings.keyboard": "elder",
    "settings.quiet": "8-15",
    "volunteer.edit": "skills",
    "volunteer.pause": "tomorrow",
    "emergency.begin": "typhoon",
    "volunteer.photo_good": str(PHOTO_AT),
    "volunteer.photo_bad": str(PHOTO_AT),
}
LAST: dict[str, tuple[str, str]] = {
    "join": ("consent", "yes"),
    "report": ("preview", "submit"),
    "order": ("confirm", "yes"),
    "which": ("which", "report"),
    "assign": ("unit", "property_rongyin"),
    "send_back": ("reason", ""),
    "resolve": ("result", ""),
    "caller": ("order", "yes"),
    "volunteer": ("preview", "submit"),
    "volunteer_photo": ("photo", "none"),
    "stop_volunteer": ("confirm", "yes"),
    "away": ("until", "1"),
    "enrol": ("consent", "yes"),
    "open_vote": ("preview", "submit"),
    "notice": ("preview", "send"),
    "notice_correct": ("confirm", "send"),
    "give": ("confirm", "yes"),
    "donate": ("confirm", "yes"),
    "order_time": ("when", "tomorrow_morning"),
    "receipt": ("receipt", "none"),
    "time_entry": ("confirm", "yes"),
    "time_reversal": ("confirm", "yes"),
    "shift": ("preview", "submit"),
    "shift_words": ("words", "skip"),
    "shift_cancel": ("reason", "skip"),
}
"""The step of each conversation at which something is done, and the word that does it (none: it is typed)."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table."""

    door: str
    about: str
    cells: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing somebody tries, and what must come of it: "yes", "no" or "join"."""

    line: Line
    who: str
    where: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.line.door} ({self.line.about}) by {self.who} ({self.where}): {self.wanted}"


def lines() -> list[Line]:
    """The table as it stands."""
    found: list[Line] = []
    columns: list[str] = []
    for text in TABLE.read_text("utf-8").splitlines():
        values = [value.strip() for value in text.strip("|").split("|")]
        if values[0] == "door":
            columns = values
        elif re.fullmatch(r"`\w+ [\w.]+`", values[0]):
            cells = dict(zip(columns[2:], values[2:], strict=True))
            found.append(Line(door=values[0].strip("`"), about=values[1], cells=cells))
    return found


def doors() -> set[str]:
    """Every way in that the product has."""
    return {
        *(f"command {name}" for name in COMMANDS),
        *(f"key {name}" for name in KEYS),
        *(f"button {name}" for name in PRESSES),
        *(f"conversation {name}" for name in FLOWS),
        *(f"group {name}" for name in GROUP_COMMANDS),
        *(f"link {name}" for name in menu.LINKS),
    }


def cases() -> Iterator[Case]:
    """Every cell, once for each place it is about."""
    for line in lines():
        for who, cell in line.cells.items():
            if cell == "–":
                continue
            if who == "whose it is" or who in WIDE:
                yield Case(line=line, who=who, where="near", wanted=cell)
                continue
            for where in WHERE:
                wanted = cell if cell != "here" else "yes" if where == "near" else "no"
                yield Case(line=line, who=who, where=where, wanted=wanted)


def speaker(case: Case, cast: Cast) -> Speaker:
    """Who tries it."""
    return cast.owner[case.line.about] if case.who == "whose it is" else cast.by[case.who, case.where]


def subject(about: str, cast: Cast) -> int:
    """The number of what it is about."""
    return SUBJECTS.get(about) or {
        "a newcomer": cast.ids["newcomer"],
        "an applicant": cast.ids["applicant"],
        "a volunteer": cast.ids["taker"],
        "a helper's photo": cast.ids["taker"],
        "a volunteer without offers": cast.ids["taker"],
        "a stopped volunteer": cast.ids["stopped"],
        "a home": cast.ids["home"],
        "an item of a digest": cast.ids["item"],
        "an enrolment": cast.ids["elder"],
        "an asked elder": cast.ids["asked elder"],
        "a contact's request": cast.ids["elder"],
        "the group of the building": cast.ids["building"],
    }.get(about, 0)


def knock(chat: Dialogue, line: Line, who: Speaker, cast: Cast, texts: Texts) -> dict[str, Any]:
    """The update by which somebody tries a door; of a conversation, its last word."""
    kind, _, name = line.door.partition(" ")
    match kind:
        case "command":
            return chat.update(who, f"/{name}")
        case "key":
            return chat.update(who, texts.label("zh", name))
        case "link":
            return chat.update(who, f"/start {cast.tokens[name]}")
        case "group":
            said = Reply("/report", to="楼道灯不亮了", author=who) if name == "report" else "/bind B3"
            return chat.update(who, said, room=B3_GROUP)
        case "conversation":
            step, word = LAST[name]
            return chat.update(who, Forge(f"step.{name}.{step}:0:{word}") if word else "换了灯泡")
    word = str(cast.ids["asked"]) if name == "task.assign" else WORDS.get(name, "")
    return press(chat, name, who, subject(line.about, cast), word=word)


def press(
    chat: Dialogue, action: str, who: Speaker, number: int, *, word: str | None = None, room: Room | None = None
) -> dict[str, Any]:
    """A forged press."""
    room = B3_GROUP if action in groups.PRESSES else room
    word = WORDS.get(action, "") if word is None else word
    return chat.update(who, Forge(f"{action}:{number}:{word}"), room=room)


def draft(flow: str, cast: Cast) -> Json:
    """What a conversation has come to before its last word."""
    trail: Json = {"_trail": []}
    building = cast.ids["building"]
    match flow:
        case "join":
            return trail | {
                "at": cast.ids["home"], "door": None, "invite": "", "held": None, "name": "新邻居", "phone": "",
            }  # fmt: skip
        case "report":
            kept: Json = {"spot": "", "words": "灯坏了", "files": [], "find": "", "album": "", "preview": 0}
            return trail | kept | {"category": "lighting", "place_id": building}
        case "order":
            kept = {"words": "", "voice": "", "photo": "", "due": None, "weekly": False, "wanted": None, "for": None}
            return trail | kept | {"service": "books", "wanted_name": "", "for_name": ""}
        case "order_time":
            return trail | {"order": SUBJECTS["a new order"]}
        case "receipt":
            return trail | {"task": SUBJECTS["a taken visit"]}
        case "which":
            kept = {"kind": "voice", "text": "", "file": "voice", "latitude": 0.0, "longitude": 0.0}
            return trail | {"said": kept}
        case "assign" | "send_back":
            return trail | {"report": SUBJECTS["a new report"], "declined": True}
        case "resolve":
            return trail | {"report": SUBJECTS["an assigned report"]}
        case "caller":
            kept = {"phone": "13900002999", "name": "phone", "category": "lighting", "words": ""}
            return trail | kept | {"person": cast.ids["phone"], "at": cast.ids["home"], "service": "books"}
        case "volunteer":
            return trail | {"skills": ["handy"], "teams": [], "hours": 1, "place_id": building, "edit": False}
        case "stop_volunteer":
            return trail | {"person": cast.ids["taker"], "name": "taker", "reason": "没有按约定上门"}
        case "away" | "volunteer_photo":
            return trail
        case "enrol":
            kept = {"phone": "13900002999", "at": None, "name": "phone", "minute": 540, "contacts": []}
            return trail | kept | {"person": cast.ids["phone"]}
        case "open_vote":
            kept = {"question": "修不修", "kind": "yes_no", "options": [], "plan": "", "file": ""}
            return trail | kept | {"at": building, "place_id": building, "closes_at": 1_750_000_000_000}
        case "notice":
            kept = {"words": "停水", "photo": "", "album": "", "top": building, "at": building}
            return trail | kept | {"place_id": building}
        case "notice_correct":
            return trail | {"notice": NOTICE, "words": "不停了"}
        case "give":
            return trail | {"relation": "parent", "receiver": None, "phone": "13900009999", "name": "", "minutes": 5}
        case "donate":
            return trail | {"minutes": 5}
        case "time_entry":
            return trail | {"person": cast.ids["helper"], "name": "", "typed": "", "minutes": 30, "words": "义诊"}
        case "time_reversal":
            return trail | {"number": BANKED, "words": "记错了"}
        case "shift":
            kept = {
                "kind": "patrol",
                "words": "",
                "skill": None,
                "day": "",
                "begins": 1_749_603_600_000,
                "weekly": False,
                "minutes": 60,
                "people": 3,
                "points": [],
            }
            return trail | kept | {"place_id": building}
        case "shift_words":
            return trail | {"what": "end", "kind": "patrol", "id": SUBJECTS["a running shift"], "absent": []}
        case "shift_cancel":
            return trail | {"shift_id": SUBJECTS["an open shift"]}
    raise KeyError(flow)
