"""An old lady's bill: she rings up in the morning, and in the afternoon a neighbour shows her how it is paid."""

import pytest
from factories import AMEI, NAINAI, ZHOU
from story import Town

pytestmark = pytest.mark.slow


async def test_who_rings_in_the_morning_is_taught_in_the_afternoon(town: Town) -> None:
    """The officer takes it down in six taps; she says when it suits her, and hears who comes."""
    await town.say(ZHOU, "/desk")
    await town.tap(ZHOU, "☎️ 来电登记")
    await town.hears(ZHOU, "对方的电话号码是多少?*")
    await town.say(ZHOU, "13900001001")
    for label, then in (("是陈奶奶*", "*要办什么?"), ("🧺 下单", "要帮什么忙?"), ("🧾 教缴费", "🧾*教缴费*下单吗?*")):
        await town.tap(ZHOU, label)
        await town.hears(ZHOU, then)
    await town.tap(ZHOU, "✅ 下单")
    await town.hears(ZHOU, "下好了,订单 0001。*")
    await town.hears(NAINAI, "值班员老周替您下了单:教缴费。*近邻从不要钱、验证码、身份证。")
    await town.tap(NAINAI, "🕒 改时间")
    await town.hears(NAINAI, "什么时候来方便?*")
    await town.say(NAINAI, "今天下午三点")
    await town.hears(NAINAI, "好,改到今天 15:00。*")

    offered = await town.hears(AMEI, "🧾 教缴费*3号楼*今天 15:00 前到*您能去吗?")
    await town.tap(AMEI, "🙋 我去")
    await town.hears(NAINAI, "找到人了:志愿者阿梅来办“教缴费”,今天 15:00 前到。*先说暗号*")
    await town.advance(hours=3, minutes=1)
    await town.hears(AMEI, "🧾*还能来吗?*")
    await town.tap(AMEI, "✅ 能来")
    await town.advance(hours=2, minutes=30)
    await town.hears(AMEI, "⏰ 今天 15:00 要到3号楼,“教缴费”。出发时点一下。")
    await town.tap(AMEI, "🚶 我出发了")
    await town.hears(NAINAI, "🚶 志愿者阿梅出发了,来办“教缴费”。")
    await town.tap(AMEI, "📍 到门口了")
    await town.hears(NAINAI, "志愿者阿梅到门口了。先听暗号*")
    await town.advance(minutes=40)
    await town.tap(AMEI, "✅ 做好了")
    await town.tap(NAINAI, "👍 好了")
    await town.hears(AMEI, "“教缴费”确认办好了,谢谢您!记入时间银行 40 分钟,一共 40 分钟。")

    assert not any(word in offered["text"] for word in ("陈奶奶", "301", "13900001001"))
    assert town.count("transfers") == 1
