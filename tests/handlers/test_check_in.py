"""报平安: enrolling, the daily tap, the ladder for who stays silent, and the all-clear, as people see it."""

import pytest
from checking_in import day_of, enrol, enrol_with_contact, tap, until
from dialogue import Dialogue, Edited, Forge, Popup, Press
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU
from ordering import card, everything, told

from storage.queries import people
from storage.states import CheckInState, ContactMode, TaskState

CARD = "🌞 早上好！今天 9:00 前点一下“☀️ 我很好”，让大家放心。"


async def test_whoever_is_enrolled_has_the_key_on_top_and_a_card_in_the_morning(chat: Dialogue) -> None:
    await enrol_with_contact(chat)

    await until(chat, 7, days=1)

    assert chat.keys(NAINAI)[0] == "☀️ 我很好"
    assert told(chat, NAINAI) == [CARD]
    assert chat.buttons(NAINAI) == ["☀️ 我很好", "😟 今天不舒服", "🧳 我出门几天", "⚙️ 报平安设置"]
    assert (await chat.town.person(NAINAI)).alone


async def test_a_tap_before_the_hour_ends_the_day_and_a_second_one_is_answered_kindly(chat: Dialogue) -> None:
    await enrol_with_contact(chat)
    await until(chat, 7, days=1)

    await tap(chat)
    await chat.play(NAINAI, [("☀️ 我很好", "今天已经收到您的平安啦*")])
    await until(chat, 12)

    assert told(chat, NAINAI) == []
    assert [told(chat, who) for who in (AMEI, LIU, ZHOU, WU)] == [[]] * 4
    assert (await day_of(chat)).state is CheckInState.SAFE


async def test_a_tap_before_the_card_counts_and_no_card_comes(chat: Dialogue) -> None:
    await enrol_with_contact(chat)
    await chat.advance(hours=21)

    await chat.play(NAINAI, [("☀️ 我很好", "收到，您今天平安*")])
    await until(chat, 12)

    assert told(chat, NAINAI) == []


async def test_one_card_is_changed_and_only_the_later_reminders_ring(chat: Dialogue) -> None:
    await enrol_with_contact(chat)
    await until(chat, 7, days=1)
    chat.heard(NAINAI)

    await until(chat, 8)
    first = (card(chat, NAINAI, "*"), told(chat, NAINAI))
    await until(chat, 9)

    assert first == ("⏰ 今天还没收到您的平安，今天 9:00 前请点一下“☀️ 我很好”。", [])
    assert len(told(chat, NAINAI)) == 2
    assert card(chat, NAINAI, "*到时间了*").startswith("⏰ 到时间了")


async def test_who_stays_silent_is_rung_up_then_the_neighbour_hears_then_a_captain_knocks(chat: Dialogue) -> None:
    await enrol_with_contact(chat)
    await until(chat, 9, days=1)
    assert (told(chat, ZHOU), told(chat, AMEI), told(chat, LIU)) == ([], [], [])

    await until(chat, 9, 5)
    assert told(chat, ZHOU) == ["☎️ 请打电话问问陈奶奶（13900001001）： 今天没收到您的平安，都好吗？ 📍 3号楼2梯301"]
    await until(chat, 9, 10)
    assert told(chat, AMEI) == ["🔴 陈奶奶到 今天 9:00 还没报平安，电话也在打。请您联系一下，或去看一看。"]
    assert chat.buttons(AMEI) == ["😊 联系上了，都好", "🆘 需要帮助"]
    await until(chat, 9, 30)
    (knock,) = told(chat, LIU)

    assert knock.startswith("🚪 敲门看看 📍 3号楼 约 10 分钟")
    assert "陈奶奶" not in everything(chat, LIU)
    assert chat.buttons(LIU) == ["🚪 我去敲门", "这次不行"]
    assert told(chat, XIAOLIN) == []  # no volunteer is asked to knock


async def to_the_door(chat: Dialogue) -> None:
    """Nobody has heard of her, and the stair captain goes and knocks."""
    await enrol_with_contact(chat)
    await until(chat, 9, 30, days=1)
    await chat.play(LIU, [(Press("🚪 我去敲门"), [Popup("交给您了，谢谢！"), Edited("*陈奶奶*13900001001*")])])
    for who in (NAINAI, AMEI, LIU, ZHOU, WU, XIAOWANG):
        chat.heard(who)


