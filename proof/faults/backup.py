"""`jinlin backup` while everything goes on: each copy is whole, and a bot that is started on one goes on from there.

A copy is consistent when its effects are just those of the updates that are done in it. To the bot on the copy come
the updates that are not in it yet; it must end where the first one ended.
"""

import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from proof import rig
from proof.faults import kills, scene, verdict
from proof.faults.look import drained, look
from proof.faults.row import Asked, Fault
from proof.faults.scene import Step
from proof.faults.verdict import Verdict

_PORTIONS, _EVERY = 40, 0.4  # so that it goes on for as long as a few backups take
_GO_ON = 3  # of the copies get a bot
_FAR = 50_000_000  # message ids that the first server never gave


class Failed(OSError):
    """The backup was refused; the message is what it said."""


def take(target: Path, env: dict[str, str], meanwhile: Callable[[], object]) -> None:
    """`jinlin backup`. Raises Failed."""
    command = [sys.executable, "-m", "bot", "backup", str(target)]
    with rig.process(command, target.parent, **env) as process:

        def over() -> bool:
            meanwhile()
            return process.popen.poll() is not None

        rig.until(over, seconds=60, what="a backup")
        if process.popen.returncode:
            raise Failed(process.said())


def damage(path: Path) -> list[str]:
    """What SQLite itself finds wrong with a copy."""
    with closing(sqlite3.connect(path)) as db:
        found = [str(row[0]) for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"foreign key: {row}" for row in db.execute("PRAGMA foreign_key_check")]


def consistent(path: Path, steps: list[Step]) -> tuple[Verdict, int]:
    """Whether a copy is whole and shows the effects of what is done in it; how many updates it has."""
    found = Verdict()
    wrong = damage(path)
    found.lost += len(wrong)
    found.wrong += wrong[:5]
    url = f"sqlite:///{path}"
    (rows,) = look(url, "SELECT update_id, state FROM inbox ORDER BY update_id")
    if [update_id for update_id, _ in rows] != list(range(1, len(rows) + 1)):
        found.lost += 1
        found.wrong.append("updates are missing in the middle")
    found.merge(verdict.effects(url, [steps[update_id - 1] for update_id, state in rows if state == "done"]))
    return found, len(rows)


def gone_on(path: Path, stored: int, steps: list[Step], calls: list[rig.Heard]) -> Verdict:
    """A bot on a copy gets what the copy has not got, and comes to the same end as the first."""
    url = f"sqlite:///{path}"
    (((until,),),) = look(url, "SELECT COALESCE(MAX(done_at), 0) FROM outbox")
    before = [call for call in calls if call.at * 1000 <= until]
    with rig.api(latency=0.002, next_update=stored + 1, next_message=_FAR) as api:
        api.ask("reset")
        api.ask("push", updates=[step.update for step in steps[stored:]])
        with rig.process(rig.JINLIN, path.parent, **rig.jinlin_env(api.url, url)) as bot:
            try:
                rig.until(lambda: drained(url, len(steps)), seconds=240, what="the end", every=0.2)
            except rig.NotInTime:
                return Verdict(lost=1, wrong=[f"a restored bot did not come to an end: {bot.said()[-1000:]}"])
            found = verdict.handled(url, len(steps))
            found.merge(verdict.effects(url, steps))
            # As after a kill: what was in flight when the copy was made is not marked in it.
            found.merge(verdict.messages(url, steps, [*before, *api.calls()], kills=1))
    return found


def under_load(asked: Asked) -> Fault:
    """Backups one after the other as long as a run goes on."""
    seed = f"{asked.seed}:backup"
    chance = random.Random(seed)
    steps = scene.build(kills.UPDATES, seed=seed, date=int(time.time()))
    size = -(-len(steps) // _PORTIONS)
    found = Verdict()
    copies: list[Path] = []
    with tempfile.TemporaryDirectory() as name, kills.on_sqlite() as fresh, rig.api(latency=0.002) as api:
        folder = Path(name)
        url = fresh(folder)
        env = rig.jinlin_env(api.url, url)
        feed = kills.Feed(api=api, portions=[steps[i : i + size] for i in range(0, len(steps), size)], every=_EVERY)
        with rig.process(rig.JINLIN, folder, **env) as bot:
            rig.until(lambda: api.ask("state")["calls"] > 50, seconds=60, what="a beginning")
            while not (feed.over() and drained(url, len(steps))) and len(copies) < 30:
                copies.append(folder / f"copy{len(copies)}.db")
                take(copies[-1], env, feed.over)
            found.merge(kills.settled(url, api, feed, steps, bot, kills=0))
            calls = api.calls()
        stored = []
        for copy in copies:
            one, count = consistent(copy, steps)
            found.merge(one)
            stored.append(count)
        going_on = sorted(chance.sample(range(len(copies)), min(_GO_ON, len(copies))))
        for number in going_on:
            target = folder / f"restored{number}" / "jinlin.db"
            target.parent.mkdir()
            shutil.copy(copies[number], target)
            found.merge(gone_on(target, stored[number], steps, calls))
    note = (
        f"{len(copies)} backups in one run, with {', '.join(map(str, stored))} of {len(steps)} updates in them; each "
        f"whole and consistent; a bot went on from {len(going_on)} of them to the same end; seed {seed}"
    )
    return Fault(
        fault="backup under load",
        tried=len(steps) * (1 + len(going_on)),
        lost=found.lost,
        doubled=found.doubled,
        unanswered=found.unanswered,
        note="; ".join([note, *found.wrong[:10]]),
    )
