"""A bot that starts makes sure that nobody else takes this token's updates, before it takes or does anything.

Telegram ends the earlier of two long polls with 409, the newcomer's stays. A bot that is at work asks again at once,
which ends the newcomer's poll in turn: the newcomer hears 409 and quits. Until it knows, it confirms nothing, stores
nothing and sends nothing. It knows that it is alone when its poll has waited for a while and then brought something,
when what a poll brought is still there half a second later, or when nobody has said otherwise for longer than Telegram
takes to say it. It begins to ask while the rest of the bot is still being loaded, so that this costs next to no time.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bot.transport import ApiError, BadToken, Conflict, Transport, Unreachable

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
_POLL_S = 20
_ANSWER_S = 5.0  # more; a server that says nothing at all is asked again within half a minute
_HOLD_S = 0.5  # within this a bot at work has asked again
_LOOKS = 5  # in that time
_QUIET_S = 4.0  # Telegram delays a 409 by 3 s when it has just said one
_BACK_OFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_WEBHOOK = "webhook is active"


class TokenTaken(Exception):
    """Another bot takes this token's updates."""

    def __init__(self) -> None:
        super().__init__(
            "another bot takes the updates of JINLIN_TOKEN already, here or on another machine, with another database; "
            "stop it first, or use a token of its own"
        )


async def poll(transport: Transport, *, offset: int) -> list[dict[str, Any]]:
    """What waits from `offset` on, as soon as something does; what is before it is confirmed. Raises ApiError."""
    asked = {"offset": offset, "timeout": _POLL_S, "limit": 100, "allowed_updates": ALLOWED}
    updates = await transport.call("getUpdates", asked, seconds=_POLL_S + _ANSWER_S)
    if not isinstance(updates, list):
        raise Unreachable("getUpdates was answered with something else")
    return updates


class Newcomer:
    """The first poll of a bot."""

    def __init__(
        self,
        transport: Transport,
        *,
        patience_s: float = 0.0,
        hold_s: float = _HOLD_S,
        quiet_s: float = _QUIET_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience_s`: for how long another may still be there before it counts."""
        self._transport = transport
        self._hold_s = hold_s
        self._quiet_s = quiet_s
        self._monotonic = monotonic
        self._patient_until = monotonic() + patience_s
        self._since = monotonic()
        self._alone = False
        self._task: asyncio.Task[list[dict[str, Any]]] | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._task = asyncio.create_task(self._watch())

    async def settled(self) -> None:
        """Nobody else takes the updates. Raises TokenTaken, BadToken."""
        task = self._started()
        while not task.done():
            quiet = self._since + self._quiet_s - self._monotonic()
            if quiet <= 0:
                break
            await asyncio.wait({task}, timeout=quiet)
        if task.done():
            task.result()
        self._alone = True

    async def updates(self) -> list[dict[str, Any]]:
        """What the first poll brings, when it does; not confirmed. Raises TokenTaken, BadToken."""
        return await asyncio.shield(self._started())

    async def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _started(self) -> asyncio.Task[list[dict[str, Any]]]:
        if self._task is None:
            self.start()
        assert self._task is not None  # noqa: S101  # just started
        return self._task

    async def _watch(self) -> list[dict[str, Any]]:
        held: set[object] = set()
        failures, wait = 0, self._hold_s
        while True:
            try:
                updates, waited = await self._poll()
            except BadToken:
                raise
            except Conflict as error:
                if self._alone:
                    return []  # a newcomer after us; whoever polls next does so at once
                if _WEBHOOK in str(error):
                    await self._drop_webhook()
                elif self._monotonic() < self._patient_until:
                    await asyncio.sleep(self._hold_s)
                else:
                    raise TokenTaken from None
                self._since = self._monotonic()
            except ApiError:
                pause = _BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)]
                failures += 1
                await asyncio.sleep(pause)
                self._since, wait = self._monotonic(), self._hold_s
            else:
                ids = {update.get("update_id") for update in updates if isinstance(update, dict)}
                if waited >= wait or (held and held <= ids):
                    return updates
                if held := ids:
                    # Whoever else is there has perhaps heard a 409 just now, and hears the next one late.
                    self._since, wait = self._monotonic(), self._quiet_s
                await asyncio.sleep(self._hold_s)

    async def _poll(self) -> tuple[list[dict[str, Any]], float]:
        """What a poll brought, and for how many seconds we saw that it did not; while modules load we see little."""
        asked = asyncio.ensure_future(poll(self._transport, offset=0))
        looks, every = 0, self._hold_s / _LOOKS
        try:
            while not asked.done():
                await asyncio.wait({asked}, timeout=every if looks * every < self._quiet_s else None)
                looks += not asked.done()
            return asked.result(), looks * every
        finally:
            asked.cancel()

    async def _drop_webhook(self) -> None:
        """Of an earlier setting: while it is there, nobody can poll."""
        try:
            await self._transport.call("deleteWebhook", {})
        except BadToken:
            raise
        except ApiError:
            await asyncio.sleep(_BACK_OFF_S[0])


async def alone(newcomer: Newcomer | None, stopping: asyncio.Event) -> bool:
    """Nobody else takes the updates; False when we are to stop before that is known. Raises TokenTaken, BadToken."""
    if newcomer is None:
        return True
    ways = [asyncio.create_task(newcomer.settled()), asyncio.create_task(stopping.wait())]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if ways[0].done():
            ways[0].result()
        return not stopping.is_set()
    finally:
        for way in ways:
            way.cancel()
