"""🌙 免打扰: hours of one's own at which nobody asks anything, beside the community's quiet hours.

夜班小吴: /settings … [🌙 免打扰]
近邻: 社区 22:00 到 7:00 不打扰大家 … 从几点开始？  [8:00] …
夜班小吴: [8:00] … [15:00]
近邻: 好，每天 8:00 到 15:00 也不打扰您。
"""

from dataclasses import dataclass

from telegram import Update

from community import people, pings
from community.errors import NotFound
from community.tell import Both, Text
from handlers.buttons import Button, Press, button
from handlers.context import Turn
from handlers.flow import grid

OPEN = button("quiet_hours", "settings.quiet")
_HOURS = {str(hour) for hour in range(24)}
_WIDTH = 6


@dataclass(frozen=True, kw_only=True)
class AskQuiet(Text, template="menu/ask_quiet"):
    """From when (or, `begins` being chosen, until when)? And what holds now."""

    community: str
    own: str
    begins: str


@dataclass(frozen=True, kw_only=True)
class QuietChanged(Text, template="menu/quiet_changed"):
    """What holds from now on; no `own`: the community's hours alone."""

    community: str
    own: str


async def choose(_: Update, turn: Turn, press: Press) -> None:
    """🌙 免打扰: nothing chosen yet, the hour it begins, both hours (`8-15`), or none."""
    begins, _dash, ends = press.word.partition("-")
    await turn.answer()
    if press.word == "off":
        await people.choose_quiet(turn.tx, turn.person, begins=None, ends=None)
        await pings.look_again(turn.tx, turn.here, turn.person)
        await turn.settle(QuietChanged(community=_community(turn), own=""))
    elif not press.word:
        hours = [_hour(hour, str(hour)) for hour in range(24)]
        off = [button("quiet_off", "settings.quiet", 0, "off")] if turn.person.quiet_from is not None else []
        await turn.say(_asked(turn), buttons=[*grid(hours, width=_WIDTH), off])
    elif not {begins, ends or begins} <= _HOURS or begins == ends:
        raise NotFound
    elif not ends:
        later = [(int(begins) + more) % 24 for more in range(1, 24)]
        hours = [_hour(hour, f"{begins}-{hour}") for hour in later]
        await turn.settle(_asked(turn, begins=_clock(int(begins) * 60)), buttons=grid(hours, width=_WIDTH))
    else:
        await people.choose_quiet(turn.tx, turn.person, begins=int(begins) * 60, ends=int(ends) * 60)
        await pings.look_again(turn.tx, turn.here, turn.person)
        own = _span(int(begins) * 60, int(ends) * 60)
        await turn.settle(QuietChanged(community=_community(turn), own=own))


def _asked(turn: Turn, *, begins: str = "") -> AskQuiet:
    own = _span(turn.person.quiet_from or 0, turn.person.quiet_to or 0) if turn.person.quiet_from is not None else ""
    return AskQuiet(community=_community(turn), own=own, begins=begins)


def _community(turn: Turn) -> str:
    quiet = turn.here.neighbourhood.quiet
    return _span(quiet.start.hour * 60 + quiet.start.minute, quiet.end.hour * 60 + quiet.end.minute)


def _span(begins: int, ends: int) -> str:
    return f"{_clock(begins)}–{_clock(ends)}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _hour(hour: int, word: str) -> Button:
    label: Both = {"zh": _clock(hour * 60), "en": _clock(hour * 60)}
    return button(label, "settings.quiet", 0, word)


PRESSES = {"settings.quiet": choose}
