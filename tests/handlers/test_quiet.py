"""🌙 免打扰: hours of one's own are chosen with taps, and nobody asks anything then."""

import pytest
from dialogue import Dialogue, Edited, Forge, Popup, Press
from factories import AMEI, AQIANG, XIAOLIN, Speaker
from ordering import claim, order, told


async def rest(chat: Dialogue, who: Speaker, begins: str, ends: str) -> None:
    """Somebody chooses their hours."""
    await chat.play(
        who,
        [
            ("/settings", "要换语言*"),
            (Press("🌙 免打扰"), "🌙 社区 22:00–7:00 不打扰大家。*从几点开始？"),
            (Press(begins), [Edited(f"🌙 从 {begins} 开始，到几点为止？")]),
            (Press(ends), [Edited(f"🌙 好，每天 {begins}–{ends} 也不打扰您，急事除外。*照旧。")]),
        ],
    )


async def test_two_taps_set_them_and_one_takes_them_away(chat: Dialogue) -> None:
    await rest(chat, AQIANG, "8:00", "15:00")
    assert ((await chat.town.person(AQIANG)).quiet_from, (await chat.town.person(AQIANG)).quiet_to) == (480, 900)

    await chat.play(
        AQIANG,
        [
            ("/settings", "*"),
            (Press("🌙 免打扰"), "🌙 社区*现在另设的是 8:00–15:00。*"),
            (Press("不另设免打扰"), [Edited("🌙 好，只按社区的免打扰时间（22:00–7:00）。")]),
        ],
    )

    assert (await chat.town.person(AQIANG)).quiet_from is None


@pytest.mark.parametrize("word", ["24", "8-8", "8-25", "x", "-8", "8-15-3"])
async def test_hours_that_are_none_are_refused(chat: Dialogue, word: str) -> None:
    await chat.play(AQIANG, [("/settings", "*"), (Forge(f"settings.quiet:0:{word}"), Popup("没有找到*"))])

    assert (await chat.town.person(AQIANG)).quiet_from is None


async def test_who_rests_is_not_asked_to_help(chat: Dialogue) -> None:
    await rest(chat, XIAOLIN, "8:00", "15:00")
    chat.heard(AMEI)

    await order(chat)

    assert told(chat, XIAOLIN) == []
    assert len(told(chat, AMEI)) == 1


async def test_who_rests_is_asked_whether_they_still_come_before_they_go_to_sleep(chat: Dialogue) -> None:
    """Due at 13:00, asked 3 hours before; who sleeps from 10 to 12 is asked at 9:55."""
    await order(chat)
    await claim(chat)
    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("*"), Edited("*")])])
    await rest(chat, AMEI, "10:00", "12:00")
    await claim(chat, AMEI)

    await chat.advance(minutes=54)
    assert told(chat, AMEI) == []
    await chat.advance(minutes=1)

    assert "还能来吗？" in told(chat, AMEI)[0]
