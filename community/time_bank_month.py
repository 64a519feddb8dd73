"""The fund's balance, published every month: what it owes is the community's promise to those who helped."""

from datetime import datetime, time, timedelta

from community.here import Here
from community.tell import tell
from community.time_bank_ledger import fund_balance, office
from community.time_bank_texts import Published
from storage.database import Transaction
from storage.queries import dialogues, meta, places, time_bank, timers
from storage.states import Priority

PUBLISH = "time_bank_publish"
_DONE = "time_bank_published"  # the month it was last done for
_AT = time(9, 0)


async def look(tx: Transaction, here: Here) -> None:
    """Every night: from the day of the month on, what was not published yet is published in the morning.

    So a bot that was off on that day does it on the next. Before the first minutes there is nothing to publish.
    """
    today = here.local
    begun = await time_bank.begun(tx)
    if begun is None or begun >= _first(here):
        return
    month = _first(here) - timedelta(days=1)
    if today.day < here.neighbourhood.time_bank.publish_day or await meta.get(tx, _DONE) == f"{month:%Y-%m}":
        return
    at = datetime.combine(today.date(), _AT, here.zone)
    await timers.put(tx, kind=PUBLISH, subject_id=0, due=max(at, here.now))


async def publish(tx: Transaction, here: Here, _: int) -> None:
    """Tell staff, and the groups of the whole community, what the last month has brought."""
    until = _first(here)
    since = _first(here, before=until)
    await meta.put(tx, _DONE, f"{since:%Y-%m}")
    found = await time_bank.month(tx, since=since, until=until)
    text = Published(
        year=since.year,
        month=since.month,
        visits=found.visits,
        helped=found.helped,
        paid=found.paid,
        donated=found.donated,
        honour=found.honour,
        balance=await fund_balance(tx),
        floor=here.neighbourhood.time_bank.fund_floor_hours * 60,
    )
    for person in await office(tx, here):
        await tell(tx, person, text, priority=Priority.NOTICE, now=here.now)
    place = await places.by_code(tx, here.neighbourhood.community.code)
    for group in await dialogues.bound_groups(tx, place_id=place.id) if place else []:
        if place is not None and group.place_id == place.id:
            await tell(tx, group, text, priority=Priority.NOTICE, now=here.now)


def _first(here: Here, *, before: datetime | None = None) -> datetime:
    """The first moment of this month, or of the one that ended then."""
    day = (before - timedelta(days=1)) if before else here.local
    return day.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
