"""🧺 一键下单 and what the person served sees of it."""

from pathlib import Path

import pytest
from dialogue import Dialogue, Edited, Forge, Location, Popup, Press, Sticker, Voice
from factories import AMEI, AQIANG, NAINAI, WU, XIAOHE, XIAOLIN, XIAOWANG, ZHOU
from ordering import card, claim, order, password, rows, to_the_end, told

from bot.settings import EXAMPLE
from community import neighbourhood as neighbourhoods
from handlers import order as module
from storage.states import TaskState

ASK = "🔧 请志愿者上门：修东西，大约 30 分钟，不收钱。叫人来吗？"
LOOKING = "好，正在找人，20 分钟内给您回话。 近邻从不要钱、验证码、身份证。"


async def test_the_sample_dialogue_is_two_taps_from_the_elders_keyboard(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/menu", "*")])
    assert "🔧 修东西" in chat.keys(NAINAI)

    await chat.play(
        NAINAI,
        [
            (Press("🔧 修东西"), ASK),
            (Press("✅ 叫人来"), ["🔧 修东西 ⏳ 正在找人", LOOKING]),
        ],
    )

    assert await chat.town.count("orders") == 1
    sample = (module.__doc__ or "").splitlines()
    assert f"近邻: {ASK}  [✅ 叫人来] [🎤 我来说] [不用了]" in sample
    assert "近邻: 好，正在找人，20 分钟内给您回话。" in sample


async def test_it_is_one_tap_more_from_the_key_of_the_plain_keyboard(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/menu", "*")])

    await chat.play(
        AQIANG,
        [
            (Press("🧺 一键下单"), "要帮什么忙？都不收钱。"),
            (Press("🔧 修东西"), ASK),
            (Press("✅ 叫人来"), ["🔧 修东西*", LOOKING]),
        ],
    )

    assert await chat.town.count("orders") == 1


async def test_the_elder_is_told_who_comes_with_a_password_and_then_asked_and_thanked(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)

    word = await password(chat)
    [found] = told(chat, NAINAI)
    assert found.startswith("找到人了：小林来办“修东西”，今天 13:00 前到。")
    assert f"暗号“{word}”，说不对别开门，打社区电话 059155500100。" in found
    assert "近邻从不要钱、验证码、身份证。" in found
    assert f"🔑 暗号：{word}" in card(chat, NAINAI)

    await to_the_end(chat)

    assert told(chat, NAINAI) == ["小林来过了。", "“修东西”办好了吗？"]
    await chat.play(
        NAINAI,
        [
            (Press("👍 好了"), [Popup("太好了！请给志愿者打几颗星。"), Edited("*打几颗星？")]),
            (Press("⭐ 5"), [Popup("谢谢您！"), Edited("“修东西”办好了。 ⭐⭐⭐⭐⭐ 谢谢您！")]),
        ],
    )
    assert told(chat, XIAOLIN) == ["“修东西”确认办好了，谢谢您！记入时间银行 20 分钟，一共 20 分钟。"]
    assert card(chat, NAINAI) == "🔧 修东西 ✅ 办好了"


async def test_confirming_twice_and_rating_twice_count_once(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await to_the_end(chat)

    await chat.play(
        NAINAI,
        [
            ([Press("👍 好了"), Press("👍 好了")], [Popup("太好了*"), Popup("您已经说过“好了”*"), Edited("*")]),
            (
                [Press("⭐ 4"), Press("⭐ 1")],
                [Popup("谢谢您！"), Popup("这一步已经办过了*"), Edited("*⭐⭐⭐⭐ 谢谢您！")],
            ),
            (Forge("order.rate:1:5"), Popup("这一步已经办过了*")),
        ],
    )

    assert (await rows(chat))[0].stars == 4
    assert await chat.town.count("transfers") == 1


@pytest.mark.parametrize("word", ["", "0", "6", "-1", "五", "²", "99999999999"])
async def test_stars_are_one_to_five(chat: Dialogue, word: str) -> None:
    await order(chat)
    await claim(chat)
    await to_the_end(chat)
    await chat.play(NAINAI, [(Press("👍 好了"), [Popup("*"), Edited("*")])])

    await chat.play(NAINAI, [(Forge(f"order.rate:1:{word}"), Popup("这一步已经办过了*"))])

    assert (await rows(chat))[0].stars is None


async def test_pressing_twice_orders_once(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", ASK),
            ([Press("✅ 叫人来"), Press("✅ 叫人来")], [Popup("这一步已经过去了*"), "🔧*", LOOKING]),
        ],
    )

    assert await chat.town.count("orders") == 1


async def test_the_same_help_is_not_ordered_twice_while_it_is_on_its_way(chat: Dialogue) -> None:
    await order(chat)

    await chat.play(NAINAI, [("🔧 修东西", ASK), (Press("✅ 叫人来"), Popup("“修东西”已经在办了*"))])
    await order(chat, "🍚 送饭")

    assert await chat.town.count("orders") == 2


async def test_a_voice_message_is_enough_and_whoever_goes_hears_it(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", ASK),
            (Press("🎤 我来说"), "请说一说要帮什么*"),
            (Voice("socket"), f"{ASK} 🎤 您的语音一起带上。"),
            (Press("✅ 叫人来"), ["🔧*", LOOKING]),
        ],
    )

    await chat.play(XIAOLIN, [(Press("🙋 我去"), [Popup("交给您了*"), "🎤 对方留的话*", Edited("*")])])

    assert [(c["chat_id"], c["voice"]) for c in chat.api.sent("sendVoice")] == [(XIAOLIN.id, "socket")]


async def test_a_voice_message_instead_of_a_service_is_something_else(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🙋 帮个忙", "要帮什么忙*"),
            (Voice("please"), "🙋 请志愿者上门：其他*🎤 您的语音一起带上。"),
            (Press("✅ 叫人来"), ["🙋 其他 ⏳ 正在找人", LOOKING]),
        ],
    )

    assert (await rows(chat))[0].voice == "please"


