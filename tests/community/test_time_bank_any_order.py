"""Whatever is done to the time bank in whatever order: it sums to zero, and nobody but the fund is below zero."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from factories import AMEI, KEY, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU, ZONE, StillClock, person
from hypothesis import given, settings
from hypothesis import strategies as st

from community import order_verdict, orders, taking, time_bank_check, time_bank_giving, time_bank_postings
from community.errors import Refused
from community.here import Here
from community.neighbourhood import Neighbourhood
from community.working_time import WorkingTime
from storage.crypto import Cipher
from storage.database import Database, Transaction, connect
from storage.queries import people as people_rows
from storage.queries import tasks as task_rows
from storage.records import Person
from storage.states import PostingKind, Relation

HELPERS = (XIAOLIN, AMEI, NAINAI)
STAFF = (WU, ZHOU, XIAOWANG)
PHONE = "13900007777"
ACTIONS = ("visit", "company", "donate", "give", "offer", "answer", "lapse", "enter", "reverse", "decide")
Step = tuple[str, int, int, int]


class Undone(Exception):
    """The end of a try."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A town on SQLite, and a loop to act in; its ceilings are low and its fund is poor."""

    runner: asyncio.Runner
    database: Database
    clock: StillClock
    neighbourhood: Neighbourhood

    def here(self) -> Here:
        """The neighbourhood now."""
        working_time = WorkingTime.of(self.neighbourhood, ZONE)
        return Here(neighbourhood=self.neighbourhood, working_time=working_time, zone=ZONE, now=self.clock.now())


@pytest.fixture(scope="module")
def stage(templates: Any, neighbourhood: Neighbourhood, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("any_order")
    rules = {"ceiling_hours": 1, "companion_daily_minutes": 30, "fund_floor_hours": -1, "gifts_waiting": 2}
    low = neighbourhood.time_bank.model_copy(update=rules)
    with asyncio.Runner() as runner:
        url = templates.copy("sqlite", "town", folder)
        database = runner.run(connect(url, Cipher(KEY)))
        made = Stage(
            runner=runner,
            database=database,
            clock=StillClock(),
            neighbourhood=neighbourhood.model_copy(update={"time_bank": low}),
        )
        runner.run(settle(made))
        yield made
        runner.run(database.close())


async def settle(stage: Stage) -> None:
    """小林 and 阿梅 live together, and 陈奶奶 can be found by her number."""
    async with stage.database.write() as tx:
        home = (await person(tx, XIAOLIN)).place_id
        amei = await person(tx, AMEI)
        await tx.run("UPDATE people SET place_id = :home WHERE id = :id", home=home, id=amei.id)
        await people_rows.set_phone(tx, person_id=(await person(tx, NAINAI)).id, phone=PHONE)


async def visit(stage: Stage, tx: Transaction, helper: Person, served: Person, minutes: int, service: str) -> None:
    """Help that was ordered, done and confirmed."""
    order = await orders.place(tx, stage.here(), served, service=service)
    task = await task_rows.of_order(tx, order.id)
    assert task is not None
    await taking.claim(tx, stage.here(), helper, task.id)
    await taking.arrive(tx, stage.here(), helper, task.id)
    stage.clock.advance(minutes=minutes)
    await taking.finish(tx, stage.here(), helper, task.id)
    await order_verdict.confirm(tx, stage.here(), served, order.id)


async def pending(tx: Transaction, kind: PostingKind, number: int) -> int:
    """One of those that wait; 0 where none does."""
    found = await tx.all(int, "SELECT id FROM postings WHERE kind = :kind AND state = 'pending' ORDER BY id", kind=kind)
    return found[number % len(found)] if found else 0


async def act(stage: Stage, tx: Transaction, step: Step) -> None:
    """One thing that somebody does. Raises Refused."""
    action, one, other, minutes = step
    here = stage.here()
    who, whom = await person(tx, HELPERS[one % 3]), await person(tx, HELPERS[other % 3])
    first, second = await person(tx, STAFF[one % 3]), await person(tx, STAFF[other % 3])
    match action:
        case "visit":
            await visit(stage, tx, who, whom, minutes, "repairs")
        case "company":
            await visit(stage, tx, who, whom, minutes, "chat")
        case "donate":
            await time_bank_giving.donate(tx, here, who, minutes=minutes)
        case "give":
            await time_bank_giving.give_at_home(
                tx, here, who, receiver_id=whom.id, relation=Relation.FAMILY, minutes=minutes
            )
        case "offer":
            phone = PHONE if other % 2 else "13911112222"
            await time_bank_giving.offer(tx, here, who, phone=phone, relation=Relation.PARENT, minutes=minutes)
        case "answer":
            gift = await pending(tx, PostingKind.GIFT, one)
            await time_bank_giving.answer(tx, here, await person(tx, NAINAI), gift, yes=other % 3 > 0)
        case "lapse":
            await time_bank_giving.lapse(tx, here, await pending(tx, PostingKind.GIFT, one))
        case "enter":
            await time_bank_postings.ask_entry(tx, here, first, helper_id=whom.id, minutes=minutes, words="义诊")
        case "reverse":
            count = await tx.need(int, "SELECT COUNT(*) FROM transfers")
            number = minutes % count + 1 if count else 1
            asked = await time_bank_postings.ask_reversal(tx, here, first, number=number, words="记错了")
            if one % 3 < 2 and minutes % 3:  # mostly at once
                other_one = await person(tx, STAFF[1 - one % 3])
                await time_bank_postings.decide(tx, here, other_one, asked.id, yes=True)
        case "decide":
            kind = PostingKind.ENTRY if minutes % 2 else PostingKind.REVERSAL
            await time_bank_postings.decide(tx, here, second, await pending(tx, kind, one), yes=minutes % 5 > 0)


async def live(stage: Stage, steps: list[Step]) -> list[str]:
    """Do them all, each whole or not at all, and look at the ledger after each; what was wrong, and where."""
    wrong: list[str] = []
    begun = stage.clock.at
    with contextlib.suppress(Undone):
        async with stage.database.write() as tx:
            for number, step in enumerate(steps):
                with contextlib.suppress(Refused):
                    async with tx.savepoint():
                        await act(stage, tx, step)
                found = [*(await time_bank_check.check(tx)).findings, *await rules(tx)]
                wrong += [f"after step {number} {step}: {line}" for line in found]
            raise Undone
    stage.clock.at = begun
    return wrong


async def rules(tx: Transaction) -> list[str]:
    """The same rules once more, in other words than the check's."""
    uneven = await tx.all(int, "SELECT SUM(minutes) FROM movements GROUP BY transfer_id")
    single = await tx.all(int, "SELECT COUNT(*) FROM movements GROUP BY transfer_id")
    below = await tx.all(
        int,
        "SELECT SUM(m.minutes) FROM movements m JOIN accounts a ON a.id = m.account_id "
        "WHERE a.person_id IS NOT NULL GROUP BY a.id",
    )
    high = await tx.all(
        int,
        "SELECT SUM(m.minutes) FROM movements m JOIN accounts a ON a.id = m.account_id "
        "WHERE a.person_id IS NOT NULL AND a.kind = 'credit' GROUP BY a.id",
    )
    return [
        *["a transfer is uneven"] * any(uneven),
        *["a transfer has not two movements"] * (set(single) > {2}),
        *["somebody is below zero"] * any(minutes < 0 for minutes in below),
        *["somebody holds more than the ceiling"] * any(minutes > 60 for minutes in high),
    ]


_STEPS = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 5), st.integers(0, 5), st.integers(1, 130))


