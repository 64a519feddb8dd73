"""Small pictures to send, drawn by code when they are asked for."""

from functools import cache

import resvg_py

from webchat.errors import Refused
from webchat.records import Upload, Wire

SIZE = (800, 600)


def _rect(x: int, y: int, width: int, height: int, fill: str, radius: int = 0) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" fill="{fill}"/>'


def _circle(x: int, y: int, radius: int, fill: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}"/>'


def _line(points: str, stroke: str, width: int) -> str:
    return (
        f'<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="{width}"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _building(windows: str) -> str:
    panes = "".join(
        _rect(60 + column * 120, 60 + row * 110, 70, 70, windows, 4) for row in range(3) for column in range(6)
    )
    return _rect(0, 0, 800, 420, "#d8c9b0") + panes


def _car(x: int, y: int, colour: str) -> str:
    body = _rect(x, y + 50, 260, 70, colour, 24) + _rect(x + 50, y, 150, 70, colour, 26)
    panes = _rect(x + 66, y + 14, 54, 40, "#dff1ff", 8) + _rect(x + 130, y + 14, 54, 40, "#dff1ff", 8)
    wheels = "".join(_circle(x + at, y + 122, 30, "#333") + _circle(x + at, y + 122, 13, "#bbb") for at in (60, 200))
    return body + panes + wheels


def _person(x: int, y: int, shirt: str, hair: str) -> str:
    head = _circle(x, y, 46, "#f3cfae") + f'<path d="M{x - 48} {y - 6}a48 48 0 0 1 96 0z" fill="{hair}"/>'
    eyes = _circle(x - 16, y + 4, 5, "#333") + _circle(x + 16, y + 4, 5, "#333")
    smile = f'<path d="M{x - 14} {y + 20}q14 14 28 0" fill="none" stroke="#a55" stroke-width="4"/>'
    return _rect(x - 50, y + 48, 100, 140, shirt, 34) + head + eyes + smile


SCENES: dict[str, str] = {
    "消防通道": _building("#8fb7d6")
    + _rect(0, 420, 800, 180, "#7d8187")
    + "".join(_line(f"{x},440 {x + 60},590", "#f2c230", 10) for x in range(20, 800, 90))
    + _car(90, 400, "#c0392b")
    + _car(440, 420, "#2c6fbb"),
    "插座": _rect(0, 0, 800, 600, "#efe8da")
    + _rect(270, 170, 260, 260, "#ffffff", 28)
    + _line("270,430 530,430", "#ddd", 4)
    + _line("370,250 350,300", "#444", 16)
    + _line("430,250 450,300", "#444", 16)
    + _line("400,340 400,385", "#444", 16)
    + '<path d="M470 150l-60 120h44l-24 110 90-140h-50l40-90z" fill="#f0a500" opacity=".9"/>'
    + _rect(300, 395, 90, 30, "#6b4a2b", 12),
    "孩子": _rect(0, 0, 800, 600, "#cfe8f5")
    + _rect(0, 430, 800, 170, "#8fbf6f")
    + _circle(660, 110, 60, "#ffd54a")
    + _person(400, 260, "#e4572e", "#3a2a20")
    + _circle(560, 470, 44, "#fff")
    + _circle(560, 470, 16, "#333"),
    "楼道灯": _rect(0, 0, 800, 600, "#4b5560")
    + "".join(_rect(120 + step * 70, 520 - step * 60, 560 - step * 70, 60, f"#{5 + step}a6a78") for step in range(5))
    + _line("400,0 400,110", "#222", 8)
    + _circle(400, 150, 46, "#8a8f96")
    + _line("360,230 440,310", "#e74c3c", 12)
    + _line("440,230 360,310", "#e74c3c", 12),
    "漏水": _rect(0, 0, 800, 600, "#f3f1ea")
    + _rect(0, 130, 800, 50, "#9aa5ad", 8)
    + _rect(360, 110, 80, 90, "#7b868e", 10)
    + "".join(
        f'<path d="M{x} {y}q-22 38 0 50q22 -12 0 -50z" fill="#3d9be9"/>'
        for x, y in ((400, 210), (380, 290), (420, 360), (400, 430))
    )
    + '<ellipse cx="400" cy="530" rx="220" ry="34" fill="#9cd0f7"/>',
    "饭菜": _rect(0, 0, 800, 600, "#b98b5a")
    + _circle(300, 300, 190, "#fff")
    + _circle(300, 300, 130, "#f4f0e6")
    + _circle(260, 280, 50, "#7cb342")
    + _circle(340, 320, 56, "#e53935")
    + _circle(610, 340, 130, "#fff")
    + _circle(610, 340, 96, "#fbfbf7")
    + _line("480,80 700,150", "#5d3a1a", 12)
    + _line("470,110 690,180", "#5d3a1a", 12),
}
FIRST = next(iter(SCENES))


@cache
def _drawn(name: str) -> bytes:
    width, height = SIZE
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{SCENES[name]}</svg>'
    return bytes(resvg_py.svg_to_bytes(svg_string=svg))


def sample(name: str) -> Upload:
    """One of the pictures, as PNG; Refused when there is none of that name."""
    if name not in SCENES:
        raise Refused(f"sample must be one of {', '.join(SCENES)}")
    return Upload(name=f"{name}.png", mime="image/png", data=_drawn(name))


def listed() -> list[Wire]:
    """The pictures there are, each with the address it can be seen at."""
    return [{"name": name, "url": f"/samples/{number}.png"} for number, name in enumerate(SCENES)]
