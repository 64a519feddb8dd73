"""Who goes next among what waits to be sent."""

from datetime import timedelta

from factories import START

from bot.departures import Departures
from bot.limits import Limits
from storage.records import Queued
from storage.states import OutboxKind, Priority


def row(
    number: int,
    chat: int,
    priority: Priority = Priority.REPLY,
    *,
    kind: OutboxKind = OutboxKind.SAY,
    card: int | None = None,
    later: float = 0,
) -> Queued:
    return Queued(
        id=number,
        priority=priority,
        kind=kind,
        chat=chat,
        card_id=card,
        not_before=START + timedelta(seconds=later),
    )


def waiting(*rows: Queued, rate: float = 0) -> Departures:
    departures = Departures(Limits(rate=rate))
    departures.add(rows)
    return departures


def next_of(departures: Departures, room: int = 8, *, now: float = 0, seconds: float = 0) -> list[int]:
    return [r.id for r in departures.take(room, now=now, clock=START + timedelta(seconds=seconds))]


def test_a_row_that_is_known_is_not_taken_twice() -> None:
    departures = waiting(row(1, 5), row(1, 5))

    assert next_of(departures) == [1]
    departures.add([row(1, 5)])
    departures.land(1)
    assert next_of(departures) == []


def test_a_line_goes_on_when_its_first_has_landed() -> None:
    departures = waiting(row(1, 5), row(2, 5), row(3, 6))

    assert next_of(departures, 2) == [1, 3]
    assert next_of(departures) == []
    departures.land(1)
    assert next_of(departures) == [2]


def test_places_that_are_left_go_to_what_follows_in_the_same_lines() -> None:
    departures = waiting(*(row(n, 5) for n in range(1, 7)), row(7, 6))

    assert next_of(departures) == [1, 7, 2, 3, 4]
    departures.land(1)
    departures.land(2)
    assert next_of(departures) == []
    departures.land(4)
    departures.land(3)
    assert next_of(departures) == [5, 6]


def test_what_takes_a_messages_place_waits_until_that_has_landed() -> None:
    departures = waiting(row(1, 5), row(2, 5, kind=OutboxKind.ALTER), row(3, 5))

    assert next_of(departures) == [1]
    departures.land(1)
    assert next_of(departures) == [2, 3]


def test_a_card_in_flight_ends_what_goes_along() -> None:
    departures = waiting(row(1, 5, card=9), row(2, 6), row(3, 6, kind=OutboxKind.EDIT, card=9), row(4, 6))

    assert next_of(departures) == [1, 2]


def test_limits_hold_for_what_goes_along() -> None:
    departures = waiting(*(row(n, 5) for n in range(1, 5)), rate=10)

    assert next_of(departures) == [1, 2]  # two at once over all chats
    departures = waiting(*(row(n, 5, later=(n - 1) * 20) for n in range(1, 5)))
    assert next_of(departures) == [1]


def test_what_goes_along_and_waits_once_more_stays_in_its_order() -> None:
    departures = waiting(row(1, 5), row(2, 5), row(3, 5))

    assert next_of(departures) == [1, 2, 3]
    departures.land(1)
    departures.land(3, again=row(3, 5))
    departures.land(2, again=row(2, 5, later=10))
    assert next_of(departures, seconds=9) == []
    assert next_of(departures, seconds=10) == [2, 3]


def test_what_waits_once_more_goes_before_what_came_after_it() -> None:
    departures = waiting(row(1, 5), row(2, 5))
    next_of(departures, 1)

    departures.land(1, again=row(1, 5, later=10))

    assert next_of(departures) == []
    assert departures.wait(now=0, clock=START, longest=30) == 10
    assert next_of(departures, seconds=10) == [1, 2]


def test_a_card_has_one_message_in_flight_whatever_its_priority() -> None:
    departures = waiting(row(1, 5, card=9), row(2, 5, Priority.TASK, card=9))

    assert next_of(departures) == [1]
    departures.land(1)
    assert next_of(departures) == [2]


def test_a_chat_at_its_limit_costs_the_others_nothing() -> None:
    departures = waiting(*(row(n, 5) for n in range(1, 30)), row(30, 6), rate=1000)
    for number in range(1, 9):
        assert next_of(departures, 1, now=0.01 * number) == [number]
        departures.land(number)

    assert next_of(departures, now=0.2) == [30]
    assert 0 < departures.wait(now=0.2, clock=START, longest=30) < 1
    assert next_of(departures, now=1.3) == [9]


def test_the_answer_to_a_press_goes_first_and_knows_no_limit() -> None:
    departures = waiting(
        row(1, 5, Priority.EMERGENCY), row(2, 6, Priority.EMERGENCY, kind=OutboxKind.ANSWER), rate=0.001
    )

    assert next_of(departures) == [2, 1]
    departures.add([row(3, 7), row(4, 8, Priority.EMERGENCY, kind=OutboxKind.ANSWER)])
    departures.land(1)
    assert next_of(departures, now=0.1) == [4, 3]
    departures.add([row(5, 9), row(6, 10, Priority.EMERGENCY, kind=OutboxKind.ANSWER)])
    assert next_of(departures, now=0.2) == [6]


def test_beginning_again_keeps_what_is_in_flight() -> None:
    departures = waiting(row(1, 5), row(2, 5), row(3, 6))
    flying = departures.take(1, now=0, clock=START)

    departures.begin_again(flying)
    departures.add([row(2, 5), row(3, 6)])

    assert next_of(departures) == [3]
    departures.land(1)
    assert next_of(departures) == [2]


def test_beginning_again_keeps_all_that_is_in_flight_in_one_line() -> None:
    departures = waiting(row(1, 5), row(2, 5), row(3, 5))
    flying = departures.take(2, now=0, clock=START)

    departures.begin_again(flying)
    departures.add([row(3, 5)])
    departures.land(1)
    assert next_of(departures) == []
    departures.land(2)

    assert next_of(departures) == [3]


def test_a_limit_that_passes_while_one_looks_is_waited_for_no_longer() -> None:
    departures = waiting(*(row(n, n) for n in range(1, 6)), rate=10)
    taken = next_of(departures)
    for number in taken:
        departures.land(number)

    assert len(taken) < 5
    assert departures.wait(now=60, clock=START, longest=30) == 0


def test_when_the_clock_is_put_back_nobody_waits_for_the_old_time() -> None:
    departures = waiting(row(1, 5, later=20), row(2, 6, later=0))

    assert next_of(departures) == [2]
    departures.add([row(3, 7)])

    assert next_of(departures, seconds=-3600) == [1, 3]


def test_a_short_pause_is_kept_when_the_clock_is_put_back_a_little() -> None:
    departures = waiting(row(1, 5, later=20))

    assert next_of(departures) == []
    assert next_of(departures, seconds=-5) == []
    assert next_of(departures, seconds=20) == [1]
