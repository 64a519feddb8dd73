"""Several people at once, in any order: one winner for a task, one ballot for a household, an even time bank."""

from typing import Any

import pytest
from bounds import bounded
from cast import VOTE, Cast
from dialogue import Forge
from factories import Speaker
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from world import World

TASKS = (7201, 7202, 7203)
ORDERS = (7101, 7102, 7103)
STEPS = ("claim", "decline", "release", "set_off", "arrive", "finish", "coming")
SAID = ("good", "not_good", "no_show", "cancel_yes")
WORDS = ("yes", "no", "abstain")


def of(stage: tuple[World, Cast]) -> type[RuleBasedStateMachine]:
    """The neighbourhood as a machine: who presses what is drawn, what must hold is looked at after each press."""
    world, cast = stage
    near = sorted(who for who, where in cast.by if where == "near")
    people = [*(cast.by[who, "near"] for who in near), *dict.fromkeys(cast.owner.values())]
    somebody = st.sampled_from(people)

    class Neighbourhood(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.attempt: Any = world.attempt()
            self.tx = self.attempt.__enter__()
            self.moved: set[str] = set()

        def teardown(self) -> None:
            self.attempt.__exit__(None, None, None)

        def press(self, who: Speaker, data: str) -> None:
            world.run(world.hand(world.chat.update(who, Forge(data))))

        @rule(who=somebody, step=st.sampled_from(STEPS), task=st.sampled_from(TASKS))
        def does_a_task(self, who: Speaker, step: str, task: int) -> None:
            before = self.taker(task)
            self.press(who, f"task.{step}:{task}:")

            after = self.taker(task)
            assert before is None or after in (before, None), "a task was taken from who had it"
            assert after in (before, None) or step == "claim"
            assert before == after or before is None or before == self.person(who), "given back for somebody else"

        def taker(self, task: int) -> int | None:
            sql = "SELECT taker_id FROM tasks WHERE id = :task AND state IN ('claimed', 'on_way', 'arrived')"
            return world.run(self.tx.one(int, sql, task=task))

        def person(self, who: Speaker) -> int | None:
            sql = "SELECT id FROM people WHERE telegram_id = :account"
            return world.run(self.tx.one(int, sql, account=who.id))

        @rule(everybody=st.permutations(people), task=st.sampled_from(TASKS))
        def all_claim_at_once(self, everybody: list[Speaker], task: int) -> None:
            before = self.taker(task)
            updates = [world.chat.update(who, Forge(f"task.claim:{task}:")) for who in everybody]
            claims = f"SELECT COUNT(*) FROM task_events WHERE task_id = {task} AND event = 'claim'"
            count = world.run(self.tx.need(int, claims))

            world.run(world.hand(*updates))

            assert world.run(self.tx.need(int, claims)) - count <= (before is None), "two have won"

        @rule(who=somebody, what=st.sampled_from(SAID), order=st.sampled_from(ORDERS))
        def speaks_of_an_order(self, who: Speaker, what: str, order: int) -> None:
            self.press(who, f"order.{what}:{order}:")

        @rule(who=somebody, how=st.sampled_from(["cast", "recast"]), word=st.sampled_from(WORDS))
        def votes(self, who: Speaker, how: str, word: str) -> None:
            before = self.box()
            self.press(who, f"vote.{how}:{VOTE}:{word}")
            after = self.box()

            home = world.run(self.tx.one(int, "SELECT place_id FROM people WHERE telegram_id = :id", id=who.id))
            assert {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)} <= {home}

        def box(self) -> dict[int, str]:
            sql = "SELECT household_id || ' ' || choice FROM ballots"
            return {int(k): v for k, v in (row.split() for row in world.run(self.tx.all(str, sql)))}

        @rule(who=somebody)
        def takes_the_vote_back(self, who: Speaker) -> None:
            self.press(who, f"vote.cancel_yes:{VOTE}:")

        @rule(who=somebody)
        def leaves(self, who: Speaker) -> None:
            self.press(who, "my.erase_yes:0:")

        @invariant()
        def nothing_was_set_aside(self) -> None:
            assert world.run(world.poison()) == []

        @invariant()
        def the_time_bank_is_even_and_only_grows(self) -> None:
            sums = world.run(self.tx.all(int, "SELECT SUM(minutes) FROM movements GROUP BY transfer_id"))
            assert not any(sums)
            moved = world.run(world.rows("movements"))
            assert moved >= self.moved
            self.moved = set(moved)
            paid = "SELECT COUNT(*) FROM transfers t JOIN tasks k ON k.id = t.task_id WHERE k.state <> 'confirmed'"
            assert world.run(self.tx.need(int, paid)) == 0

        @invariant()
        def a_household_has_one_ballot(self) -> None:
            sql = "SELECT COUNT(*) FROM ballots GROUP BY vote_id, household_id HAVING COUNT(*) > 1"
            assert world.run(self.tx.all(int, sql)) == []

    return Neighbourhood


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["sqlite"], indirect=True)
def test_no_order_of_presses_makes_two_winners_two_ballots_or_an_uneven_bank(stage: tuple[World, Cast]) -> None:
    run_state_machine_as_test(of(stage), settings=bounded(25))


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["postgresql"], indirect=True)
def test_nor_does_a_shorter_run_on_postgresql(stage: tuple[World, Cast]) -> None:
    run_state_machine_as_test(of(stage), settings=bounded(5))
