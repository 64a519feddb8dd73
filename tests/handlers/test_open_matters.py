"""Words that fit nothing, from somebody who waits for something or is waited for: what it may be about comes first."""

import pytest
from dialogue import Dialogue, Forge, Photo, Popup, Press
from factories import AMEI, AQIANG, NAINAI, WU, XIAOLIN, XIAOWANG
from ordering import claim, order

FIRE_LANE = [(Photo("消防通道又堵了"), "这样登记对吗*"), (Press("✅ 提交"), ["登记好了，编号 0001*", "🚒*0001*"])]


async def test_a_volunteer_on_the_way_is_led_to_the_number_of_whom_they_go_to(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)

    await chat.play(
        XIAOLIN,
        [
            ("我在三楼，信号不好", "您手上有：🔧 修东西，3号楼。找对方请打电话，号码在卡片上*059155500100*"),
            (Press("📞 🔧 修东西 · 3号楼"), "🔧 修东西 📍 3号楼2梯301 👤 陈奶奶 📞 13900001001*"),
        ],
    )
    assert "13900001001" not in "".join(m.text for m in chat.screen(XIAOLIN)[:-1])


async def test_nobody_but_the_taker_brings_the_card_down(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)

    for who in (AMEI, XIAOWANG, WU, NAINAI):
        await chat.play(who, [("/menu", "*"), (Forge("task.open:1:"), Popup("这一步已经办过了*"))])


@pytest.mark.parametrize("said", ["您好，现在怎么样？", "人怎么还没来", "那个", "谢谢", "算了"])
async def test_who_waits_for_a_report_is_led_to_how_it_stands(chat: Dialogue, said: str) -> None:
    await chat.play(AQIANG, FIRE_LANE)
    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*"))])
    chat.heard(AQIANG)

    seen = "您报的：🚒 消防通道被占 · 收到了，正在核实 · 网格员小王 13900001003*"
    await chat.play(AQIANG, [(said, seen), (Press("看进度 · 🚒 报事 0001"), "🚒 0001*")])


async def test_who_waits_for_help_is_told_who_comes(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    chat.heard(NAINAI)

    await chat.play(NAINAI, [("人怎么还没来", "您要的：🔧 修东西 · 有人接了 · 小林*")])
    await chat.play(NAINAI, [(Press("看进度 · 🔧 订单 0001"), "🔧 修东西*小林会来*")])


async def test_asking_how_it_goes_goes_into_no_other_report(chat: Dialogue) -> None:
    await order(chat)
    await chat.play(NAINAI, [("楼道灯不亮了", "这样登记对吗*"), ("人怎么还没来呀", "您要的：🔧 修东西 · 正在找人*")])
    await chat.play(NAINAI, [(Press("✅ 提交"), ["登记好了*", "*楼道灯不亮了*"])])

    assert "没来" not in chat.last(NAINAI).text


async def test_what_is_over_is_not_offered(chat: Dialogue) -> None:
    await chat.play(AQIANG, [*FIRE_LANE, (Press("撤回"), ["*", "*"]), ("现在怎么样了", "这个我没看懂*")])


async def test_what_hints_at_something_new_begins_it(chat: Dialogue) -> None:
    await chat.play(
        AQIANG, [*FIRE_LANE, ("电梯坏了", "这样登记对吗*"), ("/cancel", "*"), ("/nonsense", "这个我没看懂*")]
    )
