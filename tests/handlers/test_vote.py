"""Voting: by card or link, changed until the deadline, reminded, closed with table and picture, or taken back."""

import pytest
from dialogue import Dialogue, Edited, Forge, Popup, Press
from factories import AMEI, AQIANG, B3_GROUP, LIU, NAINAI, WU, XIAOHE, XIAOLIN, ZHAO, ZHOU, Speaker, stranger
from test_vote_open import open_vote

from bot import vote_chart
from bot.application import works
from bot.jobs import TRIES, Jobs
from handlers.buttons import Press as Data

CATERERS = "老张厨房\n福记饭堂\n社区自办"


async def draw(chat: Dialogue) -> None:
    """What waits to be made is made, and what it leads to is said."""
    jobs = Jobs(database=chat.town.database, works=works(chat.texts), here=chat.town.here)
    while await jobs.step():
        pass
    await chat.advance(seconds=1)


async def test_the_model_conversation_of_a_canteen_is_held_to_its_end(chat: Dialogue) -> None:
    """The transcript that the whole feature is made after."""
    await open_vote(chat, "长者食堂选一家", options=CATERERS)
    await chat.play(
        LIU,
        [
            (Press("福记饭堂"), [Popup("记下了,3号楼2梯201 投“福记饭堂”。截止前都能改。")]),
            (Press("改票"), "🗳 “长者食堂选一家”,3号楼2梯201 现在投的是“福记饭堂”。要改成哪个*"),
            (Press("弃权"), Edited("记下了,3号楼2梯201 投“弃权”*")),
        ],
    )
    await chat.say(AQIANG, Press("福记饭堂"))
    await chat.say(AMEI, Press("福记饭堂"))
    await chat.say(XIAOLIN, Press("老张厨房"))
    chat.heard(NAINAI)

    await chat.advance(hours=11)
    await chat.advance(hours=21)
    reminders = chat.heard(NAINAI)
    await chat.advance(hours=3)
    await draw(chat)

    assert ["还有 24 小时" in reminders[0], "还有 3 小时" in reminders[1]] == [True, True]
    assert chat.heard(B3_GROUP)[-1] == chat.last(B3_GROUP).text
    told = chat.last(AQIANG)
    assert told.media == "photo"
    assert "应投 24 户，实投 4 户（16.7%）" in told.text
    assert "2 │  50.0% │ 福记饭堂 ✓" in told.text
    assert "选“福记饭堂”。" in told.text
    assert chat.last(B3_GROUP).text == told.text
    assert "3号楼2梯201 投的是“弃权”" in chat.card(LIU, "*投的是*").text


async def test_the_picture_is_uploaded_until_its_name_is_known_and_named_afterwards(chat: Dialogue) -> None:
    await open_vote(chat)
    await chat.advance(days=2)

    await draw(chat)

    sent = chat.api.sent("sendPhoto")
    assert "photo" not in sent[0]
    assert sent[-1]["photo"] == "uploaded"
    assert await chat.town.count("pictures", "file_id = 'uploaded'") == 1


async def test_nobody_voting_and_a_tie_are_said_as_they_are(chat: Dialogue) -> None:
    await open_vote(chat, "一")
    await open_vote(chat, "二")
    await chat.play(AQIANG, [(Press("赞成"), Popup("*"))])
    await chat.play(LIU, [(Press("反对"), Popup("*"))])

    await chat.advance(days=2)
    await draw(chat)

    told = [text for text in chat.heard(B3_GROUP) if "应投" in text]
    assert "没有人投票" in told[0]
    assert "赞成和反对一样多" in told[1]


