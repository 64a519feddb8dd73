"""What people do every day reads no table from one end to the other, however much is in it."""

import re

import pytest
from checking_in import enrol_with_contact, until
from dialogue import Dialogue, Forge, Location, Press
from factories import AQIANG, LIU, NAINAI, WU, XIAOLIN, XIAOWANG
from ordering import claim, order, to_the_end

from storage.sqlite import SqliteDatabase

ONLY_WHAT_WAITS = {
    "inbox_waiting",
    "jobs_waiting",
    "outbox_waiting",
    "timers_due",
    "deliveries_waiting",
    "check_in_days_open",
}
"""Indexes of rows that leave them when they are done, or that are read from their beginning up to a limit."""
NOT_TABLES = {"CONSTANT", "json_each", "own", "followed", "for_others", "w", "h", "c", "one"}
"""What the plan calls rows that a statement makes itself."""
SMALL = {"meta", "jobs", "n"}
"""Tables of which a city has some thousand rows: n are notices."""


@pytest.fixture
def engine() -> str:
    """SQLite says how it goes about a statement without having been given the rows."""
    return "sqlite"


async def everyday(chat: Dialogue) -> None:
    """A report by words and by location, an order to its end, a vote, a notice, and looking at all of it."""
    for said in (
        "/report",
        "楼道灯不亮了",
        Press("✏️*"),
        Press("*地点*"),
        Location(26.0801, 119.3001),
        Press("✅ 提交"),
    ):
        await chat.say(AQIANG, said)
    await chat.say(LIU, "楼道灯不亮了")
    await chat.say(LIU, Press("✅ 提交"))
    await chat.say(XIAOWANG, Press("属实*"))
    await order(chat)
    await claim(chat)
    await to_the_end(chat)
    await chat.say(NAINAI, Press("👍 好了"))
    for who in (AQIANG, NAINAI, XIAOLIN, XIAOWANG, WU):
        for said in ("/my", "/tasks", "/desk", "/vote", "/notices", "/who", "/privacy", "/menu"):
            await chat.say(who, said)
    await enrol_with_contact(chat)
    await until(chat, 9, 30, days=1)
    for who in (LIU, XIAOWANG):
        for said in ("/tasks", "/desk"):
            await chat.say(who, said)
    await chat.say(LIU, Press("🚪 我去敲门"))
    await chat.say(LIU, Press("没人应"))
    await chat.say(NAINAI, "☀️ 我很好")
    for said in (Forge("notice.write:0:"), "今晚停水", Forge("vote.start:0:")):
        await chat.say(WU, said)


def plans(database: SqliteDatabase, statements: set[str]) -> dict[str, list[str]]:
    """How SQLite would go about each."""
    connection = database._connect()
    try:
        return {
            sql: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
            for sql in statements
            # A row that is put in has nothing to look for: its plan tells of keys that it does not change.
            if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")) and " VALUES (" not in sql
        }
    finally:
        connection.close()


def reads_it_all(step: str) -> bool:
    """Whether a step of a plan goes through a whole table, or through a whole index of things that stay."""
    found = re.match(r"SCAN (\S+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
    if not found or found[1].startswith("(") or found[1] in NOT_TABLES | SMALL:
        return False
    return found[2] not in ONLY_WHAT_WAITS


async def test_no_statement_of_an_everyday_conversation_reads_a_whole_table(chat: Dialogue) -> None:
    database = chat.town.database
    assert isinstance(database, SqliteDatabase)
    statements: set[str] = set()
    database._writer.set_trace_callback(statements.add)

    await everyday(chat)

    database._writer.set_trace_callback(None)
    found = {sql: steps for sql, steps in plans(database, statements).items() if any(map(reads_it_all, steps))}
    assert len(statements) > 200
    assert not found, "\n\n".join(f"{sql}\n  " + "\n  ".join(steps) for sql, steps in found.items())
