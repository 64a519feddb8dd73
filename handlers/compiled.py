"""Templates are compiled once: for all languages, and for the starts to come."""

import contextlib
import os
import sys
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

FOLDER = Path(__file__).parent / "texts" / "__pycache__"


class Compiled(jinja2.BytecodeCache):
    """What is compiled is kept as Python keeps modules: beside them, where that can be written to, for this Python.

    All languages share it: they differ in what a template looks up, not in its code.
    """

    def __init__(self, options: str, *, folder: Path = FOLDER) -> None:
        """`options`: the file that says how templates are compiled; whoever changes it compiles anew."""
        self._folder = folder
        self._kept: dict[str, bytes] = {}
        made_by = "-".join(f"{Path(file).stat().st_mtime_ns:x}" for file in (jinja2.__file__, options))
        self._suffix = f".{sys.implementation.cache_tag}-{made_by}"

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / (bucket.key + self._suffix)

    def load_bytecode(self, bucket: Bucket) -> None:
        """The code of a template, unless its words have changed since."""
        with contextlib.suppress(OSError):
            if bucket.key not in self._kept:
                self._kept[bucket.key] = self._file(bucket).read_bytes()
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled just now."""
        self._kept[bucket.key] = code = bucket.bytecode_to_string()
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._folder / f"{bucket.key}.{os.getpid()}"
            part.write_bytes(code)
            part.replace(self._file(bucket))  # whole, or not there
