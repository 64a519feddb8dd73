"""⏳ 我的时间: the statement, gifts, the certificate and its QR; at the desk, entries and reversals by two."""

import pytest
from dialogue import Dialogue, Edited, Forge, Photo, Popup, Press
from factories import AMEI, AQIANG, B3_GROUP, NAINAI, WU, XIAOLIN, XIAOWANG, ZHAO, ZHOU, Speaker, stranger
from ordering import claim, order, to_the_end, told
from test_privacy import exported_by

from bot import certificate
from bot.application import works
from bot.certificate import CertificateSheet
from bot.jobs import TRIES, Jobs
from handlers import time_bank, time_bank_desk, time_bank_give
from storage.queries import meta
from storage.states import ContactMode

PHONE = "13900007777"


async def earned(chat: Dialogue, who: Speaker = XIAOLIN) -> None:
    """Twenty minutes of service, confirmed."""
    await order(chat)
    await claim(chat, who)
    await to_the_end(chat, who)
    await chat.say(NAINAI, Press("👍 好了"))
    chat.heard(who)


async def made(chat: Dialogue) -> None:
    """What waits to be made is made and sent."""
    async with chat.town.database.write() as tx:
        await meta.put(tx, "bot", "jinlin_bot")
    jobs = Jobs(database=chat.town.database, works=works(chat.texts), here=chat.town.here)
    while await jobs.step():
        pass
    await chat.advance(seconds=1)


def said(module: object) -> list[str]:
    """What the sample dialogue has the bot say."""
    lines = (getattr(module, "__doc__", "") or "").splitlines()
    return [line.removeprefix("近邻: ").partition("  [")[0] for line in lines if line.startswith("近邻: ")]


