"""补记 and 冲正: what one of staff asks for and another confirms, never the same person nor one whose minutes they are.

That it takes two, and that corrections are reversals, are rules of the cities' time banks; whoever records certifies
(Order 67 of the Ministry of Civil Affairs), so both are kept with the entry.
"""

from dataclasses import dataclass

from community import permissions
from community import time_bank_ledger as ledger
from community.errors import NoLongerPossible, NotFound, TooLong
from community.here import Here
from community.permissions import ALLOWED, Action
from community.tell import reachable_by_chat, refresh, show, tell
from community.time_bank import leave_to_the_fund
from community.time_bank_texts import (
    Decided,
    EntryMade,
    NobodyElse,
    NotMinutes,
    NotReversible,
    NotYourself,
    Reversed,
    SecondPerson,
)
from storage.database import Transaction
from storage.queries import people, places, postings
from storage.queries import time_bank as rows
from storage.records import Person
from storage.states import PostingKind, PostingState, Priority, TransferKind
from storage.time_bank_records import Movement, Posting, Transfer

WORDS_LIMIT = 200
CARD = "posting"
_REVERSIBLE = (TransferKind.VISIT, TransferKind.ENTRY, TransferKind.GIFT, TransferKind.DONATION)


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A transfer as staff see it: whose it is (who was helped, or was given to, is not said)."""

    transfer: Transfer
    person: Person
    minutes: int


async def may_bank(tx: Transaction, actor: Person) -> bool:
    """Whether somebody enters minutes anywhere."""
    return await permissions.works_somewhere(tx, actor, Action.BANK_TIME)


async def helpers(tx: Transaction, here: Here, actor: Person, words: str) -> list[Person]:
    """Those whom a number or a part of a name may mean, where the actor works: by name, volunteers only."""
    digits = "".join(c for c in words if c.isdigit())
    found = await people.by_phone(tx, digits) if len(digits) >= 7 else await people.volunteers(tx, limit=2000)
    if len(digits) < 7:
        found = [p for p in found if words in permissions.public_name(tx, p)]
    return [p for p in found if p.id != actor.id and await _reaches(tx, here, actor, p)]


async def ask_entry(tx: Transaction, here: Here, actor: Person, *, helper_id: int, minutes: int, words: str) -> Posting:
    """补记时间. Raises NotYourself, NotAllowed, NotMinutes, TooLong, NobodyElse."""
    helper = await people.by_id(tx, helper_id)
    if helper.id == actor.id:
        raise NotYourself
    await permissions.require(tx, actor, Action.BANK_TIME, place_id=await _office(tx, here, helper))
    most = here.neighbourhood.time_bank.entry_max_minutes
    if not 1 <= minutes <= most:
        raise NotMinutes(most=most)
    if len(words) > WORDS_LIMIT:
        raise TooLong(limit=WORDS_LIMIT, length=len(words))
    return await _ask(tx, here, actor, helper, kind=PostingKind.ENTRY, minutes=minutes, words=words, about=None)


async def booked(tx: Transaction, here: Here, actor: Person, number: int) -> Booked:
    """The entry of that number, to be reversed. Raises NotFound, NotReversible."""
    transfer = await rows.by_id(tx, number)
    if transfer is None:
        raise NotFound
    payer, payee = await rows.movements(tx, number)
    person = await people.by_id(tx, _whose(payer, payee))
    if not await _reaches(tx, here, actor, person):
        raise NotFound
    if transfer.kind not in _REVERSIBLE or await postings.reversal_of(tx, number) is not None:
        raise NotReversible
    return Booked(transfer=transfer, person=person, minutes=payee.minutes)


async def ask_reversal(tx: Transaction, here: Here, actor: Person, *, number: int, words: str) -> Posting:
    """冲正. Raises NotFound, NotReversible, NotYourself, TooLong, NobodyElse."""
    found = await booked(tx, here, actor, number)
    if actor.id in await _concerned(tx, number):
        raise NotYourself
    if len(words) > WORDS_LIMIT:
        raise TooLong(limit=WORDS_LIMIT, length=len(words))
    return await _ask(
        tx, here, actor, found.person, kind=PostingKind.REVERSAL, minutes=found.minutes, words=words, about=number
    )


async def get(tx: Transaction, posting_id: int) -> Posting:
    """An entry or a reversal that was asked for. Raises NotFound."""
    posting = await postings.by_id(tx, posting_id)
    if posting is None or posting.kind is PostingKind.GIFT or posting.person_id is None:
        raise NotFound
    return posting


async def may_decide(tx: Transaction, here: Here, actor: Person, posting: Posting) -> bool:
    """Whether somebody is a second person for it."""
    concerned = await _concerned(tx, posting.transfer_id) if posting.transfer_id is not None else set()
    if actor.id in {posting.asked_by, posting.person_id, *concerned}:
        return False
    return await _reaches(tx, here, actor, await people.by_id(tx, posting.person_id or 0))


async def decide(tx: Transaction, here: Here, actor: Person, posting_id: int, *, yes: bool) -> Posting:
    """属实 or 不属实. Raises NotFound, NotAllowed, SecondPerson, NotYourself, NoLongerPossible."""
    posting = await get(tx, posting_id)
    helper = await people.by_id(tx, posting.person_id or 0)
    await permissions.require(tx, actor, Action.BANK_TIME, place_id=await _office(tx, here, helper))
    if actor.id == posting.asked_by:
        raise SecondPerson
    if not await may_decide(tx, here, actor, posting):
        raise NotYourself
    state = PostingState.COMMITTED if yes else PostingState.REJECTED
    gone = yes and helper.erased_at is not None
    if gone or not await postings.decide(tx, posting_id=posting.id, state=state, decided_by=actor.id, now=here.now):
        raise NoLongerPossible
    if yes:
        await _commit(tx, here, posting, helper)
    await refresh(tx, CARD, posting.id, now=here.now)
    asker = await people.by_id(tx, posting.asked_by)
    by = permissions.public_name(tx, actor)
    text = Decided(kind=posting.kind, number=posting.id, by=by, yes=yes)
    await tell(tx, asker, text, priority=Priority.TASK, now=here.now)
    return posting


async def _commit(tx: Transaction, here: Here, posting: Posting, helper: Person) -> None:
    words = permissions.own_words(tx, posting.words)
    if posting.kind is PostingKind.ENTRY:
        await ledger.record(tx, here, helper.id, minutes=posting.minutes, posting_id=posting.id)
        text = EntryMade(minutes=posting.minutes, words=words)
        await tell(tx, helper, text, priority=Priority.TASK, now=here.now)
        return
    number = posting.transfer_id or 0
    for person_id, minutes in await ledger.reverse(tx, here, number, posting_id=posting.id):
        about = Reversed(number=number, minutes=minutes, words=words)
        await tell(tx, await people.by_id(tx, person_id), about, priority=Priority.TASK, now=here.now)
        await leave_to_the_fund(tx, here, person_id)


async def _ask(
    tx: Transaction,
    here: Here,
    actor: Person,
    helper: Person,
    *,
    kind: PostingKind,
    minutes: int,
    words: str,
    about: int | None,
) -> Posting:
    posting_id = await postings.add(
        tx,
        kind=kind,
        asked_by=actor.id,
        person_id=helper.id,
        minutes=minutes,
        transfer_id=about,
        words=tx.seal(words),
        now=here.now,
    )
    posting = await get(tx, posting_id)
    seconds = [p for p in await _staff(tx, here, helper) if await may_decide(tx, here, p, posting)]
    if not seconds:
        raise NobodyElse
    for person in seconds:
        await show(tx, person, CARD, posting.id, priority=Priority.TASK, now=here.now)
    return posting


async def _staff(tx: Transaction, here: Here, helper: Person) -> list[Person]:
    place_id = await _office(tx, here, helper)
    found: dict[int, Person] = {}
    for role in ALLOWED[Action.BANK_TIME]:
        found |= {p.id: p for p in await people.in_charge(tx, role=role, place_id=place_id or 0)}
    return [p for p in found.values() if reachable_by_chat(p)]


async def _reaches(tx: Transaction, here: Here, actor: Person, helper: Person) -> bool:
    return await permissions.may(tx, actor, Action.BANK_TIME, place_id=await _office(tx, here, helper)) is not None


async def _office(tx: Transaction, here: Here, helper: Person) -> int | None:
    """Where somebody's minutes are kept: at home, or in the community where they live elsewhere."""
    if helper.place_id is not None:
        return helper.place_id
    place = await places.by_code(tx, here.neighbourhood.community.code)
    return place.id if place else None


async def _concerned(tx: Transaction, transfer_id: int) -> set[int]:
    return {side.person_id for side in await rows.movements(tx, transfer_id) if side.person_id is not None}


def _whose(payer: Movement, payee: Movement) -> int:
    return payee.person_id or payer.person_id or 0
