"""Everything is built here, and nowhere else: one bot with its inbox, worker, sender and scheduler."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from telegram import User
from telegram.ext import Application, ContextTypes, ExtBot

from bot import housekeeping, key_watch
from bot.certificate import CertificateSheet
from bot.clock import Clock
from bot.health import Health
from bot.inbox import Poller
from bot.jobs import Jobs, Work
from bot.leader import lead
from bot.limits import Limits
from bot.meeting import meet
from bot.meter import Meter
from bot.newcomer import Newcomer, alone
from bot.outbox import Sender
from bot.parts import Part
from bot.patience import until_done
from bot.scheduler import Due, Scheduler
from bot.settings import Settings
from bot.transport import NoRequest, Transport
from bot.vote_chart import VoteChart
from bot.worker import Worker
from community import (
    calls,
    certificates,
    check_in_clock,
    dispatch,
    emergency_switch,
    follow_up,
    lapses,
    notices,
    orders,
    pings,
    repeats,
    report_clock,
    reports,
    shift_ends,
    shift_repeats,
    shift_rounds,
    shift_vouching,
    shifts,
    time_bank_giving,
    time_bank_month,
    visit_watch,
    volunteer_word,
    vote_rounds,
    votes,
    waiting_list,
)
from community.here import Here
from community.neighbourhood import Neighbourhood
from community.working_time import WorkingTime
from handlers import registry, week
from handlers.context import Conversation, Turn
from handlers.render import Renderer
from handlers.texts import Texts
from storage.database import Database, redone

if TYPE_CHECKING:
    from bot.webhook import Webhook

log = structlog.get_logger()
_SUCCESSION_S = 20.0
DUE: Mapping[str, Due] = {
    reports.ACCEPT_OVERDUE: report_clock.not_accepted,
    reports.RESOLVE_OVERDUE: report_clock.overdue,
    votes.SPREAD: vote_rounds.spread,
    votes.REMIND: vote_rounds.remind,
    votes.CLOSE: votes.close,
    votes.RESULT: vote_rounds.tell_outcome,
    dispatch.WAVE: dispatch.next_wave,
    dispatch.OFFICER: dispatch.call_officer,
    dispatch.STAFF: dispatch.call_staff,
    follow_up.ASK: follow_up.ask,
    follow_up.SILENCE: follow_up.silence,
    follow_up.SOON: follow_up.soon,
    follow_up.NOW: follow_up.now,
    follow_up.LATE: follow_up.late,
    follow_up.RETURN: follow_up.give_up,
    lapses.OVER: lapses.over,
    visit_watch.OVERRUN: visit_watch.ask,
    visit_watch.UNHEARD: visit_watch.unheard,
    orders.UNCONFIRMED: orders.unconfirmed,
    repeats.AGAIN: repeats.again,
    waiting_list.ASK: waiting_list.ask_later,
    waiting_list.SILENCE: waiting_list.silence,
    shifts.FEW: shift_ends.few,
    shifts.START: shift_ends.its_hour,
    shifts.OVER: shift_ends.over,
    shifts.SPREAD: shifts.spread,
    shifts.CLOSE: shift_rounds.close,
    shift_rounds.CLUE: shift_rounds.relay,
    shift_vouching.VOUCH: shift_vouching.ask,
    shift_repeats.POST: shift_repeats.go_on,
    calls.NEW: calls.announce,
    calls.AGAIN: calls.announce,
    check_in_clock.STEP: check_in_clock.step,
    emergency_switch.STILL: emergency_switch.still,
    emergency_switch.RESUME: emergency_switch.resume,
    notices.SEND: notices.go_on,
    time_bank_giving.OVER: time_bank_giving.lapse,
    time_bank_month.PUBLISH: time_bank_month.publish,
    volunteer_word.WORD: volunteer_word.go_on,
    volunteer_word.WORD_TO: volunteer_word.say,
    pings.WAKE: registry.WAKE,
    housekeeping.DAILY: housekeeping.daily,
}
"""What is done when something of a kind falls due; `kind@word` is one of several of a kind."""


def works(texts: Texts) -> Mapping[str, Work]:
    """How each kind of job is done."""
    return {votes.CHART: VoteChart(texts), certificates.SHEET: CertificateSheet(texts)}


class _Bot(ExtBot[None]):
    """PTB's bot, told who it is instead of asking."""

    def __init__(self, me: User, **options: Any) -> None:
        super().__init__(**options)
        self._bot_user = me

    async def initialize(self) -> None:
        """Nothing to ask: handlers do no network I/O."""

    async def shutdown(self) -> None:
        """The transport is closed by whoever made it."""


def conversation(*, me: User, token: str, texts: Texts) -> Conversation:
    """The PTB application with all handlers; it is fed by the worker and sends nothing itself."""
    request = NoRequest()
    application = (
        Application.builder()
        .application_class(Conversation)
        .bot(_Bot(me, token=token, request=request, get_updates_request=request))
        .context_types(ContextTypes(context=Turn))
        .updater(None)
        .job_queue(None)
        .build()
    )
    if not isinstance(application, Conversation):
        raise TypeError("PTB built another application")
    registry.install(application, texts)
    return application


