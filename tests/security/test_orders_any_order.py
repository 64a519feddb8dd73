"""Orders, whatever is done in whatever order: one winner, nothing private beyond its time, always a next step.

Two elders (one has only a telephone) order, themselves, through family and through the desk; six volunteers, two
staff and the grid worker do what they like with it, and the clock moves on, in order or after a stall. What must hold
is looked at after every step, when all of it is handled and sent.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bounds import bounded
from factories import Town
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from world import World

from community import (
    answers,
    calls,
    claims,
    emergencies,
    order_changes,
    order_verdict,
    orders,
    permissions,
    taking,
    tasks,
    time_bank_check,
)
from community import people as joining
from community import volunteer_leaving as leaving
from community.errors import NotAllowed, Refused
from community.neighbourhood import Neighbourhood
from storage.database import Transaction
from storage.queries import people, proxies
from storage.records import Person, Task
from storage.states import ContactMode, ProxyState, Role, TaskEvent, TaskKind, TaskState

WORDS = "灶台边第三个插座"
SECRETS = {"陈奶奶": ("陈奶奶", "13900001001", "2梯301", WORDS), "林爷爷": ("林爷爷", "13900001099", "1梯201", WORDS)}
NEW = {"阿一": "B3-1-101", "阿二": "B3-2-101", "阿三": "B4-1-101", "阿四": "B4-1-102"}
DESK = ("社区吴主任", "值班员老周", "网格员小王")
VOLUNTEERS = ("小林", "志愿者阿梅", *NEW)
FAMILY = "住户阿强"
SERVICES = ("repairs", "meals", "chat", "gas")
ON_THE_WAY = ("set_off", "arrive", "finish")
NEXT = {TaskState.CLAIMED: "set_off", TaskState.ON_WAY: "arrive", TaskState.ARRIVED: "finish"}
CLOCKS = {
    TaskKind.VISIT: ("task_", "look_"),
    TaskKind.SOS: ("task_", "look_"),
    TaskKind.CALL: ("call_",),
}

rows: dict[str, Person] = {}
"""Everybody's row, as it was at first."""
LIVE = "state NOT IN ('confirmed', 'cancelled')"
one_of = st.integers(0, 11)
elders, helpers, desk = st.sampled_from([*SECRETS]), st.sampled_from(VOLUNTEERS), st.sampled_from(DESK)


async def settle(town: Town) -> None:
    """陈奶奶 lives alone, her family may order for her, 林爷爷 has a telephone, and there are four more volunteers."""
    await town.resident("林爷爷", "B3-1-201", phone="13900001099", mode=ContactMode.PHONE)
    for name, home in NEW.items():
        await town.resident(name, home, roles=((Role.VOLUNTEER, "G2"),))
    async with town.database.write() as tx:
        for row in await tx.all(Person, f"SELECT {people.PERSON} FROM people p"):
            rows[permissions.public_name(tx, row)] = row
        await people.set_alone(tx, person_id=rows["陈奶奶"].id, alone=True)
        now, elder = town.clock.now(), rows["陈奶奶"].id
        asked = await proxies.ask(tx, person_id=elder, proxy_id=rows[FAMILY].id, now=now)
        await proxies.move(tx, id_=asked or 0, was=ProxyState.ASKED, state=ProxyState.AGREED, now=now)


