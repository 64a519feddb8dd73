"""Errors in the log: where something broke, and nothing of what it was about."""

import asyncio
import io
import logging
import re
import sys
from collections.abc import Iterator

import pytest
import structlog

from bot import __main__ as program
from bot import cli, traces
from bot import log as logs
from bot.errors import trace

SAID = "甲寅名说的话"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged."""
    stream = io.StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(stream))  # pytest takes sys.stderr back
    yield stream
    structlog.reset_defaults()


def _break(words: str) -> None:
    held = words * 2
    try:
        raise KeyError(words)
    except KeyError as error:
        raise RuntimeError(held) from error


def test_a_librarys_stack_trace_names_lines_and_kinds_and_no_values(written: io.StringIO) -> None:
    try:
        _break(SAID)
    except RuntimeError:
        logging.getLogger("somebody").exception("it broke")

    assert SAID not in written.getvalue()
    assert "RuntimeError" in written.getvalue()
    assert "KeyError" in written.getvalue()
    assert re.search(r"test_traces.py., line \d+, in _break", written.getvalue())


async def test_what_breaks_where_nobody_waits_is_logged_without_its_words(written: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    traces.listen(loop)

    loop.call_soon(_break, SAID)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert "RuntimeError at test_traces.py:" in written.getvalue()
    assert SAID not in written.getvalue()
    assert SAID.encode("unicode_escape").decode() not in written.getvalue()


def test_a_defect_at_the_command_line_ends_with_its_place_and_not_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "app", lambda: _break(SAID))

    with pytest.raises(SystemExit) as ended:
        program.main()

    shown = capsys.readouterr().err
    assert ended.value.code == 1
    assert "RuntimeError" in shown
    assert SAID not in shown


def test_an_error_of_many_causes_is_told_from_the_last_to_the_first() -> None:
    try:
        _break(SAID)
    except RuntimeError as error:
        shown = trace(error)

    assert re.findall(r"^\w+Error$", shown, re.MULTILINE) == ["RuntimeError", "KeyError"]