async def test_found_well_at_the_door_everybody_who_was_alerted_hears_so_once(chat: Dialogue) -> None:
    await to_the_door(chat)

    await chat.play(LIU, [(Press("😊 都好"), [Popup("记下了，谢谢！*"), Edited("*办好了*")])])

    assert told(chat, AMEI) == ["✅ 陈奶奶平安，梯长刘叔看过了，请放心。谢谢您！"]
    assert told(chat, XIAOWANG) == ["✅ 3号楼2梯的老人平安，梯长刘叔看过了，不用再去了。谢谢您！"]
    assert card(chat, AMEI, "✅*看过了*")
    assert card(chat, NAINAI, "☀️*") == "☀️ 梯长刘叔看过您，都好。祝您一天顺心！"
    await until(chat, 20)
    assert [told(chat, who) for who in (NAINAI, AMEI, LIU, ZHOU, WU)] == [[]] * 5


async def test_a_tap_after_the_alarm_gives_the_all_clear_and_sends_the_captain_home(chat: Dialogue) -> None:
    await to_the_door(chat)

    await chat.play(NAINAI, [("☀️ 我很好", ["收到，您平安就好！*", Edited("☀️ 收到*")])])

    assert told(chat, AMEI) == ["✅ 陈奶奶报平安了，请放心。谢谢您！"]
    assert told(chat, LIU) == ["✅ 3号楼2梯的老人报平安了，不用再去了。谢谢您！"]
    assert "陈奶奶" not in " ".join(m.text for m in chat.screen(LIU))
    assert await chat.town.count("tasks", "kind IN ('knock', 'call') AND state <> 'cancelled'") == 0
    await until(chat, 20)
    assert [told(chat, who) for who in (NAINAI, AMEI, LIU, ZHOU, WU)] == [[]] * 5


async def test_where_nobody_answers_the_door_the_desk_has_it_at_once_and_again_until_it_is_settled(
    chat: Dialogue,
) -> None:
    await to_the_door(chat)

    await chat.play(LIU, [(Press("没人应"), [Popup("记下了，社区和值班员马上跟进*"), Edited("*")])])
    for who in (ZHOU, WU, XIAOWANG):
        assert [line for line in told(chat, who) if line.startswith("🔴 3号楼2梯：老人到 今天 9:00 还没报平安")]
    assert "值班：值班员老周 13900000101" in card(chat, WU, "🔴 3号楼2梯*")
    await until(chat, 11)
    assert told(chat, WU)

    await chat.play(WU, [(Press("📍 看姓名、电话和门牌"), "🔴 陈奶奶*3号楼2梯301*13900001001*")])
    assert await chat.town.count("audit", "action = 'opened_address' AND subject_kind = 'check_in'") == 1
    await chat.play(WU, [(Press("😊 看过，都好"), [Popup("记下了，谢谢！*"), Edited("✅ 3号楼2梯：平安*")])])
    await until(chat, 20)
    assert [told(chat, who)[1:] for who in (WU, LIU)] == [[]] * 2


async def test_who_is_unwell_is_rung_up_at_once_and_the_captain_is_told(chat: Dialogue) -> None:
    await enrol_with_contact(chat)
    await until(chat, 8, 40, days=1)
    chat.heard(LIU)

    await chat.play(NAINAI, [(Press("😟 今天不舒服"), ["知道了，值班员马上给您打电话*", Edited("😟*")])])
    await chat.advance(seconds=1)

    assert any("您说今天不舒服" in line for line in told(chat, ZHOU))
    assert told(chat, LIU) == ["🆘 3号楼2梯：老人需要帮助。情况紧急先打 120。 ☎️ 值班：值班员老周 13900000101"]
    await chat.play(ZHOU, [(Press("🆘 需要帮助"), ["🆘 3号楼2梯*", Popup("记下了，谢谢！"), Edited("*问过对方了*")])])
    await chat.advance(minutes=31)
    assert told(chat, WU)[-1].startswith("🆘 3号楼2梯")  # until it is settled
    await chat.play(WU, [(Press("✅ 处理好了"), [Popup("记下了，谢谢！*"), Edited("✅*看过了*")])])
    assert (await day_of(chat)).state is CheckInState.SAFE
    assert told(chat, LIU)[-1].startswith("✅ 3号楼2梯的老人平安")


