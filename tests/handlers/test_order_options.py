"""Another time, every week, somebody by name, for the family, a photo; and what is changed afterwards."""

from datetime import datetime

from dialogue import Dialogue, Edited, Forge, Photo, Popup, Press
from factories import AQIANG, NAINAI, XIAOLIN, ZHOU, ZONE
from ordering import card, claim, order, order_by_phone, rows, to_the_end, told

from storage.states import ContactMode, Role, TaskState

ASK = "🔧 请志愿者上门：修东西*叫人来吗？*"
LOOKING = "好，正在找人，20 分钟内给您回话。*"


def local(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%m-%d %H:%M")


async def by_days(chat: Dialogue, days: int) -> None:
    """Time passes, a day at a time."""
    for _ in range(days):
        await chat.advance(days=1)


async def test_a_later_time_is_said_as_one_says_it(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", ASK),
            (Press("⋯*"), "想怎么安排？"),
            (Press("🕒 换时间"), "什么时候来方便？*"),
            ("随便", ["这个时间我没看懂*", "什么时候来方便？*"]),
            ("今天早上8点", "这个时间已经过了*"),
            ("明天下午三点半", "*修东西，明天 15:30 前到，大约 30 分钟，不收钱。叫人来吗？"),
            (Press("✅ 叫人来"), ["*", LOOKING]),
        ],
    )

    assert local((await rows(chat))[1].due) == "06-11 15:30"


async def test_what_is_far_ahead_says_when_the_looking_begins(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", ASK),
            (Press("⋯*"), "*"),
            (Press("🕒 换时间"), "*"),
            ("6月20日上午九点", "*6月20日 9:00 前到*"),
            (
                Press("✅ 叫人来"),
                [
                    "*6月20日 9:00 前上门，6月17日 9:00 开始找人",
                    "好，记下了。6月17日 9:00 开始找人，20 分钟内给您回话。*",
                ],
            ),
        ],
    )

    assert told(chat, XIAOLIN) == []


async def test_words_are_added_to_words_and_a_photo_goes_along(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", ASK),
            ("水龙头漏水", "*叫人来吗？ 水龙头漏水"),
            ("在厨房", "*叫人来吗？ 水龙头漏水 在厨房"),
            (Photo(), "*水龙头漏水 在厨房*您的照片一起带上。"),
            (Press("✅ 叫人来"), ["*", LOOKING]),
        ],
    )

    await chat.play(XIAOLIN, [(Press("🙋 我去"), [Popup("交给您了*"), "📷 对方拍的照片*", Edited("*在厨房*")])])


async def test_a_volunteer_is_asked_for_by_name(chat: Dialogue) -> None:
    far = await chat.town.resident("阿德师傅", "B4-1-101", roles=((Role.VOLUNTEER, "G2"),))
    for name in ("甲", "乙", "丙"):
        await chat.town.resident(name, "B3-1-101", roles=((Role.VOLUNTEER, "G2"),))

    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", ASK),
            (Press("⋯*"), "*"),
            (Press("👤 找熟人"), "想请哪一位志愿者？写名字就行*"),
            ("诸葛", ["这一片的志愿者里没找到“诸葛”*", "*"]),
            ("阿德", "*先问阿德师傅"),
            (Press("✅ 叫人来"), ["*", LOOKING]),
        ],
    )

    assert told(chat, far) == ["🔧 修东西 📍 3号楼 约 30 分钟，今天 13:00 前到。您能去吗？"]


async def test_who_helped_before_is_offered_by_name(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await to_the_end(chat)
    await chat.play(NAINAI, [(Press("👍 好了"), [Popup("*"), Edited("*")])])

    await chat.play(
        NAINAI,
        [
            ("🍚 送饭", "*"),
            (Press("⋯*"), "*"),
            (Press("👤 找熟人"), "想请哪一位？点名字*"),
            (Press("小林"), "*先问小林"),
        ],
    )


async def test_the_time_is_changed_and_who_was_to_come_is_asked(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)

    await chat.play(
        NAINAI,
        [
            (Press("🕒 改时间"), "什么时候来方便？*"),
            ("明天下午三点", ["好，改到明天 15:00。正在问来的人方不方便*", Edited("*明天 15:00 前到*")]),
        ],
    )

    assert told(chat, XIAOLIN)[-2].startswith("🕒 3号楼的“修东西”想改到明天 15:00。还能来吗？")
    assert chat.buttons(XIAOLIN)[0] == "✅ 能来"
    assert local((await rows(chat))[1].due) == "06-11 15:00"


async def test_nobody_is_asked_for_another_time_once_they_are_on_the_way(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Press("🚶 我出发了"), [Popup("*"), Edited("*")])])

    assert "🚶 小林出发了，来办“修东西”。" in told(chat, NAINAI)
    await chat.play(NAINAI, [(Forge("order.time:1:"), Popup("*"))])
    assert (await rows(chat))[1].state is TaskState.ON_WAY


