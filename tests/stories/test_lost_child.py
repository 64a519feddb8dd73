"""The lost child: a photo to everybody within seconds, ahead of nobody's question, and taken back when found."""

import asyncio

from factories import AMEI, AQIANG, B3_GROUP, LIU, NAINAI, WU, XIAOLIN
from story import Town, buttons, labels

CHILD = "寻人:男孩,5 岁,红上衣,10 点在河畔新村门口走失。看到请打 0591-5550-0100。"
FOUND = "孩子找到了,谢谢大家!"
READERS = (NAINAI, AQIANG, AMEI, XIAOLIN)


async def write(town: Town) -> None:
    """Staff write it, up to the last tap."""
    await town.say(WU, "/desk")
    await town.tap(WU, "📣 写通知")
    await town.hears(WU, "请写下通知的内容*")
    await town.photo(WU, CHILD, sample="孩子")
    await town.tap(WU, "👥 发给榕荫社区*")
    preview = await town.hears(WU, "📣 通知 · 榕荫社区*走失*")
    assert preview["file"]["kind"] == "photo"
    await town.hears(WU, "上面就是大家会看到的样子。榕荫社区的 5 位居民会收到。还会发到 1 个群。 发吗?")


async def test_everybody_sees_the_child_and_later_that_it_was_found(town: Town) -> None:
    """People and their group; receipts and who could not be reached are counted; every card is corrected in place."""
    town.expected |= {"bot was blocked by the user", "message is not modified"}
    await town.chat.block(LIU.id)
    await write(town)
    await town.tap(WU, "📣 发送")

    cards = await asyncio.gather(*(town.hears(who, "📣 通知 · 榕荫社区*走失*") for who in READERS))
    in_group = await town.hears(NAINAI, "📣 通知 · 榕荫社区*走失*", room=B3_GROUP)
    await town.tap(AQIANG, "✅ 收到")
    received = await town.hears(AQIANG, "📣 通知*✅ 已收到")
    await town.advance(seconds=10)
    await town.hears(WU, "📣 0001 发完了:5 人,送达 4 人。*有 1 人没送到*")
    await town.advance(seconds=10)
    await town.hears(WU, "📣 0001 *已送达 4 / 应送 5*✅ 收到 1*没送到 1 人:拉黑了近邻*")

    await town.tap(WU, "✏️ 修改", on="📣 0001*")
    await town.hears(WU, "请把整条通知重新写一遍*照片不变。")
    await town.say(WU, FOUND)
    await town.hears(WU, "已经收到的 4 人会看到这样*")
    await town.tap(WU, "📣 发送")
    await town.hears(WU, "0001 更正了*")
    await town.advance(seconds=10)
    corrected = await asyncio.gather(*(town.hears(who, "📣 通知*孩子找到了*(已更正)*") for who in READERS))
    group_too = await town.hears(NAINAI, "📣 通知*孩子找到了*(已更正)*", room=B3_GROUP)

    pictures = await asyncio.gather(*(town.download(card["file"]) for card in (*cards, in_group)))
    assert len(set(pictures)) == 1
    assert all(labels(card) == ["✅ 收到"] for card in cards)
    assert buttons(in_group) == []
    assert labels(received) == []
    assert [card["id"] for card in corrected] == [card["id"] for card in cards], "edited, not sent once more"
    assert group_too["id"] == in_group["id"]
    for who in READERS:
        assert not any("走失" in text for text in await town.texts(who))
