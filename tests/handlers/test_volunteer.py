"""🙋 当志愿者: registering with taps, being checked by staff, changing, resting, leaving, being stopped."""

import orjson
import pytest
from dialogue import Dialogue, Edited, Forge, Photo, Popup, Press
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU, Speaker
from ordering import claim, order, password, rows, to_the_end, told

from community import volunteers
from storage.states import Role, TaskState

WAITING = "🙋 我的志愿 ⏳ 等工作人员当面核对身份*"


async def apply(chat: Dialogue, who: Speaker = AQIANG, reach: str = "本网格（第二网格）") -> None:
    """Somebody registers for small repairs on Monday mornings and every evening of a Tuesday … all Tuesday."""
    await chat.play(
        who,
        [
            ("/tasks", "现在没有等您的事。想帮邻居的忙，可以当志愿者*"),
            (Press("🙋 当志愿者"), "谢谢您愿意帮邻居！您会做什么？*"),
            (Press("水电小修"), [Edited("谢谢您愿意帮邻居！*")]),
            (Press("✅ 选好了"), "想参加哪支服务队？*"),
            (Press("✅ 选好了"), "愿意去多远的地方帮忙？*"),
            (Press(reach), "什么时候有空？*"),
            (Press("周二"), [Edited("什么时候有空？*🕐 有空：周二 上午、下午、晚上")]),
            (Press("✅ 选好了"), "这样登记对吗？ 🛠 会做：水电小修 👥 服务队：没有参加 📍 范围：* 🕐 有空：周二*"),
        ],
    )


async def submit(chat: Dialogue, who: Speaker = AQIANG, checker: str = "网格员小王") -> None:
    await chat.play(who, [(Press("✅ 提交"), f"登记好了，谢谢您！下一步，{checker}会和您约个时间，当面核对身份*")])


async def is_volunteer(chat: Dialogue, who: Speaker, place: str = "G2") -> bool:
    at = await chat.town.place(place)
    mine = await chat.town.person(who)
    where = "person_id = :who AND role = 'volunteer' AND place_id = :at AND revoked_at IS NULL"
    return await chat.town.count("roles", where, who=mine.id, at=at.id) == 1