async def test_a_second_alarm_on_a_day_reaches_those_who_heard_the_all_clear(chat: Dialogue) -> None:
    await to_the_door(chat)
    await chat.play(LIU, [(Press("没人应"), [Popup("*"), Edited("*")])])
    await chat.play(NAINAI, [("☀️ 我很好", ["收到，您平安就好！*", Edited("☀️*")])])
    assert told(chat, LIU) == ["✅ 3号楼2梯的老人报平安了，不用再去了。谢谢您！"]
    chat.heard(WU)

    await chat.play(NAINAI, [(Press("😟 今天不舒服"), ["知道了*", Edited("😟*")])])
    await chat.advance(minutes=31)
    heard = told(chat, LIU), told(chat, WU)
    await chat.play(NAINAI, [("☀️ 我很好", ["收到，您平安就好！*", Edited("☀️*")])])

    assert all(any(line.startswith("🆘 3号楼2梯") for line in lines) for lines in heard)
    assert [told(chat, who)[-1:] for who in (LIU, WU)] == [["✅ 3号楼2梯的老人报平安了，不用再去了。谢谢您！"]] * 2


async def test_who_went_to_knock_may_say_what_came_of_it_when_help_was_called_meanwhile(chat: Dialogue) -> None:
    await to_the_door(chat)
    await chat.play(NAINAI, [(Press("😟 今天不舒服"), ["知道了*", Edited("😟*")])])

    await chat.play(LIU, [(Press("没人应"), [Popup("记下了*"), Edited("*")])])

    assert (await day_of(chat)).state is CheckInState.HELP
    assert any(line.startswith("🆘 3号楼2梯") for line in told(chat, WU))


async def test_who_is_away_is_not_asked_until_the_morning_they_come_home(chat: Dialogue) -> None:
    await enrol_with_contact(chat)
    await until(chat, 7, days=1)
    chat.heard(NAINAI)

    await chat.play(
        NAINAI,
        [
            (Press("🧳 我出门几天"), "哪天回来？*"),
            (Press("选日子"), "请写哪天回来*"),
            ("下个礼拜", ["没看懂是哪一天*", "请写哪天回来*"]),
            ("6月1日", "回来的日子要在明天以后、60 天以内*"),
            ("6月13日", ["好，一路平安！周五 0:00 起再问候您*", Edited("🧳*")]),
        ],
    )
    assert told(chat, AMEI) == ["陈奶奶出门几天，一切都好。从 周五 0:00 起再报平安。"]
    await chat.play(LIU, [("/tasks", ["*", "👀*🧳 3号楼2梯 出门了*"])])
    await until(chat, 12, days=1)
    assert told(chat, NAINAI) == []
    await until(chat, 7, 30, days=1)

    assert told(chat, NAINAI) == [CARD]


async def test_an_elder_ends_it_herself_and_chooses_her_hour(chat: Dialogue) -> None:
    await enrol_with_contact(chat)

    await chat.play(
        NAINAI,
        [
            ("/settings", "*"),
            (Press("⚙️ 报平安设置"), "您每天 9:00 前报平安*1 位联系人*"),
            (Press("10:00"), [Edited("好，从明天起，每天 10:00 前报平安*")]),
            ("/settings", "*"),
            (Press("⚙️ 报平安设置"), "您每天 10:00 前报平安*"),
            (Press("不再报平安"), "确定不再报平安吗？*"),
            (Press("确定不报了"), "好，以后不再问了*"),
            ("☀️ 我很好", "您还没有参加“报平安”*"),
        ],
    )

    assert told(chat, AMEI) == ["陈奶奶不再报平安了，以后没有消息也不会再通知您。谢谢您一直挂念。"]
    assert "☀️ 我很好" not in chat.keys(NAINAI)
    assert await chat.town.count("timers", "kind = 'check_in'") == 0
    assert not (await chat.town.person(NAINAI)).alone


async def test_an_elder_who_is_asked_in_chat_agrees_with_a_tap_or_does_not(chat: Dialogue) -> None:
    for answer, then in (("不用了", [Edited("好的，不参加*")]), ("✅ 愿意", ["🌞 您参加“报平安”了*", Edited("*")])):
        await chat.play(
            XIAOWANG,
            [
                ("/desk", "*"),
                (Press("🌞 登记报平安"), "*"),
                (Press("🏠 按住处找"), "*"),
                (Press("榕荫小区"), "*"),
                (Press("3号楼"), "*"),
                (Press("2梯"), "*"),
                (Press("301"), "是哪一位？"),
                (Press("是陈奶奶"), "*几点前*"),
                ("25:00", ["没看懂是几点*", "*几点前*"]),
                ("6点", "请选 8:00 到 20:57 之间的时间*"),
                ("8:30", "没报平安的那天*"),
                ("13900001001", "这是本人的号码*"),
                ("13999999999", ["这个号码还没登记*", "没报平安的那天*"]),
                (Press("就这些"), "请念给陈奶奶听*8:30 前*"),
                (Press("💬 请对方自己点"), "发给陈奶奶了*"),
            ],
        )
        await chat.play(NAINAI, [(Press(answer), then)])

    assert chat.keys(NAINAI)[0] == "☀️ 我很好"
    await chat.play(
        XIAOWANG,
        [
            ("/desk", "*"),
            (Press("🌞 登记报平安"), "*"),
            ("13900001001", "是哪一位？"),
            (Press("是陈奶奶"), "这位已经在报平安了*"),
        ],
    )


