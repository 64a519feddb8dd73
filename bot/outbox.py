"""Sending: what waits in the outbox goes out by priority, in order within a chat, within Telegram's limits.

Each cycle is one short transaction that marks what has been sent and picks what goes next; a place among those
in flight is freed only when its mark has committed, so that a kill repeats at most those.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from bot.departures import Departures
from bot.errors import where
from bot.limits import Limits
from bot.meter import Meter
from bot.outcomes import HeldBack, Outcomes, Result, answer_as_message, apologise_instead
from bot.transport import ApiError, Transport
from community import pings
from community.here import Here
from handlers.render import Call, Renderer
from storage.crypto import UnknownKey
from storage.database import Database, Transaction, TransactionLost, redone
from storage.queries import outbox
from storage.records import Outgoing, Person, Queued
from storage.states import OutboxKind, OutboxState

log = structlog.get_logger()
IN_FLIGHT = 8
_PAGE = 1000
_LOOK_BACK_S = 5.0  # longer than any transaction that queues messages
_LOOK_AT_ALL_S = 30.0
_ANSWER_GOOD_FOR = timedelta(seconds=25)
_BACK_OFF_S = (1, 2, 5, 10, 20)  # at the start and at the end, when the database could not carry on
_IDLE_S = 30.0
_REST_S = 1.0  # after the database could not carry on
_GATHER_S = 0.002
"""What lands within this time is marked in one transaction."""


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
        meter: Meter | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._renderer = renderer
        self._limits = limits
        self._here = here
        self._places = in_flight
        self._monotonic = monotonic
        self._meter = meter or Meter()
        self._departures = Departures(limits)
        self._bell = database.bell("outbox")
        self._at = self._seen = 0  # ids: looked up to, and seen at all
        self._recent = self._settled = 0  # ids: seen when it was last noted, and the time before that
        self._look_at_all = 0.0
        self._settles = 0.0
        self._results: list[Result] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._all_landed = asyncio.Event()
        self._outcomes = Outcomes(limits, monotonic)
        self._bell.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping`; then what is in flight is seen to its end and marked."""
        self._begin_again([])
        self._results.clear()
        stop = asyncio.create_task(self._wake_at(stopping))
        try:
            await self._until_done(self._recover)
            while not stopping.is_set():
                try:
                    wait = await self.cycle()
                except TransactionLost as error:
                    log.error("the database could not carry on", error=str(error))
                    await asyncio.sleep(_REST_S)  # the bell has been rung, to look at everything anew
                    continue
                if wait > 0:
                    await _set_within(wait, self._bell)
                if self._tasks:
                    self._all_landed.clear()
                    await _set_within(_GATHER_S, self._all_landed)
            if self._tasks:
                await asyncio.wait(self._tasks)
            await self._until_done(self._settle)
        finally:
            stop.cancel()
            for task in self._tasks:  # cancelled: somebody else sends now, these too
                task.cancel()

    async def _wake_at(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._bell.set()

    async def _recover(self) -> None:
        async with self._database.write() as tx:
            await outbox.recover(tx)

    async def _settle(self) -> None:
        async with self._database.write() as tx:
            await self._outcomes.mark(tx, self._here(), self._results)

    async def _until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        for pause in (*_BACK_OFF_S, None):
            try:
                await redone(work, self._database)
            except TransactionLost:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return

    async def cycle(self) -> float:
        """Mark what has landed, send what may go; seconds until there may be more to do. Raises TransactionLost."""
        trains: dict[tuple[int, int], list[tuple[Outgoing, Call]]] = {}
        for row, call in await redone(self._turn, self._database):
            trains.setdefault((row.priority, row.chat), []).append((row, call))
        for train in trains.values():
            task = asyncio.create_task(self._send_all(train))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._bell.is_set():
            return 0.0
        return self._departures.wait(now=self._monotonic(), clock=self._here().now, longest=_IDLE_S)

    async def _turn(self) -> list[tuple[Outgoing, Call]]:
        here, flying = self._here(), list(self._departures.flying.values())
        rung = self._bell.is_set()
        self._bell.clear()  # before the transaction: what is queued once it sees no more rings for the next one
        try:
            async with self._database.write() as tx:
                results = list(self._results)  # those too that landed while others wrote
                again = await self._outcomes.mark(tx, here, results)
                for result in results:
                    self._departures.land(result.row.id, again=again.get(result.row.id))
                await self._look(tx, rung=rung)
                calls = await self._pick(tx, here)
            del self._results[: len(results)]
            return calls
        except BaseException:
            self._begin_again(flying)
            raise

    def _begin_again(self, flying: list[Queued]) -> None:
        """Get to know anew what waits, but for what is in flight."""
        self._departures.begin_again(flying)
        self._at = self._recent = self._settled = 0
        self._bell.set()

    async def _look(self, tx: Transaction, *, rung: bool) -> None:
        """Get to know the rows that were queued since the last look; now and then look at all."""
        now = self._monotonic()
        if now >= self._look_at_all:
            self._at, self._look_at_all = 0, now + _LOOK_AT_ALL_S
        elif not rung:
            return
        page = await outbox.waiting(tx, after=self._at, limit=_PAGE)
        self._departures.add(page)
        if page:
            self._at = page[-1].id
            self._seen = max(self._seen, self._at)
        if len(page) == _PAGE:
            self._bell.set()
        elif not self._database.ids_in_order:
            # A row may show itself after one with a higher id: look back as far as a transaction may have lasted.
            self._at = self._settled
            if now >= self._settles:
                self._settled, self._recent, self._settles = self._recent, self._seen, now + _LOOK_BACK_S

    async def _pick(self, tx: Transaction, here: Here) -> list[tuple[Outgoing, Call]]:
        departures, now = self._departures, self._monotonic()
        calls: list[tuple[Outgoing, Call]] = []
        while taken := departures.take(self._places - len(departures.flying), now=now, clock=here.now):
            rows = {row.id: row for row in await outbox.outgoing(tx, [queued.id for queued in taken])}
            readers = await self._renderer.readers(tx, rows.values())
            for queued in taken:
                row = rows.get(queued.id)
                if row is not None and not row.is_still(queued):
                    departures.land(queued.id, again=row.queued)  # another row has taken the id of one taken back
                    continue
                reader = readers.get(row.person_id or 0) if row is not None else None
                if row is not None and reader is not None and await pings.hold(tx, here, reader, row):
                    departures.land(queued.id)
                    continue
                call = await self._compose(tx, here, row, readers) if row is not None else None
                if row is None or call is None:
                    departures.land(queued.id)
                else:
                    calls.append((row, call))
        if calls:
            await outbox.sending(tx, [row.id for row, _ in calls])
        return calls

    async def _compose(self, tx: Transaction, here: Here, row: Outgoing, readers: Mapping[int, Person]) -> Call | None:
        """The row's call, or None when it is settled without one."""
        if row.chat_id is None:
            await outbox.end(tx, outbox_id=row.id, state=OutboxState.DROPPED, error="no chat", now=here.now)
            return None
        if row.kind is OutboxKind.ANSWER and here.now - row.created_at > _ANSWER_GOOD_FOR:
            await answer_as_message(tx, here, row)
            return None
        try:
            # What asks the database for nothing can break nothing there.
            async with tx.looking() if self._renderer.asks(row) else contextlib.nullcontext():
                call = await self._renderer.call(tx, here, row, readers)
        except (TransactionLost, UnknownKey):
            raise
        except Exception as error:
            log.error(
                "a text could not be rendered",
                outbox_id=row.id,
                template=row.template,
                card=row.card_kind,
                error=where(error),
            )
            await outbox.end(tx, outbox_id=row.id, state=OutboxState.FAILED, error=where(error), now=here.now)
            await apologise_instead(tx, here, row)
            return None
        if call is None:
            await outbox.end(tx, outbox_id=row.id, state=OutboxState.DROPPED, now=here.now)
            if row.kind is OutboxKind.CARD and row.card_message is not None:
                await outbox.give_way(tx, [row], now=here.now)
        return call

    async def _send_all(self, train: list[tuple[Outgoing, Call]]) -> None:
        """One after another, for they go to one chat; what comes after one that did not arrive is held back."""
        arrives = True
        for row, call in train:
            since = self._monotonic()
            if arrives:
                arrives = await self._send(row, call, since)
            else:
                self._results.append(Result(row=row, call=call, since=since, error=HeldBack()))

    async def _send(self, row: Outgoing, call: Call, since: float) -> bool:
        """Whether it arrived."""
        params = {"chat_id": row.chat_id, **call.params} if call.to_chat else call.params
        try:
            result = await self._transport.call(call.method, params, files=call.files or None)
        except ApiError as error:
            self._results.append(Result(row=row, call=call, since=since, error=error))
            self._meter.sent(row.priority, error)
            arrived = False
        else:
            arrived = True
            sent = result if isinstance(result, dict) else {}
            file_id = sent["photo"][-1]["file_id"] if call.picture and sent.get("photo") else None
            message_id = sent.get("message_id")
            self._results.append(Result(row=row, call=call, since=since, message_id=message_id, file_id=file_id))
            self._meter.sent(row.priority, None)
        self._bell.set()
        if len(self._results) == len(self._departures.flying):
            self._all_landed.set()
        return arrived


async def _set_within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, at most so long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
