"""报平安: who does not tap 我很好 is rung up, asked after and knocked for; who has no chat is rung up every day."""

from factories import AMEI, LIU, NAINAI, XIAOWANG, ZHOU
from story import Town, labels


async def enrol(town: Town, phone: str, name: str, *contacts: str) -> None:
    """The grid worker reads it out, and the elder agrees."""
    await town.say(XIAOWANG, "/desk")
    await town.tap(XIAOWANG, "🌞 登记报平安")
    await town.hears(XIAOWANG, "🌞 给谁登记报平安?*")
    await town.say(XIAOWANG, phone)
    await town.tap(XIAOWANG, f"是{name}")
    await town.tap(XIAOWANG, "9:00", on=f"{name}每天几点前报平安?*")
    await town.hears(XIAOWANG, "没报平安的那天,要告诉哪位邻居或家人?*")
    for number in contacts:
        await town.say(XIAOWANG, number)
        await town.hears(XIAOWANG, "记下 1 位了*")
    await town.tap(XIAOWANG, "就这些")
    await town.tap(XIAOWANG, "✅ 对方同意了", on=f"请念给{name}听:*")
    await town.hears(XIAOWANG, "登记好了*")


async def test_an_elder_who_does_not_tap_is_rung_up_and_knocked_for_and_a_tap_ends_the_alarm(town: Town) -> None:
    """Card, reminders, call, neighbour, a knock at the door; the bot is ended and started again in between."""
    await enrol(town, "13900001001", "陈奶奶", "13900001008")
    await town.tap(AMEI, "愿意")
    await town.hears(AMEI, "💛 您愿意照应陈奶奶*")
    await town.hears(NAINAI, "🌞 您参加“报平安”了。*")

    await town.advance(hours=22, minutes=5)  # it was 9:00
    await town.hears(NAINAI, "🌞 早上好!今天 9:00 前点一下*")
    await town.advance(minutes=60)
    await town.hears(NAINAI, "⏰ 今天还没收到您的平安*")
    await town.advance(minutes=50)
    await town.hears(NAINAI, "⏰ 今天还没收到您的平安,今天 9:00 前请点一下*社区会打电话给您。")
    await town.advance(minutes=8)
    await town.hears(NAINAI, "⏰ 到时间了*社区会打电话给您。")
    assert await town.stop() == 0
    await town.start()
    await town.say(AMEI, "/menu")
    await town.hears(AMEI, "有什么事?*")
    await town.advance(minutes=5)
    await town.hears(ZHOU, "☎️ 请打电话问问陈奶奶(13900001001):*都好吗?*")
    await town.advance(minutes=5)
    alarm = await town.hears(AMEI, "🔴 陈奶奶到 今天 9:00 还没报平安*")
    await town.advance(minutes=20)
    asked = await town.hears(LIU, "🚪 敲门看看*3号楼*您现在能去吗?")
    await town.tap(LIU, "🚪 我去敲门")
    door = await town.hears(LIU, "🚪 敲门看看*3号楼2梯301*陈奶奶*13900001001*")

    relief = await town.tap(NAINAI, "☀️ 我很好")
    await town.hears(AMEI, "✅ 陈奶奶报平安了,请放心。谢谢您!")
    await town.hears(LIU, "✅ 3号楼2梯的老人报平安了,不用再去了。谢谢您!")
    await town.advance(hours=3)
    await town.key(NAINAI, "☀️ 我很好")
    await town.hears(NAINAI, "今天已经收到您的平安啦*")

    assert relief == "收到，您平安就好！已经告诉大家不用担心了。"
    assert labels(alarm) == ["😊 联系上了，都好", "🆘 需要帮助"]
    assert "陈奶奶" not in asked["text"]
    assert labels(door) == ["😊 都好", "没人应", "🆘 需要帮助", "↩️ 去不了"]
    assert not any("13900001001" in text for text in await town.texts(LIU)), "after the all-clear the number is gone"
    assert town.count("check_in_days", "settled_at IS NULL") == 0
    assert town.count("tasks", "state NOT IN ('confirmed', 'cancelled')") == 0
    assert await town.refused() == []


async def register(town: Town) -> None:
    """Somebody without chat is known to the desk."""
    await town.say(ZHOU, "/desk")
    await town.tap(ZHOU, "☎️ 来电登记")
    await town.hears(ZHOU, "对方的电话号码是多少?*")
    await town.say(ZHOU, "13900001099")
    await town.hears(ZHOU, "这个号码还没登记。*")
    await town.say(ZHOU, "林爷爷")
    for label in ("榕荫小区", "3号楼", "1梯", "201", "✅ 同意", "❌ 取消"):
        await town.tap(ZHOU, label)


async def test_an_elder_without_chat_is_rung_up_every_day(town: Town) -> None:
    """Whoever answers 都好 is left in peace; whoever is not reached is knocked for, and found well at the door."""
    await register(town)
    await enrol(town, "13900001099", "林爷爷")

    await town.advance(hours=22, minutes=5)  # it was 9:00
    for first in (True, False):
        await town.advance(minutes=90)
        who = ZHOU
        await town.hears(who, "☎️ 请打电话问问林爷爷(13900001099):*今天都好吗?*")
        await town.tap(who, "没打通")
        await town.hears(who, "☎️ 请打电话问问林爷爷*1 次没打通*")
        if first:
            await town.tap(who, "😊 都好")
            await town.hears(who, "☎️ *已经问过对方了。")
            await town.advance(hours=22, minutes=30)
    for minutes in (30, 10, 10, 20):
        await town.advance(minutes=minutes)
    await town.tap(XIAOWANG, "🚪 我去敲门")
    await town.tap(XIAOWANG, "😊 都好", on="🚪 敲门看看*林爷爷*")
    await town.hears(XIAOWANG, "🚪 *办好了*")

    assert town.count("check_in_days", "state = 'safe'") == 2
    assert town.count("tasks", "state NOT IN ('confirmed', 'cancelled')") == 0
