"""Taking reports in: from a person, from a group with the author's consent, and those who met the same."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community import permissions
from community.errors import NoLongerPossible, NotAllowed, NotFound, TooLong
from community.here import Here
from community.report_texts import NotTheAuthor, TooManyToday
from community.reports import (
    ACCEPT_OVERDUE,
    RESOLVE_OVERDUE,
    TRANSITIONS,
    desk_of,
    get,
    note_event,
    refresh_cards,
    show_to_desk,
    urgency,
)
from community.tell import show
from storage.database import Transaction
from storage.queries import reports, timers
from storage.records import Person, Report
from storage.states import Priority, ReportEvent

WORDS_LIMIT = 2000


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a report is made of. `files` are (kind, file_id)."""

    category: str
    place_id: int
    spot: str = ""
    words: str = ""
    files: list[tuple[str, str]] = field(default_factory=list)
    find: str = ""  # token of the group message it comes from
    door: bool = False  # in an emergency: who comes may see where the reporter lives


async def keep_find(
    tx: Transaction,
    here: Here,
    *,
    group_id: int,
    author: int,
    message_id: int,
    words: str,
    kind: str,
    file: str,
) -> str:
    """Keep a group message until its author agrees to report it; the token of its deep link."""
    return await reports.add_find(
        tx,
        group_id=group_id,
        author_telegram_id=author,
        message_id=message_id,
        words=tx.seal(words) if words else None,
        file=file or None,
        kind=kind,
        token=secrets.token_urlsafe(9),
        now=here.now,
    )


async def open_find(tx: Transaction, person: Person, token: str) -> tuple[str, str, str]:
    """A kept group message for its author: words, kind, file. Raises NotFound, NotTheAuthor, NoLongerPossible."""
    find = await reports.find(tx, token)
    if find is None:
        raise NotFound
    if find.author_telegram_id != person.telegram_id:
        raise NotTheAuthor
    if find.used_at is not None:
        raise NoLongerPossible
    return permissions.own_words(tx, find.words), find.kind, find.file or ""


async def submit(
    tx: Transaction, here: Here, person: Person, draft: Draft, *, entered_by: Person | None = None
) -> tuple[Report, list[Person]]:
    """Take a report in; it, and whose desk it lies on. Raises TooManyToday, TooLong, NoLongerPossible."""
    if len(draft.words) > WORDS_LIMIT:
        raise TooLong(limit=WORDS_LIMIT, length=len(draft.words))
    cap = here.neighbourhood.reports.daily_cap
    if entered_by is None:
        day = here.now - timedelta(days=1)
        if await reports.sent_since(tx, person_id=person.id, since=day) >= cap:
            raise TooManyToday(limit=cap, hotline=here.neighbourhood.community.hotline)
    group_id = message_id = None
    if draft.find:
        find = await reports.find(tx, draft.find)
        if find is None or not await reports.use_find(tx, find_id=find.id, now=here.now):
            raise NoLongerPossible
        group_id, message_id = find.group_id, find.message_id
    category = here.neighbourhood.category(draft.category)
    report_id = await reports.add(
        tx,
        reporter_id=person.id,
        category=draft.category,
        place_id=draft.place_id,
        spot=tx.seal(draft.spot) if draft.spot else None,
        words=tx.seal(draft.words) if draft.words else None,
        group_id=group_id,
        group_message_id=message_id,
        accept_due=here.working_time.due(here.now, category.accept),
        resolve_due=here.working_time.due(here.now, category.resolve),
        entered_by=entered_by.id if entered_by else None,
        door=draft.door and category.urgent,
        now=here.now,
    )
    for kind, file in draft.files[: here.neighbourhood.reports.photos]:
        await reports.add_file(tx, report_id=report_id, kind=kind, file=file, after=False)
    report = await get(tx, report_id)
    await note_event(tx, here, report, ReportEvent.SUBMIT, actor=entered_by or person)
    await timers.put(tx, kind=ACCEPT_OVERDUE, subject_id=report_id, due=report.accept_due)
    await timers.put(tx, kind=RESOLVE_OVERDUE, subject_id=report_id, due=report.resolve_due)
    desk = await desk_of(tx, report.place_id)
    for keeper in desk:
        await show_to_desk(tx, here, keeper, report, priority=urgency(here, report))
    return report, desk


async def join(tx: Transaction, here: Here, actor: Person, report_id: int) -> Report:
    """我也遇到了: follow it and hear what becomes of it."""
    report = await get(tx, report_id)
    if not here.neighbourhood.category(report.category).public:
        raise NotAllowed
    if not TRANSITIONS[report.state]:
        raise NoLongerPossible
    if report.reporter_id == actor.id or not await reports.follow(tx, report_id=report.id, person_id=actor.id):
        raise NoLongerPossible
    await note_event(tx, here, report, ReportEvent.JOIN, actor=actor)
    await show(tx, actor, "report_mine", report.id, priority=Priority.REPLY, now=here.now)
    await refresh_cards(tx, here, report)
    return report


def near_since(here: Here) -> datetime:
    """How far back a report of the same kind counts as the same matter."""
    return here.now - timedelta(days=here.neighbourhood.reports.near_days)
