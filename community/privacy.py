"""What is held about somebody: shown, exported."""

from dataclasses import dataclass
from datetime import UTC, datetime

from community import check_ins, helper_photos, permissions, reports, time_bank_statement, volunteers
from community.errors import NotFound
from community.here import Here
from storage.database import Transaction
from storage.queries import audit, lapses, people, shifts
from storage.queries import reports as report_rows
from storage.records import Grant, Json, Person
from storage.rows import to_ms

_EVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, kw_only=True)
class About:
    """All that is held; `opened` is (UTC ms, who, in which role), latest first."""

    address: permissions.Address
    grants: list[Grant]
    opened: list[tuple[int, str, str]]


async def about(tx: Transaction, person: Person, *, limit: int = 10) -> About:
    """What is held about a person, for themselves."""
    opened = []
    for line in await audit.disclosures(tx, person_id=person.id, limit=limit):
        viewer = await people.by_id(tx, line.actor_id)
        opened.append((to_ms(line.at), permissions.public_name(tx, viewer), line.actor_role or ""))
    return About(
        address=await permissions.own_address(tx, person),
        grants=await people.grants(tx, person.id),
        opened=opened,
    )


async def export(tx: Transaction, person: Person) -> Json:
    """The same as JSON values, with one's own reports, ballots and minutes."""
    found = await about(tx, person, limit=1000)
    own = [r for r in await report_rows.mine(tx, person_id=person.id, limit=1000) if r.reporter_id == person.id]
    return {
        "name": found.address.name,
        "phone": found.address.phone,
        "place": found.address.place,
        "language": person.language,
        "joined_at": person.joined_at,
        "confirmed_at": person.verified_at,
        "quiet_minutes": None if person.quiet_from is None else [person.quiet_from, person.quiet_to],
        "roles": [grant.role for grant in found.grants],
        "volunteering": await _volunteering(tx, person),
        "address_opened": [{"at_ms": at, "by": name, "role": role} for at, name, role in found.opened],
        "reports": [
            {
                "number": r.id,
                "category": r.category,
                "words": permissions.own_words(tx, r.words),
                "state": r.state,
                "created_at": r.created_at,
                "stars": r.stars,
            }
            for r in own
        ],
        "shifts": [
            {"begins": p.begins, "ended": p.ended_at}
            for p in await shifts.of_person(tx, person_id=person.id, limit=1000)
        ],
        "shift_notes": [
            {"kind": f.kind, "words": permissions.own_words(tx, f.words), "at": f.at}
            for f in await shifts.findings_by(tx, person_id=person.id, limit=1000)
        ],
        "ballots": [
            {"question": b.question, "choice": b.name or b.choice, "cast_at": b.cast_at}
            for b in await permissions.ballots_by(tx, person)
        ],
        "check_in": await check_ins.export(tx, person),
        "time_bank": await time_bank_statement.export(tx, person),
    }


async def _volunteering(tx: Transaction, person: Person) -> Json | None:
    """What somebody offers, and what became of it; None for whoever is no volunteer."""
    found = await volunteers.standing(tx, person)
    if found.stage is volunteers.Stage.NONE:
        return None
    row = found.row
    return {
        "state": found.stage,
        "skills": found.offer.skills,
        "teams": found.offer.teams,
        "hours": f"{found.offer.hours:021b}"[::-1],
        "place": await permissions.full_name(tx, found.at),
        "applied_at": row and row.applied_at,
        "checked_at": row and row.checked_at,
        "paused_until": row and row.paused_until,
        "stopped_at": row and row.stopped_at,
        "stopped_for": permissions.own_words(tx, row.stopped_for) if row else "",
        "photo": await helper_photos.own(tx, person.id) is not None,
        "late_or_not_there": [
            {"kind": one.kind, "at": one.at} for one in await lapses.of(tx, person_id=person.id, since=_EVER)
        ],
    }


async def show_own_report(tx: Transaction, here: Here, person: Person, *, report_id: int) -> None:
    """Give somebody the card of their own (or followed) report again. Raises NotFound."""
    report = await report_rows.by_id(tx, report_id)
    if report is None or person.id not in {p.id for p in await report_rows.concerned(tx, report_id)}:
        raise NotFound
    await reports.show_own(tx, here, person, report)
