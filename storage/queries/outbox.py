"""Messages on their way out, and the cards that show a subject as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Transaction
from storage.records import Counted, Json, Outgoing, Queued
from storage.states import OutboxKind, OutboxState, Priority

OUTGOING = (
    "SELECT o.id, o.priority, o.kind, o.person_id, o.group_id, "
    "COALESCE(p.telegram_id, g.chat_id) AS chat_id, COALESCE(p.language, g.language) AS language, "
    "o.card_id, c.kind AS card_kind, c.subject_id AS card_subject, c.message_id AS card_message, "
    "c.form AS card_form, c.shown AS card_shown, o.template, o.context, "
    "COALESCE(o.alters_message, a.message_id) AS alters_message, o.tries, o.not_before, o.created_at, "
    "o.state, o.asks, o.done_at "
    "FROM outbox o LEFT JOIN people p ON p.id = o.person_id LEFT JOIN groups g ON g.id = o.group_id "
    "LEFT JOIN cards c ON c.id = o.card_id LEFT JOIN outbox a ON a.id = o.alters_id "
)
"""Rows of `o` as `Outgoing`."""


@dataclass(frozen=True, kw_only=True)
class ShownCard:
    """A card as a chat has it since a moment ago."""

    card_id: int
    message_id: int
    form: str
    shown: str
    edited: bool


async def put(
    tx: Transaction,
    *,
    priority: Priority,
    kind: OutboxKind,
    person_id: int | None,
    group_id: int | None,
    template: str,
    context: Json,
    alters_id: int | None = None,
    now: datetime,
) -> int:
    """Queue a text for a person or a group; its id, by which a later one (`alters_id`) can take its place."""
    tx.wake("outbox")
    if alters_id is not None:
        collapsed = await tx.run(
            "UPDATE outbox SET template = :template, context = :context "
            "WHERE (id = :alters_id OR alters_id = :alters_id) AND state = 'waiting'",
            template=template,
            context=tx.seal(context),
            alters_id=alters_id,
        )
        if collapsed:
            return alters_id
    return await tx.insert(
        "INSERT INTO outbox (priority, kind, person_id, group_id, alters_id, template, context, state, "
        "not_before, created_at) VALUES (:priority, :kind, :person_id, :group_id, :alters_id, :template, :context, "
        "'waiting', :now, :meant)",
        priority=priority,
        kind=kind,
        person_id=person_id,
        group_id=group_id,
        alters_id=alters_id,
        template=template,
        context=tx.seal(context),
        now=now,
        meant=min(now, tx.meant or now),
    )


async def put_card(
    tx: Transaction,
    *,
    priority: Priority,
    kind: str,
    subject_id: int,
    person_id: int | None,
    group_id: int | None,
    instead: str | None = None,
    now: datetime,
) -> None:
    """Queue a card for somebody: a new message. Its predecessor (if any) is kept up until it arrives (`give_way`).

    `instead`: the template that takes the place of the predecessor's words, where they must not stay behind.
    """
    tx.wake("outbox")
    reader, reader_id = ("person_id", person_id) if group_id is None else ("group_id", group_id)
    card_id = await tx.one(
        int,
        f"SELECT id FROM cards WHERE kind = :kind AND subject_id = :subject_id AND {reader} = :reader_id",
        kind=kind,
        subject_id=subject_id,
        reader_id=reader_id,
    )
    if card_id is None:
        card_id = await tx.insert(
            "INSERT INTO cards (kind, subject_id, person_id, group_id, created_at) "
            "VALUES (:kind, :subject_id, :person_id, :group_id, :now) "
            # Another worker may have been first: PostgreSQL then has us begin anew, and here nobody is.
            f"ON CONFLICT (kind, subject_id, {reader}) WHERE {reader} IS NOT NULL "
            "DO UPDATE SET kind = cards.kind",
            kind=kind,
            subject_id=subject_id,
            person_id=person_id,
            group_id=group_id,
            now=now,
        )
    else:
        await _drop_waiting(tx, card_id)
    await tx.run(
        "INSERT INTO outbox (priority, kind, person_id, group_id, card_id, template, state, not_before, created_at) "
        "VALUES (:priority, 'card', :person_id, :group_id, :card_id, :instead, 'waiting', :now, :meant)",
        priority=priority,
        person_id=person_id,
        group_id=group_id,
        card_id=card_id,
        instead=instead,
        now=now,
        meant=min(now, tx.meant or now),
    )


async def _drop_waiting(tx: Transaction, card_id: int) -> None:
    """What was about to be shown of a card is not."""
    for states, state in (("'waiting', 'sending'", "waiting"), ("'held', 'merged'", "held")):
        await tx.run(
            # The state is said twice, as in refresh_cards.
            f"DELETE FROM outbox WHERE state IN ({states}) AND state = '{state}' AND card_id = :card_id",
            card_id=card_id,
        )


async def give_way(tx: Transaction, rows: Sequence[Outgoing], *, now: datetime) -> None:
    """Cards were shown anew, or have nothing left to show: what these showed before loses its buttons.

    With a template in the row its words go, too; a photo under such words is taken back as a whole.
    """
    tx.wake("outbox")
    await tx.many(
        "INSERT INTO outbox "
        "(priority, kind, person_id, group_id, alters_message, template, state, not_before, created_at) "
        "SELECT CAST(:priority AS BIGINT), CASE WHEN form = 'photo' AND CAST(:instead AS TEXT) IS NOT NULL "
        "THEN 'gone' ELSE 'fade' END, person_id, group_id, message_id, CAST(:instead AS TEXT), "
        "'waiting', CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM cards "
        "WHERE id = :card_id AND message_id IS NOT NULL",
        [{"priority": row.priority, "instead": row.template, "card_id": row.card_id, "now": now} for row in rows],
    )
    await tx.many(
        "UPDATE cards SET message_id = NULL, shown = NULL WHERE id = :card_id",
        [{"card_id": row.card_id} for row in rows],
    )


async def take_back(tx: Transaction, *, kind: str, subject_id: int, priority: Priority, now: datetime) -> None:
    """Nobody is to see a subject's cards any more: what was shown is taken back."""
    tx.wake("outbox")
    shown = "SELECT id FROM cards WHERE kind = :kind AND subject_id = :subject_id"
    await tx.run(
        f"DELETE FROM outbox WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND card_id IN ({shown})",
        kind=kind,
        subject_id=subject_id,
    )
    await tx.run(
        "INSERT INTO outbox (priority, kind, person_id, group_id, alters_message, state, not_before, created_at) "
        "SELECT CAST(:priority AS BIGINT), 'gone', person_id, group_id, message_id, 'waiting', "
        "CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM cards "
        "WHERE kind = :kind AND subject_id = :subject_id AND message_id IS NOT NULL",
        priority=priority,
        kind=kind,
        subject_id=subject_id,
        now=now,
    )
    await tx.run(
        "UPDATE cards SET message_id = NULL, shown = NULL WHERE kind = :kind AND subject_id = :subject_id",
        kind=kind,
        subject_id=subject_id,
    )


