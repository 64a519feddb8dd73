"""Reports, their files, followers and timelines."""

from datetime import datetime

from storage.crypto import Sealed
from storage.database import Transaction
from storage.queries.people import PERSON
from storage.records import Counted, Find, Person, Report, ReportEventRow, ReportFile
from storage.states import ReportEvent, ReportState

_REPORT = (
    "r.id, r.reporter_id, r.category, r.place_id, r.spot, r.words, r.state, r.unit, r.keeper_id, r.group_id, "
    "r.group_message_id, r.accept_due, r.resolve_due, r.outcome, r.stars, r.entered_by, r.door, "
    "r.created_at, r.changed_at"
)
_OPEN = "r.state NOT IN ('closed', 'declined', 'withdrawn')"


async def add(
    tx: Transaction,
    *,
    reporter_id: int,
    category: str,
    place_id: int,
    spot: Sealed | None,
    words: Sealed | None,
    group_id: int | None,
    group_message_id: int | None,
    accept_due: datetime,
    resolve_due: datetime,
    entered_by: int | None,
    door: bool,
    now: datetime,
) -> int:
    """A new report; its number."""
    return await tx.insert(
        "INSERT INTO reports (reporter_id, category, place_id, spot, words, state, group_id, group_message_id, "
        "accept_due, resolve_due, entered_by, door, created_at, changed_at) VALUES "
        "(:reporter_id, :category, :place_id, :spot, :words, 'submitted', :group_id, :group_message_id, "
        ":accept_due, :resolve_due, :entered_by, :door, :now, :now)",
        reporter_id=reporter_id,
        category=category,
        place_id=place_id,
        spot=spot,
        words=words,
        group_id=group_id,
        group_message_id=group_message_id,
        accept_due=accept_due,
        resolve_due=resolve_due,
        entered_by=entered_by,
        door=door,
        now=now,
    )


async def by_id(tx: Transaction, report_id: int) -> Report | None:
    """The report of that number."""
    return await tx.one(Report, f"SELECT {_REPORT} FROM reports r WHERE r.id = :report_id", report_id=report_id)


async def move(
    tx: Transaction,
    *,
    report: Report,
    state: ReportState,
    unit: str | None,
    keeper_id: int | None,
    outcome: ReportEvent | None,
    now: datetime,
) -> bool:
    """Bring a report from the state it was read in to another; False when it has moved meanwhile."""
    return bool(
        await tx.run(
            "UPDATE reports SET state = :state, unit = :unit, keeper_id = :keeper_id, outcome = :outcome, "
            "changed_at = :now WHERE id = :report_id AND state = :was",
            state=state,
            unit=unit,
            keeper_id=keeper_id,
            outcome=outcome,
            now=now,
            report_id=report.id,
            was=report.state,
        )
    )


async def give_time(tx: Transaction, *, report_id: int, accept_due: datetime, resolve_due: datetime) -> None:
    """Later time limits."""
    await tx.run(
        "UPDATE reports SET accept_due = :accept_due, resolve_due = :resolve_due WHERE id = :report_id",
        accept_due=accept_due,
        resolve_due=resolve_due,
        report_id=report_id,
    )


async def rate(tx: Transaction, *, report_id: int, stars: int) -> bool:
    """The resident's stars, once; False when they were given already."""
    return bool(
        await tx.run(
            "UPDATE reports SET stars = :stars WHERE id = :report_id AND state = 'closed' AND stars IS NULL",
            report_id=report_id,
            stars=stars,
        )
    )


async def add_file(tx: Transaction, *, report_id: int, kind: str, file: str, after: bool) -> None:
    """A photo, video or voice message of the report, or of its result."""
    await tx.run(
        "INSERT INTO report_files (report_id, kind, file, after) VALUES (:report_id, :kind, :file, :after)",
        report_id=report_id,
        kind=kind,
        file=file,
        after=after,
    )


async def files(tx: Transaction, report_id: int) -> list[ReportFile]:
    """What was sent with a report, the result last."""
    return await tx.all(
        ReportFile,
        "SELECT kind, file, after FROM report_files WHERE report_id = :report_id ORDER BY after, id",
        report_id=report_id,
    )


async def add_event(
    tx: Transaction,
    *,
    report_id: int,
    actor_id: int | None,
    event: ReportEvent,
    state: ReportState,
    unit: str | None,
    note: Sealed | None,
    now: datetime,
) -> None:
    """One more line on the timeline."""
    await tx.run(
        "INSERT INTO report_events (report_id, at, actor_id, event, state, unit, note) "
        "VALUES (:report_id, :now, :actor_id, :event, :state, :unit, :note)",
        report_id=report_id,
        now=now,
        actor_id=actor_id,
        event=event,
        state=state,
        unit=unit,
        note=note,
    )


async def events(tx: Transaction, report_id: int) -> list[ReportEventRow]:
    """The timeline."""
    return await tx.all(
        ReportEventRow,
        "SELECT at, actor_id, event, state, unit, note FROM report_events WHERE report_id = :report_id ORDER BY id",
        report_id=report_id,
    )


async def mine(tx: Transaction, *, person_id: int, limit: int) -> list[Report]:
    """What somebody reported or follows, latest first."""
    return await tx.all(
        Report,
        # The latest of either kind, each from its index; an OR would read all reports.
        f"SELECT {_REPORT} FROM reports r WHERE r.id IN ("
        "SELECT id FROM (SELECT id FROM reports WHERE reporter_id = :person_id ORDER BY id DESC LIMIT :limit) own "
        "UNION SELECT report_id FROM (SELECT report_id FROM report_followers WHERE person_id = :person_id "
        "ORDER BY report_id DESC LIMIT :limit) followed) ORDER BY r.id DESC LIMIT :limit",
        person_id=person_id,
        limit=limit,
    )