class Orders(RuleBasedStateMachine):
    """Who does what is drawn; every step is a use case, done whole or refused, and nothing else."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.attempt: Any = self.world.attempt()
        self.tx: Transaction = self.attempt.__enter__()
        self.here = self.world.here

    def teardown(self) -> None:
        self.attempt.__exit__(None, None, None)

    def do(self, doing: Callable[[], Awaitable[object]]) -> bool:
        """Whether it was done and not refused; then all that is said because of it is sent."""

        async def tried() -> bool:
            done = False
            with contextlib.suppress(Refused):
                async with self.world.held.write():
                    await doing()
                    done = True
            await self.world.chat.drain()
            return done

        return self.world.run(tried())

    def who(self, name: str) -> Person:
        """Somebody, also when they are gone."""
        return self.world.run(people.by_id(self.tx, rows[name].id))

    def visits(self) -> list[Task]:
        """Every visit there ever was."""
        return self.tasks("kind IN ('visit', 'sos')")

    def tasks(self, which: str) -> list[Task]:
        """The tasks of which that is true."""
        ids = self.world.run(self.tx.all(int, f"SELECT id FROM tasks WHERE {which} ORDER BY id"))
        return [self.world.run(tasks.get(self.tx, one)) for one in ids]

    def visit(self, which: int) -> Task | None:
        """One that is not over, if there are any; now and then one that is."""
        found = (self.tasks(f"kind IN ('visit', 'sos') AND {LIVE}") if which < 10 else None) or self.visits()
        return found[which % len(found)] if found else None

    def going(self, task: Task) -> set[int]:
        """Who has it or goes along."""
        along = self.world.run(claims.companions(self.tx, task))
        return {person.id for person in along} | ({task.taker_id} if task.taker_id else set())

    # ---- what is done

    @initialize(name=elders, service=st.sampled_from(SERVICES))
    def somebody_has_ordered(self, name: str, service: str) -> None:
        self.somebody_orders(name, "own", service, 0)

    @rule(name=elders, by=st.sampled_from(["own", "family", "desk"]), service=st.sampled_from(SERVICES), later=one_of)
    def somebody_orders(self, name: str, by: str, service: str, later: int) -> None:
        served, here = self.who(name), self.here()
        actor = {"own": None, "family": self.who(FAMILY), "desk": self.who(DESK[0])}[by]
        if served.erased_at is None and (actor is None or actor.erased_at is None):
            due = here.now + timedelta(hours=3 * later) if later else None
            self.do(
                lambda: orders.place(self.tx, here, served, service=service, words=WORDS, due=due, ordered_by=actor)
            )

    @rule(name=elders)
    def somebody_calls_for_help(self, name: str) -> None:
        served = self.who(name)
        if served.erased_at is None:
            self.do(lambda: emergencies.call(self.tx, self.here(), served))

    @rule(which=one_of, everybody=st.permutations(VOLUNTEERS))
    def all_press_at_once(self, which: int, everybody: list[str]) -> None:
        for name in everybody:
            self.somebody_claims(which, name)

    @rule(which=one_of, name=helpers)
    def somebody_claims(self, which: int, name: str) -> None:
        task, actor = self.visit(which), self.who(name)
        if task is None or actor.erased_at is not None:
            return
        before, taken = self.going(task), task.state in tasks.HELD and not tasks.wanted(task)
        won = self.do(lambda: taking.claim(self.tx, self.here(), actor, task.id))
        after = self.going(self.world.run(tasks.get(self.tx, task.id)))
        assert after == before | ({actor.id} if won else set())
        assert not (won and taken), "somebody else had it"

    @rule(which=one_of, name=helpers)
    def somebody_declines(self, which: int, name: str) -> None:
        task, actor = self.visit(which), self.who(name)
        if task is not None:
            self.do(lambda: taking.decline(self.tx, self.here(), actor, task.id))

    @rule(which=one_of, step=st.sampled_from(("release", "still_coming", *ON_THE_WAY)), name=helpers)
    def somebody_goes_on(self, which: int, step: str, name: str) -> None:
        task, actor = self.visit(which), self.who(name)
        use: Any = getattr(taking, step)
        if task is not None:
            self.do(lambda: use(self.tx, self.here(), actor, task.id))

    @rule(which=one_of, steps=st.sampled_from([*NEXT, "still_coming", "release"]))
    def the_taker_goes_on(self, which: int, steps: str) -> None:
        task = self.visit(which)
        if task is not None and task.taker_id is not None and task.state in tasks.HELD:
            taker = self.world.run(people.by_id(self.tx, task.taker_id))
            use: Any = getattr(taking, NEXT.get(task.state, "finish") if steps in NEXT else steps)
            self.do(lambda: use(self.tx, self.here(), taker, task.id))

    @rule(which=one_of, name=helpers, other=helpers, steps=st.integers(-3, 4))
    def somebody_helps_as_usual(self, which: int, name: str, other: str, steps: int) -> None:
        """Claims it, goes there (with somebody else, where two must) and does it, and is thanked; or a part of that."""
        for one in (name, other):
            self.somebody_claims(which, one)
        for step in ON_THE_WAY[: abs(steps)]:
            self.somebody_goes_on(which, step, name)
        if steps < 0:
            self.speak(which, False, "confirm")

    @rule(which=one_of, name=desk, to=helpers)
    def the_desk_gives_it_to_somebody(self, which: int, name: str, to: str) -> None:
        task, person = self.visit(which), self.who(to)
        if task is not None and person.erased_at is None:
            actor = self.who(name)
            self.do(lambda: taking.assign(self.tx, self.here(), actor, task.id, person))

    @rule(which=one_of, name=desk)
    def the_desk_takes_it(self, which: int, name: str) -> None:
        self.somebody_claims(which, name)

    @rule(which=one_of, family=st.booleans(), what=st.sampled_from(["cancel", "time", "impostor", "no_show"]))
    def the_order_is_changed(self, which: int, family: bool, what: str) -> None:
        self.speak(which, family, what)

    @rule(which=one_of, what=st.sampled_from(["confirm", "not_good", "no_show", "rate"]))
    def the_served_answer(self, which: int, what: str) -> None:
        self.speak(which, False, what)

    def speak(self, which: int, family: bool, what: str) -> None:
        """What whoever ordered says of it."""
        task, here = self.visit(which), self.here()
        if task is None or task.order_id is None or task.person_id is None:
            return
        served = self.world.run(people.by_id(self.tx, task.person_id))
        actor, number = self.who(FAMILY) if family else served, task.order_id
        if actor.erased_at is not None:
            return
        says: dict[str, Callable[[], Awaitable[object]]] = {
            "cancel": lambda: order_changes.cancel(self.tx, here, actor, number),
            "time": lambda: order_changes.change_time(self.tx, here, actor, number, due=here.now + timedelta(hours=5)),
            "impostor": lambda: emergencies.report_impostor(self.tx, here, actor, number),
            "confirm": lambda: order_verdict.confirm(self.tx, here, actor, number),
            "not_good": lambda: order_verdict.complain(self.tx, here, actor, number, event=TaskEvent.NOT_GOOD),
            "no_show": lambda: order_verdict.complain(self.tx, here, actor, number, event=TaskEvent.NO_SHOW),
            "rate": lambda: order_verdict.rate(self.tx, here, actor, number, stars=4),
        }
        self.do(says[what])

    @rule(which=one_of, name=desk, answer=st.sampled_from(["told", "missed", "good", "not_good", "no_show"]))
    def somebody_rings_up(self, which: int, name: str, answer: str) -> None:
        waiting = self.tasks("kind = 'call' AND state = 'open'")
        if waiting:
            call, actor, here = waiting[which % len(waiting)].id, self.who(name), self.here()
            says: dict[str, Callable[[], Awaitable[object]]] = {
                "told": lambda: calls.told(self.tx, here, actor, call),
                "missed": lambda: calls.not_reached(self.tx, here, actor, call),
            }
            self.do(says.get(answer, lambda: answers.give(self.tx, here, actor, call, answer=answer)))

    @rule(rarely=one_of, name=helpers)
    def somebody_is_stopped(self, rarely: int, name: str) -> None:
        person, staff = self.who(name), self.who(DESK[0])
        if rarely > 8 and person.erased_at is None:
            self.do(lambda: leaving.stop(self.tx, self.here(), staff, person.id, reason="没有按约定来"))

    @rule(rarely=one_of, name=st.sampled_from([*VOLUNTEERS, *SECRETS, FAMILY, *DESK[1:]]))
    def somebody_is_forgotten(self, rarely: int, name: str) -> None:
        person = self.who(name)
        if rarely > 9 and person.erased_at is None:
            self.do(lambda: joining.erase(self.tx, self.here(), person))

    @rule(minutes=st.sampled_from([1, 6, 21, 31, 61, 200, 720, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.world.run(self.world.chat.advance(minutes=minutes))

    @rule(minutes=st.sampled_from([15, 70, 300, 2000]))
    def the_bot_stands_still(self, minutes: int) -> None:
        self.world.clock.advance(minutes=minutes)
        self.world.run(self.world.chat.advance(minutes=0))

    # ---- what holds

    @invariant()
    def nothing_failed(self) -> None:
        failed = self.world.run(
            self.tx.all(
                str,
                "SELECT kind || ' ' || error FROM timers WHERE tries > 0 UNION ALL "
                "SELECT COALESCE(template, '') || ' ' || error FROM outbox WHERE state = 'failed'",
            )
        )
        assert failed == []

    @invariant()
    def nobody_has_what_somebody_else_has(self) -> None:
        for task in self.visits():
            going = self.world.run(claims.companions(self.tx, task))
            assert task.companions == len(going)
            assert task.taker_id not in {person.id for person in going}
            assert task.joined <= task.people
            assert (task.taker_id is None) == (task.state in (TaskState.OPEN, TaskState.CANCELLED)), task
            assert task.person_id not in self.going(task), "nobody visits themselves"

    @invariant()
    def what_is_private_is_seen_by_whoever_goes_there_and_no_longer(self) -> None:
        allowed = self.allowed()
        for name in (*VOLUNTEERS, *DESK):
            shown = "\n".join(m.text for m in self.world.chat.api.shown(rows[name].telegram_id or 0))
            for secret, whose in allowed.items():
                assert secret not in shown or rows[name].id in whose, f"{name} sees {secret}: {shown}"

    def allowed(self) -> dict[str, set[int]]:
        """Who may see what now: whoever goes there, and the desk as long as it has somebody to ring up."""
        found: dict[str, set[int]] = {secret: set() for secrets in SECRETS.values() for secret in secrets}
        callers = {rows[name].id for name in DESK}
        for task in self.visits():
            on_it = self.going(task) if task.state in tasks.HELD else set()
            order = self.world.run(tasks.order_of(self.tx, task))
            password = permissions.own_words(self.tx, order.password)
            if task.state not in (TaskState.CONFIRMED, TaskState.CANCELLED):
                found.setdefault(password, set()).update(on_it)
            self.only(task, on_it)
            for name, secrets in SECRETS.items():
                if rows[name].id == task.person_id:
                    for secret in secrets:
                        found[secret] |= on_it | (callers if on_it and task.alarm_at else set())
        for call in self.tasks("kind = 'call' AND state = 'open'"):
            for name, secrets in SECRETS.items():
                if rows[name].id == call.person_id:
                    for secret in [*secrets, *(found.keys() - {s for all_ in SECRETS.values() for s in all_})]:
                        found[secret] |= callers
        return found

    def only(self, task: Task, on_it: set[int]) -> None:
        """Nobody but these is given the address, whatever they ask."""
        for name in (*VOLUNTEERS, *DESK):
            person = rows[name]
            with contextlib.suppress(NotAllowed):
                self.world.run(permissions.address_of_held_task(self.tx, person, task))
                assert person.id in on_it, f"{name} is given the address of {task}"

    @invariant()
    def whatever_is_not_over_has_something_on_the_clock(self) -> None:
        for task in self.tasks(LIVE):
            assert self.next_steps(task), f"nothing will ever happen to {task}"

    def next_steps(self, task: Task) -> list[str]:
        """What is on the clock for a task; of one that is done, also that somebody is to ring up and ask."""
        kinds = self.world.run(self.tx.all(str, "SELECT kind FROM timers WHERE subject_id = :id", id=task.id))
        found = [kind for kind in kinds if kind.startswith(CLOCKS[task.kind])]
        if task.state is TaskState.DONE:
            asked = self.tasks(f"question = 'order' AND subject_id = {task.order_id} AND {LIVE}")
            found += [f"call {call.id}" for call in asked]
        return found

    @invariant()
    def the_time_bank_is_right_and_pays_what_was_confirmed(self) -> None:
        assert self.world.run(time_bank_check.check(self.tx)).findings == []
        paid_by_helpers = self.world.run(
            self.tx.all(
                int,
                "SELECT x.id FROM transfers x JOIN tasks t ON t.id = x.task_id WHERE NOT EXISTS (SELECT 1 FROM "
                "task_events e WHERE e.task_id = t.id AND e.event = 'confirm' AND e.actor_id <> t.taker_id AND NOT "
                "EXISTS (SELECT 1 FROM companions c WHERE c.task_id = t.id AND c.person_id = e.actor_id AND "
                "c.state = 'going'))",
            )
        )
        assert paid_by_helpers == []


@pytest.fixture(scope="module", params=["sqlite"])
def world(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    templates: Any,
    neighbourhood: Neighbourhood,
) -> Iterator[World]:
    """The neighbourhood of this file, in which everything tried is undone."""
    engine: str = request.param
    folder: Path = tmp_path_factory.mktemp("orders")
    made, url = World(neighbourhood), templates.copy(engine, "town", folder)
    made.open(url, folder)
    made.run(settle(made.town))
    Orders.world = made
    yield made
    made.close()
    templates.drop(url, "town")


def test_whatever_is_done_to_orders(world: World) -> None:
    run_state_machine_as_test(Orders, settings=bounded(10))


@pytest.mark.slow
def test_whatever_is_done_to_orders_more_often(world: World) -> None:
    run_state_machine_as_test(Orders, settings=bounded(30))
