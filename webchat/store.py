"""webchat's own small SQLite file: everything it must still know after a restart."""

import dataclasses
import sqlite3
from collections.abc import Iterator
from typing import Any, TypeVar

import orjson

from webchat.records import Bot, Chat, Message, Person, StoredFile, Wire

Record = TypeVar("Record", Person, Bot, Chat, Message)

SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (
    id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, body BLOB NOT NULL, content BLOB NOT NULL
);
"""


class Store:
    """Items by kind and key, and files; without a path it lives in memory.

    Writes are in the open transaction until ``commit``, which the server calls before it answers.
    """

    def __init__(self, path: str | None) -> None:
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None)
        if path:
            self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)
        self._open = False

    def _write(self, sql: str, *values: object) -> None:
        if not self._open:
            self._connection.execute("BEGIN IMMEDIATE")
            self._open = True
        self._connection.execute(sql, values)

    def put(self, kind: str, key: str, item: object) -> None:
        """Write an item: a dataclass of ours or JSON."""
        self._write("INSERT OR REPLACE INTO item VALUES (?, ?, ?)", kind, key, orjson.dumps(item))

    def drop(self, kind: str, key: str) -> None:
        """Forget one item."""
        self._write("DELETE FROM item WHERE kind = ? AND key = ?", kind, key)

    def all(self, kind: str) -> Iterator[Wire]:
        """Every item of a kind, as JSON."""
        for (body,) in self._connection.execute("SELECT body FROM item WHERE kind = ? ORDER BY key", (kind,)):
            yield orjson.loads(body)

    def put_file(self, file: StoredFile, content: bytes) -> None:
        """Keep a file under its id and its path."""
        self._write("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", file.id, file.path, orjson.dumps(file), content)

    def file(self, *, id: str = "", path: str = "") -> StoredFile | None:  # noqa: A002  # the Bot API's word
        """A file's description by id or by path; None when there is none."""
        row = self._file_row("body", id, path)
        return StoredFile(**orjson.loads(row)) if row is not None else None

    def content(self, id: str) -> bytes:  # noqa: A002
        """A file's bytes; empty when there is no such file."""
        row = self._file_row("content", id, "")
        return row if isinstance(row, bytes) else b""

    def _file_row(self, column: str, id: str, path: str) -> Any:  # noqa: A002
        sql = f"SELECT {column} FROM file WHERE id = ? OR path = ?"
        row = self._connection.execute(sql, (id or None, path or None)).fetchone()
        return row[0] if row else None

    def commit(self) -> None:
        """Make everything written so far outlast this process."""
        if self._open:
            self._connection.execute("COMMIT")
            self._open = False

    def clear(self, *, keep: tuple[str, ...]) -> None:
        """Forget files and items, but for the kinds in ``keep``."""
        marks = ",".join("?" * len(keep))
        self._write(f"DELETE FROM item WHERE kind NOT IN ({marks})", *keep)
        self._write("DELETE FROM file")

    def close(self) -> None:
        """Commit and let go of the file."""
        self.commit()
        self._connection.close()


def revive(kind: type[Record], item: Wire) -> Record:
    """Build a record from what the store kept; fields the record no longer has are left out."""
    names = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in item.items() if name in names})