async def test_every_week_it_comes_again_and_pauses_on_a_holiday(chat: Dialogue) -> None:
    await chat.advance(days=105)  # Tuesday, September 23, nine o'clock
    await chat.play(
        NAINAI,
        [
            ("🍚 送饭", "*"),
            (Press("⋯*"), "*"),
            (Press("🔁 每周一次"), "每周什么时候来？*"),
            ("周三中午十二点", "*明天 12:00 前到，以后每周这个时候都来*"),
            (Press("✅ 叫人来"), ["*", "好，正在找人*以后每周都会安排*"]),
        ],
    )
    await chat.play(XIAOLIN, [(Press("🙋 我去"), [Popup("*"), Edited("*")])])
    await chat.play(XIAOLIN, [(Press("✅ 做好了"), [Popup("*"), Edited("*")])])
    await chat.play(NAINAI, [(Press("👍 好了"), [Popup("*"), Edited("*")])])

    await by_days(chat, 6)
    pausing = [text for text in told(chat, NAINAI) if "停一停" in text]
    await by_days(chat, 7)

    assert pausing == ["周三 12:00 放假，“送饭”停一停，10月15日 12:00 照旧。要是等不了，请另外下一单。"]
    assert await chat.town.count("orders") == 1
    await by_days(chat, 7)
    assert await chat.town.count("orders") == 2

    await chat.say(NAINAI, Press("🔁 以后都不用了"))
    await by_days(chat, 14)
    assert await chat.town.count("orders") == 2


async def test_family_orders_once_the_elder_has_agreed(chat: Dialogue) -> None:
    daughter = await chat.town.resident("小陈", "B5-1-101", phone="13900001066")
    add = [
        ("/order", "要帮什么忙*"),
        (Press("🔧 修东西"), ASK),
        (Press("⋯*"), "*"),
        (Press("👪 给家人下单"), "给家人下单，要先请家人点头*"),
        (Press("➕ 加一位家人"), "家人登记的电话号码是多少？*"),
        ("139-0000-1001", "好。要是这个号码登记过，我们马上去问*"),
    ]
    await chat.play(daughter, add)
    assert told(chat, NAINAI) == ["👪 小陈想替您下单请人帮忙，您同意吗？以后不想了，随时可以收回。"]

    await chat.play(NAINAI, [(Press("✅ 同意"), Edited("👪 小陈可以替您下单了*"))])
    assert told(chat, daughter)[-1].startswith("陈奶奶同意了")
    await chat.play(
        daughter,
        [
            *add[:3],
            (Press("👪 给家人下单"), "给谁下单？"),
            (Press("陈奶奶"), "*给陈奶奶下单"),
            (Press("✅ 叫人来"), LOOKING),
        ],
    )

    assert (await rows(chat))[0].person_id == (await chat.town.person(NAINAI)).id
    assert told(chat, NAINAI)[0].startswith("小陈替您下了单：修东西")

    await chat.play(NAINAI, [(Press("不再让小陈替我下单"), [Popup("收回了。"), Edited("👪 收回了*")])])
    await chat.play(daughter, [*add[:3], (Press("👪 给家人下单"), "给家人下单，要先请家人点头*")])


async def test_an_elder_without_chat_is_asked_by_phone_whether_family_may_order(chat: Dialogue) -> None:
    await chat.town.resident("林爷爷", "B3-1-201", phone="13900001077", mode=ContactMode.PHONE)
    await chat.play(
        AQIANG,
        [
            ("/order", "*"),
            (Press("🔧 修东西"), ASK),
            (Press("⋯*"), "*"),
            (Press("👪 给家人下单"), "*"),
            (Press("➕ 加一位家人"), "*"),
            ("13900001077", "好。要是这个号码登记过*"),
        ],
    )
    await chat.advance(seconds=1)

    assert card(chat, ZHOU, "☎️*").startswith(
        "☎️ 请打电话问问林爷爷（13900001077）： 住户阿强想替您下单请人帮忙，您同意吗？"
    )
    await chat.play(ZHOU, [(Press("✅ 同意"), [Popup("记下了，谢谢！"), Edited("☎️*已经问过对方了。")])])

    assert told(chat, AQIANG)[-1].startswith("林爷爷同意了")


async def test_whether_a_number_is_known_is_not_told(chat: Dialogue) -> None:
    answers = []
    for number in ("13900001001", "13900009999"):
        for said in ("/order", Press("🔧 修东西"), Press("⋯*"), Press("👪 给家人下单"), Press("➕ 加一位家人"), number):
            await chat.say(AQIANG, said)
        answers.append(told(chat, AQIANG)[-1])

    assert answers[0] == answers[1]


async def test_what_is_bought_is_shown_by_its_receipt(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🙋 帮个忙", "*"),
            (Press("🛒 代买"), "🛒 请志愿者上门：代买*钱由您直接付给店家，志愿者拍小票给您看。"),
            (Press("✅ 叫人来"), ["*", LOOKING]),
        ],
    )
    await claim(chat)
    await chat.play(
        XIAOLIN,
        [
            (Press("✅ 做好了"), "🧾 请拍一下小票*"),
            ("十五块", ["请拍一张小票的照片*", "🧾*"]),
            (Photo(), ["辛苦了！*", Edited("*等对方确认*")]),
        ],
    )

    assert chat.card(NAINAI, "“代买”办好了吗？").photo


async def test_whoever_has_no_chat_is_told_of_every_step_by_phone(chat: Dialogue) -> None:
    await chat.town.resident("林爷爷", "B3-1-201", phone="13900001077", mode=ContactMode.PHONE)
    await order_by_phone(chat)
    await claim(chat)
    await chat.advance(seconds=1)
    assert "找到人了：小林" in card(chat, ZHOU, "☎️*")

    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("*"), Edited("*")])])
    await chat.advance(seconds=1)

    assert "原来要来的人来不了" in card(chat, ZHOU, "☎️*")
