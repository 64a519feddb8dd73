"""⏳ 我的时间: what somebody has, and what has moved, for themselves alone."""

from dataclasses import dataclass

from community import permissions, tasks
from community import time_bank_ledger as ledger
from community.here import Here
from community.tell import NO_NAME
from community.time_bank_ledger import Holdings
from storage.database import Transaction
from storage.queries import certificates, postings, time_bank
from storage.records import Json, Person
from storage.rows import to_ms
from storage.states import PostingState
from storage.time_bank_records import AccountLine


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Balances apart, and the latest lines; `words` are why something was entered or reversed."""

    holdings: Holdings
    lines: list[Json]


async def of(tx: Transaction, here: Here, person: Person, *, limit: int = 10) -> Statement:
    """Somebody's statement."""
    found = await time_bank.lines(tx, person_id=person.id, limit=limit)
    return Statement(holdings=await ledger.holdings(tx, person.id), lines=[_line(tx, here, line) for line in found])


def _line(tx: Transaction, here: Here, line: AccountLine) -> Json:
    return {
        "number": line.transfer_id,
        "at": {"ms": to_ms(line.at)},
        "why": line.why.value,
        "kind": line.kind.value,
        "minutes": line.minutes,
        "service": tasks.service_name(here, line.service) if line.service else NO_NAME,
        "words": permissions.own_words(tx, line.words),
        "undone": line.undone,
    }


async def export(tx: Transaction, person: Person) -> Json:
    """All of it as JSON values, with the certificates and the gifts."""
    held = await ledger.holdings(tx, person.id)
    return {
        "minutes": {"credit": held.credit, "surplus": held.surplus, "honour": held.honour},
        "lines": [
            {
                "number": line.transfer_id,
                "at": line.at,
                "why": line.why,
                "kind": line.kind,
                "minutes": line.minutes,
                "service": line.service,
                "words": permissions.own_words(tx, line.words),
                "reversed": line.undone,
            }
            for line in await time_bank.lines(tx, person_id=person.id, limit=100_000)
        ],
        "gifts": [
            {"minutes": gift.minutes, "relation": gift.relation, "state": gift.state, "at": gift.created_at}
            for gift in await postings.gifts_of(tx, person_id=person.id)
            if gift.asked_by == person.id or gift.state is PostingState.COMMITTED
        ],
        "certificates": [
            {"number": paper.id, "credit": paper.credit, "honour": paper.honour, "issued_at": paper.issued_at}
            for paper in await certificates.of_person(tx, person.id)
        ],
    }
