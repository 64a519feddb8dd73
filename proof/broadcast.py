"""A person's reply while a notice goes out to 100,000 (100 s inside it) and to 3,000 (the whole of it).

The Bot API takes 30 messages a second and answers 429 beyond that. The same people say the same things to Jinlin
before the notice (idle) and during it, and to two bots that broadcast as bots commonly do: gathered behind
python-telegram-bot's AIORateLimiter, and in a plain loop that sleeps over each 429.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from community.here import Here
from proof import mix, probe, rig, town
from proof.server import TOKEN
from proof.table import Row, lines
from storage.database import Database

RATE, OWN_RATE = 30, "28"
IDLE_S = 60.0
SIZES: dict[int, tuple[float | None, float]] = {100_000: (100.0, 0.04), 3_000: (None, 0.0)}
"""How many people a notice is for; how long it is watched (None: to its end), and at which round trip, in seconds."""
WORDS = "明天9:00-17:00停水"  # one word, for the peers take it as an argument of a command
STAFF = 1004 - town.FIRST  # as `mix` counts: the account 1004 of the demo's cast
PEERS = {"AIORateLimiter": "ptb_limited.py", "plain loop": "ptb_loop.py"}
GREEDY, GATHERED_ASIDE = ("AIORateLimiter",), 10_000
"""Who takes the whole core for minutes when it gathers more than so many."""
_SECONDS_A_MESSAGE = 1 / 20  # the slowest that is still waited for


@dataclass(frozen=True, kw_only=True)
class Run:
    """How one bot went through a notice: messages/s, MB of growth, seconds until the first message."""

    idle: probe.Waits
    during: probe.Waits
    rate: float
    too_many: int
    growth: float
    start: float


async def _settle(database: Database, here: Here, *, count: int) -> None:
    await town.residents(database, here, count)


@contextmanager
def bot(who: str, settled: Path, api_url: str) -> Iterator[rig.Process]:
    """A running bot in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if who == "jinlin":
            env = rig.jinlin_env(api_url, rig.copied(settled, folder), SEND_RATE=OWN_RATE)
            command = rig.JINLIN
        else:
            env, command = {}, [sys.executable, str(rig.ROOT / "proof/peers" / PEERS[who]), api_url, TOKEN]
        with rig.process(command, folder, **env) as process:
            yield process


def confirm_as_staff(api: rig.Api, settled: Path) -> float:
    """Write a notice to the whole community and confirm it, as staff do; when it was confirmed."""
    with closing(sqlite3.connect(settled)) as db:
        (community,) = db.execute("SELECT id FROM places WHERE kind = 'community'").fetchone()
    now = int(time.time())
    steps = [
        mix.pressed(STAFF, "notice.write:0:", date=now),
        mix.said(STAFF, WORDS, date=now),
        mix.pressed(STAFF, f"step.notice.place:0:to{community}", date=now),
        mix.pressed(STAFF, "step.notice.preview:0:send", date=now),
    ]
    return [_answered_once(api, step) for step in steps][-1]


def _answered_once(api: rig.Api, update: mix.Update) -> float:
    """Something staff do, and an answer to it; when it could be fetched. Raises rig.NotInTime."""
    before = api.ask("state")["calls"]
    at = float(api.ask("push", updates=[update])["at"])
    rig.until(partial(_answered, api, before), seconds=30, what="an answer to staff", every=0.02)
    return at


def _answered(api: rig.Api, after: int) -> bool:
    return any(c.chat_id == STAFF + town.FIRST and c.method.startswith("send") for c in api.calls(after))


def one(who: str, settled: Path, *, count: int, idle: float, seed: int) -> Run:
    """One run of one bot: asked about while idle, then while the notice goes out. Raises rig.NotInTime."""
    inside, latency = SIZES[count]
    with rig.api(latency=latency, rate=RATE) as api, bot(who, settled, api.url) as process:
        rig.polls(api, process)
        _answered_once(api, mix.said(STAFF, "/menu", date=int(time.time())))  # it may poll before it is all there
        people = probe.strangers_to_each_other(count, seed=seed)
        asked_idle = probe.ask_about(api, people, going_on=probe.for_seconds(idle), seed=seed)
        time.sleep(1)
        idle_end, idle_calls = time.time(), api.calls()
        memory_before, peak = process.memory("VmRSS"), [0.0]
        if who == "jinlin":
            confirmed = confirm_as_staff(api, settled)
        else:
            command = f"/broadcast {town.FIRST + 1} {count} {WORDS}"
            confirmed = api.ask("push", updates=[mix.said(STAFF, command, date=int(time.time()))])["at"]
        going_on = _until_told(api, process, peak, count=count, inside=inside, confirmed=confirmed)
        asked = probe.ask_about(api, people, going_on=going_on, seed=seed + 1)
        end, calls = time.time(), api.calls(len(idle_calls))
    told = [c.at for c in calls if _is_notice(c)]
    first, last = (told[0], told[-1] if inside is None else end) if told else (end, end)
    sent = [c for c in calls if first <= c.at <= last and c.status == 200 and c.method.startswith(("send", "edit"))]
    return Run(
        idle=probe.waits(asked_idle, idle_calls, end=idle_end),
        during=probe.waits([a for a in asked if a.at < last], calls, end=end, but_not=WORDS),
        rate=len(sent) / (last - first) if last > first else 0.0,
        too_many=sum(c.status == 429 for c in calls),
        growth=peak[0] - memory_before,
        start=first - confirmed,
    )


