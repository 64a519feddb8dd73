"""SQLite in trouble while people go on: locked by somebody else, its disk full, a second bot on it or on its token."""

import contextlib
import resource
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from proof import rig
from proof.faults.row import Asked, Breaking, Fault
from proof.faults.stage import Stage, running

_DISK_MB = 48
"""More than the bot fills by itself: SQLite's log alone may grow to 16 MB before it is moved into the file."""
_FULL_S = 8.0
_REFUSED_WITHIN_S = 30.0


def locked(seconds: float, asked: Asked) -> Fault:
    """Another process holds the lock of whoever writes."""
    name = f"locked for {seconds:g} s"
    with running(asked, name) as stage:
        stage.flow(1, 0.2)
        with closing(sqlite3.connect(_file(stage), isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN IMMEDIATE")
            stage.flow(seconds, 0.5)
            waiting = stage.api.ask("state")["waiting"]
            other.execute("ROLLBACK")
        stage.late = True
        stage.notes.append(f"{waiting} updates were left with Telegram at its end")
        return stage.over(f"SQLite: {name}")


def _file(stage: Stage) -> Path:
    return stage.folder / "jinlin.db"


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """A folder on a disk of its own, as far as this machine lets us mount one."""
    with tempfile.TemporaryDirectory() as name:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "none", name], check=False, capture_output=True
        )
        try:
            yield None if made.returncode else Path(name)
        finally:
            if not made.returncode:
                subprocess.run(["umount", "--lazy", name], check=True)


def fill(disk: Path) -> Callable[[], None]:
    """Leave no byte free; what frees it again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65536, 4096, 512):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    return ballast.unlink


def forbid(bot: rig.Process) -> Callable[[], None]:
    """No file of the bot may grow; what lifts that again."""
    limits = resource.prlimit(bot.popen.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.popen.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))

    def lift() -> None:
        resource.prlimit(bot.popen.pid, resource.RLIMIT_FSIZE, limits)

    return lift


def full(asked: Asked) -> Fault:
    """Nothing can be written for a while, the log neither."""
    with small_disk() as disk, running(asked, "disk full", home=disk) as stage:
        stage.flow(1, 0.2)
        free = fill(disk) if disk else forbid(stage.bot)
        stage.flow(_FULL_S, 0.5)
        waiting = stage.api.ask("state")["waiting"]
        stage.notes.append("a small disk of its own" if disk else "no file of the bot may grow")
        stage.notes.append(f"{waiting} updates were refused to the end of it")
        free()
        stage.late = True
        row = stage.over("SQLite: disk full")
        if not waiting:
            raise rig.NotInTime("the disk never was so full that an update was refused")
        return row


def second(what: str, asked: Asked) -> Fault:
    """A second bot is started, on the same file or elsewhere with the same token: it says why not, and ends with 2."""
    with running(asked, f"second bot, same {what}") as stage, tempfile.TemporaryDirectory() as name:
        stage.flow(1, 0.2)
        env = dict(stage.env)
        if what == "token":
            env["JINLIN_DATABASE_URL"] = f"sqlite:///{Path(name) / 'other.db'}"
        start = time.monotonic()
        with rig.process(rig.JINLIN, Path(name), **env) as other:
            stage.flow(4, 0.4)
            left = _REFUSED_WITHIN_S - (time.monotonic() - start)
            rig.until(lambda: other.popen.poll() is not None, seconds=max(left, 1), what=f"its end: {other.said()}")
            code, said = other.popen.returncode, other.said().strip()
        row = stage.over(f"SQLite: second bot, same {what}")
        lines = said.splitlines()
        if code != 2 or len(lines) != 1:
            raise rig.NotInTime(f"it ended with {code} and {len(lines)} lines: {said[-500:]}")
        note = f"it ended with 2: “{lines[0].replace(str(stage.folder), '…')}”"
        return Fault(**vars(row) | {"note": f"{row.note}; {note}"})


FAULTS = (
    Breaking(name="sqlite-locked-10", seconds=240, run=partial(locked, 10.0)),
    Breaking(name="sqlite-locked-15", seconds=240, run=partial(locked, 15.0)),
    Breaking(name="sqlite-disk-full", seconds=240, run=full),
    Breaking(name="sqlite-second-on-file", seconds=240, run=partial(second, "file")),
    Breaking(name="sqlite-second-on-token", seconds=240, run=partial(second, "token")),
)
"""All that is tried on it."""
