"""What is said about the time bank to those it concerns, and what is refused."""

from dataclasses import dataclass

from community.errors import Refused
from community.tell import Text


@dataclass(frozen=True, kw_only=True)
class Capped(Text, template="time_bank/capped"):
    """To a helper: the sign-out came late, so the cap was banked; how to have it corrected."""

    minutes: int
    hotline: str


@dataclass(frozen=True, kw_only=True)
class SetApart(Text, template="time_bank/set_apart"):
    """To a helper: so much lies above a ceiling and can only be given away."""

    minutes: int


@dataclass(frozen=True, kw_only=True)
class FloorReached(Text, template="time_bank/floor_reached"):
    """To staff: the fund has passed its floor."""

    balance: int
    floor: int


@dataclass(frozen=True, kw_only=True)
class EntryMade(Text, template="time_bank/entry_made"):
    """To whoever helped: minutes were entered by hand and confirmed."""

    minutes: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Decided(Text, template="time_bank/decided"):
    """To whoever asked for an entry or a reversal: the second person has spoken."""

    kind: str
    number: int
    by: str
    yes: bool


@dataclass(frozen=True, kw_only=True)
class Reversed(Text, template="time_bank/reversed"):
    """To somebody whose minutes a reversal has changed."""

    number: int
    minutes: int
    words: str


@dataclass(frozen=True, kw_only=True)
class GiftIn(Text, template="time_bank/gift_in"):
    """To a member of the household: minutes were given to them."""

    by: str
    relation: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class GiftAnswered(Text, template="time_bank/gift_answered"):
    """To the giver: the gift was taken, or it comes back; by whom is not said."""

    minutes: int
    yes: bool


@dataclass(frozen=True, kw_only=True)
class AskGiftByPhone(Text, template="time_bank/ask_gift_by_phone"):
    """To be asked on the phone: do you take it?"""

    by: str
    relation: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Published(Text, template="time_bank/published"):
    """To staff and the community's groups, every month: the fund's balance, which is the community's promise."""

    year: int
    month: int
    visits: int
    helped: int
    paid: int
    donated: int
    honour: int
    balance: int
    floor: int


@dataclass(frozen=True, kw_only=True)
class CertificateReady(Text, template="time_bank/certificate_ready"):
    """Under the certificate."""

    number: int


@dataclass(frozen=True, kw_only=True)
class CertificateFailed(Text, template="time_bank/certificate_failed"):
    """It could not be made."""


@dataclass(kw_only=True, eq=False)
class NotMinutes(Refused, template="time_bank/not_minutes"):
    """A whole number of minutes was asked for, up to a most."""

    most: int


@dataclass(kw_only=True, eq=False)
class TooFewMinutes(Refused, template="time_bank/too_few"):
    """More was to be given than there is."""

    left: int


@dataclass(kw_only=True, eq=False)
class NotYourself(Refused, template="time_bank/not_yourself"):
    """Nobody banks, confirms or gives minutes to themselves."""


@dataclass(kw_only=True, eq=False)
class SecondPerson(Refused, template="time_bank/second_person"):
    """Whoever entered it may not confirm it as well."""


@dataclass(kw_only=True, eq=False)
class NobodyElse(Refused, template="time_bank/nobody_else"):
    """There is no second person of staff who could confirm it."""


@dataclass(kw_only=True, eq=False)
class NotReversible(Refused, template="time_bank/not_reversible"):
    """It was reversed, is being reversed, or goes with another entry."""


@dataclass(kw_only=True, eq=False)
class GiftsWaiting(Refused, template="time_bank/gifts_waiting"):
    """So many gifts wait already."""

    most: int


@dataclass(kw_only=True, eq=False)
class NoService(Refused, template="time_bank/no_service"):
    """There is nothing to certify yet."""


@dataclass(kw_only=True, eq=False)
class CertifiedAlready(Refused, template="time_bank/certified_already"):
    """The same was certified before and has not changed since."""

    number: int
