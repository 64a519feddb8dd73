"""The canteen vote: one house, one ballot, nothing of the result before the end, then table and picture."""

import asyncio
import json

from dialogue import like, plain
from factories import AMEI, AQIANG, B3_GROUP, LIU, NAINAI, WU, XIAOLIN, ZHAO, Speaker
from story import Town, labels

CATERERS = ("甲", "乙", "丙")


async def open_vote(town: Town) -> None:
    """Staff put the question to building 3, until eight tomorrow evening."""
    await town.key(WU, "🗳 议事投票")
    await town.tap(WU, "🗳 发起投票")
    await town.hears(WU, "请*的住户投票吗?*")
    await town.say(WU, "3号楼")
    await town.tap(WU, "✅ 就是3号楼")
    await town.hears(WU, "要大家定什么事?*")
    await town.say(WU, "长者食堂选一家")
    await town.tap(WU, "几个里选一个")
    await town.hears(WU, "有哪几个可以选?*")
    await town.say(WU, "\n".join(CATERERS))
    await town.tap(WU, "就这些")
    await town.tap(WU, "跳过")
    await town.tap(WU, "明天 20:00")
    await town.hears(WU, "这样发起对吗?*1. 甲 2. 乙 3. 丙*3号楼,实名,一户一票*发给 24 户*")
    await town.tap(WU, "✅ 提交")


async def join(town: Town, who: Speaker, door: str, name: str) -> None:
    """Somebody moves in by the code on the door and is confirmed by the stair captain."""
    await town.say(who, f"/start {door}")
    await town.hears(who, "您住3号楼2梯102。怎么称呼您?*")
    await town.say(who, name)
    await town.tap(who, "跳过")
    await town.tap(who, "✅ 同意")
    await town.hears(who, f"登记好了,{name},欢迎!*")
    await town.tap(LIU, "✅ 通过")
    await town.hears(who, "您在3号楼2梯102的住址确认好了*")


async def test_households_vote_until_the_clock_says_it_is_over(town: Town) -> None:
    """One changes, a member of the household overrides, only the silent are reminded."""
    doors = {p["code"]: p["door_payload"] for p in json.loads(await town.jinlin("places", "--json"))}
    await join(town, ZHAO, doors["B3-2-102"], "小赵")
    await open_vote(town)
    cards = await asyncio.gather(*(town.hears(who, "🗳 长者食堂选一家*已投 0/24*") for who in (AQIANG, LIU, NAINAI)))
    in_group = await town.hears(LIU, "🗳 长者食堂选一家*已投 0/24*", room=B3_GROUP)

    said = await town.tap(LIU, "乙")
    await town.tap(LIU, "改票")
    await town.hears(LIU, "*3号楼2梯201 现在投的是“乙”。要改成哪个?*")
    await town.tap(LIU, "丙", on="*要改成哪个*")
    await town.hears(LIU, "记下了,3号楼2梯201 投“丙”*")
    await town.tap(AQIANG, "甲")
    await town.hears(ZHAO, "🗳 “长者食堂选一家”,住户阿强替您家投了“甲”*")
    await town.tap(ZHAO, "改票")
    await town.tap(ZHAO, "乙", on="*要改成哪个*")
    await town.hears(AQIANG, "🗳 “长者食堂选一家”,小赵替您家改投了“乙”*")
    await town.tap(XIAOLIN, "乙")
    turnout = await town.hears(LIU, "🗳 长者食堂选一家*已投 3/24*", room=B3_GROUP)

    town.expected.add("message is not modified")
    await town.jinlin("clock", "--advance", "3h")
    before = {who.id: await reminded(town, who) for who in (LIU, AQIANG, ZHAO, XIAOLIN)}
    await town.advance(hours=29)
    await asyncio.gather(*(town.hears(who, "*还有 * 小时,您家这一票还没投*") for who in (NAINAI, AMEI)))
    after = {who.id: await reminded(town, who) for who in (LIU, AQIANG, ZHAO, XIAOLIN)}
    during = "".join(await town.texts(LIU, B3_GROUP))
    await town.advance(hours=4)
    results = await asyncio.gather(*(town.hears(who, "🗳 长者食堂选一家 投票结束了*") for who in (NAINAI, ZHAO)))
    public = await town.hears(LIU, "🗳 长者食堂选一家 投票结束了*", room=B3_GROUP)
    picture = await town.download(public["file"])

    assert all(labels(card) == [*CATERERS, "弃权"] for card in cards)
    assert labels(in_group) == labels(turnout) == ["🗳 去投票"]
    assert like("记下了,3号楼2梯201 投“乙”。截止前都能改。", said)
    assert (before, after) == (dict.fromkeys(before, 0), dict.fromkeys(before, 0))
    assert not any(f"“{name}”" in during or f"│ {name}" in during for name in CATERERS)
    for message in (*results, public):
        table = plain(message["text"])
        assert "应投 24 户,实投 3 户(12.5%)" in table
        assert "2 │ 66.7% │ 乙 ✓" in table
        assert "1 │ 33.3% │ 丙" in table
        assert "选“乙”。" in table
    assert picture.startswith(b"\x89PNG")
    assert town.count("ballots") == 3


async def reminded(town: Town, who: Speaker) -> int:
    """How many of somebody's messages ask for a vote that is not cast yet."""
    return sum("还没投" in text for text in await town.texts(who))
