"""Which keys a database is sealed with: what is checked at every start, and while the bot runs."""

from storage.crypto import BadKey
from storage.database import Database, redone
from storage.queries import meta

LOOK_EVERY_S = 2.0  # how often a running bot looks
_KEYS = "key"  # in `meta`: the fingerprints of every key that may have sealed something, in order


async def check_key(database: Database) -> None:
    """Refuse to go on without every key this database is sealed with, and note that ours seals from now on.

    Raises BadKey, TransactionLost.
    """
    there = await keys_of(database)
    if database.cipher.fingerprint not in there or there - database.cipher.fingerprints:
        await redone(lambda: _check(database))


async def _check(database: Database) -> None:
    cipher = database.cipher
    async with database.write() as tx:
        await meta.put_first(tx, _KEYS, cipher.fingerprint)
        noted = await meta.get(tx, _KEYS) or ""
        there = frozenset(noted.split())
        if not there & cipher.fingerprints:
            raise BadKey(
                "JINLIN_SECRET_KEY is not the key this database was made with; to change the key, "
                "give the one used so far as JINLIN_OLD_SECRET_KEY"
            )
        if there - cipher.fingerprints:
            raise BadKey(
                "this database is sealed with more than one key, and not all were given: a key is being changed. "
                "Give the new one as JINLIN_SECRET_KEY and the one before it as JINLIN_OLD_SECRET_KEY, "
                "until `jinlin rotate-key` says that the old one is no longer needed"
            )
        if cipher.fingerprint not in there:
            # Whoever starts at the same moment may have noted another: then theirs stays, and we look again soon.
            await meta.change(tx, _KEYS, before=noted, after=" ".join(sorted(there | {cipher.fingerprint})))


async def keys_of(database: Database) -> frozenset[str]:
    """The fingerprints of every key that may have sealed something."""
    async with database.read() as tx:
        return frozenset((await meta.get(tx, _KEYS) or "").split())


async def keep_ours_alone(database: Database, *, before: frozenset[str]) -> bool:
    """Note that nothing is sealed by another key any more; False when the keys are not what they were `before`."""

    async def note() -> bool:
        async with database.write() as tx:
            noted = " ".join(sorted(before))
            return await meta.change(tx, _KEYS, before=noted, after=database.cipher.fingerprint)

    return await redone(note)
