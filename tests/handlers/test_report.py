"""随手拍 from photo to stars, and everything that can be said in between."""

import pytest
from dialogue import Dialogue, Edited, Forge, Location, Photo, Popup, Press, Sticker, Video, Voice
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOHE, XIAOWANG, ZHOU

from storage.states import Role

FIRE_LANE = [(Photo("消防通道又堵了"), "这样登记对吗*"), (Press("✅ 提交"), ["登记好了，编号 0001*", "🚒*0001*"])]


async def test_a_report_goes_round_the_loop(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    (card,) = chat.heard(XIAOWANG)
    assert "0001" in card
    assert "3号楼" in card
    assert "阿强" not in card

    await chat.play(XIAOWANG, [(Press("属实，派给*"), [Popup("0001 已派给*"), Edited("*榕荫物业*")])])
    assert "派给" in chat.heard(AQIANG)[0]
    assert "0001" in chat.heard(XIAOHE)[0]

    await chat.play(
        XIAOHE,
        [
            (Press("✅ 提交结果"), "0001 处理得怎么样*"),
            (Photo("装好隔离桩了", file="after"), "0001 记下了，请网格员核实。"),
        ],
    )
    assert chat.last(XIAOWANG).photo == "after"
    chat.heard(AQIANG)

    await chat.play(XIAOWANG, [(Press("核实无误"), Popup("0001 已核实*"))])
    (result,) = chat.heard(AQIANG)
    assert "您看解决了吗" in result
    assert chat.last(AQIANG).photo == "after"

    await chat.play(
        AQIANG,
        [
            (Press("👍 解决了"), [Popup("0001 谢谢您的评价*"), Edited("*几颗星*")]),
            (Press("⭐ 5"), [Popup("*"), Edited("*⭐⭐⭐⭐⭐*")]),
        ],
    )
    assert await chat.town.count("reports", "state = 'closed' AND stars = 5") == 1


async def test_three_taps_at_most_when_nothing_can_be_guessed(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            (Photo(), "收到了。这是哪一类的事*"),
            (Press("🚒*"), "这样登记对吗*"),
            (Press("✅ 提交"), ["登记好了，编号 0001*", "*0001*"]),
        ],
    )


async def test_an_album_of_three_is_one_report_with_three_photos(chat: Dialogue) -> None:
    album = [Photo("消防通道又堵了", album="a", file="1"), Photo(album="a", file="2"), Photo(album="a", file="3")]

    await chat.play(AQIANG, [(album, "这样登记对吗*照片 3 张*"), (Press("✅ 提交"), ["登记好了*", "*"])])

    assert await chat.town.count("report_files") == 3


async def test_an_album_without_words_asks_the_category_once(chat: Dialogue) -> None:
    album = [Photo(album="a", file=str(n)) for n in range(3)]

    await chat.play(AQIANG, [(album, "收到了。这是哪一类的事*"), (Press("🚒*"), "这样登记对吗*照片 3 张*")])


async def test_more_photos_than_are_kept_are_let_go(chat: Dialogue) -> None:
    album = [Photo("消防通道又堵了" if not n else "", album="a", file=str(n)) for n in range(12)]

    await chat.play(AQIANG, [(album, "这样登记对吗*照片 9 张*"), (Press("✅ 提交"), ["登记好了*", "*"])])

    assert await chat.town.count("report_files") == 9


@pytest.mark.parametrize(
    "said", [Video("消防通道又堵了"), Photo("消防通道又堵了", as_file=True), "消防通道又堵了", Photo()]
)
async def test_whatever_shows_or_says_something_wrong_begins_a_report(chat: Dialogue, said: object) -> None:
    await chat.play(AQIANG, [(said, "*"), ("/cancel", "好，不办了*")])


@pytest.mark.parametrize("said", [Sticker(), "那个", "/nonsense"])
async def test_what_says_nothing_is_met_with_what_can_be_done(chat: Dialogue, said: object) -> None:
    await chat.play(AQIANG, [(said, "这个我没看懂*")])


async def test_the_key_asks_for_a_photo_or_words(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            ("/menu", "有什么事*"),
            (Press("📷 随手拍"), "怎么了*"),
            (Sticker(), ["*", "怎么了*"]),
            ("楼道灯不亮了", "这样登记对吗*"),
        ],
    )


