"""🙌 志愿活动 and 🔎 寻人 in chat: posted, grabbed, under way, over; and who vouches for whoever was there."""

from dialogue import Dialogue, Edited, Forge, Popup, Press
from factories import AMEI, AQIANG, B3_GROUP, WU, XIAOLIN, XIAOWANG
from ordering import told

from storage.states import Role

EVENT = "🙌 志愿活动 📍 3号楼*包饺子，帮忙和面*"
SEARCH = "🔎 寻人 📍 3号楼*灰外套，3 点在东门*"


async def post_event(chat: Dialogue, people: str = "2 人") -> None:
    """The grid worker wants helpers for this afternoon."""
    await chat.play(
        XIAOWANG,
        [
            ("/desk", "*"),
            (Press("👋 招人手"), "👋 要招什么人手？"),
            (Press("🙌 志愿活动"), "📍 在哪里？*"),
            (Press("3号楼"), "🙌 要做什么？*"),
            ("包饺子，帮忙和面", "🛠 要会什么？*"),
            ("做饭", ["没看懂*", "🛠 要会什么？*"]),
            (Press("谁都行"), "哪一天？*"),
            ("6-10 15:00", "*就这一次，还是每周都有？"),
            (Press("就这一次"), "大约多久？*"),
            (Press("60 分钟"), "连领队一共几个人？"),
            (Press(people), "👋 这样发出去对吗？ 🙌 志愿活动 📍 3号楼*👥 *人，先到的当领队*包饺子，帮忙和面"),
            (Press("✅ 提交"), ["发出去了：今天 15:00*", f"{EVENT}先到的当领队*"]),
        ],
    )


async def its_hour(chat: Dialogue) -> None:
    """The captain still comes; it is five to three."""
    await chat.advance(hours=3, minutes=1)
    await chat.play(XIAOLIN, [(Press("✅ 能来"), [Popup("好，等您来。"), Edited("*")])])
    await chat.advance(hours=2, minutes=54)


async def post_search(chat: Dialogue) -> None:
    """The grid worker has somebody looked for, at once."""
    await chat.play(
        XIAOWANG,
        [
            (Forge("shift.post:0:"), "👋 要招什么人手？"),
            (Press("🔎 寻人"), "🔎 在哪一片找？*"),
            ("3号楼", "🔎 找谁？*找完就删。"),
            ("老人，灰外套，3 点在东门", "分几处找？*"),
            ("河边\n公园", "要找的地方：河边、公园。还有吗？"),
            (Press("就这些"), "*🔎 寻人 📍 3号楼 ⏰ 现在就去，先找 60 分钟*灰外套*"),
            (Press("✅ 提交"), ["发出去了，这一片的志愿者现在就问到。*", f"{SEARCH}"]),
        ],
    )


async def test_helpers_at_an_event_are_wanted_led_and_banked(chat: Dialogue) -> None:
    await post_event(chat)
    assert "🙌 活动招帮手" in chat.screen(B3_GROUP)[-1].text
    await chat.play(XIAOLIN, [(Press("🙋 我去"), [Popup("抢到了，到时候见！"), Edited(EVENT)])])
    await chat.play(AMEI, [(Press("🙋 我去"), [Popup("抢到了，到时候见！"), Edited(EVENT)])])
    await its_hour(chat)
    await chat.play(
        XIAOLIN,
        [
            (Press("▶️ 开始活动"), [Popup("开始了，辛苦大家！结束了点一下。"), Edited("*正在进行，辛苦大家。")]),
        ],
    )
    await chat.advance(minutes=45)

    await chat.play(
        XIAOLIN,
        [
            (Press("🏁 结束了"), "报了名的都来了吗？*"),
            (Press("✅ 都来了"), "🏁 写一句今天的情况吧*"),
            (
                "来了 40 位老人",
                [
                    "结束了，谢谢您带队！",
                    "🙌 3号楼的志愿活动结束了，辛苦了！ 一共 45 分钟。*记入时间银行 45 分钟。",
                    Edited("*✅ 结束了*"),
                ],
            ),
        ],
    )

    assert await chat.town.count("transfers") == 2
    assert "结束了，谢谢大家！" in chat.screen(B3_GROUP)[-1].text


