"""📣 写通知: words or a photo, to whom, a look at it, and out it goes.

社区吴主任: [📣 写通知]
近邻: 请写下通知的内容,或发一张照片加说明。
社区吴主任: 明天 9:00-17:00 停水,请提前存水。
近邻: 发给谁?  [👥 发给榕荫社区(8 人)] [第二网格 · 8 人] …
社区吴主任: [👥 发给榕荫社区(8 人)]
近邻: 📣 通知 · 榕荫社区 明天 9:00-17:00 停水,请提前存水。
近邻: 榕荫社区的 8 位居民会收到,还有 1 个群。发吗?  [📣 发送] [✏️ 修改] [❌ 取消]
社区吴主任: [📣 发送]
近邻: 📣 0001 · 发给榕荫社区 …
"""

from dataclasses import dataclass

from telegram import Update

from community import notices, permissions
from community.errors import NotAllowed
from community.tell import NO_NAME, Both, Text
from handlers.buttons import Button, Press
from handlers.context import Turn
from handlers.flow import STAY, AskAgain, Flow, Step, begin, grid
from handlers.notice_cards import face
from handlers.said import Kind, Said
from storage.records import Json


@dataclass(frozen=True, kw_only=True)
class AskWords(Text, template="notice/ask_words"):
    """What is to be told? `photo`: one is there, its words are not."""

    photo: bool
    limit: int
    caption_limit: int


@dataclass(frozen=True, kw_only=True)
class AskPlace(Text, template="notice/ask_place"):
    """Whom is it for?"""

    place: Both


@dataclass(frozen=True, kw_only=True)
class AskSend(Text, template="notice/ask_send"):
    """So many will get it: shall it go out?"""

    place: Both
    people: int
    groups: int


@dataclass(frozen=True, kw_only=True)
class AskEdit(Text, template="notice/ask_edit"):
    """What shall be changed?"""


@dataclass(frozen=True, kw_only=True)
class NotUsable(Text, template="notice/not_usable"):
    """A notice takes no such thing: `what` is "kind", "file" or "press"."""

    what: str


@dataclass(frozen=True, kw_only=True)
class OnePhoto(Text, template="notice/one_photo"):
    """Of several photos a notice takes the first."""


async def start(_: Update, turn: Turn, __: Press) -> None:
    """📣 写通知"""
    found = await notices.offices(turn.tx, turn.person)
    if not found:
        raise NotAllowed
    await turn.answer()
    at = found[0].id if len(found) == 1 else None
    draft = {"words": "", "photo": "", "album": "", "top": at, "at": at, "place_id": None}
    await begin(turn, FLOW, draft=draft)


def _take_content(turn: Turn, draft: Json, said: Said, *, anew: bool = False) -> None:
    """Words, or a photo with or without words, into the draft; words `anew` stand alone. Raises AskAgain, TooLong."""
    message = turn.heard.effective_message if turn.heard else None
    if said.kind is Kind.PHOTO and message is not None and not message.photo:
        raise AskAgain(NotUsable(what="file"))  # Telegram lets no file be sent on as a photo
    if said.kind not in (Kind.TEXT, Kind.PHOTO):
        raise AskAgain(NotUsable(what="press" if said.kind is Kind.PRESS else "kind"))
    if said.kind is Kind.PHOTO:
        draft["photo"], draft["album"] = said.file, said.album
    elif anew:
        draft["photo"] = ""
    words = said.text or draft["words"]
    draft["words"] = notices.check_words(words, photo=bool(draft["photo"]))


async def _is_more_of_album(turn: Turn, draft: Json, said: Said) -> bool:
    if said.kind is not Kind.PHOTO or not said.album or said.album != draft["album"]:
        return False
    if not draft.get("told_one"):
        draft["told_one"] = True
        await turn.say(OnePhoto())
    return True


async def ask_words(turn: Turn, draft: Json) -> None:
    """Words, or a photo with words."""
    text = AskWords(photo=bool(draft["photo"]), limit=notices.WORDS_LIMIT, caption_limit=notices.CAPTION_LIMIT)
    await turn.say(text, buttons=[FLOW.ways_out("words", back=False)])


async def take_words(turn: Turn, draft: Json, said: Said) -> str | None:
    """Then whom it is for, unless that is known already."""
    if await _is_more_of_album(turn, draft, said):
        return STAY
    _take_content(turn, draft, said, anew=bool(draft["words"]))
    if not draft["words"]:
        return "words"
    return "preview" if draft["place_id"] else "place"


