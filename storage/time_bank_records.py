"""What the time bank's rows become, as in `storage/records.py`. Minutes are whole and exact."""

from dataclasses import dataclass
from datetime import datetime

from storage.crypto import Sealed
from storage.states import AccountKind, PostingKind, PostingState, Relation, TransferKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """Minutes that moved from one account to another."""

    id: int
    kind: TransferKind
    task_id: int | None
    about_id: int | None  # the transfer it belongs to or reverses
    posting_id: int | None
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """One side of a transfer; of the two, one is below zero."""

    account_id: int
    person_id: int | None  # None: the fund
    kind: AccountKind
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountLine:
    """A movement as the account's holder reads it."""

    transfer_id: int
    at: datetime
    why: TransferKind
    kind: AccountKind
    minutes: int
    service: str | None  # of a visit
    words: Sealed | None  # of an entry or a reversal
    undone: bool  # reversed since


@dataclass(frozen=True, kw_only=True, slots=True)
class DayVisit:
    """A visit that was banked: which service, and how long."""

    service: str
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """What is posted once somebody else has said yes."""

    id: int
    kind: PostingKind
    state: PostingState
    asked_by: int
    person_id: int | None  # whose minutes they become; None: a gift to a number that nobody here has
    minutes: int
    relation: Relation | None
    transfer_id: int | None  # a reversal: of what
    words: Sealed | None  # why
    decided_by: int | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """What somebody was given in writing."""

    id: int
    code: str
    person_id: int
    name: Sealed | None  # None: erased
    visits: int
    credit: int  # minutes signed in and out by the system
    honour: int  # minutes entered by hand
    since: datetime
    issued_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """What somebody has served in all."""

    visits: int
    credit: int
    honour: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceCount:
    """How often and how long somebody has served in one way; an empty service was entered by hand."""

    service: str
    visits: int
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FundMonth:
    """What a month has brought; minutes."""

    visits: int
    helped: int
    paid: int  # by the fund, for those without balance
    donated: int
    honour: int
