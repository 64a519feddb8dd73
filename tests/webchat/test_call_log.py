"""The log of the bots' calls holds little, however much is sent."""

from bot_side import BotSide

from webchat.client import WebchatClient


async def test_long_values_are_cut_in_the_log(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """A message is shown whole; what is longer, nested or of no known name is not."""
    long = "长" * 100_000
    keys = {"inline_keyboard": [[{"text": long, "callback_data": "x"}]]}
    await bot.raw("sendMessage", chat_id=granny, text="好" * 4096)
    await bot.raw("sendMessage", chat_id=granny, text=long)
    await bot.raw("sendMessage", chat_id=granny, text="x", reply_markup=keys)
    await bot.raw("x" * 5_000, **{f"{number}{'x' * 300}": "x" * 6_000 for number in range(60)})

    whole, *cut = await chat.requests()

    assert whole["parameters"] == {"chat_id": granny, "text": "好" * 4096}
    assert cut[0]["parameters"]["text"] == "长" * 5_000 + "… (95000 more)"
    assert [len(str(one)) < 300_000 for one in cut] == [True] * 3
    assert len(cut[2]["parameters"]) == 50
