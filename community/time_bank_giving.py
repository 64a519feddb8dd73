"""送给家人, 捐给社区: minutes go to a spouse, parents or other family, or to the fund; never to oneself.

To somebody at home they go at once. To a phone number they are offered: whether anybody here has that number is
not said, only that they were taken, which is the other's own choice to show.
"""

from datetime import timedelta

from community import permissions
from community import time_bank_ledger as ledger
from community.calls import ask_by_phone, close_question
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.tell import reachable_by_chat, refresh, show, tell
from community.time_bank_texts import (
    AskGiftByPhone,
    GiftAnswered,
    GiftIn,
    GiftsWaiting,
    NotMinutes,
    NotYourself,
    TooFewMinutes,
)
from storage.database import Transaction
from storage.queries import people, postings, time_bank, timers
from storage.records import Person
from storage.states import PostingKind, PostingState, Priority, Relation, TransferKind
from storage.time_bank_records import Posting

CARD, OVER, QUESTION = "gift", "gift_over", "gift"


async def at_home(tx: Transaction, person: Person) -> list[Person]:
    """The others of somebody's household, where both are confirmed to live in it."""
    if person.place_id is None or person.verified_at is None:
        return []
    return [p for p in await people.members(tx, place_id=person.place_id) if p.id != person.id]


async def check(tx: Transaction, person: Person, minutes: int) -> None:
    """Whether somebody can give as much. Raises NotMinutes, TooFewMinutes."""
    left = (await ledger.holdings(tx, person.id)).to_give
    if minutes < 1:
        raise NotMinutes(most=left)
    if minutes > left:
        raise TooFewMinutes(left=left)


async def give_at_home(
    tx: Transaction, here: Here, giver: Person, *, receiver_id: int, relation: Relation, minutes: int
) -> None:
    """Give minutes to somebody of the same household, who is told. Raises NotYourself, NotFound, TooFewMinutes."""
    if receiver_id == giver.id:
        raise NotYourself
    receiver = next((p for p in await at_home(tx, giver) if p.id == receiver_id), None)
    if receiver is None:
        raise NotFound
    await _hold(tx, giver, minutes)
    posting_id = await _add(tx, here, giver, receiver, relation=relation, minutes=minutes)
    await postings.decide(tx, posting_id=posting_id, state=PostingState.COMMITTED, decided_by=receiver.id, now=here.now)
    await _move(tx, here, giver.id, receiver.id, minutes=minutes, posting_id=posting_id)
    text = GiftIn(by=permissions.public_name(tx, giver), relation=relation, minutes=minutes)
    await tell(tx, receiver, text, priority=Priority.TASK, now=here.now)


async def offer(tx: Transaction, here: Here, giver: Person, *, phone: str, relation: Relation, minutes: int) -> Posting:
    """Offer minutes to whoever has this number (digits). Raises NotYourself, TooFewMinutes, GiftsWaiting.

    Anybody may type any number when they join, so only confirmed residents count, and one alone must have it.
    """
    rules = here.neighbourhood.time_bank
    known = await people.by_phone(tx, phone)
    if giver.id in {p.id for p in known}:
        raise NotYourself
    await _hold(tx, giver, minutes)
    if len(await postings.gifts_waiting(tx, asked_by=giver.id)) >= rules.gifts_waiting:
        raise GiftsWaiting(most=rules.gifts_waiting)
    confirmed = [p for p in known if p.verified_at is not None]
    receiver = confirmed[0] if len(confirmed) == 1 else None
    posting_id = await _add(tx, here, giver, receiver, relation=relation, minutes=minutes)
    await timers.put(tx, kind=OVER, subject_id=posting_id, due=here.now + timedelta(days=rules.gift_days))
    if receiver is not None and reachable_by_chat(receiver):
        await show(tx, receiver, CARD, posting_id, priority=Priority.TASK, now=here.now)
    elif receiver is not None:
        text = AskGiftByPhone(by=permissions.public_name(tx, giver), relation=relation, minutes=minutes)
        await ask_by_phone(tx, here, receiver, text, question=QUESTION, subject_id=posting_id)
    return await get(tx, posting_id)


