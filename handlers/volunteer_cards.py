"""The cards of a volunteer: one's own, and for staff, who check who it is; and how an offer reads."""

from dataclasses import dataclass
from datetime import datetime

from community import helper_photos, lapses, people, permissions, tasks, volunteer_figures, volunteer_word, volunteers
from community.asking import ANY_TIME, PARTS
from community.here import Here
from community.permissions import Action
from community.tell import NO_NAME, Both, Text
from community.volunteers import Stage
from handlers.buttons import Button, Rows, button
from handlers.render import Face
from storage.database import Transaction
from storage.records import Group, Person

MINE = button("volunteer_mine", "volunteer.mine")
BECOME = button("volunteer_become", "volunteer.mine")
_DAYS = range(7)


@dataclass(frozen=True, kw_only=True)
class MyVolunteering(Text, template="volunteer/mine"):
    """What I offer, and how things stand."""

    stage: str
    skills: list[Both]
    teams: list[Both]
    hours: list[dict[str, object]]
    place: Both
    wanted: Both  # wider than that; staff are to check it
    paused_until: datetime | None
    photo: str  # none, waiting (staff have not seen it), seen
    late: int  # of late, as is the next
    no_show: int
    no_offers_until: datetime | None  # after several of these
    reason: str
    hotline: str


@dataclass(frozen=True, kw_only=True)
class AVolunteer(Text, template="volunteer/card"):
    """A volunteer as staff see them; number and door only while they are to be met."""

    stage: str
    name: str
    phone: str
    home: Both
    skills: list[Both]
    teams: list[Both]
    hours: list[dict[str, object]]
    place: Both
    wanted: Both
    paused_until: datetime | None
    reason: str
    asked: int
    taken: int
    declined: int
    last: datetime | None
    late: int
    no_show: int
    no_offers_until: datetime | None
    photo: bool  # to be looked at


def skill_names(here: Here, codes: list[str]) -> list[Both]:
    """Skills by name, as the neighbourhood file has them; what it has no more is left out."""
    return [{"zh": s.name.zh, "en": s.name.en} for s in here.neighbourhood.skills if s.code in codes]


def team_names(here: Here, codes: list[str]) -> list[Both]:
    """Teams by name."""
    return [{"zh": t.name.zh, "en": t.name.en} for t in here.neighbourhood.teams if t.code in codes]


def spoken(hours: int) -> list[dict[str, object]]:
    """Bits of a week as people say it: days with the same parts together; nothing for any time."""
    if hours & ANY_TIME == ANY_TIME:
        return []
    by_parts: dict[tuple[int, ...], list[int]] = {}
    for day in _DAYS:
        parts = tuple(part for part in range(len(PARTS)) if hours >> (day * len(PARTS) + part) & 1)
        if parts:
            by_parts.setdefault(parts, []).append(day)
    return [{"days": days, "parts": list(parts)} for parts, days in by_parts.items()]


async def place_name(tx: Transaction, place_id: int | None) -> Both:
    """Where somebody helps."""
    return await permissions.full_name(tx, place_id) if place_id else NO_NAME


async def mine(tx: Transaction, here: Here, person_id: int, reader: Person | Group) -> Face | None:
    """My own."""
    if isinstance(reader, Group) or reader.id != person_id:
        return None
    found = await volunteers.standing(tx, reader)
    row = found.row
    photo, lately = await helper_photos.own(tx, reader.id), await lapses.of(tx, here, reader.id)
    text = MyVolunteering(
        stage=found.stage,
        skills=skill_names(here, found.offer.skills),
        teams=team_names(here, found.offer.teams),
        hours=spoken(found.offer.hours),
        place=await place_name(tx, found.at),
        wanted=await place_name(tx, found.offer.place_id if found.stage is Stage.WIDER else None),
        paused_until=_pause(here, row.paused_until if row else None),
        photo="none" if photo is None else "waiting" if photo.checked_by is None else "seen",
        late=lately.late,
        no_show=lately.no_show,
        no_offers_until=lately.paused_until,
        reason=permissions.own_words(tx, row.stopped_for) if row else "",
        hotline=here.neighbourhood.community.hotline,
    )
    return Face(text=text, buttons=_my_buttons(found, paused=text.paused_until is not None))


def _pause(here: Here, until: datetime | None) -> datetime | None:
    return until if until is not None and until > here.now else None


def _my_buttons(found: volunteers.Standing, *, paused: bool) -> Rows:
    if found.stage is Stage.NONE:
        return [[BECOME]]
    if found.stage is Stage.STOPPED:
        return []
    edit = [button(f"volunteer_{word}", "volunteer.edit", 0, word) for word in ("skills", "teams", "hours")]
    if found.offer.place_id is not None:
        edit.append(button("volunteer_reach", "volunteer.edit", 0, "reach"))
    rows: Rows = [edit[:2], edit[2:]]
    if found.held_at:
        word = "resume" if paused else "pause"
        rest = button(f"volunteer_{word}", f"volunteer.{word}")
        rows.append([rest, button("volunteer_teams_figures", "volunteer.figures")] if found.offer.teams else [rest])
    photo = button("volunteer_photo", "volunteer.photo")
    return [*rows, [photo, button("volunteer_leave", "volunteer.leave")]]


