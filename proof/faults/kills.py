"""kill -9 at random moments, sometimes twice, while everything goes on at once; started again, it goes on where it was.

Each round is a fresh town, its own Bot API server and a scene of 1,000 updates, which wait all at once or come in
portions. The moment is drawn: after so many calls of the Bot API, or so many milliseconds after a start.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proof import rig
from proof.faults import scene, verdict
from proof.faults.look import drained
from proof.faults.row import Asked, Fault
from proof.faults.scene import Step
from proof.faults.verdict import Verdict
from proof.postgres import Cluster

UPDATES = 1000
_CALLS_AN_UPDATE = 3.5  # about; kills are drawn over the whole of a round
_DRAINED_WITHIN = 240.0
_PORTIONS, _EVERY = 10, 0.1  # of the updates; seconds
Fresh = Callable[[Path], str]
"""A new copy of the town (in a folder, if it needs one); its address."""


@dataclass(kw_only=True)
class Feed:
    """Hands a scene's updates to the Bot API server, at once or in portions, as it is asked whether all have come."""

    api: rig.Api
    portions: list[list[Step]]
    every: float = _EVERY
    next_at: float = 0.0

    @classmethod
    def of(cls, api: rig.Api, steps: list[Step], chance: random.Random) -> "Feed":
        """All at once, or in portions."""
        size = len(steps) if chance.random() < 0.5 else -(-len(steps) // _PORTIONS)
        return cls(api=api, portions=[steps[i : i + size] for i in range(0, len(steps), size)])

    def over(self) -> bool:
        """Give the next portion when it is time to; whether there is none left."""
        if self.portions and time.monotonic() >= self.next_at:
            self.api.ask("push", updates=[step.update for step in self.portions.pop(0)])
            self.next_at = time.monotonic() + self.every
        return not self.portions


def kill_while_it_runs(api: rig.Api, feed: Feed, bot: rig.Process, chance: random.Random) -> str:
    """Wait for a random moment, kill, and say when that was."""
    if chance.random() < 0.25:
        moment = chance.uniform(0, 3.0)
        end = time.monotonic() + moment
        rig.until(lambda: feed.over() and time.monotonic() > end, seconds=30, what="the moment", every=0.002)
        bot.kill()
        return f"{moment * 1000:.0f} ms"
    before = api.ask("state")["calls"]
    number = chance.randrange(1, round(UPDATES * _CALLS_AN_UPDATE))
    end = time.monotonic() + 15  # by then all is done, and there are not so many calls to come

    def come() -> bool:
        feed.over()
        return bool(api.ask("state")["calls"] - before >= number or time.monotonic() > end)

    rig.until(come, seconds=30, what="the moment", every=0.002)
    bot.kill()
    return f"call {api.ask('state')['calls'] - before}"


def one(fresh: Fresh, *, updates: int, seed: str) -> tuple[Verdict, list[str]]:
    """A round: its verdict, and when it was killed."""
    chance = random.Random(seed)
    steps = scene.build(updates, seed=seed, date=int(time.time()))
    with tempfile.TemporaryDirectory() as name, rig.api(latency=0.002) as api:
        folder = Path(name)
        url = fresh(folder)
        env = rig.jinlin_env(api.url, url)
        feed = Feed.of(api, steps, chance)
        moments = []
        for _ in range(1 if chance.random() < 0.6 else 2):
            with rig.process(rig.JINLIN, folder, **env) as bot:
                moments.append(kill_while_it_runs(api, feed, bot, chance))
        with rig.process(rig.JINLIN, folder, **env) as bot:
            found = settled(url, api, feed, steps, bot, kills=len(moments))
        return found, moments


def settled(url: str, api: rig.Api, feed: Feed, steps: list[Step], bot: rig.Process, *, kills: int) -> Verdict:
    """The verdict once everything is done, or when that has taken too long."""
    found = Verdict()
    try:
        rig.until(lambda: feed.over() and drained(url, len(steps)), seconds=_DRAINED_WITHIN, what="the end", every=0.2)
    except rig.NotInTime:
        found.wrong.append(f"not drained in {_DRAINED_WITHIN:g} s; {bot.said()[-500:]}")
        found.lost += 1
    found.merge(verdict.handled(url, len(steps)))
    found.merge(verdict.effects(url, steps))
    # PostgreSQL promises no speed on one machine: a busy one may take longer than a button waits for its answer.
    late = url.startswith("postgresql")
    found.merge(verdict.messages(url, steps, api.calls(), kills=kills, late=late))
    return found


def _series(name: str, fresh: Fresh, asked: Asked, *, rounds: int) -> Fault:
    sum_, killed, most = Verdict(), 0, 0
    for number in range(rounds):
        seed = f"{asked.seed}:{number}"
        found, moments = one(fresh, updates=UPDATES, seed=seed)
        print(f"  {name} {seed}: killed at {', '.join(moments)}; {found.repeated} repeated {found.wrong}", flush=True)
        sum_.merge(found)
        killed += len(moments)
        most = max(most, found.repeated)
    note = (
        f"{rounds} rounds of {UPDATES} updates, {killed} kills; {sum_.repeated} messages sent twice of "
        f"{sum_.allowed} that may have been in flight, at most {most} in a round; "
        f"{sum_.late} answers too late for their button; seeds {asked.seed}:0 to {seed}"
    )
    return Fault(
        fault=name,
        tried=rounds * UPDATES,
        lost=sum_.lost,
        doubled=sum_.doubled,
        unanswered=sum_.unanswered,
        note="; ".join([note, *sum_.wrong[:10]]),
    )


@contextmanager
def on_sqlite() -> Iterator[Fresh]:
    """The town in a file."""
    with tempfile.TemporaryDirectory() as name:
        town = rig.settled(Path(name), scene.settle)
        yield lambda folder: rig.copied(town, folder)


@contextmanager
def on_postgres(cluster: Cluster) -> Iterator[Fresh]:
    """The town in a database."""
    town = cluster.create()
    rig.settle_postgres(town, scene.settle)
    yield lambda _: cluster.create(template=town)


def sqlite(asked: Asked) -> Fault:
    """20 rounds on SQLite."""
    with on_sqlite() as fresh:
        return _series("kill -9 on SQLite", fresh, asked, rounds=asked.rounds or 20)


def postgres(asked: Asked) -> Fault:
    """5 rounds on PostgreSQL."""
    with Cluster.running() as cluster, on_postgres(cluster) as fresh:
        return _series("kill -9 on PostgreSQL", fresh, asked, rounds=min(asked.rounds or 5, 5))
