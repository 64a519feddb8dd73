"""Telling people: what use cases have to say is queued here, in the same transaction as what they did."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from storage.database import Transaction
from storage.queries import outbox, people, pings, tasks, timers
from storage.records import Group, Json, Person
from storage.rows import to_ms
from storage.states import ContactMode, OutboxKind, Priority, TaskKind

Both = dict[str, str]
"""A name in both languages of the neighbourhood file: `{"zh": …, "en": …}`."""
What = dict[str, str]
"""A name in both languages, or the key of a label: `{"label": …}`."""
NO_NAME: Both = {"zh": "", "en": ""}
"""Nothing to be named, or nothing that this reader may know."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """What is said: a template and the context it needs. A subclass: `class X(Text, template="noun/name")`."""

    template: ClassVar[str] = ""
    known: ClassVar[dict[str, type["Text"]]] = {}

    def __init_subclass__(cls, template: str) -> None:
        cls.template = template
        cls.known[template] = cls

    def context(self) -> Json:
        """The fields as JSON; a datetime becomes `{"ms": UTC milliseconds}`."""
        return {name: plain(value) for name, value in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class FurtherDown(Text, template="task/further_down"):
    """What stays of a card with somebody's address in it once it is shown again: only the last one is kept up."""


@dataclass(frozen=True, kw_only=True)
class PutAway(Text, template="my/put_away"):
    """What stays of every card for somebody who is forgotten."""


_WITH_ADDRESS = {"task", "call", "volunteer", "check_in_alarm", "visit_alarm", "order_helper"}
"""Kinds of cards whose earlier copies must not go on showing a name, a number, a door."""


def plain(value: object) -> object:
    """A value as a text's context keeps it."""
    return {"ms": to_ms(value)} if isinstance(value, datetime) else value


def reachable_by_chat(person: Person) -> bool:
    """Whether a message in chat is the way to reach somebody."""
    return person.contact_mode is ContactMode.CHAT and person.telegram_id is not None


async def tell(
    tx: Transaction,
    to: Person | Group,
    text: Text,
    *,
    priority: Priority,
    now: datetime,
    picture: int | None = None,
    document: Json | None = None,
    about: tuple[str, int] | None = None,
    by: datetime | None = None,
    keys: bool = False,
) -> None:
    """Say something to a person or a group that did not just write; by a call, if that is how they are reached.

    `picture`: the id of a picture we made, which the text goes under. `document`: a file we made, as
    {"name", "base64"}; it is kept sealed with the text and goes with it. `about`: the card that it goes with, kind and
    subject: once nothing is asked there any more, neither is this said; `by`: when at the latest they must know of
    it. `keys`: they can do other things from now on, and the keyboard comes along.
    """
    if isinstance(to, Person) and not reachable_by_chat(to):
        if to.erased_at is None:
            await have_rung(tx, to, text, now=now)
        return
    await outbox.put(
        tx,
        priority=priority,
        kind=OutboxKind.SAY,
        person_id=to.id if isinstance(to, Person) else None,
        group_id=to.id if isinstance(to, Group) else None,
        template=text.template,
        context={"c": text.context()}
        | ({"picture": picture} if picture else {})
        | ({"document": document} if document else {})
        | ({"about": about} if about else {})
        | ({"by": plain(by)} if by else {})
        | ({"keys": True} if keys else {}),
        now=now,
    )


async def have_rung(
    tx: Transaction,
    person: Person,
    text: Text,
    *,
    question: str | None = None,
    subject_id: int | None = None,
    urgent: bool = False,
    now: datetime,
) -> None:
    """Have somebody ring a person, also one who is in chat, and tell them, or ask what `question` names.

    `calls.announce` gives the call to those who make calls.
    """
    task_id = await tasks.add_task(
        tx,
        kind=TaskKind.CALL,
        order_id=None,
        person_id=person.id,
        place_id=person.place_id or await people.top_place(tx),
        due=now,
        minutes=5,
        template=text.template,
        context=text.context(),
        question=question,
        subject_id=subject_id,
        urgent=urgent,
        now=now,
    )
    await timers.put(tx, kind="call_new", subject_id=task_id, due=now)


async def offer_commands(tx: Transaction, person: Person, *, now: datetime) -> None:
    """Have the menu of commands fit somebody's roles and language."""
    await outbox.put(
        tx,
        priority=Priority.TASK,
        kind=OutboxKind.COMMANDS,
        person_id=person.id,
        group_id=None,
        template="",
        context={},
        now=now,
    )


async def show(
    tx: Transaction,
    to: Person | Group,
    card: str,
    subject_id: int,
    *,
    priority: Priority,
    now: datetime,
    private: bool = False,
) -> None:
    """Give somebody a card of a subject; it is rendered as the subject stands when it is sent.

    Whoever is not in chat gets none: what they must know is told. `private`: its earlier copies are put away.
    """
    if isinstance(to, Person) and not reachable_by_chat(to):
        return
    await outbox.put_card(
        tx,
        priority=priority,
        kind=card,
        subject_id=subject_id,
        person_id=to.id if isinstance(to, Person) else None,
        group_id=to.id if isinstance(to, Group) else None,
        instead=FurtherDown.template if private or card in _WITH_ADDRESS else None,
        now=now,
    )


async def refresh(
    tx: Transaction,
    card: str,
    subject_id: int,
    *,
    to: Person | None = None,
    priority: Priority = Priority.TASK,
    now: datetime,
) -> None:
    """Bring every card of a subject up to date, or one person's; and the digests that tell of it."""
    await outbox.refresh_cards(
        tx, kind=card, subject_id=subject_id, person_id=to.id if to else None, priority=priority, now=now
    )
    for person_id in await pings.told_of(tx, kind=card, subject_id=subject_id):
        if to is None or to.id == person_id:
            await outbox.refresh_cards(tx, kind="digest", subject_id=person_id, priority=priority, now=now)


async def take_back(tx: Transaction, card: str, subject_id: int, *, now: datetime) -> None:
    """Nobody is to see a subject's cards of a kind any more: they go out of the chats."""
    await outbox.take_back(tx, kind=card, subject_id=subject_id, priority=Priority.REPLY, now=now)


async def put_away(tx: Transaction, person: Person, *, heir: Person, now: datetime) -> None:
    """Nobody's name or door stays before the eyes of somebody who is forgotten; the chat is `heir`'s from now on."""
    await outbox.put_away_all(
        tx, person_id=person.id, heir_id=heir.id, instead=PutAway.template, priority=Priority.TASK, now=now
    )


async def reply(
    tx: Transaction,
    to: Person | Group,
    *,
    kind: OutboxKind,
    template: str,
    context: Json,
    priority: Priority = Priority.REPLY,
    alters_id: int | None = None,
    now: datetime,
) -> int:
    """Answer whoever is in this chat now; the row's id, by which a later answer (`alters_id`) can take its place."""
    return await outbox.put(
        tx,
        priority=priority,
        kind=kind,
        person_id=to.id if isinstance(to, Person) else None,
        group_id=to.id if isinstance(to, Group) else None,
        template=template,
        context=context,
        alters_id=alters_id,
        now=now,
    )
