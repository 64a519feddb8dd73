"""Charts of votes."""

import struct
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from bot import charts

_SVG = "{http://www.w3.org/2000/svg}"


def _bar(label: str, value: int, *, note: str = "", winner: bool = False) -> charts.Bar:
    return charts.Bar(label=label, value=value, note=note, winner=winner)


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{_SVG}text")]


def _bar_widths(svg: str) -> list[float]:
    """The coloured bars' widths, top to bottom: each follows the track it lies on."""
    rounded = [rect for rect in ElementTree.fromstring(svg).iter(f"{_SVG}rect") if "rx" in rect.attrib]
    track = rounded[0].attrib["fill"]
    return [float(rect.attrib["width"]) for rect in rounded if rect.attrib["fill"] != track]


def test_a_chart_is_a_png_as_wide_as_a_phone_shows() -> None:
    rows = [_bar("甲", 15, note="25.9%"), _bar("乙", 38, note="65.5%", winner=True)]

    picture = charts.bars("长者食堂选哪一家", rows, "应投 61，实投 58。")

    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">I", picture[16:20]) == (1080,)


@pytest.mark.parametrize("count", [8, 12])
def test_the_fullest_chart_stays_small_enough_to_send_to_everybody(count: int) -> None:
    label = "小广场加两排有靠背的长椅，树荫下再放一张棋桌，并把坏掉的路灯换成太阳能灯，看得清脚下的路"
    rows = [_bar(f"{n}. {label}", 100 - n, note=label, winner=True) for n in range(count)]

    picture = charts.bars(label * 2, rows, label * 3)

    assert len(picture) < 200_000


def test_importing_the_module_loads_neither_the_renderer_nor_matplotlib() -> None:
    check = "import sys, bot.charts; print({'resvg_py', 'zhplot', 'matplotlib'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_markup_in_what_people_wrote_is_shown_and_not_obeyed() -> None:
    row = _bar('<b>20</b> & "x"', 1, note="</text>")

    svg = charts.svg("A<B & C", [row], "<script/>")

    assert _texts(svg) == ["A<B & C", '<b>20</b> & "x"', "1", "</text>", "<script/>"]
    assert charts.bars("A<B & C", [row], "<script/>")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("🍚 送饭 👨‍👩‍👧", "送饭"),
        ("停车\x00\x0b位", "停车 位"),
        ("围墙𠮷", "围墙〓"),
        ("🐕", "〓"),
        ("85.50 ㎡ ✓", "85.50 ㎡ ✓"),
    ],
)
def test_what_the_font_lacks_leaves_no_empty_box(written: str, shown: str) -> None:
    svg = charts.svg("题", [_bar(written, 1)], "")

    assert " ".join(_texts(svg)[1:-1]) == shown


def test_each_winner_carries_a_drawn_tick_and_nobody_else_does() -> None:
    rows = [_bar("甲", 2, winner=True), _bar("乙", 2, winner=True), _bar("丙", 1)]

    svg = charts.svg("选两家", rows, "")

    assert svg.count("<path ") == 2


def test_bars_are_as_long_as_their_numbers_and_zero_has_none() -> None:
    rows = [_bar("甲", 300), _bar("乙", 150), _bar("丙", 0)]

    svg = charts.svg("题", rows, "")

    longest, half = _bar_widths(svg)
    assert longest == pytest.approx(2 * half, abs=0.2)
    assert "0" in _texts(svg)


def test_a_vote_nobody_took_part_in_is_drawn_without_bars() -> None:
    svg = charts.svg("题", [_bar("同意", 0), _bar("反对", 0)], "")

    assert _bar_widths(svg) == []
    assert charts.bars("题", [_bar("同意", 0), _bar("反对", 0)], "")


def test_a_single_vote_among_thousands_is_still_seen() -> None:
    svg = charts.svg("题", [_bar("甲", 1), _bar("乙", 100_000)], "")

    assert min(_bar_widths(svg)) >= 4


def test_numbers_are_written_out_exactly() -> None:
    svg = charts.svg("题", [_bar("甲", 1_234_567, note="81.76%")], "")

    assert _texts(svg)[2:] == ["1,234,567", "81.76%"]


def test_a_long_label_takes_two_lines_and_is_then_cut() -> None:
    label = "装扶手" * 40

    _, first, second, value = _texts(charts.svg("题", [_bar(label, 1)], ""))

    assert label.startswith(first + second.removesuffix("…"))
    assert second.endswith("…")
    assert value == "1"


def test_with_many_rows_a_label_takes_one_line() -> None:
    rows = [_bar("装扶手" * 40, 1)] * charts.MAX_ROWS

    texts = _texts(charts.svg("题", rows, ""))

    assert len(texts) == 1 + 2 * charts.MAX_ROWS
    assert texts[1].endswith("…")


def test_punctuation_never_begins_a_line() -> None:
    footer = "，".join(["一二三四五六七"] * 12) + "。"

    lines = _texts(charts.svg("题", [_bar("甲", 1)], footer))[3:]

    assert len(lines) > 1
    assert not [line for line in lines if line[0] in "，。"]


def test_an_english_word_is_not_broken_when_it_fits_a_line() -> None:
    label = "Repaint the playground and replace the swing and the old wooden benches"

    _, *lines, _ = _texts(charts.svg("题", [_bar(label, 1)], ""))

    assert " ".join(lines) == label


@pytest.mark.parametrize("count", [0, charts.MAX_ROWS + 1])
def test_no_rows_or_too_many_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 12 rows"):
        charts.bars("题", [_bar("甲", 1)] * count, "")


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        charts.bars("题", [_bar("甲", -1)], "")
