"""What one thing costs in a city of a hundred communities, compared with the same in one.

Every operation goes the whole way: the update is stored, handled, and all that is said because of it is rendered and
marked sent, with every commit. Residents are drawn by chance over the whole city, so that what they touch lies in
cold corners of the tables as it would. `python -m proof.scale [repeats] [residents …]`.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median

from bot import demo, operator, running
from bot.settings import Settings
from community import notices
from community.here import Here
from community.working_time import WorkingTime
from proof import city, mix, postgres, rig
from proof.bot_here import Bot, Cost
from proof.city import COMMUNITY, VOTES, City
from proof.table import Row, lines
from storage.database import Database
from storage.queries import notices as rows
from storage.states import Priority, Role

SIZES = {"sqlite": (10_000, 100_000, 1_000_000), "postgresql": (10_000, 100_000)}
REACH = 1.3
PROMISED = ("report", "claim", "ballot")
_WARM_UP = 5
_DRAWN = 400


class Wrong(Exception):
    """What was measured was not what was meant: the measurement is worth nothing."""


@dataclass(kw_only=True)
class Place:
    """A city, a bot in it, and what was measured there."""

    city: City
    settings: Settings
    database: Database
    bot: Bot
    began: datetime
    chance: random.Random
    drawn: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def slot(self, within: int, every: int) -> int:
        """Somebody by chance, of those whose slot in their stairwell (or so) is that; nobody twice while others are."""
        drawn = self.drawn.setdefault((within, every), [])
        if not drawn:
            there = range(within, self.city.residents, every)
            drawn += self.chance.sample(there, min(len(there), _DRAWN))
        return drawn.pop()

    def number(self, slot: int) -> int:
        """The number by which `mix` knows whoever lives there."""
        return self.city.joined(slot)

    @property
    def date(self) -> int:
        """Now, as Telegram says it."""
        return int(self.bot.here.now.timestamp())


async def report(place: Place) -> Cost:
    """A report, from /report to its number."""
    number, date = place.number(place.slot(5, 25)), place.date
    words = f"楼道灯不亮了，{place.chance.randrange(1000)}号旁边"
    return await place.bot.take(
        [
            mix.said(number, "/report", date=date),
            mix.said(number, words, date=date),
            mix.pressed(number, "step.report.preview:0:submit", date=date),
        ]
    )


async def report_by_pin(place: Place) -> Cost:
    """A report whose place is looked for in the list, then shown on the map."""
    number, date = place.number(place.slot(6, 25)), place.date
    pin = mix.said(number, "", date=date)
    pin["message"].pop("text")
    pin["message"]["location"] = {
        "latitude": 26 + place.chance.random() * 0.02,
        "longitude": 119 + place.chance.random() * 0.02,
    }
    return await place.bot.take(
        [
            mix.said(number, "/report", date=date),
            mix.said(number, "井盖松了，踩上去会响", date=date),
            mix.pressed(number, "step.report.preview:0:edit", date=date),
            mix.pressed(number, "step.report.edit:0:place", date=date),
            pin,
            mix.pressed(number, "step.report.preview:0:submit", date=date),
        ]
    )


async def order(place: Place, slot: int) -> Cost:
    """An elder's order with two taps, and the card on the volunteers' screens."""
    number, date = place.number(slot), place.date
    return await place.bot.take(
        [
            mix.said(number, "🔧 修东西", date=date),
            mix.pressed(number, "step.order.confirm:0:yes", date=date),
        ]
    )


async def claim(place: Place, slot: int, task_id: int) -> Cost:
    """A volunteer of the grid takes it."""
    volunteer = slot - slot % 1000 + place.chance.randrange(20) * 50 + 7
    return await place.bot.take([mix.pressed(place.number(volunteer), f"task.claim:{task_id}:", date=place.date)])


async def ballot(place: Place) -> Cost:
    """A household's first ballot in a vote of its community."""
    slot = place.slot(5, 25)
    vote = 1 + slot // COMMUNITY * VOTES
    return await place.bot.take([mix.pressed(place.number(slot), f"vote.cast:{vote}:yes", date=place.date)])


