"""Handling: a batch of waiting updates in one transaction, a savepoint each."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

import structlog
from telegram import Update

from bot.apology import bare
from bot.batches import Batches
from bot.clock import Clock
from bot.errors import where
from bot.flood import Gate, Verdict
from bot.meter import Meter, Tally
from bot.reading import update_of
from community.errors import Refused
from community.here import Here
from handlers import groups, registry
from handlers.context import Conversation, Moment
from handlers.replies import apologise, refuse, slow_down
from handlers.texts import Texts, language_of
from storage.crypto import BadKey, UnknownKey
from storage.database import Database, Transaction, TransactionLost
from storage.queries import dialogues, inbox, people
from storage.records import Waiting
from storage.rows import Damaged
from storage.states import ContactMode, InboxState

log = structlog.get_logger()
TRIES = 3
_LENDS_S = 0.01
"""How long loop and writer are kept from others at most, but for one update's own time."""
_BACK_OFF_S = (0.2, 1, 2, 5, 10)


class Worker:
    """Takes updates in order and runs each through the application."""

    def __init__(
        self,
        *,
        database: Database,
        application: Conversation,
        texts: Texts,
        clock: Clock,
        here: Callable[[], Here],
        meter: Meter | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._application = application
        self._texts = texts
        self._clock = clock
        self._here = here
        self._meter = meter or Meter()
        self._monotonic = monotonic
        self._gate = Gate()
        self._batches = Batches(lanes=database.lanes(), handle=self._handle, monotonic=monotonic)

    async def run(self) -> None:
        """Until cancelled."""
        bell, failures = self._database.bell("inbox"), 0
        try:
            while True:
                bell.clear()
                try:
                    if not await self.step():
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(bell.wait(), self._batches.look_again_s)
                    failures = 0
                except TransactionLost as error:
                    pause = _BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)]
                    failures += 1
                    log.error("the database could not carry on", error=str(error), again_in_s=pause)
                    await asyncio.sleep(pause)
        finally:
            await self._batches.close()

    async def step(self) -> int:
        """Handle the next batch; how many updates were taken. Raises TransactionLost."""
        return await self._batches.step()

    async def _handle(self, rows: Sequence[Waiting]) -> tuple[int, list[int]]:
        """Handle the first of these in one transaction, all if nobody waits for it meanwhile.

        How many, and the ids of those that had no try. Raises TransactionLost.
        """
        held = set(self._batches.held)
        done, untried, tally, count = [], [], Tally(), 0
        async with self._batches.write() as tx:
            lends = self._monotonic() + _LENDS_S
            for row in rows:
                count += 1
                if row.lane in held:
                    untried.append(row.id)
                    continue
                self._batches.at = row
                tally.begin()
                state = await self._one(tx, row, tally)
                tally.end(row, state)
                if state is InboxState.WAITING:
                    held.add(row.lane)
                elif state is InboxState.DONE:
                    done.append(row.id)
                if self._monotonic() >= lends:
                    await asyncio.sleep(0)
                    if self._database.waiting:
                        break
                    lends = self._monotonic() + _LENDS_S
            if done and not await inbox.finish(tx, done, now=self._here().now):
                raise TransactionLost("somebody else has handled these updates")
            await inbox.empty(tx, self._gate.refused_of(done))
        self._batches.held = held
        self._meter.handled_all(tally, self._here().now)
        return count, untried

    async def _one(self, tx: Transaction, row: Waiting, tally: Tally) -> InboxState:
        """Handle one update: what became of it; WAITING for another try."""
        here = self._here()
        try:
            if row.tries >= TRIES:
                raise RuntimeError("it ended the process each time")
            verdict = self._gate.judge(row, now=here.now)
            if verdict is Verdict.REFUSED:
                return InboxState.DONE
            async with tx.savepoint():
                update = update_of(row.payload, self._application.bot)
                if update.effective_user is None:
                    await groups.unsigned(tx, update)
                    return InboxState.DONE
                moment = await self._meet(tx, here, update)
                if verdict is Verdict.REFUSED_ALOUD:
                    await slow_down(moment, update)
                else:
                    await self._run(moment, update)
        except Refused as refused:
            # Met anew: if this was a stranger's first word, their row was undone with the rest.
            await refuse(await self._meet(tx, here, update), update, refused)
            tally.refused += 1
        except (TransactionLost, UnknownKey):
            raise
        except Exception as error:
            # The message of an error may quote what somebody wrote: only its kind and place are kept.
            log.error("an update failed", inbox_id=row.id, tries=row.tries + 1, error=where(error))
            if row.tries + 1 < TRIES:
                return InboxState.WAITING
            await inbox.set_aside(tx, inbox_id=row.id, error=where(error), now=here.now)
            await self._apologise(tx, here, row)
            return InboxState.POISON
        return InboxState.DONE

    async def _run(self, moment: Moment, update: Update) -> None:
        self._application.moment = moment
        try:
            await self._application.process_update(update)
        finally:
            self._application.moment = None
        if not moment.handled:
            raise LookupError("no handler took the update")

    async def _meet(self, tx: Transaction, here: Here, update: Update) -> Moment:
        """Who speaks, where, and in which conversation; strangers get a row of their own."""
        user, chat = update.effective_user, update.effective_chat
        telegram_id = user.id if user else 0
        language = language_of(user.language_code if user else None)
        person = await people.by_telegram(tx, telegram_id)
        if person is None:
            person = await people.add(
                tx, telegram_id=telegram_id, language=language, contact_mode=ContactMode.CHAT, now=here.now
            )
        elif person.unreachable_at is not None and update.my_chat_member is None:
            await people.set_unreachable(tx, person_id=person.id, since=None)
        chat_id = chat.id if chat else telegram_id
        group = None
        if chat is not None and chat.type != chat.PRIVATE:
            group = await dialogues.group(tx, chat_id=chat_id, language=self._texts.default, now=here.now)
        dialogue = None
        if group is None:
            dialogue = await dialogues.latest(tx, chat_id=chat_id, person_id=person.id, now=here.now)
            if dialogue is not None and isinstance(dialogue.draft, Damaged):
                raise BadKey("a conversation was damaged")
            flow = registry.FLOWS.get(dialogue.flow) if dialogue else None
            if dialogue is not None and (flow is None or dialogue.step not in flow.steps):
                dialogue = None  # of an earlier version of this program
        return Moment(
            tx=tx,
            here=here,
            texts=self._texts,
            person=person,
            group=group,
            chat_id=chat_id,
            dialogue=dialogue,
            flows=registry.FLOWS,
        )

    async def _apologise(self, tx: Transaction, here: Here, row: Waiting) -> None:
        """Once, when an update is set aside: whether it can be read or not, and if need be to somebody met afresh."""
        sender = bare(row.payload, row.lane)
        for payload, afresh in ((row.payload or sender, False), (sender, False), (sender, True)):
            if not payload:
                return
            try:
                async with tx.savepoint():
                    update = update_of(payload | {"update_id": 0}, self._application.bot)
                    who = update.effective_user
                    if afresh and who:  # their conversation is what cannot be read
                        await dialogues.give_up(tx, telegram_id=who.id)
                    await apologise(await self._meet(tx, here, update), update)
                return
            except (TransactionLost, UnknownKey):
                raise
            except Exception as error:
                log.error("no apology was possible yet", inbox_id=row.id, error=where(error))
