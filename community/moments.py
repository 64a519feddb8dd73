"""A moment as people say it: 明天下午3点, 周五 15:00, 后天上午九点半, 11-27 20:00, tomorrow 3 pm."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from community.here import Here

_LAST_YEAR = timedelta(days=90)  # a date so long ago is meant for the year to come
_DIGITS = {word: number for number, word in enumerate("零一二三四五六七八九")} | {"两": 2, "十": 10}
_DAYS = {
    "大后天": 3, "后天": 2, "明天": 1, "明早": 1, "明晚": 1, "今天": 0, "今早": 0, "今晚": 0,
    "大前天": -3, "前天": -2, "昨天": -1, "昨晚": -1, "day after tomorrow": 2, "tomorrow": 1, "today": 0, "tonight": 0,
    "day before yesterday": -2, "yesterday": -1, "last night": -1,
}  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MORNING, _NOON, _AFTERNOON, _EVENING = time(9), time(12), time(15), time(19)
_PARTS = {
    "凌晨": time(5), "早上": _MORNING, "上午": _MORNING, "中午": _NOON, "下午": _AFTERNOON, "傍晚": time(18),
    "晚上": _EVENING, "早": _MORNING, "晚": _EVENING, "morning": _MORNING, "noon": _NOON, "afternoon": _AFTERNOON,
    "evening": _EVENING, "tonight": _EVENING, "pm": _AFTERNOON, "am": _MORNING,
}  # fmt: skip
_CLOCK = re.compile(r"(\d{1,2})\s*(?::|点|时)\s*(\d{1,2}(?!刻))?(半|1刻)?|(\d{1,2})\s*(?=am|pm)")
_DATE = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_AGAIN = re.compile("每|every")  # that is not one moment
_WEEK = re.compile(r"([上下])?(?:周|星期|礼拜)([1-7日天])")


def read(here: Here, text: str, *, weekly: bool = False) -> datetime | None:
    """The moment, UTC-aware, whether or not it has passed; None when it cannot be read.

    `weekly`: the first of those that come again may be meant; else 每周五 is no moment.
    """
    plain = _plain(text)
    if _AGAIN.search(plain) and not weekly:
        return None
    try:
        day, words = _day(here, plain)
        clock, part = _clock(words), _part(words)
    except ValueError:  # no day or time that there is
        return None
    if day is None and clock is None:
        return None
    local = datetime.combine(day or here.local.date(), clock or part or _MORNING, here.zone)
    if day is None and local <= here.local:
        local += timedelta(days=1)
    return local.astimezone(here.now.tzinfo)


def _plain(text: str) -> str:
    """Half-width, lower case, and Chinese numbers as digits."""
    words = unicodedata.normalize("NFKC", text).strip().lower()
    words = re.sub(r"[一二三四五六七八九]?十[一二三四五六七八九]?", lambda found: str(_tens(found[0])), words)
    return "".join(str(_DIGITS[letter]) if letter in _DIGITS else letter for letter in words)


def _tens(words: str) -> int:
    left, _, right = words.partition("十")
    return _DIGITS.get(left, 1) * 10 + (_DIGITS[right] if right else 0)


def _day(here: Here, words: str) -> tuple[date | None, str]:
    """The day that is meant, and the words without it."""
    today = here.local.date()
    if found := _DATE.search(words):
        year = int(found[1]) if found[1] else None
        return _of_month(here, year, int(found[2]), int(found[3])), words[: found.start()] + " " + words[found.end() :]
    if found := _WEEK.search(words):
        weekday = 6 if found[2] in "日天" else int(found[2]) - 1
        weeks = {"上": -1, "下": 1}.get(found[1] or "")
        return _of_week(today, weekday, weeks=weeks), words[found.end() :]
    for number, name in enumerate(_WEEKDAYS):
        if name in words:
            weeks = 1 if "next " + name in words else -1 if "last " + name in words else None
            return _of_week(today, number, weeks=weeks), words
    for word, ahead in _DAYS.items():
        if word in words:
            return today + timedelta(days=ahead), words
    return None, words


def _of_month(here: Here, year: int | None, month: int, day: int) -> date:
    today = here.local.date()
    found = date(year or today.year, month, day)
    if year is not None:
        return found
    return found if today - found < _LAST_YEAR else date(today.year + 1, month, day)


def _of_week(today: date, weekday: int, *, weeks: int | None) -> date:
    """周五 is the next Friday, today included; 下周五 the one in the week after this, 上周五 in the week before."""
    if weeks is not None:
        return today + timedelta(days=7 * weeks + weekday - today.weekday())
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _part(words: str) -> time | None:
    return next((begins for word, begins in _PARTS.items() if word in words), None)


def _clock(words: str) -> time | None:
    """The time of day; 3 点 without a word is the afternoon's."""
    found = _CLOCK.search(words)
    if found is None:
        return None
    hour = int(found[1] or found[4])
    minute = {"半": 30, "1刻": 15}.get(found[3] or "", int(found[2] or 0))
    part = _part(words)
    afternoon = part is not None and part >= _NOON
    written = ":" in found[0]
    if hour < 12 and (afternoon or (part is None and not written and 1 <= hour < 7)):
        hour += 12
    if part == _NOON and hour == 23:
        hour = 11  # 中午11点 is before noon
    return time(hour, minute)
