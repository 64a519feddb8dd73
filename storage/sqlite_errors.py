"""What SQLite's errors mean: a rule broken, a database that could not, or a defect of ours."""

import re
import sqlite3

from storage.database import Violation

_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")
_DEFECT = 1
"""SQLITE_ERROR: the statement is wrong. Every other code of an OperationalError tells of file, lock, disk or memory."""
_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
_PRIMARY = 0xFF
"""The byte of a code without its extension (SQLITE_BUSY_RECOVERY is a SQLITE_BUSY)."""


def violation(error: sqlite3.IntegrityError) -> Violation:
    """The constraint's name as PostgreSQL gives it: `table_column_column_key` for a unique one."""
    text = str(error)
    if found := _UNIQUE.match(text):
        columns = [c.split(".") for c in found["columns"].split(", ")]
        return Violation("_".join([columns[0][0], *(c[-1] for c in columns), "key"]))
    if found := _CHECK.match(text):
        return Violation(found["name"])
    return Violation("foreign_key" if "FOREIGN" in text else text)


def is_lost(error: sqlite3.Error) -> bool:
    """Whether the database could not, rather than would not."""
    if type(error) is sqlite3.OperationalError:
        return getattr(error, "sqlite_errorcode", None) != _DEFECT
    return type(error) is sqlite3.DatabaseError  # a damaged file, or none


def is_passing(error: BaseException | None) -> bool:
    """Whether the connection is sound all the same; after any other trouble it is better opened anew."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _PASSING
