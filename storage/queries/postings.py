"""What is posted to the time bank once somebody else has said yes."""

from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.states import PostingKind, PostingState, Relation
from storage.time_bank_records import Posting

_POSTING = (
    "p.id, p.kind, p.state, p.asked_by, p.person_id, p.minutes, p.relation, p.transfer_id, p.words, p.decided_by, "
    "p.created_at"
)
_CONCERNS = (
    "SELECT id FROM postings WHERE asked_by = :person_id UNION SELECT id FROM postings WHERE person_id = :person_id"
)


async def add(
    tx: Transaction,
    *,
    kind: PostingKind,
    asked_by: int,
    person_id: int | None,
    minutes: int,
    relation: Relation | None = None,
    transfer_id: int | None = None,
    words: Sealed | None = None,
    now: datetime,
) -> int:
    """One more, pending; its number. Raises Violation when the same reversal is asked for already."""
    return await tx.insert(
        "INSERT INTO postings (kind, state, asked_by, person_id, minutes, relation, transfer_id, words, created_at) "
        "VALUES (:kind, 'pending', :asked_by, :person_id, :minutes, :relation, :transfer_id, :words, :now)",
        kind=kind,
        asked_by=asked_by,
        person_id=person_id,
        minutes=minutes,
        relation=relation,
        transfer_id=transfer_id,
        words=words,
        now=now,
    )


async def by_id(tx: Transaction, posting_id: int) -> Posting | None:
    """The posting."""
    return await tx.one(Posting, f"SELECT {_POSTING} FROM postings p WHERE p.id = :posting_id", posting_id=posting_id)


async def decide(
    tx: Transaction, *, posting_id: int, state: PostingState, decided_by: int | None, now: datetime
) -> bool:
    """Commit or reject it; False when that was decided already."""
    return bool(
        await tx.run(
            "UPDATE postings SET state = :state, decided_by = :decided_by, decided_at = :now "
            "WHERE id = :posting_id AND state = 'pending'",
            state=state,
            decided_by=decided_by,
            now=now,
            posting_id=posting_id,
        )
    )


async def decline(tx: Transaction, *, posting_id: int, by: int, now: datetime) -> bool:
    """A gift is not wanted, of which the giver hears no sooner than of one that nobody saw; False when it is over."""
    return bool(
        await tx.run(
            "UPDATE postings SET decided_by = :by, decided_at = :now "
            "WHERE id = :posting_id AND state = 'pending' AND decided_by IS NULL",
            by=by,
            now=now,
            posting_id=posting_id,
        )
    )


async def reversal_of(tx: Transaction, transfer_id: int) -> Posting | None:
    """The reversal of a transfer that is asked for or was made."""
    return await tx.one(
        Posting,
        f"SELECT {_POSTING} FROM postings p WHERE p.transfer_id = :transfer_id AND p.kind = 'reversal' "
        "AND p.state <> 'rejected'",
        transfer_id=transfer_id,
    )


async def gifts_waiting(tx: Transaction, *, asked_by: int) -> list[Posting]:
    """What somebody has offered and nobody has taken yet."""
    return await tx.all(
        Posting,
        f"SELECT {_POSTING} FROM postings p WHERE p.asked_by = :asked_by AND p.kind = 'gift' AND p.state = 'pending' "
        "ORDER BY p.id",
        asked_by=asked_by,
    )


async def waiting_for(tx: Transaction, *, person_id: int) -> list[Posting]:
    """What is pending that somebody has asked for, or that is for them."""
    return await tx.all(
        Posting,
        f"SELECT {_POSTING} FROM postings p WHERE p.state = 'pending' AND p.id IN ({_CONCERNS}) ORDER BY p.id",
        person_id=person_id,
    )


async def gifts_of(tx: Transaction, *, person_id: int) -> list[Posting]:
    """What somebody has given or was given."""
    return await tx.all(
        Posting,
        f"SELECT {_POSTING} FROM postings p WHERE p.kind = 'gift' AND p.id IN ({_CONCERNS}) ORDER BY p.id",
        person_id=person_id,
    )


async def forget(tx: Transaction, *, person_id: int) -> None:
    """What was written about somebody who is erased."""
    await tx.run("UPDATE postings SET words = NULL WHERE person_id = :person_id", person_id=person_id)
