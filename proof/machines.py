"""Updates a second on PostgreSQL with 1, 2 and 4 workers, each a process of its own, and what bounds it.

Everything is on this machine, PostgreSQL and the Bot API server too, and may use every core: what is shown is whose
CPU is spent, not how far more machines would carry. `python -m proof.machines [repeats]`.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import asyncpg

from proof import mix, rig, throughput
from proof.postgres import Cluster
from proof.table import Row, lines

WORKERS = (1, 2, 4)
WARM, COUNT = 300, 1500
_TICKS = os.sysconf("SC_CLK_TCK")


class Wrong(Exception):
    """A row is not as it must be: the measurement is worth nothing."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: updates/s, and seconds of CPU for each second, by whose it is."""

    rate: float
    spent: dict[str, float]


def measure(repeats: int = 3) -> list[Row]:
    """Medians of interleaved repeats."""
    runs: dict[int, list[Run]] = {count: [] for count in WORKERS}
    with Cluster.running() as cluster:
        settled = cluster.create()
        rig.settle_postgres(settled, throughput.settle)
        for seed in range(repeats):
            for workers in WORKERS:
                runs[workers].append(one(cluster, cluster.create(template=settled), workers=workers, seed=seed))
    rates = {workers: median(run.rate for run in found) for workers, found in runs.items()}
    return [
        Row(
            what=f"updates a second, PostgreSQL, {workers} worker{'s' if workers > 1 else ''}",
            figure=rates[workers],
            unit="/s",
            beside={"× one worker": rates[workers] / rates[1]},
            note="cores in use: " + ", ".join(f"{who} {share:.2f}" for who, share in _shares(found).items()),
        )
        for workers, found in runs.items()
    ]


def _shares(runs: list[Run]) -> dict[str, float]:
    return {who: median(run.spent[who] for run in runs) for who in runs[0].spent}


@contextmanager
def _started(folder: Path, env: dict[str, str], workers: int) -> Iterator[dict[str, list[rig.Process]]]:
    with ExitStack() as stack:

        def start(*roles: str) -> rig.Process:
            command = [*rig.JINLIN, *(word for role in roles for word in ("--role", role))]
            process = stack.enter_context(rig.process(command, folder, **env))
            os.sched_setaffinity(process.popen.pid, range(os.cpu_count() or 1))
            return process

        yield {
            "receiver and scheduler": [start("receiver", "scheduler")],
            "sender": [start("sender")],
            "workers": [start("worker") for _ in range(workers)],
        }


def one(cluster: Cluster, database_url: str, *, workers: int, seed: int) -> Run:
    """One run. Raises Wrong, rig.NotInTime."""
    made = mix.build(WARM + COUNT, people=throughput.PEOPLE, seed=seed, date=int(time.time()))
    with tempfile.TemporaryDirectory() as name, rig.api() as api:
        env = rig.jinlin_env(api.url, database_url, IN_FLIGHT="64")
        with _started(Path(name), env, workers) as processes:
            said = processes["receiver and scheduler"][0].said
            rig.until(lambda: api.ask("state")["polling"], seconds=90, what=said())

            def go(updates: list[mix.Update]) -> None:
                api.ask("set", first_fetch=0)
                api.ask("push", updates=updates)
                rig.until(
                    lambda: asyncio.run(_drained(database_url)) == (api.ask("state")["fetched"], 0),
                    seconds=240,
                    what="the end",
                    every=0.2,
                )

            go(made.updates[:WARM])
            before = _cpu(cluster, processes)
            go(made.updates[WARM:])
            after = _cpu(cluster, processes)
            state = api.ask("state")
            elapsed = state["last_call"] - state["first_fetch"]
    found = asyncio.run(_effects(database_url))
    expected = (len(made.updates), made.reports, made.receipts, 0)
    if found != expected:
        raise Wrong(f"expected {expected}, found {found}")
    return Run(rate=COUNT / elapsed, spent={who: (after[who] - before[who]) / elapsed for who in after})


def _cpu(cluster: Cluster, processes: dict[str, list[rig.Process]]) -> dict[str, float]:
    """Seconds of CPU so far, by whose they are."""
    spent = {who: sum(p.cpu() for p in of) for who, of in processes.items()}
    return spent | {"PostgreSQL": _of_tree(int((cluster.data / "postmaster.pid").read_text().split()[0]))}


def _of_tree(root: int) -> float:
    """CPU of a process, its living children, and those it has waited for."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        if int(stat.parent.name) == root:
            total += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == root:
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS


async def _drained(database_url: str) -> tuple[int, int]:
    """How many updates are handled, and how many messages wait."""
    connection = await asyncpg.connect(database_url)
    try:
        done = await connection.fetchval("SELECT COUNT(*) FROM inbox WHERE state = 'done'")
        waits = await connection.fetchval("SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')")
        return done, waits
    finally:
        await connection.close()


async def _effects(database_url: str) -> tuple[int, int, int, int]:
    connection = await asyncpg.connect(database_url)
    try:
        found = [
            await connection.fetchval(sql)
            for sql in (
                "SELECT COUNT(*) FROM inbox WHERE state = 'done'",
                "SELECT COUNT(*) FROM reports",
                "SELECT received FROM notices",
                "SELECT COUNT(*) FROM dialogues",
            )
        ]
        return found[0], found[1], found[2], found[3]
    finally:
        await connection.close()


if __name__ == "__main__":
    print("\n".join(lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1))))