async def say(place: Place, words: str, slot: int) -> Cost:
    """A command."""
    return await place.bot.take([mix.said(place.number(slot), words, date=place.date)])


async def step(place: Place, notice_id: int) -> Cost:
    """One step of a notice to a community: the next hundred people are queued."""
    wall, cpu = time.perf_counter(), time.process_time()
    async with place.database.write() as tx:
        await notices.go_on(tx, place.bot.here, notice_id)
    cost = Cost(wall=(time.perf_counter() - wall) * 1000, cpu=(time.process_time() - cpu) * 1000, messages=0)
    async with place.database.write() as tx:  # as if they had been sent
        await tx.run("DELETE FROM outbox WHERE priority = :notice AND state = 'waiting'", notice=Priority.NOTICE)
    return cost


async def one_round(place: Place) -> None:
    """One sample of each."""

    def keep(name: str, cost: Cost) -> None:
        place.costs.setdefault(name, []).append(cost)

    keep("report", await report(place))
    elder = place.slot(24, 25)
    keep("order", await order(place, elder))
    async with place.database.read() as tx:
        task_id = await tx.need(int, "SELECT MAX(id) FROM tasks WHERE kind = 'visit'")
    keep("claim", await claim(place, elder, task_id))
    keep("ballot", await ballot(place))
    keep("report with a pin on the map", await report_by_pin(place))
    keep("/my", await say(place, "/my", place.slot(10, 25)))
    keep("/notices", await say(place, "/notices", place.slot(20, 25)))
    keep("/desk of a grid worker", await say(place, "/desk", place.slot(17, 1000)))


