"""A visit under way: the lone helper's clock, positions, the photo of who comes, the wrong password, who is late."""

import pytest
from dialogue import Dialogue, Edited, Forge, Location, Photo, Popup, Press
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU, Speaker
from ordering import card, claim, everything, order, order_by_phone, password, rows, to_the_end, told

from bot.transport import Rejected
from storage.states import ContactMode, Role, TaskState

NEAR, FAR = Location(26.0805, 119.3005), Location(26.2, 119.4)


async def arrived(chat: Dialogue) -> None:
    """小林 is at the door, alone."""
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Press("📍 到门口了"), [Popup("到了先说暗号*"), Edited("*您一个人去*")])])
    for who in (NAINAI, XIAOLIN, ZHOU, WU, XIAOWANG, AMEI):
        chat.heard(who)


# A lone helper's clock.


async def test_who_is_alone_is_asked_when_the_usual_time_is_up_and_one_tap_answers(chat: Dialogue) -> None:
    await arrived(chat)
    assert "今天 9:30 问您一声好不好" in card(chat, XIAOLIN)

    await chat.advance(minutes=29)
    assert told(chat, XIAOLIN) == []
    await chat.advance(minutes=1)

    assert told(chat, XIAOLIN)[0].startswith("⏱ 3号楼的“修东西”，都好吗？您一个人去的")
    assert chat.buttons(XIAOLIN) == ["😊 都好", "⏱ 再要 15 分钟", "🆘 需要帮忙", "✅ 做好了", "↩️ 去不了"]
    await chat.play(XIAOLIN, [(Press("😊 都好"), [Popup("好，15 分钟后再问您。"), Edited("*9:45*")])])
    await chat.advance(minutes=14)
    assert told(chat, XIAOLIN) == told(chat, ZHOU) == []
    await chat.advance(minutes=1)
    assert "都好吗？" in told(chat, XIAOLIN)[0]


async def test_more_time_adds_up_a_quarter_of_an_hour_a_press(chat: Dialogue) -> None:
    await arrived(chat)

    await chat.play(XIAOLIN, [(Press("⏱ 再要 15 分钟"), [Popup("好，到 今天 9:45 再问您。"), Edited("*")])])
    await chat.play(XIAOLIN, [(Press("⏱ 再要 15 分钟"), [Popup("好，到 今天 10:00 再问您。"), Edited("*")])])

    await chat.advance(minutes=59)
    assert told(chat, XIAOLIN) == []
    await chat.advance(minutes=1)
    assert "都好吗？" in told(chat, XIAOLIN)[0]


async def test_nobody_stays_alone_for_more_than_four_hours(chat: Dialogue) -> None:
    await arrived(chat)
    for _ in range(14):
        await chat.say(XIAOLIN, Press("⏱ 再要 15 分钟"))
    assert "今天 13:00 问您" in card(chat, XIAOLIN)

    await chat.play(XIAOLIN, [(Press("⏱ 再要 15 分钟"), Popup("一个人上门，一次最多 4 小时*059155500100*"))])
    await chat.advance(hours=4)

    assert chat.buttons(XIAOLIN) == ["🆘 需要帮忙", "✅ 做好了", "↩️ 去不了"]
    await chat.play(XIAOLIN, [(Forge("visit.well:1:"), Popup("一个人上门，一次最多 4 小时*"))])
    await chat.advance(minutes=10)
    assert any("上门警报" in text for text in told(chat, ZHOU))


async def test_without_an_answer_the_officer_rings_and_sees_who_is_where_and_all_is_clear_with_one_tap(
    chat: Dialogue,
) -> None:
    await arrived(chat)
    await chat.advance(minutes=39)
    assert not told(chat, ZHOU)
    assert "13900001001" not in everything(chat, WU)
    await chat.advance(minutes=1)

    assert "都好吗？有事打社区电话 059155500100" in told(chat, NAINAI)[0]
    alarm = card(chat, ZHOU, "🚨 上门警报*")
    assert "3号楼的“修东西”" in alarm
    assert "🙋 小林在里面" in alarm
    assert "👤 陈奶奶 📞 13900001001 📍 3号楼2梯301" in alarm
    assert "☎️ 请打电话问问小林" in card(chat, ZHOU, "☎️*")
    assert chat.card(ZHOU, "☎️*").labels == ["😊 都好", "🆘 需要帮助", "没打通"]
    await chat.play(NAINAI, [("/privacy", "*今天 9:40 值班员老周*")])

    await chat.play(XIAOLIN, [(Press("😊 都好"), [Popup("好，15 分钟*"), Edited("*")])])

    assert card(chat, ZHOU, "✅*") == "✅ 3号楼的“修东西”：已经有回话了，或者已经办完，不用再找。"
    assert chat.card(ZHOU, "☎️*").text == "☎️ 这个电话不用打了。"
    now = " ".join(m.text for m in chat.screen(ZHOU))
    assert "13900001001" not in now
    assert "3号楼2梯301" not in now


