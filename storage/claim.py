"""One running bot for one SQLite file: a lock of the system on a file beside it, which ends with its process.

Commands that look or add (`jinlin status`, `jinlin invite`, `jinlin backup`) go on beside the bot. PostgreSQL is made
for several: there nothing is claimed.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import DatabaseError

_SQLITE = "sqlite:///"
_LOOKS = 5
_PAUSE_S = 0.02  # somebody who only looks holds the lock for an instant


class Claimed(Exception):
    """Another bot is running on this database."""


def _lock_file(url: str) -> Path | None:
    """Beside the file itself, whatever name led to it."""
    return Path(str(Path(url.removeprefix(_SQLITE)).resolve()) + "-lock") if url.startswith(_SQLITE) else None


@contextmanager
def claimed(url: str) -> Iterator[None]:
    """For as long as a bot runs on the database. Raises Claimed, DatabaseError."""
    path = _lock_file(url)
    if path is None:
        yield
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DatabaseError(f"{path}: {error.strerror}") from error
    try:
        if not _locked(handle):
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            database = url.removeprefix(_SQLITE)
            raise Claimed(
                f"another bot is running on {database} already (process {holder or 'unknown'}); stop it first"
            )
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)  # and with it the lock; the file stays, or two could lock two files of one name


def _locked(handle: int) -> bool:
    for look in range(_LOOKS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if look + 1 < _LOOKS:
                time.sleep(_PAUSE_S)
        else:
            return True
    return False


def is_claimed(url: str) -> bool | None:
    """Whether a bot is running on the database; None where nothing is claimed."""
    path = _lock_file(url)
    if path is None:
        return None
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
