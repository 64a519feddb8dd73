"""Nobody is kept out: what axe finds, sizes, contrast, keyboards, no motion; and nothing comes from elsewhere."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from bot_side import BotSide
from screens import DESK, PHONE, barriers
from playwright.async_api import Page, expect

from webchat.client import WebchatClient
from webchat.server import STATIC

Opened = Callable[..., Awaitable[Page]]
LARGEST_FIRST_VIEW = 150 * 1024


@pytest.fixture
async def full_chat(chat: WebchatClient, bot: BotSide, granny: int) -> int:
    """A group with one of everything that a chat can hold."""
    await chat.person("小林", id=1002)
    group = int((await chat.group("3号楼", [granny, 1002]))["id"])
    asked = await chat.say(1002, "谁去看看 https://example.org", chat=group)
    await chat.say(granny, "我去", chat=group, reply_to=asked["id"])
    await chat.photo(1002, chat=group, caption="消防通道")
    await chat.post("/voice", person=1002, chat=group, seconds=4)
    await chat.post("/location", person=1002, chat=group, latitude=26.07, longitude=119.3)
    await chat.post("/contact", person=granny, chat=group, phone="13900001001")
    await chat.document(1002, "通知.txt", b"x", chat=group)
    styles = [{"text": name, "callback_data": name, "style": name} for name in ("primary", "success", "danger")]
    text = "<b>粗</b> <i>斜</i> <code>码</code> <tg-spoiler>藏</tg-spoiler> <blockquote>引</blockquote> /help"
    card = await bot.call(
        "sendMessage", chat_id=group, text=text, parse_mode="HTML", reply_markup={"inline_keyboard": [styles]}
    )
    await bot.call("pinChatMessage", chat_id=group, message_id=card["message_id"])
    await chat.post("/react", person=granny, chat=group, message=card["message_id"], emoji="👍")
    return group


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("elder", [False, True])
async def test_axe_finds_no_barrier(
    colours: Any, *, elder: bool, opened: Opened, chat: WebchatClient, granny: int, full_chat: int, webchat_url: str
) -> None:
    """On each main screen, in both sizes of type and both sets of colours."""
    await chat.person("陈奶奶", id=granny, elder=elder)
    page = await opened(webchat_url, color_scheme=colours)
    await expect(page.get_by_role("heading", name="您是谁？")).to_be_visible()
    found = {"who": await barriers(page)}
    await page.get_by_role("button", name="陈奶奶").click()
    await expect(page.locator("#chats .row")).to_have_count(3)
    found["list"] = await barriers(page)
    await page.locator(".row", has_text="3号楼").click()
    await expect(page.get_by_role("button", name="👍 1")).to_be_visible()
    found["chat"] = await barriers(page)
    await page.get_by_role("button", name="更多").click()
    found["panel"] = await barriers(page)
    await page.locator(".bubble").last.press("Enter")
    found["message"] = await barriers(page)

    assert {screen: one for screen, one in found.items() if one} == {}


async def test_axe_finds_no_barrier_at_the_desk(
    opened: Opened, chat: WebchatClient, granny: int, full_chat: int, webchat_url: str
) -> None:
    """Its bar, its panels, the sheet of doors."""
    await chat.post("/doors", title="榕荫社区", doors=[{"name": "3号楼2梯", "link": "https://t.me/jinlin_bot?start=d_x"}])
    page = await opened(f"{webchat_url}/phones", size=DESK)
    await expect(page.locator("iframe")).to_have_count(2)
    found = {"desk": await barriers(page)}
    for tool in ("导览", "故障", "二维码", "重来"):
        await page.get_by_role("button", name=tool).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        found[tool] = await barriers(page)
        await page.keyboard.press("Escape")
    doors = await opened(f"{webchat_url}/doors", size=DESK)
    await expect(doors.get_by_role("heading", name="3号楼2梯")).to_be_visible()
    found["doors"] = await barriers(doors)

    assert {screen: one for screen, one in found.items() if one} == {}


async def test_the_check_for_barriers_can_fail(opened: Opened, granny: int, webchat_url: str) -> None:
    """Light grey on white is found."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.locator(".message.mine .text").evaluate("text => { text.parentElement.style.color = '#9f9'; }")

    assert any(one.startswith("color-contrast") for one in await barriers(page))


async def test_everything_an_elder_may_press_is_large(
    opened: Opened, full_chat: int, granny: int, webchat_url: str
) -> None:
    """60 px high, and nothing leaves a screen of 360 px."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={full_chat}")
    await page.get_by_role("button", name="更多").click()
    sizes = await page.locator("button:visible:not(.inline-link, .spoiler, .quotation, .more, .reaction, .picture)").evaluate_all(
        "all => all.map(one => [one.id || one.className, Math.round(one.getBoundingClientRect().height)])"
    )
    beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert [one for one in sizes if one[1] < 60 and one[0] != "me-here"] == []
    assert beyond <= 0


async def test_it_is_used_by_keyboard_alone(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """From the list of people to a message that is sent."""
    page = await opened(webchat_url)
    await expect(page.get_by_role("button", name="陈奶奶")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.locator(".row").first.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("textbox", name="说点什么").focus()
    await page.keyboard.type("灯坏了")
    await page.keyboard.press("Enter")

    await expect(page.locator(".message.mine:not(.unsent) .text").last).to_have_text("灯坏了")


async def test_nothing_moves_for_whoever_asked_for_that(
    opened: Opened, granny: int, webchat_url: str
) -> None:
    """No animation runs."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", reduced_motion="reduce")
    await page.locator(".message").first.evaluate("one => one.classList.add('flash')")

    assert await page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("path", ["/", "/phones"])
async def test_the_first_view_is_small(path: str, opened: Opened, granny: int, webchat_url: str) -> None:
    """Everything that is loaded before anybody does anything."""
    page = await opened(f"{webchat_url}{path}", size=PHONE)
    await page.wait_for_load_state("load")
    await expect(page.locator("body")).to_contain_text("陈奶奶")
    loaded = await page.evaluate("performance.getEntries().map(one => one.encodedBodySize || 0).reduce((a, b) => a + b)")

    assert 10_000 < loaded < LARGEST_FIRST_VIEW


async def test_the_policy_lets_nothing_in_from_elsewhere(webchat_url: str) -> None:
    """Scripts, styles and frames of our own only; nothing inline."""
    async with aiohttp.ClientSession() as session, session.get(f"{webchat_url}/phones") as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)


def test_all_languages_say_the_same_things() -> None:
    """The same keys and the same values within; and every key that the page uses is there."""
    books = {path.name: json.loads(path.read_text("utf-8")) for path in STATIC.glob("words.*.json")}
    first = books["words.zh-CN.json"]
    code = "".join(path.read_text("utf-8") for path in Path(STATIC).iterdir() if path.suffix in {".js", ".html"})
    used = set(re.findall(r"""\bt\("([a-z.]+)"|data-t(?:-label|-placeholder)?="([a-z.]+)\"""", code))

    def values(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}", text))

    assert len(books) == 3
    assert all(book.keys() == first.keys() for book in books.values())
    assert [key for key in first if any(values(book[key]) != values(first[key]) for book in books.values())] == []
    assert {one or other for one, other in used} - first.keys() == set()
