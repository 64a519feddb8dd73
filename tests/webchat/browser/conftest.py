"""A real browser: Debian's chromium, at a phone's and at a desk's size; whatever it complains of fails the test."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect
from screens import PHONE

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]

expect.set_options(timeout=20_000)  # milliseconds; a slow machine is no fault

Opened = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skipped aloud where there is no browser; never where everything must be checked."""
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
        for item in here:
            item.add_marker(pytest.mark.skip(reason="no chromium here: the page is not looked at"))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """One for each test: nothing is kept from another's."""
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield found
        await found.close()


def _complaint(line: ConsoleMessage) -> bool:
    """More than a call that was refused, or that nobody answered."""
    return line.type == "error" and not line.text.startswith("Failed to load resource")


@pytest.fixture
async def opened(browser: Browser) -> AsyncIterator[Opened]:
    """`await opened(url, size=PHONE, color_scheme="dark")`: a page of a new window, watched until the test's end."""
    troubles: list[str] = []

    async with AsyncExitStack() as stack:

        async def open_page(url: str, *, size: dict[str, int] = PHONE, **window: Any) -> Page:
            context = await browser.new_context(viewport=size, **{"locale": "zh-CN"} | window)
            stack.push_async_callback(context.close)
            page = await context.new_page()
            origin = url.split("/", 3)[2]

            def fetched(asked: Request) -> None:
                if asked.url.split("/", 3)[2] != origin and not asked.url.startswith(("blob:", "data:")):
                    troubles.append(asked.url)

            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda line: troubles.append(line.text) if _complaint(line) else None)
            page.on("request", fetched)
            page.on("dialog", lambda dialog: troubles.append(dialog.message))
            await page.goto(url)
            return page

        yield open_page
        assert troubles == []