async def test_the_key_pressed_again_asks_the_open_question_again(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/report", "怎么了*"), ("/report", "怎么了*"), ("/cancel", "好，不办了*")])
    await chat.play(AQIANG, [("/cancel", "现在没有正在办的事*")])


async def test_every_part_can_be_changed_before_it_is_sent(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            (Photo("消防通道又堵了"), "这样登记对吗*🚒*3号楼*"),
            (Press("✏️ 修改"), "要改哪里*"),
            (Press("类别"), "收到了。这是哪一类的事*"),
            (Press("💡*"), "这样登记对吗*💡*"),
            (Press("✏️ 修改"), "要改哪里*"),
            (Press("地点"), "在哪里*"),
            (Press("1号楼"), "这样登记对吗*1号楼*"),
            (Press("✏️ 修改"), "要改哪里*"),
            (Press("地点"), "在哪里*"),
            ("车棚旁边", "这样登记对吗*1号楼 车棚旁边*"),
            (Press("✏️ 修改"), "要改哪里*"),
            (Press("说明"), "请重新写一句*"),
            ("路灯坏了两天", "这样登记对吗*路灯坏了两天*"),
            (Press("✏️ 修改"), "要改哪里*"),
            (Press("重拍照片"), "请重新写一句*"),
            (Photo(file="new"), "这样登记对吗*照片 1 张*"),
            (Press("✅ 提交"), ["登记好了*", "*0001*"]),
        ],
    )

    async with chat.town.database.read() as tx:
        assert await tx.all(str, "SELECT file FROM report_files") == ["new"]


async def test_back_and_cancel_work_at_every_step(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            (Photo(), "收到了。这是哪一类的事*"),
            (Press("🚒*"), "这样登记对吗*"),
            (Press("✏️ 修改"), "要改哪里*"),
            (Press("地点"), "在哪里*"),
            (Press("⬅️ 返回"), "要改哪里*"),
            (Press("⬅️ 返回"), "这样登记对吗*"),
            (Press("❌ 取消"), "好，不办了*"),
        ],
    )

    assert await chat.town.count("dialogues") == 0


async def test_a_location_finds_the_nearest_building(chat: Dialogue) -> None:
    async with chat.town.database.read() as tx:
        latitude = await tx.need(int, "SELECT latitude FROM places WHERE code = 'B1'")
        longitude = await tx.need(int, "SELECT longitude FROM places WHERE code = 'B1'")
    where = Location(latitude / 1_000_000, longitude / 1_000_000)

    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*3号楼*"), (where, "这样登记对吗*1号楼*")])


async def test_a_double_tap_registers_once(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "这样登记对吗*")])

    await chat.play(AQIANG, [([Press("✅ 提交"), Press("✅ 提交")], [Popup("这一步已经过去了*"), "登记好了*", "🚒*"])])

    assert await chat.town.count("reports") == 1


async def test_an_old_preview_registers_nothing(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            (Photo("消防通道又堵了"), "这样登记对吗*"),
            (Press("❌ 取消"), "好，不办了*"),
            (Press("✅ 提交"), Popup("这一步已经过去了*")),
        ],
    )

    assert await chat.town.count("reports") == 0


async def test_a_command_in_the_middle_leaves_the_report_where_it_is(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            (Photo("消防通道又堵了"), "这样登记对吗*"),
            ("/my", "*"),
            ("/who", "*"),
            ("/nonsense", "这个我没看懂*"),
            (Press("✅ 提交"), ["登记好了*", "🚒*"]),
        ],
    )


async def test_words_may_be_2000_signs_and_no_more_and_the_draft_stays(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "这样登记对吗*")])

    await chat.play(
        AQIANG,
        [
            ("字" * 4096, "内容太长了*4104*2000*"),
            (Press("✏️ 修改"), "要改哪里*"),
            (Press("说明"), "请重新写一句*"),
            ("字" * 2000, "这样登记对吗*"),
            (Press("✅ 提交"), ["登记好了*", "🚒*"]),
        ],
    )


async def test_what_people_write_is_never_markup(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(Photo("消防通道 <b>又堵了</b> & <a href='x'>"), "*<b>又堵了</b> & <a href='x'>*")])

    assert "<a href" not in chat.last(AQIANG).markup


