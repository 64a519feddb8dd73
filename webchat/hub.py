"""Everything one running webchat holds, and how something said reaches the bots."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile
from typing import Any

from webchat import standing, wire
from webchat.bell import Bell
from webchat.call_log import CallLog
from webchat.clock import Clock
from webchat.faults import Fault, Faults
from webchat.hearing import hears, is_service
from webchat.records import Bot, Chat, Message, Wire
from webchat.store import Store
from webchat.updates import Queue
from webchat.webhook import Webhook
from webchat.world import World

QUERY_LIFE = 60.0  # seconds; Telegram's is not published, only that it is short
ACTION_LIFE = 5.0  # seconds; as the Bot API says of sendChatAction


@dataclass(kw_only=True, slots=True)
class Query:
    """A press on a button that waits for its answer."""

    id: str
    bot: int
    person: int
    asked: float
    answer: Wire | None = None
    bell: Bell = field(default_factory=Bell)


class Hub:
    """The world, the bots' queues and webhooks, the faults that are set, the log of calls."""

    def __init__(self, store: Store, clock: Clock, bots: list[Bot]) -> None:
        self.store = store
        self.clock = clock
        for kept in store.all("clock"):
            clock.url, clock.offset = kept["url"], timedelta(seconds=kept["offset"])
            clock.zone = kept.get("zone", clock.zone)
        self.world = World(store, clock, bots)
        self.faults = Faults(clock)
        self.queues = {bot.id: Queue(store, bot) for bot in self.world.bots.values()}
        self.webhooks = {
            bot.id: Webhook(bot, self.queues[bot.id], clock, self.faults) for bot in self.world.bots.values()
        }
        self.by_token = {bot.token: bot for bot in self.world.bots.values()}
        self.queries = {one["id"]: Query(**one, asked=clock.steady()) for one in store.all("query")}
        self._doing: dict[str, tuple[float, Wire]] = {}  # chat -> until when, and what its bot does
        self.log = CallLog(clock)

    def save_clock(self) -> None:
        """Write down how the clock stands, and let everybody look at it."""
        kept = {"url": self.clock.url, "offset": self.clock.offset.total_seconds(), "zone": self.clock.zone}
        self.store.put("clock", "", kept)
        self.world.touch()

    def keep(self, name: str, shown: Wire) -> None:
        """Keep what the demo gave the page to show, under its name; an emptied world keeps it too."""
        self.store.put("shown", name, {"name": name, **shown})
        self.world.touch()

    def kept(self, name: str) -> Wire | None:
        """What was kept under a name; None when nothing was."""
        return next((one for one in self.store.all("shown") if one["name"] == name), None)

    def start(self) -> None:
        """Begin what runs beside the requests."""
        for webhook in self.webhooks.values():
            webhook.restart()

    def wake_all(self) -> None:
        """End every long poll, for good."""
        self.world.changed.close()
        self.log.bell.close()
        for queue in self.queues.values():
            queue.bell.close()
        for query in self.queries.values():
            query.bell.close()

    async def stop(self) -> None:
        """End what runs beside the requests and close the store."""
        self.wake_all()
        for webhook in self.webhooks.values():
            await webhook.stop()
        self.store.close()

    def clear(self, *, bots: bool) -> None:
        """Back to an empty world; the bots keep their webhook, commands and names unless ``bots`` says so."""
        self.world.clear()
        for bot in self.world.bots.values() if bots else ():
            self.world.forget_settings(bot)
            self.webhooks[bot.id].restart()
        self.faults.clear()
        self.queries.clear()
        self.log.clear()
        for queue in self.queues.values():
            queue.waiting.clear()
            queue.history.clear()

    def trouble(self, fault: Fault) -> int:
        """Set a fault, also for what a bot is waiting for at this moment; its id."""
        id_ = self.faults.add(fault)
        for queue in self.queues.values():
            queue.bell.ring()
        return id_

    def tell(self, bot: Bot, kind: str, content: Wire) -> None:
        """Queue an update for one bot."""
        self.queues[bot.id].add(kind, wire.for_bot(bot.id, content))

    def publish(self, chat: Chat, message: Message, kind: str = "message") -> None:
        """Queue a message for every bot that hears it; bots hear of what bots do, never what they say."""
        for bot in self.world.bots.values():
            if (not message.bot or is_service(message.wire)) and not chat.blocked and hears(bot, chat, message.wire):
                self.tell(bot, kind, message.wire)

    def does(self, bot: Bot, chat: Chat, action: str) -> None:
        """A bot shows that it is typing, or sending something; its next message ends it."""
        self._doing[chat.key] = (self.clock.steady() + ACTION_LIFE, {"name": bot.name, "action": action})
        chat.version = self.world.touch()

    def doing(self, chat: Chat) -> Wire | None:
        """What a chat's bot is doing: ``{name, action}``."""
        until, doing = self._doing.get(chat.key, (0.0, None))
        return doing if until > self.clock.steady() else None

    def done(self, chat: Chat) -> None:
        """A chat's bot has sent what it was about to."""
        self._doing.pop(chat.key, None)

    @contextmanager
    def changing(self, chat: Chat, user: Wire, actor: Wire, **how: Any) -> Iterator[None]:
        """What is done within may change how somebody stands in a chat; bots hear of it as far as they may.

        ``how`` is the rest of the ChatMemberUpdated.
        """
        before = standing.member(chat, user, self.clock.seconds())
        yield
        self.world.save_chat(chat)
        after = standing.member(chat, user, self.clock.seconds())
        if after == before:
            return
        change: Wire = {
            "chat": self.world.chat_wire(chat),
            "from": actor,
            "date": self.clock.seconds(),
            "old_chat_member": before,
            "new_chat_member": after,
            **how,
        }
        if user["is_bot"]:
            self.tell(self.world.bots[user["id"]], "my_chat_member", change)
            return
        for bot in self.world.bots.values():
            if chat.bots.get(str(bot.id)) == "administrator":
                self.tell(bot, "chat_member", change)

    def ask(self, bot: Bot, person: int, chat: Chat, message: Message, data: str) -> Query:
        """A person presses a callback button."""
        self._forget_queries()
        query = Query(id=str(secrets.randbits(62)), bot=bot.id, person=person, asked=self.clock.steady())
        self.queries[query.id] = query
        self.store.put("query", query.id, {"id": query.id, "bot": query.bot, "person": query.person})
        content = {
            "id": query.id,
            "from": wire.user(self.world.people[person]),
            "message": message.wire,
            "chat_instance": str(abs(hash_of(chat.key))),
            "data": data,
        }
        self.tell(bot, "callback_query", content)
        return query

    def _forget_queries(self) -> None:
        """Let go of presses that can be answered no longer; they are in the order of their asking."""
        now = self.clock.steady()
        for id_ in list(takewhile(lambda id_: self.queries[id_].asked + QUERY_LIFE < now, self.queries)):
            del self.queries[id_]
            self.store.drop("query", id_)

    def answer(self, bot: Bot, id_: str, answer: Wire) -> bool:
        """A bot answers a press; False when there is no such press, or it was too long ago."""
        query = self.queries.get(id_)
        if query is None or query.bot != bot.id or query.asked + QUERY_LIFE < self.clock.steady():
            return False
        query.answer = answer
        query.bell.ring()
        return True


def hash_of(text: str) -> int:
    """A number that is the same for the same text, in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
