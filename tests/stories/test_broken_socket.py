"""A broken socket: an old lady asks with two taps, another old neighbour has only a telephone."""

from dialogue import like, plain
from factories import AMEI, NAINAI, XIAOLIN, ZHOU, Speaker
from story import Town, buttons, labels

PRIVATE = ("陈奶奶", "13900001001", "301", "林爷爷", "13900001099", "201")


async def test_two_taps_bring_somebody_with_a_password(town: Town) -> None:
    """Reminded by the clock, done, rated; the minutes are banked, and nobody saw a name before the claim."""
    await town.key(NAINAI, "🔧 修东西")
    await town.hears(NAINAI, "🔧 请志愿者上门:*大约 * 分钟,不收钱。叫人来吗?")
    await town.tap(NAINAI, "✅ 叫人来")
    await town.hears(NAINAI, "好,正在找人,20 分钟内给您回话。*近邻从不要钱、验证码、身份证。")
    offered = [await town.hears(who, "🔧*约 * 分钟*您能去吗?") for who in (XIAOLIN, AMEI)]

    won = await town.tap(XIAOLIN, "🙋 我去")
    mine = await town.hears(XIAOLIN, "🔧*3号楼2梯301*陈奶奶*13900001001*暗号*")
    found = await town.hears(NAINAI, "找到人了:小林来办*先说暗号*")
    late = await town.hears(AMEI, "*已有邻居接单,谢谢您。")

    await town.advance(minutes=61)
    await town.hears(XIAOLIN, "*还能来吗?*")
    await town.tap(XIAOLIN, "✅ 能来")
    await town.advance(minutes=150)
    await town.hears(XIAOLIN, "⏰ * 要到3号楼*出发时点一下。")
    await town.tap(XIAOLIN, "🚶 我出发了")
    await town.tap(XIAOLIN, "📍 到门口了")
    door = await town.hears(NAINAI, "小林到门口了。先听暗号*对了再开门。")
    await town.advance(minutes=40)
    await town.tap(XIAOLIN, "✅ 做好了")
    await town.hears(NAINAI, "*办好了吗?")
    await town.tap(NAINAI, "👍 好了")
    await town.hears(XIAOLIN, "*确认办好了*记入时间银行 40 分钟,一共 40 分钟。")
    await town.tap(NAINAI, "⭐ 5")
    await town.hears(NAINAI, "*⭐⭐⭐⭐⭐ 谢谢您!")

    assert like("交给您了,谢谢!", won)
    assert not any(word in message["text"] for message in offered for word in PRIVATE)
    assert not any(word in late["text"] for word in PRIVATE)
    assert labels(late) == []
    password = plain(mine["text"]).split("暗号:")[1].split()[0]
    assert password in found["text"]
    assert password in door["text"]
    assert not any("13900001001" in text for text in await town.texts(XIAOLIN)), "after the visit the number is gone"
    assert town.count("transfers") == 1
    assert town.count("movements", "minutes IN (40, -40)") == town.count("movements") == 2


async def by_telephone(town: Town) -> None:
    """Somebody without chat rings, and the duty officer orders for them."""
    await town.say(ZHOU, "/desk")
    await town.tap(ZHOU, "☎️ 来电登记")
    await town.hears(ZHOU, "对方的电话号码是多少?*")
    await town.say(ZHOU, "13900001099")
    await town.hears(ZHOU, "这个号码还没登记。怎么称呼对方?*")
    await town.say(ZHOU, "林爷爷")
    for label, then in (
        ("榕荫小区", "榕荫小区,请接着选。"),
        ("3号楼", "*3号楼,请接着选。"),
        ("1梯", "*1梯,请接着选。"),
        ("201", "林爷爷*请念给对方听*您同意吗?"),
        ("✅ 同意", "*要办什么?"),
        ("🧺 下单", "要帮什么忙?"),
        ("🔧 修东西", "*给林爷爷*下单吗?*"),
    ):
        await town.tap(ZHOU, label)
        await town.hears(ZHOU, then)
    await town.tap(ZHOU, "✅ 下单")
    await town.hears(ZHOU, "下好了,订单 0001。*")


async def test_an_order_by_telephone_is_told_and_confirmed_by_telephone(town: Town) -> None:
    """Whoever rings is not who helps, and a call that nobody answers is made again."""
    await by_telephone(town)

    offered = await town.hears(XIAOLIN, "🔧*您能去吗?")
    await town.tap(XIAOLIN, "🙋 我去")
    await town.hears(ZHOU, "☎️ 请打电话告诉林爷爷(13900001099):*找到人了:小林*")
    again = await town.tap(ZHOU, "没打通")
    await town.hears(ZHOU, "☎️ 请打电话告诉林爷爷*已经打了 1 次没打通*")
    await town.advance(minutes=16)
    await town.hears(ZHOU, "☎️ 请打电话告诉林爷爷*已经打了 1 次没打通*")
    await town.tap(ZHOU, "已告知")
    await town.hears(ZHOU, "☎️ *已经告诉对方了。")
    await town.tap(XIAOLIN, "✅ 做好了")
    call = await town.hears(ZHOU, "☎️ 请打电话问问林爷爷(13900001099):*小林来办的*办好了吗?*")
    await town.tap(ZHOU, "👍 好了")
    await town.hears(XIAOLIN, "*确认办好了*记入时间银行*")

    assert not any(word in offered["text"] for word in PRIVATE)
    assert like("记下了,15 分钟后再提醒您。", again)
    assert "👍 好了" in labels(call)
    assert town.count("transfers") == 1


async def test_who_helps_is_never_asked_to_confirm_it(town: Town) -> None:
    """When the duty officer goes himself, the call to confirm it is somebody else's."""
    await by_telephone(town)
    await town.tap(XIAOLIN, "这次不行")
    await town.advance(minutes=21)
    await town.hears(ZHOU, "🔴 订单 0001 *还没人接,请安排人,或自己接下:")

    await town.tap(ZHOU, "🙋 我去")
    await town.tap(ZHOU, "✅ 做好了")
    call = await town.hears(Speaker(id=1004, name="社区吴主任"), "☎️ 请打电话问问林爷爷*办好了吗?*")

    assert [b["label"] for b in buttons(call) if "好了" in b["label"]] == ["👍 好了"]
    assert not any("请打电话问问林爷爷" in text for text in await town.texts(ZHOU))
