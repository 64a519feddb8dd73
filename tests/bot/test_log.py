"""The log: trouble is said once a minute, and a log that cannot be written stops nobody."""

import io

import pytest
import structlog

from bot.log import OncePerMinute, _Printer


def test_the_same_trouble_is_said_once_a_minute_and_counted_meanwhile() -> None:
    now = 0.0
    step = OncePerMinute(monotonic=lambda: now)

    said = []
    for second in range(150):
        now = float(second)
        try:
            said.append((second, step(None, "error", {"event": "the database could not carry on", "error": "full"})))
        except structlog.DropEvent:
            continue

    assert [(second, event.get("not_shown")) for second, event in said] == [(0, None), (60, 59), (120, 59)]


def test_what_names_its_subject_or_is_other_trouble_is_always_said() -> None:
    step = OncePerMinute(monotonic=lambda: 0.0)

    for number in range(3):
        step(None, "error", {"event": "an update failed", "inbox_id": 1, "error": "x"})
        step(None, "error", {"event": "the database could not carry on", "error": f"another {number}"})
        step(None, "info", {"event": "running"})


def test_a_log_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, text: str, /) -> int:
            raise OSError(28, "No space left on device")

    _Printer(Full()).error("a line")
