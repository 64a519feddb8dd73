"""Conversations in rows: which flow, which step, and what was said so far."""

from datetime import timedelta

from community.here import Here
from storage.database import Transaction
from storage.queries import dialogues
from storage.records import Dialogue, Json

KEPT_FOR = timedelta(hours=24)
FRESH_FOR = timedelta(hours=1)


def stale(here: Here, dialogue: Dialogue) -> bool:
    """Whether its question was left open so long that something new is no answer to it."""
    return here.now - dialogue.touched_at > FRESH_FOR


async def save(tx: Transaction, here: Here, *, chat_id: int, person_id: int, flow: str, step: str, draft: Json) -> None:
    """Remember where somebody is; nobody comes back to a draft after a day."""
    await dialogues.save(
        tx,
        chat_id=chat_id,
        person_id=person_id,
        flow=flow,
        step=step,
        draft=draft,
        expires_at=here.now + KEPT_FOR,
        now=here.now,
    )


async def end(tx: Transaction, here: Here, *, dialogue: Dialogue) -> Dialogue | None:
    """Close a conversation; the one that waited behind it, if any."""
    await dialogues.end(tx, chat_id=dialogue.chat_id, person_id=dialogue.person_id, flow=dialogue.flow)
    return await dialogues.latest(tx, chat_id=dialogue.chat_id, person_id=dialogue.person_id, now=here.now)
