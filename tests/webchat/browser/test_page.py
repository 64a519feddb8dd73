"""The page in a real browser: a phone's width, a name that is markup, buttons, links, elder sizes."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from bot_side import BotSide
from playwright.async_api import Page, expect

from webchat.client import WebchatClient

Opened = Callable[..., Awaitable[Page]]

@pytest.fixture
async def page(opened: Opened, webchat_url: str) -> Page:
    """A phone."""
    return await opened(webchat_url)


async def test_a_newcomer_picks_who_to_be_and_starts(
    page: Page, chat: WebchatClient, bot: BotSide, webchat_url: str
) -> None:
    """A name that is markup stays a name."""
    await chat.person("<img src=x onerror=alert(1)>", id=1001, note="爱捣乱的人")

    await page.goto(webchat_url)
    await page.get_by_text("爱捣乱的人").click()
    await page.locator("#chats .row").first.click()
    await page.get_by_role("button", name="开始").click()
    await expect(page.locator(".message.mine .text")).to_have_text("/start")

    started = [update["message"]["text"] for update in await bot.updates()]
    assert started == ["/start"]
    assert await page.locator("#me-here").inner_text() == "1"


async def test_a_card_is_pressed_edited_and_answered(
    page: Page, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """The alert shows, the edit appears by itself, the keyboard says its label."""
    keys = {"inline_keyboard": [[{"text": "✅ 叫人来", "callback_data": "go"}]]}
    keyboard = {"keyboard": [[{"text": "🔧 修东西"}, {"text": "🍚 送饭"}]]}
    await bot.call("sendMessage", chat_id=granny, text="菜单", reply_markup=keyboard)
    card = await bot.call("sendMessage", chat_id=granny, text="<b>叫人</b>来吗", parse_mode="HTML", reply_markup=keys)

    await page.goto(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.get_by_role("button", name="✅ 叫人来").click()
    [update] = await bot.updates(timeout=5)
    await bot.call("answerCallbackQuery", callback_query_id=update["callback_query"]["id"], text="好", show_alert=True)
    await page.get_by_role("button", name="知道了").click()
    await bot.call("editMessageText", chat_id=granny, message_id=card["message_id"], text="正在找人")
    await expect(page.locator(f"#m{card['message_id']} .text")).to_have_text("正在找人")
    await page.get_by_role("button", name="🔧 修东西").click()
    await expect(page.locator(".message.mine .text").last).to_have_text("🔧 修东西")


async def test_an_emptied_world_is_noticed(page: Page, chat: WebchatClient, granny: int, webchat_url: str) -> None:
    """Who one was is gone: the page asks anew."""
    await page.goto(f"{webchat_url}/#person={granny}&chat={granny}")
    await expect(page.locator(".message.mine .text")).to_have_text("/start")

    await chat.reset()

    await expect(page.get_by_role("heading", name="您是谁？")).to_be_visible()


async def test_who_one_is_is_asked_once(page: Page, webchat_url: str) -> None:
    """However often the page finds at one moment that it does not know."""
    await page.goto(webchat_url)
    await page.locator("dialog[open]").evaluate("dialog => dialog.close()")

    await page.evaluate("for (let i = 0; i < 3; i++) dispatchEvent(new HashChangeEvent('hashchange'))")
    await expect(page.get_by_role("heading", name="您是谁？")).to_be_visible()
    for _ in range(6):
        await page.evaluate("fetch('/control/people').then(answer => answer.json())")

    assert await page.locator("dialog[open]").count() == 1


async def test_elder_people_get_large_type_and_buttons(
    page: Page, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """25 px and 60 px, within 360 px of width."""
    keys = {"inline_keyboard": [[{"text": "好了", "callback_data": "a"}, {"text": "没好", "callback_data": "b"}]]}
    await bot.call("sendMessage", chat_id=granny, text="修好了吗？" * 9, reply_markup=keys)

    await page.goto(f"{webchat_url}/#person={granny}&chat={granny}")
    key = page.get_by_role("button", name="没好")
    await expect(key).to_be_visible()
    size = await page.locator(".bubble").last.evaluate("bubble => getComputedStyle(bubble).fontSize")
    height = (await key.bounding_box() or {})["height"]
    beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert (size, height >= 60, beyond) == ("25px", True, 0)


async def test_a_link_in_a_group_leads_into_the_private_chat(
    page: Page, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """The page stays, the chat changes, the payload arrives."""
    group = await chat.group("3号楼", [granny])
    keys = {"inline_keyboard": [[{"text": "🗳 去投票", "url": "https://t.me/jinlin_bot?start=vote_12"}]]}
    sent = await bot.call("sendMessage", chat_id=group["id"], text="选一家", reply_markup=keys)
    await bot.call("pinChatMessage", chat_id=group["id"], message_id=sent["message_id"])

    await page.goto(f"{webchat_url}/#person={granny}&chat={group['id']}")
    await expect(page.locator("#pinned")).to_contain_text("公告：选一家")
    await page.get_by_role("button", name="🗳 去投票").click()
    await expect(page.locator(".message.mine .text").last).to_have_text("/start vote_12")

    assert page.url.endswith(f"#person={granny}&chat={granny}")


async def test_a_photo_is_taken_and_looked_at(
    page: Page, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """From the samples, with a caption."""
    await page.goto(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.get_by_role("button", name="更多").click()
    await page.get_by_role("button", name="拍摄").click()
    await page.get_by_label("配一句话").fill("又堵了")
    await page.get_by_role("button", name="消防通道").click()
    await page.get_by_role("button", name="看大图").click()
    await expect(page.locator("dialog.viewer img")).to_be_visible()

    [update] = await asyncio.wait_for(bot.updates(timeout=5), 10)
    assert update["message"]["caption"] == "又堵了"