async def test_the_result_goes_out_without_a_picture_that_cannot_be_drawn(
    chat: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("no font")

    monkeypatch.setattr(vote_chart, "bars", broken)
    await open_vote(chat)
    await chat.advance(days=2)

    for _ in range(TRIES):
        await draw(chat)
        await chat.advance(minutes=1)

    assert chat.last(AQIANG).media == ""
    assert "投票结束了" in chat.last(AQIANG).text
    assert await chat.town.count("jobs", "state = 'failed' AND tries = :tries", tries=TRIES) == 1


async def test_a_result_that_falls_due_at_night_waits_for_the_morning(chat: Dialogue) -> None:
    await open_vote(chat, when="6-10 23:00")
    await chat.advance(hours=14)
    await draw(chat)
    at_night = [text for text in chat.heard(AQIANG) if "结束" in text]

    await chat.advance(hours=9)

    assert at_night == []
    assert "投票结束了" in chat.last(AQIANG).text


async def test_a_household_hears_from_whom_its_vote_came(chat: Dialogue) -> None:
    wife = await chat.town.resident("阿强嫂", "B3-2-102")
    await open_vote(chat)
    await chat.play(AQIANG, [(Press("赞成"), Popup("记下了*"))])
    heard = chat.heard(wife)

    await chat.play(wife, [(Press("改票"), "*现在投的是“赞成”*"), (Press("反对"), Edited("记下了*“反对”*"))])

    assert "住户阿强替您家投了“赞成”" in heard[-1]
    assert "阿强嫂替您家改投了“反对”" in chat.heard(AQIANG)[-1]
    assert "投“反对”" in chat.card(AQIANG, "🗳 *已投*").text


async def test_a_double_tap_is_answered_twice_and_told_once(chat: Dialogue) -> None:
    wife = await chat.town.resident("阿强嫂", "B3-2-102")
    await open_vote(chat)
    chat.heard(wife)

    await chat.play(AQIANG, [([Press("赞成"), Press("赞成")], [Popup("记下了*"), Popup("记下了*")])])

    assert len(chat.heard(wife)) == 1
    assert "已投 1/24" in chat.last(B3_GROUP).text


async def test_the_link_in_the_group_brings_the_card_to_a_voter(chat: Dialogue) -> None:
    await open_vote(chat)

    await chat.play(AQIANG, [("/start v_1", "🗳 装不装充电桩*您代表 3号楼2梯102*")])


@pytest.mark.parametrize("who", [XIAOHE])
async def test_the_link_says_who_is_asked_to_somebody_from_elsewhere(chat: Dialogue, who: Speaker) -> None:
    await open_vote(chat)

    await chat.play(who, [("/start v_1", "这次只请3号楼的住户投票*您家不在名单里*")])


async def test_the_link_says_who_confirms_to_somebody_who_is_not_confirmed(chat: Dialogue) -> None:
    newcomer = await chat.town.resident("新来的", "B3-2-102", verified=False)
    await open_vote(chat)

    await chat.play(newcomer, [("/start v_1", "您登记住在 3号楼2梯102,还没有人确认。请梯长刘叔确认一下*")])


async def test_a_stranger_joins_first_and_the_link_is_taken_up_then(chat: Dialogue) -> None:
    await open_vote(chat)

    await chat.play(
        ZHAO,
        [
            ("/start v_1", ["*替您留着*", "您住哪里*"]),
            (Press("榕荫小区"), "*"),
            (Press("3号楼"), "*"),
            (Press("2梯"), "*"),
            (Press("102"), "*"),
            ("小赵", "*"),
            (Press("跳过"), "*"),
            (Press("✅ 同意"), ["登记好了*", "您登记住在 3号楼2梯102,还没有人确认*"]),
        ],
    )


@pytest.mark.parametrize("payload", ["v_99", "v_", "v_1x", "v_-1", "v_" + "9" * 40, "v_１"])
async def test_a_link_to_no_vote_finds_nothing(chat: Dialogue, payload: str) -> None:
    await open_vote(chat)

    await chat.play(AQIANG, [(f"/start {payload}", "没有找到*")])


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ("vote.cast:1:9", "没有找到*"),
        ("vote.cast:1:", "没有找到*"),
        ("vote.cast:99:yes", "没有找到*"),
        ("vote.recast:1:maybe", "没有找到*"),
        ("vote.change:1:", "没有找到*"),
        ("vote.plan:1:", "没有找到*"),
        ("vote.open:99:", "没有找到*"),
        ("vote.cancel:1:", "这件事要由负责的人来办*"),
        ("vote.cancel_yes:1:", "这件事要由负责的人来办*"),
        ("vote.burn:1:", "这个按键已经失效了*"),
    ],
)
async def test_forged_data_has_one_clear_answer_and_changes_nothing(chat: Dialogue, data: str, answer: str) -> None:
    await open_vote(chat)

    await chat.play(AQIANG, [(Forge(data), Popup(answer))])

    assert await chat.town.count("ballots") == 0
    assert await chat.town.count("votes", "state = 'open'") == 1