async def test_words_that_hint_at_a_service_choose_it_and_others_are_something_else(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            ("/order", "要帮什么忙*"),
            ("插座坏了", "🔧 请志愿者上门：修东西*插座坏了"),
            ("/order", "要帮什么忙*"),
            ("帮我抬柜子", "🙋 请志愿者上门：其他*帮我抬柜子"),
        ],
    )


async def test_what_is_neither_said_nor_written_is_asked_for_again(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            ("/order", "要帮什么忙*"),
            (Sticker(), ["这个我收不了*", "要帮什么忙*"]),
            (Forge("step.order.service:0:nothing"), ["请点下面的按键。", "要帮什么忙*"]),
            (Press("🔧 修东西"), ASK),
            (Sticker(), ["这个我收不了*", ASK]),
            (Press("🎤 我来说"), "请说一说*"),
            (Location(26.08, 119.3), ["这个我收不了*", "请说一说*"]),
            ("修" * 501, "内容太长了：501 字，最多 500 字*"),
            ("水龙头漏水", f"{ASK} 水龙头漏水"),
            (Press("不用了"), "好，不办了*"),
        ],
    )

    assert await chat.town.count("orders") == 0


async def test_a_command_in_the_middle_is_carried_out_and_the_order_goes_on(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("🔧 修东西", ASK),
            ("/my", "*"),
            ("灯泡坏了", f"{ASK} 灯泡坏了"),
            (Press("✅ 叫人来"), ["🔧*", LOOKING]),
            (Forge("step.order.confirm:0:yes"), Popup("这一步已经过去了*")),
        ],
    )

    assert await chat.town.count("orders") == 1


async def test_who_has_no_address_is_told_how_to_give_one(chat: Dialogue) -> None:
    await chat.play(XIAOHE, [("/order", "还不知道您住哪里*")])
    await chat.play(XIAOWANG, [("🔧 修东西", "还不知道您住哪里*")])


