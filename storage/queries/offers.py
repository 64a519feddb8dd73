"""Who is asked for a task, in which order, and what they say; nobody is asked twice for the same one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from storage.database import Transaction
from storage.queries.people import PERSON
from storage.records import Person
from storage.states import OfferState

_VOLUNTEERS = (
    f"SELECT {PERSON} FROM roles r JOIN people p ON p.id = r.person_id LEFT JOIN volunteers v ON v.person_id = p.id "
    "WHERE r.role = 'volunteer' AND r.revoked_at IS NULL"
)
_IN_REACH = "EXISTS (SELECT 1 FROM reach up WHERE up.ancestor_id = r.place_id AND up.place_id = :place_id)"
_AWAKE = (  # as `community/waking.py` has it, of a minute of the day
    "(CAST(:minute AS BIGINT) < 0 OR p.quiet_from IS NULL OR CASE WHEN p.quiet_from <= p.quiet_to "
    "THEN :minute < p.quiet_from OR :minute >= p.quiet_to ELSE :minute >= p.quiet_to AND :minute < p.quiet_from END)"
)
_FIT = (
    "p.erased_at IS NULL AND p.unreachable_at IS NULL AND p.telegram_id IS NOT NULL AND p.contact_mode = 'chat' "
    "AND p.id <> CAST(:served AS BIGINT) "
    "AND NOT EXISTS (SELECT 1 FROM offers f WHERE f.task_id = :task_id AND f.person_id = p.id) "
    "AND COALESCE(v.paused_until, 0) <= CAST(:now AS BIGINT) "
    "AND NOT EXISTS (SELECT 1 FROM offer_pauses x WHERE x.person_id = p.id AND x.until > CAST(:now AS BIGINT)) "
    "AND (v.hours IS NULL OR v.hours & CAST(:hours AS BIGINT) <> 0) "
    "AND (SELECT COUNT(*) FROM offers f WHERE f.person_id = p.id AND f.at >= :today) < CAST(:cap AS BIGINT) "
    f"AND {_AWAKE}"
)
_LOOKED_AT = 10
"""So many times as many as are wanted are looked at together."""
_ABLE = {
    "any": "",
    "able": " AND EXISTS (SELECT 1 FROM volunteer_skills s WHERE s.person_id = p.id AND s.skill = :skill)",
    "unsaid": " AND NOT EXISTS (SELECT 1 FROM volunteer_skills s WHERE s.person_id = p.id)",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody who is asked must fit. `hours`: bits of a week, any of which will do."""

    task_id: int
    place_id: int
    served: int
    skill: str | None
    hours: int
    now: datetime
    today: datetime
    minute: int  # of the day; -1: nobody's quiet hours count
    cap: int

    def able(self, ability: str) -> str:
        """The condition on skills: `any`, `able` or `unsaid` (has named none, so may be able)."""
        return _ABLE[ability]


def _values(wanted: Wanted, ability: str) -> dict[str, object]:
    values = dict(vars(wanted))
    values.pop("place_id")
    if ability != "able":
        values.pop("skill")
    return values


async def named(tx: Transaction, wanted: Wanted, ids: Collection[int], ability: str = "any") -> list[Person]:
    """Those of these people who are volunteers here and fit."""
    return await tx.all(
        Person,
        f"{_VOLUNTEERS} AND {tx.among('r.person_id', 'ids')} AND {_IN_REACH} AND {_FIT}{wanted.able(ability)} "
        "ORDER BY r.asked_at, r.person_id",
        ids=list(ids),
        place_id=wanted.place_id,
        **_values(wanted, ability),
    )


async def familiar(tx: Transaction, wanted: Wanted, ability: str, *, limit: int) -> list[Person]:
    """Those who have helped this person before, and well."""
    return await tx.all(
        Person,
        f"{_VOLUNTEERS} AND r.person_id IN (SELECT t.taker_id FROM tasks t JOIN orders o ON o.id = t.order_id "
        "WHERE t.person_id = :served AND t.state = 'confirmed' AND COALESCE(o.stars, 5) >= 3) "
        f"AND {_IN_REACH} AND {_FIT}{wanted.able(ability)} ORDER BY r.asked_at LIMIT :limit",
        place_id=wanted.place_id,
        limit=limit,
        **_values(wanted, ability),
    )


async def living_in(tx: Transaction, wanted: Wanted, ability: str, *, building_id: int, limit: int) -> list[Person]:
    """Those who live in a building."""
    there = await tx.all(
        int,
        # CROSS: SQLite begins with the building, not with all volunteers there are.
        "SELECT r.person_id FROM reach h CROSS JOIN people n CROSS JOIN roles r "
        "WHERE h.ancestor_id = :building_id AND n.place_id = h.place_id AND r.person_id = n.id "
        "AND r.role = 'volunteer' AND r.revoked_at IS NULL ORDER BY r.asked_at, r.person_id",
        building_id=building_id,
    )
    found: list[Person] = []
    few = _LOOKED_AT * limit
    for first in range(0, len(there), few):  # where very many live, whether they fit is asked of those whose turn it is
        found += await named(tx, wanted, there[first : first + few], ability)
        if len(found) >= limit:
            break
    return found[:limit]


async def reaching_from(tx: Transaction, wanted: Wanted, ability: str, *, at_id: int, limit: int) -> list[Person]:
    """Those who are volunteers for a place, whoever was asked longest ago first."""
    return await tx.all(
        Person,
        f"{_VOLUNTEERS} AND r.place_id = :at_id AND {_FIT}{wanted.able(ability)} "
        "ORDER BY r.asked_at, r.person_id LIMIT :limit",
        at_id=at_id,
        limit=limit,
        **_values(wanted, ability),
    )


