"""Trouble on demand: refusals, time-outs, broken connections and Telegram's limits."""

from collections import deque
from dataclasses import asdict, dataclass

from webchat.clock import Clock
from webchat.errors import BotApiError, Refused, too_many_requests
from webchat.records import Bot, Wire

KINDS = ("429", "500", "timeout_before", "timeout_after", "latency", "reset", "cut", "down")
DOWNLOAD = "download"  # what a fault calls the fetching of a file, which is no method
LIMITED = ("send", "copy", "forward", "edit")
NOT_LIMITED = "sendchataction"
TIMEOUT = 30.0  # seconds a timed-out call hangs where the fault does not say
LONGEST = 600.0


@dataclass(kw_only=True, slots=True)
class Fault:
    """One kind of trouble for the calls it fits; ``times`` is how often it still happens, 0 without end."""

    id: int = 0  # given by ``Faults.add``
    kind: str
    bot: int = 0
    chat: str = ""
    method: str = ""
    times: int = 1
    seconds: float = 0
    retry_after: int = 1

    def fits(self, bot: Bot, method: str, chat: str) -> bool:
        """Whether the call is one that this trouble is meant for."""
        return self.bot in (0, bot.id) and self.chat in ("", chat) and self.method.lower() in ("", method.lower())


class Faults:
    """The faults that are set, and the limits that are on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given = 0
        self.set: list[Fault] = []
        self.limits: dict[str, float] = {}
        self._sent: dict[str, deque[float]] = {}

    def add(self, fault: Fault) -> int:
        """Set one more and return its id; Refused when there is no such kind, or its numbers make no sense."""
        if fault.kind not in KINDS:
            raise Refused(f"kind must be one of {', '.join(KINDS)}")
        if fault.times < 0 or fault.retry_after < 0 or not 0 <= fault.seconds <= LONGEST:
            raise Refused(f"times and retry_after must not be below 0, seconds 0 to {LONGEST:.0f}")
        self._given += 1
        fault.id = self._given
        self.set.append(fault)
        return fault.id

    def take(self, bot: Bot, method: str, chat: str) -> Fault | None:
        """The fault this call meets, counted down; None when it meets none."""
        for fault in self.set:
            if fault.fits(bot, method, chat):
                if fault.times == 1:
                    self.set.remove(fault)
                elif fault.times:
                    fault.times -= 1
                return fault
        return None

    def down(self, bot: Bot, method: str = "") -> bool:
        """Whether this bot's connection is lost: altogether, or for a method at which it waits."""
        return any(fault.kind == "down" and fault.fits(bot, method, "") for fault in self.set)

    def remove(self, id_: int) -> None:
        """End one; Refused when it is not there, or over."""
        kept = [fault for fault in self.set if fault.id != id_]
        if len(kept) == len(self.set):
            raise Refused(f"there is no fault {id_}, or it is over")
        self.set = kept

    def listed(self) -> list[Wire]:
        """What is still to happen."""
        return [asdict(fault) for fault in self.set]

    def clear(self) -> None:
        """No more trouble, no limits."""
        self.set.clear()
        self.limits.clear()
        self._sent.clear()

    def check_limits(self, bot: Bot, method: str, chat: str) -> None:
        """Count a sending call; BotApiError 429 when one of the limits is reached."""
        name = method.lower()
        if not self.limits or not name.startswith(LIMITED) or name == NOT_LIMITED:
            return
        windows = [(f"{bot.id}", self.limits.get("per_second"), 1.0)]
        if chat.startswith("-"):
            windows.append((f"{bot.id}/{chat}/m", self.limits.get("per_group_per_minute"), 60.0))
        windows.append((f"{bot.id}/{chat}", self.limits.get("per_chat_per_second"), 1.0))
        now = self._clock.steady()
        for key, most, span in windows:
            sent = self._sent.setdefault(key, deque())
            while sent and sent[0] <= now - span:
                sent.popleft()
            if most and len(sent) >= most:
                raise too_many_requests(max(1, round(sent[0] + span - now + 0.499)))
        for key, _, _ in windows:
            self._sent[key].append(now)


def refusal(fault: Fault) -> BotApiError | None:
    """The error a fault answers with; None for those that do not answer."""
    if fault.kind == "429":
        return too_many_requests(fault.retry_after)
    if fault.kind == "500":
        return BotApiError(500, "Internal Server Error")
    return None


def checked_limits(given: Wire) -> dict[str, float]:
    """The limits to switch on; Refused when one is no positive number."""
    names = ("per_second", "per_chat_per_second", "per_group_per_minute")
    limits: dict[str, float] = {}
    for name in names:
        value = given.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise Refused(f"{name} must be a number above 0")
        limits[name] = float(value)
    return limits
