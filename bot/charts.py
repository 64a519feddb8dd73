"""The result of a vote as a picture: horizontal bars, readable on a phone and without colour."""

import functools
import importlib.util
import re
import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

MAX_ROWS = 12
_ROOMY = 8  # up to so many rows a label may take two lines; more would be too tall for a phone

_FONT = "Noto Sans SC"
_WIDTH = 1080  # px; what a phone shows without scaling up
_MARGIN = 64
_INNER = _WIDTH - 2 * _MARGIN
_HARD_WIDTH = 1620
_MOST_BYTES = 200_000

_TITLE, _LABEL, _VALUE, _NOTE, _FOOTER = 54, 40, 44, 32, 32  # text sizes in px
_LEADING = 1.36
_BAR = 44
_GAP = 18  # bar to number, number to note
_LEAST_BAR = 4.0  # a single vote is seen
_MAX_FIGURES = 0.38  # of the inner width; the bars keep the rest
_BADGE = 20  # radius of the winner's mark
_BADGE_ROOM = 56

# Told apart by lightness as well as hue; text at least 4.5:1 on its ground, and grey: it packs smaller.
_GROUND, _INK, _QUIET, _RULE = "#ffffff", "#222222", "#5c5c5c", "#d9dfe5"
_WINNER, _OTHER, _TRACK = "#0a559c", "#7a90a5", "#eef1f4"

_STAND_IN = "〓"  # the printer's mark for a character the font lacks
# Dropped without a trace when the font lacks them: pictures, joiners, controls, unassigned.
_SILENT = frozenset({"So", "Sk", "Cf", "Cc", "Mn", "Me", "Cs", "Co", "Cn"})
# A word or one ideograph, with the punctuation that may not be parted from it.
_UNIT = re.compile(r"[（《「『【“]*(?:[!-~\u00a0-\u024f]+|[^（《「『【“]|$)[，。、；：！？）》」』】”…％%]*")


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One choice of the vote; `value` is a count, `note` what stands in small print behind it."""

    label: str
    value: int
    note: str
    winner: bool


def bars(title: str, rows: Sequence[Bar], footer: str) -> bytes:
    """Draw the rows as a PNG. Raises ValueError for no rows, more than 12, or a negative value."""
    import resvg_py  # here, for few processes draw and every one starts

    render = functools.partial(
        resvg_py.svg_to_bytes,
        svg_string=svg(title, rows, footer),
        skip_system_fonts=True,
        font_files=[str(font_file())],
        font_family=_FONT,
    )
    picture = render()
    if len(picture) > _MOST_BYTES:
        # Smooth edges are most of the bytes. Hard ones take a third, and look smooth again when
        # the phone shrinks the larger picture to its screen.
        picture = render(width=_HARD_WIDTH, text_rendering="optimize_speed")
    return picture


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """Where bars end and figures stand, in px; `scale` is px for one vote."""

    bar: float
    scale: float
    value_x: float
    note_x: float


def svg(title: str, rows: Sequence[Bar], footer: str) -> str:
    """What `bars` draws, as SVG text for a viewer that has the font. Raises ValueError likewise."""
    if not 1 <= len(rows) <= MAX_ROWS:
        raise ValueError(f"a chart has 1 to {MAX_ROWS} rows, not {len(rows)}")
    if any(row.value < 0 for row in rows):
        raise ValueError("a bar cannot be negative")
    shapes: list[str] = []
    y = 76.0
    for line in _wrapped(title, _TITLE, _INNER, 3):
        y += _TITLE * _LEADING
        shapes.append(_text(line, _MARGIN, y - _TITLE * 0.36, _TITLE, bold=True))
    y += 36

    columns = _columns(rows)
    label_lines = 2 if len(rows) <= _ROOMY else 1
    for row in rows:
        y = _draw_row(shapes, row, y, columns, label_lines)

    lines = _wrapped(footer, _FOOTER, _INNER, 3)
    if lines:
        y += 8
        shapes.append(f'<rect x="{_MARGIN}" y="{y:.0f}" width="{_INNER}" height="2" fill="{_RULE}"/>')
        y += 22
    for line in lines:
        y += _FOOTER * _LEADING
        shapes.append(_text(line, _MARGIN, y - _FOOTER * 0.36, _FOOTER, fill=_QUIET))
    height = round(y + 48)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" font-family="{_FONT}">'
        f'<rect width="{_WIDTH}" height="{height}" fill="{_GROUND}"/>'
        f'<rect width="{_WIDTH}" height="16" fill="{_WINNER}"/>' + "".join(shapes) + "</svg>"
    )


def _columns(rows: Sequence[Bar]) -> _Columns:
    values = max(_width(f"{row.value:,}", _VALUE) for row in rows)
    notes = max(_width(drawable(row.note), _NOTE) for row in rows)
    figures = min(values + (_GAP + notes + 1 if notes else 0), max(values, _INNER * _MAX_FIGURES))
    bar = _INNER - _GAP - figures
    value_x = _MARGIN + bar + _GAP
    most = max(1, *(row.value for row in rows))
    return _Columns(bar=bar, scale=bar / most, value_x=value_x, note_x=value_x + values + _GAP)


def _draw_row(shapes: list[str], row: Bar, y: float, columns: _Columns, label_lines: int) -> float:
    """Add one row that begins at `y`; where the next one begins."""
    colour = _WINNER if row.winner else _OTHER
    indent = _BADGE_ROOM if row.winner else 0
    if row.winner:
        shapes.append(_badge(_MARGIN + _BADGE, y + _LABEL * _LEADING / 2))
    # An empty label keeps its line: the badge stands there.
    for line in _wrapped(row.label, _LABEL, _INNER - indent, label_lines) or [""]:
        y += _LABEL * _LEADING
        shapes.append(_text(line, _MARGIN + indent, y - _LABEL * 0.36, _LABEL, bold=row.winner))
    y += 8
    shapes.append(_rounded(columns.bar, y, _TRACK))
    if row.value:
        shapes.append(_rounded(max(_LEAST_BAR, row.value * columns.scale), y, colour))
    baseline = y + _BAR / 2 + _VALUE * 0.36
    shapes.append(_text(f"{row.value:,}", columns.value_x, baseline, _VALUE, bold=row.winner))
    note = _wrapped(row.note, _NOTE, _WIDTH - _MARGIN - columns.note_x, 1)
    shapes.extend(_text(line, columns.note_x, baseline, _NOTE, fill=_QUIET) for line in note)
    return y + _BAR + 36


def _text(text: str, x: float, y: float, size: int, *, fill: str = _INK, bold: bool = False) -> str:
    # The font has one weight; an outline in the same colour makes the bold one.
    outline = f' stroke="{fill}" stroke-width="{size * 0.035:.1f}"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}"{outline}>{escape(text)}</text>'


def _rounded(width: float, y: float, fill: str) -> str:
    radius = min(8.0, width / 2)
    place = f'x="{_MARGIN}" y="{y:.1f}" width="{width:.1f}" height="{_BAR}"'
    return f'<rect {place} rx="{radius:.1f}" fill="{fill}"/>'


def _badge(x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_BADGE}" fill="{_WINNER}"/>'
        f'<path d="M{x - 9:.1f} {y + 0.5:.1f}l6 7 12-14" fill="none" stroke="{_GROUND}" stroke-width="5"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _wrapped(text: str, size: int, width: float, most: int) -> list[str]:
    """The lines of `text`, the last of them cut with … when there would be more than `most`."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for unit in _UNIT.findall(drawable(paragraph)):
            pieces = unit if _width(unit, size) > width else [unit]
            for piece in pieces:
                if line and _width(line + piece.rstrip(), size) > width:
                    lines.append(line.rstrip())
                    line = ""
                line += piece if line else piece.lstrip()
        if line.strip():
            lines.append(line.rstrip())
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and _width(last + "…", size) > width:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + "…"]


