"""The steps of 报平安 that several tests begin with."""

from datetime import timedelta

from dialogue import Dialogue, Edited, Popup, Press
from factories import AMEI, NAINAI, XIAOWANG, ZONE, Speaker

from storage.queries import check_ins
from storage.records import CheckInDay


async def enrol(chat: Dialogue, phone: str = "13900001001", contact: str = "13900001008", hour: str = "9:00") -> None:
    """The grid worker enrols an elder who agrees on the phone; 阿梅 is asked to be told."""
    await chat.play(
        XIAOWANG,
        [
            ("/desk", "*"),
            (Press("🌞 登记报平安"), "🌞 给谁登记报平安？*"),
            (phone, "是哪一位？"),
            (Press("是*"), "*每天几点前报平安？*"),
            (Press(hour), "没报平安的那天，要告诉哪位邻居或家人？*"),
            *([(contact, "记下 1 位了*")] if contact else []),
            (Press("就这些"), "请念给*听：*您同意吗？*"),
            (Press("✅ 对方同意了"), "登记好了*"),
        ],
    )


async def enrol_with_contact(chat: Dialogue) -> None:
    """And 阿梅 agrees."""
    await enrol(chat)
    await chat.play(AMEI, [(Press("愿意"), [Edited("💛 您愿意照应陈奶奶*")])])
    for who in (NAINAI, AMEI, XIAOWANG):
        chat.heard(who)


async def until(chat: Dialogue, hour: int, minute: int = 0, *, days: int = 0) -> None:
    """Let time pass to that hour of the day so many days from now; a little more, as people are spread."""
    now = chat.clock.now().astimezone(ZONE)
    at = now.replace(hour=hour, minute=minute, second=0) + timedelta(days=days)
    await chat.advance(seconds=(at - now).total_seconds() + chat.town.neighbourhood.check_in.spread_seconds)


async def day_of(chat: Dialogue, who: Speaker = NAINAI) -> CheckInDay:
    """The latest day."""
    person = await chat.town.person(who)
    async with chat.town.database.read() as tx:
        return (await check_ins.last_days(tx, person.id, limit=1))[0]


async def tap(chat: Dialogue, who: Speaker = NAINAI) -> None:
    """☀️ 我很好, on the card."""
    await chat.play(who, [(Press("☀️ 我很好"), [Popup("收到*"), Edited("☀️ 收到*")])])