async def test_who_has_no_time_yet_is_told_how_it_comes(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/my", "*"), (Press("⏳ 我的时间"), "⏳ 我的时间 信用时：0 分钟*还没有记过时间*")])

    assert chat.last(AQIANG).labels == []


async def test_the_statement_shows_each_line_and_what_it_is_good_for(chat: Dialogue) -> None:
    await earned(chat)

    await chat.play(
        XIAOLIN,
        [
            ("/tasks", "*🕰 时间银行：20 分钟"),
            (
                Press("⏳ 我的时间"),
                (
                    "⏳ 我的时间 信用时：20 分钟。能用来请人帮忙，也能送。 荣誉时：0 分钟*"
                    "0001 · 今天 9:20 · 帮忙“修东西” +20 信用时 "
                    "哪一笔不对，打社区电话 059155500100，说编号就行。时间不过期，也不换钱。"
                ),
            ),
        ],
    )

    assert chat.last(XIAOLIN).labels == ["🎁 送给家人", "💛 捐给社区", "📄 开证明"]
    assert said(time_bank)[-1] == "好，正在开证明，一会儿发给您，不收钱。"


async def test_a_donation_is_a_number_and_a_tap_and_the_fund_is_named(chat: Dialogue) -> None:
    await earned(chat)
    await chat.say(XIAOLIN, "/my")
    await chat.say(XIAOLIN, Press("⏳ 我的时间"))

    await chat.play(
        XIAOLIN,
        [
            (Press("💛 捐给社区"), "捐多少分钟？您能捐 20 分钟。点一个，或者写个数，最多 20。"),
            ("很多", ["请只写分钟数，比如 90，最多 20。", "捐多少分钟？*"]),
            ("21", ["请只写分钟数*", "捐多少分钟？*"]),
            ("0", ["请只写分钟数*", "捐多少分钟？*"]),
            ("1.5", ["请只写分钟数*", "捐多少分钟？*"]),
            (Photo(), ["请只写分钟数*", "捐多少分钟？*"]),
            ("15", "💛 捐 15 分钟给社区基金，用来帮没有时间的邻居。捐吗？"),
            ("好", ["请点下面的按键。", "💛 捐 15 分钟*"]),
            (Press("✅ 捐出"), "💛 15 分钟捐给社区基金了，谢谢您！基金现在还欠 5 分钟。"),
        ],
    )

    assert await chat.town.count("transfers", "kind = 'donation'") == 1


async def test_a_gift_to_a_number_is_a_card_that_the_other_takes(chat: Dialogue) -> None:
    mother = await chat.town.resident("林妈妈", "B4-1-101", phone=PHONE)
    await earned(chat)
    await chat.say(XIAOLIN, "/my")
    await chat.say(XIAOLIN, Press("⏳ 我的时间"))

    await chat.play(
        XIAOLIN,
        [
            (Press("🎁 送给家人"), "送给谁？不能送给自己。"),
            ("妈妈", ["请点下面的按键。", "送给谁？*"]),
            (Press("父母"), "请写对方的手机号。"),
            ("妈妈", ["这不像电话号码*", "请写对方的手机号。"]),
            ("139 0000 7777", "送多少分钟？您能送 20 分钟。*"),
            ("20", "🎁 送 20 分钟给您的父母，手机尾号 7777。*收下才算；7 天没人收，就还是您的。 送吗？"),
            (Press("✅ 送出"), "20 分钟送出去了，等对方收下；7 天没人收就退回来，到时告诉您。"),
        ],
    )
    await chat.play(
        mother,
        [(Press("🎁 收下"), [Popup("收下了，在“⏳ 我的时间”里。"), Edited("🎁 小林说您是他（她）的父母*✅ 收下了。")])],
    )

    assert told(chat, XIAOLIN) == ["您送的 20 分钟，对方收下了。"]
    assert "林妈妈" not in "".join(m.text for m in chat.screen(XIAOLIN))
    await chat.play(mother, [("/my", "*"), (Press("⏳ 我的时间"), "*家人送来 +20 信用时*")])
    assert said(time_bank_give)[0] == "送给谁？不能送给自己。"


async def give(chat: Dialogue, phone: str, minutes: str = "10") -> list[str]:
    """What 小林 reads while giving to a number."""
    for line in (Press("⏳ 我的时间"), Press("🎁 送给家人"), Press("其他家人"), phone, minutes, Press("✅ 送出")):
        await chat.say(XIAOLIN, line)
    return told(chat, XIAOLIN)


async def test_a_number_that_nobody_has_reads_like_any_other_and_comes_back(chat: Dialogue) -> None:
    mother = await chat.town.resident("林妈妈", "B4-1-101", phone="13911117777")
    await earned(chat)
    await chat.say(XIAOLIN, "/my")
    chat.heard(XIAOLIN)

    unknown = await give(chat, "13922227777")
    await chat.advance(days=7)
    came_back = told(chat, XIAOLIN)
    known = await give(chat, "13911117777")
    await chat.play(mother, [(Press("不要"), [Popup("好，退回去了。"), Edited("*没有收，已经退回。")])])
    at_once = told(chat, XIAOLIN)
    await chat.advance(days=7)

    assert [line for line in known if "信用时" not in line] == [line for line in unknown if "信用时" not in line]
    assert (came_back, at_once) == (["您送的 10 分钟没有人收下，还是您的。"], [])
    assert told(chat, XIAOLIN) == came_back


async def test_somebody_at_home_is_a_button_and_a_spouse_has_an_age(chat: Dialogue) -> None:
    wife = await chat.town.resident("林嫂", "B3-1-502")
    await earned(chat)
    await chat.say(XIAOLIN, "/my")
    await chat.say(XIAOLIN, Press("⏳ 我的时间"))

    await chat.play(
        XIAOLIN,
        [
            (Press("🎁 送给家人"), "*"),
            (Press("配偶（满 60 岁）"), "是家里哪一位？不住一起的，写对方的手机号。"),
            (Press("是林嫂"), "送多少分钟*"),
            (
                "20",
                "🎁 送 20 分钟给您的配偶林嫂。对方马上会知道。 送给配偶，要对方满 60 岁；点送出就是您说属实。 送吗？",
            ),
            ([Press("✅ 送出"), Press("✅ 送出")], [Popup("这一步已经过去了*"), "20 分钟送到了，谢谢您！"]),
        ],
    )

    assert told(chat, wife) == ["🎁 小林送给您（配偶）20 分钟，记在您的信用时里，请人帮忙时能用。"]
    assert await chat.town.count("transfers", "kind = 'gift'") == 1


async def test_nobody_else_takes_a_gift(chat: Dialogue) -> None:
    await chat.town.resident("林妈妈", "B4-1-101", phone=PHONE)
    await earned(chat)
    await chat.say(XIAOLIN, "/my")
    await give(chat, PHONE)

    for who in (AQIANG, XIAOLIN, WU):
        await chat.play(who, [(Forge("gift.take:1:"), Popup("*"))])

    assert await chat.town.count("postings", "state = 'pending'") == 1


async def test_who_is_reached_by_phone_is_asked_on_the_phone(chat: Dialogue) -> None:
    await chat.town.resident("林妈妈", "B3-2-101", phone=PHONE, mode=ContactMode.PHONE)
    await earned(chat)
    await chat.say(XIAOLIN, "/my")
    await give(chat, PHONE)

    await chat.advance(seconds=1)
    assert "小林说您是他（她）的家人，送您 10 分钟时间" in chat.card(ZHOU, "☎️ 请打电话问问*").text
    await chat.play(ZHOU, [(Press("🎁 收下"), [Popup("*"), Edited("*已经问过对方了。")])])

    assert told(chat, XIAOLIN) == ["您送的 10 分钟，对方收下了。"]


async def certificate_of(chat: Dialogue, who: Speaker = XIAOLIN) -> str:
    """A certificate is asked for and comes; its link's payload."""
    await chat.say(who, "/my")
    await chat.say(who, Press("⏳ 我的时间"))
    await chat.play(who, [(Press("📄 开证明"), "好，正在开证明，一会儿发给您，不收钱。")])
    await made(chat)
    async with chat.town.database.read() as tx:
        return "c_" + await tx.need(str, "SELECT code FROM certificates ORDER BY id DESC LIMIT 1")


async def test_the_certificate_comes_as_a_pdf(chat: Dialogue) -> None:
    await earned(chat)

    await certificate_of(chat)

    paper = chat.last(XIAOLIN).document
    assert paper is not None
    assert (paper[0], paper[1][:5]) == ("志愿服务记录证明0001.pdf", b"%PDF-")
    assert chat.last(XIAOLIN).text == "📄 您的志愿服务记录证明，编号 0001。谁扫上面的二维码，都能看到它是不是真的。"
    assert len(paper[1]) < 100_000


async def test_what_stands_on_the_paper_is_what_was_served(chat: Dialogue) -> None:
    await earned(chat)
    await entered(chat)
    payload = await certificate_of(chat)

    async with chat.town.database.read() as tx:
        paper = await CertificateSheet(chat.texts).paper(tx, chat.town.here(), 1)

    assert paper.body == (
        "兹证明 小林 自2025年6月10日至2025年6月10日，在榕荫社区参加志愿服务 2 次，服务时间共 1 小时 50 分钟，"
        "其中服务对象逐次确认的信用时 20 分钟，工作人员补记并经两人核实的荣誉时 1 小时 30 分钟。"
    )
    assert paper.rows == [
        ("修东西", "1 次", "20 分钟"),
        ("工作人员补记（荣誉时）", "1 次", "1 小时 30 分钟"),
    ]
    assert (paper.number, paper.issuer, paper.date) == ("编号：0001", "榕荫社区", "2025年6月10日")
    assert paper.link == f"https://t.me/jinlin_bot?start={payload}"


async def test_whoever_scans_the_qr_reads_what_the_paper_says_and_nothing_more(chat: Dialogue) -> None:
    await earned(chat)
    payload = await certificate_of(chat)
    says = (
        "✅ 编号 0001 的证明是真的，现在有效。 姓名：小林 志愿服务：1 次，共 20 分钟 "
        "开具日期：2025年6月10日 开具单位：榕荫社区"
    )

    for who in (stranger(), AQIANG, ZHAO):
        await chat.play(who, [(f"/start {payload}", says)])
    await chat.play(stranger(), [("/start c_guess", "没有找到*")])


async def test_a_certificate_holds_no_more_once_its_record_was_corrected(chat: Dialogue) -> None:
    await earned(chat)
    payload = await certificate_of(chat)

    await reversed_(chat)

    await chat.play(AQIANG, [(f"/start {payload}", "⚠️ 编号 0001 的证明开出后，记录有过更正，不再有效。*")])


async def test_a_certificate_of_somebody_who_left_names_nobody(chat: Dialogue) -> None:
    await earned(chat)
    payload = await certificate_of(chat)
    for line in ("/privacy", Press("🗑 删除我的资料"), Press("🗑 确定删除")):
        await chat.say(XIAOLIN, line)

    await chat.play(AQIANG, [(f"/start {payload}", "⚠️ 编号 0001 的证明已经作废。 开具日期*开具单位*")])
    assert "小林" not in chat.last(AQIANG).text


async def test_the_same_is_certified_once(chat: Dialogue) -> None:
    await earned(chat)
    await certificate_of(chat)

    await chat.play(XIAOLIN, [(Forge("time.certify:0:"), Popup("上次开的证明（编号 0001）之后没有新的记录*"))])
    await chat.play(AQIANG, [(Forge("time.certify:0:"), Popup("还没有服务记录，开不了证明*"))])

    assert await chat.town.count("certificates") == 1


async def test_a_certificate_that_cannot_be_made_is_said_and_can_be_asked_for_again(
    chat: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    await earned(chat)
    with monkeypatch.context() as patch:
        patch.setattr(certificate, "draw", _broken)
        await certificate_of(chat)
        for _ in range(TRIES):
            await chat.advance(minutes=1)
            await made(chat)

    assert told(chat, XIAOLIN)[-1].startswith("证明没开成")
    assert (await certificate_of(chat)).startswith("c_")
    assert chat.last(XIAOLIN).document is not None


def _broken(*_: object, **__: object) -> bytes:
    raise ValueError("no font")


async def entered(chat: Dialogue) -> None:
    """吴主任 enters 90 minutes for 小林, and 老周 confirms."""
    await chat.say(WU, "/desk")
    for line in (Press("🕰 补记时间"), "小林", Press("是小林"), "90", "6月8日义诊维持秩序", Press("✅ 提交")):
        await chat.say(WU, line)
    await chat.say(ZHOU, Press("属实"))
    for who in (WU, ZHOU, XIAOLIN):
        chat.heard(who)


async def test_the_sample_entry_is_made_by_two_and_everybody_hears_of_it(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            ("/desk", "*"),
            (Press("🕰 补记时间"), "给谁补记？写志愿者的名字，或者手机号。"),
            (Photo(), ["*", "给谁补记？*"]),
            ("没有的人", ["没找到这个人*", "给谁补记？*"]),
            ("小林", "是哪一位？"),
            ("小林", ["请点下面的按键。", "是哪一位？"]),
            (Press("是小林"), "多少分钟？点一个，或者写个数，一次最多 480。"),
            ("481", ["请只写分钟数，比如 90，最多 480。", "多少分钟？*"]),
            ("90", "因为什么事？请写清楚哪一天、做了什么*"),
            ("义" * 201, "内容太长了：201 字，最多 200 字*"),
            (
                "6月8日义诊维持秩序",
                "🕰 给小林补记 90 分钟荣誉时：“6月8日义诊维持秩序”。另一位工作人员确认后才记，交上去吗？",
            ),
            (Press("✅ 提交"), "交上去了。另一位工作人员说属实才算，有结果告诉您。"),
        ],
    )
    assert [line for line in said(time_bank_desk) if line.startswith("给谁")] == [
        "给谁补记？写志愿者的名字，或者手机号。"
    ]
    assert chat.card(ZHOU, "🕰*").text.startswith("🕰 社区吴主任给小林补记 90 分钟荣誉时：")

    await chat.play(
        ZHOU,
        [
            (
                [Press("属实"), Press("属实")],
                [Popup("记下了，谢谢您核实。"), Popup("这一步已经办过了*"), Edited("*✅ 值班员老周确认属实。")],
            )
        ],
    )

    assert told(chat, XIAOLIN) == ["社区给您补记了 90 分钟荣誉时：“6月8日义诊维持秩序”。谢谢您！"]
    assert told(chat, WU) == ["您交的补记，值班员老周看过说属实，记进去了。"]
    await chat.play(XIAOLIN, [("/my", "*"), (Press("⏳ 我的时间"), "*荣誉时：1 小时 30 分钟。*+90 荣誉时*")])
    assert chat.last(XIAOLIN).labels == ["📄 开证明"]


async def test_who_entered_it_cannot_confirm_it_and_nor_can_a_grid_worker(chat: Dialogue) -> None:
    await chat.say(WU, "/desk")
    for line in (Press("🕰 补记时间"), "13900001002", Press("是小林"), Press("90 分钟"), "义诊", Press("✅ 提交")):
        await chat.say(WU, line)

    await chat.play(WU, [(Forge("posting.true:1:"), Popup("这一笔是您交的，要另一位工作人员来确认。"))])
    await chat.play(XIAOWANG, [(Forge("posting.true:1:"), Popup("*"))])
    await chat.play(ZHOU, [(Press("不属实"), [Popup("好，没有记*"), Edited("*说不属实，没有记。")])])

    assert told(chat, WU)[-1] == "您交的补记，值班员老周看过说不属实，没有记。请和对方核对一下。"
    assert await chat.town.count("transfers") == 0


async def reversed_(chat: Dialogue) -> None:
    """Entry 1 is reversed by two."""
    await chat.say(WU, "/desk")
    for line in (Press("↩️ 冲正"), "1", "多记了", Press("✅ 提交")):
        await chat.say(WU, line)
    await chat.say(ZHOU, Press("属实"))


async def test_an_entry_is_reversed_by_its_number_and_its_helper_hears_why(chat: Dialogue) -> None:
    await earned(chat)

    await chat.play(
        WU,
        [
            ("/desk", "*"),
            (Press("↩️ 冲正"), "要冲正哪一笔？写编号*"),
            ("一号", ["没有这个编号，或者不归您管*", "要冲正哪一笔？*"]),
            ("77", ["没有这个编号，或者不归您管*", "要冲正哪一笔？*"]),
            ("0001", "为什么要冲正？当事人也会看到。"),
            ("多记了", "↩️ 冲正 0001 号：小林的服务，20 分钟。原因：“多记了”。另一位工作人员确认后才冲正，交上去吗？"),
            (Press("✅ 提交"), "交上去了*"),
        ],
    )
    await chat.play(ZHOU, [(Press("属实"), [Popup("*"), Edited("↩️ 社区吴主任要冲正 0001 号记录*确认属实。")])])

    assert told(chat, XIAOLIN)[-1] == (
        "时间银行 0001 号记录更正了，从您这里减去 20 分钟，因为“多记了”。已经用掉的由社区垫上，您不欠什么。"
    )
    await chat.play(XIAOLIN, [("/my", "*"), (Press("⏳ 我的时间"), "*冲正：多记了 −20 信用时*+20 信用时（已冲正）*")])
    await chat.play(WU, [("/desk", "*"), (Press("↩️ 冲正"), "*"), ("1", ["这一笔不能冲正*", "要冲正哪一笔？*"])])


async def test_the_export_holds_the_minutes(chat: Dialogue) -> None:
    await earned(chat)
    await entered(chat)
    await certificate_of(chat)

    found = (await exported_by(chat, XIAOLIN))["time_bank"]

    assert found["minutes"] == {"credit": 20, "surplus": 0, "honour": 90}
    assert [(line["kind"], line["minutes"], line["words"]) for line in found["lines"]] == [
        ("honour", 90, "6月8日义诊维持秩序"),
        ("credit", 20, ""),
    ]
    assert [paper["number"] for paper in found["certificates"]] == [1]


async def test_no_private_button_of_the_time_bank_works_in_a_group(chat: Dialogue) -> None:
    for action in ("time.show", "time.give", "time.certify", "posting.true"):
        await chat.play(AMEI, [(Forge(f"{action}:1:"), Popup("*"))], room=B3_GROUP)
