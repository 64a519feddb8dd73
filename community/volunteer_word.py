"""A monthly word to volunteers whom nobody asked for a month: thank you, what is needed, does what you said still hold?

Once a calendar month, on its first working day (or, after a standstill, the next), when the office opens; nothing to
those who rest.
"""

from datetime import timedelta

from community import waking
from community.here import Here
from community.tell import show
from community.volunteers import standing
from storage.database import Transaction
from storage.queries import meta, people, timers, volunteer_figures, volunteers
from storage.records import Person
from storage.states import Priority

WORD, WORD_TO = "volunteers_word", "volunteer_word_to"
CARD = "volunteer_word"
_MONTH = timedelta(days=30)
_AT_ONCE = 200
_SAID = "volunteers_word"  # of which month, in the table of single values


async def nightly(tx: Transaction, here: Here) -> None:
    """On the first working day of a month that has had none, the word goes out when the office opens."""
    month = f"{here.local:%Y-%m}"
    if not here.working_time.is_working_day(here.local.date()) or await meta.get(tx, _SAID) == month:
        return
    await meta.put(tx, _SAID, month)
    await timers.put(tx, kind=WORD, subject_id=0, due=here.working_time.next_start(here.now))


async def go_on(tx: Transaction, here: Here, after: int) -> None:
    """The next ones by their ids; whoever rests now gets it when they are awake."""
    found = await volunteer_figures.never_asked(tx, since=here.now - _MONTH, now=here.now, after=after, limit=_AT_ONCE)
    for person in await people.by_ids(tx, found) if found else []:
        await timers.put(tx, kind=WORD_TO, subject_id=person.id, due=waking.after(here, here.now, person=person))
    if len(found) == _AT_ONCE:
        await timers.put(tx, kind=WORD, subject_id=found[-1], due=here.now)


async def say(tx: Transaction, here: Here, person_id: int) -> None:
    """Give it to one of them."""
    person = await people.by_id(tx, person_id)
    row = await volunteers.by_id(tx, person_id)
    resting = row is not None and row.paused_until is not None and row.paused_until > here.now
    if (await standing(tx, person)).held_at and not resting:
        await show(tx, person, CARD, person.id, priority=Priority.NOTICE, now=here.now)


async def needed(tx: Transaction, here: Here, person: Person) -> list[str]:
    """The services most often ordered lately where somebody is a volunteer, by their codes."""
    at = (await standing(tx, person)).at
    return [] if at is None else await volunteer_figures.ordered(tx, place_id=at, since=here.now - _MONTH, limit=3)