async def put_away_all(
    tx: Transaction, *, person_id: int, heir_id: int, instead: str, priority: Priority, now: datetime
) -> None:
    """Every card that somebody sees loses its words (a photo goes); `heir_id`: whose the chat is from now on."""
    tx.wake("outbox")
    await tx.run(
        "INSERT INTO outbox (priority, kind, person_id, alters_message, template, state, not_before, created_at) "
        "SELECT CAST(:priority AS BIGINT), CASE form WHEN 'photo' THEN 'gone' ELSE 'fade' END, "
        "CAST(:heir_id AS BIGINT), message_id, CAST(:instead AS TEXT), 'waiting', CAST(:now AS BIGINT), "
        "CAST(:now AS BIGINT) FROM cards WHERE person_id = :person_id AND message_id IS NOT NULL",
        priority=priority,
        heir_id=heir_id,
        instead=instead,
        now=now,
        person_id=person_id,
    )
    await tx.run("UPDATE cards SET message_id = NULL, shown = NULL WHERE person_id = :person_id", person_id=person_id)


async def refresh_cards(
    tx: Transaction, *, kind: str, subject_id: int, person_id: int | None = None, priority: Priority, now: datetime
) -> None:
    """Have every card of a subject (or one person's) edited, once each however often it changes before that."""
    tx.wake("outbox")
    whose = "" if person_id is None else "AND c.person_id = :person_id"
    of_subject = f"c.kind = :kind AND c.subject_id = :subject_id {whose}"
    # Said twice so that SQLite takes the index on open rows instead of reading all that wait.
    waits = "o.state IN ('waiting', 'sending') AND o.state = 'waiting'"
    held, pending = "", f"SELECT 1 FROM outbox o WHERE o.card_id = c.id AND {waits}"
    if tx.engine == "postgresql":
        # Only seen to wait, it could leave meanwhile and show what was before. It is written: one of us is redone.
        held = (
            f"WITH held AS (UPDATE outbox o SET state = o.state FROM cards c WHERE o.card_id = c.id AND {of_subject} "
            f"AND {waits} RETURNING o.card_id) "
        )
        pending = "SELECT 1 FROM held h WHERE h.card_id = c.id"
    await tx.run(
        f"{held}INSERT INTO outbox (priority, kind, person_id, group_id, card_id, state, not_before, created_at) "
        "SELECT CAST(:priority AS BIGINT), 'edit', c.person_id, c.group_id, c.id, 'waiting', "
        f"CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM cards c WHERE {of_subject} AND NOT EXISTS ({pending})",
        priority=priority,
        kind=kind,
        subject_id=subject_id,
        person_id=person_id,
        now=now,
    )


