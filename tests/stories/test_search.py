"""Somebody is missing at night: asked for at once, looked for together, found, and forgotten again."""

from factories import AMEI, B3_GROUP, XIAOLIN, XIAOWANG
from story import Town


async def test_somebody_is_missing_at_night(town: Town) -> None:
    """No description reaches the group, nobody waits for the morning, and afterwards nothing of it is kept."""
    await town.advance(hours=13, minutes=30)
    await town.say(XIAOWANG, "/desk")
    await town.tap(XIAOWANG, "👋 招人手")
    await town.tap(XIAOWANG, "🔎 寻人")
    await town.hears(XIAOWANG, "🔎 在哪一片找?*")
    await town.tap(XIAOWANG, "3号楼")
    await town.hears(XIAOWANG, "🔎 找谁?*")
    await town.say(XIAOWANG, "老人,灰外套,9 点在东门")
    await town.hears(XIAOWANG, "分几处找?*")
    await town.say(XIAOWANG, "河边\n公园")
    await town.tap(XIAOWANG, "就这些")
    await town.tap(XIAOWANG, "✅ 提交", on="👋 这样发出去对吗?*")

    await town.hears(XIAOLIN, "🔎 寻人*灰外套*您能来吗?")
    await town.hears(XIAOLIN, "🔎 寻人,要人手*私聊里告诉您*", B3_GROUP)
    await town.tap(XIAOLIN, "🙋 我去", on="🔎 寻人*")
    await town.tap(XIAOLIN, "▶️ 开始找")
    await town.tap(AMEI, "🔎 我去找", on="🔎 寻人,要人手*", room=B3_GROUP)
    await town.tap(AMEI, "🙋 我去", on="🔎 寻人*正在找*")
    await town.tap(AMEI, "📍 河边")
    await town.tap(XIAOLIN, "🔎 线索一条")
    await town.say(XIAOLIN, "有人看见他往公园走")
    await town.hears(XIAOWANG, "🔎 寻人线索*往公园走*")
    await town.advance(minutes=20)
    await town.tap(AMEI, "🎉 人找到了")
    await town.say(AMEI, "公园长椅上,人好好的")

    await town.hears(XIAOWANG, "🎉 人找到了*公园长椅上*描述也删了。")
    for who in (XIAOLIN, AMEI):
        await town.hears(who, "🎉 3号楼的人找到了*找过 1/2 处。*记入时间银行 20 分钟。")
    await town.hears(XIAOLIN, "🔎 寻人,要人手*🎉 人找到了,谢谢大家!", B3_GROUP)
    group = "".join(await town.texts(XIAOLIN, B3_GROUP))
    assert not any(word in group for word in ("灰外套", "小林", "阿梅", "长椅"))
    assert town.count("shifts", "words IS NOT NULL") == 0