async def near(
    tx: Transaction, *, category: str, place_id: int, since: datetime, besides: int, limit: int
) -> list[Report]:
    """Open reports of the same kind at the same place, not this person's own."""
    return await tx.all(
        Report,
        f"SELECT {_REPORT} FROM reports r WHERE r.category = :category AND r.place_id = :place_id "
        f"AND r.created_at >= :since AND {_OPEN} AND r.reporter_id <> :besides "
        "AND NOT EXISTS (SELECT 1 FROM report_followers f WHERE f.report_id = r.id AND f.person_id = :besides) "
        "ORDER BY r.id DESC LIMIT :limit",
        category=category,
        place_id=place_id,
        since=since,
        besides=besides,
        limit=limit,
    )


async def follow(tx: Transaction, *, report_id: int, person_id: int) -> bool:
    """Somebody met the same; False when they follow it already."""
    return bool(
        await tx.run(
            "INSERT INTO report_followers (report_id, person_id) VALUES (:report_id, :person_id) "
            "ON CONFLICT (report_id, person_id) DO NOTHING",
            report_id=report_id,
            person_id=person_id,
        )
    )


async def concerned(tx: Transaction, report_id: int) -> list[Person]:
    """The reporter, then the followers, the erased aside."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p "
        "JOIN (SELECT reporter_id AS person_id, 0 AS rank FROM reports WHERE id = :report_id "
        "UNION ALL SELECT person_id, 1 AS rank FROM report_followers WHERE report_id = :report_id) c "
        "ON c.person_id = p.id "
        "WHERE p.erased_at IS NULL ORDER BY c.rank, p.id",
        report_id=report_id,
    )


async def followers(tx: Transaction, report_id: int) -> int:
    """How many besides the reporter met the same."""
    return await tx.need(int, "SELECT COUNT(*) FROM report_followers WHERE report_id = :report_id", report_id=report_id)


async def open_in(tx: Transaction, *, place_ids: list[int], limit: int) -> list[Report]:
    """What is open in places, oldest first."""
    found: dict[int, Report] = {}
    for place_id in place_ids:
        for report in await tx.all(
            Report,
            f"SELECT {_REPORT} FROM reports r JOIN reach ON reach.place_id = r.place_id "
            f"WHERE reach.ancestor_id = :place_id AND {_OPEN} ORDER BY r.id LIMIT :limit",
            place_id=place_id,
            limit=limit,
        ):
            found[report.id] = report
    return sorted(found.values(), key=lambda r: r.id)[:limit]


async def drop_keeper(tx: Transaction, *, person_id: int) -> None:
    """Somebody looks after no report any more."""
    await tx.run("UPDATE reports SET keeper_id = NULL WHERE keeper_id = :person_id", person_id=person_id)


async def with_unit(tx: Transaction, *, unit: str, limit: int) -> list[Report]:
    """What a responsible unit has to do, oldest first."""
    return await tx.all(
        Report,
        f"SELECT {_REPORT} FROM reports r WHERE r.unit = :unit AND r.state = 'assigned' ORDER BY r.id LIMIT :limit",
        unit=unit,
        limit=limit,
    )


async def sent_since(tx: Transaction, *, person_id: int, since: datetime) -> int:
    """How many somebody reported since then."""
    return await tx.need(
        int,
        "SELECT COUNT(*) FROM reports WHERE reporter_id = :person_id AND created_at >= :since AND entered_by IS NULL",
        person_id=person_id,
        since=since,
    )


async def counts(tx: Transaction) -> list[Counted]:
    """How many are in which state."""
    return await tx.all(Counted, "SELECT state, COUNT(*) AS count FROM reports GROUP BY state ORDER BY state")


async def add_find(
    tx: Transaction,
    *,
    group_id: int,
    author_telegram_id: int,
    message_id: int,
    words: Sealed | None,
    file: str | None,
    kind: str,
    token: str,
    now: datetime,
) -> str:
    """Keep a group message until its author agrees; its token, the same when it was kept before."""
    return await tx.need(
        str,
        "INSERT INTO finds (group_id, author_telegram_id, message_id, words, file, kind, token, created_at) "
        "VALUES (:group_id, :author_telegram_id, :message_id, :words, :file, :kind, :token, :now) "
        "ON CONFLICT (group_id, message_id) DO UPDATE SET kind = finds.kind RETURNING token",
        group_id=group_id,
        author_telegram_id=author_telegram_id,
        message_id=message_id,
        words=words,
        file=file,
        kind=kind,
        token=token,
        now=now,
    )


async def find(tx: Transaction, token: str) -> Find | None:
    """The group message this token belongs to."""
    return await tx.one(
        Find,
        "SELECT id, group_id, author_telegram_id, message_id, words, file, kind, used_at FROM finds "
        "WHERE token = :token",
        token=token,
    )


async def use_find(tx: Transaction, *, find_id: int, now: datetime) -> bool:
    """Make a report of it, once."""
    return bool(
        await tx.run(
            "UPDATE finds SET used_at = :now WHERE id = :find_id AND used_at IS NULL",
            find_id=find_id,
            now=now,
        )
    )
