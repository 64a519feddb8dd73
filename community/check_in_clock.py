"""The daily round of 报平安: a card in the morning, reminders, and the ladder for whoever stays silent.

Each elder has one timer. Whenever it runs, the present step alone is taken: what was slept over is not caught up.
If the hour itself was slept over, nobody could tap either: then they are asked once more, and the hour is now.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from community import check_in_alarm, check_in_day
from community.check_in_marks import STEP, card_on, date_of, fits, hour_on, marks, set_clock, spread
from community.check_in_texts import Remind
from community.here import Here
from community.tell import refresh, show, tell
from storage.database import Transaction
from storage.queries import check_ins as rows
from storage.queries import people
from storage.records import CheckIn, CheckInDay
from storage.states import CheckInEvent, CheckInState, CheckInStep, Priority

__all__ = ["STEP", "set_clock", "step"]
_LATE_BY = timedelta(minutes=10)
"""Whoever gets the card only after the hour has this long."""
S, E, Step = CheckInState, CheckInEvent, CheckInStep


async def step(tx: Transaction, here: Here, person_id: int) -> None:
    """Whatever is due for this elder now; then the clock is set for the next."""
    plan = await rows.of(tx, person_id)
    if plan is not None and plan.agreed_at is not None:
        day = await rows.open_day(tx, person_id)
        if day is None:
            await _begin(tx, here, plan)
        else:
            await _go_on(tx, here, plan, day)
    await set_clock(tx, here, person_id)


async def _begin(tx: Transaction, here: Here, plan: CheckIn) -> None:
    """The day's card, as they wake."""
    local = here.local.date()
    if here.now < max(plan.begins_at, card_on(here, plan, local)):
        return
    if await rows.day_on(tx, plan.person_id, date_of(here)) is not None:
        return
    if plan.away_since is not None:
        await rows.set_away(tx, person_id=plan.person_id, since=None, begins_at=plan.begins_at)
    due, state = hour_on(here, plan, local), S.WAITING
    if here.now >= due:
        due = here.now + _LATE_BY
        state = S.WAITING if fits(here, due) else S.SKIPPED
    day_id = await rows.begin_day(
        tx,
        person_id=plan.person_id,
        day=date_of(here),
        due=due,
        state=state,
        settled=state is S.SKIPPED,
        now=here.now,
    )
    elder = await people.by_id(tx, plan.person_id)
    if state is S.WAITING:
        await show(tx, elder, "check_in", day_id, priority=Priority.TASK, now=here.now)


async def _go_on(tx: Transaction, here: Here, plan: CheckIn, day: CheckInDay) -> None:
    steps = marks(here, plan, day)
    passed = [(at, one) for at, one in steps if day.acted_at < at <= here.now]
    if day.state is S.HELP or day.acted_at >= steps[-1][0]:
        await check_in_alarm.alert_desk(tx, here, day)
        return
    if not passed:
        return
    due, present = day.due, passed[-1][1]
    if present is not Step.REMIND and passed[0][1] is Step.REMIND and day.state is S.WAITING:
        due, present = here.now - spread(here, plan), Step.REMIND
        if not fits(here, here.now):
            await check_in_day.move(tx, here, day, E.SKIP)
            return
    await rows.acted(tx, day_id=day.id, due=due, now=here.now)
    await _DO[present](tx, here, await check_in_day.get(tx, day.id))


async def _remind(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """The card, changed; from the second reminder on also a word, for an edit rings no bell. Or the daily call."""
    elder = await people.by_id(tx, day.person_id)
    if not check_in_alarm.in_chat(elder):
        if not await check_in_alarm.is_rung_up(tx, day):
            await check_in_alarm.ring_up(tx, here, day, why="daily")
        return
    await refresh(tx, "check_in", day.id, now=here.now)
    first = max(here.neighbourhood.check_in.remind_before_minutes)
    if day.due - here.now < timedelta(minutes=first) / 2:
        text = Remind(due=day.due, over=here.now >= day.due)
        await tell(tx, elder, text, priority=Priority.TASK, about=("check_in", day.id), now=here.now)


async def _phone(tx: Transaction, here: Here, day: CheckInDay) -> None:
    day = await check_in_day.move(tx, here, day, E.PHONE)
    await check_in_alarm.ring_up(tx, here, day, why="silent")


async def _alert(tx: Transaction, here: Here, day: CheckInDay) -> None:
    day = await check_in_day.move(tx, here, day, E.ALERT)
    await check_in_alarm.alert_contacts(tx, here, day)


async def _knock(tx: Transaction, here: Here, day: CheckInDay) -> None:
    day = await check_in_day.move(tx, here, day, E.KNOCK)
    await check_in_alarm.alert_contacts(tx, here, day)
    await check_in_alarm.knock(tx, here, day)


async def _desk(tx: Transaction, here: Here, day: CheckInDay) -> None:
    await check_in_alarm.alert_contacts(tx, here, day)
    await check_in_day.nobody_answered(tx, here, day)


_DO: Mapping[CheckInStep, Callable[[Transaction, Here, CheckInDay], Awaitable[None]]] = {
    Step.REMIND: _remind,
    Step.PHONE: _phone,
    Step.ALERT: _alert,
    Step.KNOCK: _knock,
    Step.DESK: _desk,
}
