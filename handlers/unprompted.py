"""Words, stickers and files out of the blue: never met with silence.

居民: 楼道灯不亮了
近邻: 要我帮您登记吗?  [📷 随手拍] …
"""

from dataclasses import dataclass

from telegram import Update

from community.tell import Text
from handlers import report
from handlers.context import Turn
from handlers.keyboards import keyboard
from handlers.said import Kind, hear


@dataclass(frozen=True, kw_only=True)
class NotUnderstood(Text, template="menu/not_understood"):
    """What it could be, and what can be done."""

    hotline: str


@dataclass(frozen=True, kw_only=True)
class NoEdits(Text, template="menu/no_edits"):
    """A message changed afterwards is not read again."""


async def anything(update: Update, turn: Turn) -> None:
    """A photo, a voice message or a place begins a report; words do if they hint at one."""
    said = hear(update)
    hinted = said.kind is Kind.TEXT and turn.here.neighbourhood.guess_category(said.text) is not None
    if hinted or said.kind in (Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO, Kind.VOICE):
        await report.start_with(turn, said)
        return
    hotline = turn.here.neighbourhood.community.hotline
    await turn.say(NotUnderstood(hotline=hotline), keyboard=await keyboard(turn))


async def edited(_: Update, turn: Turn) -> None:
    """Somebody corrected an earlier message."""
    await turn.say(NoEdits())
