"""What nobody may change of others', whatever they send: compared before and after."""

from dataclasses import dataclass

from world import World

from storage.records import Person


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Rows that must be the same afterwards; with `grows`, rows that must all still be there."""

    table: str
    columns: str = "*"
    where: str = "1 = 1"
    grows: bool = False


ALWAYS = (
    Guard(table="places"),
    Guard(table="reach"),
    Guard(table="vote_roll"),
    Guard(table="vote_options", grows=True),
    Guard(table="postings", columns="id, kind, asked_by, minutes, relation, transfer_id", grows=True),
    Guard(table="certificates", columns="id, code, person_id, visits, credit, honour, issued_at", grows=True),
    *(
        Guard(table=table, grows=True)
        for table in ("audit", "report_events", "task_events", "transfers", "movements", "finds")
    ),
)
"""Whoever it is: what was there stays, and records of the past are only ever added to."""


def guards(actor: Person, *, roles: bool) -> list[Guard]:
    """What somebody may not change; with no roles, nothing at all of others'."""
    me, home, account = actor.id, actor.place_id or 0, actor.telegram_id or 0
    others = f"id <> {me} AND COALESCE(telegram_id, 0) <> {account}"  # whoever is erased goes on as somebody new
    found = [
        *ALWAYS,
        Guard(table="roles", where=f"person_id <> {me} AND role <> 'volunteer'"),
        Guard(table="dialogues", where=f"chat_id <> {account}"),
        Guard(table="ballots", where=f"household_id <> {home}"),
        Guard(table="certificates", where=f"person_id <> {me}"),
        Guard(
            table="postings", where=f"kind = 'gift' AND asked_by <> {me} AND COALESCE(person_id, 0) <> {me}", grows=True
        ),
        Guard(table="people", columns="id, telegram_id, phone_hash, language, keyboard", where=others),
    ]
    if roles:  # theirs to do is what the table grants; never what only the person concerned may
        return [
            *found,
            Guard(table="roles", where="role <> 'volunteer'"),
            Guard(table="tasks", columns="id", where=f"kind = 'visit' AND state = 'cancelled' AND person_id <> {me}"),
            Guard(
                table="orders",  # a call that says 没好 puts it back, and then the password is another
                columns="id, person_id, ordered_by, service, words, voice, photo, wanted_id, repeat_id, stars",
                where=f"person_id <> {me} AND ordered_by <> {me}",
            ),
            Guard(table="reports", columns="id, reporter_id, words, stars", where=f"COALESCE(reporter_id, 0) <> {me}"),
            Guard(table="reports", columns="id", where=f"state = 'withdrawn' AND COALESCE(reporter_id, 0) <> {me}"),
            Guard(table="deliveries", columns="notice_id, person_id, receipt_at", where=f"person_id <> {me}"),
        ]
    return [
        *found,
        Guard(table="people", where=others),
        Guard(table="roles", where=f"person_id <> {me}"),
        *(Guard(table=table, where=f"person_id <> {me}") for table in ("volunteers", "volunteer_skills")),
        Guard(table="groups", columns="id, place_id, bound_by", where="place_id IS NOT NULL"),
        Guard(table="reports", where=f"COALESCE(reporter_id, 0) <> {me}"),
        Guard(table="orders", where=f"person_id <> {me} AND ordered_by <> {me}"),
        Guard(table="tasks", where=f"COALESCE(person_id, 0) <> {me} AND COALESCE(taker_id, 0) <> {me}"),
        Guard(table="offers", where=f"person_id <> {me} AND task_id IN (SELECT id FROM tasks WHERE person_id <> {me})"),
        Guard(table="postings", where=f"asked_by <> {me} AND COALESCE(person_id, 0) <> {me}"),
        Guard(table="votes", columns="id, state, question, place_id, closes_at, households"),
        Guard(table="notices", columns="id, state, words, place_id, author_id"),
        Guard(table="deliveries", where=f"person_id <> {me}"),
        Guard(table="report_followers", where=f"person_id <> {me}"),
    ]


async def rows(world: World, watched: list[Guard]) -> list[frozenset[str]]:
    """What they hold now."""
    return [await world.rows(g.table, g.columns, g.where) for g in watched]


def broken(watched: list[Guard], before: list[frozenset[str]], after: list[frozenset[str]]) -> list[str]:
    """Which of them did not hold."""
    return [
        f"{g.table}: {sorted(was ^ now)}"
        for g, was, now in zip(watched, before, after, strict=True)
        if (not was <= now if g.grows else was != now)
    ]
