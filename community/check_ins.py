"""报平安: who takes part, by which hour, who is told for them, and when they are away.

Whoever is enrolled agrees first, themselves or on the phone, and ends it whenever they like.
"""

from datetime import date, datetime, timedelta

from community import check_in_day, check_in_marks, permissions
from community.calls import ask_by_phone, close_question
from community.check_in_alarm import cancel_knock, close_calls
from community.check_in_day import plan_of
from community.check_in_texts import (
    AskContactByPhone,
    AwayTold,
    BadHour,
    BadReturn,
    ContactAnswered,
    EndedTold,
    EnrolledAlready,
    NotTheirContact,
)
from community.errors import NoLongerPossible, NotFound
from community.here import Here
from community.permissions import Action
from community.tell import Text, reachable_by_chat, refresh, show, tell
from storage.database import Transaction
from storage.queries import audit, people, timers
from storage.queries import check_ins as rows
from storage.records import CheckIn, Json, Person
from storage.states import CheckInEvent, ContactState, Priority

CONTACT = "contact"
"""The question that a contact without chat is rung up and asked."""
hours = check_in_marks.hours


def first_reminder(here: Here) -> timedelta:
    """How long before the hour a card begins to remind."""
    return timedelta(minutes=max(here.neighbourhood.check_in.remind_before_minutes))


async def plan(tx: Transaction, elder: Person) -> CheckIn | None:
    """What somebody agreed to, or is asked to."""
    return await rows.of(tx, elder.id)


async def contacts_of(tx: Transaction, elder: Person) -> int:
    """How many agreed to be told."""
    return len(await rows.contacts(tx, elder.id, ContactState.WILLING))


async def contact_state(tx: Transaction, *, elder_id: int, contact: Person) -> ContactState | None:
    """What a contact has said; None for who was never asked."""
    return await rows.contact_state(tx, person_id=elder_id, contact_id=contact.id)


async def takes_part(tx: Transaction, person: Person) -> bool:
    """Whether somebody has agreed to say every day that they are well."""
    found = await rows.of(tx, person.id)
    return found is not None and found.agreed_at is not None


def check_hour(here: Here, minute: int) -> int:
    """A minute of the day around which everything lies in waking hours. Raises BadHour."""
    first, last = check_in_marks.hours(here)
    if not first <= minute <= last:
        raise BadHour(first=_clock(first), last=_clock(last))
    return minute


def default_minute(here: Here) -> int:
    """By when somebody taps who has not chosen."""
    hour = here.neighbourhood.check_in.hour
    return hour.hour * 60 + hour.minute


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


async def check_enrol(tx: Transaction, actor: Person, elder: Person) -> None:
    """Whether `actor` may enrol them. Raises NotAllowed, EnrolledAlready."""
    await permissions.require(tx, actor, Action.ENROL, place_id=elder.place_id)
    if await takes_part(tx, elder):
        raise EnrolledAlready


async def enrol(
    tx: Transaction, here: Here, actor: Person, elder: Person, *, minute: int, contacts: list[int], agreed: bool
) -> None:
    """Enrol somebody; `agreed`: they have said so to the actor, otherwise they are asked in chat.

    Raises NotAllowed, EnrolledAlready, BadHour, NotTheirContact.
    """
    await check_enrol(tx, actor, elder)
    check_hour(here, minute)
    if elder.id in contacts:
        raise NotTheirContact
    begins_at = _tomorrow(here)
    await rows.enrol(tx, person_id=elder.id, minute=minute, enrolled_by=actor.id, begins_at=begins_at, now=here.now)
    for contact in dict.fromkeys(contacts[: here.neighbourhood.check_in.contacts]):
        await rows.ask_contact(tx, person_id=elder.id, contact_id=contact, now=here.now)
    await audit.note(tx, action="check_in_enrolled", actor_id=actor.id, person_id=elder.id, now=here.now)
    if agreed:
        await agree(tx, here, elder, by=actor)
    else:
        await show(tx, elder, "check_in_ask", elder.id, priority=Priority.REPLY, now=here.now)


def _tomorrow(here: Here) -> datetime:
    return check_in_marks.midnight(here, here.local.date() + timedelta(days=1))


async def agree(tx: Transaction, here: Here, elder: Person, *, by: Person) -> None:
    """✅ 愿意: it begins tomorrow, and the contacts are asked. Raises NotFound, NoLongerPossible."""
    if await rows.of(tx, elder.id) is None:
        raise NotFound
    if not await rows.agree(tx, person_id=elder.id, begins_at=_tomorrow(here), now=here.now):
        raise NoLongerPossible
    await people.set_alone(tx, person_id=elder.id, alone=True)
    await audit.note(tx, action="check_in_agreed", actor_id=by.id, person_id=elder.id, now=here.now)
    await refresh(tx, "check_in_ask", elder.id, now=here.now)
    for contact in await rows.contacts(tx, elder.id, ContactState.ASKED):
        if reachable_by_chat(contact):
            await show(tx, contact, "check_in_contact", elder.id, priority=Priority.TASK, now=here.now)
        else:
            text = AskContactByPhone(name=permissions.name_in_care(tx, elder))
            await ask_by_phone(tx, here, contact, text, question=CONTACT, subject_id=elder.id)
    await check_in_marks.set_clock(tx, here, elder.id)


