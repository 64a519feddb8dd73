"""After an hour's outage ten thousand updates wait, and pings have piled up: how soon is all that through?

The updates are the hour's: reports made, cards pressed, tasks walked through step by step, by 1,500 people who were
each at something of their own. Helpers should have been reminded three times meanwhile, and reports are overdue twice
over. Nobody may find more than one message of a card in their chat for it, however often its subject has changed; a
message may be edited once more where its subject changed after it had been brought up to date.
"""

import itertools
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from community.here import Here
from proof import mix, rig, town
from proof.table import Row, lines
from storage.database import Database, Transaction

PEOPLE, UPDATES, HOUR_S = 1500, 10_000, 3600
LATE, UNDER_WAY, REPORTS, JOINED = 150, 150, 100, 300
"""Tasks whose reminders have piled up, tasks that their takers went on with, reports, and people who met the same."""
STEPS = ("coming", "set_off", "arrive", "finish")
DESK = (1003, 1004)
PUBLIC = 12  # reports that neighbours join
PINGS = ("task/reminder", "report/overdue")


class Wrong(Exception):
    """Something was lost or failed: the measurement is worth nothing."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """Seconds until all updates were handled and until all was sent; messages.

    `most`: messages of one card to one person; `twice`: cards brought up to date more than once, by message or edit.
    """

    handled: float
    drained: float
    messages: int
    cards: int
    twice: int
    most: int
    changes: int
    reminders: int
    pings: int


async def settle(database: Database, here: Here) -> None:
    """The town as it was when the outage began, and what fell due since."""
    await town.residents(database, here, PEOPLE)
    await town.notice(database, here)
    async with database.write() as tx:
        await _orders(tx, here, first=1, count=LATE, due=here.now - timedelta(minutes=20))
        await _orders(tx, here, first=1 + LATE, count=UNDER_WAY, due=here.now + timedelta(hours=3))
        await _reports(tx, here)


async def _orders(tx: Transaction, here: Here, *, first: int, count: int, due: Any) -> None:
    """Orders of residents, each claimed by another one, with a card for both and the timers of a claim."""
    claimed = here.now - timedelta(minutes=90)
    span = {"first": town.FIRST + first, "last": town.FIRST + first + count - 1, "claimed": claimed}
    await tx.run(
        "INSERT INTO orders (person_id, ordered_by, service, password, created_at) "
        "SELECT id, id, 'repairs', :password, CAST(:claimed AS BIGINT) FROM people "
        "WHERE telegram_id BETWEEN :first AND :last ORDER BY id",
        password=tx.seal("荔枝"),
        **span,
    )
    await tx.run(
        "INSERT INTO tasks (kind, order_id, person_id, place_id, state, taker_id, due, minutes, created_at, "
        "changed_at) SELECT 'visit', o.id, p.id, p.place_id, 'claimed', t.id, CAST(:due AS BIGINT), 30, "
        "CAST(:claimed AS BIGINT), CAST(:claimed AS BIGINT) FROM orders o JOIN people p ON p.id = o.person_id "
        "JOIN people t ON t.telegram_id = p.telegram_id + :apart WHERE p.telegram_id BETWEEN :first AND :last "
        "ORDER BY o.id",
        apart=PEOPLE // 2,
        due=due,
        **span,
    )
    for kind, who, subject in (("task", "taker_id", "id"), ("order_mine", "person_id", "order_id")):
        await tx.run(
            "INSERT INTO cards (kind, subject_id, person_id, message_id, form, shown, created_at) "
            f"SELECT '{kind}', {subject}, {who}, 1000000 + id, 'text', 'old', CAST(:claimed AS BIGINT) FROM tasks "
            "WHERE due = :due",
            due=due,
            claimed=claimed,
        )
    marks = {"task_soon": -30, "task_now": 0, "task_late": 10, "task_return": 30}
    for kind, minutes in marks.items():
        at = due + timedelta(minutes=minutes)
        if at > here.now - timedelta(seconds=HOUR_S):
            await tx.run(
                f"INSERT INTO timers (kind, subject_id, due) SELECT '{kind}', id, CAST(:at AS BIGINT) FROM tasks "
                "WHERE due = :due",
                at=at,
                due=due,
            )


async def _reports(tx: Transaction, here: Here) -> None:
    """Reports that should have been accepted and settled within the hour; the desk and who made them have cards."""
    made, accept, resolve = (here.now - timedelta(minutes=minutes) for minutes in (70, 40, 10))
    await tx.run(
        "INSERT INTO reports (reporter_id, category, place_id, words, state, accept_due, resolve_due, created_at, "
        "changed_at) SELECT id, 'fire_lane', place_id, :words, 'submitted', CAST(:accept AS BIGINT), "
        "CAST(:resolve AS BIGINT), CAST(:made AS BIGINT), CAST(:made AS BIGINT) FROM people "
        "WHERE telegram_id > :first ORDER BY id DESC LIMIT :count",
        words=tx.seal("消防通道又堵了"),
        made=made,
        accept=accept,
        resolve=resolve,
        first=town.FIRST,
        count=REPORTS,
    )
    for kind, readers in (
        ("report", "p.telegram_id IN (1003, 1004, 1009)"),
        ("report_mine", "p.id = r.reporter_id"),
    ):
        await tx.run(
            "INSERT INTO cards (kind, subject_id, person_id, message_id, form, shown, created_at) "
            f"SELECT '{kind}', r.id, p.id, 2000000 + r.id, 'text', 'old', CAST(:made AS BIGINT) FROM reports r "
            f"JOIN people p ON {readers}",
            made=made,
        )
    for kind, at in (("report_accept", accept), ("report_resolve", resolve)):
        await tx.run(
            f"INSERT INTO timers (kind, subject_id, due) SELECT '{kind}', id, CAST(:at AS BIGINT) FROM reports", at=at
        )


def backlog(settled: Path, *, seed: int) -> list[mix.Update]:
    """The hour's updates: each person's in order, all people's mixed, dated as they were sent."""
    chance, now = random.Random(seed), int(time.time())
    lanes = [*_on_the_way(settled, chance), *_at_the_desk(chance), *_joining(chance)]
    rest = UPDATES - sum(map(len, lanes))
    made = [mix.build(rest // 2, people=PEOPLE, seed=seed * 2 + half, date=0).updates for half in range(2)]
    lanes += _by_account(made)
    whole = list(mix.shuffled(_by_account([list(mix.shuffled(lanes, chance))]), chance))
    for number, update in enumerate(whole):
        said = update.get("message") or update["callback_query"]["message"]
        said["date"] = now - HOUR_S + number * HOUR_S // len(whole)
    return whole


def _by_account(streams: list[list[mix.Update]]) -> list[list[mix.Update]]:
    """What each account did, in order."""
    lanes: dict[int, list[mix.Update]] = defaultdict(list)
    for update in itertools.chain.from_iterable(streams):
        lanes[next(iter(update.values()))["from"]["id"]].append(update)
    return list(lanes.values())


def _on_the_way(settled: Path, chance: random.Random) -> list[list[mix.Update]]:
    """Takers go on with their tasks, each as far as they came."""
    with closing(sqlite3.connect(settled)) as db:
        held = db.execute(
            "SELECT t.id, p.telegram_id FROM tasks t JOIN people p ON p.id = t.taker_id WHERE t.due > ? * 1000",
            (int(time.time()),),
        ).fetchall()
    lanes = []
    for task, account in held:
        steps = STEPS[chance.randrange(2) : chance.randrange(2, 5)]
        lanes.append([mix.pressed(account - town.FIRST, f"task.{step}:{task}:", date=0) for step in steps])
    return lanes


def _at_the_desk(chance: random.Random) -> list[list[mix.Update]]:
    """Two at the desk accept some reports, and give some of those to the property company."""
    lanes = []
    for start, account in enumerate(DESK):
        lane = []
        for report in range(1 + start, 1 + 24, len(DESK)):
            lane.append(mix.pressed(account - town.FIRST, f"report.accept:{report}:", date=0))
            if chance.random() < 0.5:
                lane.append(mix.pressed(account - town.FIRST, f"report.to:{report}:property_rongyin", date=0))
        lanes.append(lane)
    return lanes


def _joining(chance: random.Random) -> list[list[mix.Update]]:
    """Neighbours say that they met the same."""
    numbers = chance.sample(range(1, PEOPLE - REPORTS), JOINED)
    return [[mix.pressed(n, f"report.join:{chance.randrange(25, 25 + PUBLIC)}:", date=0)] for n in numbers]


def one(settled: Path, *, seed: int) -> Run:
    """One catch-up. Raises Wrong, rig.NotInTime."""
    updates = backlog(settled, seed=seed)
    with tempfile.TemporaryDirectory() as name, rig.api() as api:
        folder = Path(name)
        path = folder / "jinlin.db"
        env = rig.jinlin_env(api.url, rig.copied(settled, folder))
        api.ask("push", updates=updates)
        with rig.process(rig.JINLIN, folder, **env) as process:
            start = rig.until(lambda: api.ask("state")["first_fetch"], seconds=60, what="the first fetch")
            rig.until(lambda: _handled(path, len(updates)), seconds=300, what="the updates", every=0.1)
            handled = time.time() - start
            rig.until(lambda: rig.at_rest(path), seconds=300, what="the messages", every=0.1)
            calls = api.calls()
            _check(path, len(updates), calls, process)
            return _run(path, calls, start=start, handled=handled)


def _ask(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def _handled(path: Path, count: int) -> bool:
    return bool(_ask(path, f"SELECT COUNT(*) >= {count} AND SUM(state = 'waiting') = 0 FROM inbox")[0][0])


def _check(path: Path, count: int, calls: list[rig.Heard], process: rig.Process) -> None:
    """All updates and all that was due are done, and every message went out once. Raises Wrong."""
    found = {
        "inbox": _ask(path, "SELECT state, COUNT(*) FROM inbox GROUP BY state"),
        "due": _ask(path, f"SELECT kind, tries FROM timers WHERE due < {int(time.time() - 5) * 1000} OR tries > 0"),
        "failed": _ask(path, "SELECT kind, error FROM outbox WHERE state = 'failed'"),
    }
    if found != {"inbox": [("done", count)], "due": [], "failed": []}:
        raise Wrong(f"{found}; {process.said()[-2000:]}")
    sent = Counter(_ask(path, "SELECT message_id FROM outbox WHERE kind IN ('say', 'card') AND state = 'sent'"))
    if sent != Counter((call.message_id,) for call in calls if call.method.startswith("send")):
        raise Wrong("what was sent is not what is marked as sent")


def _run(path: Path, calls: list[rig.Heard], *, start: float, handled: float) -> Run:
    shown = _ask(
        path,
        "SELECT COUNT(*), SUM(kind = 'card') FROM outbox WHERE kind IN ('card', 'edit') AND state = 'sent' "
        "GROUP BY person_id, card_id",
    )
    names = ", ".join(f"'{name}'" for name in PINGS)
    pings = {m for (m,) in _ask(path, f"SELECT message_id FROM outbox WHERE template IN ({names}) AND state = 'sent'")}
    told = Counter((c.chat_id, c.text) for c in calls if c.method.startswith("send") and c.message_id in pings)
    return Run(
        handled=handled,
        drained=calls[-1].at - start,
        messages=sum(c.method.startswith(("send", "edit")) for c in calls),
        cards=len(shown),
        twice=sum(times > 1 for times, _ in shown),
        most=max(messages for _, messages in shown),
        changes=sum(_ask(path, f"SELECT COUNT(*) FROM {noun}_events")[0][0] for noun in ("task", "report")),
        reminders=len(pings),
        pings=max(told.values(), default=0),
    )


def measure(repeats: int = 3) -> list[Row]:
    """Medians of repeats, and the worst of all where somebody is annoyed; a minute each."""
    runs = []
    for seed in range(repeats):
        with tempfile.TemporaryDirectory() as name:  # settled anew: what is overdue is so by the clock
            runs.append(one(rig.settled(Path(name), settle), seed=seed))
            print(f"  {runs[-1]}", flush=True)
    most = max(run.most for run in runs)
    pings = max(run.pings for run in runs)
    return [
        Row(
            what=f"catch-up of {UPDATES:,} updates: until all is handled and sent",
            figure=median(run.drained for run in runs),
            unit="s",
            note=f"handled after {median(run.handled for run in runs):.1f} s, "
            f"{median(run.messages for run in runs):,.0f} messages and edits, no limit on sending",
        ),
        Row(
            what="catch-up: messages of one card to one person, at most",
            figure=most,
            unit="",
            reach="one",
            reached=most <= 1,
            note=f"of {median(run.cards for run in runs):,.0f} cards shown or edited, "
            f"at most {max(run.twice for run in runs)} more than once; "
            f"{median(run.changes for run in runs):,.0f} changes of their subjects",
        ),
        Row(
            what="catch-up: the same reminder to one person, at most",
            figure=pings,
            unit="",
            reach="one",
            reached=pings <= 1,
            note=f"{median(run.reminders for run in runs):,.0f} were sent; {LATE} helpers had missed three each, "
            f"{REPORTS} reports had become overdue twice",
        ),
    ]


if __name__ == "__main__":
    print(*lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sep="\n")