async def test_one_person_can_report_so_much_a_day_and_again_the_next(chat: Dialogue) -> None:
    for number in range(1, 11):
        await chat.play(
            AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), [f"登记好了，编号 {number:04d}*", "*"])]
        )

    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), Popup("*10*"))])
    assert await chat.town.count("reports") == 10

    await chat.advance(days=1, seconds=1)
    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), ["登记好了，编号 0011*", "*"])])


async def test_a_neighbour_who_met_the_same_follows_it_instead(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)

    await chat.play(
        NAINAI,
        [
            (Photo("消防通道堵了"), ["这样登记对吗*", "*0001*"]),
            (Press("👍 我也遇到了"), ["🚒*0001*", Edited("*0001*")]),
            ("/cancel", "现在没有正在办的事*"),
        ],
    )
    assert await chat.town.count("reports") == 1

    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*"))])
    assert "0001" in chat.heard(NAINAI)[0]


async def test_the_followers_card_shows_nothing_the_reporter_wrote(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(Photo("消防通道又堵了，我是阿强"), "*"), (Press("✅ 提交"), ["*", "*"])])

    await chat.play(NAINAI, [(Photo("消防通道堵了"), ["*", "*"]), (Press("👍 我也遇到了"), "🚒*")])

    assert "阿强" not in "".join(m.text for m in chat.screen(NAINAI))


async def test_the_unit_sees_no_name_and_cannot_close(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("属实，派给*"), Popup("*"))])

    everything = "".join(m.text for m in chat.screen(XIAOHE))
    assert "阿强" not in everything
    assert "102" not in everything
    assert chat.buttons(XIAOHE)[:2] == ["✅ 提交结果", "退回"]
    for data in ("report.check:1:", "report.judge:1:solved", "report.rate:1:5", "report.assign:1:", "report.accept:1:"):
        await chat.play(XIAOHE, [(Forge(data), Popup("*办不了*"))])
    assert await chat.town.count("reports", "state = 'assigned'") == 1


async def test_the_grid_worker_cannot_judge_for_the_resident(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*"))])

    for data in ("report.judge:1:solved", "report.rate:1:5", "report.withdraw:1:"):
        await chat.play(XIAOWANG, [(Forge(data), Popup("*办不了*"))])


async def test_a_unit_gives_back_what_is_not_theirs_and_the_desk_hears_why(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("属实，派给*"), Popup("*"))])

    await chat.play(XIAOHE, [(Press("退回"), "0001 为什么退回*"), ("这是消防队的事", "0001 已退回*")])

    assert "这是消防队的事" in chat.heard(XIAOWANG)[0]
    assert await chat.town.count("reports", "state = 'accepted' AND unit IS NULL") == 1


async def test_what_the_desk_sends_back_reaches_the_resident_with_its_reason(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)

    await chat.play(
        XIAOWANG,
        [
            (Press("退回"), "0001 为什么退回*"),
            (Photo(), ["0001 为什么退回*", "0001 为什么退回*"]),
            ("请找隔壁社区", "0001 已退回*"),
        ],
    )

    assert "请找隔壁社区" in chat.heard(AQIANG)[0]


async def test_a_result_that_is_none_goes_back_to_the_unit(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("属实，派给*"), Popup("*"))])
    await chat.play(XIAOHE, [(Press("✅ 提交结果"), "*"), ("弄好了", "*")])
    chat.heard(XIAOHE)

    await chat.play(XIAOWANG, [(Press("退回"), "0001 为什么退回*"), ("还堵着", "0001 已退回*")])

    assert "还堵着" in chat.heard(XIAOHE)[0]
    assert await chat.town.count("reports", "state = 'assigned'") == 1


async def test_not_solved_opens_it_again_and_the_level_above_hears(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("属实，派给*"), Popup("*"))])
    await chat.play(XIAOHE, [(Press("✅ 提交结果"), "*"), ("弄好了", "*")])
    await chat.play(XIAOWANG, [(Press("核实无误"), Popup("*"))])

    await chat.play(AQIANG, [(Press("👎 没解决"), [Popup("0001 已重新打开*"), Edited("*重新打开*")])])

    for staff in (WU, ZHOU):
        assert any("0001" in text for text in chat.heard(staff))
    await chat.play(AQIANG, [(Press("👍 解决了"), "*")] if "👍 解决了" in chat.buttons(AQIANG) else [])


