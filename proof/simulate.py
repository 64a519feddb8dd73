"""A month of a community through the real dispatch: waves beside asking everybody, and beside a list from the top.

4,000 people, 300 volunteers, about 600 orders. How people answer is assumed (`proof/simulation.toml`, each number with
its reason) and drawn once for each order and volunteer, so that every policy meets the same people in the same mood.
`python -m proof.simulate [seeds] [tireless]`; the table is build/simulate.json. Only asking is simulated: whoever
claims comes.
"""

import asyncio
import heapq
import json
import random
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from bot.settings import EXAMPLE
from community import asking, dispatch, order_changes, orders, places, taking, tasks
from community import neighbourhood as neighbourhoods
from community.errors import Refused
from community.here import Here
from community.neighbourhood import Neighbourhood
from community.working_time import WorkingTime
from proof.table import keep
from storage.crypto import Cipher, new_key
from storage.database import Database, Transaction, connect
from storage.migrations import migrate
from storage.queries import people, volunteers
from storage.queries import places as place_rows
from storage.records import Person, Task
from storage.states import PlaceKind, Role

RATES = Path(__file__).with_name("simulation.toml")
ZONE = ZoneInfo("Asia/Shanghai")
DAYS, WEEKS = 30, 30 / 7
EVERYBODY = 100_000
WAVES, BLAST, LIST = "waves", "everybody at once", "first on the list"
_EVENINGS_AND_WEEKENDS = sum(1 << (day * 3 + 2) for day in range(5)) | 0b111111 << 15


TIRELESS = "tireless"
"""As an argument: nobody is ever tired of being asked, which favours whoever asks everybody."""


def rates() -> dict[str, dict[str, float]]:
    """The assumed numbers, without their reasons."""
    found = tomllib.loads(RATES.read_text("utf-8"))
    plain = {table: {name: entry["value"] for name, entry in entries.items()} for table, entries in found.items()}
    return plain | {"answers": plain["answers"] | ({"tires": 1.0} if TIRELESS in sys.argv else {})}


@dataclass(kw_only=True)
class Outcome:
    """What became of a month's orders under one policy."""

    policy: str
    orders: int = 0
    by_wave: Counter[int] = field(default_factory=Counter)  # claimed by volunteers before staff were called
    minutes: list[float] = field(default_factory=list)  # from the looking to the claim
    asked: int = 0
    too_late: int = 0  # pressed 我去 and somebody had been faster

    def figures(self, volunteers_: int) -> dict[str, Any]:
        """As they are printed."""
        served = sum(self.by_wave.values())
        return {
            "policy": self.policy,
            "orders": self.orders,
            "served": round(served / self.orders, 4),
            "served_by_wave": {str(wave): round(n / self.orders, 4) for wave, n in sorted(self.by_wave.items())},
            "minutes_p50": round(median(self.minutes), 2),
            "minutes_p95": round(quantiles(self.minutes, n=20)[-1], 2),
            "asked": self.asked,
            "asked_in_vain": round(1 - served / self.asked, 4),
            "too_late": round(self.too_late / self.asked, 4),
            "asked_per_volunteer_and_week": round(self.asked / volunteers_ / WEEKS, 3),
        }


