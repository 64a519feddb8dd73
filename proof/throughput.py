"""Updates a second, CPU and memory for each: Jinlin with every promise it makes, beside two bare echoes.

An echo answers each update with one message and keeps nothing. Jinlin stores, handles, answers, refreshes cards and
tells the grid worker; afterwards every row is looked at.
"""

import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from community.here import Here
from proof import mix, rig, town
from proof.server import TOKEN
from storage.database import Database

PEOPLE = 1500
PEERS = {"ptb": "ptb_echo.py", "aiogram": "aiogram_echo.py"}


class Wrong(Exception):
    """A row is not as it must be: the measurement is worth nothing."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """How one run went: rate in updates/s, cpu in ms an update, memory in MB at its peak."""

    rate: float
    cpu: float
    memory: float
    messages: int


async def settle(database: Database, here: Here) -> None:
    """The town of the mix."""
    await town.residents(database, here, PEOPLE)
    await town.notice(database, here)


@contextmanager
def bot(who: str, settled: Path, api_url: str) -> Iterator[tuple[rig.Process, Path]]:
    """A running bot in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if who == "jinlin":
            env, command = rig.jinlin_env(api_url, rig.copied(settled, folder)), rig.JINLIN
        else:
            env, command = {}, [sys.executable, str(rig.ROOT / "proof/peers" / PEERS[who]), api_url, TOKEN]
        with rig.process(command, folder, **env) as process:
            yield process, folder


def one(who: str, settled: Path, *, count: int, latency: float, seed: int) -> Run:
    """One run of one bot. Raises Wrong, rig.NotInTime."""
    made = mix.build(count, people=PEOPLE, seed=seed, date=int(time.time()))
    with rig.api(latency=latency) as api, bot(who, settled, api.url) as (process, folder):
        rig.until(lambda: api.ask("state")["polling"], seconds=60, what=process.said())
        before = process.cpu()
        api.ask("push", updates=made.updates)
        wait = 30 + count * (0.02 + 3 * latency)
        if who == "jinlin":
            rig.until(lambda: _drained(folder / "jinlin.db", count), seconds=wait, what="the end", every=0.05)
        else:
            answers = len(made.updates)
            start = api.ask("state")["calls"]
            rig.until(
                lambda: api.ask("state")["calls"] >= start + answers - 5, seconds=wait, what="the end", every=0.05
            )
            time.sleep(0.2)
        state = api.ask("state")
        calls = [c for c in api.calls() if c.at >= state["first_fetch"]]
        cpu = process.cpu() - before
        if who == "jinlin":
            _check(folder / "jinlin.db", made, calls)
        elapsed = max(c.at for c in calls) - state["first_fetch"]
        return Run(
            rate=len(made.updates) / elapsed,
            cpu=cpu / len(made.updates) * 1000,
            memory=process.memory(),
            messages=len(calls),
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


def measure(*, count: int, repeats: int, latency: float) -> dict[str, Run]:
    """Medians of interleaved repeats."""
    runs: dict[str, list[Run]] = {"jinlin": [], **{name: [] for name in PEERS}}
    with tempfile.TemporaryDirectory() as name:
        settled = rig.settled(Path(name), settle)
        for seed in range(repeats):
            for who in runs:
                runs[who].append(one(who, settled, count=count, latency=latency, seed=seed))
                print(f"  {who:8} {runs[who][-1]}", flush=True)
    return {
        who: Run(
            rate=median(r.rate for r in rs),
            cpu=median(r.cpu for r in rs),
            memory=median(r.memory for r in rs),
            messages=rs[0].messages,
        )
        for who, rs in runs.items()
    }


if __name__ == "__main__":
    print(
        measure(
            count=3000,
            repeats=int(sys.argv[1]) if len(sys.argv) > 1 else 1,
            latency=float(sys.argv[2]) if len(sys.argv) > 2 else 0,
        )
    )
