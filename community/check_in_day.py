"""A day of 报平安: its state table, what the elder says, and what others have seen.

Whoever has been alerted hears the all-clear, and nobody is alarmed after it.
"""

from community import check_in_alarm, check_in_marks, claims, permissions
from community.check_in_marks import date_of
from community.check_in_texts import NotEnrolled
from community.errors import NoLongerPossible, NotAllowed, NotFound
from community.here import Here
from community.permissions import Action
from community.tell import refresh
from storage.database import Transaction
from storage.queries import check_ins as rows
from storage.queries import people
from storage.records import CheckIn, CheckInDay, Person
from storage.states import CheckInEvent, CheckInState, ContactState, Priority

S, E = CheckInState, CheckInEvent
_OVER = {E.TAP: S.SAFE, E.FOUND: S.SAFE, E.LEAVE: S.AWAY, E.END: S.ENDED}
_HELP = {E.UNWELL: S.HELP, E.NEED_HELP: S.HELP}
_LADDER = {E.PHONE: S.PHONED, E.ALERT: S.ALERTED, E.KNOCK: S.KNOCKING, E.DESK: S.DESK}


def _from(event: CheckInEvent) -> dict[CheckInEvent, CheckInState]:
    """The steps of the ladder from this one up: after a stall some are left out, none is gone down."""
    steps = list(_LADDER)
    return {step: _LADDER[step] for step in steps[steps.index(event) :]}


TRANSITIONS: dict[CheckInState, dict[CheckInEvent, CheckInState]] = {
    S.WAITING: _from(E.PHONE) | _OVER | _HELP | {E.SKIP: S.SKIPPED},
    S.PHONED: _from(E.ALERT) | _OVER | _HELP,
    S.ALERTED: _from(E.KNOCK) | _OVER | _HELP,
    S.KNOCKING: _from(E.DESK) | _OVER | _HELP,
    S.DESK: _OVER | _HELP,
    S.HELP: _OVER | {E.NEED_HELP: S.HELP},
    S.SAFE: _HELP,
    S.AWAY: {E.TAP: S.SAFE, E.END: S.ENDED} | _HELP,
    S.SKIPPED: {E.TAP: S.SAFE, E.FOUND: S.SAFE} | _HELP,
    S.ENDED: {},
}
OPEN = (S.WAITING, S.PHONED, S.ALERTED, S.KNOCKING, S.DESK, S.HELP)
"""Nothing is settled yet: the clock has a next step."""
ALARMED = OPEN[1:]


async def move(
    tx: Transaction, here: Here, day: CheckInDay, event: CheckInEvent, *, by: Person | None = None
) -> CheckInDay:
    """Carry out an event of the table, and set the clock. Raises NoLongerPossible."""
    state = TRANSITIONS[day.state].get(event)
    found_by = by.id if by and event is E.FOUND else day.found_by
    settled = state not in OPEN
    if state is None or not await rows.move(tx, day=day, state=state, settled=settled, found_by=found_by, now=here.now):
        raise NoLongerPossible
    for card in ("check_in", "check_in_alarm"):
        await refresh(tx, card, day.id, priority=Priority.REPLY, now=here.now)
    await check_in_marks.set_clock(tx, here, day.person_id)
    return await get(tx, day.id)


async def get(tx: Transaction, day_id: int) -> CheckInDay:
    """The day. Raises NotFound."""
    found = await rows.day(tx, day_id)
    if found is None:
        raise NotFound
    return found


async def plan_of(tx: Transaction, here: Here, person: Person) -> CheckIn:
    """What somebody agreed to. Raises NotEnrolled."""
    plan = await rows.of(tx, person.id)
    if plan is None or plan.agreed_at is None:
        raise NotEnrolled(hotline=here.neighbourhood.community.hotline)
    return plan


async def own(tx: Transaction, person: Person, day_id: int) -> CheckInDay:
    """A day of one's own. Raises NotFound, NotAllowed."""
    found = await get(tx, day_id)
    if found.person_id != person.id:
        raise NotAllowed
    return found


async def today(tx: Transaction, here: Here, person: Person) -> CheckInDay | None:
    """The day that is open (an earlier one, if need be), or else today."""
    return await rows.open_day(tx, person.id) or await rows.day_on(tx, person.id, date_of(here))


async def tap(tx: Transaction, here: Here, person: Person) -> CheckInState | None:
    """☀️ 我很好, at any time of the day; what the day was before, None before it had begun. Raises NotEnrolled."""
    plan = await plan_of(tx, here, person)
    if plan.away_since is not None:
        await rows.set_away(tx, person_id=person.id, since=None, begins_at=here.now)
    day = await today(tx, here, person)
    if day is not None and day.state is not S.SAFE:
        await _settle(tx, here, await move(tx, here, day, E.TAP), was=day.state, by=None)
    await _safe_today(tx, here, person.id)
    return day.state if day else None


