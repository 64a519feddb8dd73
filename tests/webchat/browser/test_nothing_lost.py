"""What somebody typed is there, arrives, and arrives once: offline, reloaded, refused."""

import asyncio
from collections.abc import Awaitable, Callable

from bot_side import BotSide
from playwright.async_api import Page, Route, expect

from webchat.client import WebchatClient

Opened = Callable[..., Awaitable[Page]]


async def said(chat: WebchatClient, person: int) -> list[str]:
    """What the chat has heard from them."""
    return [one["text"] for one in await chat.messages(person) if one["from"]["id"] == person]


async def say(page: Page, text: str) -> None:
    """Type and send."""
    await page.get_by_role("textbox", name="说点什么").fill(text)
    await page.get_by_role("button", name="发送").click()


async def test_what_is_said_offline_arrives_when_the_connection_is_back(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """In order, once each, with a word about it meanwhile."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await expect(page.locator(".message.mine")).to_have_count(1)

    await page.context.set_offline(True)
    await say(page, "灯坏了")
    await say(page, "三楼的")
    await expect(page.locator("#offline")).to_contain_text("网络断了")
    await expect(page.locator(".unsent .note").first).to_contain_text("连上会再发")
    before = await said(chat, granny)
    await page.context.set_offline(False)

    await expect(page.locator("#offline")).to_be_hidden()
    await expect(page.locator(".unsent")).to_have_count(0)
    assert before == ["/start"]
    assert await said(chat, granny) == ["/start", "灯坏了", "三楼的"]


async def test_what_waits_outlives_the_page(opened: Opened, chat: WebchatClient, granny: int, webchat_url: str) -> None:
    """Closed before it was sent; sent when the page is opened again."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.route("**/control/say", lambda route: route.abort())
    await say(page, "灯坏了")
    await expect(page.locator(".unsent .note")).to_contain_text("连上会再发")

    await page.unroute("**/control/say")
    await page.reload()

    await expect(page.locator(".message.mine:not(.unsent) .text").last).to_have_text("灯坏了")
    assert await said(chat, granny) == ["/start", "灯坏了"]


async def test_an_answer_that_is_lost_does_not_double_what_was_said(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """The server had heard it; it is asked again, under the same mark."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")

    async def heard_but_unanswered(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/control/say", heard_but_unanswered, times=1)
    await say(page, "灯坏了")

    await expect(page.locator(".unsent")).to_have_count(0)
    await expect(page.locator(".message.mine .text")).to_have_text(["/start", "灯坏了"])
    assert await said(chat, granny) == ["/start", "灯坏了"]


async def test_what_is_refused_says_why_and_stays_until_its_author_decides(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """Blocked meanwhile: the words stay; unblocked, they go."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.get_by_role("textbox", name="说点什么").fill("还在吗")
    await page.route("**/control/say", lambda route: _blocked_before(chat, granny, route), times=1)
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".unsent .note")).to_contain_text("取消屏蔽后才能发")

    await page.get_by_role("button", name="取消屏蔽").click()
    await page.get_by_role("button", name="重发").click()

    await expect(page.locator(".unsent")).to_have_count(0)
    assert (await said(chat, granny))[-1] == "还在吗"


async def _blocked_before(chat: WebchatClient, person: int, route: Route) -> None:
    await chat.block(person)
    await route.continue_()


async def test_a_file_that_cannot_be_sent_says_so_in_words(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """An empty one; and one may let it go."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.locator("#file").set_input_files({"name": "空.txt", "mimeType": "text/plain", "buffer": b""})
    await expect(page.locator(".unsent .note")).to_have_text("没有办成，请再试一次")

    await page.get_by_role("button", name="不发了").click()

    await expect(page.locator(".unsent")).to_have_count(0)


async def test_what_was_begun_is_kept_as_a_draft(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """Each chat has its own; the list of chats shows it."""
    await chat.group("3号楼", [granny])
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.get_by_role("textbox", name="说点什么").fill("明天有人")
    await page.get_by_role("button", name="返回聊天列表").click()
    await expect(page.locator(".row", has_text="[草稿]")).to_contain_text("近邻[草稿] 明天有人")

    await page.locator(".row", has_text="3号楼").click()
    await expect(page.get_by_role("textbox", name="说点什么")).to_have_value("")
    await page.goto(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.reload()

    await expect(page.get_by_role("textbox", name="说点什么")).to_have_value("明天有人")


async def test_a_key_of_the_bots_keyboard_is_not_lost_either(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """Pressed offline, said later."""
    await bot.call("sendMessage", chat_id=granny, text="菜单", reply_markup={"keyboard": [[{"text": "🔧 修东西"}]]})
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await expect(page.get_by_role("button", name="🔧 修东西")).to_be_visible()

    await page.context.set_offline(True)
    await page.get_by_role("button", name="🔧 修东西").click()
    await page.context.set_offline(False)

    await expect(page.locator(".message.mine:not(.unsent) .text").last).to_have_text("🔧 修东西")
    assert (await said(chat, granny)).count("🔧 修东西") == 1


async def test_what_the_chat_shows_is_not_kept_to_be_sent_again(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """Also where its own answer never came, and the chat told first."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    answer = asyncio.Event()

    async def heard_and_not_answered(route: Route) -> None:
        await route.fetch()
        await answer.wait()
        await route.abort()

    await page.route("**/control/say", heard_and_not_answered, times=1)
    await say(page, "灯坏了")
    await expect(page.locator(".message.mine:not(.unsent) .text").last).to_have_text("灯坏了")
    kept = await page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('webchat.out.'))")
    answer.set()

    assert kept == []


async def test_a_defect_of_the_server_is_not_taken_for_a_lost_connection(
    opened: Opened, granny: int, webchat_url: str
) -> None:
    """It would be asked again for ever."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.route("**/control/say", lambda route: route.fulfill(status=500, body="x"))

    await say(page, "灯坏了")

    await expect(page.locator(".unsent .note")).to_have_text("没有办成，请再试一次")