async def test_somebody_elses_card_pressed_from_elsewhere_is_refused(chat: Dialogue) -> None:
    await open_vote(chat)

    for action in ("vote.cast", "vote.recast", "vote.change", "vote.plan", "vote.open"):
        data = Data(action=action, subject=1, word="yes").data
        await chat.play(XIAOHE, [(Forge(data), Popup("这次只请3号楼的住户投票*"))])
    unknown = stranger()
    await chat.play(unknown, [(Forge("vote.cast:1:yes"), ["*", "*"])])

    assert await chat.town.count("ballots") == 0


async def test_old_buttons_after_the_close_say_that_it_is_over(chat: Dialogue) -> None:
    await open_vote(chat, when="6-10 20:00")
    await chat.play(AQIANG, [(Press("赞成"), Popup("记下了*")), (Press("改票"), "*现在投的是*")])
    await chat.advance(hours=11)

    await chat.play(
        AQIANG,
        [
            (Forge("vote.cast:1:no"), Popup("“装不装充电桩”已经截止,不能再投了*")),
            (Forge("vote.recast:1:no"), Popup("*已经截止*")),
            (Forge("vote.change:1:"), Popup("*已经截止*")),
        ],
    )

    assert await chat.town.count("ballots", "choice = 'yes'") == 1


async def test_the_desk_takes_a_vote_back_after_a_second_tap(chat: Dialogue) -> None:
    await open_vote(chat)
    await chat.play(AQIANG, [(Press("赞成"), Popup("*"))])

    await chat.play(
        WU,
        [
            (Press("取消投票"), "真的取消“装不装充电桩”吗*"),
            (Press("不用了"), Edited("好,不变。")),
            (Press("取消投票"), "真的取消*"),
            (Press("确定取消投票"), Edited("“装不装充电桩”已经取消*")),
        ],
    )
    await chat.advance(seconds=1)

    assert chat.heard(AQIANG)[-1].startswith("🗳 装不装充电桩 这次投票取消了")
    assert "取消了" in chat.heard(B3_GROUP)[-1]
    await chat.play(AQIANG, [(Forge("vote.cast:1:no"), Popup("*取消了,不用再投*")), ("/vote", "*取消了")])


async def test_the_list_brings_the_card_and_says_what_is_still_to_do(chat: Dialogue) -> None:
    await open_vote(chat)

    await chat.play(
        AQIANG,
        [
            (Press("🗳 议事投票") if "🗳 议事投票" in chat.keys(AQIANG) else "/vote", "*您家还没投"),
            (Press("🗳 装不装充电桩"), "🗳 装不装充电桩*"),
            (Press("弃权"), Popup("记下了*弃权*")),
            ("/vote", "*您家投过了"),
        ],
    )


async def test_voting_is_not_done_in_a_group(chat: Dialogue) -> None:
    await open_vote(chat)

    await chat.play(AQIANG, [("/vote", "这件事私聊说*")], room=B3_GROUP)


async def test_staff_see_no_ballot_but_their_own_household_s(chat: Dialogue) -> None:
    await open_vote(chat)
    await chat.play(AQIANG, [(Press("赞成"), Popup("*"))])

    await chat.play(ZHOU, [("/start v_1", "🗳 装不装充电桩*已投 1/24")])

    assert "赞成" not in chat.last(ZHOU).text
    assert chat.last(ZHOU).labels == ["取消投票"]
