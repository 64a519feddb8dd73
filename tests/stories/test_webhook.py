"""Receiving by webhook: the same conversation, and nothing without the secret."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
from factories import AQIANG, NAINAI, XIAOLIN, XIAOWANG
from story import Town

from proof import ports

SECRET = "secret-of-the-stories"
UPDATE: dict[str, Any] = {
    "update_id": 990_001,
    "message": {
        "message_id": 9001,
        "date": 1,
        "chat": {"id": AQIANG.id, "type": "private", "first_name": "阿强"},
        "from": {"id": AQIANG.id, "is_bot": False, "first_name": "阿强"},
        "text": "/help",
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    },
}


def reached() -> tuple[str, dict[str, str]]:
    """Where a bot is to be reached from outside, and its settings for it."""
    port = ports.free()
    address = f"http://127.0.0.1:{port}/hook"
    return address, {"WEBHOOK_URL": address, "WEBHOOK_LISTEN": f"127.0.0.1:{port}", "WEBHOOK_SECRET": SECRET}


async def test_start_and_a_report_are_answered_and_a_wrong_secret_is_turned_away(
    running_town: Callable[..., AbstractAsyncContextManager[Town]],
) -> None:
    address, settings = reached()

    async with running_town(**settings) as town, aiohttp.ClientSession() as session:
        await town.say(AQIANG, "/start")
        await town.hears(AQIANG, "有什么事?*")
        await town.photo(AQIANG, "消防通道又堵了")
        await town.tap(AQIANG, "✅ 提交")
        await town.hears(AQIANG, "登记好了,编号 0001。*")
        await town.hears(XIAOWANG, "*0001*消防通道*")
        statuses = []
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": SECRET}):
            async with session.post(address, json=UPDATE, headers=headers) as answer:
                statuses.append(answer.status)
        await town.hears(AQIANG, "*/cancel*")
        refused = await town.refused()

        assert statuses == [401, 401, 200]
        assert refused == []
        assert town.count("inbox", "update_id = 990001") == 1
        assert await town.chat.requests(method="getUpdates") == []


async def test_a_volunteers_calendar_fetches_the_week_by_itself(
    running_town: Callable[..., AbstractAsyncContextManager[Town]],
) -> None:
    address, settings = reached()

    async with running_town(**settings) as town, aiohttp.ClientSession() as session:
        await town.key(NAINAI, "🔧 修东西")
        await town.tap(NAINAI, "✅ 叫人来")
        await town.tap(XIAOLIN, "🙋 我去")
        await town.say(XIAOLIN, "/tasks")
        await town.tap(XIAOLIN, "📅 我的一周")
        await town.tap(XIAOLIN, "📅 加到日历")
        await town.tap(XIAOLIN, "🔗 让日历自己更新")
        said = await town.hears(XIAOLIN, "🔗*订阅日历*旧的作废。")
        link = next(word for word in said["text"].split() if word.startswith(address))

        async def fetched() -> str:
            async with session.get(link) as answer:
                assert answer.content_type == "text/calendar"
                return await answer.text()

        before = await fetched()
        await town.tap(XIAOLIN, "↩️ 去不了", on="🔧*")
        await town.hears(NAINAI, "原来要来的人来不了*")
        after = await fetched()

    assert ("STATUS:CONFIRMED" in before, "STATUS:CANCELLED" in after) == (True, True)
    assert "陈奶奶" not in before
