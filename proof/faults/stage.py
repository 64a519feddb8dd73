"""A stage: the town on SQLite, its bot, its Bot API server, and a scene whose updates come in slices of real time."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from proof import rig
from proof.faults import scene, verdict
from proof.faults.look import GONE, drained, look
from proof.faults.row import Asked, Fault
from proof.faults.scene import Step
from proof.faults.verdict import Verdict

UPDATES = 400
RECOVERED_WITHIN_S = 30.0
"""What is promised once a fault is over."""
_AT_LAST_S = 120.0
_SLICE_S = 0.2


@dataclass(kw_only=True)
class Stage:
    """What is on it, and how far the scene has come.

    `late`: presses may find their answers stale. `aside`: so many updates, at most, may be set aside as poison.
    """

    api: rig.Api
    bot: rig.Process
    url: str
    folder: Path
    env: dict[str, str]
    steps: list[Step]
    late: bool = False
    aside: int = 0
    pushed: int = 0
    notes: list[str] = field(default_factory=list)

    def flow(self, seconds: float, share: float) -> None:
        """Have a share of all updates come, evenly over so many seconds."""
        upto = min(len(self.steps), self.pushed + round(share * len(self.steps)))
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            slices = max(1, round(left / _SLICE_S))
            self.push(self.pushed + -(-(upto - self.pushed) // slices))
            time.sleep(min(_SLICE_S, left))
        self.push(upto)

    def push(self, upto: int) -> None:
        """Have all come that come before the step of that number."""
        if upto > self.pushed:
            self.api.ask("push", updates=[step.update for step in self.steps[self.pushed : upto]])
            self.pushed = upto

    def also(self, steps: list[Step]) -> None:
        """Have something else come now, which is part of the scene from then on."""
        self.api.ask("push", updates=[step.update for step in steps])
        self.steps[self.pushed : self.pushed] = steps
        self.pushed += len(steps)

    def rest(self) -> None:
        """Have all come that is left."""
        self.push(len(self.steps))

    def over(self, name: str, *, since: float | None = None) -> Fault:
        """The row. The fault ended at `since` (monotonic; now, if not said); unanswered 30 s later is unanswered."""
        ended = time.monotonic() if since is None else since
        self.rest()
        waits_s = max(0.0, ended + RECOVERED_WITHIN_S - time.monotonic())
        found = Verdict()
        if not self._quiet(waits_s):
            found.merge(self._messages())
            if not found.unanswered:  # all has been said, and something is still not done
                found.unanswered = 1
            found.repeated = found.allowed = 0
            found.wrong.append(f"not over {RECOVERED_WITHIN_S:g} s after its end: … {self.bot.said()[-300:]}")
            self._quiet(_AT_LAST_S)
        took = time.monotonic() - ended
        found.lost = found.doubled = 0
        aside = self.set_aside()
        found.merge(verdict.handled(self.url, self.pushed - min(aside, self.aside)))
        found.merge(verdict.effects(self.url, self.steps))
        found.merge(self._messages())
        if self.bot.popen.poll() is not None:
            found.lost += 1
            found.wrong.append(f"the bot ended: {self.bot.said()[-500:]}")
        said = [f"all done {took:.1f} s after its end", *self.notes]
        if found.repeated:
            said.append(f"{found.repeated} said again of {found.allowed} whose answer was lost")
        return Fault(
            fault=name,
            tried=self.pushed,
            lost=found.lost,
            doubled=found.doubled,
            unanswered=found.unanswered,
            note="; ".join([*said, *found.wrong[:8]]),
        )

    def set_aside(self) -> int:
        """How many updates were given up."""
        return int(look(self.url, "SELECT COUNT(*) FROM inbox WHERE state = 'poison'")[0][0][0])

    def _quiet(self, seconds: float) -> bool:
        try:
            rig.until(self._is_quiet, seconds=seconds, what="quiet", every=0.1)
        except rig.NotInTime:
            return False
        return True

    def _is_quiet(self) -> bool:
        try:
            return drained(self.url, self.pushed)
        except GONE:
            return False

    def _messages(self) -> Verdict:
        unheard = self.api.ask("state")["unheard"]
        return verdict.messages(self.url, self.steps[: self.pushed], self.api.calls(), unheard=unheard, late=self.late)


@contextmanager
def at_rest() -> Iterator[Path]:
    """A settled town to copy stages from."""
    with tempfile.TemporaryDirectory() as name:
        yield rig.settled(Path(name), scene.settle)


@contextmanager
def running(
    asked: Asked,
    name: str,
    *,
    updates: int = UPDATES,
    runs: bool = True,
    home: Path | None = None,
    prepare: Callable[[Path], None] | None = None,
    before: Mapping[str, object] | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Stage]:
    """A stage in `home` (a folder of its own, if not said), whose bot `runs` already.

    `prepare` is given the database's path, and `before` says how the Bot API server is set, before the bot starts.
    """
    seed = f"{asked.seed}:{name}"
    with at_rest() as town, tempfile.TemporaryDirectory() as temporary, rig.api(latency=0.002) as api:
        folder = home or Path(temporary)
        url = rig.copied(town, folder)
        if prepare is not None:
            prepare(folder / "jinlin.db")
        api.ask("set", seed=seed, **(before or {}))
        steps = scene.build(updates, seed=seed, date=int(time.time()))
        settings = rig.jinlin_env(api.url, url, **(env or {}))
        with rig.process(rig.JINLIN, folder, **settings) as bot:
            stage = Stage(api=api, bot=bot, url=url, folder=folder, env=settings, steps=steps)
            if runs:
                runs_now(bot)
            yield stage


def runs_now(bot: rig.Process) -> None:
    """Wait until a bot has started. Raises NotInTime, with what it logged."""
    try:
        rig.until(lambda: bot.popen.poll() is not None or '"running"' in bot.said(), seconds=60, what="its start")
    except rig.NotInTime:
        raise rig.NotInTime(bot.said()) from None
    if bot.popen.poll() is not None:
        raise rig.NotInTime(bot.said())