async def test_a_verdict_is_given_once(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("属实，派给*"), Popup("*"))])
    await chat.play(XIAOHE, [(Press("✅ 提交结果"), "*"), ("弄好了", "*")])
    await chat.play(XIAOWANG, [(Press("核实无误"), Popup("*"))])

    await chat.play(
        AQIANG,
        [
            ([Press("👍 解决了"), Press("👍 解决了")], [Popup("*谢谢*"), Popup("*已经办过了*")]),
            ([Press("⭐ 4"), Press("⭐ 5")], [Popup("*"), Popup("*已经办过了*")]),
            (Forge("report.rate:1:9"), Popup("*已经办过了*")),
        ],
    )

    assert await chat.town.count("reports", "stars = 4") == 1


async def test_it_can_be_taken_back_until_it_is_done(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)

    withdrawn = [Popup("0001 已撤回。"), "0001 撤回了，经手的人也知道了*", Edited("*已撤回*")]
    await chat.play(AQIANG, [(Press("撤回"), withdrawn)])

    assert chat.card(XIAOWANG, "*0001*").labels == []
    assert await chat.town.count("timers", "kind LIKE 'report%'") == 0


async def test_who_is_on_the_way_hears_that_it_was_taken_back(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(NAINAI, [(Photo("消防通道堵了"), ["*", "*"]), (Press("👍 我也遇到了"), "*")])
    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*"))])
    chat.heard(NAINAI)

    await chat.play(AQIANG, [(Press("撤回"), ["*", "*"])])

    assert chat.heard(XIAOWANG) == ["0001 居民撤回了：3号楼，消防通道被占。不用去了，谢谢您。"]
    assert chat.heard(NAINAI) == ["0001 报的邻居撤回了。您那里还没好的话，请再报一次。"]


async def test_a_unit_hears_that_it_was_taken_back(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("属实，派给*"), Popup("*"))])
    chat.heard(XIAOHE)

    await chat.play(AQIANG, [(Press("撤回"), ["*", "*"])])

    assert chat.heard(XIAOHE) == ["0001 居民撤回了：3号楼，消防通道被占。不用去了，谢谢您。"]


