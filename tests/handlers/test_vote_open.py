"""Opening a vote: where, what, how, until when; every slip has one answer and nothing typed is lost."""

import pytest
from dialogue import Dialogue, Edited, Forge, Photo, Popup, Press, Sticker, Voice
from factories import AQIANG, B3_GROUP, LIU, WU, XIAOWANG, Speaker

START = Press("🗳 发起投票")
WHERE = [
    ("/vote", "🗳 现在没有要您投的票*"),
    (START, "请榕荫社区的住户投票吗*"),
    (Press("榕荫小区"), "请榕荫小区的住户投票吗*"),
    (Press("3号楼"), "请3号楼的住户投票吗*"),
    (Press("✅ 就是3号楼"), "要大家定什么事*"),
]
PREVIEW = "这样发起对吗*装不装充电桩*赞成 / 反对 / 弃权*3号楼,实名,一户一票*明天 20:00 截止*发给 24 户,其中 5 户*"


async def open_vote(
    chat: Dialogue, question: str = "装不装充电桩", *, options: str = "", when: str = "明天 20:00", who: Speaker = WU
) -> None:
    """Somebody opens a vote for building 3, and the cards go out."""
    lines: list[object] = ["/vote", START, "3号楼", Press("✅ 就是3号楼"), question]
    lines += [Press("几个里选一个"), options, Press("就这些")] if options else [Press("赞成 / 反对")]
    lines += [Press("跳过"), Press(when) if "天" in when else when, Press("✅ 提交")]
    for line in lines:
        await chat.say(who, line)
    await chat.advance(seconds=1)


async def test_a_yes_no_vote_is_opened_from_the_list_in_nine_steps(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            *WHERE,
            ("装不装充电桩", "怎么投*"),
            (Press("赞成 / 反对"), "有方案要给大家看吗*"),
            (Press("跳过"), "什么时候截止*比如 6-17 20:00*"),
            (Press("明天 20:00"), PREVIEW),
            (Press("✅ 提交"), ["好,“装不装充电桩”正在发给 24 户*", "🗳 装不装充电桩*已投 0/24"]),
        ],
    )
    await chat.advance(seconds=1)

    assert chat.heard(AQIANG) == [chat.last(AQIANG).text]
    assert chat.last(AQIANG).labels == ["赞成", "反对", "弃权"]
    assert chat.buttons(WU) == ["取消投票"]


async def test_options_come_one_to_a_line_or_one_to_a_message_and_never_twice(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            *WHERE,
            ("食堂选哪家", "怎么投*"),
            (Press("几个里选一个"), "有哪几个可以选*2 到 10 个*"),
            ("老张厨房", "已有的选项: 1. 老张厨房 至少要 2 个*"),
            ("福记饭堂\n\n 社区  自办 ", "已有的选项:*2. 福记饭堂 3. 社区 自办 接着写*"),
            ("福記飯堂\n福记饭堂", ["“福记饭堂”已经有了*", "已有的选项:*3. 社区 自办 接着写*"]),
            ("弃权", ["“弃权”已经有了*", "已有的选项:*"]),
            ("长" * 61, ["“长*”太长了,一个选项最多 60 字*", "已有的选项:*"]),
            ("\n".join("abcdefgh"), ["最多 10 个选项*", "已有的选项:*"]),
            (Sticker(), ["这个用不上*", "已有的选项:*"]),
            (Press("就这些"), "有方案要给大家看吗*"),
        ],
    )


async def test_the_tenth_option_is_the_last(chat: Dialogue) -> None:
    await chat.play(
        WU, [*WHERE, ("选一个", "怎么投*"), (Press("几个里选一个"), "*"), ("\n".join("abcdefghij"), "有方案*")]
    )


async def test_options_can_be_written_anew(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            *WHERE,
            ("选一个", "怎么投*"),
            (Press("几个里选一个"), "*"),
            ("甲\n乙", "已有的选项*"),
            (Press("重写选项"), "有哪几个可以选*"),
        ],
    )


