"""A bot in this process, whose outer edge says yes at once: what one thing a person does costs, and nothing else."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from telegram import User

from bot import inbox
from bot.application import conversation
from bot.clock import Clock
from bot.limits import Limits
from bot.outbox import Sender
from bot.transport import Transport
from bot.worker import Worker
from community.here import Here
from handlers import registry
from handlers.render import Renderer
from handlers.texts import Texts
from proof.server import ME
from storage.database import Database

_updates = itertools.count(2_000_000_000)
_messages = itertools.count(2_000_000_000)
_BETWEEN = timedelta(seconds=2)


class _Yes(Transport):
    """In the Bot API's place."""

    def __init__(self) -> None:
        super().__init__(api_url="http://127.0.0.1:9", token="1:nobody")
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def call(
        self,
        method: str,
        params: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        seconds: float = 20.0,
    ) -> Any:
        self.calls.append((method, params))
        if method.startswith("send"):
            return {"message_id": next(_messages)}
        return {"message_id": params["message_id"]} if method.startswith("edit") else True


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What something took: ms on the wall, ms of this process's CPU, and the messages it sent."""

    wall: float
    cpu: float
    messages: int


class Bot:
    """Inbox, worker and sender on one database."""

    def __init__(self, database: Database, here: Here) -> None:
        self.database = database
        self.here = here
        self.api = _Yes()
        texts = Texts(overrides=Path(here.neighbourhood.texts), zone=here.zone)
        self._clock = _Clock(self)
        self._me = User.de_json(ME)
        self._application = conversation(me=self._me, token="1:nobody", texts=texts)
        self._worker = Worker(
            database=database, application=self._application, texts=texts, clock=self._clock, here=lambda: self.here
        )
        self._sender = Sender(
            database=database,
            transport=self.api,
            renderer=Renderer(texts=texts, cards=registry.CARDS, commands=registry.COMMANDS, bot="proof_bot"),
            limits=Limits(rate=0),
            here=lambda: self.here,
        )

    async def start(self) -> None:
        """Make ready."""
        await self._application.initialize()

    async def stop(self) -> None:
        """Give it back."""
        await self._application.shutdown()

    async def take(self, updates: Sequence[dict[str, Any]]) -> Cost:
        """Have these handled one after another, each with all that is said because of it; then a little time passes."""
        before = len(self.api.calls)
        wall, cpu = time.perf_counter(), time.process_time()
        for update in updates:
            numbered = {"update_id": next(_updates), **update}
            await inbox.keep(self.database, self._clock, bot_id=self._me.id, updates=[numbered])
            while await self._worker.step():
                pass
            await self.send()
        self.here = replace(self.here, now=self.here.now + _BETWEEN)  # nobody shall seem to flood us
        return Cost(
            wall=(time.perf_counter() - wall) * 1000,
            cpu=(time.process_time() - cpu) * 1000,
            messages=len(self.api.calls) - before,
        )

    async def send(self) -> None:
        """Send until nothing more goes out."""
        idle = 0
        while idle < 2:
            before = len(self.api.calls)
            await self._sender.cycle()
            await asyncio.sleep(0)
            idle = idle + 1 if len(self.api.calls) == before else 0


class _Clock(Clock):
    """It stands still while somebody is served."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def now(self) -> datetime:
        return self._bot.here.now
