"""The clock jumps a day ahead and back; everything stands still for a minute; timers fall due while nobody runs.

The bot's own clock is moved, through the demo's row in the database; back as well as ahead, which the demo never does.
"""

import random
import re
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.settings import EXAMPLE, Settings
from community import neighbourhood
from proof import mix, rig
from proof.faults.look import drained, look
from proof.faults.row import Asked, Breaking, Fault
from proof.faults.scene import Step
from proof.faults.stage import Stage, running, runs_now

_DAY = timedelta(days=1) - timedelta(minutes=1)
"""A minute less than that after which conversations and what is done are forgotten, as they should be."""
_STALL_S = 60.0
_MS = timedelta(milliseconds=1)
_ZONE = ZoneInfo(Settings.model_fields["timezone"].default)


def _at(hour: int, path: Path) -> None:
    """The demo's clock starts at the next such hour."""
    now = datetime.now(_ZONE)
    start = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    _set(path, (start + timedelta(days=start <= now)) - now)


def _set(path: Path, ahead: timedelta) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as db:
        db.execute(
            "INSERT INTO meta (name, value) VALUES ('clock_offset_ms', :value) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            {"value": str(ahead // _MS)},
        )
        db.commit()


def _ahead(stage: Stage) -> timedelta:
    return int(look(stage.url, "SELECT value FROM meta WHERE name = 'clock_offset_ms'")[0][0][0]) * _MS


def jump(asked: Asked) -> Fault:
    """A day ahead, back to where it was, and another day back, while a notice goes out and people go on."""
    slowly = {"latency": 0.1}  # so that the notice is still going out at the end
    with running(asked, "the clock jumps", prepare=partial(_at, 10), before=slowly, env={"DEMO": "1"}) as stage:
        # Who claims a task and is silent for a day is replaced: that is no fault, and not part of this.
        stage.steps = [step for step in stage.steps if step.fact[:1] not in {("claim",), ("finish",), ("good",)}]
        start = _ahead(stage)
        stage.flow(2, 0.25)
        for by, share in ((_DAY, 0.25), (timedelta(0), 0.2), (-_DAY, 0.2)):
            _set(stage.folder / "jinlin.db", start + by)
            stage.flow(3, share)
        under_way = look(stage.url, "SELECT COUNT(*) FROM notices WHERE state = 'sending'")[0][0][0]
        stage.late = True
        stage.notes.append(f"a day ahead, back, and a day back; {under_way} notice was under way to the last")
        return stage.over("time: the clock jumps")


def stall(asked: Asked) -> Fault:
    """The process stands still for a minute, in the middle of everything, and people go on."""
    with running(asked, "stall") as stage:
        stage.flow(1, 0.3)
        stage.bot.popen.send_signal(signal.SIGSTOP)
        try:
            stage.flow(_STALL_S, 0.5)
        finally:
            stage.bot.popen.send_signal(signal.SIGCONT)
        stage.late = True
        stage.notes.append(f"stopped for {_STALL_S:g} s")
        return stage.over(f"time: a stall of {_STALL_S:g} s")


def night(asked: Asked) -> Fault:
    """In the morning reports are made; the bot is off until the next night, and until the morning after that."""
    with running(asked, "a night off", prepare=partial(_at, 9), env={"DEMO": "1"}) as stage:
        path, start = stage.folder / "jinlin.db", _ahead(stage)
        stage.steps = _reports(asked)
        stage.rest()
        rig.until(lambda: drained(stage.url, stage.pushed), seconds=90, what="the reports", every=0.1)
        stage.bot.stop()
        urgent = _urgent(stage)
        row = Counter[str]()
        notes = []
        for name, by in (("at 02:00", timedelta(hours=17)), ("at 09:30", timedelta(hours=24, minutes=30))):
            _set(path, start + by)
            before = len(stage.api.calls())
            with rig.process(rig.JINLIN, stage.folder, **stage.env) as bot:
                runs_now(bot)
                begun = time.monotonic()
                rig.until(partial(_nothing_due, stage), seconds=90, what=f"overdue timers {name}", every=0.2)
                took = time.monotonic() - begun
                bot.stop()
            heard = [call for call in stage.api.calls(before) if call.status == 200 and call.method.startswith("send")]
            again = Counter((call.chat_id, _about(call.text)) for call in heard)
            row["doubled"] += sum(count - 1 for count in again.values())
            if name == "at 02:00":
                row["woken"] += sum(number(call.text) not in urgent for call in heard)
            notes.append(f"{name} {len(heard)} messages, all done after {took:.1f} s")
        events = look(stage.url, _OVERDUE)[0]
        row["lost"] += sum(count == 0 for _, count in events)
        row["doubled"] += sum(count > 1 for _, count in events) + row["woken"]
        if row["woken"]:
            notes.append(f"{row['woken']} messages by night that had better waited for the morning")
        return Fault(
            fault="time: overdue after a night off",
            tried=stage.pushed,
            lost=row["lost"],
            doubled=row["doubled"],
            unanswered=0,
            note="; ".join([f"{len(events)} reports, each overdue", *notes]),
        )


_OVERDUE = (
    "SELECT r.id, (SELECT COUNT(*) FROM report_events e WHERE e.report_id = r.id AND e.event = 'overdue') "
    "FROM reports r WHERE r.resolve_due < r.created_at + 86400000"
)
"""Reports that should have been settled while nobody ran; each is said to be late once."""


_NUMBER = re.compile(r"\b(\d{4})\b")


def number(text: str) -> int | None:
    """Of the report that a message is about."""
    found = _NUMBER.search(text)
    return int(found[1]) if found else None


def _about(text: str) -> str:
    """What a message may be about once: a report (its card aside), or just this."""
    return text if number(text) is None else f"{text[:1]} {number(text)}"


def _urgent(stage: Stage) -> set[int]:
    codes = {category.code for category in neighbourhood.load(EXAMPLE).categories if category.urgent}
    return {report for report, category in look(stage.url, "SELECT id, category FROM reports")[0] if category in codes}


def _reports(asked: Asked) -> list[Step]:
    chance = random.Random(f"{asked.seed}:night")
    now = int(time.time())
    return [Step(update=step) for number in range(1, 41) for step in mix.report(number, chance, date=now)]


def _nothing_due(stage: Stage) -> bool:
    due = "SELECT COUNT(*) FROM timers WHERE due <= :now"
    now = datetime.now(_ZONE) + _ahead(stage)
    (count,) = look(stage.url, due.replace(":now", str(int(now.timestamp() * 1000))))[0][0]
    return not count and drained(stage.url, stage.pushed)


FAULTS = (
    Breaking(name="time-jumps", seconds=240, run=jump),
    Breaking(name="time-stall", seconds=300, run=stall),
    Breaking(name="time-night-off", seconds=300, run=night),
)
"""All that is tried with it."""
