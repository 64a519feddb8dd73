"""Each bot's queue of updates: what it is to hear, long polls, what is confirmed."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from webchat.bell import Bell
from webchat.errors import conflict
from webchat.records import Bot, Wire
from webchat.store import Store

KINDS = frozenset(
    (
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "guest_message",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
        "subscription",
        "stopped_message_generation",
    )
)
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
HISTORY = 1_000
MAX_POLL = 50  # seconds
WHILE_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
BY_WEBHOOK = "terminated by setWebhook request"
TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(kw_only=True, slots=True, eq=False)
class Waiting:
    """An update that is not confirmed; ``forced`` ones are delivered once whatever the offset says."""

    seq: int
    update: Wire
    forced: bool = False
    delivered: bool = False

    @property
    def id(self) -> int:
        """The update's id."""
        return int(self.update["update_id"])


class Queue:
    """One bot's updates, oldest first."""

    def __init__(self, store: Store, bot: Bot) -> None:
        self._store = store
        self._bot = bot
        self._polls = 0
        self.bell = Bell()
        self.history: deque[Wire] = deque(maxlen=HISTORY)
        self.waiting: deque[Waiting] = deque()
        kept = [item for item in store.all("update") if item["bot"] == bot.id]
        for item in sorted(kept, key=lambda item: int(item["seq"])):
            self.waiting.append(Waiting(seq=item["seq"], update=item["update"], forced=item["forced"]))
            self.history.append(item["update"])
        counters = {item["bot"]: item for item in store.all("counter")}
        self._last: Wire = counters.get(bot.id) or {
            "bot": bot.id,
            "seq": 0,
            "id": 500_000_000 + bot.id % 1000 * 1_000_000,
        }

    def add(self, kind: str, content: Wire) -> int | None:
        """Queue an update of that kind and return its id; None when the bot does not want the kind."""
        allowed = self._bot.allowed
        if kind not in allowed if allowed else kind in ON_REQUEST:
            return None
        return self.put({kind: content})

    def put(self, update: Wire, *, forced: bool = False) -> int:
        """Queue a raw update; it gets the next id unless it carries one."""
        self._last["seq"] += 1
        if "update_id" not in update:
            self._last["id"] += 1
            update = {"update_id": self._last["id"], **update}
        waiting = Waiting(seq=self._last["seq"], update=update, forced=forced)
        self.waiting.append(waiting)
        self.history.append(update)
        self._store.put("counter", str(self._bot.id), self._last)
        item = {"bot": self._bot.id, "seq": waiting.seq, "update": update, "forced": forced}
        self._store.put("update", self._key(waiting), item)
        self.bell.ring()
        return waiting.id

    def again(self, update_id: int | None) -> int:
        """Deliver an update once more, the latest or the one named; LookupError when it is not known."""
        for update in reversed(self.history):
            if update_id in (None, update["update_id"]):
                return self.put(update, forced=True)
        raise LookupError(update_id)

    def confirm(self, waiting: Waiting) -> None:
        """Forget an update that has been dealt with."""
        if waiting in self.waiting:
            self.waiting.remove(waiting)
        self._store.drop("update", self._key(waiting))

    def drop_all(self) -> None:
        """Forget everything that waits."""
        for waiting in list(self.waiting):
            self.confirm(waiting)

    def _key(self, waiting: Waiting) -> str:
        return f"{self._bot.id}/{waiting.seq}"

    def _forget_before(self, offset: int) -> None:
        if offset < 0:
            while len(self.waiting) > -offset:
                self.confirm(self.waiting[0])
            return
        for waiting in list(self.waiting):
            if waiting.id < offset and (waiting.delivered or not waiting.forced):
                self.confirm(waiting)

    async def poll(self, *, offset: int, limit: int, timeout: float, lost: Callable[[], bool]) -> list[Wire]:
        """Answer getUpdates: confirm by offset, then wait up to ``timeout`` seconds for something to say.

        Nothing is waited for any longer once the connection is ``lost``.
        """
        if self._bot.webhook:
            raise conflict(WHILE_WEBHOOK)
        self._polls += 1
        mine = self._polls
        self.bell.ring()
        self._forget_before(offset)
        await self.bell.wait_until(
            lambda: bool(self.waiting or mine != self._polls or self._bot.webhook or lost()), min(timeout, MAX_POLL)
        )
        if mine != self._polls:
            raise conflict(TERMINATED)
        if self._bot.webhook:
            raise conflict(BY_WEBHOOK)
        if lost():
            return []
        batch = [waiting for waiting, _ in zip(self.waiting, range(limit), strict=False)]
        for waiting in batch:
            waiting.delivered = True
        return [waiting.update for waiting in batch]
