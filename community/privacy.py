"""What is held about somebody: shown, exported."""

from dataclasses import dataclass

from community import check_ins, permissions, reports
from community.errors import NotFound
from community.here import Here
from storage.database import Transaction
from storage.queries import people
from storage.queries import reports as report_rows
from storage.records import Grant, Json, Person
from storage.rows import to_ms


@dataclass(frozen=True, kw_only=True)
class About:
    """All that is held; `opened` is (UTC ms, who, in which role), latest first."""

    address: permissions.Address
    grants: list[Grant]
    opened: list[tuple[int, str, str]]


async def about(tx: Transaction, person: Person, *, limit: int = 10) -> About:
    """What is held about a person, for themselves."""
    opened = []
    for line in await people.disclosures(tx, person_id=person.id, limit=limit):
        viewer = await people.by_id(tx, line.actor_id)
        opened.append((to_ms(line.at), permissions.public_name(tx, viewer), line.actor_role or ""))
    return About(
        address=await permissions.own_address(tx, person),
        grants=await people.grants(tx, person.id),
        opened=opened,
    )


async def export(tx: Transaction, person: Person) -> Json:
    """The same as JSON values, with one's own reports."""
    found = await about(tx, person, limit=1000)
    own = [r for r in await report_rows.mine(tx, person_id=person.id, limit=1000) if r.reporter_id == person.id]
    return {
        "name": found.address.name,
        "phone": found.address.phone,
        "place": found.address.place,
        "language": person.language,
        "joined_at": person.joined_at,
        "confirmed_at": person.verified_at,
        "roles": [grant.role for grant in found.grants],
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
        "ballots": [
            {"question": b.question, "choice": b.name or b.choice, "cast_at": b.cast_at}
            for b in await permissions.ballots_by(tx, person)
        ],
        "check_in": await check_ins.export(tx, person),
    }


async def show_own_report(tx: Transaction, here: Here, person: Person, *, report_id: int) -> None:
    """Give somebody the card of their own (or followed) report again. Raises NotFound."""
    report = await report_rows.by_id(tx, report_id)
    if report is None or person.id not in {p.id for p in await report_rows.concerned(tx, report_id)}:
        raise NotFound
    await reports.show_own(tx, here, person, report)
