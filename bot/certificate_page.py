"""The page of a certificate: A4, set in the Chinese font that charts use, with a QR of plain squares."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import segno

from bot.charts import drawable, font_file

if TYPE_CHECKING:
    from fpdf import FPDF

_FONT = "NotoSansSC"
_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 30.0  # mm; A4
_INNER = _WIDTH - 2 * _MARGIN
_INK, _QUIET, _RED, _GOLD, _SHADE = (34, 34, 34), (92, 92, 92), (164, 30, 24), (176, 138, 70), (250, 246, 238)
_COLUMNS = (0.5, 0.2, 0.3)  # of the table, in parts of the inner width
_ROW, _QR = 10.5, 30.0
_FOOT = 214.0  # where the issuer stands, whatever is above it
_NO_BREAK_BEFORE = frozenset("，。、；：！？）》」』】”’")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """Every word on the page; `rows` are service, times, how long; `link` is what the QR holds."""

    title: str
    number: str
    body: str
    head: tuple[str, str, str]
    rows: list[tuple[str, str, str]]
    note: str
    issuer: str
    date: str
    seal: str
    check: str
    link: str


def draw(paper: Paper, *, at: datetime) -> bytes:
    """Set the words on a page; `at` is when the file says it was made."""
    from fpdf import FPDF  # here, for few processes draw and every one starts

    page = FPDF(format="A4")
    page.set_auto_page_break(False)
    page.set_creation_date(at.astimezone(UTC))
    page.set_title(drawable(f"{paper.title} {paper.number}"))
    page.set_author(drawable(paper.issuer))
    page.set_lang("zh-CN")
    page.add_font(_FONT, fname=str(font_file()))
    page.add_page()
    _frame(page)
    _head(page, paper)
    y = _body(page, paper.body, 86.0)
    _table(page, paper, y + 9)
    _foot(page, paper)
    return bytes(page.output())


def _frame(page: "FPDF") -> None:
    """Two gold lines, and a small square in each corner between them."""
    page.set_draw_color(*_GOLD)
    page.set_line_width(1.1)
    page.rect(12, 12, _WIDTH - 24, _HEIGHT - 24)
    page.set_line_width(0.3)
    page.rect(15, 15, _WIDTH - 30, _HEIGHT - 30)
    page.set_fill_color(*_GOLD)
    for x in (16.5, _WIDTH - 19.5):
        for y in (16.5, _HEIGHT - 19.5):
            page.rect(x, y, 3, 3, style="F")


def _head(page: "FPDF", paper: Paper) -> None:
    _line(page, paper.title, y=38, size=30, colour=_RED, align="C", spacing=2.2, bold=True)
    page.set_draw_color(*_RED)
    page.set_line_width(0.5)
    page.line(_WIDTH / 2 - 30, 59, _WIDTH / 2 + 30, 59)
    _line(page, paper.number, y=65, size=12, colour=_QUIET, align="C")


def _body(page: "FPDF", text: str, y: float) -> float:
    """The paragraph, indented by two characters; where it ends."""
    size, leading = 15.5, 11.0
    _style(page, size, _INK)
    indent = page.get_string_width("\u3000\u3000")
    x, room = _MARGIN + indent, _INNER - indent
    line = ""
    for character in drawable(text):
        if line and page.get_string_width(line + character) > room and character not in _NO_BREAK_BEFORE:
            page.text(x, y, line)
            x, room, y, line = _MARGIN, _INNER, y + leading, ""
        line += character
    page.text(x, y, line)
    return y


def _table(page: "FPDF", paper: Paper, y: float) -> None:
    row = min(_ROW, (_FOOT - 4 - y) / (len(paper.rows) + 1))  # a long paragraph leaves less room
    for number, cells in enumerate((paper.head, *paper.rows)):
        if number == 0:
            page.set_fill_color(*_SHADE)
            page.rect(_MARGIN, y, _INNER, row, style="F")
        x = _MARGIN
        for cell, part in zip(cells, _COLUMNS, strict=True):
            _style(page, 12, _QUIET if number == 0 else _INK)
            page.set_xy(x, y)
            page.cell(_INNER * part, row, _short(page, drawable(cell), _INNER * part - 4), align="C")
            x += _INNER * part
        y += row
        page.set_draw_color(*_GOLD)
        page.set_line_width(0.2)
        page.line(_MARGIN, y, _WIDTH - _MARGIN, y)


def _foot(page: "FPDF", paper: Paper) -> None:
    """On the left what verifies it, on the right who issued it and when, with room for a seal."""
    _qr(page, paper.link, x=_MARGIN, y=_FOOT)
    _line(page, paper.check, y=_FOOT + _QR + 2, size=10, colour=_QUIET, x=_MARGIN, width=_QR, align="C")
    for text, y, size, colour in (
        (paper.issuer, _FOOT + 4, 15.5, _INK),
        (paper.seal, _FOOT + 15, 12, _QUIET),
        (paper.date, _FOOT + 25, 15.5, _INK),
    ):
        _line(page, text, y=y, size=size, colour=colour, x=_WIDTH / 2, width=_WIDTH / 2 - _MARGIN, align="C")
    _line(page, paper.note, y=262, size=9.5, colour=_QUIET, align="C")


def _qr(page: "FPDF", link: str, *, x: float, y: float) -> None:
    rows = list(segno.make(link, micro=False, error="m").matrix_iter(border=0))
    side = _QR / len(rows)
    page.set_fill_color(*_INK)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:  # a hair larger than its place, or readers show white lines between them
                page.rect(x + across * side, y + down * side, side * 1.02, side * 1.02, style="F")


def _line(
    page: "FPDF",
    text: str,
    *,
    y: float,
    size: float,
    colour: tuple[int, int, int],
    x: float = _MARGIN,
    width: float = _INNER,
    align: str = "L",
    spacing: float = 0.0,
    bold: bool = False,
) -> None:
    _style(page, size, colour)
    page.set_char_spacing(spacing)
    if bold:  # the font has one weight: an outline in the same colour makes the bold one
        page.set_draw_color(*colour)
        page.set_line_width(size * 0.008)
        page.text_mode = 2  # fill and stroke
    page.set_xy(x, y)
    page.cell(width, size * 0.5, _short(page, drawable(text), width), align=align)
    page.text_mode = 0
    page.set_char_spacing(0)


def _style(page: "FPDF", size: float, colour: tuple[int, int, int]) -> None:
    page.set_font(_FONT, size=size)
    page.set_text_color(*colour)


def _short(page: "FPDF", text: str, width: float) -> str:
    """The text, cut where it would be too wide."""
    if page.get_string_width(text) <= width:
        return text
    while text and page.get_string_width(text + "…") > width:
        text = text[:-1]
    return text + "…"