async def captains(tx: Transaction, wanted: Wanted, *, cap: int) -> list[Person]:
    """Who may be asked to knock at a door, the nearest first: captains (each so often a day), then the grid worker."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM reach up JOIN roles r ON r.place_id = up.ancestor_id AND r.revoked_at IS NULL "
        "JOIN people p ON p.id = r.person_id WHERE up.place_id = :place_id "
        "AND r.role IN ('stair_captain', 'building_captain', 'grid_worker') "
        "AND p.erased_at IS NULL AND p.unreachable_at IS NULL AND p.telegram_id IS NOT NULL "
        "AND p.contact_mode = 'chat' AND p.id <> CAST(:served AS BIGINT) "
        "AND NOT EXISTS (SELECT 1 FROM offers f WHERE f.task_id = :task_id AND f.person_id = p.id) "
        "AND (r.role = 'grid_worker' OR (SELECT COUNT(*) FROM offers f JOIN tasks t ON t.id = f.task_id "
        "WHERE f.person_id = p.id AND f.at >= :today AND t.kind = 'knock') < CAST(:cap AS BIGINT)) "
        "ORDER BY CASE r.role WHEN 'stair_captain' THEN 0 WHEN 'building_captain' THEN 1 ELSE 2 END, p.id",
        place_id=wanted.place_id,
        served=wanted.served,
        task_id=wanted.task_id,
        today=wanted.today,
        cap=cap,
    )


async def offer(tx: Transaction, *, task_id: int, person_id: int, wave: int = 0, now: datetime) -> bool:
    """Ask somebody; False when they were asked before."""
    new = await tx.run(
        "INSERT INTO offers (task_id, person_id, state, at, wave) VALUES (:task_id, :person_id, 'asked', :now, :wave) "
        "ON CONFLICT (task_id, person_id) DO NOTHING",
        task_id=task_id,
        person_id=person_id,
        wave=wave,
        now=now,
    )
    if new and wave:
        await tx.run(
            "UPDATE roles SET asked_at = :now WHERE person_id = :person_id AND role = 'volunteer' "
            "AND revoked_at IS NULL",
            person_id=person_id,
            now=now,
        )
    return bool(new)


async def ask_again(
    tx: Transaction, *, task_id: int, wave: int, minute: int, limit: int, now: datetime
) -> list[Person]:
    """Of those an earlier look had asked, who have not said no: ask some once more, whoever was asked first first.

    `minute` of the day: who rests then is left in peace; -1: nobody's quiet hours count.
    """
    found = await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p JOIN offers f ON f.person_id = p.id "
        f"WHERE f.task_id = :task_id AND f.state = 'asked' AND f.wave < 0 AND p.erased_at IS NULL AND {_AWAKE} "
        "AND NOT EXISTS (SELECT 1 FROM offer_pauses x WHERE x.person_id = p.id AND x.until > CAST(:now AS BIGINT)) "
        "ORDER BY f.at, p.id LIMIT :limit",
        task_id=task_id,
        minute=minute,
        now=now,
        limit=limit,
    )
    for person in found:
        await tx.run(
            "UPDATE offers SET at = :now, wave = :wave WHERE task_id = :task_id AND person_id = :person_id",
            task_id=task_id,
            person_id=person.id,
            wave=wave,
            now=now,
        )
    return found


async def set_aside(tx: Transaction, task_id: int) -> None:
    """A new look begins: who was asked and has said nothing is asked again when their turn comes."""
    await tx.run(
        "UPDATE offers SET wave = -1 WHERE task_id = :task_id AND state = 'asked' AND wave <> 0", task_id=task_id
    )


async def mark(tx: Transaction, *, task_id: int, person_id: int, state: OfferState, now: datetime) -> None:
    """What somebody said to being asked."""
    await tx.run(
        "INSERT INTO offers (task_id, person_id, state, at, answered_at) "
        "VALUES (:task_id, :person_id, :state, :now, :now) "
        "ON CONFLICT (task_id, person_id) DO UPDATE SET state = excluded.state, answered_at = excluded.answered_at",
        task_id=task_id,
        person_id=person_id,
        state=state,
        now=now,
    )


async def of(tx: Transaction, *, task_id: int, person_id: int) -> OfferState | None:
    """What somebody has said."""
    return await tx.one(
        OfferState,
        "SELECT state FROM offers WHERE task_id = :task_id AND person_id = :person_id",
        task_id=task_id,
        person_id=person_id,
    )


async def one_of_several(tx: Transaction, *, task_id: int, person_id: int) -> bool:
    """Whether somebody was asked in a wave, and has not answered: if they do not, others do."""
    return bool(
        await tx.one(
            int,
            "SELECT 1 FROM offers WHERE task_id = :task_id AND person_id = :person_id AND state = 'asked' AND wave > 0",
            task_id=task_id,
            person_id=person_id,
        )
    )


async def waiting(tx: Transaction, task_id: int) -> list[Person]:
    """Those who were asked in this look and have not said no."""
    return await tx.all(
        Person,
        f"SELECT {PERSON} FROM people p JOIN offers f ON f.person_id = p.id "
        "WHERE f.task_id = :task_id AND f.state = 'asked' AND f.wave > 0 AND p.erased_at IS NULL ORDER BY p.id",
        task_id=task_id,
    )


async def counts(tx: Transaction, task_id: int) -> tuple[int, int]:
    """How many were asked for a task, and how many of them said no."""
    asked = await tx.need(int, "SELECT COUNT(*) FROM offers WHERE task_id = :task_id AND wave <> 0", task_id=task_id)
    no = await tx.need(
        int,
        "SELECT COUNT(*) FROM offers WHERE task_id = :task_id AND wave <> 0 AND state <> 'asked'",
        task_id=task_id,
    )
    return asked, no