async def test_an_elder_whose_household_goes_missing_mid_dialogue_is_told(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("🔧 修东西", ASK)])
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE people SET place_id = NULL WHERE telegram_id = :id", id=NAINAI.id)

    await chat.play(NAINAI, [(Press("✅ 叫人来"), Popup("还不知道您住哪里*"))])

    assert await chat.town.count("orders") == 0


async def test_an_open_order_is_cancelled_with_one_tap(chat: Dialogue) -> None:
    await order(chat)

    await chat.play(NAINAI, [(Press("取消"), ["好，取消了*", Edited("🔧 修东西 已取消")])])

    assert card(chat, XIAOLIN).endswith("取消了，谢谢您。")
    assert chat.buttons(XIAOLIN) == []
    await chat.play(NAINAI, [(Forge("order.cancel:1:"), Popup("这一步已经办过了*"))])


@pytest.mark.parametrize("steps", [[], ["🚶 我出发了"], ["📍 到门口了"]])
async def test_a_claimed_order_is_cancelled_after_a_question_and_the_taker_is_told(
    chat: Dialogue, steps: list[str]
) -> None:
    await order(chat)
    await claim(chat)
    for step in steps:
        await chat.play(XIAOLIN, [(Press(step), [Popup("*"), Edited("*")])])
    chat.heard(XIAOLIN)

    await chat.play(
        NAINAI,
        [
            (Press("取消"), "已经有人要来了。“修东西”真的不用了吗？"),
            (Press("不取消"), Edited("好，照旧。")),
            (Press("取消"), "已经有人要来了*"),
            (Press("确定取消"), ["好，取消了*", Edited("*已取消")]),
        ],
    )

    assert told(chat, XIAOLIN) == ["3号楼的“修东西”取消了，不用去了，谢谢您。"]
    assert card(chat, XIAOLIN) == "🔧 修东西 📍 3号楼 取消了，谢谢您。"