async def test_who_needs_a_look_today_stands_on_the_list_of_captain_and_grid_worker(chat: Dialogue) -> None:
    await enrol_with_contact(chat)
    await until(chat, 8, days=1)

    await chat.play(LIU, [("/tasks", ["*", "👀 今天要看看的有 1 位：*"])])
    assert chat.buttons(LIU) == ["⏳ 3号楼2梯 还没报"]
    await chat.play(XIAOWANG, [("/desk", ["*", "👀 今天要看看的有 1 位：*"])])
    await chat.play(
        LIU,
        [
            (Press("⏳ 3号楼2梯 还没报"), "⏳ 陈奶奶*📍 3号楼2梯301*"),
            (Press("🆘 需要帮助"), [Popup("记下了，社区马上处理*"), Edited("🆘*")]),
        ],
    )

    assert any(line.startswith("🆘 3号楼2梯") for line in told(chat, WU))
    await chat.play(XIAOWANG, [("/desk", ["*", "👀 今天要看看的有 1 位：*"])])
    assert chat.buttons(XIAOWANG) == ["🆘 3号楼2梯 需要帮助"]
    await chat.play(NAINAI, [("/privacy", "*梯长刘叔*")])
    await chat.play(AQIANG, [(Forge("look.open:1:"), Popup("*"))])
    assert (await day_of(chat)).state is CheckInState.HELP


async def test_a_captain_is_asked_to_knock_so_often_a_day_and_then_others_are(chat: Dialogue) -> None:
    await enrol_with_contact(chat)
    cap = chat.town.neighbourhood.check_in.knock_daily_cap
    liu = await chat.town.person(LIU)
    await until(chat, 9, days=1)
    async with chat.town.database.write() as tx:
        for _ in range(cap):
            task = await tx.insert(
                "INSERT INTO tasks (kind, place_id, state, due, minutes, created_at, changed_at) "
                "SELECT 'knock', MIN(id), 'cancelled', 0, 1, 0, 0 FROM places",
            )
            await tx.run(
                "INSERT INTO offers (task_id, person_id, state, at) VALUES (:task, :liu, 'asked', :now)",
                task=task,
                liu=liu.id,
                now=chat.clock.now(),
            )
    chat.heard(XIAOWANG)

    await until(chat, 9, 30)

    assert told(chat, LIU) == []
    assert told(chat, XIAOWANG)[-1].startswith("🚪 敲门看看")
    await chat.play(XIAOWANG, [(Press("这次不行"), [Popup("*"), Edited("*")])])
    assert any("敲门看看" in line for line in told(chat, ZHOU))  # the desk stands behind them


async def test_a_phone_elder_is_asked_every_day_and_answers_on_the_phone(chat: Dialogue) -> None:
    await chat.town.resident("林爷爷", "B3-1-201", phone="13900001077", mode=ContactMode.PHONE)
    await enrol(chat, "13900001077", contact="")
    asked = "☎️ 请打电话问问林爷爷（13900001077）： 早上好，今天都好吗？ 📍 3号楼1梯201"

    for _ in range(2):
        await until(chat, 8, days=1)
        assert asked in told(chat, ZHOU) + told(chat, WU)
        who = ZHOU if "☎️ 请打电话问问" in card(chat, ZHOU, "*☎️*") else WU
        await chat.play(who, [(Press("没打通"), [Popup("*"), Edited("*1 次没打通*")])])
        await chat.play(who, [(Press("😊 都好"), [Popup("记下了*"), Edited("*问过对方了*")])])
        await until(chat, 12)
        assert await chat.town.count("tasks", "kind = 'knock'") == 0
        assert await chat.town.count("check_in_days", "settled_at IS NULL") == 0
        chat.heard(ZHOU)
        chat.heard(WU)


