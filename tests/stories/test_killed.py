"""kill -9 in the middle of a backlog: nothing is lost, nothing is done twice, and little is said twice."""

import signal
from collections import Counter

import pytest
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOHE, XIAOLIN, XIAOWANG, ZHOU
from story import Town

EVERYBODY = (NAINAI, XIAOLIN, XIAOWANG, WU, AQIANG, LIU, XIAOHE, AMEI, ZHOU)
ASKED = 30
"""Questions of each."""
IN_FLIGHT = 8


async def a_visit_is_done(town: Town) -> None:
    """Up to the question whether it was done well."""
    await town.key(NAINAI, "🔧 修东西")
    await town.tap(NAINAI, "✅ 叫人来")
    await town.tap(XIAOLIN, "🙋 我去")
    await town.tap(XIAOLIN, "✅ 做好了")
    await town.hears(NAINAI, "*办好了吗?")


async def a_vote_is_open(town: Town) -> None:
    """Yes or no, in building 3."""
    await town.key(WU, "🗳 议事投票")
    await town.tap(WU, "🗳 发起投票")
    for said in ("3号楼", None, "装不装充电桩"):
        await (town.tap(WU, "✅ 就是3号楼") if said is None else town.say(WU, said))
    for label in ("赞成 / 反对", "跳过", "明天 20:00", "✅ 提交"):
        await town.tap(WU, label)
    await town.hears(AQIANG, "🗳 装不装充电桩*已投 0/24*")


@pytest.mark.slow
async def test_a_killed_bot_goes_on_where_it_was(town: Town) -> None:
    await a_visit_is_done(town)
    await a_vote_is_open(town)
    await town.photo(AMEI, "楼道堆满了杂物")
    await town.hears(AMEI, "这样登记对吗?*")
    await town.stop()
    start = (await town.chat.requests())[-1]["n"]

    for number in range(ASKED):
        for who in EVERYBODY:
            await town.say(who, "/help")
        if number == ASKED // 2:
            for who, label in ((NAINAI, "👍 好了"), (AQIANG, "赞成"), (AMEI, "✅ 提交")):
                await town.chat.press(who.id, label)
                await town.chat.press(who.id, label)
    await town.start()
    await town.chat.get("/requests", after=start + 60, wait=20)
    await town.stop(signal.SIGKILL)
    answered_before = await helped(town, start)
    await town.start()
    for who in EVERYBODY:
        await town.say(who, "/cancel")
        await town.hears(who, "*没有正在办的事*")
    answers = await helped(town, start)

    asked = ASKED * len(EVERYBODY)
    assert 0 < answered_before.total() < asked, "it was killed in the middle"
    assert {who.id: answers[who.id] >= ASKED for who in EVERYBODY} == {who.id: True for who in EVERYBODY}
    assert 0 <= answers.total() - asked <= IN_FLIGHT
    assert town.count("inbox", "state <> 'done'") == 0
    assert town.count("transfers") == 1
    assert town.count("movements") == 2
    assert town.count("ballots") == 1
    assert town.count("reports") == 1


async def helped(town: Town, start: int) -> Counter[int]:
    """How many answers to /help each chat has got since."""
    sent = await town.chat.requests(after=start, method="sendMessage")
    return Counter(r["parameters"]["chat_id"] for r in sent if r["ok"] and "/cancel" in r["parameters"]["text"])
