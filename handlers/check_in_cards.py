"""The cards of 报平安: the elder's day, the alarm for those who are told, and the questions whether they agree."""

from dataclasses import dataclass
from datetime import datetime

from community import check_in_day, check_in_list, check_ins, people, permissions
from community.here import Here
from community.tell import NO_NAME, Both, Text
from handlers.buttons import Rows, button
from handlers.check_in import clock, day_buttons
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person
from storage.states import CheckInState

S = CheckInState


@dataclass(frozen=True, kw_only=True)
class DayCard(Text, template="check_in/card"):
    """The day as the elder sees it. `soon`: the first reminder's time has come."""

    state: str
    due: datetime
    soon: bool
    over: bool
    by: str


@dataclass(frozen=True, kw_only=True)
class AlarmCard(Text, template="check_in/alarm"):
    """An elder has not been heard of, or needs help; then the all-clear."""

    state: str
    due: datetime
    rough: Both
    name: str
    phone: str
    place: Both
    by: str
    contact: bool
    medical: str
    officer: str  # name and number of whoever is on duty, once the desk has it


@dataclass(frozen=True, kw_only=True)
class AskAgree(Text, template="check_in/ask_agree"):
    """To an elder: do you want this?"""

    by: str
    hour: str
    asked: bool
    agreed: bool


@dataclass(frozen=True, kw_only=True)
class AskContact(Text, template="check_in/ask_contact"):
    """To a contact: do you agree to be told?"""

    name: str
    state: str


async def day_card(tx: Transaction, here: Here, day_id: int, reader: Person | Group) -> Face | None:
    """For the elder alone."""
    day = await check_in_day.get(tx, day_id)
    if isinstance(reader, Group) or reader.id != day.person_id:
        return None
    text = DayCard(
        state=day.state,
        due=day.due,
        soon=day.acted_at > day.due - check_ins.first_reminder(here),
        over=day.acted_at >= day.due,
        by=await _public_name(tx, day.found_by),
    )
    if not await check_ins.takes_part(tx, reader):
        return Face(text=text)
    safe, help_comes = day.state is S.SAFE, day.state is S.HELP
    return Face(text=text, buttons=day_buttons(reader.id, day.id, safe=safe, help_comes=help_comes))


async def _public_name(tx: Transaction, person_id: int | None) -> str:
    return permissions.public_name(tx, await people.get(tx, person_id)) if person_id else ""


async def alarm_card(tx: Transaction, here: Here, day_id: int, reader: Person | Group) -> Face | None:
    """For contacts, captains and the desk."""
    day = await check_in_day.get(tx, day_id)
    if isinstance(reader, Group):
        return None
    sight = await check_in_list.sight(tx, here, reader, day)
    duty = here.neighbourhood.duty_at(here.local) if sight.looks_in and day.state in (S.DESK, S.HELP) else None
    text = AlarmCard(
        state=day.state,
        due=day.due,
        rough=sight.place,
        name=sight.name,
        phone=(sight.address.phone or "") if sight.address else "",
        place=sight.address.place if sight.address else NO_NAME,
        by=await _public_name(tx, day.found_by),
        contact=sight.contact and not sight.looks_in,
        medical=here.neighbourhood.community.emergency.medical,
        officer=f"{duty.name} {duty.phone}" if duty else "",
    )
    buttons: Rows = []
    if day.settled_at is None and (sight.looks_in or sight.contact):
        helped = day.state is S.HELP
        well = "handled" if helped else "look_well" if sight.looks_in else "reached_well"
        look = [button("look_open", "look.open", day.id)] if sight.looks_in and sight.address is None else []
        need = [] if helped else [button("need_help", "look.help", day.id)]
        buttons = [look, [button(well, "look.well", day.id), *need]]
    return Face(text=text, buttons=buttons)


async def ask_agree(tx: Transaction, _: Here, elder_id: int, reader: Person | Group) -> Face | None:
    """For the elder alone."""
    if isinstance(reader, Group) or reader.id != elder_id:
        return None
    plan = await check_ins.plan(tx, reader)
    agreed = plan is not None and plan.agreed_at is not None
    text = AskAgree(
        by=await _public_name(tx, plan.enrolled_by) if plan else "",
        hour=clock(plan.minute) if plan else "",
        asked=plan is not None,
        agreed=agreed,
    )
    yes, no = button("agree_check_in", "check_in.agree", elder_id), button("keep", "check_in.decline", elder_id)
    return Face(text=text, buttons=[[yes, no]] if plan and not agreed else [])


async def ask_contact(tx: Transaction, _: Here, elder_id: int, reader: Person | Group) -> Face | None:
    """For the contact: the elder's name is known to them, as they are a contact."""
    if isinstance(reader, Group):
        return None
    state = await check_ins.contact_state(tx, elder_id=elder_id, contact=reader)
    name = permissions.name_in_care(tx, await people.get(tx, elder_id)) if state else ""
    text = AskContact(name=name, state=state or "")
    yes, no = button("contact_yes", "contact.yes", elder_id), button("contact_no", "contact.no", elder_id)
    offered = {"asked": [yes, no], "willing": [no], "unwilling": [yes]}
    return Face(text=text, buttons=[offered[state]] if state else [])


CARDS = {
    "check_in": day_card,
    "check_in_alarm": alarm_card,
    "check_in_ask": ask_agree,
    "check_in_contact": ask_contact,
}
