"""The kinds of value a neighbourhood file is made of; each says what it expects when given another."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """A table of the file: read once, never changed, and without keys we don't know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def expected(what: str) -> PydanticCustomError:
    """Say what should stand here; the reader of the file adds the key path and what was found."""
    return PydanticCustomError("expected", "{what}", {"what": what})


def _matching(pattern: str, what: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise expected(what)
        return value

    return check


def _area(value: object) -> int:
    """Floor area in 0.01 m²: owners' decisions are counted on it, so nothing is ever rounded."""
    refusal = expected("m² with at most two decimals such as 85.50")
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,2})?", value):
            raise refusal
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal
    exact = Decimal(value)
    if not exact.is_finite() or not 0 < exact < 100_000 or exact != round(exact, 2):
        raise refusal
    return int(exact * 100)


def _time(value: object) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise expected('a time of day "HH:MM" such as "08:30"')
    return time.fromisoformat(value)


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise expected("a date such as 2026-02-14") from None


def _degrees(limit: int) -> Callable[[object], float]:
    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not -limit <= value <= limit:
            raise expected(f"degrees from -{limit} to {limit} such as 26.0745")
        return float(value)

    return check


def _phone(value: str) -> str:
    digits = sum(letter.isdecimal() for letter in value)
    if not re.fullmatch(r"\+?[0-9][0-9 -]*[0-9]", value) or not 3 <= digits <= 15:
        raise expected('a phone number of digits, spaces and hyphens such as "0591-5550-0100"')
    return re.sub(r"[ -]", "", value)  # in one piece: it breaks over no line, and a tap rings it


def _text(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise expected("a line of text")
    return value.strip()


Text = Annotated[str, AfterValidator(_text)]
Word = Annotated[str, AfterValidator(_matching(r"\w{2,12}", "a word of 2 to 12 letters"))]
PlaceCode = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*(?<!.{25})",
            "a short code of letters A-Z, digits and hyphens such as B3",
        )
    ),
]
Number = Annotated[str, AfterValidator(_matching(r"[A-Za-z0-9]{1,6}", "1 to 6 letters or digits in quotes"))]
Code = Annotated[
    str,
    AfterValidator(_matching(r"[a-z][a-z0-9_]{0,23}", "a code of small letters, digits and _ such as fire_lane")),
]
Phone = Annotated[str, AfterValidator(_phone)]
Area = Annotated[int, BeforeValidator(_area)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]
Day = Annotated[date, BeforeValidator(_date)]
Latitude = Annotated[float, BeforeValidator(_degrees(90))]
Longitude = Annotated[float, BeforeValidator(_degrees(180))]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Minutes = Annotated[int, Field(strict=True, gt=0, le=366 * 24 * 60)]
Count = Annotated[int, Field(strict=True, gt=0, le=100_000)]
Below = Annotated[int, Field(strict=True, ge=-100_000, le=0)]
MonthDay = Annotated[int, Field(strict=True, ge=1, le=28)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Floor = Annotated[int, Field(strict=True, ge=-9, le=200)]
Flag = Annotated[bool, Field(strict=True)]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Bilingual(Section):
    """A text that people read, in Chinese and in English."""

    zh: Text
    en: Text

    def for_language(self, language: str) -> str:
        """The English text for en, the Chinese one for anybody else."""
        return self.en if language.partition("_")[0].partition("-")[0] == "en" else self.zh


class Period(Section):
    """From one time of day to another; the end may be on the next day."""

    start: TimeOfDay
    end: TimeOfDay

    def covers(self, moment: time) -> bool:
        """Whether this time of day lies in the period, its end left out; equal ends are a whole day."""
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end
