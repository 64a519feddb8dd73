"""🆘 急事 and 举报冒充."""

from dialogue import Dialogue, Edited, Popup, Press
from factories import AMEI, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU
from ordering import card, claim, order, told

from community.asking import ANY_TIME
from storage.queries import people, volunteers
from storage.states import Role


async def call(chat: Dialogue) -> None:
    """Two taps, and the numbers first."""
    await chat.play(
        NAINAI,
        [
            ("🆘 急事", "🆘 有生命危险先打 120，报警 110，火警 119。 要社区的人马上来吗？*"),
            (Press("🆘 马上来人"), ["🆘 急事求助*", "已经叫人了！*"]),
        ],
    )


async def test_everybody_near_is_asked_at_once_and_the_officer_rings_up(chat: Dialogue) -> None:
    more = [await chat.town.resident(f"邻居{n}", "B3-1-101", roles=((Role.VOLUNTEER, "G2"),)) for n in range(8)]

    await call(chat)
    await chat.advance(seconds=1)

    for who in (*more, XIAOLIN, AMEI):
        assert told(chat, who)[-1].startswith("🆘 急事求助 📍 3号楼"), who
    assert card(chat, ZHOU, "☎️*").startswith("☎️ 请打电话告诉陈奶奶（13900001001）： 您按了“急事”。")
    await chat.advance(seconds=60)
    assert any("急事求助" in text and "还没人接" in text for text in told(chat, ZHOU))


async def test_who_goes_is_to_go_now_and_is_said_to_come_now(chat: Dialogue) -> None:
    await call(chat)
    await chat.advance(seconds=1)
    assert told(chat, XIAOLIN)[-1].endswith("请马上去，越快越好。您现在能去吗？")
    chat.heard(NAINAI)

    await chat.advance(seconds=60)
    assert told(chat, NAINAI) == ["还没人接，社区在亲自安排，由值班员老周负责。电话请放手边；有生命危险马上打 120。"]
    await claim(chat)

    assert told(chat, NAINAI)[0].startswith("找到人了：小林马上来，今天 9:10 前到。")


async def test_to_an_sos_somebody_new_goes_at_once_and_alone(chat: Dialogue) -> None:
    async with chat.town.database.write() as tx:
        elder, novice = await chat.town.person(NAINAI), await chat.town.person(XIAOLIN)
        await people.set_alone(tx, person_id=elder.id, alone=True)
        at = (await chat.town.place("G2")).id
        await volunteers.put(tx, person_id=novice.id, hours=ANY_TIME, place_id=at, now=chat.clock.now())
    await call(chat)
    await claim(chat)

    await chat.play(XIAOLIN, [(Press("📍 到门口了"), [Popup("到了先说暗号*"), Edited("*")])])

    assert "🆘 需要帮忙" in chat.buttons(XIAOLIN)


async def test_at_night_it_is_the_same(chat: Dialogue) -> None:
    await chat.advance(hours=14)  # 23:00; 夜班员小吴 has no account, so staff are rung

    await call(chat)
    await chat.advance(seconds=1)

    assert told(chat, XIAOLIN)[-1].startswith("🆘 急事求助 📍 3号楼")
    assert card(chat, WU, "☎️*").startswith("☎️ 请打电话告诉陈奶奶")


async def test_pressed_twice_it_is_one_call_for_help(chat: Dialogue) -> None:
    await call(chat)
    await chat.say(NAINAI, "🆘 急事")
    await chat.say(NAINAI, Press("🆘 马上来人"))

    assert await chat.town.count("orders") == 1


async def test_not_meant_it_calls_nobody(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("🆘 急事", "*"), (Press("不用了"), Edited("好，没事就好*"))])

    assert await chat.town.count("orders") == 0


async def test_the_wrong_person_at_the_door_is_reported_with_one_tap(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)

    await chat.play(NAINAI, [(Press("🚨 举报冒充"), "🚨 先别开门！*有危险就打 110。")])
    await chat.advance(seconds=1)

    assert card(chat, ZHOU, "☎️*").startswith("☎️ 请打电话告诉陈奶奶（13900001001）： 您说门口的人或暗号不对。先别开门")
    for who in (WU, XIAOWANG):
        assert any(text.startswith("🚨 冒充警报：3号楼，订单 0001") for text in told(chat, who)), who
    assert not any("陈奶奶" in text for text in told(chat, WU) if text.startswith("🚨"))


async def test_once_it_is_over_nobody_need_ring_any_more(chat: Dialogue) -> None:
    await call(chat)
    await chat.advance(seconds=1)
    for step in ("🙋 我去", "📍 到门口了", "✅ 做好了"):
        await chat.say(AMEI, Press(step))
    assert card(chat, ZHOU, "☎️*").startswith("☎️ 请打电话告诉陈奶奶")

    assert chat.card(NAINAI, "现在没事了吗？").labels == ["👍 好了", "👎 没好", "没人来"]
    await chat.play(NAINAI, [(Press("👍 好了"), [Popup("没事就好。"), Edited("没事就好。*"), Edited("🆘 急事求助*")])])

    assert not chat.card(NAINAI, "没事就好*").labels
    assert not chat.card(ZHOU, "☎️*").labels
    assert await chat.town.count("tasks", "kind = 'call' AND state = 'cancelled'") == 1


async def test_called_off_nobody_need_ring_any_more(chat: Dialogue) -> None:
    await call(chat)
    await chat.advance(seconds=1)

    await chat.play(NAINAI, [(Press("取消"), ["好，取消了。*", Edited("*已取消")])])
    await chat.settle()

    assert not chat.card(ZHOU, "☎️*").labels
