"""A real PostgreSQL for tests: one for each test session, started when the first test asks.

All processes of a session (pytest, or its xdist workers) share one server. Each holds a shared lock
on a file for as long as it lives; a watchdog, this file run as a program, waits for the exclusive
lock, then stops the server and removes every trace. The kernel lets a lock go when its process
dies, so a killed session leaves nothing behind either.
"""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypedDict

from proof import cluster, ports

_ROOT = Path(__file__).parent.parent
_STARTS = 5  # another program may take the free port before the server does

# Nothing here outlives the session, so nothing need reach the disk; without autovacuum no
# background connection is in the way of a copy. TCP is enough: one address for every client.
_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 200
"""


class _Known(TypedDict):
    """What the session's processes tell each other about the server, as JSON in the locked file."""

    folder: str
    port: int
    watchdog: int


class Server:
    """The session's server as one process sees it.

    `address` is a URL without a database.
    """

    def __init__(self, *, port: int, hold: int) -> None:
        self.address = f"postgresql://postgres@127.0.0.1:{port}"
        self._hold = hold

    @classmethod
    def join(cls) -> "Server":
        """Join the session's server, starting it when there is none; without PostgreSQL the test fails."""
        try:
            return _join()
        except cluster.NoPostgres as error:
            import pytest  # here, for the watchdog's start must not wait for it

            raise pytest.fail.Exception(str(error), pytrace=False) from None

    def create_database(self, template: str | None = None) -> str:
        """Make a database, empty or a copy of `template` (a URL or a name), and return its URL.

        Nobody may be connected to the template meanwhile.
        """
        name = f"test_{secrets.token_hex(8)}"
        source = template.rpartition("/")[2] if template else "template0"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return f"{self.address}/{name}"

    def drop_database(self, url: str) -> None:
        """Remove the database, whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def stop(self) -> None:
        """Let go of the server, which stops when the session's last process has let go."""
        if self._hold >= 0:
            os.close(self._hold)
            self._hold = -1

    def _execute(self, sql: str) -> None:
        psql = cluster.programs() / "psql"
        target = f"{self.address}/postgres"
        command = [str(psql), "-Xq", "-d", target, "-c", sql]
        done = subprocess.run(command, capture_output=True, text=True, env=cluster.environment(), check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())


def temporary_folder() -> Path:
    """The folder for temporary files, or one that the server's owner can enter when ours is closed to it."""
    ours = Path(tempfile.gettempdir()).resolve()
    for folder in (ours, Path("/tmp"), Path("/var/tmp")):
        if cluster.owner() is None or all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents)):
            return folder
    return ours


def _join() -> Server:
    cluster.programs()
    # Workers of one xdist run share its id; a plain pytest process is a session of its own.
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    door = temporary_folder() / f"jinlin-postgres-{os.geteuid()}-{session}.json"
    with _locked(door) as descriptor:
        known = os.pread(descriptor, 4096, 0)
        server = _rejoin(json.loads(known)) if known else None
        if server is None:
            folder = Path(tempfile.mkdtemp(prefix="jinlin-postgres-", dir=door.parent))
            hold = os.open(folder / "users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(hold, fcntl.LOCK_SH)
            try:
                watchdog, port = _spawn_watchdog(folder, door)
            except cluster.NoPostgres:
                door.unlink()
                os.close(hold)
                raise
            record: _Known = {"folder": str(folder), "port": port, "watchdog": watchdog}
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(record).encode(), 0)
            server = Server(port=port, hold=hold)
    return server


def _rejoin(known: _Known) -> Server | None:
    users = Path(known["folder"]) / "users"
    try:
        hold = os.open(users, os.O_RDWR)
    except FileNotFoundError:
        return None
    with suppress(BlockingIOError):  # the watchdog has the exclusive lock: the server is going down
        fcntl.flock(hold, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if users.exists():
            return Server(port=known["port"], hold=hold)
    os.close(hold)
    return None


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open `path` under an exclusive lock; an opened file may be removed while we wait, so look again."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor)):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _spawn_watchdog(folder: Path, door: Path) -> tuple[int, int]:
    """Start the watchdog; its process id and the server's port."""
    reader, writer = os.pipe()
    try:
        # Not Popen: the child outlives the call on purpose, and a Popen let go of warns.
        watchdog = os.posix_spawn(
            sys.executable,
            [sys.executable, __file__, str(folder), str(door)],
            {**os.environ, "PYTHONPATH": str(_ROOT)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writer, 1),
                (os.POSIX_SPAWN_OPEN, 2, str(folder / "watchdog.log"), os.O_WRONLY | os.O_CREAT, 0o600),
            ],
        )
    finally:
        os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as answers:
        answer = answers.read()
    if not answer.isdigit():
        raise cluster.NoPostgres(f"PostgreSQL for the tests did not start: {answer or folder}")
    return watchdog, int(answer)


def _watch(folder: Path, door: Path) -> None:
    os.setsid()  # Ctrl-C in the terminal is for pytest
    try:
        binaries, data = cluster.made(folder, "--no-sync", settings=_SETTINGS)
        port = _start(binaries, data)
    except (OSError, subprocess.SubprocessError) as error:
        details = f"{error} {(folder / 'programs.log').read_text('utf-8')}"
        print(" ".join(details.split()), end="", flush=True)  # noqa: T201  read by the pipe's other end
        shutil.rmtree(folder)
        return
    print(port, end="", flush=True)  # noqa: T201
    os.dup2(0, 1)  # closes the pipe: the answer is complete

    hold = os.open(folder / "users", os.O_RDWR)
    fcntl.flock(hold, fcntl.LOCK_EX)

    with _locked(door) as descriptor:
        known = os.pread(descriptor, 4096, 0)
        if not known or json.loads(known)["folder"] == str(folder):
            door.unlink()
    cluster.run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", folder=folder)
    shutil.rmtree(folder)


def _start(binaries: Path, data: Path) -> int:
    log = data / "server.log"
    for attempt in range(_STARTS):
        port = ports.free()
        command = (binaries / "pg_ctl", "-D", data, "-l", log, "-o", f"-p {port}", "-w", "start")
        try:
            cluster.run(*command, folder=data.parent)
        except subprocess.CalledProcessError as error:
            if attempt == _STARTS - 1:
                raise OSError(log.read_text(encoding="utf-8")) from error
        else:
            break
    return port


if __name__ == "__main__":
    _watch(Path(sys.argv[1]), Path(sys.argv[2]))
