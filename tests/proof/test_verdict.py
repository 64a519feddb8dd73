"""The verdict on a fault sees what is lost, doubled or unanswered: each is put in on purpose."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from proof import mix, rig, town
from proof.faults import __main__ as faults
from proof.faults import backup, scene, verdict
from proof.faults.row import Asked, Breaking, Fault
from proof.faults.scene import Step

NOW = 1_790_000_000_000
WHO = 460
"""A resident."""
PERSON = f"(SELECT id FROM people WHERE telegram_id = {town.FIRST + WHO})"
REPORT = (
    (
        "INSERT INTO reports "
        "(id, reporter_id, category, place_id, state, accept_due, resolve_due, created_at, changed_at) "
        f"SELECT 1, id, 'lights', place_id, 'submitted', {NOW}, {NOW}, {NOW}, {NOW} FROM people WHERE id = {PERSON}"
    ),
    "INSERT INTO report_events (report_id, at, event, state) VALUES (1, 0, 'submit', 'submitted')",
)
CLAIM = (
    f"UPDATE tasks SET taker_id = {PERSON}, state = 'claimed' WHERE id = 1",
    f"INSERT INTO task_events (task_id, at, actor_id, event, state) VALUES (1, 0, {PERSON}, 'claim', 'claimed')",
)
BANKED = (
    *CLAIM,
    "UPDATE tasks SET state = 'confirmed' WHERE id = 1",
    f"INSERT INTO transfers (id, task_id, helper_id, at) VALUES (1, 1, {PERSON}, 0)",
    f"INSERT INTO accounts (id, person_id) VALUES (7, {PERSON})",
    "INSERT INTO movements (transfer_id, account_id, minutes) VALUES (1, 1, -30), (1, 7, 30)",
)
BALLOT = (
    (
        "INSERT INTO ballots (vote_id, household_id, choice, person_id, cast_at) "
        f"SELECT {scene.VOTE}, place_id, 'yes', id, 0 FROM people WHERE id = {PERSON}"
    ),
)
RECEIPT = (
    f"UPDATE deliveries SET receipt_at = 0 WHERE notice_id = {scene.SENT_BEFORE} AND person_id = {PERSON}",
    f"UPDATE notices SET received = 1 WHERE id = {scene.SENT_BEFORE}",
)
DONE: dict[str, tuple[tuple[scene.Fact, ...], tuple[str, ...]]] = {
    "a report": ((("report", WHO),), REPORT),
    "a claim": ((("claim", 1, WHO),), CLAIM),
    "a transfer": ((("claim", 1, WHO), ("finish", 1, WHO), ("good", 1)), BANKED),
    "a ballot": ((("cast", WHO % scene.HOUSEHOLDS, "yes"),), BALLOT),
    "a receipt": ((("receive", WHO),), RECEIPT),
}
"""What steps do, and the same done by SQL."""
Change = Callable[..., None]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town before anything has happened in it."""
    return rig.settled(tmp_path_factory.mktemp("proof"), scene.settle)


@pytest.fixture
def path(settled: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(settled, tmp_path / "jinlin.db"))


@pytest.fixture
def url(path: Path) -> str:
    """Its address."""
    return f"sqlite:///{path}"


@pytest.fixture
def change(path: Path) -> Iterator[Change]:
    """`change(*sql)` in that copy."""
    with closing(sqlite3.connect(path)) as db:

        def run(*sql: str) -> None:
            for one in sql:
                db.execute(one)
            db.commit()

        yield run


def steps(*facts: scene.Fact) -> list[Step]:
    """Steps that do just that."""
    return [Step(update=mix.said(WHO, "/menu", date=0), fact=fact) for fact in facts]


@pytest.mark.parametrize("what", DONE)
def test_what_was_done_once_is_in_order(what: str, url: str, change: Change) -> None:
    facts, sql = DONE[what]
    change(*sql)

    found = verdict.effects(url, steps(*facts))

    assert (found.lost, found.doubled, found.wrong) == (0, 0, [])


@pytest.mark.parametrize("what", DONE)
def test_what_was_not_done_is_lost(what: str, url: str) -> None:
    facts, _ = DONE[what]

    found = verdict.effects(url, steps(*facts))

    assert found.lost > 0


@pytest.mark.parametrize("what", DONE)
def test_what_nobody_asked_for_is_doubled(what: str, url: str, change: Change) -> None:
    _, sql = DONE[what]
    change(*sql)

    found = verdict.effects(url, [])

    assert found.doubled > 0


