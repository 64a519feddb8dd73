"""The clock of 报平安: when each step of a day falls, and that somebody who takes part always has a next one."""

from datetime import date, datetime, time, timedelta

from community import waking
from community.here import Here
from storage.database import Transaction
from storage.queries import check_ins as rows
from storage.queries import timers
from storage.records import CheckIn, CheckInDay
from storage.states import CheckInState, CheckInStep

STEP = "check_in"
"""The kind of the one timer that each of them has; its subject is the person."""
_APART = 7  # seconds between one person and the next: prime to whatever the spread is, most likely


def date_of(here: Here) -> int:
    """Today's date as days keep it."""
    return _kept(here.local.date())


def _kept(day: date) -> int:
    return int(f"{day:%Y%m%d}")


def midnight(here: Here, day: date) -> datetime:
    """Where a local day begins."""
    return datetime.combine(day, time(), here.zone).astimezone(here.now.tzinfo)


def hour_on(here: Here, plan: CheckIn, day: date) -> datetime:
    """By when somebody taps on a local day."""
    at = time(plan.minute // 60, plan.minute % 60)
    return datetime.combine(day, at, here.zone).astimezone(here.now.tzinfo)


def spread(here: Here, plan: CheckIn) -> timedelta:
    """How much later than said somebody's steps are, so that a thousand people's do not come at once."""
    return timedelta(seconds=plan.person_id * _APART % here.neighbourhood.check_in.spread_seconds)


def card_on(here: Here, plan: CheckIn, day: date) -> datetime:
    """When somebody gets the day's card: as they wake, and before anything reminds them of it."""
    numbers = here.neighbourhood.check_in
    wakes = here.neighbourhood.quiet.end
    if plan.wakes is not None:
        wakes = max(wakes, time(plan.wakes // 60 % 24, plan.wakes % 60))
    woken = datetime.combine(day, wakes, here.zone).astimezone(here.now.tzinfo)
    first = hour_on(here, plan, day) - timedelta(minutes=max(numbers.remind_before_minutes))
    return min(woken, first) + spread(here, plan)


def marks(here: Here, plan: CheckIn, day: CheckInDay) -> list[tuple[datetime, CheckInStep]]:
    """The steps of a day, the earliest first."""
    numbers = here.neighbourhood.check_in
    at = day.due + spread(here, plan)
    after = {
        CheckInStep.PHONE: numbers.phone_minutes,
        CheckInStep.ALERT: numbers.neighbour_minutes,
        CheckInStep.KNOCK: numbers.knock_minutes,
        CheckInStep.DESK: numbers.desk_minutes,
    }
    reminders = [(at - timedelta(minutes=before), CheckInStep.REMIND) for before in numbers.remind_before_minutes]
    return sorted([*reminders, *((at + timedelta(minutes=m), step) for step, m in after.items())])


def fits(here: Here, due: datetime) -> bool:
    """Whether everything from this hour's last reminder to the desk falls into waking hours."""
    ends = due + timedelta(minutes=here.neighbourhood.check_in.desk_minutes)
    return not any(here.neighbourhood.is_quiet(at.astimezone(here.zone)) for at in (due, ends))


def hours(here: Here) -> tuple[int, int]:
    """The first and the last minute of a day that may be chosen: the whole round lies in waking hours."""
    numbers, quiet = here.neighbourhood.check_in, here.neighbourhood.quiet
    last = quiet.start.hour * 60 + quiet.start.minute - numbers.desk_minutes - 1 - numbers.spread_seconds // 60
    first = quiet.end.hour * 60 + quiet.end.minute + max(numbers.remind_before_minutes)
    return first, last if last >= first else 23 * 60 - numbers.desk_minutes


async def set_clock(tx: Transaction, here: Here, person_id: int) -> None:
    """Their next step, whatever has just happened; none for who takes no part."""
    plan = await rows.of(tx, person_id)
    if plan is None or plan.agreed_at is None:
        await timers.drop(tx, prefix=STEP, subject_id=person_id)
        return
    day = await rows.open_day(tx, person_id)
    at = await _next_card(tx, here, plan) if day is None else _next_step(here, plan, day)
    await timers.put(tx, kind=STEP, subject_id=person_id, due=at)


def _next_step(here: Here, plan: CheckIn, day: CheckInDay) -> datetime:
    ahead = [at for at, _ in marks(here, plan, day) if at > day.acted_at]
    if ahead and day.state is not CheckInState.HELP:
        return ahead[0]
    again = timedelta(minutes=here.neighbourhood.check_in.desk_again_minutes)
    return waking.after(here, here.now + again)


async def _next_card(tx: Transaction, here: Here, plan: CheckIn) -> datetime:
    today = here.local.date()
    over = await rows.day_on(tx, plan.person_id, _kept(today)) is not None
    day = max(today + timedelta(days=over), plan.begins_at.astimezone(here.zone).date())
    return card_on(here, plan, day)
