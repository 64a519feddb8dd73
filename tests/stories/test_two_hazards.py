"""A shift with two hazards: posted, grabbed from the group, walked at its hour, and counted."""

from factories import AMEI, B3_GROUP, WU, XIAOLIN, XIAOWANG
from story import Town, labels

TOO_PRIVATE = ("小林", "阿梅", "收旧卡", "漏水")


async def post(town: Town) -> None:
    """The grid worker posts a shift for this evening."""
    await town.say(XIAOWANG, "/desk")
    await town.tap(XIAOWANG, "👋 招人手")
    await town.tap(XIAOWANG, "🛡 巡防")
    await town.hears(XIAOWANG, "📍 在哪里?*")
    await town.tap(XIAOWANG, "3号楼")
    await town.hears(XIAOWANG, "哪一天?*")
    await town.tap(XIAOWANG, "*(今天)")
    for label, then in (
        ("19:30", "今天 19:30 开始。*"),
        ("就这一次", "大约多久?*"),
        ("60 分钟", "连领队一共几个人?*"),
        ("3 人", "要到哪些点?*"),
    ):
        await town.tap(XIAOWANG, label)
        await town.hears(XIAOWANG, then)
    await town.say(XIAOWANG, "东门\n车棚")
    await town.hears(XIAOWANG, "要到的点:东门、车棚。还有吗?")
    await town.tap(XIAOWANG, "就这些")
    await town.tap(XIAOWANG, "✅ 提交")
    await town.hears(XIAOWANG, "发出去了:*")


async def hazard(town: Town, words: str, number: str) -> None:
    """阿梅 reports something she has come across."""
    await town.tap(AMEI, "⚠️ 有隐患")
    await town.hears(AMEI, "怎么了?*")
    await town.say(AMEI, words)
    await town.tap(AMEI, "✅ 提交", on="这样登记对吗?*")
    await town.hears(AMEI, f"登记好了,编号 {number}。*")


async def test_a_shift_with_two_hazards(town: Town) -> None:
    """Nobody's name and no clue reaches the group, and the month's figures are those of the round."""
    await post(town)
    await town.hears(XIAOLIN, "🛡 巡防*您能来吗?")
    await town.hears(AMEI, "🛡 巡防*您能来吗?")
    invited = await town.hears(XIAOLIN, "🛡 巡防招人*还差 3 人*", B3_GROUP)

    await town.tap(XIAOLIN, "🛡 抢班次", on="🛡 巡防招人*", room=B3_GROUP)
    await town.tap(XIAOLIN, "🙋 我去", on="🛡 巡防*")
    await town.hears(XIAOLIN, "*您是领队。*")
    await town.tap(AMEI, "🙋 我去", on="🛡 巡防*")
    await town.hears(AMEI, "*您已报名,到时候见。")
    await town.advance(hours=7, minutes=31)
    await town.tap(XIAOLIN, "✅ 能来")
    await town.advance(hours=2, minutes=30)
    await town.hears(AMEI, "⏰ 今天 19:30 在3号楼,巡防。*")
    await town.advance(minutes=28)
    await town.tap(XIAOLIN, "▶️ 开始巡防")
    await town.tap(AMEI, "📍 东门")
    await hazard(town, "楼道灯不亮了", "0001")
    await hazard(town, "消防通道又堵了", "0002")
    await town.tap(AMEI, "🤝 劝和一起")
    await town.say(AMEI, "楼上漏水,说好周六修")
    await town.hears(AMEI, "记好了,只有社区看得到。")
    await town.tap(XIAOLIN, "🔎 线索一条")
    await town.say(XIAOLIN, "有生人在收旧卡")
    await town.hears(XIAOWANG, "🔎 巡防线索*有生人在收旧卡*")
    await town.advance(minutes=50)
    await town.tap(XIAOLIN, "🏁 巡完了")
    await town.tap(XIAOLIN, "✅ 都来了")
    await town.hears(XIAOLIN, "🏁 写一句这一趟的情况吧*")
    await town.say(XIAOLIN, "一切正常")

    await town.hears(AMEI, "🛡 3号楼巡完了*50 分钟*到点 1/2*隐患 2 件,劝和 1 起,线索 1 条。*记入时间银行 50 分钟。")
    await town.hears(XIAOLIN, "🛡 3号楼巡完了*记入时间银行 50 分钟。")
    await town.hears(XIAOLIN, "🛡 巡防招人*巡完了,谢谢大家!", B3_GROUP)
    await town.say(WU, "/desk")
    await town.tap(WU, "📊 巡防月报")
    await town.hears(WU, "📊 巡防月报*巡防 1 趟,参加 2 人,共 1.7 小时*隐患 2 件,办好 0 件 劝和 1 起,线索 1 条*")
    assert labels(invited) == ["🛡 抢班次"]
    group = "".join(await town.texts(XIAOLIN, B3_GROUP))
    assert not any(word in group for word in TOO_PRIVATE)
    assert town.count("shift_findings", "report_id IS NOT NULL") == 2
    assert town.count("transfers") == 2
