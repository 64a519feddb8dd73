"""The sizes of screens, and what on them keeps somebody out."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1600, "height": 900}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}


async def barriers(page: Page) -> list[str]:
    """What axe finds that keeps somebody out: rule and place."""
    found = await Axe().run(page, options=RULES)
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]
