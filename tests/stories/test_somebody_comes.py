"""Somebody comes, whatever happens: the helper falls silent, nobody answers, or it is the middle of the night."""

import pytest
from dialogue import like, plain
from factories import AMEI, NAINAI, WU, XIAOLIN, ZHOU
from story import Town, labels

pytestmark = pytest.mark.slow


async def order(town: Town) -> None:
    """The old lady's two taps."""
    await town.key(NAINAI, "🔧 修东西")
    await town.tap(NAINAI, "✅ 叫人来")
    await town.hears(NAINAI, "好,正在找人,20 分钟内给您回话。*")


async def password(town: Town) -> str:
    """What she was just told that the helper will say."""
    found = await town.hears(NAINAI, "找到人了*先说暗号*")
    return plain(found["text"]).split("暗号“")[1].split("”")[0]


async def test_a_helper_who_falls_silent_is_replaced_in_time(town: Town) -> None:
    """Asked three hours before, replaced an hour before, and whoever is new knows another word."""
    await order(town)
    await town.tap(XIAOLIN, "🙋 我去")
    before = await password(town)

    await town.advance(minutes=61)
    await town.hears(XIAOLIN, "🔧*还能来吗?*")
    await town.advance(minutes=120)
    await town.hears(NAINAI, "原来要来的人来不了,“修东西”正在另外找人,您放心。")
    await town.hears(XIAOLIN, "3号楼的“修东西”已经另外找人,您不用去了,谢谢您。")
    await town.tap(AMEI, "🙋 我去")
    after = await password(town)
    await town.hears(NAINAI, "🔧*志愿者阿梅会来*前到*")
    await town.tap(AMEI, "📍 到门口了")
    await town.hears(NAINAI, f"志愿者阿梅到门口了。先听暗号“{after}”*")
    await town.tap(AMEI, "✅ 做好了")
    await town.tap(NAINAI, "👍 好了")
    await town.hears(AMEI, "*记入时间银行*")

    assert after != before
    assert not any("13900001001" in text for text in await town.texts(XIAOLIN))
    assert town.count("transfers") == 1


async def test_where_nobody_answers_the_duty_officer_is_called_within_twenty_minutes(town: Town) -> None:
    """She hears who sees to it; he gives it to somebody, who is free to say no."""
    await order(town)
    await town.hears(XIAOLIN, "🔧*您能去吗?")
    await town.advance(minutes=19)
    await town.say(ZHOU, "/menu")
    await town.hears(ZHOU, "有什么事?*")
    early = await town.texts(ZHOU)

    await town.advance(minutes=1)
    called = await town.hears(ZHOU, "🔴 订单 0001 3号楼 “修东西”,20 分钟了还没人接,请安排人,或自己接下:")
    await town.hears(NAINAI, "“修东西”还没找到人,社区在亲自安排,由值班员老周负责。*")
    await town.tap(ZHOU, "👉 派给…")
    await town.tap(ZHOU, "志愿者阿梅")
    await town.hears(AMEI, "值班员老周请您去办“修东西”*")
    await town.hears(NAINAI, "找到人了:志愿者阿梅来办*")

    assert not any("还没人接" in text for text in early)
    assert not any(word in called["text"] for word in ("陈奶奶", "301", "13900001001"))


async def test_a_cry_for_help_at_night(town: Town) -> None:
    """The numbers come first; everybody near is woken, somebody rings her up, and within a minute the desk knows."""
    await town.advance(hours=14, minutes=30)  # half past eleven
    await town.key(NAINAI, "🆘 急事")
    await town.hears(NAINAI, "🆘 有生命危险先打 120,报警 110,火警 119。*要社区的人马上来吗?*")
    await town.tap(NAINAI, "🆘 马上来人")
    await town.hears(NAINAI, "已经叫人了!*马上给您打电话。*")
    for who in (XIAOLIN, AMEI):
        await town.hears(who, "🆘 急事求助*3号楼*您现在能去吗?")
    await town.hears(WU, "☎️ 请打电话告诉陈奶奶(13900001001):*")  # the night officer is not in chat
    await town.advance(seconds=61)
    await town.hears(WU, "🔴 订单 0001 3号楼 “急事求助”,1 分钟了还没人接*")

    won = await town.tap(AMEI, "🙋 我去")
    await town.hears(NAINAI, "找到人了:志愿者阿梅马上来,今天 23:4*前到。*")
    mine = await town.hears(AMEI, "🆘 急事求助*3号楼2梯301*陈奶奶*13900001001*")
    await town.tap(WU, "已告知")
    await town.tap(AMEI, "📍 到门口了")
    await town.tap(AMEI, "✅ 做好了")
    await town.tap(NAINAI, "👍 好了")
    await town.advance(hours=8)  # thanks wake nobody
    await town.hears(AMEI, "*记入时间银行*")

    assert like("交给您了,谢谢!", won)
    assert "📍 到门口了" in labels(mine)
    for who in (AMEI, XIAOLIN):
        assert not any("13900001001" in text for text in await town.texts(who))
