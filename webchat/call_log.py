"""The log of the bots' calls: the latest of them, none of them large."""

from collections import deque

import orjson

from webchat.bell import Bell
from webchat.clock import Clock, iso
from webchat.records import Bot, Upload, Wire

LOG_SIZE = 10_000  # calls
LONGEST = 5_000  # characters of one parameter; a message has fewer
MOST_PARAMETERS = 50


class CallLog:
    """What the bots asked, with the number that each call got; ``bell`` rings for each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Wire] = deque(maxlen=LOG_SIZE)
        self.last = 0
        self.bell = Bell()

    def add(self, bot: Bot, method: str, parameters: Wire, error: str) -> None:
        """Log one call; what is long is cut."""
        self.last += 1
        shown = list(parameters.items())[:MOST_PARAMETERS]
        entry: Wire = {
            "n": self.last,
            "bot": bot.id,
            "method": method[:100],
            "parameters": {name[:100]: _shown(value) for name, value in shown},
            "ok": not error,
            "date": iso(self._clock.now()),
        }
        if error:
            entry["error"] = error[:LONGEST]
        self._entries.append(entry)
        self.bell.ring()

    def since(self, after: int, method: str) -> list[Wire]:
        """The calls after a number, of one method or (\"\") of any."""
        wanted = method.lower()
        return [one for one in self._entries if one["n"] > after and wanted in ("", str(one["method"]).lower())]

    def clear(self) -> None:
        """Forget them; numbers go on."""
        self._entries.clear()


def _shown(value: object) -> object:
    if isinstance(value, Upload):
        return {"upload": value.name, "size": len(value.data)}
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    if len(text) <= LONGEST:
        return value
    return f"{text[:LONGEST]}… ({len(text) - LONGEST} more)"
