"""Updates a second, CPU and memory for each: Jinlin with every promise it makes, beside two bare echoes.

An echo answers each update with one message and keeps nothing. Jinlin stores, handles, answers, refreshes cards and
tells the grid worker; afterwards every row is looked at. All have handled some updates before the clock starts.
`python -m proof.throughput [repeats]`.
"""

import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from statistics import median

from community.here import Here
from proof import mix, rig, town
from proof.server import TOKEN
from proof.table import Row, lines
from storage.database import Database

PEOPLE = 1500
WARM, COUNT = 500, 4000
VARIANTS: dict[float, dict[str, tuple[str, int, int]]] = {
    0.0: {
        "8 in flight": ("jinlin", 8, COUNT),
        "64 in flight": ("jinlin", 64, COUNT),
        "ptb": ("ptb", 0, COUNT),
        "aiogram": ("aiogram", 0, COUNT),
    },
    0.04: {
        "8 in flight": ("jinlin", 8, 1000),
        "256 in flight": ("jinlin", 256, COUNT),
        "ptb": ("ptb", 0, 200),
        "aiogram": ("aiogram", 0, COUNT),
    },
}
"""By round trip (s): who runs, with how many messages in flight, and how many updates; the slow get fewer."""
PEERS = {"ptb": "ptb_echo.py", "aiogram": "aiogram_echo.py"}


class Wrong(Exception):
    """A row is not as it must be: the measurement is worth nothing."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """How one run went: updates/s, ms of CPU an update, MB at the peak, calls of the Bot API an update."""

    rate: float
    cpu: float
    memory: float
    messages: float


async def settle(database: Database, here: Here) -> None:
    """The town of the mix."""
    await town.residents(database, here, PEOPLE)
    await town.notice(database, here)


@contextmanager
def bot(who: str, settled: Path, api_url: str, in_flight: int) -> Iterator[tuple[rig.Process, Path]]:
    """A running bot in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if who == "jinlin":
            env, command = rig.jinlin_env(api_url, rig.copied(settled, folder), IN_FLIGHT=str(in_flight)), rig.JINLIN
        else:
            env, command = {}, [sys.executable, str(rig.ROOT / "proof/peers" / PEERS[who]), api_url, TOKEN]
        with rig.process(command, folder, **env) as process:
            yield process, folder


def one(who: str, settled: Path, *, latency: float, seed: int, in_flight: int = 8, count: int = COUNT) -> Run:
    """One run of one bot. Raises Wrong, rig.NotInTime."""
    made = mix.build(WARM + count, people=PEOPLE, seed=seed, date=int(time.time()))
    with rig.api(latency=latency) as api, bot(who, settled, api.url, in_flight) as (process, folder):
        rig.until(lambda: api.ask("state")["polling"], seconds=60, what=process.said())
        wait = 30 + count * (0.02 + 3 * latency)

        def go(updates: list[mix.Update], all_in_all: int) -> None:
            start = api.ask("state")["calls"]
            api.ask("set", first_fetch=0)
            api.ask("push", updates=updates)
            drained: Callable[[], bool] = lambda: api.ask("state")["calls"] >= start + len(updates)  # noqa: E731
            if who == "jinlin":
                drained = partial(_drained, folder / "jinlin.db", all_in_all)
            rig.until(drained, seconds=wait, what=f"{who} to answer: {process.said()[-2000:]}", every=0.3)

        go(made.updates[:WARM], WARM)
        before = process.cpu()
        go(made.updates[WARM:], len(made.updates))
        cpu = process.cpu() - before
        state = api.ask("state")
        calls = api.calls()
        if who == "jinlin":
            _check(folder / "jinlin.db", made, calls)
        measured = [c.at for c in calls if c.at >= state["first_fetch"]]
        handled = len(made.updates) - WARM
        return Run(
            rate=handled / (max(measured) - state["first_fetch"]),
            cpu=cpu / handled * 1000,
            memory=process.memory(),
            messages=len(measured) / handled,
        )


