"""Deep links are told from others in one way, here and in the page."""

import pytest

from webchat.deep_links import DeepLink, read

DEEP = {
    "https://t.me/jinlin_bot?start=d_x": DeepLink(username="jinlin_bot", payload="d_x"),
    "t.me/jinlin_bot": DeepLink(username="jinlin_bot"),
    "http://telegram.me/Jinlin_Bot/?startgroup=g": DeepLink(username="Jinlin_Bot", payload="g", for_group=True),
    "tg://resolve?domain=jinlin_bot&start=a": DeepLink(username="jinlin_bot", payload="a"),
}
OTHERS = [
    "https://example.org/t.me/jinlin_bot",
    "https://not.me/jinlin_bot",
    "https://t.me/+abcdefgh",
    "https://t.me/",
    "https://t.me.evil.example/jinlin_bot",
    "tg://user?id=1",
    "javascript:t.me/jinlin_bot",
    "",
]


@pytest.mark.parametrize("url", DEEP)
def test_a_link_to_a_bot_is_read(url: str) -> None:
    """Its bot, its payload, and whether it means a group."""
    assert read(url) == DEEP[url]


@pytest.mark.parametrize("url", OTHERS)
def test_any_other_link_is_none(url: str) -> None:
    """Be it another site's that looks like one."""
    assert read(url) is None
