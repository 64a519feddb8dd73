"""A person's wait: now and then one of many residents says something, and the answer is timed."""

import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from proof import mix, rig, town

SAID = ("/menu", "/my", "📋 我的", "☎️ 联系社区")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who said something, and since when it could be fetched (seconds)."""

    chat_id: int
    at: float


def strangers_to_each_other(people: int, *, seed: int) -> Iterator[int]:
    """Numbers of residents in a random order, nobody twice."""
    numbers = list(range(1, people + 1))
    random.Random(seed).shuffle(numbers)
    return iter(numbers)


def ask_about(
    api: rig.Api, who: Iterator[int], *, going_on: Callable[[], bool], seed: int, every: float = 0.5
) -> list[Asked]:
    """While it is `going_on`, have somebody say something `every` so many seconds, more or less."""
    chance, asked = random.Random(seed), []
    while going_on():
        number = next(who)
        pushed = api.ask("push", updates=[mix.said(number, chance.choice(SAID), date=int(time.time()))])
        asked.append(Asked(chat_id=town.FIRST + number, at=pushed["at"]))
        time.sleep(chance.uniform(0.5, 1.5) * every)
    return asked


def for_seconds(seconds: float) -> Callable[[], bool]:
    """True for so long."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How long people waited, in ms; whoever had no answer by the end has waited until then at least."""

    ms: Sequence[float]
    unanswered: int

    @property
    def p50(self) -> float:
        """Half of them waited less."""
        return quantile(self.ms, 0.5)

    @property
    def p99(self) -> float:
        """One in a hundred waited longer."""
        return quantile(self.ms, 0.99)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[math.ceil(share * len(ranked)) - 1] if ranked else math.nan


def waits(asked: Sequence[Asked], calls: Iterable[rig.Heard], *, end: float, but_not: str = "\0") -> Waits:
    """Each one's wait for the first message to them that is none of the notice (whose words are `but_not`)."""
    sent: dict[int, list[float]] = defaultdict(list)
    for call in calls:
        if call.method.startswith("send") and call.status == 200 and but_not not in call.text:
            sent[call.chat_id].append(call.at)
    answers = [next((at for at in sent[one.chat_id] if at >= one.at), None) for one in asked]
    ms = [((end if at is None else at) - one.at) * 1000 for one, at in zip(asked, answers, strict=True)]
    return Waits(ms=ms, unanswered=answers.count(None))