def _drained(path: Path, count: int) -> bool:
    with closing(sqlite3.connect(path)) as db:
        stored, waiting = db.execute("SELECT COUNT(*), SUM(state = 'waiting') FROM inbox").fetchone()
        if stored < count or waiting:
            return False
        (unsent,) = db.execute("SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')").fetchone()
        return not unsent


def _check(path: Path, made: mix.Mix, calls: list[rig.Heard]) -> None:
    """Every update is done, every effect is there once, every message went out once. Raises Wrong."""
    with closing(sqlite3.connect(path)) as db:
        found = {
            "inbox": db.execute("SELECT state, COUNT(*) FROM inbox GROUP BY state").fetchall(),
            "reports": db.execute("SELECT COUNT(*), COUNT(DISTINCT reporter_id || words) FROM reports").fetchone(),
            "receipts": db.execute("SELECT COUNT(*) FROM deliveries WHERE receipt_at IS NOT NULL").fetchone()[0],
            "counted": db.execute("SELECT received FROM notices").fetchone()[0],
            "dialogues": db.execute("SELECT COUNT(*) FROM dialogues").fetchone()[0],
            "outbox": db.execute("SELECT COUNT(*) FROM outbox WHERE state NOT IN ('sent', 'dropped')").fetchone()[0],
        }
        sent = Counter(db.execute("SELECT message_id FROM outbox WHERE kind IN ('say', 'card') AND state = 'sent'"))
    expected = {
        "inbox": [("done", len(made.updates))],
        "reports": (made.reports, made.reports),
        "receipts": made.receipts,
        "counted": made.receipts,
        "dialogues": 0,
        "outbox": 0,
    }
    if found != expected:
        raise Wrong(f"expected {expected}, found {found}")
    heard = Counter((c.message_id,) for c in calls if c.method.startswith("send"))
    if heard != sent:
        raise Wrong(f"{len(heard - sent)} messages sent that nobody knows, {len(sent - heard)} known that never came")


def _median(runs: list[Run]) -> Run:
    return Run(**{f.name: median(getattr(r, f.name) for r in runs) for f in fields(Run)})


def measure(repeats: int = 3) -> list[Row]:
    """Medians of interleaved repeats, without delay and at 40 ms round trip."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        settled = rig.settled(Path(name), settle)
        for latency, variants in VARIANTS.items():
            runs: dict[str, list[Run]] = {who: [] for who in variants}
            for seed in range(repeats):
                for who, (bot_name, in_flight, count) in variants.items():
                    found = one(bot_name, settled, latency=latency, seed=seed, in_flight=in_flight, count=count)
                    runs[who].append(found)
            rows += _rows(latency, {who: _median(of) for who, of in runs.items()})
    return rows


def _rows(latency: float, found: dict[str, Run]) -> list[Row]:
    rows = []
    at = f"{latency * 1000:.0f} ms round trip"
    ptb, aiogram = found.pop("ptb"), found.pop("aiogram")
    for who, run in found.items():
        beside = {"ptb": ptb.rate, "aiogram": aiogram.rate}
        times_ptb, times_aiogram = run.rate / ptb.rate, run.rate / aiogram.rate
        rows.append(
            Row(
                what=f"updates a second, {at}, {who}",
                figure=run.rate,
                unit="/s",
                beside=beside,
                reach="≥ 2.0 × PTB and ≥ 1.1 × aiogram",
                reached=times_ptb >= 2.0 and times_aiogram >= 1.1,
                note=f"{times_ptb:.2f} × PTB, {times_aiogram:.2f} × aiogram; {run.messages:.2f} calls an update",
            )
        )
        rows.append(
            Row(
                what=f"CPU an update, {at}, {who}",
                figure=run.cpu,
                unit="ms",
                beside={"ptb": ptb.cpu, "aiogram": aiogram.cpu},
            )
        )
        rows.append(
            Row(
                what=f"peak memory, {at}, {who}",
                figure=run.memory,
                unit="MB",
                beside={"ptb": ptb.memory, "aiogram": aiogram.memory},
                reach="≤ 2 × PTB",
                reached=run.memory <= 2 * ptb.memory,
            )
        )
    return rows


if __name__ == "__main__":
    print("\n".join(lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1))))