async def _settle(tx: Transaction, here: Here, day: CheckInDay, *, was: CheckInState, by: Person | None) -> None:
    """They are well: no call is made any more, and whoever was alerted hears so."""
    await check_in_alarm.close_calls(tx, here, day)
    if was in ALARMED:
        await check_in_alarm.all_clear(tx, here, day, by=by)
    await rows.stand_down(tx, day.id)
    await _safe_today(tx, here, day.person_id)


async def _safe_today(tx: Transaction, here: Here, person_id: int) -> None:
    """Whoever was well before today's card came, or only now since another day, is not asked any more today."""
    day = date_of(here)
    if await rows.day_on(tx, person_id, day) is None:
        await rows.begin_day(tx, person_id=person_id, day=day, due=here.now, state=S.SAFE, settled=True, now=here.now)
    await check_in_marks.set_clock(tx, here, person_id)


async def unwell(tx: Transaction, here: Here, person: Person) -> None:
    """😟 今天不舒服: the duty officer rings up at once, and the captain is told. Raises NotEnrolled."""
    await plan_of(tx, here, person)
    day = await today(tx, here, person)
    if day is None:
        await _safe_today(tx, here, person.id)
        day = await today(tx, here, person)
    if day is None or day.state is S.HELP:
        raise NoLongerPossible
    day = await move(tx, here, day, E.UNWELL)
    await check_in_alarm.close_calls(tx, here, day)  # what they were to be asked has changed
    await check_in_alarm.ring_up(tx, here, day, why="unwell")
    await check_in_alarm.alert_captains(tx, here, day)


async def leave(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """Away, and well: it is the same all-clear."""
    was = day.state
    day = await move(tx, here, day, E.LEAVE)
    await check_in_alarm.close_calls(tx, here, day)
    if was in ALARMED:
        await check_in_alarm.all_clear(tx, here, day, by=None)
    await rows.stand_down(tx, day.id)


async def looks_in(tx: Transaction, here: Here, actor: Person, elder: Person) -> str | None:
    """As what somebody looks in on an elder: by a role there, or as an officer of the roster; nobody on themselves."""
    if actor.id == elder.id:
        return None
    role = await permissions.may(tx, actor, Action.LOOK_IN, place_id=elder.place_id)
    if role is None and await claims.on_roster(tx, here, actor):
        return "officer"
    return role


async def _may_say(tx: Transaction, here: Here, actor: Person, day: CheckInDay) -> bool:
    """Whether somebody may say how the elder is: who looks in on them, or a contact who agreed to be told."""
    elder = await people.by_id(tx, day.person_id)
    if await looks_in(tx, here, actor, elder) is not None:
        return True
    state = await rows.contact_state(tx, person_id=elder.id, contact_id=actor.id)
    return state is ContactState.WILLING


async def seen(tx: Transaction, here: Here, actor: Person, day_id: int, *, well: bool) -> None:
    """看过，都好, or 需要帮助. Raises NotFound, NotAllowed, NoLongerPossible."""
    day = await get(tx, day_id)
    if not await _may_say(tx, here, actor, day):
        raise NotAllowed
    await (found if well else need_help)(tx, here, actor, day.id)


async def found(tx: Transaction, here: Here, actor: Person, day_id: int) -> None:
    """Somebody has seen or heard them well. Raises NoLongerPossible."""
    day = await get(tx, day_id)
    await _settle(tx, here, await move(tx, here, day, E.FOUND, by=actor), was=day.state, by=actor)


async def need_help(tx: Transaction, here: Here, actor: Person, day_id: int) -> None:
    """Somebody has seen or heard that they need help: the desk has it, at once. Raises NoLongerPossible."""
    day = await move(tx, here, await get(tx, day_id), E.NEED_HELP, by=actor)
    await check_in_alarm.close_calls(tx, here, day)
    await check_in_alarm.cancel_knock(tx, here, day)
    await check_in_alarm.alert_desk(tx, here, day)
    await check_in_alarm.alert_captains(tx, here, day)


async def nobody_answered(tx: Transaction, here: Here, day: CheckInDay) -> None:
    """没人应: the desk has it, at once."""
    if day.state not in (S.DESK, S.HELP):
        day = await move(tx, here, day, E.DESK)
    await check_in_alarm.alert_desk(tx, here, day)
