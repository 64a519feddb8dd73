"""Before somebody is forgotten: what they still have goes to the fund, and nobody waits for their yes."""

from community import time_bank_giving, time_bank_postings
from community import time_bank_ledger as ledger
from community.here import Here
from community.tell import refresh
from storage.database import Transaction
from storage.queries import certificates, postings, timers
from storage.records import Person
from storage.states import PostingKind, PostingState, TransferKind


async def leave(tx: Transaction, here: Here, person: Person) -> None:
    """The ledger stays as it is, unlinked from a name; certificates hold no more, for nobody is named in them."""
    for posting in await postings.waiting_for(tx, person_id=person.id):
        if posting.kind is PostingKind.GIFT and posting.asked_by != person.id:
            await postings.decline(tx, posting_id=posting.id, by=person.id, now=here.now)
            continue
        await postings.decide(tx, posting_id=posting.id, state=PostingState.REJECTED, decided_by=None, now=here.now)
        await timers.drop(tx, prefix=time_bank_giving.OVER, subject_id=posting.id)
        gift = posting.kind is PostingKind.GIFT
        await refresh(tx, time_bank_giving.CARD if gift else time_bank_postings.CARD, posting.id, now=here.now)
    left = (await ledger.holdings(tx, person.id)).to_give
    if left:
        await ledger.give(tx, here, kind=TransferKind.DONATION, giver=person.id, receiver=None, minutes=left)
    await postings.forget(tx, person_id=person.id)
    await certificates.forget(tx, person_id=person.id)