def drawable(text: str) -> str:
    """`text` in characters the font has, on one line."""
    advances = _advances()
    kept = []
    for character in unicodedata.normalize("NFC", " ".join(text.split())):
        if character in advances:
            kept.append(character)
        elif unicodedata.category(character) not in _SILENT:
            kept.append(_STAND_IN)
    shown = " ".join("".join(kept).split())
    return shown or (_STAND_IN if text.strip() else "")


def _width(text: str, size: int) -> float:
    advances = _advances()
    return sum(advances.get(character, 1.0) for character in text) * size


def font_file() -> Path:
    """The Chinese font that pictures and papers are set in. Raises FileNotFoundError."""
    # Found, not imported: the wheel carries the font we want and would import matplotlib.
    spec = importlib.util.find_spec("zhplot")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the font for charts is missing: install requirements/fonts.txt")
    return Path(spec.submodule_search_locations[0]) / "fonts" / "NotoSansSC-Regular.ttf"


@functools.cache
def _advances() -> dict[str, float]:
    """The width of each character the font has, in em (OpenType tables head, hhea, hmtx, cmap format 12)."""
    data = font_file().read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {}
    for index in range(count):
        tag, _, start, _ = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        tables[tag] = start
    (em,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (metrics,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    widths = [struct.unpack_from(">H", data, tables[b"hmtx"] + 4 * glyph)[0] / em for glyph in range(metrics)]
    advances = {}
    for first, last, glyph in _groups(data, tables[b"cmap"]):
        for offset in range(last - first + 1):
            advances[chr(first + offset)] = widths[min(glyph + offset, metrics - 1)]
    return advances


def _groups(data: bytes, cmap: int) -> list[tuple[int, int, int]]:
    """The runs (first character, last, glyph of the first) of the font's full character map."""
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for index in range(count):
        (offset,) = struct.unpack_from(">I", data, cmap + 8 + 8 * index)
        (form,) = struct.unpack_from(">H", data, cmap + offset)
        if form == 12:
            (runs,) = struct.unpack_from(">I", data, cmap + offset + 12)
            table = cmap + offset + 16
            return list(struct.iter_unpack(">III", data[table : table + 12 * runs]))
    raise ValueError("the font has no full character map")