async def test_a_plan_may_be_a_photo_with_words(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            *WHERE,
            ("装不装充电桩", "怎么投*"),
            (Press("赞成 / 反对"), "有方案*"),
            (Voice(), ["这个用不上*", "有方案*"]),
            (Photo("每户出 200 元", file="plan"), "什么时候截止*"),
            (Press("今天 20:00"), "这样发起对吗*📄 附方案*"),
            (Press("✅ 提交"), ["好*", "🗳*"]),
        ],
    )
    await chat.advance(seconds=1)

    await chat.play(AQIANG, [(Press("📄 看方案"), "📄 方案:装不装充电桩*每户出 200 元")])

    assert chat.last(AQIANG).photo == "plan"


@pytest.mark.parametrize("typed", ["6-9 20:00", "6-10 9:20", "6月10日9点"])
async def test_a_deadline_in_the_past_or_too_near_is_refused_with_what_to_do(chat: Dialogue, typed: str) -> None:
    await chat.play(
        WU,
        [
            *WHERE,
            ("装不装充电桩", "怎么投*"),
            (Press("赞成 / 反对"), "有方案*"),
            (Press("跳过"), "什么时候截止*"),
            (typed, "这个时间来不及*30 分钟以后*刚才填的都还在*"),
            ("下周吧", ["这个用不上*", "什么时候截止*"]),
            ("6-12 20：00", "这样发起对吗*周四 20:00 截止*"),
        ],
    )


async def test_a_preview_left_lying_past_its_deadline_opens_nothing(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            *WHERE,
            ("装不装充电桩", "怎么投*"),
            (Press("赞成 / 反对"), "有方案*"),
            (Press("跳过"), "什么时候截止*"),
            (Press("今天 20:00"), "这样发起对吗*"),
        ],
    )
    await chat.advance(hours=11)

    await chat.play(WU, [(Press("✅ 提交"), Popup("这个时间来不及*")), (Press("⬅️ 返回"), "什么时候截止*")])

    assert await chat.town.count("votes") == 0


async def test_submitting_twice_opens_one_vote(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            *WHERE,
            ("装不装充电桩", "怎么投*"),
            (Press("赞成 / 反对"), "有方案*"),
            (Press("跳过"), "什么时候截止*"),
            (Press("明天 20:00"), "这样发起对吗*"),
            ([Press("✅ 提交"), Press("✅ 提交")], [Popup("这一步已经过去了*"), "好*", "🗳*"]),
        ],
    )

    assert await chat.town.count("votes") == 1


@pytest.mark.parametrize("who", [AQIANG, LIU])
async def test_residents_and_captains_are_offered_no_vote_to_open(chat: Dialogue, who: Speaker) -> None:
    await chat.play(who, [("/vote", "🗳 现在没有*"), (Forge("vote.start:0:"), Popup("这件事要由负责的人来办*"))])

    assert "🗳 发起投票" not in chat.buttons(who)


async def test_a_grid_worker_chooses_among_the_buildings_of_the_grid(chat: Dialogue) -> None:
    await chat.play(XIAOWANG, [("/desk", "*"), (START, "请哪里的住户投票*")])

    labels = chat.buttons(XIAOWANG)
    assert "3号楼" in labels
    assert "榕荫社区" not in labels
    assert "5号楼" not in labels


async def test_a_question_that_is_too_long_is_not_lost_silently(chat: Dialogue) -> None:
    await chat.play(
        WU,
        [
            *WHERE,
            ("长" * 201, "内容太长了:201 字,最多 200 字*"),
            (Photo(), ["这个用不上*", "要大家定什么事*"]),
            ("字" * 200, "怎么投*"),
        ],
    )


async def test_a_group_hears_of_the_vote_once_and_sees_the_turnout_only(chat: Dialogue) -> None:
    await open_vote(chat)

    await chat.play(AQIANG, [(Press("赞成"), [Popup("记下了,3号楼2梯102 投“赞成”*"), Edited("🗳*记下了,3号楼2梯102*")])])

    assert len(chat.heard(B3_GROUP)) == 1
    card = chat.last(B3_GROUP)
    assert "已投 1/24" in card.text
    assert not any(word in card.text for word in ("赞成", "102", "阿强"))
    assert card.labels == ["🗳 去投票"]
