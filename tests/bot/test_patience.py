"""At the start the database may not be able to carry on: the bot waits for it, and stops when it is told to."""

import asyncio

import pytest

from bot.patience import until_done
from storage.database import DatabaseError, TransactionLost


class _Work:
    """Fails with each of these in turn, then is done."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)

    async def __call__(self) -> str:
        if self._errors:
            raise self._errors.pop(0)
        return "done"


async def test_what_the_database_could_not_carry_on_with_is_tried_until_it_can() -> None:
    work = _Work(*[TransactionLost("locked")] * 4)

    assert await until_done(work, asyncio.Event(), back_off_s=(0, 0)) == "done"


async def test_whoever_stops_meanwhile_does_not_wait_for_the_database() -> None:
    stopping = asyncio.Event()

    trying = asyncio.create_task(until_done(_Work(TransactionLost("locked")), stopping, back_off_s=(3600,)))
    await asyncio.sleep(0)
    stopping.set()

    assert await asyncio.wait_for(trying, 5) is None


async def test_what_the_operator_must_mend_is_not_waited_for() -> None:
    with pytest.raises(DatabaseError, match="no such folder"):
        await until_done(_Work(DatabaseError("no such folder")), asyncio.Event())