async def test_who_had_joined_and_did_not_come_is_struck_off_and_told_and_gets_no_minutes(chat: Dialogue) -> None:
    await post_event(chat)
    for who in (XIAOLIN, AMEI):
        await chat.say(who, Press("🙋 我去"))
    await its_hour(chat)
    await chat.say(XIAOLIN, Press("▶️ 开始活动"))
    await chat.advance(minutes=45)

    await chat.play(
        XIAOLIN,
        [
            (Press("🏁 结束了"), "报了名的都来了吗？*"),
            ("不知道", ["请点下面的按钮。", "报了名的都来了吗？*"]),
            (Press("✖️ 志愿者阿梅"), "没来的：志愿者阿梅。还有谁没来？"),
            (Press("✅ 就这些"), "🏁 写一句今天的情况吧*"),
            (Press("跳过"), ["结束了，谢谢您带队！", "*社区核对以后记入时间银行。", Edited("*等社区核对*")]),
        ],
    )

    assert "领队说您这次没来，就没有记时间。" in told(chat, AMEI)[-1]
    assert await chat.town.count("transfers") == 0
    await chat.play(
        XIAOWANG, [(Press("✅ 属实，记时间"), [Popup("好，时间记上了，谢谢您核对。"), Edited("*✅ 结束了*")])]
    )
    assert await chat.town.count("transfers") == 1
    assert "记入时间银行 45 分钟。" in told(chat, XIAOLIN)[-1]


async def test_the_desk_is_asked_each_day_about_whoever_was_alone_and_may_say_that_it_was_not_so(
    chat: Dialogue,
) -> None:
    await post_event(chat, people="1 人")
    await chat.say(XIAOLIN, Press("🙋 我去"))
    await its_hour(chat)
    await chat.say(XIAOLIN, Press("▶️ 开始活动"))
    await chat.say(XIAOLIN, Press("🏁 结束了"))
    await chat.say(XIAOLIN, Press("跳过"))
    await chat.play(XIAOLIN, [(Forge("shift.vouch:1:"), "*"), (Forge("shift.deny:1:"), "*")])

    await chat.advance(days=1, hours=1)

    asked = [shown for shown in chat.screen(XIAOWANG) if "是这样吗？" in shown.text]
    assert asked[-1] is chat.screen(XIAOWANG)[-1]
    await chat.play(XIAOWANG, [(Press("✖️ 没有去"), [Popup("好，这一班不算*"), Edited("*")])])
    assert "社区说这一次没有去成" in told(chat, XIAOLIN)[-1]
    assert await chat.town.count("transfers") == 0
    assert await chat.town.count("shifts", "ended_at IS NOT NULL") == 0
    await chat.play(XIAOWANG, [(Forge("shift.vouch:1:"), "*")])