async def test_whoever_is_erased_is_waited_for_by_nobody(chat: Dialogue) -> None:
    await to_the_door(chat)

    await chat.play(NAINAI, [("/privacy", "*"), (Press("📤*"), "*")])
    await chat.play(NAINAI, [(Press("🗑 删除*"), "*"), (Press("🗑 确定删除"), ["*"])])
    await chat.advance(days=1)

    for table in ("check_ins", "check_in_contacts"):
        assert await chat.town.count(table) == 0
    assert await chat.town.count("check_in_days", "settled_at IS NULL") == 0
    assert card(chat, AMEI, "*不用再看了*")
    assert await chat.town.count("timers", "kind = 'check_in'") == 0
    assert await chat.town.count("tasks", "kind = 'knock' AND state <> :state", state=TaskState.CANCELLED) == 0


@pytest.mark.parametrize("action", ["fine", "unwell", "away", "settings", "hour", "end", "end_yes", "agree", "decline"])
async def test_nobody_speaks_for_the_elder_by_a_forged_button(chat: Dialogue, action: str) -> None:
    await enrol_with_contact(chat)
    await until(chat, 8, days=1)
    async with chat.town.database.read() as tx:
        elder = await people.by_telegram(tx, NAINAI.id)
        assert elder is not None
    day = await day_of(chat)

    for subject in (day.id, elder.id):
        await chat.play(AMEI, [(Forge(f"check_in.{action}:{subject}:600"), Popup("*"))])

    assert await day_of(chat) == day


async def test_a_contact_without_chat_is_rung_up_and_asked_and_rung_up_when_it_comes_to_it(chat: Dialogue) -> None:
    await chat.town.resident("林爷爷", "B3-1-201", phone="13900001077", mode=ContactMode.PHONE)
    await enrol(chat, contact="13900001077")
    await chat.advance(seconds=1)

    await chat.play(
        ZHOU,
        [(Press("愿意"), [Popup("*"), Edited("*")])],
    )

    assert chat.heard(NAINAI)[-1].startswith("您的联系人愿意照应")
    await until(chat, 9, 15, days=1)
    assert any("林爷爷（13900001077）" in text and "去看一看" in text for text in chat.heard(ZHOU))


async def to_the_contacts(chat: Dialogue) -> None:
    steps = [("/desk", "*"), (Press("🌞 登记报平安"), "*"), ("13900001001", "是哪一位？"), (Press("是*"), "*")]
    await chat.play(XIAOWANG, [*steps, (Press("9:00"), "没报平安的那天，要告诉哪位邻居或家人？*")])


async def test_who_enrols_sees_whom_a_number_found_and_takes_a_wrong_one_back(chat: Dialogue) -> None:
    await to_the_contacts(chat)

    await chat.play(
        XIAOWANG,
        [
            ("13900001005", "记下 1 位了*👤 住户阿强*等陈奶奶同意了，再问对方愿不愿意*"),
            (Press("✖️ 去掉刚才那位"), "没报平安的那天，要告诉哪位邻居或家人？*"),
            ("13900001008", "记下 1 位了*👤 志愿者阿梅*"),
            ("13900001005", "请念给陈奶奶听：*联系人 2 位*👤 志愿者阿梅 👤 住户阿强*"),
            (Press("⬅️ 返回"), "记下 2 位了，最多 2 位：*👤 志愿者阿梅 👤 住户阿强*"),
            ("13900001002", ["请点下面的按键。", "记下 2 位了*"]),
            (Press("✖️ 去掉刚才那位"), "记下 1 位了*"),
            (Press("就这些"), "请念给陈奶奶听：*联系人 1 位*👤 志愿者阿梅*"),
            (Press("✅ 对方同意了"), "登记好了*"),
        ],
    )

    assert await chat.town.count("check_in_contacts") == 1
    assert any("想请您照应" in text for text in told(chat, AMEI))
    assert told(chat, AQIANG) == []


async def test_the_name_of_a_contact_who_lives_outside_the_enrollers_area_is_not_told(chat: Dialogue) -> None:
    await chat.town.resident("外片王姐", "B1-1-101", phone="13900001066")
    await to_the_contacts(chat)

    await chat.play(XIAOWANG, [("13900001066", "记下 1 位了*👤 尾号 1066（不住在您这边，名字不显示）*")])

    assert "外片王姐" not in " ".join(m.text for m in chat.screen(XIAOWANG))