def test_a_report_twice_is_one_too_many(url: str, change: Change) -> None:
    change(*REPORT, *(sql.replace("SELECT 1,", "SELECT 2,").replace("(1,", "(2,") for sql in REPORT))

    found = verdict.effects(url, steps(("report", WHO)))

    assert (found.lost, found.doubled) == (0, 1)


def test_a_second_winner_of_a_task_is_one_too_many(url: str, change: Change) -> None:
    other = PERSON.replace(str(town.FIRST + WHO), str(town.FIRST + WHO + 1))
    change(*CLAIM, CLAIM[1].replace(PERSON, other))

    found = verdict.effects(url, steps(("claim", 1, WHO)))

    assert (found.lost, found.doubled) == (0, 1)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE movements SET minutes = 29 WHERE account_id = 7",
        "DELETE FROM movements WHERE account_id = 7",
        "DELETE FROM movements",
        "UPDATE tasks SET state = 'done' WHERE id = 1",
        "UPDATE tasks SET state = 'confirmed' WHERE id = 2",
        f"UPDATE notices SET received = received + 1 WHERE id = {scene.SENT_BEFORE}",
        "DELETE FROM report_events",
        (
            "INSERT INTO orders (person_id, ordered_by, service, password, created_at) "
            f"VALUES ({PERSON}, {PERSON}, 'meals', x'00', 0)"
        ),
    ],
)
def test_rows_that_contradict_each_other_are_seen(sql: str, url: str, change: Change) -> None:
    change(*REPORT, *BANKED, sql)

    found = verdict.effects(url, steps(("report", WHO), ("claim", 1, WHO), ("finish", 1, WHO), ("good", 1)))

    assert found.doubled > 0


def test_the_first_claim_wins_the_last_ballot_counts_and_only_what_is_done_is_banked() -> None:
    done = steps(
        ("good", 1),
        ("claim", 1, 7),
        ("claim", 1, 8),
        ("finish", 1, 8),
        ("good", 1),
        ("claim", 2, 9),
        ("finish", 2, 9),
        ("good", 2),
        ("good", 2),
        ("cast", 5, "yes"),
        ("cast", 5, "no"),
        ("receive", 3),
        ("receive", 3),
    )

    found = scene.effects(done)

    expected = {("taker", 1, 7), ("taker", 2, 9), ("banked", 2), ("ballot", 5, "no"), ("receipt", 3)}
    assert found == Counter(expected)


@pytest.mark.parametrize("state", ["waiting", "poison"])
def test_an_update_that_is_not_done_is_lost(state: str, url: str, change: Change) -> None:
    row = "INSERT INTO inbox (bot_id, update_id, lane, payload, state, received_at) VALUES (1, {}, 0, x'00', '{}', 0)"
    change(row.format(1, "done"), row.format(2, state))

    assert verdict.handled(url, 1).lost == 0
    assert verdict.handled(url, 2).lost == 1
    assert verdict.handled(url, 3).lost == 2


def test_a_message_that_was_set_aside_is_lost(url: str, change: Change) -> None:
    change("UPDATE outbox SET state = 'failed' WHERE id = 1")

    assert verdict.handled(url, 0).lost == 1