async def test_what_is_done_is_cancelled_no_more(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await to_the_end(chat)

    await chat.play(NAINAI, [(Forge("order.cancel_yes:1:"), Popup("这一步已经办过了*"))])

    assert (await rows(chat))[1].state is TaskState.DONE


@pytest.mark.parametrize(
    ("answer", "said", "desk"),
    [("👎 没好", "知道了，再找人来*", "没办好"), ("没人来", "对不起让您白等*", "没人来")],
)
async def test_a_complaint_puts_it_back_and_tells_the_desk(chat: Dialogue, answer: str, said: str, desk: str) -> None:
    await order(chat)
    await claim(chat)
    before = await password(chat)
    await to_the_end(chat)
    for who in (XIAOLIN, AMEI, XIAOWANG):
        chat.heard(who)

    await chat.play(NAINAI, [(Press(answer), [Popup(said), Edited("“修东西”再找人来，社区也知道了。")])])

    assert told(chat, XIAOWANG) == [f"🔴 订单 0001 3号楼 “修东西”：对方说{desk}，已重新找人，请跟进。"]
    assert told(chat, XIAOLIN)[0] == "3号楼的“修东西”已经另外找人，您不用去了，谢谢您。"
    assert chat.buttons(XIAOLIN) == []
    assert told(chat, AMEI) == ["🔧 修东西 📍 3号楼 约 30 分钟，今天 13:00 前到。您能去吗？"]
    assert await password(chat) != before
    assert await chat.town.count("transfers") == 0


async def test_that_nobody_came_is_one_tap_once_it_is_late(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    assert "没人来" not in chat.card(NAINAI, "🔧*").labels

    await chat.advance(hours=1)
    await chat.play(XIAOLIN, [(Press("✅ 能来"), [Popup("*"), Edited("*")])])
    await chat.advance(hours=3, minutes=10)

    assert chat.card(NAINAI, "🔧*").labels == ["没人来", "🕒 改时间", "取消", "🚨 举报冒充"]
    await chat.play(NAINAI, [(Press("没人来"), [Popup("对不起让您白等*"), Edited("*正在找人")])])


@pytest.mark.parametrize(
    "data",
    [
        "order.good:1:",
        "order.not_good:1:",
        "order.no_show:1:",
        "order.rate:1:5",
        "order.cancel:1:",
        "order.cancel_yes:1:",
        "my.order:1:",
    ],
)
async def test_nobody_else_answers_for_the_elder(chat: Dialogue, data: str) -> None:
    await order(chat)
    await claim(chat)
    await to_the_end(chat)

    for who in (AQIANG, XIAOLIN, ZHOU):
        await chat.play(who, [("/menu", "*"), (Forge(data), Popup("*"))])

    assert (await rows(chat))[1].state is TaskState.DONE


@pytest.mark.parametrize("action", ["good", "not_good", "no_show", "rate", "cancel", "cancel_yes"])
async def test_an_order_that_never_was_has_a_clear_answer(chat: Dialogue, action: str) -> None:
    await chat.play(NAINAI, [("/menu", "*"), (Forge(f"order.{action}:77:1"), Popup("没有找到*"))])


async def test_my_orders_are_listed_and_their_card_comes_again(chat: Dialogue) -> None:
    await order(chat)

    await chat.play(
        NAINAI,
        [
            ("/my", "我的事 🔧 修东西 · 订单 0001 · 正在找人*"),
            (Press("🔧 修东西 · 订单 0001"), ["🔧 修东西 ⏳ 正在找人"]),
        ],
    )


async def test_a_service_that_the_file_has_no_more_still_has_a_name_that_can_be_read(
    chat: Dialogue, tmp_path: Path
) -> None:
    await order(chat, "🍚 送饭")
    found = neighbourhoods.load(EXAMPLE)
    services = tuple(s for s in found.services if s.code != "meals")
    less = type(found).model_construct(**{**dict(found), "services": services})
    chat.sender._here = chat.worker._here = lambda: chat.town.here().__class__(
        neighbourhood=less,
        working_time=chat.town.here().working_time,
        zone=chat.town.here().zone,
        now=chat.clock.now(),
    )

    await chat.play(XIAOLIN, [(Press("🙋 我去"), [Popup("*"), Edited("🙋 帮忙*陈奶奶*")])])
    await chat.play(NAINAI, [("/my", "*🙋 帮忙 · 订单 0001 · 有人接了*"), ("🍚 送饭", "*")])
    assert card(chat, NAINAI, "🙋 帮忙*").startswith("🙋 帮忙 🙋 小林会来")

    await to_the_end(chat)
    await chat.play(NAINAI, [(Press("👍 好了"), [Popup("太好了*"), Edited("“帮忙”办好了*")])])

    assert told(chat, XIAOLIN)[0].startswith("“帮忙”确认办好了，谢谢您！记入时间银行 20 分钟")


async def test_what_is_never_confirmed_is_asked_about_by_phone_a_day_later(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await to_the_end(chat)

    await chat.advance(hours=25)

    assert any("办好了吗" in text for text in told(chat, ZHOU) + told(chat, WU))


async def test_an_answer_in_chat_closes_the_call_that_would_have_asked(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await to_the_end(chat)
    await chat.advance(hours=25)

    await chat.play(NAINAI, [(Press("👍 好了"), [Popup("太好了*"), Edited("*打几颗星*")])])

    assert await chat.town.count("tasks", "kind = 'call' AND state = 'cancelled'") == 1


async def test_something_else_is_said_before_somebody_is_called(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [
            ("/order", "要帮什么忙*"),
            (Press("🙋 其他"), "请说一说要帮什么*"),
            (Voice(), "🙋*您的语音一起带上*"),
            (Press("✅ 叫人来"), ["🙋*正在找人", "好，正在找人*"]),
        ],
    )
