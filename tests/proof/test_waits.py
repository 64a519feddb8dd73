"""How long people waited and how long a loop was blocked is told as it was, the worst included."""

import asyncio
import time
from pathlib import Path

import orjson
import pytest

from proof.heartbeat import Heartbeat, blocked
from proof.probe import Asked, quantile, waits
from proof.rig import Heard


def _sent(at: float, chat_id: int, text: str, status: int = 200) -> Heard:
    return Heard(at=at, method="sendMessage", chat_id=chat_id, text=text, message_id=1, status=status)


def test_a_wait_ends_with_the_first_message_that_is_none_of_the_notice() -> None:
    asked = [Asked(chat_id=7, at=10.0)]
    calls = [
        _sent(9.9, 7, "earlier"),
        _sent(10.1, 7, "the notice"),
        _sent(10.2, 8, "somebody else"),
        _sent(10.3, 7, "refused", status=429),
        _sent(10.5, 7, "the answer"),
        _sent(10.6, 7, "more of it"),
    ]

    found = waits(asked, calls, end=20.0, but_not="notice")

    assert found.ms == [pytest.approx(500)]
    assert found.unanswered == 0


def test_who_was_never_answered_has_waited_until_the_end_at_least() -> None:
    found = waits([Asked(chat_id=7, at=10.0)], [_sent(11.0, 8, "to another")], end=20.0)

    assert found.unanswered == 1
    assert found.p99 == pytest.approx(10_000)


def test_one_slow_answer_in_a_hundred_is_not_the_p99_and_two_are() -> None:
    assert quantile([1.0] * 99 + [9.0], 0.99) == 1.0
    assert quantile([1.0] * 98 + [9.0] * 2, 0.99) == 9.0
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0


def _spin(seconds: float) -> None:
    """Use the core for so long."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def test_work_that_holds_the_loop_is_noted_with_its_length(tmp_path: Path) -> None:
    heartbeat, start = Heartbeat(), time.time()
    asyncio.get_running_loop().call_later(0.02, _spin, 0.04)

    await heartbeat.beat(start + 0.1)

    heartbeat.keep(tmp_path / "kept")
    found = blocked(tmp_path / "kept", start, start + 10)
    assert found.longest >= 30
    assert found.share >= 0.3


def test_a_delay_counts_whole_without_what_others_had_the_core_for_and_within_the_window(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    delays = [(0.0, 1.0, 0.0), (9.0, 9.1, 0.04), (9.5, 9.52, 0.018), (19.5, 21.0, 0.0), (30.0, 31.0, 0.0)]
    kept.write_bytes(orjson.dumps(delays))

    found = blocked(kept, 5.0, 20.0)

    assert found.share == pytest.approx(100 * (0.06 + 0.5) / 15)
    assert found.longest == pytest.approx(500)
    assert found.no_core == pytest.approx(100 * 0.058 / 15)