class Talk:
    """Everything that was said: the notice to everybody, an answer to a message, an answer to a press."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.calls: list[rig.Heard] = []
        for number in range(1, scene.RESIDENTS + 1):
            self.say(number, f"📣 {scene.WORDS}")
        self.steps = [
            Step(update=mix.said(WHO, "/menu", date=0), said=((town.FIRST + WHO, "有什么事？"),)),
            Step(update=mix.pressed(WHO, "x:1:", date=0)),
        ]
        self.say(WHO, "有什么事？点下面的按键")
        self.call("answerCallbackQuery", 0, text=str(self.steps[1].press))

    def call(self, method: str, number: int, *, text: str = "", message_id: int = 0, status: int = 200) -> None:
        """The Bot API was asked."""
        chat_id = town.FIRST + number if number else 0
        self.calls.append(rig.Heard(0.0, method, chat_id, text, message_id, status))

    def say(self, number: int, text: str) -> None:
        """Say something that is meant."""
        message_id = 5000 + len(self.calls)
        self.call("sendMessage", number, text=text, message_id=message_id)
        self.change(
            "INSERT INTO outbox (priority, kind, state, not_before, created_at, message_id) "
            f"VALUES (1, 'say', 'sent', 0, 0, {message_id})"
        )


@pytest.fixture
def talk(change: Change) -> Talk:
    """All is said, once."""
    return Talk(change)


def judged(talk: Talk, url: str, *, kills: int = 0) -> tuple[int, int, int, int]:
    """Lost, doubled, unanswered, repeated."""
    found = verdict.messages(url, talk.steps, talk.calls, kills=kills)
    return found.lost, found.doubled, found.unanswered, found.repeated


def test_what_was_said_once_is_in_order(talk: Talk, url: str) -> None:
    assert judged(talk, url) == (0, 0, 0, 0)


@pytest.mark.parametrize("method", ["sendMessage", "answerCallbackQuery"])
def test_whoever_was_not_answered_is_missed(method: str, talk: Talk, url: str, change: Change) -> None:
    last = [call for call in talk.calls if call.method == method][-1]
    talk.calls.remove(last)
    change(f"DELETE FROM outbox WHERE message_id = {last.message_id}")

    assert judged(talk, url) == (0, 0, 1, 0)


def test_a_refused_call_is_no_answer(talk: Talk, url: str) -> None:
    talk.calls[-1] = rig.Heard(0.0, "answerCallbackQuery", 0, talk.calls[-1].text, 0, 500)

    assert judged(talk, url) == (0, 0, 1, 0)


def test_an_answer_too_late_for_its_button_is_told_of_when_the_bot_knows_of_it(
    talk: Talk, url: str, change: Change
) -> None:
    talk.calls.pop()
    change(
        "INSERT INTO outbox (priority, kind, state, not_before, created_at, error) "
        "VALUES (0, 'answer', 'dropped', 0, 0, 'stale')"
    )

    found = verdict.messages(url, talk.steps, talk.calls, late=True)

    assert (found.unanswered, found.late) == (0, 1)


def test_an_answer_that_never_came_is_not_excused_by_being_late(talk: Talk, url: str) -> None:
    talk.calls.pop()

    found = verdict.messages(url, talk.steps, talk.calls, late=True)

    assert (found.unanswered, found.late) == (1, 0)


def test_whoever_did_not_get_the_notice_is_missed_and_its_row_is_lost(talk: Talk, url: str) -> None:
    talk.calls.pop(0)

    assert judged(talk, url) == (1, 0, 1, 0)


def test_a_message_that_is_meant_twice_is_doubled(talk: Talk, url: str) -> None:
    talk.say(1, f"📣 {scene.WORDS}")

    assert judged(talk, url, kills=1) == (0, 1, 0, 0)


def test_what_was_in_flight_at_a_kill_may_come_twice_and_no_more(talk: Talk, url: str) -> None:
    talk.calls += [
        rig.Heard(0.0, "sendMessage", town.FIRST + 1, f"📣 {scene.WORDS}", 90_000 + i, 200) for i in range(6)
    ]
    talk.call("answerCallbackQuery", 0, text=str(talk.steps[1].press))
    talk.call("editMessageText", 1, message_id=5)

    assert judged(talk, url, kills=1) == (0, 0, 0, 8)
    assert judged(talk, url) == (0, 8, 0, 8)


def test_a_broken_copy_is_seen(path: Path, change: Change) -> None:
    assert backup.damage(path) == []

    change("PRAGMA foreign_keys = OFF", "DELETE FROM people WHERE telegram_id = 1004")

    assert backup.damage(path) != []


def test_a_copy_that_lacks_an_update_in_the_middle_is_seen(path: Path, change: Change) -> None:
    row = "INSERT INTO inbox (bot_id, update_id, lane, payload, state, received_at) VALUES (1, {}, 0, x'00', 'done', 0)"
    change(row.format(1), row.format(3))

    found, stored = backup.consistent(path, steps((), (), ()))

    assert (found.lost, stored) == (1, 2)


@pytest.mark.parametrize("wrong", [{"lost": 1}, {"doubled": 1}, {"unanswered": 1}, {"tried": 0}])
def test_a_row_holds_only_when_something_was_tried_and_nothing_went_wrong(wrong: dict[str, int]) -> None:
    counts = {"tried": 1, "lost": 0, "doubled": 0, "unanswered": 0}

    assert Fault(fault="", note="", **counts).held
    assert not Fault(fault="", note="", **counts | wrong).held


def test_a_fault_that_does_not_end_does_not_hold() -> None:
    def wait(_: Asked) -> Fault:
        while True:
            pass

    row = faults.tried(Breaking(name="endless", seconds=0.05, run=wait), Asked(seed=0))

    assert not row.held
    assert "not over within" in row.note
