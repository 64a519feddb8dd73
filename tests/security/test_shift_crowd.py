"""A crowd around one shift, in any order: never too many, never two captains, and the line keeps its order."""

from typing import Any

import pytest
from bounds import bounded
from cast import SHIFTS, Cast
from dialogue import Forge
from factories import Speaker
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from world import World

from community import waiting_list
from storage.queries import waiting
from storage.records import InLine
from storage.states import CompanionState, Role

pytestmark = pytest.mark.slow

STEPS = ("task.claim", "task.decline", "task.release", "task.queue", "task.leave_queue", "task.free_place")
ROUND = ("shift.start", "shift.quarrel", "shift.end", "shift.go", "shift.vouch", "shift.deny", "shift.found")
PEOPLE = 3  # as the shift was posted for
HELD = "('claimed', 'on_way', 'arrived')"


def of(stage: tuple[World, Cast], crowd: list[Speaker], about: str) -> type[RuleBasedStateMachine]:
    """The shift as a machine: who presses what is drawn, what must hold is looked at after each press."""
    world, cast = stage
    shift, task = SHIFTS[about]
    somebody = st.sampled_from(crowd)
    staff = cast.by["staff", "near"]

    class Crowd(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.attempt: Any = world.attempt()
            self.tx = self.attempt.__enter__()
            self.line: list[InLine] = []

        def teardown(self) -> None:
            self.attempt.__exit__(None, None, None)

        @rule(who=somebody, step=st.sampled_from(STEPS))
        def somebody_presses(self, who: Speaker, step: str) -> None:
            world.run(world.hand(world.chat.update(who, Forge(f"{step}:{task}:"))))

        @rule(everybody=st.permutations(crowd), step=st.sampled_from(STEPS))
        def all_press_at_once(self, everybody: list[Speaker], step: str) -> None:
            world.run(world.hand(*(world.chat.update(who, Forge(f"{step}:{task}:")) for who in everybody)))

        @rule(who=st.sampled_from([*crowd, staff]), step=st.sampled_from(ROUND))
        def somebody_goes_on_a_round(self, who: Speaker, step: str) -> None:
            world.run(world.hand(world.chat.update(who, Forge(f"{step}:{shift}:"))))

        @rule(minutes=st.sampled_from([1, 31, 200]))
        def time_passes(self, minutes: int) -> None:
            world.clock.advance(minutes=minutes)
            world.run(waiting_list.silence(self.tx, world.here(), task))

        @invariant()
        def nothing_was_set_aside(self) -> None:
            assert world.run(world.poison()) == []

        @invariant()
        def there_are_never_more_than_were_wanted(self) -> None:
            going = self.count("companions WHERE task_id = :task AND state = 'going'")
            captains = self.count(f"tasks WHERE id = :task AND taker_id IS NOT NULL AND state IN {HELD}")
            kept = self.count("tasks WHERE id = :task AND companions = :going", going=going)
            assert captains <= 1
            assert kept == 1, "the number of companions is not that of the rows"
            assert going + captains <= PEOPLE

        @invariant()
        def nobody_leads_and_goes_along_or_waits_for_what_they_have(self) -> None:
            twice = self.count(
                "tasks t JOIN companions c ON c.task_id = t.id AND c.person_id = t.taker_id "
                "WHERE t.id = :task AND c.state <> 'left'"
            )
            assert twice == 0

        @invariant()
        def the_line_keeps_its_order(self) -> None:
            before, self.line = self.line, world.run(waiting.line(self.tx, task))
            stayed = [one.person_id for one in before if self.entry(one) is not None]
            assert stayed == [one.person_id for one in self.line if one.person_id in stayed]
            asked = [one.state is CompanionState.ASKED for one in self.line]
            assert asked == sorted(asked, reverse=True), "somebody was asked before who came earlier"

        def entry(self, one: InLine) -> InLine | None:
            """The same place in the line, if it is still there (who queues anew begins at the end)."""
            return next((now for now in self.line if (now.person_id, now.at) == (one.person_id, one.at)), None)

        def count(self, what: str, **values: object) -> int:
            return world.run(self.tx.need(int, f"SELECT COUNT(*) FROM {what}", task=task, **values))

    return Crowd


@pytest.mark.parametrize("about", ["an open shift", "a search"])
@pytest.mark.parametrize("stage", ["sqlite"], indirect=True)
def test_no_order_of_presses_makes_too_many_two_captains_or_a_crooked_line(
    stage: tuple[World, Cast], about: str
) -> None:
    world, _ = stage
    homes = ("B3-1-201", "B3-1-202", "B3-1-301", "B3-1-302", "B3-1-401", "B3-1-402")
    roles = ((Role.VOLUNTEER, "B3"),)
    crowd = [world.run(world.town.resident(f"邻居{n}", home, roles=roles)) for n, home in enumerate(homes)]

    run_state_machine_as_test(of(stage, crowd, about), settings=bounded(25))
