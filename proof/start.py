"""From exec to the first answer: somebody has spoken before the process starts, and waits. And the memory it takes.

Jinlin starts on a database that it has known before, as after an upgrade or a power cut; each of its starts is beside
one of each bare echo. `python -m proof.start [repeats]`.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from community.here import Here
from proof import mix, rig, town
from proof.server import TOKEN
from proof.table import Row, lines
from storage.database import Database

PEERS = {"ptb": "ptb_echo.py", "aiogram": "aiogram_echo.py"}
REACH = 2.0
_AFTERWARDS_S = 1.0  # what is done right after the first answer counts into the peak as well


@dataclass(frozen=True, kw_only=True)
class Run:
    """One start: s from exec to the first message, s of CPU until then, MB at the peak."""

    seconds: float
    cpu: float
    memory: float


async def _settle(database: Database, here: Here) -> None:
    await town.residents(database, here, 10)


def one(who: str, settled: Path, compiled: Path) -> Run:
    """One start; Python keeps what it compiles in `compiled`. Raises rig.NotInTime."""
    with rig.api() as api, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if who == "jinlin":
            env, command = rig.jinlin_env(api.url, rig.copied(settled, folder)), rig.JINLIN
        else:
            env, command = {}, [sys.executable, str(rig.ROOT / "proof/peers" / PEERS[who]), api.url, TOKEN]
        api.ask("push", updates=[mix.said(1, "/menu", date=int(time.time()))])
        env |= {"PYTHONPYCACHEPREFIX": str(compiled), "PYTHONDONTWRITEBYTECODE": ""}
        began = time.time()
        with rig.process(command, folder, **env) as process:

            def answered() -> list[float]:
                if process.popen.poll() is not None:
                    raise rig.NotInTime(f"{who} ended: {process.said()[-2000:]}")
                return [call.at for call in api.calls() if call.method.lower() == "sendmessage"]

            at = rig.until(answered, seconds=60, what=f"{who}'s first answer")[0]
            cpu = process.cpu()
            time.sleep(_AFTERWARDS_S)
            return Run(seconds=at - began, cpu=cpu, memory=process.memory())


def measure(repeats: int) -> list[Row]:
    """Medians of at least five interleaved starts of each."""
    runs: dict[str, list[Run]] = {who: [] for who in ("jinlin", *PEERS)}
    with tempfile.TemporaryDirectory() as name:
        settled = rig.settled(Path(name), _settle)
        compiled = Path(name) / "compiled"
        for who in runs:  # once unmeasured: each is compiled then, as an installed program is, and its files in memory
            one(who, settled, compiled)
        for _ in range(max(repeats, 5)):
            for who, made in runs.items():
                made.append(one(who, settled, compiled))

    def row(what: str, unit: str, figure: Callable[[Run], float]) -> Row:
        found = {who: median(figure(run) for run in made) for who, made in runs.items()}
        own = found.pop("jinlin")
        return Row(
            what=what,
            figure=own,
            unit=unit,
            beside={**found, "× ptb": own / found["ptb"]},
            reach=f"≤ {REACH:g} × ptb",
            reached=own <= REACH * found["ptb"],
            note=f"{len(runs['jinlin'])} starts each",
        )

    return [
        row("cold start to the first answer", "s", lambda run: run.seconds),
        row("CPU until the first answer", "s", lambda run: run.cpu),
        row("peak memory after the first answer", "MB", lambda run: run.memory),
    ]


if __name__ == "__main__":
    print(*lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5)), sep="\n")