async def test_a_search_asks_all_at_once_is_joined_while_it_is_on_and_ends_when_they_are_found(chat: Dialogue) -> None:
    await post_search(chat)
    group = chat.screen(B3_GROUP)[-1].text
    assert "🔎 寻人，要人手" in group
    assert "灰外套" not in group

    await chat.play(XIAOLIN, [(Press("🙋 我去"), [Popup("算您一个*"), Edited(f"{SEARCH}您是领队。*")])])
    await chat.play(XIAOLIN, [(Press("▶️ 开始找"), [Popup("开始找，结伴走*"), Edited("*正在找。结伴走*")])])
    await chat.play(AMEI, [(Press("🙋 我去"), [Popup("算您一个*"), Edited("*正在找。结伴走*")])])
    await chat.play(AMEI, [(Press("📍 河边"), [Popup("“河边”记下了。*"), Edited("*✅ 河边 ▫️ 公园*")])])
    await chat.play(XIAOLIN, [(Press("🔎 线索一条"), [Popup("*"), "🔎 看到了什么？*", Edited("*线索 1 条*")])])
    await chat.say(XIAOLIN, "有人看见他往公园走")
    assert any("🔎 寻人线索" in shown.text and "往公园走" in shown.text for shown in chat.screen(XIAOWANG))
    await chat.advance(minutes=25)

    await chat.play(
        AMEI,
        [
            (Press("🎉 人找到了"), "🎉 太好了！*"),
            (
                "公园长椅上，人好好的",
                [
                    "🎉 3号楼的人找到了*找过 1/2 处。*记入时间银行 25 分钟。",
                    "告诉社区、民警和去找的人了。谢谢您！",
                    Edited("*🎉 人找到了，谢谢大家！"),
                ],
            ),
        ],
    )

    assert any("🎉 人找到了" in shown.text and "公园长椅上" in shown.text for shown in chat.screen(XIAOWANG))
    assert "🎉 人找到了，谢谢大家！" in chat.screen(B3_GROUP)[-1].text
    assert await chat.town.count("shifts", "words IS NOT NULL") == 0
    assert not any(
        "灰外套" in shown.text for who in (XIAOLIN, AMEI) for shown in chat.screen(who) if "寻人" in shown.text
    )
    await chat.play(AMEI, [(Forge("shift.found:1:"), "*")])


async def test_everybody_who_serves_there_is_asked_to_search(chat: Dialogue) -> None:
    volunteers = ((Role.VOLUNTEER, "G2"),)
    many = [await chat.town.resident(f"邻居{n}", "B3-1-101", roles=volunteers) for n in range(70)]

    await post_search(chat)

    assert await chat.town.count("offers") == len(many) + 3  # 小林, 阿梅 and the grid worker


async def test_a_search_at_night_wakes_volunteers_and_found_before_it_began_sends_everybody_home(
    chat: Dialogue,
) -> None:
    await chat.advance(hours=13, minutes=30)
    await post_search(chat)

    await chat.play(XIAOLIN, [(Press("🙋 我去"), [Popup("算您一个*"), Edited(f"{SEARCH}您是领队。*")])])
    await chat.play(XIAOWANG, [(Press("🎉 人找到了"), "🎉 太好了！*"), (Press("跳过"), ["告诉社区*", Edited("*")])])

    assert "🎉 人找到了，不用去了，谢谢您！" in told(chat, XIAOLIN)[-1]
    assert await chat.town.count("transfers") == 0


async def test_only_the_team_and_the_desk_say_that_somebody_is_found(chat: Dialogue) -> None:
    await post_search(chat)
    await chat.say(XIAOLIN, Press("🙋 我去"))

    await chat.play(AMEI, [(Forge("shift.found:1:"), "*")])
    await chat.play(AQIANG, [(Forge("shift.found:1:"), "*"), (Forge("shift.open:1:"), "班次由本片志愿者来抢。*")])

    assert await chat.town.count("shifts", "found_at IS NOT NULL") == 0
    await chat.play(WU, [(Forge("shift.found:1:"), "🎉 太好了！*")])


async def test_what_is_wanted_cannot_be_left_out_or_be_endless(chat: Dialogue) -> None:
    await chat.play(
        XIAOWANG,
        [
            (Forge("shift.post:0:"), "*"),
            ("巡防", ["没看懂*", "👋 要招什么人手？"]),
            (Press("🙌 志愿活动"), "*"),
            ("3号楼", "🙌 要做什么？*"),
            ("字" * 501, "*500*"),
            ("包饺子", "*"),
            (Press("理发"), "哪一天？*"),
            ("6-10 15:00", "*"),
            (Press("每周二"), "*"),
            ("60", "*"),
            ("50", "一班连领队 1 到 30 人，请换一个数。"),
            ("2", "*🔁 每周这个时候一班*🛠 最好会：理发*包饺子"),
            (Press("✅ 提交"), ["发出去了*以后每周提前一周自动发*", "🙌 志愿活动（每周一次）*"]),
        ],
    )

    await chat.advance(days=1)

    assert await chat.town.count("shifts", "words IS NOT NULL") == 2
