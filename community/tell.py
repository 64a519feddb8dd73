"""Telling people: what use cases have to say is queued here, in the same transaction as what they did."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar

from storage.database import Transaction
from storage.queries import outbox
from storage.records import Group, Json, Person
from storage.rows import to_ms
from storage.states import OutboxKind, Priority

Both = dict[str, str]
"""A name in both languages of the neighbourhood file: `{"zh": …, "en": …}`."""


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
        return {f.name: plain(getattr(self, f.name)) for f in fields(self)}


def plain(value: object) -> object:
    """A value as a text's context keeps it."""
    return {"ms": to_ms(value)} if isinstance(value, datetime) else value


async def tell(tx: Transaction, to: Person | Group, text: Text, *, priority: Priority, now: datetime) -> None:
    """Say something to a person or a group that did not just write."""
    await outbox.put(
        tx,
        priority=priority,
        kind=OutboxKind.SAY,
        person_id=to.id if isinstance(to, Person) else None,
        group_id=to.id if isinstance(to, Group) else None,
        template=text.template,
        context={"c": text.context()},
        now=now,
    )


async def show(
    tx: Transaction, to: Person | Group, card: str, subject_id: int, *, priority: Priority, now: datetime
) -> None:
    """Give somebody a card of a subject; it is rendered as the subject stands when it is sent."""
    await outbox.put_card(
        tx,
        priority=priority,
        kind=card,
        subject_id=subject_id,
        person_id=to.id if isinstance(to, Person) else None,
        group_id=to.id if isinstance(to, Group) else None,
        now=now,
    )


async def refresh(
    tx: Transaction, card: str, subject_id: int, *, priority: Priority = Priority.TASK, now: datetime
) -> None:
    """Bring every card of a subject up to date."""
    await outbox.refresh_cards(tx, kind=card, subject_id=subject_id, priority=priority, now=now)
