"""The blocked fire lane: from a photo in the building's group to 处理好了."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import postgres
import pytest
import story
from factories import AMEI, AQIANG, B3_GROUP, LIU, XIAOHE, XIAOWANG
from story import Town, buttons, labels


@pytest.fixture(params=["sqlite", "postgresql"])
async def town(request: pytest.FixtureRequest, settled: Path, tmp_path: Path) -> AsyncIterator[Town]:
    """The running neighbourhood, on each engine."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(settled, tmp_path)}"
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        url = await asyncio.to_thread(server.create_database)
        await story.settle(url)
    async with Town.running(folder=tmp_path, database_url=url) as found:
        yield found
        assert await found.refused() == []
    if request.param == "postgresql":
        await asyncio.to_thread(server.drop_database, url)


async def test_a_photo_in_the_group_ends_with_thanks_to_all(town: Town) -> None:
    """Asked for by a neighbour, confirmed by the author alone, seen to by the property, checked, rated."""
    photo = await town.photo(AQIANG, "消防通道又堵了", room=B3_GROUP)
    await town.say(LIU, "/report", room=B3_GROUP, reply_to=photo["id"])
    asked = await town.hears(LIU, "请发图的邻居确认,详情私聊说。", room=B3_GROUP)
    link = next(b["url"] for b in buttons(asked) if b["label"] == "📷 去确认")

    await town.chat.follow(AMEI.id, link)
    await town.hears(AMEI, "只有发这张图的邻居能确认*")
    await town.tap(AQIANG, "📷 去确认", room=B3_GROUP)
    await town.hears(AQIANG, "这样登记对吗?*消防通道*📍 *3号楼*消防通道又堵了*处理的单位看不到您的姓名。")
    await town.tap(AQIANG, "✅ 提交")
    await town.hears(AQIANG, "登记好了,编号 0001。*网格员小王会在*前回复您。*119*")

    await town.tap(XIAOWANG, "属实，派给榕荫物业", on="*0001*等受理*")
    await town.hears(AQIANG, "0001 属实，派给了榕荫物业*")
    card = await town.hears(XIAOHE, "*0001*派给榕荫物业*")
    await town.tap(XIAOHE, "✅ 提交结果")
    await town.hears(XIAOHE, "0001 处理得怎么样?*")
    await town.photo(XIAOHE, "装好隔离桩了")
    await town.tap(XIAOWANG, "核实无误")
    result = await town.hears(AQIANG, "0001 消防通道*处理好了,网格员看过了。*装好隔离桩了*")
    await town.tap(AQIANG, "👍 解决了")
    await town.hears(AQIANG, "0001 消防通道*处理好了。*打几颗星?")
    await town.tap(AQIANG, "⭐ 5")
    await town.hears(AQIANG, "*⭐⭐⭐⭐⭐*谢谢您!")
    await town.hears(LIU, "0001 处理好了,谢谢大家。", room=B3_GROUP)

    in_group = "".join(await town.texts(LIU, B3_GROUP))
    assert not any(word in in_group for word in ("阿强", "102", "1390000"))
    assert (await town.download(result["file"])).startswith(b"\x89PNG")
    assert "阿强" not in card["text"]
    assert "核实无误" not in labels(card), "who is responsible does not check their own work"