class Jinlin:
    """One running bot."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        neighbourhood: Neighbourhood,
        clock: Clock,
        transport: Transport,
        newcomer: Newcomer | None = None,
        parts: Collection[Part] = frozenset(Part),
    ) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.texts = Texts(overrides=Path(neighbourhood.texts), zone=settings.zone)
        self.transport = transport
        self._newcomer = newcomer
        self.meter = Meter()
        self.health = Health(
            database=database,
            meter=self.meter,
            now=clock.now,
            parts=parts,
        )
        self._neighbourhood = neighbourhood
        self._zone = settings.zone
        self._working_time = WorkingTime.of(neighbourhood, settings.zone)
        self._parts = parts
        self._limits = Limits(rate=settings.send_rate)

    def look_again(self) -> None:
        """The clock was moved: something may be due."""
        self.database.bell("timers").set()

    def here(self) -> Here:
        """The neighbourhood now."""
        return Here(
            neighbourhood=self._neighbourhood,
            working_time=self._working_time,
            zone=self._zone,
            now=self.clock.now(),
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping`: then what is in flight is finished. Raises BadToken, TokenTaken, SettingsError."""
        async with contextlib.AsyncExitStack() as stack:
            if self.settings.metrics_listen:
                await stack.enter_async_context(self._watched())
            webhook = None
            if self.settings.webhook_url and Part.RECEIVER in self._parts:
                from bot.webhook import Webhook  # who polls needs no server

                webhook = Webhook(
                    settings=self.settings,
                    database=self.database,
                    transport=self.transport,
                    clock=self.clock,
                    week=self._week,
                    meter=self.meter,
                )
                await webhook.start()
                stack.push_async_callback(webhook.stop)
            await stack.enter_async_context(self.database.listening())
            await self._run(stopping, webhook)

    async def _week(self, token: str) -> str | None:
        """A volunteer's week, for whoever asks with the address of its feed."""
        async with self.database.read() as tx:
            return await week.page_at(tx, self.here(), self.texts, token)

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        from bot.monitor import Monitor  # most run without it

        monitor = Monitor(
            listen=self.settings.metrics_listen, database=self.database, meter=self.meter, health=self.health
        )
        await monitor.start()
        try:
            yield
        finally:
            await monitor.stop()

    async def _run(self, stopping: asyncio.Event, webhook: "Webhook | None") -> None:
        receives = Part.RECEIVER in self._parts
        me = await meet(
            self.transport,
            stopping,
            texts=self.texts if receives else None,
            webhook=webhook,
            drop_webhook=receives and self._newcomer is None,
        )
        if me is None or not await alone(self._newcomer, stopping):
            return
        application = conversation(me=me, token=self.settings.token, texts=self.texts)
        await application.initialize()

        async def begin() -> bool:
            address = self.settings.webhook_url
            name = me.username or ""
            await redone(lambda: housekeeping.start(self.database, self.here(), bot=name, webhook_url=address))
            return True

        if not await until_done(begin, stopping):
            return
        parts = [asyncio.create_task(part) for part in self._going(application, stopping, polling=webhook is None)]
        sending = asyncio.create_task(self._sending(stopping, bot=me.username or ""))
        stop = asyncio.create_task(stopping.wait())
        self.health.running = True
        log.info("running", bot=me.username, database=self.database.engine, parts=sorted(self._parts))
        try:
            await asyncio.wait([*parts, sending, stop], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.set()
            stop.cancel()
            for part in parts:
                part.cancel()
            ended = await asyncio.gather(*parts, sending, return_exceptions=True)
            await application.shutdown()
        for one in ended:
            if isinstance(one, Exception):
                raise one

    async def _sending(self, stopping: asyncio.Event, *, bot: str) -> None:
        """Until `stopping`, and then until what is in flight has arrived."""
        if Part.SENDER not in self._parts:
            await stopping.wait()
            return
        renderer = Renderer(texts=self.texts, cards=registry.CARDS, commands=registry.COMMANDS, bot=bot)

        async def send(own: Database) -> None:
            sender = Sender(
                database=own,
                transport=self.transport,
                renderer=renderer,
                limits=self._limits,
                here=self.here,
                in_flight=self.settings.in_flight,
                meter=self.meter,
            )
            with self.meter.doing(Part.SENDER):
                await sender.run(stopping)

        await lead(self.database, Part.SENDER, send, stopping)

    def _going(
        self, application: Conversation, stopping: asyncio.Event, *, polling: bool
    ) -> list[Coroutine[Any, Any, None]]:
        """What goes on until it is cancelled; the sender, which finishes what is in flight, aside."""
        led: dict[str, Callable[[Database], Awaitable[None]]] = {}
        if Part.RECEIVER in self._parts and polling:
            led["poller"] = self._poll
        if Part.SCHEDULER in self._parts:
            led["scheduler"] = self._schedule
            led["jobs"] = lambda own: Jobs(database=own, works=works(self.texts), here=self.here).run()
        going = [lead(self.database, part, work, stopping) for part, work in led.items()]
        going.append(key_watch.watch(self.database))
        if Part.WORKER in self._parts:
            worker = Worker(
                database=self.database,
                application=application,
                texts=self.texts,
                clock=self.clock,
                here=self.here,
                meter=self.meter,
            )
            going.append(worker.run())
        return going

    async def _schedule(self, own: Database) -> None:
        """Run what falls due, until cancelled."""
        holds = emergency_switch.holds
        await Scheduler(database=own, clock=self.clock, due=DUE, holds=holds, here=self.here).run()

    async def _poll(self, own: Database) -> None:
        newcomer, self._newcomer = self._newcomer, None
        if newcomer is None:  # where several may lead, whoever led before is given time to hear that it does no more
            newcomer = Newcomer(self.transport, patience_s=_SUCCESSION_S)
        poller = Poller(
            database=own,
            transport=self.transport,
            clock=self.clock,
            bot_id=self.settings.bot_id,
            meter=self.meter,
            newcomer=newcomer,
        )
        self.meter.polled()  # the Bot API was met; from now on it has a minute
        with self.meter.doing(Part.RECEIVER):
            try:
                await poller.run()
            finally:
                await newcomer.stop()
