"""What is said beside the question: giving up, a cry for help, a greeting; and what comes long afterwards."""

from pathlib import Path

import pytest
from dialogue import Dialogue, Edited, Photo, Press, Voice
from factories import AQIANG, NAINAI, WU, XIAOHE, XIAOWANG, ZHAO, ZONE

from handlers.plain_words import Meaning, meaning
from handlers.texts import Texts

PREVIEW = ("楼道灯不亮了", "这样登记对吗*")
NUMBERS = "🆘 先打电话：急救 120 · 报警 110 · 火警 119*值班员老周 13900000101*059155500100*"


@pytest.mark.parametrize("said", ["不要了", "算了吧", " 取消。", "不用了，谢谢", "Never mind!", "cancel", "No thanks"])
async def test_words_that_give_up_cancel_whatever_is_open(chat: Dialogue, said: str) -> None:
    for begun in (PREVIEW, ("🔧 修东西", "*叫人来吗*"), (Voice(), "收到了*")):
        await chat.play(NAINAI, [("/menu", "*"), begun, (said, "好，不办了*"), ("/cancel", "现在没有正在办的事*")])

    assert await chat.town.count("reports") == await chat.town.count("orders") == 0


async def test_giving_up_in_traditional_characters_is_understood(chat: Dialogue) -> None:
    await chat.play(NAINAI, [PREVIEW, ("謝謝小林", "我在呢*"), ("沒事了", "好，不办了*")])


def test_a_community_may_say_which_words_it_means(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "give_up.html").write_text("莫要、拉倒…", "utf-8")
    texts = Texts(overrides=tmp_path, zone=ZONE)

    assert [meaning(texts, said) for said in ("莫要！", "拉倒算了", "算了")] == [Meaning.GIVE_UP, Meaning.GIVE_UP, None]


async def test_words_of_giving_up_within_a_sentence_are_what_they_say(chat: Dialogue) -> None:
    await chat.play(AQIANG, [PREVIEW, ("旧沙发不要了放在楼道", "这样登记对吗*旧沙发不要了放在楼道*")])


async def test_an_option_of_a_vote_may_be_any_word(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            ("/desk", "*"),
            (Press("🗳 发起投票"), "*"),
            (Press("✅ 就是榕荫社区"), "*"),
            ("车棚怎么办", "*"),
            (Press("几个里选一个"), "*"),
            ("保留", "*"),
            ("取消", "*保留*取消*"),
        ],
    )


@pytest.mark.parametrize("said", ["救命", "救命啊！！", "我家着火了", "快来人啊", "help", "Help me!"])
async def test_a_cry_for_help_is_answered_with_whom_to_ring_and_the_draft_stays(chat: Dialogue, said: str) -> None:
    await chat.play(NAINAI, [PREVIEW, (said, NUMBERS + "*还留着*"), (Press("✅ 提交"), ["登记好了*", "*"])])

    assert said not in chat.last(NAINAI).text


async def test_one_tap_makes_a_report_of_a_cry(chat: Dialogue) -> None:
    cry = Press("⚠️ 马上告诉网格员")

    await chat.play(NAINAI, [("🔧 修东西", "*"), ("救命啊", NUMBERS), (cry, "*这样登记对吗*⚠️ 生命财产危险*救命啊*")])
    await chat.play(NAINAI, [(Press("✅ 提交"), ["*编号 0001*", "*0001*", "接着刚才的*", "*叫人来吗*"])])


async def test_one_tap_takes_a_cry_into_the_report_that_is_open(chat: Dialogue) -> None:
    cry = Press("⚠️ 马上告诉网格员")

    await chat.play(AQIANG, [PREVIEW, ("我家着火了", NUMBERS), (cry, "*⚠️ 生命财产危险*楼道灯不亮了*我家着火了*")])


async def test_a_cry_that_hints_at_nothing_is_answered_out_of_the_blue_and_before_joining(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("来人啊", NUMBERS)])
    await chat.play(ZHAO, [("/start", ["您好*", "您住哪里*"]), ("快来人", NUMBERS)])


async def test_a_greeting_is_answered_and_taken_into_nothing(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            PREVIEW,
            ("你好", "我在呢*"),
            ("谢谢小林", "我在呢*"),
            (Press("✅ 提交"), ["登记好了*", "*楼道灯不亮了*"]),
        ],
    )

    assert "谢谢" not in chat.last(NAINAI).text
    await chat.play(AQIANG, [("你好", "有什么事*"), ("算了", "现在没有正在办的事*")])


@pytest.mark.parametrize(
    ("new", "answer"),
    [
        (Photo("消防通道又堵了"), "这样登记对吗*🚒*"),
        ("电梯坏了", "这样登记对吗*🛗*"),
        ("能教我用手机吗", "*请志愿者上门*"),
    ],
)
async def test_a_question_left_open_for_hours_yields_to_something_new(chat: Dialogue, new: object, answer: str) -> None:
    for begun in (PREVIEW, ("/order", "要帮什么忙*"), (Voice(), "收到了*")):
        await chat.play(AQIANG, [begun])
        await chat.advance(hours=3)

        await chat.play(AQIANG, [(new, ["先前没办完的那件*放下了*", answer]), ("/cancel", "好，不办了*")])

    await chat.play(AQIANG, [("/cancel", "现在没有正在办的事*")])


async def test_a_command_hours_later_begins_anew_and_a_button_still_goes_on(chat: Dialogue) -> None:
    await chat.play(AQIANG, [PREVIEW])
    await chat.advance(hours=3)
    await chat.play(AQIANG, [("/report", ["先前没办完的那件*", "怎么了*"]), ("/cancel", "好，不办了*")])

    await chat.play(AQIANG, [PREVIEW])
    await chat.advance(hours=3)
    await chat.play(AQIANG, [(Press("✅ 提交"), ["登记好了*", "*"])])


async def test_what_somebody_is_at_work_for_waits_for_them(chat: Dialogue) -> None:
    """Who has pressed 提交结果 goes and mends it first."""
    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), ["*", "*"])])
    await chat.play(XIAOWANG, [(Press("属实，派给*"), ["*", Edited("*")])])
    await chat.play(XIAOHE, [(Press("✅ 提交结果"), "0001 处理得怎么样*")])

    await chat.advance(hours=3)

    await chat.play(XIAOHE, [(Photo("装好隔离桩了"), "0001 记下了*")])
