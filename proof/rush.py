"""A thousand volunteers press 🙋 我去 on one card in the same moment: one wins, and every other hears so at once.

An elder orders help; each volunteer of her building is shown the card, at the pace Telegram allows. Then all press.
Afterwards, when all is quiet, some press once more, one after another: that is the same press when idle.
"""

import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from community.here import Here
from proof import mix, rig, town
from proof.probe import quantile
from proof.table import Row, lines
from storage.database import Database

VOLUNTEERS, BUILDING = 1000, "B3"
RATE, OWN_RATE, LATENCY = 30, "28", 0.04
ELDER = 1001 - town.FIRST  # as `mix` counts: the account 1001 of the demo's cast
AFTERWARDS = 40
WON, LOST = "交给您了", "已有邻居接单"


class Wrong(Exception):
    """A promise was broken: two winners, none, or somebody who was told nothing or something else."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One rush: ms from the presses to each answer, seconds until every card says so, ms of a press when idle."""

    ms: list[float]
    cards: float
    idle: list[float]
    too_many: int


async def settle(database: Database, here: Here) -> None:
    """Residents of the building, all of them volunteers there."""
    await town.residents(database, here, VOLUNTEERS, place=f"{BUILDING}-%")
    async with database.write() as tx:
        await tx.run(
            "INSERT INTO roles (person_id, role, place_id, granted_at) "
            "SELECT p.id, 'volunteer', b.id, CAST(:now AS BIGINT) FROM people p JOIN places b ON b.code = :building "
            "WHERE p.telegram_id > :first",
            now=here.now,
            building=BUILDING,
            first=town.FIRST,
        )


def one(settled: Path) -> Run:
    """One rush. Raises Wrong, rig.NotInTime."""
    with tempfile.TemporaryDirectory() as name, rig.api(latency=LATENCY, rate=RATE) as api:
        folder = Path(name)
        env = rig.jinlin_env(api.url, rig.copied(settled, folder), SEND_RATE=OWN_RATE)
        path = folder / "jinlin.db"
        with rig.process(rig.JINLIN, folder, **env) as process:
            rig.polls(api, process)
            task = _order(api, path)
            presses = _presses(path, task)
            start = api.ask("state")["calls"]
            pushed = api.ask("push", updates=presses)["at"]
            answered = _answers(api, start, presses, seconds=60)
            _check(path, task, [call.words for call in answered])
            rig.until(lambda: rig.at_rest(path), seconds=120, what="the cards", every=0.2)
            _check_cards(path, task)
            last = max(c.at for c in api.calls(start) if c.method.startswith("edit"))
            idle = [_press_alone(api, one) for one in presses[-AFTERWARDS:]]
            return Run(
                ms=[(call.at - pushed) * 1000 for call in answered],
                cards=last - pushed,
                idle=idle,
                too_many=sum(c.status == 429 for c in api.calls()),
            )


def _order(api: rig.Api, path: Path) -> int:
    """The elder orders with her two taps, and every volunteer is shown the card; the task's number."""
    now = int(time.time())
    api.ask(
        "push",
        updates=[mix.said(ELDER, "🔧 修东西", date=now), mix.pressed(ELDER, "step.order.confirm:0:yes", date=now)],
    )
    shown = "SELECT COUNT(*) FROM cards WHERE kind = 'task' AND message_id IS NOT NULL"
    rig.until(lambda: _ask(path, shown)[0][0] >= VOLUNTEERS, seconds=120, what="the cards to be shown", every=0.2)
    rig.until(lambda: rig.at_rest(path), seconds=60, what="rest", every=0.2)
    return int(_ask(path, "SELECT MAX(id) FROM tasks WHERE kind = 'visit'")[0][0])


def _ask(path: Path, sql: str, *values: object) -> list[Any]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, values).fetchall()


def _presses(path: Path, task: int) -> list[mix.Update]:
    """🙋 我去, by each on their own card."""
    shown = _ask(
        path,
        "SELECT p.telegram_id, c.message_id FROM cards c JOIN people p ON p.id = c.person_id "
        "WHERE c.kind = 'task' AND c.subject_id = ? AND p.telegram_id > ? ORDER BY p.id",
        task,
        town.FIRST,
    )
    now = int(time.time())
    return [
        mix.pressed(account - town.FIRST, f"task.claim:{task}:", date=now, message_id=message)
        for account, message in shown
    ]


