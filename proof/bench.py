"""`make bench`: every figure beside its peer or its own idle, from the same run; the table is build/bench.json.

`python -m proof.bench [--repeats N] [--only NAME …]`. Exit code 1 if a promise is missed.
"""

import argparse
import importlib
import os
import platform
import sys
import time

from proof.table import Row, keep, lines

PARTS = (
    "throughput",
    "start",
    "broadcast",
    "rush",
    "timers",
    "orders",
    "day",
    "scale",
    "catch_up",
    "machines",
    "webchat",
)


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m proof.bench")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, action="append")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {asked.repeats} repeats", flush=True)
    rows: list[Row] = []
    for name in asked.only or PARTS:
        began = time.monotonic()
        found: list[Row] = importlib.import_module(f"proof.{name}").measure(asked.repeats)
        rows += found
        print("\n".join(lines(found)), flush=True)
        print(f"  ({name}: {time.monotonic() - began:.0f} s)", flush=True)
        keep("bench", rows)
    missed = [row.what for row in rows if row.reached is False]
    print(f"{sum(row.reached is True for row in rows)} promises kept, {len(missed)} missed", *missed, sep="\n  ")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