class Month:
    """One community, one policy, one seed."""

    def __init__(self, database: Database, neighbourhood: Neighbourhood, policy: str, seed: int) -> None:
        self.database = database
        self.neighbourhood = neighbourhood
        self.outcome = Outcome(policy=policy)
        self._seed = seed
        self._rates = rates()
        self._working_time = WorkingTime.of(neighbourhood, ZONE)
        self._now = datetime(2025, 6, 2, 7, 0, tzinfo=ZONE).astimezone(UTC)
        self._events: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._told: set[tuple[int, int]] = set()
        self._asked_at: dict[int, list[datetime]] = {}
        self._busy_until: dict[int, datetime] = {}
        self._number: dict[int, int] = {}  # task → the how manieth order of the month
        self.volunteers: list[Person] = []
        self.elders: list[Person] = []
        self.home: dict[int, int] = {}

    def here(self) -> Here:
        """The community at the simulated moment."""
        return Here(neighbourhood=self.neighbourhood, working_time=self._working_time, zone=ZONE, now=self._now)

    def _draw(self, *what: object) -> random.Random:
        return random.Random(f"{self._seed}:{':'.join(map(str, what))}")

    def _at(self, when: datetime, what: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._events, (when, len(self._told) + len(self._events) * 1_000_000, what))

    async def run(self) -> Outcome:
        """A month of orders and answers."""
        numbers = self._rates["orders"]
        services = [s.code for s in self.neighbourhood.services if not s.pair]
        for number in range(int(numbers["per_day"]) * DAYS):
            draw = self._draw("order", number)
            day = timedelta(days=number // int(numbers["per_day"]))
            hours = draw.uniform(0, numbers["last_hour"] - numbers["first_hour"])
            self._at(self._now + day + timedelta(hours=hours), self._ordering(number, draw, draw.choice(services)))
        while self._events or await self._due() is not None:
            due = await self._due()
            if self._events and (due is None or self._events[0][0] <= due):
                self._now, _, what = heapq.heappop(self._events)
                await what()
            elif due is not None:
                self._now = max(due, self._now)
                await self._timers()
        return self.outcome

    async def _due(self) -> datetime | None:
        async with self.database.write() as tx:
            return await tx.one(datetime, "SELECT MIN(due) AS due FROM timers")

    def _ordering(self, number: int, draw: random.Random, service: str) -> Callable[[], Awaitable[None]]:
        async def order() -> None:
            served = draw.choice(self.elders)
            async with self.database.write() as tx:
                try:
                    made = await orders.place(tx, self.here(), served, service=service)
                except Refused:
                    return  # ordered already
                _, task = await orders.get(tx, made.id)
                self._number[task.id] = number
                self.outcome.orders += 1
                await self._hear(tx, task)

        return order

    async def _timers(self) -> None:
        """What looks for somebody goes on; the desk takes what is left at the end."""
        async with self.database.write() as tx:
            rows = await tx.all(
                str, "SELECT kind || ' ' || subject_id FROM timers WHERE due <= :now ORDER BY due, id", now=self._now
            )
            for kind, _, subject in (row.partition(" ") for row in rows):
                await tx.run("DELETE FROM timers WHERE kind = :kind AND subject_id = :id", kind=kind, id=int(subject))
                if kind == dispatch.WAVE:
                    await dispatch.next_wave(tx, self.here(), int(subject))
                    await self._hear(tx, await tasks.get(tx, int(subject)))
                elif kind == dispatch.STAFF:
                    task = await tasks.get(tx, int(subject))
                    if tasks.wanted(task) and task.order_id and task.person_id:
                        await order_changes.cancel(
                            tx, self.here(), await people.by_id(tx, task.person_id), task.order_id
                        )

    async def _hear(self, tx: Transaction, task: Task) -> None:
        """Whoever is newly asked answers in their time, or does not."""
        asked = await tx.all(int, "SELECT person_id FROM offers WHERE task_id = :id AND wave > 0", id=task.id)
        for person_id in asked:
            if (task.id, person_id) not in self._told:
                self._told.add((task.id, person_id))
                self.outcome.asked += 1
                self._answering(task, person_id)

    def _answering(self, task: Task, person_id: int) -> None:
        answers, draw = self._rates["answers"], self._draw("answer", self._number[task.id], person_id)
        seen, mood, late = draw.random(), draw.random(), exp(draw.gauss(0, answers["spread"]))
        lately = [at for at in self._asked_at.get(person_id, []) if self._now - at < timedelta(days=7)]
        self._asked_at[person_id] = [*lately, self._now]
        patience = answers["tires"] ** max(0.0, len(lately) - answers["week_free"])
        if seen > answers["sees_it"] * patience:
            return
        yes = answers["says_yes"] * patience
        if self.home[person_id] == self.home.get(task.person_id or 0):
            yes *= answers["next_door"]
        at = self._now + timedelta(minutes=answers["median_minutes"] * late)
        if mood < yes:
            self._at(at, lambda: self._claim(task, person_id))
        elif mood < yes + answers["says_no"]:
            self._at(at, lambda: self._decline(task, person_id))

    async def _claim(self, task: Task, person_id: int) -> None:
        if self._busy_until.get(person_id, self._now) > self._now:
            return await self._decline(task, person_id)
        async with self.database.write() as tx:
            before = await tasks.get(tx, task.id)
            try:
                await taking.claim(tx, self.here(), await people.by_id(tx, person_id), task.id)
            except Refused:
                self.outcome.too_late += before.taker_id is not None
                return None
            wave = await tx.need(
                int,
                "SELECT wave FROM offers WHERE task_id = :task AND person_id = :person",
                task=task.id,
                person=person_id,
            )
            await tx.run("DELETE FROM timers WHERE subject_id = :id", id=task.id)  # whoever claims comes
            self._busy_until[person_id] = self._now + timedelta(minutes=60 + task.minutes)
            self.outcome.by_wave[wave] += 1
            self.outcome.minutes.append((self._now - (before.looking_since or self._now)) / timedelta(minutes=1))
            await tx.run("UPDATE tasks SET state = 'confirmed' WHERE id = :id", id=task.id)
        return None

    async def _decline(self, task: Task, person_id: int) -> None:
        async with self.database.write() as tx:
            try:
                await taking.decline(tx, self.here(), await people.by_id(tx, person_id), task.id)
            except Refused:
                return
            await self._hear(tx, await tasks.get(tx, task.id))


async def settle(
    month: Month, tx: Transaction, seed: int, *, people_: int | None = None, volunteers_: int | None = None
) -> None:
    """Forty buildings in ten grids, everybody at home, and the volunteers with what they offer."""
    numbers, chance = rates()["community"], random.Random(seed)
    here = month.here()
    await places.load(tx, month.neighbourhood)
    top = await people.top_place(tx)
    estate = next(p for p in await place_rows.all_places(tx) if p.kind is PlaceKind.ESTATE)
    above = {p.id for p in await place_rows.ancestors(tx, estate.id)}
    homes: list[tuple[int, int, int]] = []  # household, building, grid
    for number in range(40):
        if number % 4 == 0:
            grid = await _place(tx, f"SG{number}", PlaceKind.GRID, top, None, {top})
        building = await _place(tx, f"SB{number}", PlaceKind.BUILDING, estate.id, grid, above | {grid})
        for flat in range(32):
            around = above | {grid, building}
            home = await _place(tx, f"SB{number}-{flat}", PlaceKind.HOUSEHOLD, building, None, around)
            homes.append((home, building, grid))
    community = next(p.id for p in await place_rows.all_places(tx) if p.kind is PlaceKind.COMMUNITY)
    for number in range(people_ or int(numbers["people"])):
        person = await people.add(tx, telegram_id=900_000 + number, language="zh", contact_mode="chat", now=here.now)
        home, building, grid = chance.choice(homes)
        await people.join(tx, person_id=person.id, name=tx.seal(f"邻居{number}"), place_id=home, now=here.now)
        person = await people.by_id(tx, person.id)
        month.home[person.id] = building
        if number < (volunteers_ or numbers["volunteers"]):
            month.volunteers.append(person)
            await _offers(tx, here, person, chance, month.neighbourhood, (building, grid, community))
        else:
            month.elders.append(person)


async def _place(tx: Transaction, code: str, kind: PlaceKind, parent: int, cell: int | None, around: set[int]) -> int:
    made = await place_rows.put(
        tx, code=code, kind=kind, parent_id=parent, cell_id=cell, name_zh=code, name_en=code, floor=None, area=None,
        latitude=None, longitude=None, door=code,
    )  # fmt: skip
    for ancestor in around | {made}:
        await place_rows.put_reach(tx, ancestor_id=ancestor, place_id=made)
    return made


async def _offers(
    tx: Transaction,
    here: Here,
    person: Person,
    chance: random.Random,
    neighbourhood: Neighbourhood,
    reach: tuple[int, int, int],
) -> None:
    numbers = rates()
    shares = [numbers["reach"][name] for name in ("building", "grid", "community")]
    (at,) = chance.choices(reach, shares)
    await people.grant(tx, person_id=person.id, role=Role.VOLUNTEER, place_id=at, now=here.now)
    hours = _EVENINGS_AND_WEEKENDS if chance.random() < numbers["hours"]["half_the_week"] else asking.ANY_TIME
    await volunteers.pause(tx, person_id=person.id, until=None, hours=hours, now=here.now)
    if chance.random() >= numbers["community"]["never_said"]:
        skills = chance.sample([s.code for s in neighbourhood.skills], int(numbers["community"]["skills_each"]))
        await volunteers.set_skills(tx, person_id=person.id, skills=skills)


def by_policy(policy: str) -> Neighbourhood:
    """The example neighbourhood, asking as the policy does."""
    found = neighbourhoods.load(EXAMPLE)
    if policy != BLAST:
        return found
    everybody = type(found.dispatch.first_wave)(people=EVERYBODY, minutes=30)
    numbers = {"first_wave": everybody, "last_wave_people": EVERYBODY, "daily_cap": EVERYBODY}
    return found.model_copy(update={"dispatch": found.dispatch.model_copy(update=numbers)})


async def from_the_top(tx: Transaction, here: Here, task: Task, *, limit: int) -> list[Person]:
    """The list as it hangs on the wall: those who are able and near enough, always the same ones first."""
    everybody = await _BEST(tx, here, task, limit=EVERYBODY)
    return sorted(everybody, key=lambda person: person.id)[:limit]


_BEST = asking.best


@asynccontextmanager
async def begun(policy: str, seed: int) -> AsyncIterator[Month]:
    """A month that is about to begin."""
    with tempfile.TemporaryDirectory() as folder:
        database = await connect(f"sqlite:///{folder}/month.db", Cipher(new_key()))
        try:
            await migrate(database)
            month = Month(database, by_policy(policy), policy, seed)
            async with database.write() as tx:
                await settle(month, tx, seed)
            with mock.patch.object(asking, "best", from_the_top if policy == LIST else _BEST):
                yield month
        finally:
            await database.close()


async def measure(seeds: int) -> list[dict[str, Any]]:
    """Every policy with every seed; the same draws for all."""
    found = []
    for seed in range(seeds):
        for policy in (WAVES, BLAST, LIST):
            async with begun(policy, seed) as month:
                outcome = await month.run()
                found.append({"seed": seed, **outcome.figures(len(month.volunteers))})
                print(json.dumps(found[-1], ensure_ascii=False), flush=True)
    return found


def kept(found: list[dict[str, Any]]) -> list[bool]:
    """For each seed, whether waves serve at least as many as asking everybody, with at most half of the asking."""
    by = {(row["seed"], row["policy"]): row for row in found}
    answers = []
    for seed in dict.fromkeys(row["seed"] for row in found):
        waves, blast = by[seed, WAVES], by[seed, BLAST]
        answers.append(waves["served"] >= blast["served"] and waves["asked"] <= blast["asked"] / 2)
        print(
            f"{'✓' if answers[-1] else '✗'} seed {seed}: served {waves['served']:.3f} beside {blast['served']:.3f}, "
            f"notifications {waves['asked'] / blast['asked']:.3f} of asking everybody"
        )
    return answers


def over_seeds(found: list[dict[str, Any]]) -> list[str]:
    """Each policy's figures, the least and the most of all seeds."""
    said = []
    for policy in (WAVES, BLAST, LIST):
        runs = [row for row in found if row["policy"] == policy]
        spans = {
            name: f"{min(row[name] for row in runs):.3g} to {max(row[name] for row in runs):.3g}"
            for name in ("served", "minutes_p50", "minutes_p95", "asked_in_vain", "asked_per_volunteer_and_week")
        }
        said.append(f"{policy}: " + ", ".join(f"{name} {span}" for name, span in spans.items()))
    return said


def main() -> int:
    """Print the table and keep it; 1 if waves do not keep their promise in every seed."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    found = asyncio.run(measure(seeds))
    keep("simulate_tireless" if TIRELESS in sys.argv else "simulate", found)
    print(*over_seeds(found), sep="\n")
    return 0 if all(kept(found)) or TIRELESS in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
