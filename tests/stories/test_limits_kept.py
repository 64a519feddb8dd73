"""With Telegram's limits on, nothing is refused, and a person's question is answered before a broadcast goes on."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from factories import NAINAI, WU
from story import Town


async def test_a_question_is_answered_while_a_notice_goes_out_and_no_limit_is_broken(
    running_town: Callable[..., AbstractAsyncContextManager[Town]],
) -> None:
    """A slow sender, so that the notice is still going out."""
    async with running_town(SEND_RATE="6") as town:
        await town.chat.post("/limits", per_second=30, per_chat_per_second=9, per_group_per_minute=20)
        await town.say(WU, "/desk")
        await town.tap(WU, "📣 写通知")
        await town.hears(WU, "请写下通知的内容*")
        await town.say(WU, "明天 9:00-17:00 停水,请提前存水。")
        await town.tap(WU, "👥 发给榕荫社区*")
        await town.tap(WU, "📣 发送")
        before = (await town.chat.requests())[-1]["n"]

        await town.say(NAINAI, "/help")
        await town.hears(NAINAI, "*/cancel*")
        await town.advance(seconds=5)
        await town.hears(WU, "📣 0001 发完了:5 人,送达 5 人。")

        sent = await town.chat.requests(after=before, method="sendMessage")
        texts = [r["parameters"]["text"] for r in sent]
        answer = next(n for n, text in enumerate(texts) if "/cancel" in text)
        notices = [n for n, text in enumerate(texts) if text.startswith("📣 <b>通知</b>")]
        assert sum(n < answer for n in notices) <= 2, "what was on its way already"
        assert sum(n > answer for n in notices) >= 4
        assert await town.refused() == []
