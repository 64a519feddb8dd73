"""When a shift begins, as it is typed: `19:30`, or `每周五 19:30` (every Friday); else `moments.py` reads it."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from community.here import Here

DAYS = 7  # ahead, offered as buttons
_CLOCK = re.compile(r"(\d{1,2})\s*[:\u70b9]\s*(\d{1,2}|\u534a)?\s*\u5206?")  # 19:30, 19点半, 19点30分
_WEEKLY = (
    re.compile(r"\u6bcf\s*(?:\u5468|\u661f\u671f|\u793c\u62dc)\s*(\w)\s*(\d.*)"),  # 每周五, 每星期五, 每礼拜五
    re.compile(r"every\s+(\w+)\s+(\d.*)", re.IGNORECASE),
)
_WEEKDAYS = {0x4E00: 0, 0x4E8C: 1, 0x4E09: 2, 0x56DB: 3, 0x4E94: 4, 0x516D: 5, 0x65E5: 6, 0x5929: 6}  # 一 … 日, 天
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock(text: str) -> time | None:
    """A time of day (`19:30`, `19点半`); None when it cannot be read."""
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    minute = 30 if found[2] and not found[2].isdigit() else int(found[2] or 0)
    return time(int(found[1]), minute) if int(found[1]) < 24 and minute < 60 else None


def weekly(here: Here, text: str) -> datetime | None:
    """The next of every week's (`每周五 19:30`); UTC-aware; None when it cannot be read."""
    words = unicodedata.normalize("NFKC", text).strip()
    found = next((match for pattern in _WEEKLY if (match := pattern.fullmatch(words))), None)
    if found is None:
        return None
    weekday, at = _weekday(found[1]), clock(found[2])
    if weekday is None or at is None:
        return None
    begins = on(here, here.local.date() + timedelta(days=(weekday - here.local.weekday()) % 7), at)
    return begins if begins > here.now else on(here, begins.astimezone(here.zone).date() + timedelta(days=7), at)


def on(here: Here, day: date, at: time) -> datetime:
    """That time on that day of the community's; UTC-aware."""
    return datetime.combine(day, at, here.zone).astimezone(here.now.tzinfo)


def _weekday(word: str) -> int | None:
    if len(word) == 1:
        return _WEEKDAYS.get(ord(word))
    return _ENGLISH.index(word[:3].lower()) if word[:3].lower() in _ENGLISH else None
