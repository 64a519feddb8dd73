"""What a claim costs among a thousand open tasks, and choosing a wave among ten thousand volunteers.

The community is the simulation's (`proof/simulate.py`), with as many volunteers as are asked for. A claim goes the
whole way: the press is stored and handled, and every card that changes is rendered and marked sent. Waves are chosen
and asked by the real dispatch; what is measured of them ends before the commit, which is the same for all.
`python -m proof.orders [repeats]`.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from statistics import median

from community import dispatch, orders
from community.here import Here
from proof import mix, postgres, simulate, town
from proof.bot_here import Bot
from proof.table import Row, lines
from storage.crypto import Cipher, new_key
from storage.database import Database, connect
from storage.migrations import migrate
from storage.queries import offers
from storage.queries import tasks as rows
from storage.records import Person

CLAIM = "a claim"
OPEN = {CLAIM: (10, 1_000)}
VOLUNTEERS = (100, 10_000)
ELDERS = 1_200
CLAIM_REACH, WAVE_REACH = 1.3, 3.0
WAVES = ("an order with its first wave", "the second wave", "the third wave")
_WARM_UP = 5
_NEVER = 1_000_000


class Wrong(Exception):
    """What was measured was not what was meant: the measurement is worth nothing."""


@dataclass(kw_only=True)
class Place:
    """A community, and what was measured there: ms by what it was of, and how many were asked in a wave."""

    month: simulate.Month
    bot: Bot
    elders: Iterator[Person]
    ms: dict[str, list[float]] = field(default_factory=dict)
    asked: dict[str, list[int]] = field(default_factory=dict)

    def here(self) -> Here:
        """The community at ten in the morning."""
        return self.bot.here

    def keep(self, what: str, begun: float) -> None:
        """One more sample."""
        self.ms.setdefault(what, []).append((time.perf_counter() - begun) * 1000)


@asynccontextmanager
async def settled(url: str, *, volunteers: int) -> AsyncIterator[Place]:
    """A community in an empty database, with so many volunteers, who may be asked as often as you like."""
    database: Database = await connect(url, Cipher(new_key()))
    try:
        await migrate(database)
        found = simulate.by_policy(simulate.WAVES)
        often = found.dispatch.model_copy(update={"daily_cap": _NEVER})
        month = simulate.Month(database, found.model_copy(update={"dispatch": often}), simulate.WAVES, 0)
        async with database.write() as tx:
            await simulate.settle(month, tx, 0, people_=ELDERS + volunteers, volunteers_=volunteers)
            if database.engine == "postgresql":
                await tx.run("ANALYZE")  # as autovacuum would, a minute later
        here = month.here()
        bot = Bot(database, replace(here, now=here.now.replace(hour=2)))  # ten o'clock there
        await bot.start()
        try:
            yield Place(month=month, bot=bot, elders=iter(month.elders))
        finally:
            await bot.stop()
    finally:
        await database.close()


async def order(place: Place) -> int:
    """Somebody orders, and the first wave is asked; the task."""
    async with place.month.database.write() as tx:
        begun = time.perf_counter()
        made = await orders.place(tx, place.here(), next(place.elders), service="repairs")
        place.keep(WAVES[0], begun)
        task = await rows.of_order(tx, made.id)
        place.asked.setdefault(WAVES[0], []).append(len(await offers.waiting(tx, task.id if task else 0)))
        return task.id if task else 0


async def claim(place: Place) -> None:
    """Somebody orders, and one of those who are asked takes it."""
    task_id = await order(place)
    await place.bot.send()
    async with place.month.database.read() as tx:
        volunteer = (await offers.waiting(tx, task_id))[0]
    press = mix.pressed((volunteer.telegram_id or 0) - town.FIRST, f"task.claim:{task_id}:", date=0)
    place.ms.setdefault(CLAIM, []).append((await place.bot.take([press])).wall)
    async with place.month.database.read() as tx:
        task = await rows.by_id(tx, task_id)
        if task is None or task.taker_id != volunteer.id:
            raise Wrong(task)


async def waves(place: Place) -> None:
    """Somebody orders, and nobody answers."""
    task_id = await order(place)
    for what in WAVES[1:]:
        async with place.month.database.write() as tx:
            before, _ = await offers.counts(tx, task_id)
            begun = time.perf_counter()
            await dispatch.next_wave(tx, place.here(), task_id)
            place.keep(what, begun)
            place.asked.setdefault(what, []).append((await offers.counts(tx, task_id))[0] - before)
    async with place.month.database.write() as tx:
        await tx.run("DELETE FROM outbox")  # as if all had been sent


async def compared(urls: list[str], samples: int, *, claims: bool) -> list[Place]:
    """Claims among few and many open tasks, or waves among few and many volunteers; they take turns."""
    async with AsyncExitStack() as stack:
        sizes = OPEN[CLAIM] if claims else VOLUNTEERS
        places = []
        for url, size in zip(urls, sizes, strict=True):
            place = await stack.enter_async_context(settled(url, volunteers=300 if claims else size))
            for _ in range(size if claims else 0):
                await order(place)
            await place.bot.send()
            places.append(place)
        for sample in range(-_WARM_UP, samples):
            if sample == 0:
                for place in places:
                    place.ms.clear()
                    place.asked.clear()
            for place in places if sample % 2 else reversed(places):
                await (claim if claims else waves)(place)
        return places


def _rows(engine: str, few: Place, many: Place, *, claims: bool) -> Iterator[Row]:
    on = "" if engine == "sqlite" else " on PostgreSQL"
    (small, large), reach = (OPEN[CLAIM], CLAIM_REACH) if claims else (VOLUNTEERS, WAVE_REACH)
    of = "open tasks" if claims else "volunteers"
    for what in (CLAIM,) if claims else WAVES:
        base, here = median(few.ms[what]), median(many.ms[what])
        asked = {} if claims else {f"asked of {small}": median(few.asked[what]), "asked": median(many.asked[what])}
        fewer = asked["asked"] / asked[f"asked of {small}"] if asked else 1  # of a hundred not so many fit as are asked
        yield Row(
            what=f"{what}, {large:,} {of}{on}",
            figure=here / base / fewer,
            unit=f"× with {small}" + (", for each who is asked" if asked else ""),
            beside={f"ms with {small}": base, "ms": here, **asked},
            reach=f"≤ {reach}",
            reached=here / base / fewer <= reach,
            note=f"{len(few.ms[what])} samples",
        )


def measure(repeats: int) -> list[Row]:
    """The rows of the table; a repeat is 40 samples of each."""
    found: list[Row] = []
    for claims in (True, False):
        with tempfile.TemporaryDirectory() as name:
            urls = [f"sqlite:///{name}/{number}.db" for number in range(2)]
            found += _rows("sqlite", *asyncio.run(compared(urls, repeats * 40, claims=claims)), claims=claims)
        with postgres.Cluster.running() as server:
            urls = [server.create(), server.create()]
            found += _rows("postgresql", *asyncio.run(compared(urls, repeats * 40, claims=claims)), claims=claims)
    return found


if __name__ == "__main__":
    print(*lines(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sep="\n")
