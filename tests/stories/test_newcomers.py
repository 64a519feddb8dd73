"""Strangers join: by the code on their door with a photo in hand, and by an invitation to be a volunteer."""

import json

from factories import AQIANG, LIU, XIAOWANG, ZHAO, Speaker
from story import Town


async def test_a_first_photo_survives_joining_by_the_code_on_the_door(town: Town) -> None:
    """The stair captain confirms with one tap, and the household hears who joined."""
    doors = {p["code"]: p["door_payload"] for p in json.loads(await town.jinlin("places", "--json"))}

    await town.photo(ZHAO, "消防通道堵了")
    await town.hears(ZHAO, "您住哪里?请点一下。")
    await town.say(ZHAO, f"/start {doors['B3-2-102']}")
    await town.hears(ZHAO, "您住3号楼2梯102。怎么称呼您?*")
    await town.say(ZHAO, "小赵")
    await town.tap(ZHAO, "跳过")
    await town.hears(ZHAO, "小赵,请看一下您的资料怎么用*")
    await town.tap(ZHAO, "✅ 同意")
    await town.hears(ZHAO, "登记好了,小赵,欢迎!*")
    await town.hears(ZHAO, "这样登记对吗?*消防通道*📷 照片 1 张*")
    await town.tap(ZHAO, "✅ 提交")
    await town.hears(ZHAO, "登记好了,编号 0001。*")
    await town.hears(XIAOWANG, "*0001*消防通道*")
    await town.tap(LIU, "✅ 通过")
    await town.hears(ZHAO, "您在3号楼2梯102的住址确认好了,现在可以代表您家投票。")
    await town.hears(AQIANG, "小赵登记成了3号楼2梯102的住户*")

    assert town.count("report_files") == 1


async def test_an_invitation_makes_a_stranger_a_volunteer_once(town: Town) -> None:
    """The link comes from the command line; used up, it says so."""
    made = json.loads(await town.jinlin("invite", "volunteer", "--place", "B3", "--json"))
    late = Speaker(id=1011, name="来晚的人")
    await town.chat.person(late.name, id=late.id)

    await town.chat.follow(ZHAO.id, made["link"])
    for label in ("榕荫小区", "3号楼", "1梯", "101"):
        await town.tap(ZHAO, label)
    await town.hears(ZHAO, "*怎么称呼您?*")
    await town.say(ZHAO, "小赵")
    await town.tap(ZHAO, "跳过")
    await town.tap(ZHAO, "✅ 同意")
    await town.hears(ZHAO, "您现在是3号楼的志愿者了,谢谢您!")
    await town.hears(ZHAO, "登记好了,小赵,欢迎!*")
    keyboard = (await town.chat.chat(ZHAO.id))["keyboard"]
    await town.chat.follow(late.id, made["link"])
    answer = await town.hears(late, "*")

    assert made["link"] == f"https://t.me/jinlin_bot?start={made['payload']}"
    assert "🙋 领任务" in json.dumps(keyboard, ensure_ascii=False)
    assert "志愿者" not in answer["text"]