def _is_notice(call: rig.Heard) -> bool:
    return call.method.startswith("send") and call.status == 200 and call.chat_id > town.FIRST and WORDS in call.text


def _until_told(
    api: rig.Api, process: rig.Process, peak: list[float], *, count: int, inside: float | None, confirmed: float
) -> Callable[[], bool]:
    """Whether the notice is to be watched further; notes the process's memory at each look."""
    until = confirmed + (10 + count * _SECONDS_A_MESSAGE if inside is None else inside)
    heard, told = [api.ask("state")["calls"]], [0]

    def going_on() -> bool:
        peak[0] = max(peak[0], process.memory("VmRSS"))
        new = api.calls(heard[0])
        heard[0] += len(new)
        told[0] += sum(map(_is_notice, new))
        return time.time() < until and (inside is not None or told[0] < count)

    return going_on


def runs_of(count: int, settled: Path, *, seed: int, idle: float = IDLE_S) -> dict[str, Run]:
    """All bots, each with a server of its own, at the same time, but for one that takes the whole core."""
    alone = [who for who in PEERS if count > GATHERED_ASIDE and who in GREEDY]
    together = [who for who in ("jinlin", *PEERS) if who not in alone]
    with ThreadPoolExecutor(len(together)) as pool:
        going = {who: pool.submit(one, who, settled, count=count, idle=idle, seed=seed) for who in together}
        found = {who: run.result() for who, run in going.items()}
    return found | {who: one(who, settled, count=count, idle=5, seed=seed) for who in alone}


def measure(repeats: int = 3) -> list[Row]:
    """Medians of interleaved repeats; about seven minutes each."""
    runs: dict[int, list[dict[str, Run]]] = {count: [] for count in SIZES}
    with tempfile.TemporaryDirectory() as name:
        settled = {}
        for count in SIZES:
            folder = Path(name) / str(count)
            folder.mkdir()
            settled[count] = rig.settled(folder, partial(_settle, count=count))
        for seed in range(repeats):
            for count in SIZES:
                runs[count].append(runs_of(count, settled[count], seed=100 * seed))
                for who, run in runs[count][-1].items():
                    print(f"  {count:7} {who:15} {_brief(run)}", flush=True)
    return [row for count, found in runs.items() for row in _rows(count, found)]


def _brief(run: Run) -> str:
    return (
        f"p50 {run.during.p50:.0f} p99 {run.during.p99:.0f} ms of {len(run.during.ms)} "
        f"({run.during.unanswered} never), idle p50 {run.idle.p50:.0f} p99 {run.idle.p99:.0f}, {run.rate:.2f}/s, "
        f"{run.too_many} × 429, +{run.growth:.1f} MB, first after {run.start:.2f} s"
    )


def _rows(count: int, runs: list[dict[str, Run]]) -> list[Row]:
    def of(who: str, figure: Callable[[Run], float]) -> float:
        return median(figure(run[who]) for run in runs)

    def row(name: str, unit: str, figure: Callable[[Run], float], reach: str, *, most: float | None = None) -> Row:
        own = of("jinlin", figure)
        return Row(
            what=f"{name}, notice to {count:,} at {SIZES[count][1] * 1000:.0f} ms",
            figure=own,
            unit=unit,
            beside={who: of(who, figure) for who in PEERS},
            reach=reach,
            reached=None if most is None else own <= most,
        )

    idle = {
        "p50": of("jinlin", lambda run: run.idle.p50),
        "p99": of("jinlin", lambda run: run.idle.p99),
    }
    never = {who: sum(run[who].during.unanswered for run in runs) for who in ("jinlin", *PEERS)}
    note = "never answered while watched: " + ", ".join(f"{who} {n}" for who, n in never.items())
    replies = [
        row("reply p50", "ms", lambda run: run.during.p50, ""),
        row("reply p99", "ms", lambda run: run.during.p99, "≤ idle p99 + 100 ms", most=idle["p99"] + 100),
    ]
    rate = row("messages a second", "/s", lambda run: run.rate, "≥ 27.5/s")
    return [
        *(
            Row(
                what=one.what,
                figure=one.figure,
                unit=one.unit,
                beside={"idle": idle[which], **one.beside},
                reach=one.reach,
                reached=one.reached if one.reached is None else one.reached and not never["jinlin"],
                note=note if which == "p99" else "",
            )
            for which, one in zip(idle, replies, strict=True)
        ),
        Row(
            what=rate.what,
            figure=rate.figure,
            unit=rate.unit,
            beside=rate.beside,
            reach=rate.reach,
            reached=rate.figure >= 27.5,
            note=f"the Bot API takes {RATE}/s, Jinlin sends {OWN_RATE}/s, replies and edits included",
        ),
        row("answers 429", "calls", lambda run: run.too_many, "none", most=0),
        row("memory growth", "MB", lambda run: run.growth, "≤ 30 MB", most=30),
        row("confirmed to first message", "s", lambda run: run.start, "≤ 5 s", most=5),
    ]


if __name__ == "__main__":
    print(*lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sep="\n")
