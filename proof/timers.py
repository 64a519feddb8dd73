"""A hundred thousand timers wait, and five hundred fall due in the same second: how long is the event loop blocked?

Measured from inside the running bot (see `heartbeat`), over the ten seconds around the moment, for timers that look
and find nothing to do, and for reports that nobody has accepted in time: each is told to the desk and to staff.
Beside it: APScheduler with its SQLAlchemy job store and jobs that do nothing.

`python -m proof.timers` measures; `python -m proof.timers FOLDER UNTIL` is the bot that is measured.
"""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

import uvloop

from bot import running
from bot.log import configure
from bot.settings import read_settings
from community.here import Here
from proof import rig, town
from proof.heartbeat import Blocked, Heartbeat, blocked
from proof.table import Row, lines
from storage.database import Database

PENDING, DUE = 100_000, 500
BEFORE_S, AFTER_S = 2.0, 8.0
WARM_S = 15.0
PEER = "APScheduler, SQLAlchemy store"
KINDS = {"cheap": "look_officer", "real": "report_accept"}
"""A task that somebody has claimed needs no officer; a report that nobody accepts is told to the desk and above."""
SCRIPT = rig.ROOT / "proof/peers/apscheduler_store.py"
_ENV = os.environ | {"PYTHONPATH": str(rig.ROOT)}


class Wrong(Exception):
    """Not all were handled: the measurement is worth nothing."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """The loop when idle and when they fall due; seconds until all were handled."""

    idle: Blocked
    due: Blocked
    took: float


async def settle(database: Database, here: Here) -> None:
    """Reports that nobody has accepted, tasks that somebody has claimed, and a timer for each, and very many more."""
    await town.residents(database, here, DUE)
    async with database.write() as tx:
        first, now = town.FIRST, here.now
        await tx.run(
            "INSERT INTO reports (reporter_id, category, place_id, words, state, accept_due, resolve_due, created_at, "
            "changed_at) SELECT id, 'fire_lane', place_id, :words, 'submitted', CAST(:now AS BIGINT), "
            "CAST(:later AS BIGINT), CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM people WHERE telegram_id > :first",
            words=tx.seal("消防通道又堵了"),
            now=now,
            later=now + timedelta(days=1),
            first=first,
        )
        await tx.run(
            "INSERT INTO tasks (kind, person_id, place_id, state, taker_id, due, minutes, created_at, changed_at) "
            "SELECT 'visit', id, place_id, 'claimed', (SELECT id FROM people WHERE telegram_id = 1002), "
            "CAST(:now AS BIGINT), 30, CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM people "
            "WHERE telegram_id > :first",
            now=now,
            first=first,
        )
        await tx.run(
            "INSERT INTO timers (kind, subject_id, due) WITH RECURSIVE n (i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
            "SELECT 'report_resolve', 1000000 + i, CAST(:now AS BIGINT) + 86400000 + i * 1000 FROM n",
            count=PENDING - DUE,
            now=now,
        )


def _have_due(path: Path, kind: str, at: float) -> None:
    """Five hundred of a kind fall due at that moment."""
    table = "reports" if kind.startswith("report") else "tasks"
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            f"INSERT INTO timers (kind, subject_id, due) SELECT ?, id, ? FROM {table} ORDER BY id LIMIT ?",
            (kind, int(at * 1000), DUE),
        )
        db.commit()


def _left(path: Path, at: float) -> int:
    with closing(sqlite3.connect(path)) as db:
        (left,) = db.execute("SELECT COUNT(*) FROM timers WHERE due <= ? OR tries > 0", (int(at * 1000),)).fetchone()
        return int(left)


def own(settled: Path, kind: str) -> Run:
    """One run of Jinlin. Raises Wrong, rig.NotInTime."""
    with tempfile.TemporaryDirectory() as name, rig.api() as api:
        folder = Path(name)
        path = folder / "jinlin.db"
        env = rig.jinlin_env(api.url, rig.copied(settled, folder), SEND_RATE="28")
        at = time.time() + WARM_S + BEFORE_S + AFTER_S
        _have_due(path, kind, at)
        command = [sys.executable, "-m", "proof.timers", str(folder), str(at + AFTER_S)]
        with rig.process(command, folder, **env) as process:
            rig.polls(api, process)
            _sleep_until(at)
            rig.until(lambda: not _left(path, at), seconds=60, what="the timers", every=0.05)
            took = time.time() - at
            process.popen.wait(60)
            told = _told(path)
            if process.popen.returncode or told != (DUE if kind == KINDS["real"] else 0):
                raise Wrong(f"{told} reports were told of; {process.said()[-2000:]}")
            return _run(folder, at, took=took)


def _told(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        (told,) = db.execute("SELECT COUNT(DISTINCT report_id) FROM report_events WHERE event = 'overdue'").fetchone()
        return int(told)


def fill_peer(folder: Path) -> Path:
    """APScheduler's store, with all jobs but those that fall due."""
    subprocess.run([sys.executable, str(SCRIPT), "fill", str(folder), str(PENDING - DUE)], check=True, env=_ENV)
    return folder / "jobs.db"


