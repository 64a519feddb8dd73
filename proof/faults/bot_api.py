"""The Bot API misbehaves: it refuses, breaks off, answers late, in halves, in nonsense or not at all; or it is away."""

import time
from functools import partial
from typing import Any

from proof import town
from proof.faults.row import Asked, Breaking, Fault
from proof.faults.stage import running

_SAID = [
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "editMessageText",
    "editMessageCaption",
    "editMessageReplyMarkup",
    "answerCallbackQuery",
]
_SOME = [town.FIRST + number for number in range(1, 601, 2)]
_BROKEN_S = 8.0
_AWAY_S = 75.0
_Rules = list[dict[str, Any]]

_ON_CALLS: dict[str, _Rules] = {
    "429 in half of the chats": [{"kind": "429", "seconds": 3, "methods": _SAID, "chats": _SOME}],
    "429 in all chats": [{"kind": "429", "seconds": 4, "methods": _SAID, "share": 0.9}],
    "server errors": [
        {"kind": "500", "methods": _SAID, "share": 0.4},
        {"kind": "page", "methods": _SAID, "share": 0.4},
        {"kind": "odd", "methods": _SAID, "share": 0.4},
    ],
    "nothing but server errors": [{"kind": "500"}],
    "connections reset": [{"kind": "reset", "methods": _SAID, "share": 0.6}],
    "done, and the connection reset": [{"kind": "lost", "methods": _SAID, "share": 0.3}],
    "done, and answered by half": [{"kind": "half", "methods": _SAID, "share": 0.3}],
    "slow answers": [{"kind": "slow", "seconds": 2.5, "methods": _SAID}],
    "done, and answered too late": [{"kind": "slow", "seconds": 24, "methods": _SAID, "share": 0.03}],
    "never answered": [{"kind": "hang", "methods": _SAID, "share": 0.03}],
}
"""What befalls what the bot says."""
_ON_POLLS: dict[str, _Rules] = {
    "updates refused": [
        {"kind": kind, "seconds": 2, "methods": ["getUpdates"], "share": 0.3}
        for kind in ("429", "500", "page", "odd", "reset")
    ],
    "updates by half": [{"kind": "half", "methods": ["getUpdates"], "share": 0.7}],
    "updates slowly": [{"kind": "slow", "seconds": 3, "methods": ["getUpdates"]}],
    "updates never": [{"kind": "hang", "methods": ["getUpdates"]}],
}
"""What befalls the fetching of updates."""


def misbehaving(name: str, rules: _Rules, asked: Asked) -> Fault:
    """It goes well, then not, then well again; people go on all the while."""
    with running(asked, name) as stage:
        stage.flow(1, 0.2)
        stage.api.ask("set", rules=rules)
        stage.flow(_BROKEN_S, 0.6)
        struck = stage.api.ask("state")["struck"]
        stage.api.ask("set", rules=[])
        stage.late = True
        stage.notes.append(f"{_BROKEN_S:g} s; struck {', '.join(f'{k} {n}' for k, n in struck.items()) or 'nothing'}")
        return stage.over(f"Bot API: {name}")


def away(asked: Asked) -> Fault:
    """No connection holds for longer than every back-off goes up to; an hour of it is a test with a clock."""
    with running(asked, "away") as stage:
        stage.flow(1, 0.3)
        stage.api.ask("set", away=True)
        stage.flow(_AWAY_S, 0.4)
        stage.api.ask("set", away=False)
        stage.late = True
        stage.notes.append(f"away for {_AWAY_S:g} s, real ones")
        return stage.over("Bot API: away")


def away_at_start(asked: Asked) -> Fault:
    """It is not there when the bot starts, and people have written already."""
    with running(asked, "away at start", runs=False, before={"away": True}) as stage:
        stage.push(len(stage.steps) // 2)
        time.sleep(25)
        stage.api.ask("set", away=False)
        stage.late = True
        stage.notes.append("away for the first 25 s")
        return stage.over("Bot API: away at start")


FAULTS = (
    *(
        Breaking(
            name="api-" + name.replace(",", "").replace(" ", "-"), seconds=240, run=partial(misbehaving, name, rules)
        )
        for name, rules in (_ON_CALLS | _ON_POLLS).items()
    ),
    Breaking(name="api-away", seconds=330, run=away),
    Breaking(name="api-away-at-start", seconds=240, run=away_at_start),
)
"""All that is tried on it."""
