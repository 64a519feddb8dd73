"""📷 我的照片: who is visited sees who comes, once staff have seen that it is them; replaced or taken back at will.

小林: /my … [🙋 我的志愿] [📷 我的照片]
近邻: 📷 发一张您的照片 …  [❌ 取消]
小林: [照片]
近邻: 收到了，工作人员看过就用。
"""

from dataclasses import dataclass

from telegram import Update

from community import helper_photos
from community.errors import NotFound
from community.tell import Text
from handlers.buttons import Press
from handlers.context import Turn
from handlers.flow import AskAgain, Flow, Step, begin
from handlers.keyboards import keyboard
from handlers.said import Kind, Said
from storage.records import Json
from storage.rows import from_ms


@dataclass(frozen=True, kw_only=True)
class AskPhoto(Text, template="volunteer/ask_photo"):
    """A photo of yourself; who will see it, and when."""

    some: bool


@dataclass(frozen=True, kw_only=True)
class PhotoOfYou(Text, template="volunteer/photo_please"):
    """It was no photo."""


@dataclass(frozen=True, kw_only=True)
class PhotoKept(Text, template="volunteer/photo_kept"):
    """What happens next; or (not `kept`) it is gone."""

    kept: bool


async def start(_: Update, turn: Turn, __: Press) -> None:
    """📷 我的照片. Raises NoLongerPossible for whoever is no volunteer."""
    await helper_photos.may_keep(turn.tx, turn.person)
    await turn.answer()
    await begin(turn, FLOW)


async def ask(turn: Turn, _: Json) -> None:
    """A photo, or none any more."""
    some = await helper_photos.own(turn.tx, turn.person.id) is not None
    remove = [[FLOW.choice("photo", "none", "no_photo")]] if some else []
    await turn.say(AskPhoto(some=some), buttons=[*remove, FLOW.ways_out("photo", back=False)])


async def take(turn: Turn, _: Json, said: Said) -> str | None:
    """Kept sealed; staff are asked to look at it."""
    if said.kind is Kind.PHOTO:
        await helper_photos.keep(turn.tx, turn.here, turn.person, file=said.file)
    elif said.kind is Kind.PRESS and said.text == "none":
        await helper_photos.remove(turn.tx, turn.here, turn.person)
    else:
        raise AskAgain(PhotoOfYou())
    await turn.say(PhotoKept(kept=said.kind is Kind.PHOTO), keyboard=await keyboard(turn))
    return None


async def good(_: Update, turn: Turn, press: Press) -> None:
    """✅ 照片是本人"""
    await _checked(turn, press, good=True)


async def bad(_: Update, turn: Turn, press: Press) -> None:
    """请换一张"""
    await _checked(turn, press, good=False)


async def _checked(turn: Turn, press: Press, *, good: bool) -> None:
    """Of the photo that was under the button: its moment goes with the press."""
    if not press.word.isascii() or not press.word.isdigit() or len(press.word) > 15:
        raise NotFound
    at = from_ms(int(press.word))
    await helper_photos.check(turn.tx, turn.here, turn.person, press.subject, at=at, good=good)
    await turn.answer()


FLOW = Flow(name="volunteer_photo", steps={"photo": Step(ask=ask, take=take)})
PRESSES = {"volunteer.photo": start, "volunteer.photo_good": good, "volunteer.photo_bad": bad}
