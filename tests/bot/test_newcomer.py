"""A bot that starts: it takes nothing before it knows that nobody else does, and whoever was there goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from factories import StillClock

from bot.inbox import Poller
from bot.newcomer import Newcomer, TokenTaken, poll
from bot.transport import Conflict, Transport, Unreachable
from storage.database import Database

HOLD_S, QUIET_S = 0.02, 0.2


class Telegram(Transport):
    """getUpdates as Telegram does it: a new long poll ends the one before; what an offset passes is confirmed."""

    def __init__(self, *waiting: int) -> None:
        super().__init__(api_url="http://127.0.0.1:9", token="1:test")
        self.waiting = [self.update(number) for number in waiting]
        self.confirmed: list[int] = []
        self.polls = 0
        self.webhook = False
        self.failures = 0
        self._long_poll: asyncio.Future[None] | None = None

    @staticmethod
    def update(number: int) -> dict[str, Any]:
        chat = {"id": 1, "type": "private", "first_name": "x"}
        return {"update_id": number, "message": {"message_id": 1, "date": 1, "chat": chat, "text": "x"}}

    def push(self, number: int) -> None:
        self.waiting.append(self.update(number))
        if self._long_poll is not None and not self._long_poll.done():
            self._long_poll.set_result(None)

    async def call(
        self,
        method: str,
        params: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        seconds: float = 20.0,
    ) -> Any:
        if method == "deleteWebhook":
            self.webhook = False
            return True
        self.polls += 1
        if self.failures:
            self.failures -= 1
            raise Unreachable("x")
        if self.webhook:
            raise Conflict("Conflict: can't use getUpdates method while webhook is active; use deleteWebhook …")
        gone = [u["update_id"] for u in self.waiting if u["update_id"] < params["offset"]]
        self.confirmed += gone
        self.waiting = [u for u in self.waiting if u["update_id"] not in gone]
        if not self.waiting:
            if self._long_poll is not None and not self._long_poll.done():
                self._long_poll.set_exception(Conflict("Conflict: terminated by other getUpdates request; …"))
            self._long_poll = asyncio.get_running_loop().create_future()
            await self._long_poll
        return list(self.waiting)


@asynccontextmanager
async def newcomer(telegram: Telegram, **how: Any) -> AsyncIterator[Newcomer]:
    one = Newcomer(telegram, **({"hold_s": HOLD_S, "quiet_s": QUIET_S} | how))
    one.start()
    yield one
    await one.stop()


@asynccontextmanager
async def at_work(database: Database, telegram: Telegram) -> AsyncIterator[None]:
    """A bot that has been polling for a while."""
    poller = Poller(database=database, transport=telegram, clock=StillClock(), bot_id=1)
    working = asyncio.create_task(poller.run())
    await until(lambda: telegram.polls > 0)
    yield
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def until(ready: Callable[[], bool]) -> None:
    """Let the others go on until it is so."""
    async with asyncio.timeout(10):
        while not ready():  # noqa: ASYNC110  # nothing rings
            await asyncio.sleep(0)


def ids(updates: list[dict[str, Any]]) -> list[int]:
    return [u["update_id"] for u in updates]


async def test_what_waits_is_had_unconfirmed_when_it_is_still_there_a_while_later() -> None:
    telegram = Telegram(7, 8)

    async with newcomer(telegram) as one:
        await one.settled()
        updates = await one.updates()

    assert ids(updates) == [7, 8]
    assert telegram.polls == 2
    assert telegram.confirmed == []


async def test_when_nothing_waits_and_nobody_objects_it_is_alone_and_its_poll_goes_on() -> None:
    telegram = Telegram()

    async with newcomer(telegram) as one:
        await one.settled()
        telegram.push(9)
        updates = await one.updates()

    assert ids(updates) == [9]
    assert telegram.polls == 1


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_newcomer_quits_when_a_bot_is_at_work_which_goes_on(database: Database) -> None:
    telegram = Telegram()

    async with at_work(database, telegram):
        async with newcomer(telegram) as one:
            with pytest.raises(TokenTaken, match="JINLIN_TOKEN"):
                await one.settled()
        telegram.push(9)
        await until(lambda: telegram.confirmed == [9])

    assert telegram.confirmed == [9]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_comes_while_a_newcomer_tries_is_taken_once_by_the_one_at_work(database: Database) -> None:
    telegram = Telegram()

    async with at_work(database, telegram):
        for number in range(1, 4):  # one after another, faster than anybody restarts
            async with newcomer(telegram, hold_s=0.5, quiet_s=2.0) as one:
                await asyncio.sleep(0)
                telegram.push(number)  # the newcomer's poll is the one that waits now
                with pytest.raises(TokenTaken):
                    await one.settled()

    assert telegram.confirmed == [1, 2, 3]
    async with database.read() as tx:
        assert await tx.all(int, "SELECT update_id FROM inbox ORDER BY id") == [1, 2, 3]


async def test_a_batch_that_another_is_about_to_confirm_is_left_to_it() -> None:
    telegram = Telegram(7)
    theirs = await poll(telegram, offset=0)  # and they are storing it

    async with newcomer(telegram) as one:
        await until(lambda: telegram.polls == 2)
        other = asyncio.create_task(poll(telegram, offset=8))
        await until(lambda: telegram.polls == 4)  # the newcomer has looked again, which ended theirs
        with pytest.raises(Conflict):
            await other
        again = asyncio.create_task(poll(telegram, offset=8))
        with pytest.raises(TokenTaken):
            await one.settled()
        again.cancel()

    assert ids(theirs) == [7]
    assert telegram.confirmed == [7]


async def test_the_poll_of_a_dead_process_does_not_make_its_successor_quit() -> None:
    telegram = Telegram()
    dead = asyncio.create_task(poll(telegram, offset=0))
    await asyncio.sleep(0)

    async with newcomer(telegram) as one:
        await one.settled()
        with pytest.raises(Conflict):
            await dead


async def test_of_two_that_start_at_once_one_stays() -> None:
    telegram = Telegram()

    async with newcomer(telegram) as one, newcomer(telegram) as other:
        ended = await asyncio.gather(one.settled(), other.settled(), return_exceptions=True)

    assert [type(e) for e in ended] == [TokenTaken, type(None)]


async def test_a_newcomer_after_it_has_settled_is_the_others_trouble() -> None:
    telegram = Telegram()

    async with newcomer(telegram) as one:
        await one.settled()
        async with newcomer(telegram) as other:
            assert await one.updates() == []
            again = asyncio.create_task(poll(telegram, offset=0))
            with pytest.raises(TokenTaken):
                await other.settled()
            again.cancel()


async def test_a_webhook_of_an_earlier_setting_is_removed() -> None:
    telegram = Telegram(7)
    telegram.webhook = True

    async with newcomer(telegram) as one:
        await one.settled()

        assert ids(await one.updates()) == [7]
    assert not telegram.webhook


async def test_a_bot_api_that_is_away_at_first_is_asked_again() -> None:
    telegram = Telegram(7)
    telegram.failures = 2

    async with newcomer(telegram) as one:
        assert ids(await one.updates()) == [7]


async def test_where_another_may_lead_on_for_a_while_it_is_waited_for() -> None:
    telegram = Telegram()

    async with newcomer(telegram, patience_s=5) as one:
        await asyncio.sleep(0)
        former = asyncio.create_task(poll(telegram, offset=0))  # it has not heard yet that it leads no more
        await until(lambda: telegram.polls == 3)
        await one.settled()

        with pytest.raises(Conflict):
            await former
