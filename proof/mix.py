"""A real mix of updates: 60 % steps of reports, 20 % presses on cards, 10 % menu, 10 % talk in a group."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from proof import town

Update = dict[str, Any]
Item = TypeVar("Item")
_messages = itertools.count(50_000_000)
_WORDS = (
    "楼道灯不亮了，晚上看不清",
    "消防通道又堵了，停了三辆电动车",
    "垃圾桶满了没人收",
    "单元门的门禁坏了",
    "楼下水管漏水",
    "井盖松了，踩上去会响",
    "广场舞太吵了",
)


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Updates in order, and what they must come to."""

    updates: list[Update]
    reports: int
    receipts: int
    talk: int


def user(number: int) -> Update:
    """Resident `number`'s account."""
    return {"id": town.FIRST + number, "is_bot": False, "first_name": "住户", "language_code": "zh-hans"}


def said(number: int, text: str, *, date: int) -> Update:
    """A message to the bot in private."""
    chat = {"id": town.FIRST + number, "type": "private", "first_name": "住户"}
    message: Update = {"message_id": next(_messages), "date": date, "chat": chat, "from": user(number), "text": text}
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"message": message}


def pressed(number: int, data: str, *, date: int, message_id: int = 1) -> Update:
    """A press of a button under a message of the bot."""
    chat = {"id": town.FIRST + number, "type": "private", "first_name": "住户"}
    message = {"message_id": message_id, "date": date, "chat": chat, "text": "…"}
    query = {"id": str(next(_messages)), "from": user(number), "message": message, "chat_instance": "1", "data": data}
    return {"callback_query": query}


def talked(number: int, text: str, *, date: int) -> Update:
    """Something in the group that is not meant for the bot."""
    chat = {"id": town.GROUP, "type": "supergroup", "title": "住户群"}
    return {"message": {"message_id": next(_messages), "date": date, "chat": chat, "from": user(number), "text": text}}


def report(number: int, chance: random.Random, *, date: int) -> list[Update]:
    """A report from /report to its number: three steps, or six with a change of words."""
    words = f"{chance.choice(_WORDS)}，{chance.randrange(1000)}号旁边"
    steps = [said(number, "/report", date=date), said(number, words, date=date)]
    if chance.random() < 0.5:
        steps += [
            pressed(number, "step.report.preview:0:edit", date=date),
            pressed(number, "step.report.edit:0:words", date=date),
            said(number, words + "，请快点来看", date=date),
        ]
    return [*steps, pressed(number, "step.report.preview:0:submit", date=date)]


def build(count: int, *, people: int, seed: int, date: int) -> Mix:
    """`count` updates (nearly: the last reports are finished) of `people` residents, each one's in order."""
    chance = random.Random(seed)
    reports: list[list[Update]] = []
    while sum(map(len, reports)) < count * 6 // 10:
        reports.append(report(1 + len(reports) % people, chance, date=date))
    receipts = [
        pressed(1 + i, f"notice.receive:{town.NOTICE}:", date=date, message_id=1 + i) for i in range(count * 2 // 10)
    ]
    if len(receipts) > people:
        raise ValueError("more presses than people")
    menu = [
        said(1 + chance.randrange(people), chance.choice(("/menu", "/my", "/help", "/who")), date=date)
        for _ in range(count // 10)
    ]
    talk = [talked(1 + chance.randrange(people), "今天菜市场的鱼很新鲜", date=date) for _ in range(count // 10)]
    updates = list(shuffled([*reports, *([one] for one in receipts), *([one] for one in (*menu, *talk))], chance))
    return Mix(updates=updates, reports=len(reports), receipts=len(receipts), talk=len(talk))


def shuffled(lanes: list[list[Item]], chance: random.Random) -> Iterator[Item]:
    """All lanes mixed, each in its own order; about sixty people are in the middle of something at a time."""
    waiting = list(lanes)
    chance.shuffle(waiting)
    active: list[list[Item]] = []
    while waiting or active:
        while waiting and len(active) < 60:
            active.append(list(waiting.pop()))
        lane = active[chance.randrange(len(active))]
        yield lane.pop(0)
        if not lane:
            active.remove(lane)
