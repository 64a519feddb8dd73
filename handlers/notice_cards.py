"""The cards of a notice: as its readers see it, and how far it has gone out."""

from dataclasses import dataclass
from datetime import datetime

from community import notices, permissions
from community.here import Here
from community.tell import Both, Text
from handlers.buttons import Rows, button
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Notice, Person
from storage.states import NoticeState

S = NoticeState


@dataclass(frozen=True, kw_only=True)
class NoticeCard(Text, template="notice/card"):
    """A notice as it is read; the date is written out, for it is read again on other days."""

    office: Both
    place: Both
    words: str
    month: int
    day: int
    time: str
    corrected: bool
    received: bool


@dataclass(frozen=True, kw_only=True)
class Progress(Text, template="notice/progress"):
    """How far a notice has gone out."""

    number: int
    place: Both
    words: str
    state: str
    expected: int
    delivered: int
    received: int
    blocked: int
    failed: int
    correcting: bool


async def face(
    tx: Transaction,
    here: Here,
    *,
    office_id: int,
    place_id: int,
    words: str,
    at: datetime,
    corrected: bool = False,
    received: bool = False,
) -> NoticeCard:
    """A notice, sent or still to be sent."""
    local = at.astimezone(here.zone)
    return NoticeCard(
        office=await permissions.full_name(tx, office_id),
        place=await permissions.full_name(tx, place_id),
        words=words,
        month=local.month,
        day=local.day,
        time=f"{local.hour}:{local.minute:02d}",
        corrected=corrected,
        received=received,
    )


async def for_reader(tx: Transaction, here: Here, notice_id: int, reader: Person | Group) -> Face | None:
    """The notice, for those it is for; a group is asked for no receipt."""
    notice = await notices.get(tx, notice_id)
    share = await notices.delivery(tx, reader, notice_id) if isinstance(reader, Person) else None
    if share is None and isinstance(reader, Person):
        return None
    text = await face(
        tx,
        here,
        office_id=notice.office_id,
        place_id=notice.place_id,
        words=permissions.own_words(tx, notice.words),
        at=notice.created_at,
        corrected=notice.corrected_at is not None,
        received=share is not None and share.receipt_at is not None,
    )
    buttons: Rows = []
    if share is not None and share.receipt_at is None:
        buttons = [[button("received", "notice.receive", notice_id)]]
    return Face(text=text, buttons=buttons, photo=notice.photo or "")


async def for_author(tx: Transaction, _: Here, notice_id: int, reader: Person | Group) -> Face | None:
    """The progress card, for whoever may pause, stop and correct the notice."""
    notice = await notices.get(tx, notice_id)
    if isinstance(reader, Group) or not await notices.manages(tx, reader, notice):
        return None
    text = Progress(
        number=notice.id,
        place=await permissions.full_name(tx, notice.place_id),
        words=permissions.own_words(tx, notice.words),
        state=notice.state,
        expected=notice.expected,
        delivered=notice.delivered,
        received=notice.received,
        blocked=notice.blocked,
        failed=notice.failed,
        correcting=notice.mending is not None,
    )
    return Face(text=text, buttons=_progress_buttons(notice))


def _progress_buttons(notice: Notice) -> Rows:
    going = []
    if notice.state is S.SENDING:
        going = [button("pause", "notice.pause", notice.id), button("stop", "notice.stop", notice.id)]
    elif notice.state is S.PAUSED:
        going = [button("go_on", "notice.go_on", notice.id), button("stop", "notice.stop", notice.id)]
    return [going, [button("edit", "notice.correct", notice.id)]]


CARDS = {"notice": for_reader, "notice_progress": for_author}
