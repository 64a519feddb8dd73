"""The guided tour goes on where a step was done, and stays where it was refused."""

from collections.abc import Awaitable, Callable

import pytest
from bot_side import BotSide
from playwright.async_api import Page, expect
from screens import DESK

from webchat.client import WebchatClient

Opened = Callable[..., Awaitable[Page]]


@pytest.mark.parametrize("refused", [True, False])
async def test_a_step_is_done_when_the_bot_did_it(
    *, refused: bool, opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """An alert says that it did not: one stays at this step, and may begin anew."""
    keys = {"inline_keyboard": [[{"text": "🙋 我去", "callback_data": "go"}]]}
    await bot.call("sendMessage", chat_id=granny, text="谁去？", reply_markup=keys)
    steps = [{"person": granny, "press": "🙋 我去", "do": {"zh-CN": "点"}}, {"person": granny, "do": {"zh-CN": "看"}}]
    await chat.post("/tour", stories=[{"title": {"zh-CN": "插座"}, "steps": steps}])
    page = await opened(f"{webchat_url}/phones#{granny}", size=DESK)
    await page.get_by_role("button", name="导览").click()
    await page.get_by_role("button", name="插座").click()

    await page.frame_locator("iframe").first.locator(".pointed").click()
    [pressed] = [one["callback_query"] for one in await bot.updates(timeout=5) if "callback_query" in one]
    await bot.call("answerCallbackQuery", callback_query_id=pressed["id"], text="有人了", show_alert=refused)

    guide = page.locator("#guide")
    await expect(guide.locator(".guide-step")).to_have_text("1 / 2" if refused else "2 / 2")
    await expect(guide.get_by_role("button", name="重来")).to_have_count(1 if refused else 0)
    await expect(guide.get_by_role("button", name="下一步" if refused else "完成")).to_be_visible()
