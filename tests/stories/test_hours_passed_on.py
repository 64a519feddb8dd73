"""Hours go on: 小林 helps an old lady, gives what he earned to his father, and his father is helped for it."""

import pytest
from factories import AMEI, LIU, NAINAI, XIAOLIN, Speaker
from story import Town

pytestmark = pytest.mark.slow


async def helped(town: Town, served: Speaker, helper: Speaker, minutes: int) -> None:
    """Somebody goes there, and it is done and thanked for."""
    await town.tap(helper, "🙋 我去")
    await town.tap(helper, "📍 到门口了")
    await town.hears(served, f"{helper.name}到门口了。*")
    await town.advance(minutes=minutes)
    await town.tap(helper, "✅ 做好了")
    await town.tap(served, "👍 好了")
    await town.hears(helper, f"*记入时间银行 {minutes} 分钟,一共 {minutes} 分钟。")


async def test_hours_are_earned_given_to_a_parent_and_spent(town: Town) -> None:
    """The statement of each says so, and all of it sums to zero."""
    await town.key(NAINAI, "🔧 修东西")
    await town.tap(NAINAI, "✅ 叫人来")
    await helped(town, NAINAI, XIAOLIN, 40)

    await town.say(XIAOLIN, "/my")
    await town.tap(XIAOLIN, "⏳ 我的时间")
    await town.hears(XIAOLIN, "⏳ 我的时间*信用时:40 分钟*帮忙“修东西” +40 信用时*")
    await town.tap(XIAOLIN, "🎁 送给家人")
    await town.tap(XIAOLIN, "父母")
    await town.hears(XIAOLIN, "请写对方的手机号。")
    await town.say(XIAOLIN, "13900001006")
    await town.hears(XIAOLIN, "送多少分钟?您能送 40 分钟。*")
    await town.say(XIAOLIN, "30")
    await town.tap(XIAOLIN, "✅ 送出")
    await town.tap(LIU, "🎁 收下")
    await town.hears(XIAOLIN, "您送的 30 分钟,对方收下了。")

    await town.say(LIU, "/order")
    await town.tap(LIU, "🔧 修东西")
    await town.tap(LIU, "✅ 叫人来")
    await helped(town, LIU, AMEI, 20)
    await town.say(LIU, "/my")
    await town.tap(LIU, "⏳ 我的时间")
    own = await town.hears(LIU, "⏳ 我的时间*信用时:10 分钟*")

    assert "请邻居“修东西” −20 信用时" in own["text"]
    assert "家人送来 +30 信用时" in own["text"]
    assert town.count("transfers") == 3
    assert town.count("(SELECT SUM(minutes) AS s FROM movements)", "s = 0") == 1
    fund = "SELECT account_id FROM movements WHERE transfer_id = 3"
    assert town.count("accounts", f"person_id IS NULL AND id IN ({fund})") == 0, "nobody but his father paid"
