"""What people are used to: where the unread begin, who is typing, voice notes, reactions, their own language."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from bot_side import BotSide
from playwright.async_api import Page, expect
from screens import DESK

from webchat.client import WebchatClient

Opened = Callable[..., Awaitable[Page]]


async def test_one_goes_up_to_where_the_unread_begin_and_down_to_what_is_new(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """And who looks further up is not pulled away."""
    await chat.chat(granny, read=1)
    for number in range(30):
        await bot.call("sendMessage", chat_id=granny, text=f"第 {number} 条")
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")

    await page.get_by_role("button", name="30 条新消息").click()
    await expect(page.get_by_text("以下是新消息")).to_be_in_viewport()
    await bot.call("sendMessage", chat_id=granny, text="最新的")
    await page.get_by_role("button", name="1 条新消息").click()

    await expect(page.locator("#messages").get_by_text("最新的", exact=True)).to_be_in_viewport()


async def test_older_messages_are_fetched_when_asked_for(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """What was looked at stays where it was."""
    for number in range(310):
        await chat.say(granny, f"第 {number} 条")
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await expect(page.locator("#messages").get_by_text("第 309 条", exact=True)).to_be_in_viewport()
    await expect(page.locator("#messages").get_by_text("第 5 条", exact=True)).to_have_count(0)

    await page.get_by_role("button", name="更早的消息").click()

    await expect(page.locator("#messages").get_by_text("第 5 条", exact=True)).to_have_count(1)
    await expect(page.get_by_role("button", name="更早的消息")).to_have_count(0)


async def test_a_bot_that_types_is_seen_until_it_has_written(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """As WeChat says it."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await expect(page.locator(".message.mine")).to_have_count(1)

    await bot.call("sendChatAction", chat_id=granny, action="typing")
    await expect(page.get_by_text("对方正在输入…")).to_be_visible()
    await bot.call("sendMessage", chat_id=granny, text="好")

    await expect(page.get_by_text("对方正在输入…")).to_have_count(0)


async def test_a_voice_note_is_recorded_with_one_tap_and_sent_with_another(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """What the bot fetches is what was recorded."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", permissions=["microphone"])

    await page.get_by_role("button", name="语音").click()
    await expect(page.get_by_role("timer")).not_to_have_text("0:00")
    await page.get_by_role("button", name="说完了，发送").click()
    await expect(page.get_by_role("button", name=re.compile(r"语音 \d+ 秒"))).to_be_visible()

    [update] = await bot.updates(timeout=5)
    assert update["message"]["voice"]["mime_type"] == "audio/webm"
    assert update["message"]["voice"]["file_size"] > 500


async def test_without_a_microphone_one_is_told_so(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """And the demo can go on."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); }")

    await page.get_by_role("button", name="语音").click()
    await expect(page.get_by_text("这里没有麦克风")).to_be_visible()
    await page.get_by_role("button", name="发一段 3 秒的试音").click()

    await expect(page.get_by_role("button", name="语音 3 秒")).to_be_visible()


async def test_one_reacts_and_takes_it_back(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """From the menu that a long press, the context menu or Enter opens."""
    await bot.call("sendMessage", chat_id=granny, text="饭送到了")
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.locator(".bubble", has_text="饭送到了").press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="👍").click()

    mine = page.get_by_role("button", name="👍 1", pressed=True)
    await mine.click()

    await expect(mine).to_have_count(0)


async def test_an_elder_hears_a_message_and_its_buttons(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """Through the browser's own voice, where it has one; a second tap ends it."""
    keys = {"inline_keyboard": [[{"text": "👍 好了", "callback_data": "a"}]]}
    await bot.call("sendMessage", chat_id=granny, text="修好了吗？", reply_markup=keys)
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    hear = "({ lang, text }) => heard.push(lang + text)"
    await expect(page.get_by_role("button", name="读给我听")).to_have_count(0)
    await page.evaluate(f"() => {{ window.heard = []; speechSynthesis.speak = {hear}; }}")
    await page.evaluate("speechSynthesis.getVoices = () => [{}]")
    await page.evaluate("speechSynthesis.dispatchEvent(new Event('voiceschanged'))")

    await page.get_by_role("button", name="读给我听").last.click()

    [heard] = await page.evaluate("heard")
    assert heard.replace(" ", "") == "zh-CN修好了吗？\n好了"


@pytest.mark.parametrize(
    ("language", "words", "line"),
    [("en", "Say something", "The group was created"), ("zh-hant", "說點什麼", "群聊已建立")],
)
async def test_the_page_speaks_the_language_of_its_person(
    language: str, words: str, line: str, opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """System lines too; changed at any time."""
    group = await chat.group("3号楼", [granny])
    page = await opened(f"{webchat_url}/#person={granny}&chat={group['id']}")
    await expect(page.get_by_role("textbox", name="说点什么")).to_be_visible()

    await chat.person("陈奶奶", id=granny, language=language)

    await expect(page.get_by_role("textbox", name=words)).to_be_visible()
    await expect(page.locator(".system").first).to_have_text(line)


async def test_a_message_elsewhere_leaves_the_other_rows_of_the_list_alone(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """What somebody is about to press is neither drawn anew nor taken out of their hands."""
    groups = [await chat.group(f"邻里群{number}", [granny]) for number in range(5)]
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", size=DESK)
    rows = page.locator("#chats .row")
    await rows.filter(has_text="邻里群3").evaluate("row => { row.mine = true; row.focus(); }")

    await chat.say(granny, "大家好", chat=groups[1]["id"])
    await expect(rows.first).to_contain_text("大家好")

    still = rows.filter(has_text="邻里群3")
    await expect(still).to_be_focused()
    assert await still.evaluate("row => row.mine")


async def test_the_chooser_speaks_the_language_chosen_in_it_and_the_bot_hears_of_it(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """At once, while it is open; what is said next carries the new code."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.locator("#me-here").click()
    await page.get_by_label("语言").last.select_option("en")

    await expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Who are you?")
    await chat.say(granny, "hello")
    assert (await bot.updates())[-1]["message"]["from"]["language_code"] == "en"


async def test_times_are_right_when_the_page_is_opened(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """By the demo's clock and in its zone; drawn so from the first."""
    await chat.post("/clock", now="2027-03-01T01:00:00Z", zone="Europe/Berlin")
    await chat.say(granny, "早")

    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")

    await expect(page.locator("#messages .mark").last).to_have_text("02:00")
    await chat.post("/clock", now=datetime.now(UTC).isoformat(), zone="Asia/Shanghai")