_BEGIN: list[Step] = [("visit", 0, 2, 60), ("visit", 1, 2, 40), ("company", 0, 2, 50)]


@pytest.mark.slow
@given(steps=st.lists(_STEPS, min_size=10, max_size=40))
@settings(max_examples=120)
def test_the_ledger_is_right_after_whatever_is_done(stage: Stage, steps: list[Step]) -> None:
    assert stage.runner.run(live(stage, [*_BEGIN, *steps])) == []


def test_the_steps_do_reach_every_kind_of_transfer(stage: Stage) -> None:
    """Else the test above would be right about nothing."""
    steps: list[Step] = [
        ("visit", 0, 2, 120),
        ("company", 1, 2, 50),
        ("visit", 1, 0, 55),
        ("give", 0, 1, 10),
        ("donate", 0, 0, 5),
        ("offer", 1, 1, 20),
        ("answer", 0, 1, 1),
        ("enter", 0, 0, 30),
        ("decide", 0, 1, 1),
        ("reverse", 0, 0, 120 * 7),
        ("decide", 0, 1, 2),
    ]

    assert stage.runner.run(live(stage, steps)) == []
    assert stage.runner.run(kinds(stage, steps)) >= {"visit", "excess", "entry", "gift", "donation", "reversal"}


async def kinds(stage: Stage, steps: list[Step]) -> set[str]:
    """The kinds of transfers that these come to; none of them is refused."""
    found: set[str] = set()
    begun = stage.clock.at
    with contextlib.suppress(Undone):
        async with stage.database.write() as tx:
            for step in steps:
                await act(stage, tx, step)
            found = set(await tx.all(str, "SELECT DISTINCT kind FROM transfers"))
            raise Undone
    stage.clock.at = begun
    return found
