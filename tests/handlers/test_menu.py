"""Where everybody begins and comes back to."""

from dialogue import Dialogue, Photo, Press
from factories import AQIANG, XIAOWANG


async def test_a_report_goes_from_photo_to_number_in_one_confirming_tap(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            ("/start", "有什么事*"),
            (Photo("消防通道又堵了"), "这样登记对吗*"),
            (Press("✅ 提交"), ["登记好了，编号 0001*", "🚒*"]),
        ],
    )

    assert len(chat.heard(XIAOWANG)) == 1
