"""The page of a certificate: whatever its words, it is one page of a file that is no larger than it need be."""

import re
from dataclasses import replace

import pytest
from factories import START

from bot.certificate_page import Paper, draw

PAPER = Paper(
    title="志愿服务记录证明",
    number="编号：0012",
    body="兹证明 小林 自2025年3月1日至2025年6月10日，在榕荫社区参加志愿服务 26 次，服务时间共 38 小时 20 分钟。",
    head=("服务内容", "次数", "服务时间"),
    rows=[("修东西", "12 次", "14 小时"), ("陪聊", "14 次", "24 小时 20 分钟")],
    note="本证明免费出具。",
    issuer="榕荫社区",
    date="2025年6月10日",
    seal="（盖章）",
    check="扫码核验真伪",
    link="https://t.me/jinlin_bot?start=c_abcdefghijklmnop",
)


def pages(made: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", made))


@pytest.mark.parametrize(
    "paper",
    [
        PAPER,
        replace(PAPER, rows=[]),
        replace(PAPER, rows=[("很长的服务名称" * 9, "1 次", "1 小时")] * 6),
        replace(PAPER, body=PAPER.body.replace("小林", "名" * 30)),
        replace(PAPER, body="", issuer="", title=""),
        replace(PAPER, issuer="名字特别长的社区居民委员会" * 4),
        replace(PAPER, body="小林👍‍\x07 <b>𠮷</b> \u202e"),
    ],
    ids=["usual", "no rows", "long rows", "long name", "empty", "long issuer", "strange signs"],
)
def test_it_is_one_page_whatever_is_on_it(paper: Paper) -> None:
    made = draw(paper, at=START)

    assert made.startswith(b"%PDF-")
    assert pages(made) == 1
    assert len(made) < 120_000


def test_the_same_words_make_the_same_page_and_another_link_another_qr() -> None:
    assert draw(PAPER, at=START) == draw(PAPER, at=START)
    assert draw(replace(PAPER, link=PAPER.link + "x"), at=START) != draw(PAPER, at=START)