@pytest.mark.parametrize("answer", ["😊 都好", "🆘 需要帮助"])
async def test_what_the_helper_says_on_the_phone_counts(chat: Dialogue, answer: str) -> None:
    await arrived(chat)
    await chat.advance(minutes=41)

    await chat.say(ZHOU, Press(answer))

    task = (await rows(chat))[1]
    assert (task.alarm_at is None) is (answer == "😊 都好")
    assert await chat.town.count("task_events", "event = 'alarm'") == (1 if answer == "😊 都好" else 2)
    assert await chat.town.count("tasks", "kind = 'call' AND state = 'open'") == 0  # they have been heard


async def test_who_says_on_the_phone_that_all_is_well_may_stay_on_after_four_hours(chat: Dialogue) -> None:
    await arrived(chat)
    for _ in range(14):
        await chat.say(XIAOLIN, Press("⏱ 再要 15 分钟"))
    await chat.advance(hours=4, minutes=11)

    await chat.say(ZHOU, Press("😊 都好"))

    assert (await rows(chat))[1].alarm_at is None
    chat.heard(XIAOLIN)
    await chat.advance(minutes=15)
    assert "都好吗？" in told(chat, XIAOLIN)[0]


async def test_a_companion_may_call_for_help_too(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await claim(chat, AMEI)
    await chat.say(XIAOLIN, Press("📍 到门口了"))

    assert "🆘 需要帮忙" in chat.buttons(XIAOLIN)
    await chat.play(AMEI, [(Press("🆘 需要帮忙"), ["🆘 知道了*"])])

    assert "上门警报" in everything(chat, WU)


async def test_a_call_for_help_is_heard_at_once_by_officer_staff_and_grid_worker(chat: Dialogue) -> None:
    await arrived(chat)

    for _ in range(2):
        await chat.say(XIAOLIN, Forge("visit.help:1:"))

    assert told(chat, XIAOLIN)[0].startswith("🆘 知道了，值班员马上给您打电话，也派人来。有人受伤、发病打 120")
    for who in (ZHOU, WU, XIAOWANG):
        assert any("上门警报" in text for text in told(chat, who)), who
    assert not [who for who in (AMEI, AQIANG, LIU) if "上门警报" in everything(chat, who)]
    assert await chat.town.count("tasks", "kind = 'call' AND state = 'open' AND urgent = 1") == 1


async def test_an_alarm_at_night_waits_for_nobody(chat: Dialogue) -> None:
    await chat.advance(hours=12, minutes=40)  # 21:40
    await order(chat)
    await claim(chat)
    await chat.say(XIAOLIN, Press("📍 到门口了"))
    await chat.advance(minutes=60)  # 22:40

    assert any("上门警报" in text for text in told(chat, WU))


async def test_an_alarm_comes_again_until_all_is_well(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.say(XIAOLIN, Press("📍 到门口了"))
    await chat.advance(minutes=31)
    await chat.advance(minutes=10)
    first = await chat.town.count("audit", "action = 'opened_address' AND detail = 'alarm'")
    assert first > 0

    await chat.advance(minutes=31)
    again = await chat.town.count("audit", "action = 'opened_address' AND detail = 'alarm'")
    asked = sum("还没说做好了" in text for text in told(chat, NAINAI))
    await chat.say(XIAOLIN, Press("😊 都好"))
    await chat.advance(minutes=14)

    assert again > first
    assert asked == 1
    assert await chat.town.count("tasks", "kind = 'call' AND question = 'visit'") == 1
    assert await chat.town.count("audit", "action = 'opened_address' AND detail = 'alarm'") == again


async def test_two_who_are_there_together_are_asked_late_and_raise_no_alarm(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await claim(chat, AMEI)
    await chat.say(XIAOLIN, Press("📍 到门口了"))
    minutes = (await rows(chat))[1].minutes
    for who in (XIAOLIN, ZHOU, NAINAI):
        chat.heard(who)

    await chat.advance(minutes=minutes + 14)
    assert told(chat, XIAOLIN) == []
    await chat.advance(minutes=1)
    assert "时间有点长了，都好吗？" in told(chat, XIAOLIN)[0]
    await chat.advance(minutes=10)

    assert sum("去了很久，问了没回话" in text for text in told(chat, WU)) == 1
    await chat.advance(minutes=31)
    assert sum("去了很久，问了没回话" in text for text in told(chat, WU)) == 1
    assert "上门警报" not in everything(chat, WU)


async def test_whose_companion_leaves_in_the_middle_is_alone_from_then_on(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await claim(chat, AMEI)
    await chat.say(XIAOLIN, Press("📍 到门口了"))

    await chat.say(AMEI, Press("↩️ 去不了"))

    assert "您一个人去" in card(chat, XIAOLIN, "🔥*")


@pytest.mark.parametrize("step", ["well", "more", "help"])
async def test_before_and_after_the_visit_and_for_others_these_presses_change_nothing(
    chat: Dialogue, step: str
) -> None:
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Forge(f"visit.{step}:1:"), Popup("这一步已经办过了*"))])
    await chat.say(XIAOLIN, Press("📍 到门口了"))
    for who in (AMEI, AQIANG, NAINAI):
        await chat.play(
            who, [(Forge(f"visit.{step}:1:"), Popup("*")), (Forge(f"visit.{step}:99:"), Popup("没有找到*"))]
        )
    assert (await rows(chat))[1].alarm_at is None

    await chat.say(XIAOLIN, Press("✅ 做好了"))
    await chat.play(XIAOLIN, [(Forge(f"visit.{step}:1:"), Popup("这一步已经办过了*"))])
    await chat.advance(hours=5)

    assert await chat.town.count("task_events", "event = 'alarm'") == 0


# Positions.


async def test_a_position_at_sign_in_and_one_at_sign_out_and_staff_see_what_they_said(chat: Dialogue) -> None:
    await arrived(chat)

    await chat.play(XIAOLIN, [(NEAR, ["📎 签到位置收到了。只记“发过、离楼近不近”*"])])
    await chat.advance(minutes=20)
    await chat.play(XIAOLIN, [(Press("✅ 做好了"), [Popup("*签退*"), Edited("*")])])
    await chat.play(XIAOLIN, [(FAR, ["📎 签退位置收到了*"])])

    task = (await rows(chat))[1]
    assert (task.came, task.went) == ("near", "away")
    await chat.say(WU, Forge("desk.task:1:"))
    assert "📍 今天 9:00 签到（位置在附近） 🏁 今天 9:20 签退（位置不在附近）" in card(chat, WU)
    assert "签到" not in card(chat, AMEI)


async def test_a_second_position_or_a_late_one_belongs_to_nothing_and_is_asked_about(chat: Dialogue) -> None:
    await arrived(chat)
    await chat.play(XIAOLIN, [(NEAR, "📎*"), (FAR, "*要报一件事，还是请人帮忙*"), (Press("❌*"), "*")])
    assert (await rows(chat))[1].came == "near"


async def test_who_sends_no_position_is_asked_for_none_and_staff_see_that(chat: Dialogue) -> None:
    await arrived(chat)
    await chat.advance(minutes=16)
    await chat.play(XIAOLIN, [(NEAR, "*要报一件事，还是请人帮忙*"), (Press("❌*"), "*")])

    await chat.say(WU, Forge("desk.task:1:"))
    assert "📍 今天 9:00 签到（没发位置）" in card(chat, WU)


# The photo of who comes.


async def with_photo(chat: Dialogue) -> None:
    """小林 has a photo that the grid worker has seen."""
    await chat.play(
        XIAOLIN,
        [
            (Forge("volunteer.mine:0:"), "*我的志愿*"),
            (Press("📷 我的照片"), "📷 发一张您的正面照*"),
            ("我的脸", ["这不是照片*", "📷 发一张*"]),
            (Photo(file="face"), "📷 收到了，工作人员看过就用。"),
        ],
    )
    await chat.play(XIAOWANG, [(Press("✅ 照片是本人"), [Edited("🙋 小林*")])])
    assert told(chat, XIAOLIN)[-1].startswith("📷 照片看过了")


def faces(chat: Dialogue, who: Speaker) -> list[str]:
    """Photos that somebody sees now."""
    return [m.photo for m in chat.screen(who) if m.photo == "face"]


async def test_the_elder_sees_who_comes_while_they_come_and_nobody_else_does(chat: Dialogue) -> None:
    await with_photo(chat)
    await order(chat)
    assert faces(chat, NAINAI) == []

    await claim(chat)

    assert faces(chat, NAINAI) == ["face"]
    assert chat.card(NAINAI, "📷*").text == "📷 这是小林。来的人和照片对不上，先别开门。"
    await chat.say(XIAOLIN, Press("🚶 我出发了"))
    assert faces(chat, NAINAI) == ["face"]  # brought down, not twice
    await to_the_end(chat)
    assert faces(chat, NAINAI) == []
    assert not [who for who in (AMEI, AQIANG, LIU, WU) if faces(chat, who)]


async def test_a_proxy_who_ordered_sees_who_comes_as_well(chat: Dialogue) -> None:
    await with_photo(chat)
    ids = {"p": (await chat.town.person(NAINAI)).id, "q": (await chat.town.person(AQIANG)).id}
    async with chat.town.database.write() as tx:
        await tx.run("INSERT INTO proxies (person_id, proxy_id, state, at) VALUES (:p, :q, 'agreed', 0)", **ids)
    await order(chat)
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE orders SET ordered_by = :q", q=ids["q"])
    await claim(chat)
    assert (faces(chat, NAINAI), faces(chat, AQIANG)) == (["face"], ["face"])

    await chat.say(XIAOLIN, Press("↩️ 去不了"))

    assert (faces(chat, NAINAI), faces(chat, AQIANG)) == ([], [])


async def test_a_photo_that_telegram_deletes_no_more_stops_nothing(chat: Dialogue) -> None:
    await with_photo(chat)
    await order(chat)
    await claim(chat)
    chat.api.refuse(Rejected("Bad Request: message can't be deleted"), method="deleteMessage")

    await to_the_end(chat)  # and nothing has failed

    assert "办好了吗" in told(chat, NAINAI)[-1]


async def test_a_photo_nobody_has_checked_or_that_was_refused_is_shown_to_nobody(chat: Dialogue) -> None:
    await chat.say(XIAOLIN, Forge("volunteer.photo:0:"))
    await chat.say(XIAOLIN, Photo(file="face"))
    await order(chat)
    await claim(chat)
    assert faces(chat, NAINAI) == []

    await chat.say(XIAOWANG, Press("请换一张"))

    assert faces(chat, XIAOWANG) == []
    assert told(chat, XIAOLIN)[-1].startswith("📷 照片看不清是不是您")
    assert await chat.town.count("helper_photos") == 0


async def test_it_is_replaced_and_taken_back_at_will_also_out_of_the_elders_chat(chat: Dialogue) -> None:
    await with_photo(chat)
    await order(chat)
    await claim(chat)

    await chat.play(
        XIAOLIN,
        [
            (Forge("volunteer.photo:0:"), "📷 换一张就发新照片*"),
            ("/cancel", "*"),
            (Forge("volunteer.photo:0:"), "📷 换一张就发新照片*"),
            (Press("不要照片了"), "📷 好，照片删掉了。"),
        ],
    )

    assert faces(chat, NAINAI) == []
    assert await chat.town.count("helper_photos") == 0
    await chat.say(XIAOLIN, Press("🚶 我出发了"))
    assert faces(chat, NAINAI) == []


async def test_a_new_photo_is_not_the_one_that_was_checked(chat: Dialogue) -> None:
    await chat.say(XIAOLIN, Forge("volunteer.photo:0:"))
    await chat.say(XIAOLIN, Photo(file="face"))
    data = next(b["callback_data"] for row in chat.last(XIAOWANG).buttons for b in row if "本人" in b["text"])
    await chat.advance(minutes=1)
    await chat.say(XIAOLIN, Forge("volunteer.photo:0:"))
    await chat.say(XIAOLIN, Photo(file="other"))

    await chat.play(XIAOWANG, [(Forge(data), Popup("这一步已经办过了*"))])

    assert await chat.town.count("helper_photos", "checked_by IS NOT NULL") == 0
    for who in (XIAOLIN, AMEI, LIU):
        await chat.say(who, Forge(data))
        await chat.say(who, Forge("volunteer.photo_good:1:x"))
    assert await chat.town.count("helper_photos", "checked_by IS NOT NULL") == 0


async def test_who_is_no_volunteer_has_no_photo_to_send(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/menu", "*"), (Forge("volunteer.photo:0:"), Popup("这一步已经办过了*"))])


# The wrong password.


async def test_a_wrong_password_at_the_door_is_one_tap_and_everybody_knows_what_to_do(chat: Dialogue) -> None:
    await arrived(chat)
    assert chat.card(NAINAI, "*到门口了*").labels == ["🔑 暗号不对"]

    await chat.play(NAINAI, [(Press("🔑 暗号不对"), "🚨 先别开门*")])
    await chat.advance(seconds=1)

    assert told(chat, XIAOLIN)[0].startswith("✋ 3号楼的“修东西”：对方说门口的人或暗号不对")
    for who in (WU, XIAOWANG):
        assert any("冒充警报" in text for text in told(chat, who)), who
    assert "☎️ 请打电话告诉陈奶奶" in card(chat, ZHOU, "☎️*")
    assert await chat.town.count("task_events", "event = 'impostor'") == 1
    await chat.say(XIAOLIN, Press("✅ 做好了"))
    assert chat.card(NAINAI, "*来过了*").labels == []


async def test_who_rings_up_about_the_wrong_person_at_the_door_is_taken_down(chat: Dialogue) -> None:
    await chat.town.resident("陈爷爷", "B3-2-302", phone="13900001077", elder=True, mode=ContactMode.PHONE)
    await order_by_phone(chat)
    await claim(chat)
    for who in (XIAOLIN, WU):
        chat.heard(who)

    await chat.play(
        ZHOU,
        [
            ("/desk", "*"),
            (Press("☎️ 来电登记"), "*"),
            ("13900001077", "*"),
            (Press("是*"), "*要办什么？"),
            (Press("🚨 门口的人不对*"), ["🚨 冒充警报*", "🚨 请告诉对方：先别开门，别挂电话，有危险就打 110*"]),
        ],
    )

    assert any("冒充警报" in text for text in told(chat, WU))
    assert told(chat, XIAOLIN)[0].startswith("✋")


async def test_who_waits_for_nobody_has_no_wrong_person_to_report(chat: Dialogue) -> None:
    await chat.town.resident("陈爷爷", "B3-2-302", phone="13900001077", elder=True, mode=ContactMode.PHONE)
    await chat.say(ZHOU, "/desk")
    for said in (Press("☎️ 来电登记"), "13900001077", Press("是*")):
        await chat.say(ZHOU, said)
    assert chat.buttons(ZHOU)[:2] == ["🧺 下单", "📷 报事"]

    await chat.play(ZHOU, [(Forge("step.caller.what:0:door"), Popup("这一步已经办过了*"))])


# Late, and not there.


async def late(chat: Dialogue) -> None:
    """小林 has claimed, said that they come, and is ten minutes over."""
    await order(chat)
    await claim(chat)
    await chat.advance(hours=1)
    await chat.say(XIAOLIN, Press("✅ 能来"))
    await chat.advance(hours=3)
    for who in (NAINAI, XIAOLIN):
        chat.heard(who)
    await chat.advance(minutes=10)


async def test_the_elder_hears_that_the_helper_may_be_late_and_what_to_press(chat: Dialogue) -> None:
    await late(chat)

    assert told(chat, NAINAI)[0].startswith("小林可能晚到一会儿，已经提醒过了。“修东西”您不用着急")
    assert chat.buttons(NAINAI) == ["没人来", "🕒 改时间", "取消", "🚨 举报冒充"]
    assert told(chat, XIAOLIN)[0].startswith("⏰ 已经过了约好的时间")  # reminded; no word of blame yet
    await chat.say(XIAOLIN, Press("📍 到门口了"))
    chat.heard(XIAOLIN)
    await chat.say(XIAOLIN, Press("✅ 做好了"))
    assert "“修东西”今天晚了一些，没关系。" in told(chat, XIAOLIN)[1]


async def test_whose_hour_has_passed_by_night_reads_when_the_looking_goes_on(chat: Dialogue) -> None:
    await chat.advance(hours=8, minutes=45)
    await order(chat)
    await claim(chat)
    await chat.advance(hours=1)
    await chat.say(XIAOLIN, Press("✅ 能来"))

    await chat.advance(hours=3, minutes=31)

    assert card(chat, NAINAI, "🔧 修东西*").startswith("🔧 修东西 ⏳ 约好的时间过了，明天 7:00 接着找人")


async def test_who_reaches_the_elder_only_by_phone_has_them_rung_up(chat: Dialogue) -> None:
    await chat.town.resident("陈爷爷", "B3-2-302", phone="13900001077", elder=True, mode=ContactMode.PHONE)
    await order_by_phone(chat)
    await claim(chat)
    await chat.advance(hours=1)
    await chat.say(XIAOLIN, Press("✅ 能来"))
    await chat.advance(hours=3, minutes=11)

    assert "小林可能晚到一会儿" in card(chat, ZHOU, "☎️*")


async def test_the_volunteer_sees_their_own_figures_and_staff_see_them_too(chat: Dialogue) -> None:
    await late(chat)
    await chat.say(NAINAI, Press("没人来"))
    assert "那家说没等到您" in told(chat, XIAOLIN)[-1]

    await chat.play(XIAOLIN, [(Forge("volunteer.mine:0:"), "*🕒 近来没到 1 次*")])
    taker = (await chat.town.person(XIAOLIN)).id
    await chat.say(WU, Forge(f"volunteer.open:{taker}:"))
    assert "🕒 近来没到 1 次" in card(chat, WU, "🙋 小林*")
    await chat.say(AMEI, Forge(f"volunteer.open:{taker}:"))
    assert "没到" not in everything(chat, AMEI)


async def test_after_several_there_is_a_pause_with_its_reason_and_staff_can_lift_it(chat: Dialogue) -> None:
    taker = (await chat.town.person(XIAOLIN)).id
    async with chat.town.database.write() as tx:
        for task_id in (901, 902):
            await tx.run(
                "INSERT INTO tasks (id, kind, place_id, state, due, minutes, created_at, changed_at) "
                "VALUES (:id, 'visit', 1, 'confirmed', 0, 1, 0, 0)", id=task_id
            )  # fmt: skip
            await tx.run(
                "INSERT INTO lapses (person_id, task_id, kind, at, told) VALUES (:p, :id, 'late', :at, 1)",
                p=taker, id=task_id, at=chat.clock.now(),
            )  # fmt: skip
    await late(chat)
    await chat.say(NAINAI, Press("没人来"))

    said = told(chat, XIAOLIN)[-1]
    assert said.startswith("最近您可能太忙了，我们先歇 7 天不问您，到 6月17日")
    assert "最近晚到 2 次，没到 1 次" in said
    assert "059155500100" in said
    await chat.play(AQIANG, [("/order", "*"), (Press("🔧 修东西"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    assert told(chat, XIAOLIN) == []
    await chat.play(
        XIAOLIN, [("/tasks", "现在没有等您的事，6月17日 * 前先不问您。*"), (Forge("volunteer.mine:0:"), "*")]
    )
    mine = card(chat, XIAOLIN, "🙋 我的志愿*")
    assert ("⏸ 最近有几次晚到或没到" in mine, "✅ 有合适的事就问您" in mine) == (True, False)
    await chat.play(XIAOLIN, [(Forge(f"volunteer.lift:{taker}:"), Popup("*"))])

    await chat.say(WU, Forge(f"volunteer.open:{taker}:"))
    await chat.play(WU, [(Press("▶️ 恢复派单"), [Edited("*")]), (Forge(f"volunteer.lift:{taker}:"), Popup("*"))])

    assert told(chat, XIAOLIN) == ["▶️ 工作人员给您恢复了，有合适的事就问您。谢谢您一直在帮邻居。"]
    assert "▶️ 恢复派单" not in chat.card(WU, "🙋 小林*").labels


async def test_given_back_in_time_it_counts_for_nothing(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.say(XIAOLIN, Press("↩️ 去不了"))

    assert await chat.town.count("lapses") == 0
    assert (await rows(chat))[1].state is TaskState.OPEN


# The elder always knows who comes and when.


async def test_whoever_takes_over_comes_with_a_new_password_and_the_elder_hears_both(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await claim(chat, AMEI)
    before = await password(chat)
    chat.heard(NAINAI)

    await chat.say(XIAOLIN, Press("↩️ 去不了"))

    word = await password(chat)
    [said] = told(chat, NAINAI)
    assert word != before
    assert "换志愿者阿梅来，时间不变" in said
    assert f"来的人会先说“{word}”" in said


async def test_who_goes_along_no_more_does_not_know_the_password_and_the_elder_hears(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await claim(chat, AMEI)
    before = await password(chat)
    chat.heard(NAINAI)

    await chat.say(AMEI, Press("↩️ 去不了"))

    word = await password(chat)
    assert word != before
    assert f"先说“{word}”" in told(chat, NAINAI)[0]
    assert word in card(chat, XIAOLIN, "🔥*")
    assert word not in everything(chat, AMEI)


async def test_what_a_proxy_changes_or_cancels_the_elder_hears(chat: Dialogue) -> None:
    async with chat.town.database.write() as tx:
        await tx.run(
            "INSERT INTO proxies (person_id, proxy_id, state, at) VALUES (:p, :q, 'agreed', 0)",
            p=(await chat.town.person(NAINAI)).id, q=(await chat.town.person(AQIANG)).id,
        )  # fmt: skip
    await order(chat)
    await claim(chat)
    chat.heard(NAINAI)

    await chat.say(AQIANG, Forge("order.time:1:"))
    await chat.say(AQIANG, Press("明天上午 9 点"))
    assert told(chat, NAINAI)[0] == "🕒 住户阿强帮您把“修东西”改到了 明天 9:00。"
    await chat.say(AQIANG, Forge("order.cancel_yes:1:"))

    assert told(chat, NAINAI)[0].startswith("住户阿强帮您取消了“修东西”")


async def test_who_erases_themselves_leaves_no_visit_behind_and_the_helper_hears(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.say(XIAOLIN, Press("🚶 我出发了"))
    chat.heard(XIAOLIN)

    for said in ("/privacy", Press("🗑 删除我的资料"), Press("🗑 确定删除")):
        await chat.say(NAINAI, said)
    await chat.advance(hours=30)

    assert (await rows(chat))[1].state is TaskState.CANCELLED
    assert "取消" in told(chat, XIAOLIN)[0]
    assert await chat.town.count("timers", "kind LIKE 'task_%' OR kind LIKE 'look_%' OR kind LIKE 'call_%'") == 0


async def test_who_erases_themselves_after_the_visit_is_rung_by_nobody(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await to_the_end(chat)

    for said in ("/privacy", Press("🗑 删除我的资料"), Press("🗑 确定删除")):
        await chat.say(NAINAI, said)
    await chat.advance(hours=30)

    assert await chat.town.count("tasks", "kind = 'call'") == 0


async def test_who_leads_a_pair_hears_who_goes_along_and_who_does_not(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    for who in (AQIANG, XIAOLIN):
        chat.heard(who)

    await claim(chat, AMEI)
    assert told(chat, XIAOLIN)[0].startswith("🤝 志愿者阿梅和您一起去“查燃气”，")
    await chat.say(AMEI, Press("↩️ 去不了"))
    assert told(chat, XIAOLIN)[0] == "志愿者阿梅来不了了，“查燃气”正在另外找一位和您一起去。暗号换了，看卡片。"


async def test_where_one_of_two_is_found_the_elder_does_not_read_that_nobody_is(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    chat.heard(AQIANG)

    await chat.advance(minutes=20)

    assert told(chat, AQIANG)[0].startswith("“查燃气”要两位一起来，还差一位，社区在亲自安排，由值班员老周负责。")


async def test_where_the_leader_of_a_pair_cannot_come_the_elder_hears_that_one_more_is_looked_for(
    chat: Dialogue,
) -> None:
    await chat.town.resident("第三位", "B3-1-101", roles=((Role.VOLUNTEER, "G2"),))
    await chat.play(AQIANG, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await claim(chat, AMEI)
    chat.heard(AQIANG)

    await chat.say(XIAOLIN, Press("↩️ 去不了"))

    changed = told(chat, AQIANG)[0]
    assert "换志愿者阿梅来，时间不变" in changed
    assert "要两位一起来，还在找另一位，找到再告诉您。 暗号换了" in changed
