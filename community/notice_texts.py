"""What is said about notices, to whoever sends them."""

from dataclasses import dataclass

from community.errors import Refused
from community.tell import Both, Text


@dataclass(kw_only=True, eq=False)
class NobodyThere(Refused, template="notice/nobody"):
    """No one who lives at the place reads chat, and no group is bound there."""

    place: Both


@dataclass(frozen=True, kw_only=True)
class Finished(Text, template="notice/finished"):
    """To the author: everybody was reached, or found not to be reachable."""

    number: int
    delivered: int
    expected: int
    blocked: int
    failed: int