def peer(filled: Path) -> Run:
    """One run of APScheduler. Raises Wrong."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(filled, folder / "jobs.db")
        at = time.time() + WARM_S + BEFORE_S + AFTER_S
        command = [sys.executable, str(SCRIPT), "run", str(folder), str(DUE), str(at), str(at + AFTER_S)]
        with rig.process(command, folder) as process:
            process.popen.wait(at - time.time() + AFTER_S + 60)
            handled = (folder / "handled").read_text() if (folder / "handled").exists() else process.said()
            if handled != str(DUE):
                raise Wrong(handled)
            return _run(folder, at, took=0.0)


def _run(folder: Path, at: float, *, took: float) -> Run:
    kept, start, end = folder / "heartbeat.json", at - BEFORE_S, at + AFTER_S
    return Run(idle=blocked(kept, start - BEFORE_S - AFTER_S, start), due=blocked(kept, start, end), took=took)


def _sleep_until(at: float) -> None:
    time.sleep(max(0.0, at - time.time()))


async def watched(folder: Path, until: float) -> None:
    """Jinlin as it runs, with a heartbeat inside."""
    configure()
    stopping, heartbeat = asyncio.Event(), Heartbeat()
    bot = asyncio.create_task(running.run(read_settings(), stopping))
    await heartbeat.beat(until)
    stopping.set()
    await bot
    heartbeat.keep(folder / "heartbeat.json")


def measure(repeats: int = 3) -> list[Row]:
    """Medians of interleaved repeats; under two minutes each."""
    runs: dict[str, list[Run]] = {**{name: [] for name in KINDS}, PEER: []}
    with tempfile.TemporaryDirectory() as name:
        settled = rig.settled(Path(name), settle)
        filled = fill_peer(Path(name))
        for _ in range(repeats):
            for who in runs:
                runs[who].append(peer(filled) if who == PEER else own(settled, KINDS[who]))
                print(f"  {who:8} {runs[who][-1]}", flush=True)
    rows = []
    for name, what in {"cheap": "find nothing to do", "real": "tell of an overdue report"}.items():
        share = median(run.due.share for run in runs[name])
        longest = {who: median(run.due.longest for run in runs[who]) for who in (name, PEER)}
        beside = {
            "idle": median(run.idle.share for run in runs[name]),
            PEER: median(run.due.share for run in runs[PEER]),
        }
        rows.append(
            Row(
                what=f"event loop blocked, {DUE} of {PENDING:,} timers {what} at once",
                figure=share,
                unit=f"% of {BEFORE_S + AFTER_S:.0f} s",
                beside=beside,
                reach="≤ 1 %",
                reached=share <= 1,
                note=(
                    f"a delay of over 5 ms counts whole; the longest {longest[name]:.0f} ms ({PEER}: "
                    f"{longest[PEER]:.0f} ms); all handled after {median(run.took for run in runs[name]):.1f} s; "
                    f"not counted: {median(run.due.no_core for run in runs[name]):.1f} % in which others had the core"
                ),
            )
        )
    return rows


if __name__ == "__main__":
    if len(sys.argv) == 3:
        uvloop.run(watched(Path(sys.argv[1]), float(sys.argv[2])))
    else:
        print(*lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sep="\n")