async def decline(tx: Transaction, here: Here, elder: Person) -> None:
    """不用了, by who was asked: nothing is kept. Raises NotFound, NoLongerPossible."""
    found = await rows.of(tx, elder.id)
    if found is None:
        raise NotFound
    if found.agreed_at is not None:
        raise NoLongerPossible
    await rows.end(tx, elder.id)
    await refresh(tx, "check_in_ask", elder.id, now=here.now)


async def answer_contact(tx: Transaction, here: Here, contact: Person, elder_id: int, *, willing: bool) -> None:
    """愿意 or 不方便, which may be changed later. Raises NotFound, NoLongerPossible."""
    if await rows.contact_state(tx, person_id=elder_id, contact_id=contact.id) is None:
        raise NotFound
    state = ContactState.WILLING if willing else ContactState.UNWILLING
    if not await rows.answer_contact(tx, person_id=elder_id, contact_id=contact.id, state=state, now=here.now):
        raise NoLongerPossible
    await refresh(tx, "check_in_contact", elder_id, to=contact, now=here.now)
    elder = await people.by_id(tx, elder_id)
    if reachable_by_chat(elder):
        await tell(tx, elder, ContactAnswered(willing=willing), priority=Priority.TASK, now=here.now)


async def choose_hour(tx: Transaction, here: Here, elder: Person, minute: int) -> None:
    """By another hour from tomorrow on. Raises NotEnrolled, BadHour."""
    await plan_of(tx, here, elder)
    await rows.set_minute(tx, person_id=elder.id, minute=check_hour(here, minute))
    await check_in_marks.set_clock(tx, here, elder.id)


async def leave(tx: Transaction, here: Here, elder: Person, *, until: date) -> datetime:
    """🧳 我出门几天: nothing is asked until that day's morning; the contacts hear. Raises NotEnrolled, BadReturn."""
    await plan_of(tx, here, elder)
    longest = here.neighbourhood.check_in.pause_days
    if not 1 <= (until - here.local.date()).days <= longest:
        raise BadReturn(days=longest)
    home = check_in_marks.midnight(here, until)
    await rows.set_away(tx, person_id=elder.id, since=here.now, begins_at=home)
    day = await rows.open_day(tx, elder.id)
    if day is not None:
        await check_in_day.leave(tx, here, day)
    await check_in_marks.set_clock(tx, here, elder.id)
    await _tell_contacts(tx, here, elder, AwayTold(name=permissions.name_in_care(tx, elder), until=home))
    return home


async def end(tx: Transaction, here: Here, elder: Person) -> None:
    """不再报平安, at any time: the contacts hear. Raises NotEnrolled."""
    await plan_of(tx, here, elder)
    await _tell_contacts(tx, here, elder, EndedTold(name=permissions.name_in_care(tx, elder)))
    await _stop(tx, here, elder)
    await people.set_alone(tx, person_id=elder.id, alone=False)
    await audit.note(tx, action="check_in_ended", actor_id=elder.id, person_id=elder.id, now=here.now)


async def _tell_contacts(tx: Transaction, here: Here, elder: Person, text: Text) -> None:
    for contact in await rows.contacts(tx, elder.id, ContactState.WILLING):
        await tell(tx, contact, text, priority=Priority.TASK, now=here.now)


async def _stop(tx: Transaction, here: Here, elder: Person) -> None:
    day = await rows.open_day(tx, elder.id)
    if day is not None:
        day = await check_in_day.move(tx, here, day, CheckInEvent.END)
        await close_calls(tx, here, day)
        await cancel_knock(tx, here, day)
    await close_question(tx, here, question=CONTACT, subject_id=elder.id)
    await rows.end(tx, elder.id)
    await check_in_marks.set_clock(tx, here, elder.id)


async def forget(tx: Transaction, here: Here, person: Person) -> None:
    """Somebody is erased: nobody waits for them, and they are nobody's contact any more.

    Calls to them end with everything else that was going on for them.
    """
    await _stop(tx, here, person)
    await timers.drop(tx, prefix=check_in_marks.STEP, subject_id=person.id)
    await rows.forget(tx, person.id)


async def export(tx: Transaction, person: Person) -> Json | None:
    """What is held about somebody's 报平安, for themselves."""
    found = await rows.of(tx, person.id)
    days = await rows.last_days(tx, person.id, limit=100)
    if found is None and not days:
        return None
    return {
        "by": _clock(found.minute) if found else None,
        "agreed_at": found.agreed_at if found else None,
        "away_until": found.begins_at if found and found.away_since else None,
        "contacts": len(await rows.contacts(tx, person.id, ContactState.WILLING)),
        "days": [{"day": day.day, "state": day.state} for day in days],
    }
