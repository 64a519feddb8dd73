"""📣 写通知, ✅ 收到, ✏️ 修改: as they are said in chat."""

import pytest
from dialogue import Dialogue, Edited, Forge, Photo, Popup, Press, Sticker, Voice
from factories import AMEI, AQIANG, B3_GROUP, LIU, NAINAI, WU, XIAOHE, XIAOWANG, ZHOU

from bot.transport import Forbidden, Rejected

WATER = "明天 9:00-17:00 停水，请提前存水。"
CHILD = "寻人：男孩，5 岁，红上衣，10 点在河畔新村门口走失。"
TO_ALL = (Press("👥 发给榕荫社区*"), ["📣 通知 · 榕荫社区*", "*5 位居民会收到*1 个群*"])


async def send(chat: Dialogue, said: object = WATER) -> None:
    """Staff send a notice to the whole community, and it arrives."""
    await chat.play(
        WU,
        [
            ("/desk", "*"),
            (Press("📣 写通知"), "请写下通知的内容*"),
            (said, "发给谁？"),
            TO_ALL,
            (Press("📣 发送"), "📣 0001 · 发给榕荫社区*正在发"),
        ],
    )
    await chat.advance(seconds=10)


async def test_staff_write_to_a_place_and_its_people_and_group_read_it(chat: Dialogue) -> None:
    await send(chat)

    got = [chat.card(who, "📣 通知*") for who in (NAINAI, AQIANG, LIU, AMEI)]
    assert all(m.text.startswith("📣 通知 · 榕荫社区") and WATER in m.text for m in got)
    assert all(m.labels == ["✅ 收到"] for m in got)
    assert WATER in chat.last(B3_GROUP).text
    assert chat.last(B3_GROUP).labels == []
    assert "已送达 5 / 应送 5" in chat.card(WU, "📣 0001*应送*").text
    assert chat.last(WU).text == "📣 0001 发完了：5 人，送达 5 人。"


async def test_a_lost_childs_photo_reaches_people_and_group_within_seconds(chat: Dialogue) -> None:
    await send(chat, Photo(CHILD, file="child"))

    assert [(m.photo, CHILD in m.text) for m in (chat.last(AQIANG), chat.last(B3_GROUP))] == [("child", True)] * 2


async def test_a_receipt_takes_the_button_away_and_is_counted(chat: Dialogue) -> None:
    await send(chat)

    await chat.play(AQIANG, [(Press("✅ 收到"), Edited("*✅ 已收到"))])
    await chat.advance(seconds=3)

    assert chat.last(AQIANG).labels == []
    assert chat.last(LIU).labels == ["✅ 收到"]
    assert "✅ 收到 1" in chat.card(WU, "📣 0001*应送*").text


async def test_a_second_receipt_and_one_for_a_notice_of_others_have_a_clear_answer(chat: Dialogue) -> None:
    await send(chat)

    await chat.play(AQIANG, [(Press("✅ 收到"), Edited("*")), (Forge("notice.receive:1:"), Popup("这一步已经办过了*"))])
    await chat.play(XIAOHE, [("/menu", "*"), (Forge("notice.receive:1:"), Popup("没有找到*"))])


async def test_nothing_that_someone_types_becomes_markup(chat: Dialogue) -> None:
    await send(chat, "<b>停水</b> & <a href='http://127.0.0.1'>点我</a>")

    shown = chat.last(AQIANG)
    assert "&lt;b&gt;停水&lt;/b&gt; &amp; &lt;a" in shown.markup
    assert "<b>停水</b>" in shown.text


async def test_4097_characters_are_too_many_and_the_step_goes_on(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            ("/notices", "还没有发给您的通知。"),
            (Press("📣 写通知"), "请写下通知的内容*"),
            ("水" * 4097, "内容太长了：4097 字，最多 3000 字*"),
            (Photo("水" * 901), "内容太长了：901 字，最多 900 字*"),
            (WATER, "发给谁？"),
        ],
    )


