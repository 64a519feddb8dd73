"""The cards of the time bank: what a second person confirms, and a gift that waits to be taken."""

from dataclasses import dataclass

from community import people, permissions, time_bank_giving, time_bank_postings
from community.here import Here
from community.tell import Text
from handlers.buttons import button
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person
from storage.states import PostingState


@dataclass(frozen=True, kw_only=True)
class PostingCard(Text, template="time_bank/posting"):
    """An entry or a reversal, for whoever may confirm it."""

    kind: str
    number: int
    name: str
    minutes: int
    words: str
    by: str
    state: str
    decider: str


@dataclass(frozen=True, kw_only=True)
class GiftCard(Text, template="time_bank/gift"):
    """A gift, for whoever may take it."""

    by: str
    relation: str
    minutes: int
    state: str


async def posting_card(tx: Transaction, here: Here, posting_id: int, reader: Person | Group) -> Face | None:
    """属实 or 不属实; whoever is no second person for it (any more) sees only that it is over."""
    if isinstance(reader, Group):
        return None
    posting = await time_bank_postings.get(tx, posting_id)
    may = await time_bank_postings.may_decide(tx, here, reader, posting)
    pending = posting.state is PostingState.PENDING and may
    decider = await people.get(tx, posting.decided_by) if posting.decided_by else None
    text = PostingCard(
        kind=posting.kind,
        number=posting.transfer_id or 0,
        name=permissions.public_name(tx, await people.get(tx, posting.person_id or 0)) if may else "",
        minutes=posting.minutes if may else 0,
        words=permissions.own_words(tx, posting.words) if may else "",
        by=permissions.public_name(tx, await people.get(tx, posting.asked_by)) if may else "",
        state=posting.state if may else PostingState.REJECTED,
        decider=permissions.public_name(tx, decider) if decider else "",
    )
    yes, no = button("posting_true", "posting.true", posting.id), button("posting_untrue", "posting.untrue", posting.id)
    return Face(text=text, buttons=[[yes, no]] if pending else [])


async def gift_card(tx: Transaction, _: Here, posting_id: int, reader: Person | Group) -> Face | None:
    """🎁 收下 or 不要."""
    gift = await time_bank_giving.get(tx, posting_id)
    if isinstance(reader, Group) or gift.person_id != reader.id:
        return None
    waits = gift.state is PostingState.PENDING and gift.decided_by is None
    over = PostingState.COMMITTED if gift.state is PostingState.COMMITTED else PostingState.REJECTED
    text = GiftCard(
        by=permissions.public_name(tx, await people.get(tx, gift.asked_by)),
        relation=gift.relation or "",
        minutes=gift.minutes,
        state=PostingState.PENDING if waits else over,
    )
    take, leave = button("gift_take", "gift.take", gift.id), button("gift_leave", "gift.leave", gift.id)
    return Face(text=text, buttons=[[take, leave]] if waits else [])


CARDS = {time_bank_postings.CARD: posting_card, time_bank_giving.CARD: gift_card}