async def one_long_round(place: Place, notice_id: int) -> None:
    """One sample of what is done more rarely."""

    def keep(name: str, cost: Cost) -> None:
        place.costs.setdefault(name, []).append(cost)

    keep("/vote", await say(place, "/vote", place.slot(22, 25)))
    keep("/vote of staff", await say(place, "/vote", place.slot(19, 5000)))
    staff = place.number(place.slot(19, 5000))
    keep("whom a notice may go to", await place.bot.take([mix.pressed(staff, "notice.write:0:", date=place.date)]))
    keep("/desk of staff", await say(place, "/desk", place.slot(19, 5000)))
    keep("a notice's next hundred people", await step(place, notice_id))
    wall, cpu = time.perf_counter(), time.process_time()
    await operator.status(place.settings, place.database)
    ms = (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
    keep("jinlin status", Cost(wall=ms[0], cpu=ms[1], messages=0))


async def begin_notice(place: Place) -> int:
    """A notice to the last community, of which nobody has heard yet."""
    now, slot = place.bot.here.now, place.city.residents - COMMUNITY + 19
    async with place.database.write() as tx:
        at = city.community(place.city.communities - 1)
        return await rows.add(
            tx,
            author_id=city.PEOPLE + place.city.joined(slot),
            role=Role.STAFF,
            office_id=at,
            place_id=at,
            words=tx.seal("明天 9:00-17:00 停水，请提前存水。"),
            photo=None,
            expected=9500,
            now=now,
        )


@asynccontextmanager
async def opened(url: str, residents: int, seed: int) -> AsyncIterator[Place]:
    """A city with a bot in it, in an empty database."""
    settings, whole = rig.settings_for(url), City(residents=residents)
    async with running.opened(settings) as database:
        found, _ = await running.load(settings, database)
        here = Here(
            neighbourhood=found,
            working_time=WorkingTime.of(found, settings.zone),
            zone=settings.zone,
            now=(await running.clock_of(settings, database)).now(),
        )
        async with database.write() as tx:
            await demo.seed(tx, here)
        engine, cipher = database.engine, database.cipher
    began = time.monotonic()
    if engine == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        await asyncio.to_thread(city.build_sqlite, path, whole, cipher=cipher, now=here.now)
    else:
        await city.build_postgres(url, whole, cipher=cipher, now=here.now)
    print(f"  {residents:,} residents put in, {time.monotonic() - began:.0f} s", flush=True)
    async with running.opened(settings) as database:
        bot = Bot(database, here)
        await bot.start()
        try:
            yield Place(
                city=whole,
                settings=settings,
                database=database,
                bot=bot,
                began=here.now,
                chance=random.Random(seed),
            )
        finally:
            await bot.stop()


async def compared(urls: dict[int, str], samples: int) -> dict[int, dict[str, list[Cost]]]:
    """The costs of everything in each city, the cities taking turns."""
    async with AsyncExitStack() as stack:
        places = [
            await stack.enter_async_context(opened(url, residents, seed))
            for seed, (residents, url) in enumerate(urls.items())
        ]
        for place in places:
            for _ in range(_WARM_UP):
                await one_round(place)
            place.costs.clear()
        told = {place.city.residents: await begin_notice(place) for place in places}
        for sample in range(samples):
            for place in places if sample % 2 else reversed(places):
                await one_round(place)
                if sample % 5 == 0:
                    await one_long_round(place, told[place.city.residents])
        for place in places:
            await _check(place, _WARM_UP + samples)
        return {place.city.residents: place.costs for place in places}


async def _check(place: Place, rounds: int) -> None:
    """Everything was done, but for a few elders who had ordered the same before. Raises Wrong."""
    async with place.database.read() as tx:
        counted = {
            "reports": await tx.need(int, "SELECT COUNT(*) FROM reports WHERE id > :n", n=place.city.residents) / 2,
            "claims": await tx.need(
                int,
                "SELECT COUNT(*) FROM tasks WHERE order_id > :n AND state = 'claimed'",
                n=place.city.residents // 5,
            ),
            "ballots": await tx.need(int, "SELECT COUNT(*) FROM ballots WHERE cast_at >= :began", began=place.began),
        }
    short = {what: n for what, n in counted.items() if not rounds * 0.9 <= n <= rounds}
    if short:
        raise Wrong(f"{place.city.residents:,} residents: {short} of {rounds}")


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def _rows(engine: str, costs: dict[int, dict[str, list[Cost]]]) -> Iterator[Row]:
    smallest, *larger = costs
    on = "" if engine == "sqlite" else " on PostgreSQL"
    for what, idle in costs[smallest].items():
        base = median(c.wall for c in idle), median(c.cpu for c in idle)
        for residents in larger:
            here = costs[residents][what]
            wall, cpu = median(c.wall for c in here), median(c.cpu for c in here)
            # PostgreSQL works in processes of its own: only the wall shows what it does.
            figure = max(wall / base[0], cpu / base[1]) if engine == "sqlite" else wall / base[0]
            promised = what in PROMISED
            p95 = _quantile([c.wall for c in here], 0.95) / _quantile([c.wall for c in idle], 0.95)
            yield Row(
                what=f"{what} at {residents:,} residents{on}",
                figure=figure,
                unit=f"× at {smallest:,}",
                beside={
                    f"ms at {smallest:,}": base[0],
                    "ms": wall,
                    "CPU ms": cpu,
                    "p95 ×": p95,
                    "messages": median(c.messages for c in here),
                },
                reach=f"≤ {REACH}" if promised else "",
                reached=figure <= REACH if promised else None,
                note=f"{len(here)} samples",
            )


def measure(repeats: int, *, sizes: dict[str, tuple[int, ...]] = SIZES) -> list[Row]:
    """The rows of the table; a repeat is 40 samples of each."""
    samples = max(repeats * 40, 20)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        urls = {residents: f"sqlite:///{name}/{residents}.db" for residents in sizes["sqlite"]}
        if urls:
            rows += _rows("sqlite", asyncio.run(compared(urls, samples)))
    if sizes["postgresql"]:
        with postgres.Cluster.running() as server:
            urls = {residents: server.create() for residents in sizes["postgresql"]}
            rows += _rows("postgresql", asyncio.run(compared(urls, samples)))
    return rows


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    few = {engine: tuple(n for n in all_ if not asked[1:] or n in asked[1:]) for engine, all_ in SIZES.items()}
    print(*lines(measure(asked[0] if asked else 3, sizes=few)), sep="\n")
