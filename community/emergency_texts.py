"""What is said when 应急状态 begins, goes on and ends."""

from dataclasses import dataclass
from datetime import datetime

from community.tell import Both, Text, What


@dataclass(frozen=True, kw_only=True)
class EmergencyBegins(Text, template="emergency/begins"):
    """To groups: what pauses, what goes on."""

    cause: str
    hotline: str


@dataclass(frozen=True, kw_only=True)
class EmergencyOver(Text, template="emergency/over"):
    """To groups: everything goes on."""

    hotline: str


@dataclass(frozen=True, kw_only=True)
class EmergencyStillOn(Text, template="emergency/still_on"):
    """To staff, every day: is it still needed?"""

    hours: int


@dataclass(frozen=True, kw_only=True)
class OrderPaused(Text, template="emergency/order_paused"):
    """To the person served."""

    service: What
    due: datetime
    cause: str
    hotline: str


@dataclass(frozen=True, kw_only=True)
class OrderResumed(Text, template="emergency/order_resumed"):
    """To the person served; `helper` is empty while somebody is looked for."""

    service: What
    due: datetime
    helper: str


@dataclass(frozen=True, kw_only=True)
class TaskPaused(Text, template="emergency/task_paused"):
    """To whoever took it: do not go out for it."""

    service: What
    place: Both
    cause: str


@dataclass(frozen=True, kw_only=True)
class TaskResumed(Text, template="emergency/task_resumed"):
    """To whoever took it: it goes on then, perhaps at another time."""

    service: What
    place: Both
    due: datetime
    moved: bool
