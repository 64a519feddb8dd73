"""每周一次, over a month with a holiday in it: nobody comes on the holiday, she is told before, and then it goes on."""

from datetime import date, datetime, time, timedelta

import pytest
from factories import NAINAI, XIAOLIN, ZONE
from story import Town

from bot.clock import Clock
from bot.demo_clock import read_offset
from bot.settings import EXAMPLE
from community import neighbourhood
from community.working_time import WorkingTime
from storage.crypto import Cipher
from storage.database import connect

WEEK = timedelta(days=7)
DAYS = "一二三四五六日"


async def now(town: Town) -> datetime:
    """The neighbourhood's time."""
    database = await connect(town.settings["JINLIN_DATABASE_URL"], Cipher(town.settings["JINLIN_SECRET_KEY"]))
    try:
        return (Clock().now() + await read_offset(database)).astimezone(ZONE)
    finally:
        await database.close()


async def until(town: Town, day: date, hour: int) -> None:
    """Nothing happens until then."""
    ahead = datetime.combine(day, time(hour), ZONE) - await now(town)
    await town.advance(seconds=ahead.total_seconds())


async def meal(town: Town) -> None:
    """小林 brings it."""
    await town.hears(XIAOLIN, "🍚 送饭*10:00 前到*您能去吗?")
    await town.tap(XIAOLIN, "🙋 我去")
    await town.tap(XIAOLIN, "✅ 做好了")
    await town.tap(NAINAI, "👍 好了")
    await town.hears(XIAOLIN, "*确认办好了*")


@pytest.mark.slow
async def test_a_weekly_meal_over_a_month_with_a_holiday(town: Town) -> None:
    """Two meals, a pause, the next one, and then no more."""
    working_time = WorkingTime.of(neighbourhood.load(EXAMPLE), ZONE)
    off = working_time.is_public_holiday
    holiday = (await now(town)).date() + 3 * WEEK
    while not (off(holiday) and not off(holiday - WEEK) and not off(holiday - 2 * WEEK)):
        holiday += timedelta(days=1)
    after = holiday + WEEK
    while off(after):
        after += WEEK

    await until(town, holiday - 2 * WEEK - timedelta(days=4), 9)
    await town.key(NAINAI, "🍚 送饭")
    await town.tap(NAINAI, "⋯*")
    await town.tap(NAINAI, "🔁 每周一次")
    await town.hears(NAINAI, "每周什么时候来?*")
    await town.say(NAINAI, f"周{DAYS[holiday.weekday()]}上午十点")
    await town.hears(NAINAI, "*10:00 前到,以后每周这个时候都来*")
    await town.tap(NAINAI, "✅ 叫人来")
    await until(town, holiday - 2 * WEEK - timedelta(days=3), 11)
    await meal(town)
    await until(town, holiday - WEEK - timedelta(days=3), 11)
    await meal(town)
    await until(town, holiday - timedelta(days=3), 11)
    await town.hears(NAINAI, f"*10:00 放假,“送饭”停一停,*{after.day}日 10:00 照旧。要是等不了,请另外下一单。")
    await until(town, after - timedelta(days=3), 11)
    await meal(town)
    await town.tap(NAINAI, "🔁 以后都不用了")

    assert town.count("orders") == 3
    assert town.count("timers", "kind = 'repeat'") == 0
    assert town.count("transfers") == 3
