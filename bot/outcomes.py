"""What became of a sending: marked, tried again, given up, or said in another way.

A message that got no answer is tried again; whether that counts as a fault of its own depends on whether others got one
meanwhile, for a Bot API that is away is nobody's fault.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.limits import Limits
from bot.transport import ApiError, BadToken, Forbidden, Rejected, TooMany, Unreachable
from community.here import Here
from handlers.render import Call
from handlers.replies import Apology
from storage.database import Transaction
from storage.queries import dialogues, jobs, outbox, people
from storage.records import Outgoing, Queued
from storage.states import OutboxKind, OutboxState, Priority

log = structlog.get_logger()
_BACK_OFF_S = (1, 2, 5, 10, 20)
_GIVE_UP_AFTER = 40  # tries, with back-off: over ten minutes in which others get through
_AWAY_S = (0.5, 1, 2, 5, 10)


class HeldBack(ApiError):
    """It was not sent: what goes before it to the same chat did not arrive."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one sending went; `since`: when it began, monotonic."""

    row: Outgoing
    call: Call
    since: float
    message_id: int | None = None
    file_id: str | None = None  # of a picture of ours that was uploaded
    error: ApiError | None = None


async def answer_as_message(tx: Transaction, here: Here, row: Outgoing) -> None:
    """Nobody sees the answer to a press any more: what it had to say comes as a message."""
    await outbox.end(tx, outbox_id=row.id, state=OutboxState.DROPPED, error="stale", now=here.now)
    if row.template and row.context:
        await outbox.put(
            tx,
            priority=row.priority,
            kind=OutboxKind.SAY,
            person_id=row.person_id,
            group_id=None,
            template=row.template,
            context={"c": row.context["c"]},
            now=here.now,
        )


async def apologise_instead(tx: Transaction, here: Here, row: Outgoing) -> None:
    """Somebody waits for an answer that cannot be put into words: they hear that, not nothing."""
    awaited = row.priority is Priority.REPLY or row.kind is OutboxKind.ANSWER
    if not awaited or row.template == Apology.template:
        return
    await outbox.put(
        tx,
        priority=Priority.REPLY,
        kind=OutboxKind.SAY,
        person_id=row.person_id,
        group_id=row.group_id,
        template=Apology.template,
        context={"c": {}},
        now=here.now,
    )