def _answers(api: rig.Api, start: int, presses: list[mix.Update], *, seconds: float) -> list[rig.Heard]:
    """The answer to each press. Raises rig.NotInTime, Wrong."""
    asked = {press["callback_query"]["id"] for press in presses}

    def found() -> list[rig.Heard]:
        calls = [c for c in api.calls(start) if c.method == "answerCallbackQuery" and c.text in asked]
        return calls if {c.text for c in calls} == asked else []

    answers = rig.until(found, seconds=seconds, what="an answer to every press", every=0.02)
    if len(answers) != len(asked):
        raise Wrong(f"{len(answers)} answers to {len(asked)} presses")
    return answers


def _check(path: Path, task: int, texts: list[str]) -> None:
    """One has it; they alone were told so; all others were told that somebody was faster. Raises Wrong."""
    state, taker = _ask(path, "SELECT state, taker_id FROM tasks WHERE id = ?", task)[0]
    claims = _ask(path, "SELECT COUNT(*) FROM task_events WHERE task_id = ? AND event = 'claim'", task)[0][0]
    said = Counter(WON if WON in text else LOST if LOST in text else text for text in texts)
    if (state, claims, bool(taker)) != ("claimed", 1, True) or said != {WON: 1, LOST: len(texts) - 1}:
        raise Wrong(f"{state}, {claims} claims, answers {said.most_common(5)}")


def _check_cards(path: Path, task: int) -> None:
    """Every card was shown, and edited once the task was claimed. Raises Wrong."""
    left = _ask(
        path,
        "SELECT COUNT(*) FROM cards c WHERE c.kind = 'task' AND c.subject_id = ? "
        "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.card_id = c.id AND o.kind = 'edit' AND o.state = 'sent')",
        task,
    )[0][0]
    if left:
        raise Wrong(f"{left} cards still ask for somebody")


def _press_alone(api: rig.Api, press: mix.Update) -> float:
    """The same press when nothing else goes on; ms until it is answered."""
    query = press["callback_query"]
    again = mix.pressed(
        query["from"]["id"] - town.FIRST,
        query["data"],
        date=int(time.time()),
        message_id=query["message"]["message_id"],
    )
    start = api.ask("state")["calls"]
    pushed = float(api.ask("push", updates=[again])["at"])
    (answer,) = _answers(api, start, [again], seconds=10)
    time.sleep(0.1)
    return (answer.at - pushed) * 1000


def measure(repeats: int = 3) -> list[Row]:
    """Medians of repeats; nearly two minutes each. Raises Wrong when no repeat was right."""
    runs: list[Run] = []
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        settled = rig.settled(Path(name), settle)
        for _ in range(repeats):
            try:
                runs.append(one(settled))
            except Wrong as error:
                broken.append(str(error))
            print(f"  {broken[-1] if broken else _brief(runs[-1])}", flush=True)
    if not runs:
        raise Wrong("; ".join(broken))
    idle = median(quantile(run.idle, 0.5) for run in runs)
    what = f"{VOLUNTEERS:,} volunteers press 我去 at once"
    return [
        Row(
            what=f"{what}: all are answered",
            figure=median(max(run.ms) for run in runs) / 1000,
            unit="s",
            beside={"idle, one press": idle / 1000},
            reach="one winner, every other answered",
            reached=not broken,
            note="; ".join([f"{LATENCY * 1000:.0f} ms round trip; each answer is one call, eight at a time", *broken]),
        ),
        Row(
            what=f"{what}: p99 of the answers",
            figure=median(quantile(run.ms, 0.99) for run in runs),
            unit="ms",
            beside={"idle p50": idle, "idle p99": median(quantile(run.idle, 0.99) for run in runs)},
        ),
        Row(
            what=f"{what}: every card says that somebody goes",
            figure=median(run.cards for run in runs),
            unit="s",
            note=f"{OWN_RATE} messages a second; {sum(run.too_many for run in runs)} × 429",
        ),
    ]


def _brief(run: Run) -> str:
    return (
        f"answered p50 {quantile(run.ms, 0.5):.0f} p99 {quantile(run.ms, 0.99):.0f} last {max(run.ms):.0f} ms, "
        f"cards {run.cards:.1f} s, idle p50 {quantile(run.idle, 0.5):.0f} p99 {quantile(run.idle, 0.99):.0f} ms, "
        f"{run.too_many} × 429"
    )


if __name__ == "__main__":
    print(*lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sep="\n")
