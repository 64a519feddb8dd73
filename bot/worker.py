"""Handling: a batch of waiting updates in one transaction, a savepoint each."""

import asyncio
from collections.abc import Callable

import structlog
from telegram import Update

from bot.clock import Clock
from bot.errors import where
from community.errors import Refused
from community.here import Here
from handlers import registry
from handlers.context import Conversation, Moment
from handlers.replies import apologise, refuse
from handlers.texts import Texts, language_of
from storage.database import Database, Transaction, TransactionLost
from storage.queries import dialogues, inbox, people
from storage.records import Waiting
from storage.states import ContactMode, InboxState

log = structlog.get_logger()
BATCH = 50
TRIES = 3
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
    ) -> None:
        self._database = database
        self._application = application
        self._texts = texts
        self._clock = clock
        self._here = here

    async def run(self) -> None:
        """Until cancelled."""
        bell, failures = self._database.bell("inbox"), 0
        while True:
            bell.clear()
            try:
                if not await self.step():
                    await bell.wait()
                failures = 0
            except TransactionLost as error:
                pause = _BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)]
                failures += 1
                log.error("the database could not carry on", error=str(error), again_in_s=pause)
                await asyncio.sleep(pause)

    async def step(self) -> int:
        """Handle the next batch; how many updates were taken. Raises TransactionLost."""
        async with self._database.write() as tx:
            rows = await inbox.take(tx, limit=BATCH)
        if not rows:
            return 0
        try:
            await self._handle(rows)
        except TransactionLost as error:
            if len(rows) == 1:
                raise
            log.warning("a batch was lost and is redone one by one", error=str(error))
            for row in rows:
                await self._handle([row])
        return len(rows)

    async def _handle(self, rows: list[Waiting]) -> None:
        async with self._database.write() as tx:
            held: set[int] = set()  # chats in which an update failed: what came after it waits for it
            for row in rows:
                if row.lane not in held and not await self._one(tx, row):
                    held.add(row.lane)
                await asyncio.sleep(0)

    async def _one(self, tx: Transaction, row: Waiting) -> bool:
        """Handle one update; False when it waits for another try."""
        here = self._here()
        try:
            if row.tries >= TRIES:
                raise RuntimeError("it ended the process each time")
            async with tx.savepoint():
                update = Update.de_json(row.payload, self._application.bot)
                moment = await self._meet(tx, here, update)
                await self._run(moment, update)
                await inbox.finish(tx, inbox_id=row.id, state=InboxState.DONE, error=None, now=here.now)
        except Refused as refused:
            # Met anew: if this was a stranger's first word, their row was undone with the rest.
            await refuse(await self._meet(tx, here, update), update, refused)
            await inbox.finish(tx, inbox_id=row.id, state=InboxState.DONE, error=None, now=here.now)
        except TransactionLost:
            raise
        except Exception as error:
            # The message of an error may quote what somebody wrote: only its kind and place are kept.
            log.error("an update failed", inbox_id=row.id, tries=row.tries + 1, error=where(error))
            if row.tries + 1 < TRIES:
                return False
            async with tx.savepoint():
                await inbox.finish(tx, inbox_id=row.id, state=InboxState.POISON, error=where(error), now=here.now)
            await self._apologise(tx, here, row)
        return True

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
            group = await dialogues.group(
                tx, chat_id=chat_id, title=chat.title or "", language=self._texts.default, now=here.now
            )
        dialogue = None
        if group is None:
            dialogue = await dialogues.latest(tx, chat_id=chat_id, person_id=person.id, now=here.now)
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
        """Once, when an update is set aside; what cannot even be read gets no apology."""
        try:
            async with tx.savepoint():
                update = Update.de_json(row.payload, self._application.bot)
                await apologise(await self._meet(tx, here, update), update)
        except TransactionLost:
            raise
        except Exception as error:
            log.error("no apology was possible", inbox_id=row.id, error=where(error))
