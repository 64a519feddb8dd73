"""Sending: what waits in the outbox goes out by priority, in order within a chat, within Telegram's limits.

Each cycle is one short transaction that marks what has been sent and picks what goes next; a place among those
in flight is freed only when its mark has committed, so that a kill repeats at most those.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.errors import where
from bot.limits import Limits
from bot.transport import ApiError, BadToken, Forbidden, Rejected, TooMany, Transport, Unreachable
from community.here import Here
from handlers.render import Call, Renderer
from storage.database import Database, Transaction, TransactionLost
from storage.queries import dialogues, jobs, outbox, people
from storage.records import Outgoing
from storage.states import OutboxKind, OutboxState

log = structlog.get_logger()
IN_FLIGHT = 8
_PAGE = 64
_ANSWER_GOOD_FOR = timedelta(seconds=25)
_BACK_OFF_S = (1, 2, 5, 10, 30, 60)
_GIVE_UP_AFTER = 40  # tries, with back-off: over half an hour
_IDLE_S = 30.0


@dataclass(frozen=True, kw_only=True)
class _Result:
    """How one sending went."""

    row: Outgoing
    call: Call
    message_id: int | None = None
    file_id: str | None = None  # of a picture of ours that was uploaded
    error: ApiError | None = None


class Sender:
    """Drains the outbox."""

    def __init__(
        self,
        *,
        database: Database,
        transport: Transport,
        renderer: Renderer,
        limits: Limits,
        here: Callable[[], Here],
        in_flight: int = IN_FLIGHT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._transport = transport
        self._renderer = renderer
        self._limits = limits
        self._here = here
        self._places = in_flight
        self._monotonic = monotonic
        self._flying: dict[int, Outgoing] = {}
        self._results: list[_Result] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._landed = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping`; then what is in flight is seen to its end and marked."""
        await self._until_done(self._recover)
        bell = self._database.bell("outbox")
        while not stopping.is_set():
            bell.clear()
            self._landed.clear()
            wait = _IDLE_S
            try:
                wait = await self.cycle()
            except TransactionLost as error:
                log.error("the database could not carry on", error=str(error))
                wait = 1.0
            if wait > 0:
                await _first(wait, bell, self._landed, stopping)
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._until_done(self._settle)

    async def _recover(self) -> None:
        async with self._database.write() as tx:
            await outbox.recover(tx)

    async def _settle(self) -> None:
        async with self._database.write() as tx:
            await self._mark_all(tx, self._results)

    async def _until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        for pause in (*_BACK_OFF_S, None):
            try:
                await work()
            except TransactionLost:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return

    async def cycle(self) -> float:
        """Mark what has landed, send what may go; seconds until there may be more to do."""
        results = list(self._results)
        async with self._database.write() as tx:
            await self._mark_all(tx, results)
            picked, wait = await self._pick(tx, {result.row.id for result in results})
        del self._results[: len(results)]
        for result in results:
            self._flying.pop(result.row.id, None)
        for row, call in picked:
            self._flying[row.id] = row
            task = asyncio.create_task(self._send(row, call))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return wait

    async def _pick(self, tx: Transaction, landed: set[int]) -> tuple[list[tuple[Outgoing, Call]], float]:
        here, now = self._here(), self._monotonic()
        flying = [row for row in self._flying.values() if row.id not in landed]
        busy: set[object] = {(row.chat_id, row.priority) for row in flying}
        busy |= {("card", row.card_id) for row in flying if row.card_id}
        room = self._places - len(flying)
        picked: list[tuple[Outgoing, Call]] = []
        wait, after = _IDLE_S, (-1, 0)
        while room > 0:
            page = await outbox.waiting(tx, after_priority=after[0], after_id=after[1], limit=_PAGE)
            for row in page:
                pause = self._pause(row, busy, here, now)
                if pause is None:
                    continue
                busy.add((row.chat_id, row.priority))
                if pause > 0:
                    wait = min(wait, pause)
                    continue
                if room == 0:
                    break
                call = await self._compose(tx, here, row)
                if call is None:
                    busy.discard((row.chat_id, row.priority))
                    continue
                if row.kind is not OutboxKind.ANSWER:
                    self._limits.take(row.chat_id or 0, now)
                if row.card_id:
                    busy.add(("card", row.card_id))
                picked.append((row, call))
                room -= 1
            if len(page) < _PAGE or self._limits.wait_overall(now):
                break
            after = (page[-1].priority, page[-1].id)
        return picked, wait

    def _pause(self, row: Outgoing, busy: set[object], here: Here, now: float) -> float | None:
        """Seconds until this row may go; None when one before it must go first."""
        if (row.chat_id, row.priority) in busy or ("card", row.card_id) in busy:
            return None
        later = (row.not_before - here.now).total_seconds()
        if later > 0:
            return later
        if row.kind is OutboxKind.ANSWER or row.chat_id is None:
            return 0.0
        return max(self._limits.wait_overall(now), self._limits.wait_chat(row.chat_id, now))

    async def _compose(self, tx: Transaction, here: Here, row: Outgoing) -> Call | None:
        """The row's call, or None when it is settled without one."""
        if row.chat_id is None:
            await outbox.mark(tx, outbox_id=row.id, state=OutboxState.DROPPED, error="no chat", now=here.now)
            return None
        if row.kind is OutboxKind.ANSWER and here.now - row.created_at > _ANSWER_GOOD_FOR:
            await self._answer_as_message(tx, here, row)
            return None
        try:
            async with tx.savepoint():
                call = await self._renderer.call(tx, here, row)
        except TransactionLost:
            raise
        except Exception as error:
            log.error(
                "a text could not be rendered",
                outbox_id=row.id,
                template=row.template,
                card=row.card_kind,
                error=where(error),
            )
            await outbox.mark(tx, outbox_id=row.id, state=OutboxState.FAILED, error=where(error), now=here.now)
            return None
        state = OutboxState.SENDING if call else OutboxState.DROPPED
        await outbox.mark(tx, outbox_id=row.id, state=state, now=here.now)
        return call

    async def _answer_as_message(self, tx: Transaction, here: Here, row: Outgoing) -> None:
        """Nobody sees the answer to a press any more: what it had to say comes as a message."""
        await outbox.mark(tx, outbox_id=row.id, state=OutboxState.DROPPED, error="stale", now=here.now)
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

    async def _send(self, row: Outgoing, call: Call) -> None:
        params = {"chat_id": row.chat_id, **call.params} if call.to_chat else call.params
        try:
            result = await self._transport.call(call.method, params, files=call.files or None)
        except ApiError as error:
            self._results.append(_Result(row=row, call=call, error=error))
        else:
            sent = result if isinstance(result, dict) else {}
            file_id = sent["photo"][-1]["file_id"] if call.picture and sent.get("photo") else None
            self._results.append(_Result(row=row, call=call, message_id=sent.get("message_id"), file_id=file_id))
        self._landed.set()

    async def _mark_all(self, tx: Transaction, results: list[_Result]) -> None:
        here = self._here()
        for result in results:
            if result.error is None:
                await self._mark_sent(tx, here, result)
            else:
                await self._mark_error(tx, here, result, result.error)

    async def _mark_sent(self, tx: Transaction, here: Here, result: _Result) -> None:
        row = result.row
        await outbox.mark(tx, outbox_id=row.id, state=OutboxState.SENT, message_id=result.message_id, now=here.now)
        if result.call.picture and result.file_id:
            await jobs.uploaded(tx, picture_id=result.call.picture, file_id=result.file_id)
        if row.card_id and result.message_id:
            await outbox.mark_card(
                tx,
                card_id=row.card_id,
                message_id=result.message_id,
                form=result.call.form,
                shown=result.call.digest,
                edited=row.kind is OutboxKind.EDIT,
            )

    async def _mark_error(self, tx: Transaction, here: Here, result: _Result, error: ApiError) -> None:
        row, now = result.row, self._monotonic()
        if isinstance(error, TooMany):
            self._limits.flooded(row.chat_id or 0, error.seconds, now)
            await outbox.put_off(tx, outbox_id=row.id, until=here.now, error="429")
        elif isinstance(error, Unreachable | BadToken) and row.tries < _GIVE_UP_AFTER:
            pause = _BACK_OFF_S[min(row.tries, len(_BACK_OFF_S) - 1)]
            await outbox.put_off(tx, outbox_id=row.id, until=here.now + timedelta(seconds=pause), error=str(error))
        elif isinstance(error, Rejected):
            await self._mark_rejected(tx, here, row, error)
        else:
            if isinstance(error, Forbidden) and row.person_id is not None:
                await people.set_unreachable(tx, person_id=row.person_id, since=here.now)
            elif isinstance(error, Forbidden) and row.chat_id is not None:
                await dialogues.leave_group(tx, chat_id=row.chat_id, left_at=here.now)
            await outbox.mark(tx, outbox_id=row.id, state=OutboxState.FAILED, error=str(error), now=here.now)

    async def _mark_rejected(self, tx: Transaction, here: Here, row: Outgoing, error: Rejected) -> None:
        if error.migrate_to is not None and row.chat_id is not None:
            await dialogues.migrate_group(tx, old_chat_id=row.chat_id, new_chat_id=error.migrate_to)
            await outbox.put_off(tx, outbox_id=row.id, until=here.now, error="migrated")
        elif "message is not modified" in str(error) or row.kind is OutboxKind.FADE:
            await outbox.mark(tx, outbox_id=row.id, state=OutboxState.SENT, now=here.now)
        elif row.kind is OutboxKind.ANSWER:
            await self._answer_as_message(tx, here, row)
        elif row.kind is OutboxKind.ALTER:
            await outbox.say_instead(tx, outbox_id=row.id)  # the message is gone: its outcome must still be read
        else:
            log.warning("a message was refused", outbox_id=row.id, kind=row.kind, error=str(error))
            await outbox.mark(tx, outbox_id=row.id, state=OutboxState.FAILED, error=str(error), now=here.now)


async def _first(seconds: float, *events: asyncio.Event) -> None:
    """Wait for the first of some events, at most so long."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
