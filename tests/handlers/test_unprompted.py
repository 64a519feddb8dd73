"""What is said out of the blue."""

import pytest
from dialogue import Dialogue, Location, Press, Voice
from factories import AQIANG, NAINAI


async def test_a_voice_message_may_be_a_cry_for_help(chat: Dialogue) -> None:
    """The sample dialogue: the voice message is taken along into the order."""
    await chat.play(
        NAINAI,
        [
            (Voice(), "收到了。是要报一件事，还是请人帮忙？*"),
            (Press("🧺 请人帮忙"), "要帮什么忙*"),
            (Press("🔧 修东西"), "🔧 请志愿者上门*您的语音一起带上*"),
        ],
    )


@pytest.mark.parametrize("said", [Voice(), Location(26.08, 119.3)])
async def test_what_could_be_either_can_become_a_report(chat: Dialogue, said: object) -> None:
    await chat.play(AQIANG, [(said, "收到了*"), (Press("📷 报一件事"), "*")])


async def test_words_that_ask_for_help_begin_an_order(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("能教我用手机吗", "*请志愿者上门*能教我用手机吗*")])


async def test_choosing_nothing_leaves_nothing_behind(chat: Dialogue) -> None:
    await chat.play(
        AQIANG, [(Voice(), "收到了*"), ("那个", ["请点下面的按键*", "收到了*"]), ("/cancel", "好，不办了*")]
    )

    assert await chat.town.count("dialogues") == 0
