"""What is done every night: forgetting what need not be kept, and seeing what the new day asks for."""

from datetime import datetime, time, timedelta

from community import calendar_feed, lapses, time_bank_month, volunteer_word
from community.here import Here
from storage.database import Database, Transaction
from storage.queries import check_ins, dialogues, inbox, meta, outbox, timers
from storage.queries import lapses as lapse_rows

DAILY = "daily"
_AT = time(3, 30)
_DONE_KEPT = timedelta(days=1)
_ASIDE_KEPT = timedelta(days=30)
_CHECK_INS_KEPT = timedelta(days=90)


def _next(here: Here) -> datetime:
    today = here.now.astimezone(here.zone)
    at = datetime.combine(today.date(), _AT, here.zone)
    return at if at > today else datetime.combine(today.date() + timedelta(days=1), _AT, here.zone)


async def start(database: Database, here: Here, *, bot: str, webhook_url: str = "") -> None:
    """At every start: the daily row is there, and it is known what the bot is called and where feeds are found."""
    async with database.write() as tx:
        await meta.put(tx, "bot", bot)
        await calendar_feed.announce(tx, webhook_url)
        await timers.put(tx, kind=DAILY, subject_id=0, due=_next(here))


async def daily(tx: Transaction, here: Here, _: int) -> None:
    """Forget what is done after a day, set aside after 30, 报平安 and who came late after 90; see to the month."""
    done, aside = here.now - _DONE_KEPT, here.now - _ASIDE_KEPT
    await inbox.purge(tx, done_before=done, aside_before=aside)
    await outbox.purge(tx, done_before=done, aside_before=aside)
    await dialogues.purge(tx, now=here.now)
    await time_bank_month.look(tx, here)
    await volunteer_word.nightly(tx, here)
    await lapse_rows.purge(tx, before=here.now - lapses.KEPT)
    await check_ins.purge(tx, settled_before=here.now - _CHECK_INS_KEPT)
    await timers.put(tx, kind=DAILY, subject_id=0, due=_next(here))
