"""What a fault did to the bot, and how a fault is asked for."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One row of the table: of `tried` updates, what was lost, done or said twice, or never answered.

    `tried` of nought says that it did not come to an end; `note` says why.
    """

    fault: str
    tried: int
    lost: int
    doubled: int
    unanswered: int
    note: str

    @property
    def held(self) -> bool:
        """Whether what is promised was kept."""
        return self.tried > 0 and not (self.lost or self.doubled or self.unanswered)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How it is to be tried: by which chance, and how many rounds (none: as many as are promised)."""

    seed: int
    rounds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Breaking:
    """A fault that can be tried by its name, and the seconds within which it must be over."""

    name: str
    seconds: float
    run: Callable[[Asked], Fault]


def line(row: Fault) -> str:
    """The row, to be read."""
    mark = "✓" if row.held else "✗"
    counts = f"{row.tried} tried, {row.lost} lost, {row.doubled} doubled, {row.unanswered} unanswered"
    return f"{mark} {row.fault}: {counts} | {row.note}"
