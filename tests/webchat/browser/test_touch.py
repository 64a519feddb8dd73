"""Fingers and what follows them: long presses, held keys, answers that come into sight, sheets one gets out of."""

from collections.abc import Awaitable, Callable

import pytest
from bot_side import BotSide
from playwright.async_api import Page, expect
from screens import PHONE
from test_deep_links import DEEP, OTHERS

from webchat.client import WebchatClient

Opened = Callable[..., Awaitable[Page]]
MANY = {"inline_keyboard": [[{"text": "✅ 去", "callback_data": "go"}]]}


async def test_a_menu_that_a_long_press_opens_stays_when_the_finger_goes(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """And nothing in it is pressed; a tap afterwards is one."""
    await chat.person("陈奶奶", id=granny, elder=False)
    await bot.call("sendMessage", chat_id=granny, text="饭送到了\n" * 12)
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", has_touch=True, is_mobile=True)
    place = await page.locator(".bubble", has_text="饭送到了").bounding_box()
    assert place
    finger = await page.context.new_cdp_session(page)
    under = [{"x": place["x"] + 40, "y": place["y"] + place["height"] - 20}]

    await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": under})
    await expect(page.get_by_role("dialog")).to_be_visible()
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await page.mouse.move(0, 0)  # an event later than whatever the end of the touch brought
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert "reactions" not in (await chat.messages(granny))[-1]
    await page.get_by_role("dialog").get_by_role("button", name="🙏").tap()

    await expect(page.get_by_role("button", name="🙏 1")).to_be_visible()


async def test_a_click_that_began_before_a_sheet_was_open_is_not_meant_for_it(
    opened: Opened, granny: int, webchat_url: str
) -> None:
    """Where a browser sends one all the same."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.locator(".bubble").last.press("Enter")

    click = "one => one.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 }))"
    await page.locator("dialog").evaluate(click)
    await page.locator(".face-key").first.evaluate(click)
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.locator("dialog .cancel").click()

    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_answer_to_ones_own_press_comes_into_sight(
    opened: Opened, chat: WebchatClient, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """From wherever one pressed; what comes unasked still waits below."""
    card = await bot.call("sendMessage", chat_id=granny, text="去吗？", reply_markup=MANY)
    for number in range(30):
        await bot.call("sendMessage", chat_id=granny, text=f"第 {number} 条")
    await chat.chat(granny, read=1)
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await page.locator(f"#m{card['message_id']}").scroll_into_view_if_needed()
    await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")  # it is seen
    await bot.call("sendMessage", chat_id=granny, text="没人问的")
    await expect(page.locator("#to-end")).to_contain_text("1 条新消息")

    await page.get_by_role("button", name="✅ 去").click()
    pressed = [one for one in await bot.updates(timeout=5) if "callback_query" in one][-1]
    await bot.call("answerCallbackQuery", callback_query_id=pressed["callback_query"]["id"])
    await bot.call("sendMessage", chat_id=granny, text="好的，马上来")

    await expect(page.locator("#messages").get_by_text("好的，马上来")).to_be_in_viewport()
    await expect(page.locator("#to-end")).to_be_hidden()


async def test_a_message_longer_than_the_screen_is_read_from_its_beginning(
    opened: Opened, bot: BotSide, granny: int, webchat_url: str
) -> None:
    """And what follows it is gone to as from the end."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    await expect(page.locator(".message.mine")).to_have_count(1)
    text = "\n".join(f"第 {number} 行" for number in range(60))
    long = await bot.call("sendMessage", chat_id=granny, text=text)

    top = page.locator(f"#m{long['message_id']} .who, #m{long['message_id']} .avatar").first
    await expect(top).to_be_in_viewport()
    await bot.call("sendMessage", chat_id=granny, text="就这些")

    await expect(page.locator("#messages").get_by_text("就这些", exact=True)).to_be_in_viewport()


@pytest.mark.parametrize("away", [False, True], ids=["let go there", "slid away"])
async def test_one_speaks_while_the_key_is_held(
    *, away: bool, opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """Let go, it is sent; slid away, it is not."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", permissions=["microphone"])
    await page.get_by_role("button", name="语音").hover()
    await page.mouse.down()
    await expect(page.get_by_text("松开就发，滑开就不发。")).to_be_visible()
    await expect(page.get_by_role("timer")).not_to_have_text("0:00")
    if away:
        await page.mouse.move(100, 100)
    await page.mouse.up()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("textbox", name="说点什么").fill("后来说的")
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".message.mine:not(.unsent) .text", has_text="后来说的")).to_be_visible()

    sent = ["voice" in one for one in await chat.messages(granny) if not one["text"]]
    assert sent == ([] if away else [True])


async def test_an_unsent_voice_note_can_be_heard(opened: Opened, granny: int, webchat_url: str) -> None:
    """Before it is sent, and after the page was opened anew."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", permissions=["microphone"])
    await page.route("**/control/voice", lambda route: route.abort())
    await page.get_by_role("button", name="语音").click()
    await expect(page.get_by_role("timer")).not_to_have_text("0:00")
    await page.get_by_role("button", name="说完了，发送").click()
    await page.add_init_script(
        "const { play } = HTMLMediaElement.prototype;"
        "HTMLMediaElement.prototype.play = function () { window.heard = true; return play.call(this); }"
    )
    await page.reload()

    await page.locator(".unsent").get_by_role("button", name="语音").click()

    await page.wait_for_function("window.heard")


@pytest.mark.parametrize("tool", ["拍摄", "位置", "名片"])
async def test_an_elder_gets_out_of_every_sheet(
    tool: str, opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """What it is for is to be seen first, in large type, and the way out is never below the edge."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", size=PHONE)
    await page.get_by_role("button", name="更多").click()
    await page.get_by_role("button", name=tool).click()
    dialog = page.get_by_role("dialog")
    first = {"拍摄": "用这台设备的相机", "位置": "用我现在的位置", "名片": "发送名片"}[tool]
    await expect(dialog.get_by_role("button", name=first)).to_be_in_viewport(ratio=1)
    await expect(dialog.get_by_role("button", name="取消")).to_be_in_viewport(ratio=1)
    type_of = "all => all.map(one => [one.textContent, parseFloat(getComputedStyle(one).fontSize)])"
    sizes = await dialog.locator("button, input, label, summary").evaluate_all(type_of)
    assert await page.evaluate("document.activeElement.className") != "caption"
    assert [one for one in sizes if one[1] < 22] == []

    await dialog.get_by_role("button", name="取消").click()

    await expect(dialog).to_have_count(0)


async def test_where_one_is_goes_with_one_tap(
    opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """Numbers are for whoever looks for them."""
    here = {"latitude": 26.08, "longitude": 119.3}
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", permissions=["geolocation"], geolocation=here)
    await page.get_by_role("button", name="更多").click()
    await page.get_by_role("button", name="位置").click()
    await expect(page.get_by_label("纬度")).to_be_hidden()
    await page.get_by_role("button", name="用我现在的位置").click()
    await expect(page.locator(".message.mine .place")).to_be_visible()

    assert (await chat.messages(granny))[-1]["location"] == here


async def test_ones_card_is_ones_own(opened: Opened, chat: WebchatClient, granny: int, webchat_url: str) -> None:
    """The number that is known of them, or none."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}")
    fields = []
    for phone in ("", "139 (0000) 1001"):
        await chat.person("陈奶奶", id=granny, phone=phone)
        await page.reload()
        await page.get_by_role("button", name="更多").click()
        await page.get_by_role("button", name="名片").click()
        fields.append(await page.get_by_label("我的电话").last.input_value())
    await page.get_by_role("button", name="发送名片").click()
    await expect(page.locator(".message.mine .place")).to_contain_text("139 (0000) 1001")

    assert fields == ["", "139 (0000) 1001"]


async def test_the_page_tells_deep_links_as_the_server_does(opened: Opened, granny: int, webchat_url: str) -> None:
    """The same addresses, and no others."""
    page = await opened(webchat_url)
    ask = "async urls => { const { isDeepLink } = await import('/static/links.js'); return urls.map(isDeepLink); }"

    assert await page.evaluate(ask, [*DEEP, *OTHERS]) == [True] * len(DEEP) + [False] * len(OTHERS)


async def test_six_faces_stand_within_an_elders_screen(opened: Opened, granny: int, webchat_url: str) -> None:
    """At 360 px, each 60 high."""
    page = await opened(f"{webchat_url}/#person={granny}&chat={granny}", size=PHONE)
    await page.locator(".bubble").last.press("Enter")

    boxes = [await one.bounding_box() for one in await page.locator(".face-key").all()]

    assert len(boxes) == 6
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 360 and box["height"] >= 60 for box in boxes)


@pytest.mark.parametrize("path", ["/doors", "/phones"])
async def test_nothing_is_beyond_the_edge_of_a_small_screen(
    path: str, opened: Opened, chat: WebchatClient, granny: int, webchat_url: str
) -> None:
    """The sheet of doors, and every tool of the desk."""
    await chat.post(
        "/doors", title="榕荫社区", doors=[{"name": "3号楼2梯", "link": "https://t.me/jinlin_bot?start=d_x"}]
    )
    await chat.post("/clock", url="http://127.0.0.1:9/")
    page = await opened(f"{webchat_url}{path}", size=PHONE)
    await expect(page.locator("button:visible, h2:visible").first).to_be_visible()

    rights = await page.locator(".door, .tools button").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().right)"
    )

    assert rights
    assert max(rights) <= 360
    await chat.post("/clock", url="")