async def for_staff(tx: Transaction, here: Here, person_id: int, reader: Person | Group) -> Face | None:
    """For whoever checks, or looks after, volunteers there."""
    if isinstance(reader, Group):
        return None
    person = await people.get(tx, person_id)
    found = await volunteers.standing(tx, person)
    may = await volunteers.looks_after(tx, reader, found)
    meets = may and found.stage in volunteers.TO_CHECK and reader.id != person_id
    address = await permissions.own_address(tx, person) if meets else None
    row = found.row if may else None
    figures = await volunteer_figures.of(tx, here, person_id) if may else None
    lately = await lapses.of(tx, here, person_id) if may else None
    photo = await helper_photos.to_check(tx, reader, found, person_id)
    text = AVolunteer(
        stage=found.stage,
        name=permissions.public_name(tx, person) if may else "",
        phone=(address.phone or "") if address else "",
        home=address.place if address else NO_NAME,
        skills=skill_names(here, found.offer.skills) if may else [],
        teams=team_names(here, found.offer.teams) if may else [],
        hours=spoken(found.offer.hours) if may else [],
        place=await place_name(tx, found.at),
        wanted=await place_name(tx, found.offer.place_id if found.stage is Stage.WIDER else None),
        paused_until=_pause(here, row.paused_until) if row else None,
        reason=permissions.own_words(tx, row.stopped_for) if row else "",
        asked=figures.asked if figures else 0,
        taken=figures.taken if figures else 0,
        declined=figures.declined if figures else 0,
        last=figures.last if figures else None,
        late=lately.late if lately else 0,
        no_show=lately.no_show if lately else 0,
        no_offers_until=lately.paused_until if lately else None,
        photo=photo is not None,
    )
    buttons = await _staff_buttons(tx, reader, person, found) if may else []
    if photo is not None:
        at = str(round(photo[1].timestamp() * 1000))
        seen = [button(f"photo_{word}", f"volunteer.photo_{word}", person_id, at) for word in ("good", "bad")]
        buttons = [seen, *buttons]
    if text.no_offers_until is not None and reader.id != person_id:
        buttons = [*buttons, [button("volunteer_lift", "volunteer.lift", person_id)]]
    return Face(text=text, buttons=buttons, photo=photo[0] if photo else "")


async def _staff_buttons(tx: Transaction, reader: Person, person: Person, found: volunteers.Standing) -> Rows:
    if reader.id == person.id:
        return []
    row: list[Button] = []
    if found.stage in volunteers.TO_CHECK and await permissions.may(
        tx, reader, Action.CHECK_VOLUNTEER, place_id=found.offer.place_id
    ):
        row = [button("volunteer_checked", "volunteer.check", person.id)]
        if found.row is not None and found.row.put_off_at is None:
            row.append(button("volunteer_not_yet", "volunteer.put_off", person.id))
    stop: list[Button] = []
    place_id = found.at
    if found.stage is not Stage.NONE and await permissions.may(tx, reader, Action.STOP_VOLUNTEER, place_id=place_id):
        again = found.stage is Stage.STOPPED
        word, action = ("volunteer_begin_again", "volunteer.again") if again else ("volunteer_stop", "volunteer.stop")
        stop = [button(word, action, person.id)]
    return [row, stop]


@dataclass(frozen=True, kw_only=True)
class MonthlyWord(Text, template="volunteer/monthly_word"):
    """To who was not asked for a month: thank you, what is needed, does it still hold?"""

    needed: list[Both]
    place: Both
    skills: list[Both]
    teams: list[Both]
    hours: list[dict[str, object]]


async def monthly_word(tx: Transaction, here: Here, person_id: int, reader: Person | Group) -> Face | None:
    """Once a month."""
    if isinstance(reader, Group) or reader.id != person_id:
        return None
    found = await volunteers.standing(tx, reader)
    codes = await volunteer_word.needed(tx, here, reader)
    text = MonthlyWord(
        needed=[tasks.service_name(here, code) for code in codes],
        place=await place_name(tx, found.at),
        skills=skill_names(here, found.offer.skills),
        teams=team_names(here, found.offer.teams),
        hours=spoken(found.offer.hours),
    )
    edit = [button(f"volunteer_{word}", "volunteer.edit", 0, word) for word in ("skills", "hours")]
    rest = [button("volunteer_pause", "volunteer.pause")]
    return Face(text=text, buttons=[edit, rest] if found.held_at else [])


CARDS = {volunteers.MINE: mine, volunteers.STAFF: for_staff, volunteer_word.CARD: monthly_word}
