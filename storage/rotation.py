"""Changing the secret key: everything sealed is sealed anew, a few values at a time, beside a running bot."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from storage.crypto import BadKey, Cipher, Sealed
from storage.database import Database, DatabaseError, TransactionLost
from storage.keys import LOOK_EVERY_S, keep_ours_alone, keys_of
from storage.queries import sealed
from storage.queries.sealed import SEALED, Column
from storage.records import SealedValue

BATCH = 100  # values in one transaction: a few milliseconds, for which the bot's own writes wait
_ROUNDS = 5  # a bot that seals with the key of now leaves nothing behind for a third one
_GRACE_S = 2.5 * LOOK_EVERY_S  # by then a bot that has the old key alone has looked, and stopped
_PAUSE_S = 0.02  # between batches, for those who wait for the write lock
_BACK_OFF_S = (0.2, 1, 2, 5, 10)

Sleep = Callable[[float], Awaitable[None]]
_Fresh = tuple[SealedValue, Sealed, bytes | None]


async def rotate(database: Database, *, said: Callable[[str], None], sleep: Sleep = asyncio.sleep) -> int:
    """Seal everything with the key of now, and note that the old ones are not needed any more; how many values it was.

    May be interrupted, begun again, and run beside a bot that goes on writing. Raises BadKey, DatabaseError,
    TransactionLost.
    """
    count = 0
    for number in range(_ROUNDS):
        before = await keys_of(database)
        if number == 0 and len(before) > 1:
            await sleep(_GRACE_S)
        found = 0
        for column in SEALED:
            done = await _seal_anew(database, column, sleep)
            if done:
                said(f"{column}: {done} sealed anew")
            found += done
        count += found
        if not found and await keep_ours_alone(database, before=before):
            return count
    raise DatabaseError(
        "a running bot still seals with the old key: restart it with the new one as JINLIN_SECRET_KEY "
        "and the old one as JINLIN_OLD_SECRET_KEY, then run `jinlin rotate-key` again"
    )


async def _seal_anew(database: Database, column: Column, sleep: Sleep) -> int:
    """One column, once through; how many values the key of now had not sealed."""
    count, after = 0, None
    while True:
        async with database.read() as tx:
            values = await sealed.stale(tx, column, mark=database.cipher.mark, after=after, limit=BATCH)
        if values:
            # Made before the transaction is begun, so that it is as short as can be.
            fresh = [_fresh(database.cipher, column, value) for value in values]
            await _write(database, column, fresh, sleep)
            count += len(values)
            after = values[-1]
        if len(values) < BATCH:
            return count
        await sleep(_PAUSE_S)


def _fresh(cipher: Cipher, column: Column, value: SealedValue) -> _Fresh:
    try:
        opened = cipher.open(value.token)
    except BadKey as error:
        raise BadKey(f"{column} of {', '.join(map(str, value.key))}: {error}") from error
    return value, cipher.seal(opened), cipher.hash(str(opened)) if column.hashed else None


async def _write(database: Database, column: Column, fresh: Sequence[_Fresh], sleep: Sleep) -> None:
    for pause in (*_BACK_OFF_S, None):
        try:
            async with database.write() as tx:
                for value, token, hashed in fresh:
                    await sealed.replace(tx, column, value, by=token, hashed=hashed)
        except TransactionLost:
            if pause is None:
                raise
            await sleep(pause)
        else:
            return
