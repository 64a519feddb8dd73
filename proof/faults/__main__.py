"""`make faults`: try every fault within its time, say how each went, keep the table.

`python -m proof.faults [--seed N] [--only NAME]... [--rounds N]`: the same seed tries the same; `--only` takes the
names below or their beginnings. It ends with 1 when anything was lost, doubled or unanswered, or did not end.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType

from proof import rig, table
from proof.faults import backup, bot_api, clocks, database, kills, postgres, updates
from proof.faults.row import Asked, Breaking, Fault, line

FAULTS: tuple[Breaking, ...] = (
    Breaking(name="kills", seconds=1800, run=kills.sqlite),
    Breaking(name="kills-postgres", seconds=900, run=kills.postgres),
    Breaking(name="backup", seconds=900, run=backup.under_load),
    Breaking(name="postgres-restarted", seconds=900, run=postgres.restarted),
    Breaking(name="postgres-killed", seconds=900, run=postgres.killed),
    *bot_api.FAULTS,
    *database.FAULTS,
    *clocks.FAULTS,
    *updates.FAULTS,
)


class TooLong(Exception):
    """A fault was not over within its time."""


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong(f"not over within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def tried(breaking: Breaking, asked: Asked) -> Fault:
    """The row of one fault; one that did not end is a row too."""
    try:
        with _within(breaking.seconds):
            return breaking.run(asked)
    except (TooLong, rig.NotInTime, OSError) as error:
        note = f"did not end: {type(error).__name__}: {str(error)[-2000:]}"
        return Fault(fault=breaking.name, tried=0, lost=0, doubled=0, unanswered=0, note=note)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m proof.faults", description="Break it on purpose.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", metavar="NAME", help="; ".join(b.name for b in FAULTS))
    parser.add_argument("--rounds", type=int)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what was started is ended first
    chosen = [b for b in FAULTS if not given.only or b.name.startswith(tuple(given.only))]
    if not chosen:
        parser.error(f"no fault is called {given.only}")
    rows = []
    for breaking in chosen:
        start = time.monotonic()
        rows.append(tried(breaking, Asked(seed=given.seed, rounds=given.rounds)))
        print(f"{line(rows[-1])} | seed {given.seed}, {time.monotonic() - start:.0f} s", flush=True)
    if not given.only:
        print(table.keep("faults", [asdict(row) for row in rows]))
    return 0 if all(row.held for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