async def waiting(tx: Transaction, *, after: int, limit: int) -> list[Queued]:
    """What waits, in the order it was queued, from beyond the row `after`."""
    return await tx.all(
        Queued,
        "SELECT id, priority, kind, COALESCE(person_id, -group_id) AS chat, card_id, not_before "
        "FROM outbox WHERE state = 'waiting' AND id > :after ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )


async def outgoing(tx: Transaction, ids: Sequence[int]) -> list[Outgoing]:
    """Those of some rows that still wait, with all that is needed to send them."""
    return await tx.all(
        Outgoing,
        f"{OUTGOING}WHERE {tx.among('o.id', 'ids')} AND o.state = 'waiting'",
        ids=list(ids),
    )


async def sending(tx: Transaction, ids: Sequence[int]) -> None:
    """Rows are in flight from here on."""
    await tx.run(f"UPDATE outbox SET state = 'sending' WHERE {tx.among('id', 'ids')}", ids=list(ids))


async def arrived(tx: Transaction, messages: Mapping[int, int | None], *, now: datetime) -> None:
    """Rows have arrived: the message of each, by the row's id; None for what is no message."""
    await tx.many(
        "UPDATE outbox SET state = 'sent', message_id = COALESCE(CAST(:message_id AS BIGINT), message_id), "
        "error = NULL, done_at = :now WHERE id = :id",
        [{"id": row, "message_id": message, "now": now} for row, message in messages.items()],
    )


async def end(tx: Transaction, *, outbox_id: int, state: OutboxState, error: str | None = None, now: datetime) -> None:
    """Mark how it ended otherwise."""
    await tx.run(
        "UPDATE outbox SET state = :state, error = :error, done_at = :now WHERE id = :outbox_id",
        state=state,
        error=error,
        now=now,
        outbox_id=outbox_id,
    )


async def put_off(tx: Transaction, *, outbox_id: int, until: datetime, error: str, counts: bool = True) -> None:
    """Try again later; `counts` among its tries, if the fault may be its own."""
    await tx.run(
        "UPDATE outbox SET state = 'waiting', tries = tries + CAST(:tried AS BIGINT), not_before = :until, "
        "error = :error WHERE id = :outbox_id",
        tried=int(counts),
        until=until,
        error=error,
        outbox_id=outbox_id,
    )


async def say_instead(tx: Transaction, *, outbox_id: int) -> None:
    """What was to take a message's place comes as a message of its own."""
    await tx.run(
        "UPDATE outbox SET kind = 'say', alters_id = NULL, state = 'waiting', tries = tries + 1 WHERE id = :outbox_id",
        outbox_id=outbox_id,
    )


async def shown(tx: Transaction, cards: Sequence[ShownCard]) -> None:
    """Remember which message each card is, and what it shows; an edit of one given up since changes nothing."""
    await tx.many(
        "UPDATE cards SET message_id = :message_id, form = :form, shown = :shown "
        "WHERE id = :card_id AND (message_id = :message_id OR CAST(:edited AS BIGINT) = 0)",
        [
            {
                "card_id": card.card_id,
                "message_id": card.message_id,
                "form": card.form,
                "shown": card.shown,
                "edited": card.edited,
            }
            for card in cards
        ],
    )


async def recover(tx: Transaction) -> int:
    """After a crash: what was in flight waits again."""
    tx.wake("outbox")
    return await tx.run("UPDATE outbox SET state = 'waiting' WHERE state = 'sending'")


async def purge(tx: Transaction, *, done_before: datetime, aside_before: datetime) -> None:
    """Forget what was sent, and later what was set aside; the last row stays, so that no id is given twice."""
    last = "AND id < (SELECT MAX(id) FROM outbox)"
    for states, before in (("'sent', 'merged', 'dropped'", done_before), ("'failed'", aside_before)):
        await tx.run(f"DELETE FROM outbox WHERE state IN ({states}) AND done_at < :before {last}", before=before)


async def counts(tx: Transaction) -> list[Counted]:
    """How many messages wait (those in flight included) and how many were set aside."""
    return await tx.all(
        Counted,
        "SELECT CASE state WHEN 'sending' THEN 'waiting' ELSE state END AS state, COUNT(*) AS count FROM outbox "
        "WHERE state IN ('waiting', 'sending', 'failed') "
        "GROUP BY CASE state WHEN 'sending' THEN 'waiting' ELSE state END",
    )