async def test_what_is_chosen_is_marked_and_chosen_again_is_not(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/my", "*"), (Press("🙋 当志愿者"), "*"), (Press("水电小修"), [Edited("*")])])
    marked = chat.buttons(AQIANG)
    await chat.play(AQIANG, [(Press("✓ 水电小修"), [Edited("*")]), ("理发", "谢谢您*")])

    assert "✓ 水电小修" in marked
    assert "水电小修" in chat.buttons(AQIANG)
    assert "✓ 理发" in chat.buttons(AQIANG)


async def test_who_registered_is_asked_only_after_the_grid_worker_has_seen_who_it_is(chat: Dialogue) -> None:
    await apply(chat)
    await submit(chat)
    await chat.play(AQIANG, [("/tasks", "现在没有等您的事，身份核对好了再叫您。*")])
    assert not await is_volunteer(chat, AQIANG)
    [card] = told(chat, XIAOWANG)
    assert card.startswith("🙋 住户阿强想当志愿者，请约个时间当面核对身份。 🏠 3号楼2梯102")
    assert "请看证件原件" in card
    assert told(chat, WU) == []

    await chat.play(XIAOWANG, [(Press("✅ 已当面核对身份"), [Edited("🙋 住户阿强*")])])

    assert await is_volunteer(chat, AQIANG)
    [word] = told(chat, AQIANG)
    assert word.startswith("✅ 身份核对好了，您现在是第二网格的志愿者")
    assert "第一次上门看独居老人，请和另一位志愿者一起去" in word
    assert "🙋 领任务" in [key["text"] for key in chat.api.keyboard(AQIANG.id)]
    assert await chat.town.count("audit", "action = 'role_given'") == 1
    assert await chat.town.count("audit", "action = 'opened_address' AND detail = 'checker'") == 1
    assert chat.card(XIAOWANG, "🙋*").labels == []  # stopping somebody is the office's
    await chat.play(AQIANG, [("/menu", "*")])
    assert "🙋 领任务" in chat.keys(AQIANG)


async def test_the_one_for_the_whole_community_is_checked_by_its_staff(chat: Dialogue) -> None:
    await apply(chat, reach="全社区（榕荫社区）")
    await submit(chat, checker="社区吴主任、值班员老周")

    assert told(chat, XIAOWANG) == []
    applicant = (await chat.town.person(AQIANG)).id
    await chat.play(XIAOWANG, [(Forge(f"volunteer.check:{applicant}:"), Popup("这件事要由*"))])


async def test_a_press_on_either_button_counts_once(chat: Dialogue) -> None:
    await apply(chat)
    await submit(chat)

    await chat.play(
        XIAOWANG,
        [
            ([Press("✅ 已当面核对身份"), Press("✅ 已当面核对身份")], [Popup("这一步已经办过了*"), Edited("*")]),
            (Forge(f"volunteer.put_off:{(await chat.town.person(AQIANG)).id}:"), Popup("这一步已经办过了*")),
        ],
    )

    assert await chat.town.count("audit", "action = 'role_given'") == 1


async def test_the_submit_button_pressed_twice_registers_once(chat: Dialogue) -> None:
    await apply(chat)

    await chat.play(AQIANG, [([Press("✅ 提交"), Press("✅ 提交")], [Popup("这一步已经过去了*"), "登记好了*"])])

    assert len(told(chat, XIAOWANG)) == 1


async def test_who_could_not_be_checked_hears_what_to_do_and_can_be_checked_later(chat: Dialogue) -> None:
    await apply(chat)
    await submit(chat)

    await chat.play(XIAOWANG, [(Press("暂不"), [Edited("*已经请对方自己来约*")])])

    [word] = told(chat, AQIANG)
    assert "请带上证件到1号楼旁社区服务中心" in word
    assert "不用拍照发来" in word
    assert chat.buttons(XIAOWANG) == ["✅ 已当面核对身份"]
    await chat.play(XIAOWANG, [("/desk", "*"), (Press("⏳ 住户阿强等核对身份"), "🙋 住户阿强想当志愿者*")])
    await chat.play(XIAOWANG, [(Press("✅ 已当面核对身份"), [Edited("*")])])
    assert await is_volunteer(chat, AQIANG)


async def test_staff_do_not_check_themselves(chat: Dialogue) -> None:
    boss = await chat.town.resident("网格长", "B3-1-101", roles=((Role.GRID_WORKER, "G2"),))
    await apply(chat, boss)
    await submit(chat, boss)
    mine = (await chat.town.person(boss)).id

    await chat.play(boss, [("/desk", "*"), (Forge(f"volunteer.check:{mine}:"), Popup("自己的事要请别人来*"))])

    assert not await is_volunteer(chat, boss)
    assert len(told(chat, XIAOWANG)) == 1


async def test_without_a_home_or_any_time_it_cannot_be(chat: Dialogue) -> None:
    nowhere = await chat.town.resident("外来小吴", None)
    await chat.play(nowhere, [("/tasks", "*"), (Press("🙋 当志愿者"), Popup("还不知道您住哪里*扫门口的门牌码*"))])

    await chat.play(
        AQIANG,
        [
            ("/tasks", "*"),
            (Press("🙋 当志愿者"), "*"),
            (Press("✅ 选好了"), "*"),
            (Press("✅ 选好了"), "*"),
            ("我也不知道", ["请点*", "愿意去多远*"]),
            (Press("我这一梯（3号楼2梯）"), "*"),
            (Press("✅ 选好了"), Popup("请至少选一个有空的时段*")),
            (Press("都可以"), [Edited("什么时候有空？*有空：都可以")]),
            (Press("✅ 选好了"), "这样登记对吗？ 🛠 会做：没有特别说*"),
        ],
    )


@pytest.mark.parametrize("word", ["d7", "21", "x", "-1", "²"])
async def test_a_time_that_is_none_is_asked_again(chat: Dialogue, word: str) -> None:
    await apply(chat)
    await chat.play(AQIANG, [(Press("⬅️ 返回"), "什么时候有空？*")])

    await chat.play(AQIANG, [(Forge(f"step.volunteer.hours:0:{word}"), ["请点*", "什么时候有空？*"])])


async def test_the_invited_say_what_they_can_do_and_are_asked_for_that(chat: Dialogue) -> None:
    """小林 came by an invitation: his reach is the invitation's, and nobody checks him."""
    await chat.play(
        XIAOLIN,
        [
            ("/my", "*"),
            (Press("🙋 我的志愿"), "🙋 我的志愿 ✅ 有合适的事就问您 🛠 会做：没有特别说* 🕐 有空：都可以"),
            (Press("技能"), "谢谢您*"),
            (Press("理发"), [Edited("*")]),
            (Press("✅ 选好了"), "🙋 我的志愿*会做：理发*"),
        ],
    )

    assert "范围" not in chat.buttons(XIAOLIN)
    await chat.play(XIAOLIN, [(Forge("volunteer.edit:0:reach"), Popup("没有找到*"))])
    chat.heard(AMEI)
    await order(chat)  # repairs, for which he is not able any more
    assert told(chat, XIAOLIN) == []
    assert len(told(chat, AMEI)) == 1


async def test_who_wants_to_go_further_is_checked_again_and_nearer_needs_nobody(chat: Dialogue) -> None:
    await apply(chat)
    await submit(chat)
    await chat.play(XIAOWANG, [(Press("✅ 已当面核对身份"), [Edited("*")])])

    async def choose(reach: str, then: str) -> None:
        await chat.play(
            AQIANG,
            [("/my", "*"), (Press("🙋 我的志愿"), "*"), (Press("范围"), "愿意去多远*"), (Press(reach), then)],
        )

    await choose("我这栋楼（3号楼）", "🙋 我的志愿*范围：3号楼*")
    assert await is_volunteer(chat, AQIANG, "B3")
    chat.heard(WU)
    await choose("全社区（榕荫社区）", "🙋 我的志愿*想把范围扩大到榕荫社区，等工作人员核对*范围：3号楼*")

    assert await is_volunteer(chat, AQIANG, "B3")
    assert not await is_volunteer(chat, AQIANG, "C1")
    await chat.play(WU, [(Press("✅ 已当面核对身份"), [Edited("🙋 住户阿强*")])])
    assert await is_volunteer(chat, AQIANG, "C1")
    assert not await is_volunteer(chat, AQIANG, "B3")
    assert told(chat, AQIANG)[-1].startswith("✅ 工作人员核对好了，现在榕荫社区的事也会问您")


async def test_who_rests_is_not_asked_until_then(chat: Dialogue) -> None:
    await chat.play(
        XIAOLIN,
        [
            ("/tasks", "*"),
            (Press("🙋 我的志愿"), "*"),
            (Press("⏸ 暂停接单"), "⏸ 歇到什么时候？*"),
            (Press("选日子"), [Edited("歇到哪一天？*")]),
            (Press("6月12日"), [Edited("⏸ 好，歇到 周四 0:00，这之前不问您*"), Edited("*⏸ 歇到 周四 0:00*")]),
        ],
    )
    await order(chat)
    assert told(chat, XIAOLIN) == []

    await chat.play(
        XIAOLIN, [("/my", "*"), (Press("🙋 我的志愿"), "*"), (Press("▶️ 继续接单"), ["▶️ 好，有合适的事就问您。"])]
    )
    await order(chat, "🍚 送饭")
    assert len(told(chat, XIAOLIN)) == 1


@pytest.mark.parametrize("word", ["yesterday", "20200101", "20991231"])
async def test_a_day_that_is_none_changes_nothing(chat: Dialogue, word: str) -> None:
    await chat.play(XIAOLIN, [("/tasks", "*"), (Forge(f"volunteer.pause:0:{word}"), Popup("这一步已经*"))])

    assert await chat.town.count("volunteers") == 0


async def test_who_leaves_gives_back_what_they_had(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    chat.heard(NAINAI)
    await chat.play(
        XIAOLIN,
        [
            ("/my", "*"),
            (Press("🙋 我的志愿"), "*"),
            (Press("不当了"), "真的不当了吗？手上的 1 件会马上另外找人*"),
            (Press("不用了"), [Edited("好，照旧，谢谢您。")]),
            (Press("不当了"), "*"),
            (Press("确定不当了"), ["好，以后不再问您了*", Edited("*")]),
        ],
    )

    assert (await rows(chat))[1].state is TaskState.OPEN
    assert told(chat, NAINAI) == ["原来要来的人来不了，“修东西”正在另外找人，您放心。"]
    assert not await is_volunteer(chat, XIAOLIN)
    await chat.play(XIAOLIN, [("/menu", "*"), (Forge("volunteer.leave:0:yes"), Popup("这一步已经办过了*"))])


async def stop(chat: Dialogue, name: str = "小林", who: Speaker = WU, held: str = "*") -> None:
    await chat.play(
        who,
        [
            ("/desk", "*"),
            (Press("🙋 谁被问了"), "🙋 谁被问了：志愿者 2 位*"),
            (Press(f"🙋 {name}"), f"🙋 {name} *"),
            (Press("🚫 停用"), f"为什么停用{name}？*"),
            (Photo(), ["请用文字写一句理由。", f"为什么停用{name}？*"]),
            ("向老人要钱", f"停用{name}，理由：向老人要钱*"),
            (Press("🚫 确定停用"), [f"{name}已停用*", Edited("*🚫 已停用：向老人要钱")]),
        ],
    )


async def test_who_is_stopped_in_the_middle_of_a_visit_is_replaced_and_everybody_hears(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Press("📍 到门口了"), [Popup("*"), Edited("*")])])
    before = await password(chat)
    for who in (NAINAI, ZHOU, AMEI, XIAOLIN):
        chat.heard(who)

    await stop(chat)

    assert (await rows(chat))[1].state is TaskState.OPEN
    assert await password(chat) != before
    assert told(chat, NAINAI) == [
        "原来要来的人来不了，“修东西”正在另外找人，您放心。 原来那位不再来了，请不要再开门；来的人会先说新的暗号。"
    ]
    [officer] = told(chat, ZHOU)
    assert officer.startswith("🔴 小林刚被停用，当时正在3号楼办“修东西”。")
    assert len(told(chat, AMEI)) == 1
    heard = told(chat, XIAOLIN)
    assert any(text.startswith("您的志愿者身份停用了：向老人要钱") for text in heard)
    assert "陈奶奶" not in " ".join(m.text for m in chat.screen(XIAOLIN))
    assert any("手上的事已经另外找人" in text for text in heard)
    await chat.play(XIAOLIN, [("/tasks", "现在没有等您的事。 🕰*"), (Forge("task.claim:1:"), Popup("这件事要由*"))])
    await chat.play(XIAOLIN, [("/my", "*"), (Press("🙋 我的志愿"), "🚫 您的志愿者身份停用了：向老人要钱*")])


