"""Danger at home: whom to ring, who has been alerted, and who sees which door it is."""

from dialogue import Dialogue, Edited, Forge, Location, Photo, Popup, Press
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOHE, XIAOWANG

PREVIEW = (
    "🆘 先打电话：急救 120 · 报警 110 · 火警 119 ⚠️ 先到安全的地方*这样登记对吗？ ⚠️ 生命财产危险 📍 3号楼 我头晕，胸口闷"
    " 🚪 来帮您的人会看到您的姓名、门牌和电话，好直接找到您。 处理的单位看不到您的姓名。"
)
DIZZY = ("我头晕，胸口闷", PREVIEW)
ALERTED = (
    "🆘 编号 0001，已经马上通知网格员小王。 来的人知道您的门牌和电话，会直接找您。 "
    "要是没人联系您，就打社区电话 059155500100。 现在值班：值班员老周 13900000101 急救 120 · 报警 110 · 火警 119*"
)
MINE = "⚠️ 0001 生命财产危险*🔔 已经通知网格员小王，有人接手马上告诉您"
SECRETS = ("陈奶奶", "13900001001", "301")


async def submitted(chat: Dialogue) -> None:
    await chat.play(NAINAI, [DIZZY, (Press("✅ 提交"), [ALERTED, MINE])])


def seen(chat: Dialogue, *whom: object) -> str:
    return "".join(m.text for who in whom for m in chat.screen(who))  # type: ignore[arg-type]


async def test_who_accepts_it_sees_name_door_and_phone_and_she_sees_who_did(chat: Dialogue) -> None:
    await submitted(chat)
    (card,) = chat.heard(XIAOWANG)
    assert "受理" in card
    assert not [word for word in SECRETS if word in card]

    await chat.play(
        XIAOWANG, [(Press("🧾 受理"), [Popup("*"), Edited("⚠️ 0001*👤 陈奶奶 📞 13900001001 🚪 3号楼2梯301*")])]
    )

    assert chat.heard(NAINAI) == ["0001 网格员小王收到了，知道您住哪儿，马上联系您。"]
    await chat.play(NAINAI, [("/privacy", "*今天 9:00 网格员小王")])


async def test_it_is_gone_from_every_card_once_it_is_checked(chat: Dialogue) -> None:
    await submitted(chat)
    await chat.play(
        XIAOWANG,
        [
            (Press("🧾 受理"), Popup("*")),
            ("/desk", "*"),
            (Press("⚠️ 0001*"), "⚠️ 0001*陈奶奶*"),
            (Press("✅ 提交结果"), "*"),
            ("送医院了", ["*", "*陈奶奶*"]),
        ],
    )

    await chat.play(XIAOWANG, [(Press("核实无误"), Popup("*"))])

    assert not [word for word in SECRETS if word in seen(chat, XIAOWANG)]
    assert await chat.town.count("audit", "action = 'opened_address' AND subject_kind = 'report'") == 1


async def test_somebody_else_of_the_desk_asks_for_it_and_is_written_down_as_well(chat: Dialogue) -> None:
    await submitted(chat)
    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*"))])
    chat.heard(NAINAI)

    await chat.play(WU, [("/desk", "*"), (Press("⚠️ 0001*"), "⚠️ 0001*")])
    assert not [word for word in SECRETS if word in seen(chat, WU)]
    await chat.play(WU, [(Press("🚪 看门牌和电话"), "⚠️ 0001*👤 陈奶奶 📞 13900001001 🚪 3号楼2梯301*")])

    await chat.play(NAINAI, [("/privacy", "*社区吴主任*网格员小王")])


async def test_nobody_else_sees_it_or_can_ask_for_it(chat: Dialogue) -> None:
    await submitted(chat)
    await chat.play(XIAOWANG, [(Press("属实，派给*"), [Popup("*"), Edited("*👤 陈奶奶*")])])

    for who in (XIAOHE, AMEI, LIU, AQIANG):
        await chat.play(who, [("/menu", "*"), (Forge("report.door:1:"), Popup("*办不了*"))])
    assert not [word for word in SECRETS if word in seen(chat, XIAOHE, AMEI, LIU, AQIANG)]


async def test_she_may_say_no_and_take_it_back(chat: Dialogue) -> None:
    kept, shown = "*🚪 来的人看不到您的姓名、门牌和电话。*", "*🚪 来帮您的人会看到*"
    no, yes = Press("🚪 不给门牌和电话"), Press("🚪 给门牌和电话")
    await chat.play(NAINAI, [DIZZY, (no, kept), (yes, shown), (no, kept), (Press("✅ 提交"), ["🆘 编号 0001*", "*"])])
    assert "门牌" not in chat.screen(NAINAI)[-2].text

    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*"))])

    assert not [word for word in SECRETS if word in seen(chat, XIAOWANG)]
    await chat.play(XIAOWANG, [(Forge("report.door:1:"), Popup("没有找到*"))])


async def test_what_is_not_at_home_or_no_emergency_shows_nobodys_door(chat: Dialogue) -> None:
    async with chat.town.database.read() as tx:
        latitude = await tx.need(int, "SELECT latitude FROM places WHERE code = 'B1'")
        longitude = await tx.need(int, "SELECT longitude FROM places WHERE code = 'B1'")
    there = Location(latitude / 1_000_000, longitude / 1_000_000)

    await chat.play(NAINAI, [("有人晕倒了", "*🚪*"), (there, "*📍 1号楼*"), (Press("✅ 提交"), ["*", "*"])])
    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), ["登记好了*", "*"])])

    assert "🚪" not in "".join(m.text for m in chat.screen(NAINAI)[1:]) + seen(chat, AQIANG)
    assert await chat.town.count("reports", "door = 1") == 0


async def test_a_photo_of_it_is_behind_a_button_of_its_own(chat: Dialogue) -> None:
    """So that the card is words alone and can be put away whole."""
    await chat.play(NAINAI, [(Photo("厨房冒烟了"), "*🚪*"), (Press("✅ 提交"), ["*", "*"])])

    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*")), (Press("📎*"), "*0001*")])

    assert chat.card(XIAOWANG, "*陈奶奶*").photo == ""