async def test_a_clock_that_runs_out_is_told_to_the_desk_and_to_the_level_above(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    chat.heard(XIAOWANG)

    await chat.advance(minutes=29)
    assert chat.heard(WU) == []
    await chat.advance(minutes=2)

    assert "0001" in chat.heard(WU)[0]
    assert "0001" in chat.heard(XIAOWANG)[0]


async def test_the_clock_stands_still_at_night(chat: Dialogue) -> None:
    chat.clock.advance(hours=9)  # 18:00: the office is closed
    await chat.play(AQIANG, FIRE_LANE)

    await chat.advance(hours=14)  # 8:00 the next morning
    assert chat.heard(WU) == []
    await chat.advance(hours=1, minutes=1)  # 9:01, half an hour after the office opened

    assert any("0001" in text for text in chat.heard(WU))


async def test_staff_assign_to_any_unit_of_the_duty_list(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    chat.heard(XIAOWANG)
    await chat.play(WU, [("/desk", "*1 件*"), (Press("🚒 0001*"), "🚒*0001*")])

    await chat.play(WU, [(Press("📌 派单"), "0001 派给谁*"), (Press("榕荫物业*"), "0001 已派给*")])

    assert "0001" in chat.heard(XIAOHE)[0]


async def test_neither_a_volunteer_nor_a_captain_may_handle_a_report(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)

    for who in (AMEI, LIU):
        await chat.play(who, [("/menu", "*"), (Forge("report.accept:1:"), Popup("*办不了*"))])
        await chat.play(who, [("/desk", "*办不了*")])


async def test_a_grid_worker_of_another_grid_has_no_say(chat: Dialogue) -> None:
    other = await chat.town.resident("小周", None, roles=((Role.GRID_WORKER, "G1"),))
    await chat.play(AQIANG, FIRE_LANE)

    await chat.play(other, [("/desk", "*都办结了*"), (Forge("report.accept:1:"), Popup("*办不了*"))])


async def test_all_photos_and_voices_are_shown_to_the_desk_and_to_nobody_else(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            (Photo("消防通道又堵了"), "*"),
            (Voice(), "这样登记对吗*语音 1 条*"),
            (Press("✅ 提交"), ["登记好了*", "*"]),
        ],
    )

    await chat.play(XIAOWANG, [(Press("📎*"), ["*0001*", "*0001*"])])
    assert [m.media for m in chat.screen(XIAOWANG)[-2:]] == ["photo", "voice"]

    await chat.play(NAINAI, [("/menu", "*"), (Forge("report.files:1:"), Popup("没有找到*"))])


async def test_a_report_and_an_order_of_one_number_are_told_apart(chat: Dialogue) -> None:
    await chat.play(NAINAI, [*FIRE_LANE, ("🔧 修东西", "*"), (Press("✅ 叫人来"), ["*", "*"]), ("/my", "我的事*")])

    assert chat.buttons(NAINAI) == [
        *("🚒 消防通道被占 · 报事 0001", "🔧 修东西 · 订单 0001"),
        *("⏳ 我的时间", "🙋 当志愿者"),
    ]


async def test_my_own_matters_are_a_list_from_which_the_card_comes_back(chat: Dialogue) -> None:
    line = "🚒 消防通道被占 · 报事 0001"

    await chat.play(AQIANG, [("/my", "*"), *FIRE_LANE, ("/my", f"*{line} · 已登记*"), (Press(line), "🚒*0001*")])

    await chat.play(NAINAI, [("/menu", "*"), (Forge("my.report:1:"), Popup("没有找到*"))])


async def test_signs_that_turn_the_reading_direction_are_dropped(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("消防通道\u202e又堵了\u2066", "*消防通道又堵了*"), (Press("✅ 提交"), ["*", "*"])])

    assert not {"\u202e", "\u2066"} & set(chat.last(XIAOWANG).text)


async def test_a_units_reason_is_off_the_card_once_it_is_assigned_again(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("属实，派给榕荫物业"), [Popup("*"), Edited("*")])])
    await chat.play(XIAOHE, [(Press("退回"), "*"), ("不归我们管。", "0001 已退回*")])
    assert chat.heard(XIAOWANG)[-1] == "0001 榕荫物业退回了：不归我们管。请重新派单。"
    assert "不归我们管" in chat.card(XIAOWANG, "🚒*").text

    await chat.play(XIAOWANG, [(Press("属实，派给榕荫物业"), [Popup("*"), Edited("*")])])

    assert "不归我们管" not in chat.card(XIAOWANG, "🚒*").text
    assert "不归我们管" not in chat.card(AQIANG, "🚒*").text


async def test_whoever_answers_for_a_unit_is_offered_no_calls_to_take(chat: Dialogue) -> None:
    await chat.play(XIAOHE, [("/desk", "*没有等您的事*")])

    assert "☎️ 来电登记" not in chat.buttons(XIAOHE)


async def test_a_report_nobody_accepted_in_time_counts_as_late_on_the_desk(chat: Dialogue) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.advance(hours=2)

    await chat.play(XIAOWANG, [("/desk", "*没办结的有 1 件，其中 1 件超时*")])


@pytest.mark.parametrize("words", ["着火了", "救命", "我摔倒了起不来"])
async def test_in_danger_the_emergency_numbers_come_before_the_question(chat: Dialogue, words: str) -> None:
    await chat.play(NAINAI, [(words, "🆘 先打电话：急救 120 · 报警 110 · 火警 119*这样登记对吗*")])


async def test_a_report_whose_category_is_in_the_file_no_more_is_seen_and_seen_to(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("消防通道堵了", "*"), (Press("✅ 提交"), ["*0001*", "*0001*"])])
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE reports SET category = 'of_old'")

    await chat.play(XIAOWANG, [("/desk", "🗂 没办结的有 1 件*"), (Press("📝 0001 其他"), "📝 0001 其他*消防通道堵了*")])
    await chat.play(AQIANG, [("/my", "*其他 · 报事 0001*")])