async def test_who_was_stopped_comes_back_only_through_staff(chat: Dialogue) -> None:
    await stop(chat)
    assert told(chat, XIAOLIN) == ["您的志愿者身份停用了：向老人要钱 有疑问请打社区电话 059155500100。"]
    link = await chat.town.invite(Role.VOLUNTEER, "G2")
    await chat.play(XIAOLIN, [(f"/start {link}", "您的志愿者身份停用了，暂时不能报名*")])
    assert not await is_volunteer(chat, XIAOLIN)

    await chat.play(WU, [(Press("解除停用"), [Edited("🙋 这位志愿者*已经不在了。")])])

    assert told(chat, XIAOLIN)[-1].startswith("社区解除了停用")
    await apply(chat, XIAOLIN)
    await submit(chat, XIAOLIN)


async def test_a_companion_who_is_stopped_leaves_the_captain_in_place(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/order", "*"), (Press("🔥 查燃气"), "*"), (Press("✅ 叫人来"), ["*", "*"])])
    await claim(chat)
    await chat.play(AMEI, [(Press("🙋 我去"), [Popup("*"), Edited("*")])])
    chat.heard(NAINAI)

    await stop(chat, "志愿者阿梅")

    task = (await rows(chat))[1]
    assert (task.taker_id, task.companions) == ((await chat.town.person(XIAOLIN)).id, 0)
    assert told(chat, NAINAI)[0].startswith("志愿者阿梅来不了了，“查燃气”要两位一起来。还差一位没找到，")


async def test_neighbours_and_grid_workers_stop_nobody(chat: Dialogue) -> None:
    them = (await chat.town.person(XIAOLIN)).id
    for who in (LIU, XIAOWANG, AMEI):
        await chat.play(who, [("/menu", "*"), (Forge(f"volunteer.stop:{them}:"), Popup("这件事要由*"))])


async def test_who_was_asked_reads_plainly_and_never_longer_than_a_message(chat: Dialogue) -> None:
    for number in range(14):
        await chat.town.resident("很长的名字" * 5 + f"{number:02}", "B3-1-101", roles=((Role.VOLUNTEER, "G2"),))
    await order(chat)
    await claim(chat)

    await chat.play(
        XIAOWANG,
        [
            ("/desk", "*"),
            (Press("🙋 谁被问了"), "🙋 谁被问了：志愿者 16 位，近 30 天没问过的 13 位。*还没问过*第 1 页，共 2 页"),
            (Press("下一页 ➡️"), [Edited("*小林：问 1 次，接 1，没空 0；上次 今天 9:00*第 2 页，共 2 页")]),
        ],
    )

    assert "⬅️ 上一页" in chat.buttons(XIAOWANG)
    assert len(chat.last(XIAOWANG).text) < 1500


async def test_a_teams_figures_are_counted_from_what_was_confirmed(chat: Dialogue) -> None:
    await chat.play(
        XIAOLIN,
        [
            ("/my", "*"),
            (Press("🙋 我的志愿"), "*"),
            (Press("服务队"), "想参加哪支*"),
            (Press(chat.town.neighbourhood.teams[0].name.zh), [Edited("*")]),
            (Press("✅ 选好了"), "🙋 我的志愿*"),
        ],
    )
    name = chat.town.neighbourhood.teams[0].name.zh
    await order(chat)
    await claim(chat)
    await to_the_end(chat)
    nothing, one = "出门 0 次，0 小时，帮了 0 人", "出门 1 次，0.3 小时，帮了 1 人"

    await chat.play(WU, [("/desk", "*"), (Press("👥 志愿服务队"), f"*{name} 1 人 本月：{nothing} 今年：{nothing}*")])
    await chat.play(NAINAI, [(Press("👍 好了"), ["*", Edited("*")])])
    await chat.play(WU, [(Press("👥 志愿服务队"), f"*{name} 1 人 本月：{one} 今年：{one}*")])

    await chat.advance(days=25)
    await chat.play(
        XIAOLIN,
        [("/my", "*"), (Press("🙋 我的志愿"), "*"), (Press("👥 志愿服务队"), f"*本月：{nothing} 今年：{one}*")],
    )
    await chat.play(AMEI, [("/my", "*"), (Forge("volunteer.figures:0:"), Popup("这件事要由*"))])


async def test_what_is_held_goes_along_and_is_erased(chat: Dialogue) -> None:
    await apply(chat)
    await submit(chat)
    await chat.play(AQIANG, [("/privacy", "*"), (Press("📤 导出"), "*")])
    document = chat.last(AQIANG).document
    assert document is not None
    exported = orjson.loads(document[1])["volunteering"]
    assert (exported["state"], exported["skills"], exported["hours"]) == ("waiting", ["handy"], "000111" + "0" * 15)

    await chat.play(AQIANG, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*"), (Press("🗑 确定删除"), "*")])

    assert await chat.town.count("volunteers") == await chat.town.count("volunteer_skills") == 0


async def test_the_same_in_english(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/settings", "*"), (Press("English"), "*"), ("/my", "*"), (Press("🙋 Volunteer"), "*")])
    await chat.play(AQIANG, [(Press("Small repairs"), [Edited("*")]), (Press("✅ That is all"), "Which team*")])

    async with chat.town.database.read() as tx:
        found = await volunteers.standing(tx, await chat.town.person(AQIANG))
    assert found.stage is volunteers.Stage.NONE
