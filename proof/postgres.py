"""A PostgreSQL of the proof's own, which may be stopped, killed and started again.

Unlike the tests' it keeps what a server keeps: every commit is on the disk before it is answered.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from proof import cluster, ports, rig


@dataclass(kw_only=True)
class Cluster:
    """A server in a folder of its own."""

    folder: Path
    binaries: Path
    port: int

    @classmethod
    @contextlib.contextmanager
    def running(cls) -> Iterator["Cluster"]:
        """A fresh server, gone without a trace at the end."""
        # Not below a closed TMPDIR: the server's owner must get there.
        folder = Path(tempfile.mkdtemp(prefix="jinlin-proof-", dir="/tmp" if cluster.owner() else None))
        port = ports.free()
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, folder)
            binaries, _ = cluster.made(folder, settings=f"max_connections = 100\nport = {port}\n")
            found = cls(folder=folder, binaries=binaries, port=port)
            stack.callback(found._end)
            found.start()
            yield found

    def _end(self) -> None:
        with contextlib.suppress(subprocess.SubprocessError, OSError):
            self.stop("immediate")

    @property
    def data(self) -> Path:
        """Where its data are."""
        return self.folder / "data"

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it, and wait until it takes connections; after a kill, until what is left of it is gone."""
        log = self.data / "server.log"
        command = (self.binaries / "pg_ctl", "-D", self.data, "-l", log, "-w", "start")

        def started() -> bool:
            with contextlib.suppress(subprocess.CalledProcessError):
                cluster.run(*command, folder=self.folder)
                return True
            return False

        rig.until(started, seconds=60, what="PostgreSQL", every=0.2)

    def stop(self, mode: str) -> None:
        """Stop it: `fast` (open transactions are rolled back) or `immediate` (it recovers at the next start)."""
        cluster.run(self.binaries / "pg_ctl", "-D", self.data, "-m", mode, "-w", "stop", folder=self.folder)

    def kill(self) -> None:
        """kill -9 of the server's first process; the others see that it is gone and end."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def create(self, *, template: str | None = None) -> str:
        """A database, empty or a copy of another that nobody is connected to; its address."""
        name = f"proof_{secrets.token_hex(6)}"
        source = template.rpartition("/")[2] if template else "template0"
        # A copied sequence believes that its next values are in the log already; until a checkpoint has passed, a crash
        # would set it back and give the same ids again.
        asyncio.run(self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"', "CHECKPOINT"))
        return self.url(name)

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            for sql in statements:
                await connection.execute(sql)
        finally:
            await connection.close()