async def test_what_is_no_notice_is_told_what_one_is(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            ("/notices", "还没有发给您的通知。"),
            (Press("📣 写通知"), "请写下通知的内容*"),
            (Voice(), ["通知要用文字*", "请写下*"]),
            (Sticker(), ["通知要用文字*", "请写下*"]),
            (Photo(CHILD, as_file=True), ["这是当文件发的图片*", "请写下*"]),
            (Photo(), "照片收到了。请再写一句说明*"),
            (CHILD, "发给谁？"),
            ("3号楼", ["请点下面的按键。", "发给谁？"]),
            (Press("第一网格 · 0 人"), "发给整个第一网格*"),
            (Press("👥 发给第一网格*"), Popup("第一网格还没有人登记*")),
        ],
    )


async def test_an_album_gives_its_first_photo(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            ("/notices", "还没有发给您的通知。"),
            (Press("📣 写通知"), "请写下通知的内容*"),
            (
                [Photo(CHILD, album="a", file="one"), Photo(album="a", file="two"), Photo(album="a", file="three")],
                ["发给谁？", "一条通知放一张照片*"],
            ),
            TO_ALL,
        ],
    )

    assert chat.screen(WU)[-2].photo == "one"


async def test_one_goes_down_to_a_stairwell_and_back_up(chat: Dialogue) -> None:
    await chat.play(
        XIAOWANG,
        [
            ("/desk", "*"),
            (Press("📣 写通知"), "请写下通知的内容*"),
            (WATER, "发给谁？"),
            (Press("3号楼 · 5 人"), "发给整个3号楼*"),
            (Press("⬅️ 返回"), "发给谁？"),
            (Press("3号楼 · 5 人"), "发给整个3号楼*"),
            (Press("2梯 · 4 人"), ["📣 通知 · 第二网格*发给3号楼2梯", "*3号楼2梯的 4 位居民会收到。 发吗？"]),
            (Press("✏️ 修改"), "要改哪里？"),
            (Press("发给谁"), "发给谁？"),
            (Press("👥 发给第二网格*"), ["📣 通知 · 第二网格*", "*第二网格的 5 位居民*"]),
            ("改成后天停水。", ["📣 通知 · 第二网格 改成后天停水。*", "*"]),
            (Press("❌ 取消"), "好，不办了*"),
        ],
    )

    assert await chat.town.count("notices") == 0


async def test_send_pressed_twice_sends_once(chat: Dialogue) -> None:
    await send(chat)

    await chat.play(WU, [(Forge("step.notice.preview:0:send"), Popup("这一步已经过去了*"))])

    assert await chat.town.count("notices") == 1


@pytest.mark.parametrize("data", ["notice.write:0:", "step.notice.preview:0:send", "step.notice.place:0:to2"])
async def test_a_forged_press_of_a_resident_sends_nothing(chat: Dialogue, data: str) -> None:
    await chat.play(AQIANG, [("/menu", "*"), (Forge(data), Popup("*"))])

    assert await chat.town.count("notices") == 0


@pytest.mark.parametrize("action", ["pause", "go_on", "stop", "correct", "progress"])
async def test_a_forged_press_on_somebody_elses_progress_card_changes_nothing(chat: Dialogue, action: str) -> None:
    await send(chat)

    await chat.play(XIAOWANG, [("/menu", "*"), (Forge(f"notice.{action}:1:"), Popup("这件事要由负责的人来办*"))])

    assert await chat.town.count("notices", "state = 'sent' AND corrected_at IS NULL") == 1


async def test_a_role_taken_away_before_the_last_press_sends_nothing(chat: Dialogue) -> None:
    await chat.play(WU, [("/notices", "*"), (Press("📣 写通知"), "*"), (WATER, "发给谁？"), TO_ALL])
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE roles SET revoked_at = 1 WHERE role = 'staff'")

    await chat.play(WU, [(Press("📣 发送"), Popup("这件事要由负责的人来办*"))])

    assert await chat.town.count("notices") == 0


