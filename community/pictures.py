"""Pictures we made: sent to Telegram once, by name afterwards."""

from storage.database import Transaction
from storage.queries import jobs
from storage.records import Picture


async def get(tx: Transaction, picture_id: int) -> Picture:
    """A picture as it is to be sent. Raises LookupError."""
    return await jobs.picture(tx, picture_id)
