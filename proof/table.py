"""What was measured, as rows that a person reads and a file keeps."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

BUILD = Path(__file__).parent.parent / "build"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure, what it is compared with in the same run, and whether it got where it must.

    `reach` is the promise in words; `reached` is None where nothing was promised.
    """

    what: str
    figure: float
    unit: str
    beside: dict[str, float] = field(default_factory=dict)
    reach: str = ""
    reached: bool | None = None
    note: str = ""


def lines(rows: Iterable[Row]) -> Iterable[str]:
    """The rows, to be read."""
    for row in rows:
        mark = {True: "✓", False: "✗", None: " "}[row.reached]
        beside = ", ".join(f"{name} {value:.4g}" for name, value in row.beside.items())
        parts = [f"{mark} {row.what}: {row.figure:.4g} {row.unit}", beside, row.reach, row.note]
        yield " | ".join(part for part in parts if part)


def keep(name: str, value: Any) -> Path:
    """Write `build/<name>.json`; its path."""
    BUILD.mkdir(exist_ok=True)
    path = BUILD / f"{name}.json"
    plain = [asdict(row) if isinstance(row, Row) else row for row in value] if isinstance(value, list) else value
    path.write_bytes(orjson.dumps(plain, option=orjson.OPT_INDENT_2) + b"\n")
    return path
