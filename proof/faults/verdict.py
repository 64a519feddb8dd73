"""The verdict: what must have come of a scene, against what is in the database and what the Bot API was asked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.outbox import IN_FLIGHT
from proof import rig, town
from proof.faults import scene
from proof.faults.look import look
from proof.faults.scene import Fact, Said, Step

_FACTS = {
    "report": "SELECT 'report', p.telegram_id - {first} FROM reports r JOIN people p ON p.id = r.reporter_id",
    "order": "SELECT 'order', p.telegram_id - {first} FROM orders o JOIN people p ON p.id = o.person_id "
    "WHERE o.id > {tasks}",
    "taker": "SELECT 'taker', t.id, p.telegram_id - {first} FROM tasks t JOIN people p ON p.id = t.taker_id",
    "claims": "SELECT 'taker', e.task_id, p.telegram_id - {first} FROM task_events e "
    "JOIN people p ON p.id = e.actor_id WHERE e.event = 'claim'",
    "banked": "SELECT 'banked', task_id FROM transfers WHERE task_id IS NOT NULL",
    "ballot": "SELECT 'ballot', (p.telegram_id - {first}) % {households}, b.choice FROM ballots b "
    "JOIN people p ON p.id = b.person_id",
    "receipt": "SELECT 'receipt', p.telegram_id - {first} FROM deliveries d JOIN people p ON p.id = d.person_id "
    "WHERE d.notice_id = {notice} AND d.receipt_at IS NOT NULL",
}
"""The facts of a scene, as rows; `claims` says of who took a task once more what `taker` says."""
_WRONG = {
    "unbalanced transfers": "SELECT transfer_id FROM movements GROUP BY transfer_id "
    "HAVING SUM(minutes) <> 0 OR COUNT(*) <> 2",
    "transfers without movements": "SELECT id FROM transfers "
    "WHERE NOT EXISTS (SELECT 1 FROM movements m WHERE m.transfer_id = transfers.id)",
    "confirmed and not banked": "SELECT t.id FROM tasks t WHERE t.kind = 'visit' AND t.state = 'confirmed' "
    "AND NOT EXISTS (SELECT 1 FROM transfers b WHERE b.task_id = t.id)",
    "banked and not confirmed": "SELECT b.id FROM transfers b JOIN tasks t ON t.id = b.task_id "
    "WHERE t.state <> 'confirmed'",
    "receipts miscounted": "SELECT n.id FROM notices n WHERE n.received <> "
    "(SELECT COUNT(*) FROM deliveries d WHERE d.notice_id = n.id AND d.receipt_at IS NOT NULL)",
    "deliveries miscounted": "SELECT n.id FROM notices n WHERE n.reached <> "
    "(SELECT COUNT(*) FROM deliveries d WHERE d.notice_id = n.id)",
    "orders without a task": "SELECT o.id FROM orders o WHERE NOT EXISTS "
    "(SELECT 1 FROM tasks t WHERE t.order_id = o.id)",
    "reports without a beginning": "SELECT r.id FROM reports r WHERE NOT EXISTS "
    "(SELECT 1 FROM report_events e WHERE e.report_id = r.id)",
}
"""What may be at no moment, whatever has been handled."""


@dataclass(kw_only=True)
class Verdict:
    """How it came out; `repeated` messages were sent twice, of which `allowed` are in the nature of a kill.

    `late` answers to presses came as messages.
    """

    lost: int = 0
    doubled: int = 0
    unanswered: int = 0
    repeated: int = 0
    allowed: int = 0
    late: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, kind: str, found: Counter[Any], what: str) -> None:
        """Count what was found wrong of a kind, and keep a few examples."""
        number = found.total()
        if number:
            setattr(self, kind, getattr(self, kind) + number)
            self.wrong.append(f"{number} {kind}: {what}: {list(found)[:3]}")

    def merge(self, other: "Verdict") -> None:
        """Add up."""
        for name in ("lost", "doubled", "unanswered", "repeated", "allowed", "late"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong


def effects(database_url: str, steps: Iterable[Step]) -> Verdict:
    """Whether just these steps, handled in this order, are what the database shows."""
    names = {
        "first": town.FIRST,
        "tasks": scene.TASKS,
        "households": scene.HOUSEHOLDS,
        "notice": scene.SENT_BEFORE,
    }
    rows = look(database_url, *(sql.format(**names) for sql in (*_FACTS.values(), *_WRONG.values())))
    found: dict[str, Counter[Fact]] = {name: Counter(tuple(row) for row in rows[i]) for i, name in enumerate(_FACTS)}
    expected: dict[str, Counter[Fact]] = {name: Counter() for name in _FACTS}
    for fact, count in scene.effects(steps).items():
        for name in ("taker", "claims") if fact[0] == "taker" else (str(fact[0]),):
            expected[name][fact] += count
    verdict = Verdict()
    for name in _FACTS:
        verdict.add("lost", expected[name] - found[name], name)
        verdict.add("doubled", found[name] - expected[name], name)
    for name, wrong in zip(_WRONG, rows[len(_FACTS) :], strict=True):
        verdict.add("doubled", Counter(tuple(row) for row in wrong), name)
    return verdict


def handled(database_url: str, count: int) -> Verdict:
    """Whether `count` updates were handled, each once, and nothing was set aside."""
    states, failed, repeated = look(
        database_url,
        "SELECT state, COUNT(*), MIN(error) FROM inbox GROUP BY state",
        "SELECT id, kind, template, error FROM outbox WHERE state = 'failed'",
        "SELECT bot_id, update_id, COUNT(*) FROM inbox GROUP BY bot_id, update_id HAVING COUNT(*) > 1",
    )
    done = sum(number for state, number, _ in states if state == "done")
    verdict = Verdict()
    verdict.add("lost", Counter({f"of {count} only {done}: {states}": max(0, count - done)}), "updates")
    verdict.add("lost", Counter(tuple(row) for row in failed), "messages set aside")
    verdict.add("doubled", Counter(tuple(row) for row in repeated), "updates")
    return verdict


def messages(
    database_url: str,
    steps: Iterable[Step],
    calls: Iterable[rig.Heard],
    *,
    kills: int = 0,
    unheard: int = 0,
    late: bool = False,
) -> Verdict:
    """Whether everybody was answered and has the notice, and what was said twice.

    A call that has a row of the outbox behind it was meant; one of which no row knows was repeated after a kill, or
    because its answer was lost (`unheard`). `late`: presses may have got a message instead, their answer being stale.
    """
    took = [call for call in calls if call.status == 200]
    kept, residents, ((stale,),) = look(
        database_url,
        "SELECT kind, message_id, COUNT(*) FROM outbox WHERE state = 'sent' AND message_id IS NOT NULL "
        "GROUP BY kind, message_id",
        f"SELECT telegram_id FROM people WHERE telegram_id > {town.FIRST}",
        "SELECT COUNT(*) FROM outbox WHERE kind = 'answer' AND state = 'dropped' AND error = 'stale'",
    )
    known = Counter({m: n for kind, m, n in kept if kind in ("say", "card")})
    altered: Counter[int] = Counter()
    for kind, message_id, number in kept:
        if kind not in ("say", "card"):
            altered[message_id] += number
    expected: Counter[Said] = Counter(said for step in steps for said in step.said)
    expected.update((telegram_id, scene.WORDS) for (telegram_id,) in residents)
    presses = Counter(step.press for step in steps if step.press)
    sent = [call for call in took if call.method.startswith("send")]
    heard, meant = _said(sent, expected), _said([c for c in sent if c.message_id in known], expected)
    answered = Counter(call.text for call in took if call.method == "answerCallbackQuery")
    edited = Counter(call.message_id for call in took if call.method.startswith("edit"))

    verdict = Verdict(allowed=kills * IN_FLIGHT + unheard)
    verdict.add("lost", known - Counter(call.message_id for call in sent), "messages that never came")
    verdict.add("unanswered", expected - heard, "messages")
    silent = presses - answered
    if late and silent.total() <= stale:
        verdict.late = silent.total()
    else:
        verdict.add("unanswered", silent, "presses")
    verdict.add("doubled", meant - expected, "messages")
    for again in (Counter(c.message_id for c in sent) - known, answered - presses, edited - altered):
        verdict.repeated += again.total()
    if verdict.repeated > verdict.allowed:
        over = verdict.repeated - verdict.allowed
        verdict.add("doubled", Counter({f"{verdict.repeated} repeated, {verdict.allowed} in flight": over}), "messages")
    return verdict


def _said(calls: list[rig.Heard], expected: Iterable[Said]) -> Counter[Said]:
    """How often each of the expected was said."""
    parts: dict[int, list[str]] = {}
    for chat_id, part in expected:
        parts.setdefault(chat_id, []).append(part)
    return Counter((c.chat_id, part) for c in calls for part in parts.get(c.chat_id, ()) if part in c.text)
