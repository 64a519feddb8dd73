"""What the command line asks of the database."""

from typing import Any

from bot.clock import Clock
from bot.running import clock_of, load
from bot.settings import Settings
from community import people, time_bank_check
from community.here import Here
from community.working_time import WorkingTime
from storage.claim import is_claimed
from storage.database import Database, DatabaseError
from storage.queries import inbox, meta, notices, outbox, reports, tasks, timers, votes
from storage.queries import people as people_rows
from storage.queries import places as place_rows
from storage.records import Counted
from storage.states import Role


async def invite(
    settings: Settings, database: Database, *, role: Role, code: str, uses: int, days: int
) -> dict[str, Any]:
    """Make an invitation: `payload`, and `link` when the bot's name is known. Raises DatabaseError."""
    found, _ = await load(settings, database)
    clock: Clock = await clock_of(settings, database)
    async with database.write() as tx:
        place = await place_rows.by_code(tx, code)
        if place is None:
            raise DatabaseError(f'there is no place "{code}"; `jinlin places` lists them')
        here = Here(
            neighbourhood=found, working_time=WorkingTime.of(found, settings.zone), zone=settings.zone, now=clock.now()
        )
        payload = await people.make_invite(tx, here, role=role, place=place, uses=uses, days=days)
        bot = await meta.get(tx, "bot")
    return {"payload": payload, "link": f"https://t.me/{bot}?start={payload}" if bot else None}


async def places_of(database: Database) -> list[dict[str, str]]:
    """Every place: code, kind, name, door_payload."""
    async with database.read() as tx:
        found = await place_rows.all_places(tx)
    return [{"code": p.code, "kind": p.kind, "name": p.name_zh, "door_payload": people.DOOR + p.door} for p in found]


def _by_state(counted: list[Counted], *always: str) -> dict[str, int]:
    return dict.fromkeys(always, 0) | {c.state: c.count for c in counted}


async def status(settings: Settings, database: Database) -> dict[str, Any]:
    """What waits, what was set aside, and how much there is."""
    clock = await clock_of(settings, database)
    running = is_claimed(settings.database_url)
    async with database.read() as tx:
        pending, overdue = await timers.counts(tx, now=clock.now())
        return {
            "inbox": _by_state(await inbox.counts(tx), "waiting", "poison"),
            "outbox": _by_state(await outbox.counts(tx), "waiting", "failed"),
            "timers": {"pending": pending, "overdue": overdue},
            "people": await people_rows.count(tx),
            "reports": _by_state(await reports.counts(tx)),
            "votes": _by_state(await votes.counts(tx), "open", "closed", "cancelled"),
            "orders": _by_state(await tasks.counts(tx)),
            "notices": _by_state(await notices.counts(tx), "sending"),
            **({} if running is None else {"running": running}),
        }


async def check_ledger(database: Database) -> dict[str, Any]:
    """What is wrong in the time bank's ledger, how much was read, and what the fund holds."""
    async with database.read() as tx:
        checked = await time_bank_check.check(tx)
    return {"findings": checked.findings, "transfers": checked.transfers, "fund_minutes": checked.fund}