async def donate(tx: Transaction, here: Here, giver: Person, *, minutes: int) -> int:
    """Give minutes to the fund, which helps those who have none; what it has now. Raises TooFewMinutes."""
    await _hold(tx, giver, minutes)
    await ledger.give(tx, here, kind=TransferKind.DONATION, giver=giver.id, receiver=None, minutes=minutes)
    return await ledger.fund_balance(tx)


async def get(tx: Transaction, posting_id: int) -> Posting:
    """A gift. Raises NotFound."""
    posting = await postings.by_id(tx, posting_id)
    if posting is None or posting.kind is not PostingKind.GIFT:
        raise NotFound
    return posting


async def answer(
    tx: Transaction, here: Here, actor: Person, posting_id: int, *, yes: bool, on_behalf: bool = False
) -> bool:
    """收下 or 不要; whether the minutes came. Raises NotFound, NoLongerPossible.

    That it is not wanted the giver hears in the end, as if nobody had that number: a quick no would tell.
    """
    gift = await get(tx, posting_id)
    if gift.person_id is None or (actor.id != gift.person_id and not on_behalf):
        raise NotFound
    if gift.decided_by is not None:
        raise NoLongerPossible
    if not yes:
        if not await postings.decline(tx, posting_id=gift.id, by=gift.person_id, now=here.now):
            raise NoLongerPossible
        await refresh(tx, CARD, gift.id, now=here.now)
        return False
    held = await ledger.holdings(tx, gift.asked_by)
    there = held.credit + held.surplus >= gift.minutes  # an entry of the giver's may have been reversed since
    await _close(tx, here, gift, yes=there, by=actor.id)
    if there:
        await _move(tx, here, gift.asked_by, gift.person_id, minutes=gift.minutes, posting_id=gift.id)
    return there


async def lapse(tx: Transaction, here: Here, posting_id: int) -> None:
    """Nobody has taken it in time: it comes back."""
    gift = await get(tx, posting_id)
    if gift.state is PostingState.PENDING:
        await _close(tx, here, gift, yes=False, by=None)


async def _close(tx: Transaction, here: Here, gift: Posting, *, yes: bool, by: int | None) -> None:
    state = PostingState.COMMITTED if yes else PostingState.REJECTED
    if not await postings.decide(tx, posting_id=gift.id, state=state, decided_by=by, now=here.now):
        raise NoLongerPossible
    await timers.drop(tx, prefix=OVER, subject_id=gift.id)
    await close_question(tx, here, question=QUESTION, subject_id=gift.id)
    await refresh(tx, CARD, gift.id, now=here.now)
    giver = await people.by_id(tx, gift.asked_by)
    await tell(tx, giver, GiftAnswered(minutes=gift.minutes, yes=yes), priority=Priority.TASK, now=here.now)


async def _hold(tx: Transaction, giver: Person, minutes: int) -> None:
    await time_bank.account(tx, giver.id)  # held, so that the same minutes are not given twice
    await check(tx, giver, minutes)


async def _add(
    tx: Transaction, here: Here, giver: Person, receiver: Person | None, *, relation: Relation, minutes: int
) -> int:
    return await postings.add(
        tx,
        kind=PostingKind.GIFT,
        asked_by=giver.id,
        person_id=receiver.id if receiver else None,
        minutes=minutes,
        relation=relation,
        now=here.now,
    )


async def _move(tx: Transaction, here: Here, giver: int, receiver: int, *, minutes: int, posting_id: int) -> None:
    await ledger.give(
        tx, here, kind=TransferKind.GIFT, giver=giver, receiver=receiver, minutes=minutes, posting_id=posting_id
    )
