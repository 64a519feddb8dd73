"""Telegram's limits, counted on a clock of the test's own."""

import pytest

from bot.limits import Limits


def _sent_within(limits: Limits, seconds: float, chats: list[int]) -> list[tuple[float, int]]:
    """Send whatever may be sent, chat after chat, for so long; (when, to whom)."""
    sent, now = [], 0.0
    while now < seconds:
        for chat in chats:
            if limits.wait_overall(now) == 0 and limits.wait_chat(chat, now) == 0:
                limits.take(chat, now)
                sent.append((now, chat))
        now = round(now + 0.005, 3)
    return sent


def test_all_chats_together_get_28_messages_a_second() -> None:
    sent = _sent_within(Limits(rate=28), 10, list(range(1, 500)))

    assert 280 <= len(sent) <= 282


def test_no_second_ever_sees_more_than_thirty() -> None:
    sent = _sent_within(Limits(rate=28), 5, list(range(1, 500)))

    for start, _ in sent:
        assert sum(start <= at < start + 1 for at, _ in sent) <= 30


def test_one_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    times = [at for at, _ in _sent_within(Limits(rate=28), 10, [1])]

    assert sum(at < 0.5 for at in times) == 8
    assert 17 <= len(times) <= 18


def test_a_group_gets_twenty_a_minute_after_a_short_burst() -> None:
    times = [at for at, _ in _sent_within(Limits(rate=28), 120, [-1])]

    assert sum(60 <= at < 120 for at in times) == 20
    assert len(times) <= 46


def test_a_group_at_its_limit_holds_nobody_else_back() -> None:
    limits = Limits(rate=28)
    _sent_within(limits, 5, [-1])

    assert limits.wait_chat(-1, 5.0) > 0
    assert limits.wait_chat(7, 5.0) == 0


def test_a_429_pauses_the_chat_it_came_from_and_no_other() -> None:
    limits = Limits(rate=28)

    limits.flooded(1, 5, now=100.0)

    assert limits.wait_chat(1, 100.0) == 5
    assert limits.wait_chat(1, 104.0) == 1
    assert limits.wait_chat(2, 100.0) == 0
    assert limits.wait_overall(100.0) == 0


def test_two_chats_flooded_at_once_pause_everything() -> None:
    limits = Limits(rate=28)

    limits.flooded(1, 5, now=100.0)
    limits.flooded(2, 7, now=101.0)

    assert limits.wait_overall(101.0) == 7
    assert limits.wait_overall(108.0) == 0


def test_one_chat_flooded_twice_pauses_itself_alone() -> None:
    limits = Limits(rate=28)

    limits.flooded(1, 5, now=100.0)
    limits.flooded(1, 9, now=101.0)

    assert limits.wait_overall(101.0) == 0
    assert limits.wait_chat(1, 101.0) == 9


def test_two_chats_flooded_long_after_each_other_do_not_count_as_at_once() -> None:
    limits = Limits(rate=28)

    limits.flooded(1, 5, now=100.0)
    limits.flooded(2, 5, now=200.0)

    assert limits.wait_overall(200.0) == 0


@pytest.mark.parametrize("chat", [1, -1])
def test_without_a_rate_there_is_no_limit_but_a_429_still_counts(chat: int) -> None:
    limits = Limits(rate=0)
    for _ in range(100):
        assert limits.wait_overall(0.0) == 0
        assert limits.wait_chat(chat, 0.0) == 0
        limits.take(chat, 0.0)

    limits.flooded(chat, 3, now=0.0)

    assert limits.wait_chat(chat, 0.0) == 3


def test_chats_that_have_their_burst_again_are_forgotten() -> None:
    limits = Limits(rate=1_000_000)
    for chat in range(1, 10_050):
        limits.wait_chat(chat, 0.0)
        limits.take(chat, 0.0)

    limits.wait_chat(1, 1000.0)
    limits.take(1, 1000.0)

    assert len(limits._chats) < 50
