"""PostgreSQL restarted in mid-run, in good order and by kill -9: the bot goes on by itself, and nothing was lost."""

import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from proof import mix, rig, town
from proof.faults import kills, scene
from proof.faults.look import GONE, look
from proof.faults.row import Asked, Fault
from proof.faults.scene import Step
from proof.faults.verdict import Verdict
from proof.postgres import Cluster

RECOVERED_WITHIN = 30.0
_BACKLOG = range(200, 2000)  # calls after which it is stopped
_ASKS_LAST = 570  # a resident who has not spoken before


def _away(cluster: Cluster, stop: Callable[[], None], seconds: float) -> float:
    """Stop the server, start it again after a while; when it was back."""
    stop()
    time.sleep(seconds)
    cluster.start()
    return time.time()


def _recovery(url: str, api: rig.Api, back: float, asked_last: int) -> float | None:
    """Seconds from the server's return until updates are stored, handled and answered again; None: not yet."""
    try:
        ((stored,),), ((handled,),) = look(
            url,
            f"SELECT MIN(received_at) FROM inbox WHERE update_id >= {asked_last}",
            f"SELECT MIN(done_at) FROM inbox WHERE done_at >= {round(back * 1000)}",
        )
    except GONE:
        return None
    sent = next((call.at for call in api.calls() if call.at > back and call.status == 200), None)
    if stored is None or handled is None or sent is None:
        return None
    return float(max(stored / 1000, handled / 1000, sent) - back)


def _until_recovered(url: str, api: rig.Api, back: float, asked_last: int) -> float:
    """Those seconds; when it takes far too long, how long it was waited for."""
    end = back + 2 * RECOVERED_WITHIN
    while time.time() < end:
        found = _recovery(url, api, back, asked_last)
        if found is not None:
            return found
        time.sleep(0.1)
    return 2 * RECOVERED_WITHIN


def one(cluster: Cluster, fresh: kills.Fresh, *, fast: bool, seed: str) -> tuple[Verdict, float, float]:
    """A round: its verdict, the seconds without a server, and the seconds until the bot had recovered."""
    chance = random.Random(seed)
    steps = scene.build(kills.UPDATES, seed=seed, date=int(time.time()))
    away = chance.uniform(1, 6)
    with tempfile.TemporaryDirectory() as name, rig.api(latency=0.002) as api:
        folder = Path(name)
        url = fresh(folder)
        feed = kills.Feed.of(api, steps, chance)
        with rig.process(rig.JINLIN, folder, **rig.jinlin_env(api.url, url)) as bot:
            calls = chance.choice(_BACKLOG)
            rig.until(
                lambda: feed.over() and api.ask("state")["calls"] >= calls, seconds=240, what="the moment", every=0.002
            )
            back = _away(cluster, partial(cluster.stop, "fast") if fast else cluster.kill, away)
            last = Step(
                update=mix.said(_ASKS_LAST, "/help", date=int(back)), said=((town.FIRST + _ASKS_LAST, "回菜单"),)
            )
            asked_last = api.ask("push", updates=[last.update])["first"]
            found = Verdict()
            recovery = _until_recovered(url, api, back, asked_last)
            if recovery > RECOVERED_WITHIN:
                found.unanswered += 1
                found.wrong.append(f"not recovered in {RECOVERED_WITHIN:g} s: {bot.said()[-1000:]}")
            # Who sends leads by the database's leave: without it, what is in flight is left to the next, as by a kill.
            found.merge(kills.settled(url, api, feed, [*steps, last], bot, kills=1))
            if bot.popen.poll() is not None:
                found.unanswered += 1
                found.wrong.append(f"it ended: {bot.said()[-1000:]}")
    return found, away, recovery


def _series(name: str, asked: Asked, *, fast: bool) -> Fault:
    rounds = min(asked.rounds or 3, 3)
    sum_, slowest = Verdict(), 0.0
    with Cluster.running() as cluster, kills.on_postgres(cluster) as fresh:
        for number in range(rounds):
            seed = f"{asked.seed}:{number}"
            found, away, recovery = one(cluster, fresh, fast=fast, seed=seed)
            print(f"  {name} {seed}: away {away:.1f} s, back in {recovery:.2f} s {found.wrong}", flush=True)
            sum_.merge(found)
            slowest = max(slowest, recovery)
    note = (
        f"{rounds} rounds; the server away for 1 to 6 s; recovered within {slowest:.2f} s of its return, without a "
        f"person; {sum_.repeated} messages sent twice of {sum_.allowed} that may have been in flight; "
        f"{sum_.late} answers too late for their button; seeds {asked.seed}:0 to {seed}"
    )
    return Fault(
        fault=name,
        tried=rounds * (kills.UPDATES + 1),
        lost=sum_.lost,
        doubled=sum_.doubled,
        unanswered=sum_.unanswered,
        note="; ".join([note, *sum_.wrong[:10]]),
    )


def restarted(asked: Asked) -> Fault:
    """As an upgrade does it: connections are ended, open transactions rolled back."""
    return _series("PostgreSQL restarted", asked, fast=True)


def killed(asked: Asked) -> Fault:
    """kill -9 of the postmaster; at its next start the server recovers from its log."""
    return _series("PostgreSQL killed", asked, fast=False)
