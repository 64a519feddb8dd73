"""The demo as a newcomer finds it: its four stories by clicking only, its clock, and how it begins anew."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect
from screens import DESK, PHONE

from bot.demo import tour

Opened = Callable[..., Awaitable[Page]]
PATIENCE_S = 60.0


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[str]:
    """The address that `jinlin demo` says, running in a folder of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--port",
        "0",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while b"/phones" not in (line := await process.stdout.readline()):
            assert line, "the demo did not start"
    drained = asyncio.create_task(process.stdout.read())
    yield line.decode().split("Open ")[1].strip()
    process.send_signal(signal.SIGINT)
    await process.wait()
    drained.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await drained


async def pointed(page: Page) -> Locator:
    """The one button that is marked, on whichever phone."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for frame in page.frames[1:]:
                marked = frame.locator(".pointed:visible")
                if await marked.count() == 1:
                    return marked
            await page.wait_for_timeout(50)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_four_stories_are_told_by_clicking_only(size: dict[str, int], opened: Opened, desk: str) -> None:
    """Each step's button is there, marked, and leads to the next; the vote ends with its table and chart."""
    page = await opened(desk, size=size)
    guide = page.locator("#guide")
    for story in tour():
        await page.get_by_role("button", name="导览").click()
        await page.get_by_role("button", name=story["title"]["zh-CN"]).click()
        for number, step in enumerate(story["steps"], start=1):
            await expect(guide.locator(".guide-step")).to_have_text(f"{number} / {len(story['steps'])}")
            if "press" in step:
                await (await pointed(page)).click()
            else:
                await guide.locator(".primary").click()  # 下一步, in the end 完成
        await expect(guide).to_contain_text("讲完了")
        await guide.get_by_role("button", name="关闭").click()

    for _ in range(2):
        await page.get_by_role("button", name="明天 8:00").click()
        await expect(page.get_by_role("button", name="明天 8:00")).to_be_enabled(timeout=PATIENCE_S * 1000)
    aqiang = await opened(desk.replace("phones", "#person=1005&chat=1005"), size=PHONE)
    await expect(aqiang.locator(".text", has_text="投票结束了").last).to_be_visible(timeout=PATIENCE_S * 1000)
    await expect(aqiang.locator(".picture").last).to_be_visible()


async def test_the_demo_begins_anew_with_its_people(opened: Opened, desk: str) -> None:
    """What was said is gone, on both sides; and the bot answers again."""
    page = await opened(desk, size=DESK)
    phone = page.frame_locator("iframe").first
    granny = phone.locator("#talk")
    await granny.get_by_role("button", name="🔧 修东西").click()
    await expect(granny.get_by_text("叫人来吗？")).to_be_visible(timeout=PATIENCE_S * 1000)

    await page.get_by_role("button", name="重来").click()
    await page.get_by_role("button", name="清空，从头开始").click()

    await expect(granny.get_by_text("叫人来吗？")).to_have_count(0, timeout=PATIENCE_S * 1000)
    await expect(granny.get_by_text("有什么事？")).to_be_visible(timeout=PATIENCE_S * 1000)
    await granny.get_by_role("button", name="🔧 修东西").click()
    await expect(granny.get_by_text("叫人来吗？")).to_be_visible(timeout=PATIENCE_S * 1000)