class Outcomes:
    """Marks how sendings went."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._heard = 0.0  # when the Bot API last answered anything
        self._failures, self._failing = 0, set[int]()  # since then; and in which chats
        self._troubled: dict[int, float] = {}  # rows that got no answer: when they last were sent

    async def mark(self, tx: Transaction, here: Here, results: Sequence[Result]) -> dict[int, Queued]:
        """Mark how sendings went; those that wait once more, as they wait, by their rows' ids."""
        # Those that got an answer first: they tell whether others' trouble is their own.
        for result in results:
            if not isinstance(result.error, Unreachable | HeldBack):
                self._troubled.pop(result.row.id, None)
                self._heard, self._failures, self._failing = self._monotonic(), 0, set()
        arrived = [result for result in results if result.error is None]
        if arrived:
            await self._mark_arrived(tx, here, arrived)
        again: dict[int, Queued] = {}
        for result in sorted(results, key=lambda one: isinstance(one.error, Unreachable)):
            if result.error is not None and (row := await self._mark_error(tx, here, result, result.error)):
                again[row.id] = row
        return again

    async def _mark_arrived(self, tx: Transaction, here: Here, results: Sequence[Result]) -> None:
        await outbox.arrived(tx, {result.row.id: result.message_id for result in results}, now=here.now)
        cards = [
            outbox.ShownCard(
                card_id=result.row.card_id,
                message_id=result.message_id,
                form=result.call.form,
                shown=result.call.digest,
                edited=result.row.kind is OutboxKind.EDIT,
            )
            for result in results
            if result.row.card_id and result.message_id
        ]
        replaced = [r.row for r in results if r.row.kind is OutboxKind.CARD and r.row.card_message is not None]
        if replaced:
            await outbox.give_way(tx, replaced, now=here.now)
        if cards:
            await outbox.shown(tx, cards)
        for result in results:
            if result.call.picture and result.file_id:
                await jobs.uploaded(tx, picture_id=result.call.picture, file_id=result.file_id)

    async def _mark_error(self, tx: Transaction, here: Here, result: Result, error: ApiError) -> Queued | None:
        row, now = result.row, self._monotonic()
        if isinstance(error, HeldBack):
            await outbox.put_off(tx, outbox_id=row.id, until=here.now, error="held back", counts=False)
            return replace(row.queued, not_before=here.now)
        if isinstance(error, TooMany):
            self._limits.flooded(row.queued.chat, error.seconds, now)
            await outbox.put_off(tx, outbox_id=row.id, until=here.now, error="429", counts=False)
            return replace(row.queued, not_before=here.now)
        if isinstance(error, Unreachable) and self._heard <= self._troubled.pop(row.id, result.since):
            self._troubled[row.id] = result.since
            until = here.now + timedelta(seconds=self._away(row.queued.chat, now))
            await outbox.put_off(tx, outbox_id=row.id, until=until, error=str(error), counts=False)
            return replace(row.queued, not_before=until)
        if isinstance(error, Unreachable | BadToken) and row.tries < _GIVE_UP_AFTER:
            self._troubled[row.id] = result.since
            until = here.now + timedelta(seconds=_BACK_OFF_S[min(row.tries, len(_BACK_OFF_S) - 1)])
            await outbox.put_off(tx, outbox_id=row.id, until=until, error=str(error))
            return replace(row.queued, not_before=until)
        if isinstance(error, Rejected):
            return await self._mark_rejected(tx, here, row, error)
        if isinstance(error, Forbidden) and row.person_id is not None:
            await people.set_unreachable(tx, person_id=row.person_id, since=here.now)
        elif isinstance(error, Forbidden) and row.chat_id is not None:
            await dialogues.leave_group(tx, chat_id=row.chat_id, left_at=here.now)
        await outbox.end(tx, outbox_id=row.id, state=OutboxState.FAILED, error=str(error), now=here.now)
        return None

    def _away(self, chat: int, now: float) -> float:
        """Nothing gets through, which is nobody's own fault: how many seconds to wait. If two chats find so, all do."""
        self._failing.add(chat)
        pause = _AWAY_S[min(self._failures, len(_AWAY_S) - 1)]
        if not self._limits.wait_pause(now):
            self._failures += 1
            if len(self._failing) > 1:
                self._limits.pause(pause, now)
        return pause

    async def _mark_rejected(self, tx: Transaction, here: Here, row: Outgoing, error: Rejected) -> Queued | None:
        if error.migrate_to is not None and row.chat_id is not None:
            await dialogues.migrate_group(tx, old_chat_id=row.chat_id, new_chat_id=error.migrate_to)
            await outbox.put_off(tx, outbox_id=row.id, until=here.now, error="migrated")
            return replace(row.queued, not_before=here.now)
        if "message is not modified" in str(error) or row.kind in (OutboxKind.FADE, OutboxKind.GONE):
            await outbox.end(tx, outbox_id=row.id, state=OutboxState.SENT, now=here.now)
        elif row.kind is OutboxKind.ANSWER:
            await answer_as_message(tx, here, row)
        elif row.kind is OutboxKind.ALTER:
            await outbox.say_instead(tx, outbox_id=row.id)  # the message is gone: its outcome must still be read
            return replace(row.queued, kind=OutboxKind.SAY)
        else:
            log.warning("a message was refused", outbox_id=row.id, kind=row.kind, error=str(error))
            await outbox.end(tx, outbox_id=row.id, state=OutboxState.FAILED, error=str(error), now=here.now)
        return None