async def test_a_sent_notice_is_corrected_in_place_and_a_photo_stays(chat: Dialogue) -> None:
    await send(chat, Photo(CHILD, file="child"))
    before = len(chat.screen(AQIANG))

    await chat.play(
        WU,
        [
            (Press("✏️ 修改"), "请把整条通知重新写一遍*照片不变。"),
            (Photo("另一张"), ["更正只能改文字*", "请把整条通知重新写一遍*"]),
            ("孩子找到了，谢谢大家！", ["📣 通知*孩子找到了*已更正*", "已经收到的 5 人会看到这样*"]),
            (Press("📣 发送"), "0001 更正了*"),
        ],
    )
    await chat.advance(seconds=5)

    for shown in (chat.last(AQIANG), chat.last(B3_GROUP)):
        assert "孩子找到了，谢谢大家！" in shown.text
        assert "（已更正）" in shown.text
        assert shown.photo == "child"
    assert len(chat.screen(AQIANG)) == before
    assert chat.last(AQIANG).labels == ["✅ 收到"]


async def test_staff_above_correct_what_a_grid_worker_sent(chat: Dialogue) -> None:
    await chat.play(
        XIAOWANG,
        [
            ("/desk", "*"),
            (Press("📣 写通知"), "*"),
            (WATER, "*"),
            (Press("👥 发给第二网格*"), ["*", "*"]),
            (Press("📣 发送"), "📣 0001*"),
        ],
    )
    await chat.advance(seconds=5)

    await chat.play(
        ZHOU,
        [
            ("/notices", "*📊 是这里发出去的*"),
            (Press("📊*"), "📣 0001 · 发给第二网格*"),
            (Press("✏️ 修改"), "请把整条通知重新写一遍*"),
            ("不停水了。", ["*", "*"]),
            (Press("📣 发送"), "0001 更正了*"),
        ],
    )
    await chat.advance(seconds=5)

    assert "不停水了。" in chat.last(AQIANG).text


async def test_blocked_and_refused_are_told_on_the_progress_card(chat: Dialogue) -> None:
    chat.patient = True
    chat.api.refuse(Forbidden("Forbidden: bot was blocked by the user"), chat_id=LIU.id)
    chat.api.refuse(Rejected("Bad Request: wrong file identifier"), chat_id=AMEI.id)

    await send(chat, Photo(CHILD))

    card = chat.card(WU, "📣 0001*应送*").text
    assert "已送达 3 / 应送 5" in card
    assert "没送到 1 人：拉黑了近邻" in card
    assert "没送到 1 人：照片或文字被拒收" in card
    assert "有 2 人没送到" in chat.last(WU).text


async def test_a_reader_brings_a_notice_down_again(chat: Dialogue) -> None:
    await send(chat)

    await chat.play(
        AQIANG,
        [
            ("📣 通知", "最近的通知*"),
            (Press("📣 6月10日 明天 9:00-17:00*"), "📣 通知 · 榕荫社区*"),
            (Press("✅ 收到"), Edited("*✅ 已收到")),
            ("/notices", "最近的通知*"),
        ],
    )

    assert chat.buttons(AQIANG) == ["✅ 6月10日 明天 9:00-17:00 停水，…"]


async def test_the_notices_key_is_on_the_main_keyboard_and_writing_is_for_those_who_may(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/menu", "*"), ("📣 通知", "还没有发给您的通知。")])
    await chat.play(XIAOHE, [("/desk", "*"), ("/notices", "还没有发给您的通知。")])

    assert "📣 通知" in chat.keys(AQIANG)
    assert "📣 写通知" not in [label for who in (AQIANG, XIAOHE) for m in chat.screen(who) for label in m.labels]
