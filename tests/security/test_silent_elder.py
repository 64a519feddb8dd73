"""报平安, whatever happens: nobody silent is without a next step, and after the all-clear nobody is alarmed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from factories import AMEI, NAINAI, XIAOWANG
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World

from community import check_in_clock, check_in_day, check_in_marks, check_ins
from community.errors import NoLongerPossible
from community.neighbourhood import Neighbourhood
from storage.database import Transaction
from storage.queries import check_ins as rows
from storage.queries import people
from storage.records import Person
from storage.states import CheckInState

DO = st.sampled_from(["tap", "unwell", "found", "need_help", "leave", "no_answer", "wait"])
WAIT = st.sampled_from([1, 5, 11, 29, 61, 400, 1440])


class Life:
    """One elder's days, whatever happens on them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tx: Transaction = world.held.tx

    async def live(self, doings: list[tuple[str, int]]) -> None:
        """Do one thing after the other; what falls due meanwhile happens, at its time or after a stall."""
        here = self.world.here
        elder = await self._person(NAINAI.id)
        amei, worker = await self._person(AMEI.id), await self._person(XIAOWANG.id)
        await check_ins.enrol(self.tx, here(), worker, elder, minute=540, contacts=[amei.id], agreed=True)
        await check_ins.answer_contact(self.tx, here(), amei, elder.id, willing=True)
        self.world.clock.advance(days=1)
        for doing, minutes in doings:
            await self._do(doing, elder, worker)
            await self._holds(elder)
            self.world.clock.advance(minutes=minutes)
            due = await self._next(elder)
            if due is not None and due <= self.world.clock.at.timestamp() * 1000:
                before = await self.alarms()
                open_before = await rows.open_day(self.tx, elder.id)
                await check_in_clock.step(self.tx, here(), elder.id)
                if open_before is None:
                    assert await self.alarms() == before, "somebody was alarmed though all was clear"
            await self._holds(elder)

    async def _person(self, account: int) -> Person:
        found = await people.by_telegram(self.tx, account)
        assert found is not None
        return found

    async def _do(self, doing: str, elder: Person, worker: Person) -> None:
        here = self.world.here()
        day = await rows.open_day(self.tx, elder.id)
        try:
            if doing == "tap":
                await check_in_day.tap(self.tx, here, elder)
            elif doing == "unwell":
                await check_in_day.unwell(self.tx, here, elder)
            elif doing == "leave":
                await check_ins.leave(self.tx, here, elder, until=(here.local + timedelta(days=2)).date())
            elif day is not None and doing in ("found", "need_help"):
                await check_in_day.seen(self.tx, here, worker, day.id, well=doing == "found")
            elif day is not None and doing == "no_answer" and day.state is CheckInState.KNOCKING:
                await check_in_day.nobody_answered(self.tx, here, day)
        except NoLongerPossible:
            return

    async def _next(self, elder: Person) -> int | None:
        """When the elder's clock has something to do, in UTC milliseconds."""
        return await self.tx.one(
            int, "SELECT due FROM timers WHERE kind = :kind AND subject_id = :id", kind=check_in_marks.STEP, id=elder.id
        )

    async def alarms(self) -> int:
        """How many were ever alarmed by card, task or call."""
        return await self.tx.need(
            int,
            "SELECT (SELECT COUNT(*) FROM check_in_alerts) + (SELECT COUNT(*) FROM tasks WHERE kind <> 'visit') "
            "+ (SELECT COUNT(*) FROM outbox o JOIN cards c ON c.id = o.card_id "
            "WHERE c.kind = 'check_in_alarm' AND o.kind = 'card')",
        )

    async def _holds(self, elder: Person) -> None:
        """An open day has its next step ahead, within the time that a step may take; a settled one disturbs nobody."""
        due = await self._next(elder)
        assert due is not None, "nobody would ever ask again"
        day = await rows.open_day(self.tx, elder.id)
        ahead = timedelta(milliseconds=due - self.world.clock.at.timestamp() * 1000)
        if day is not None and day.state in check_in_day.ALARMED:
            assert ahead <= timedelta(hours=12), day
        else:
            assert ahead <= timedelta(days=3), day
        if day is None:
            live = "SELECT COUNT(*) FROM tasks WHERE state = 'open' AND (kind = 'knock' OR question = 'check_in')"
            assert await self.tx.need(int, live) == 0, "somebody would still ring or knock"


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    templates: object,
    neighbourhood: Neighbourhood,
) -> Iterator[World]:
    """A neighbourhood in which everything tried is undone."""
    made = World(neighbourhood)
    folder: Path = tmp_path_factory.mktemp("check_ins")
    copy: Callable[[str, str, Path], str] = templates.copy  # type: ignore[attr-defined]
    made.open(copy("sqlite", "town", folder), folder)
    yield made
    made.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(doings=st.lists(st.tuples(DO, WAIT), min_size=1, max_size=25))
def test_no_silent_elder_is_without_a_next_step_and_nobody_is_alarmed_after_the_all_clear(
    world: World, doings: list[tuple[str, int]]
) -> None:
    with world.attempt():
        world.run(Life(world).live(doings))
