"""A template is compiled once, whoever reads it and however often the bot starts."""

import os
import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from handlers import compiled
from handlers.compiled import Compiled


class Counting(Environment):
    """An environment that counts what it compiles."""

    compiled = 0

    def _compile(self, source: str, filename: str) -> object:  # type: ignore[override]
        type(self).compiled += 1
        return super()._compile(source, filename)


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> type[Counting]:
    """Nothing is compiled yet, and Python may write."""
    monkeypatch.setattr(Counting, "compiled", 0)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return Counting


def read(cache: Compiled, source: str = "你好") -> str:
    """What a reader of some language sees."""
    return Counting(loader=DictLoader({"x": source}), bytecode_cache=cache).get_template("x").render()


def test_languages_share_what_is_compiled(tmp_path: Path) -> None:
    cache = Compiled(__file__, folder=tmp_path)

    pages = [read(cache), read(cache)]

    assert pages == ["你好", "你好"]
    assert Counting.compiled == 1


def test_the_next_start_compiles_nothing(tmp_path: Path) -> None:
    read(Compiled(__file__, folder=tmp_path))

    page = read(Compiled(__file__, folder=tmp_path))

    assert page == "你好"
    assert Counting.compiled == 1


def test_changed_words_are_compiled_anew(tmp_path: Path) -> None:
    read(Compiled(__file__, folder=tmp_path))

    page = read(Compiled(__file__, folder=tmp_path), "再见")

    assert page == "再见"
    assert Counting.compiled == 2


def test_other_options_compile_anew(tmp_path: Path) -> None:
    options = tmp_path / "options.py"
    options.touch()
    read(Compiled(str(options), folder=tmp_path))
    os.utime(options, ns=(1, 1))

    read(Compiled(str(options), folder=tmp_path))

    assert Counting.compiled == 2


def test_a_folder_that_cannot_be_written_to_is_no_trouble(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    page = read(Compiled(__file__, folder=in_the_way / "x"))

    assert page == "你好"


def test_nothing_is_written_where_python_may_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    read(Compiled(__file__, folder=tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_what_was_damaged_is_compiled_anew(tmp_path: Path) -> None:
    read(Compiled(__file__, folder=tmp_path))
    for kept in tmp_path.iterdir():
        kept.write_bytes(b"x")

    page = read(Compiled(__file__, folder=tmp_path))

    assert page == "你好"
    assert compiled.FOLDER.name == "__pycache__"
