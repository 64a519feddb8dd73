"""The digest: what somebody's quiet hours held back, as one message; a tap opens what it is about.

→小林: 早上好！有 3 件事：
      1. 🔧 修东西，3号楼，今天 15:00 前到，您能去吗？  …  [👉 第 1 件] [👉 第 2 件]
小林: [👉 第 1 件]
近邻: 🔧 修东西 📍 3号楼 …  [🙋 我去] [这次不行]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from telegram import Update

from community import pings, report_reading, tasks, votes
from community.errors import NoLongerPossible, Refused
from community.here import Here
from community.places import above
from community.tell import NO_NAME, Both, Text, What, show
from handlers.buttons import Press, button, rows_json
from handlers.context import Turn
from handlers.flow import grid
from handlers.render import Card, Face
from storage.database import Transaction
from storage.records import Group, Outgoing, Person
from storage.states import OfferState, PlaceKind, Priority

_WIDTH, _NOON = 3, 12


@dataclass(frozen=True, kw_only=True)
class Digest(Text, template="digest/digest"):
    """Several things at once: each in its own words, those that have been seen to ticked."""

    morning: bool
    items: list[dict[str, Any]]  # quote: template and context; over
    over: bool  # nothing is asked any more


@dataclass(frozen=True, kw_only=True)
class CardLine(Text, template="digest/line"):
    """A card in one line, with nothing in it that its card would forget later on: no name, number or door."""

    kind: str
    sign: What
    what: What
    place: Both
    due: datetime | None
    asks: str  # of a task: "go", "join" (what begins at its hour), "come" (还能来吗) or nothing
    number: int


class Digests:
    """Digests of these cards."""

    def __init__(self, cards: Mapping[str, Card]) -> None:
        self.cards = cards
        self.presses = {"digest.open": self.open_item}

    async def wake(self, tx: Transaction, here: Here, person_id: int) -> None:
        """Somebody wakes."""
        await pings.wake(tx, here, person_id, asks=partial(self._asks, tx, here))

    async def card(self, tx: Transaction, here: Here, person_id: int, reader: Person | Group) -> Face | None:
        """What the latest digest tells."""
        found = await pings.told_to(tx, reader) if isinstance(reader, Person) and reader.id == person_id else []
        if not found or isinstance(reader, Group):
            return None
        items, buttons, asking = [], [], 0
        for number, rows in enumerate(found, 1):
            last, subject = rows[-1], pings.about(rows[-1])
            asked = bool(last.asks) and subject is not None
            over = asked and subject is not None and await self._asks(tx, here, reader, *subject) != last.asks
            items.append({"quote": await self._quote(tx, here, reader, rows[0]), "over": over})
            asking += asked
            if asked and not over:
                buttons.append(button("digest_open", "digest.open", last.id, number=number))
        at = (found[0][0].done_at or here.now).astimezone(here.zone)
        text = Digest(morning=at.hour < _NOON, items=items, over=asking > 0 and not buttons)
        return Face(text=text, buttons=grid(buttons, width=_WIDTH))

    async def open_item(self, _: Update, turn: Turn, press: Press) -> None:
        """👉 第 1 件: its card comes down to the end of the chat."""
        kind, subject_id = await pings.opened(turn.tx, turn.person, press.subject)
        if await self.cards[kind](turn.tx, turn.here, subject_id, turn.person) is None:
            raise NoLongerPossible
        await turn.answer()
        await show(turn.tx, turn.person, kind, subject_id, priority=Priority.REPLY, private=True, now=turn.here.now)

    async def _asks(self, tx: Transaction, here: Here, reader: Person, kind: str, subject_id: int) -> str | None:
        """A keyed digest of the buttons that a card has for somebody now; None without any."""
        try:
            face = await self.cards[kind](tx, here, subject_id, reader)
        except (Refused, LookupError):  # it is gone
            return None
        rows = rows_json(face.buttons) if face else []
        return tx.cipher.digest(orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)) if rows else None

    async def _quote(self, tx: Transaction, here: Here, reader: Person, row: Outgoing) -> dict[str, Any]:
        if row.card_kind is None:
            return {"template": row.template, "context": (row.context or {})["c"]}
        text = await _line(tx, here, reader, *(pings.about(row) or ("", 0)))
        return {"template": text.template, "context": text.context()}


async def _line(tx: Transaction, here: Here, reader: Person, kind: str, subject_id: int) -> CardLine:
    sign, what, place, asks, due = NO_NAME, NO_NAME, NO_NAME, "", None
    if kind == "task":
        task = await tasks.get(tx, subject_id)
        sign, what = await tasks.sign(tx, here, task), await tasks.what(tx, here, task)
        place, due = await tasks.rough_place(tx, task), task.due
        if task.taker_id == reader.id and task.asked_at is not None and task.answered_at is None:
            asks = "come"
        elif task.taker_id != reader.id and await tasks.said_by(tx, reader, task) is OfferState.ASKED:
            asks = "join" if task.kind in tasks.AT_THE_HOUR else "go"
    elif kind == "report" and (report := await report_reading.find(tx, subject_id)) is not None:
        category = here.neighbourhood.category(report.category)
        sign, what = {"zh": category.emoji, "en": category.emoji}, {"zh": category.name.zh, "en": category.name.en}
        building = await above(tx, report.place_id, PlaceKind.BUILDING) if report.place_id else None
        place = building.name if building else NO_NAME
    elif kind == votes.CARD:
        vote = await votes.get(tx, subject_id)
        what, due = {"zh": vote.question, "en": vote.question}, vote.closes_at
    return CardLine(kind=kind, sign=sign, what=what, place=place, due=due, asks=asks, number=subject_id)