async def ask_place(turn: Turn, draft: Json) -> None:
    """The places one's roles reach, each with how many people live there; from the top down."""
    buttons: list[Button] = []
    name: Both = NO_NAME
    if draft["at"] is None:
        for place in await notices.offices(turn.tx, turn.person):
            found = await notices.level(turn.tx, turn.person, place_id=place.id)
            buttons.append(_choice("down", place.id, "audience", place.name, found.people))
    else:
        found = await notices.level(turn.tx, turn.person, place_id=draft["at"])
        name = await permissions.full_name(turn.tx, draft["at"])
        buttons = [_choice("down", p.id, "audience", p.name, count) for p, count in found.inside]
    rows = grid(buttons)
    if draft["at"] is not None:
        rows.insert(0, [_choice("to", draft["at"], "audience_here", name, found.people)])
    top = draft["at"] == draft["top"]
    back = FLOW.ways_out("place") if top else [FLOW.choice("place", "up", "back"), FLOW.ways_out("place")[1]]
    await turn.say(AskPlace(place=name if not top else NO_NAME), buttons=[*rows, back])


def _choice(way: str, place_id: int, label: str, place: Both, count: int) -> Button:
    return FLOW.choice("place", f"{way}{place_id}", label, place=place, count=count)


async def take_place(turn: Turn, draft: Json, said: Said) -> str | None:
    """Further down, back up, or this one."""
    if await _is_more_of_album(turn, draft, said):
        return STAY
    if said.kind is not Kind.PRESS:
        raise AskAgain(NotUsable(what="press"))
    if said.text == "up":
        draft["at"] = draft["above"].pop() if draft.get("above") else draft["top"]
        return "place"
    way, number = ("to", said.text[2:]) if said.text.startswith("to") else ("down", said.text.removeprefix("down"))
    if not (number.isascii() and number.isdigit()):
        raise AskAgain(NotUsable(what="press"))
    found = await notices.level(turn.tx, turn.person, place_id=int(number))
    if way == "down" and found.inside:
        draft.setdefault("above", []).append(draft["at"])
        draft["at"] = found.place.id
        return "place"
    await notices.reach(turn.tx, turn.person, place_id=found.place.id)
    draft["place_id"] = found.place.id
    return "preview"


async def ask_preview(turn: Turn, draft: Json) -> None:
    """The notice as people will see it, then how many they are."""
    found = await notices.reach(turn.tx, turn.person, place_id=draft["place_id"])
    office = await notices.office(turn.tx, turn.person, place_id=draft["place_id"])
    place_id, words = draft["place_id"], draft["words"]
    text = await face(turn.tx, turn.here, office_id=office, place_id=place_id, words=words, at=turn.here.now)
    await turn.say(text, media=("photo", draft["photo"]) if draft["photo"] else None)
    buttons = [
        [FLOW.choice("preview", "send", "send_notice")],
        [FLOW.choice("preview", "edit", "edit"), FLOW.choice("preview", "_cancel", "cancel")],
    ]
    await turn.say(AskSend(place=text.place, people=found.people, groups=found.groups), buttons=buttons)


async def take_preview(turn: Turn, draft: Json, said: Said) -> str | None:
    """📣 发送; other words or another photo take the place of the first."""
    if await _is_more_of_album(turn, draft, said):
        return STAY
    if said.kind is Kind.PRESS and said.text == "send":
        place_id, words, photo = draft["place_id"], draft["words"], draft["photo"]
        await notices.send(turn.tx, turn.here, turn.person, place_id=place_id, words=words, photo=photo)
        return None
    if said.kind is Kind.PRESS and said.text == "edit":
        return "edit"
    _take_content(turn, draft, said)
    return "preview"


async def ask_edit(turn: Turn, _: Json) -> None:
    """The words, or whom it is for?"""
    parts = [FLOW.choice("edit", "words", "edit_content"), FLOW.choice("edit", "place", "edit_audience")]
    await turn.say(AskEdit(), buttons=[parts, FLOW.ways_out("edit")])


async def take_edit(_: Turn, draft: Json, said: Said) -> str | None:
    """Go there; what is new takes the place of what was."""
    if said.kind is Kind.PRESS and said.text == "words":
        return "words"
    if said.kind is Kind.PRESS and said.text == "place":
        draft["at"], draft["above"] = draft["top"], []
        return "place"
    raise AskAgain(NotUsable(what="press"))


FLOW = Flow(
    name="notice",
    steps={
        "words": Step(ask=ask_words, take=take_words),
        "place": Step(ask=ask_place, take=take_place),
        "preview": Step(ask=ask_preview, take=take_preview),
        "edit": Step(ask=ask_edit, take=take_edit),
    },
)
PRESSES = {"notice.write": start}
