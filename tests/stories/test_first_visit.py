"""A new volunteer is checked in person, goes to an elder who lives alone with a companion, and sees the week."""

from factories import AMEI, AQIANG, NAINAI, XIAOWANG
from story import Town, labels

from storage.crypto import Cipher
from storage.database import connect
from storage.queries import people


async def lives_alone(town: Town) -> None:
    """The grid worker has noted that 陈奶奶 lives alone."""
    database = await connect(town.settings["JINLIN_DATABASE_URL"], Cipher(town.settings["JINLIN_SECRET_KEY"]))
    try:
        async with database.write() as tx:
            person = await people.by_telegram(tx, NAINAI.id)
            assert person is not None
            await people.set_alone(tx, person_id=person.id, alone=True)
    finally:
        await database.close()


async def register(town: Town) -> None:
    """阿强 offers to mend things in the grid, at any time."""
    await town.say(AQIANG, "/tasks")
    for label, then in (
        ("🙋 当志愿者", "谢谢您愿意帮邻居!*"),
        ("✅ 选好了", "想参加哪支服务队?*"),
        ("✅ 选好了", "愿意去多远的地方帮忙?*"),
        ("本网格*", "什么时候有空?*"),
    ):
        await town.tap(AQIANG, label)
        await town.hears(AQIANG, then)
    await town.tap(AQIANG, "都可以")
    await town.tap(AQIANG, "✅ 选好了")
    await town.hears(AQIANG, "这样登记对吗?*")
    await town.tap(AQIANG, "✅ 提交")
    await town.hears(AQIANG, "登记好了,谢谢您!*网格员小王会和您约个时间,当面核对身份*")


async def test_the_first_visit_of_somebody_new_is_made_in_a_pair(town: Town) -> None:
    """Asked only once checked; not alone to who lives alone; the week is shown roughly, and as a file."""
    await lives_alone(town)
    await register(town)
    await town.hears(XIAOWANG, "🙋 住户阿强想当志愿者*")
    await town.tap(XIAOWANG, "✅ 已当面核对身份")
    await town.hears(AQIANG, "✅ 身份核对好了*第一次上门看独居老人,请和另一位志愿者一起去*")

    await town.key(NAINAI, "🔧 修东西")
    await town.tap(NAINAI, "✅ 叫人来")
    await town.hears(AQIANG, "🔧*您能去吗?")
    await town.tap(AQIANG, "🙋 我去")
    alone = await town.hears(AQIANG, "🔧*陈奶奶*要两个人一起去,另一位还在找*")
    await town.hears(NAINAI, "住户阿强会来办*要两位一起来,还在找另一位*")
    await town.tap(AMEI, "🙋 我去")
    both = await town.hears(AQIANG, "🔧*和志愿者阿梅一起去*")
    await town.say(AQIANG, "/tasks")
    await town.tap(AQIANG, "📅 我的一周")
    week = await town.hears(AQIANG, "📅 我的一周*修东西 · 3号楼*")
    await town.tap(AQIANG, "📅 加到日历")
    await town.hears(AQIANG, "📅 点开这个文件*")
    await town.tap(AQIANG, "📍 到门口了")
    await town.hears(NAINAI, "住户阿强、志愿者阿梅到门口了*")

    assert "🚶 我出发了" not in labels(alone)
    assert "🚶 我出发了" in labels(both)
    assert not [word for word in ("陈奶奶", "301", "13900001001") if word in week["text"]]
