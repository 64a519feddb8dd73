"""What people do every day reads no table from one end to the other, however much is in it."""

import re

import pytest
from checking_in import enrol_with_contact, until
from dialogue import Dialogue, Forge, Location, Photo, Press
from factories import AMEI, AQIANG, LIU, NAINAI, WU, XIAOLIN, XIAOWANG, ZHOU
from ordering import claim, order, to_the_end

from storage.sqlite import SqliteDatabase

ONLY_WHAT_WAITS = {
    "inbox_waiting",
    "jobs_waiting",
    "outbox_waiting",
    "timers_due",
    "deliveries_waiting",
    "check_in_days_open",
    "emergency_states_on",
}
"""Indexes of rows that leave them when they are done, or that are read from their beginning up to a limit."""
NOT_TABLES = {"CONSTANT", "json_each", "own", "followed", "for_others", "w", "h", "c", "d", "one"}
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
    await shift(chat)
    await visit(chat)
    for who in (AQIANG, NAINAI, XIAOLIN, XIAOWANG, WU):
        for said in ("/my", "/tasks", "/desk", "/vote", "/notices", "/who", "/privacy", "/menu"):
            await chat.say(who, said)
    for said in ("/my", Press("⏳ 我的时间"), Press("📄 开证明"), Press("💛 捐给社区"), "5", Press("✅ 捐出")):
        await chat.say(XIAOLIN, said)
    for said in (Forge("time.give:0:"), Press("父母"), "13900001001", "5", Press("✅ 送出")):
        await chat.say(XIAOLIN, said)
    for said in (Forge("time.entry:0:"), "小林", Press("是小林"), "30", "义诊", Press("✅ 提交")):
        await chat.say(WU, said)
    await chat.say(ZHOU, Press("属实"))
    for said in (Forge("time.reversal:0:"), "1", "记错了", Press("✅ 提交")):
        await chat.say(WU, said)
    await chat.say(ZHOU, Press("属实"))
    await chat.say(LIU, Forge("volunteer.mine:0:"))
    for said in (
        "理发",
        *[Press("✅ 选好了")] * 2,
        Press("本网格*"),
        Press("都可以"),
        Press("✅ 选好了"),
        Press("✅ 提交"),
    ):
        await chat.say(LIU, said)
    for said in ("volunteer.mine:0:", "task.week:0:", "task.calendar:0:"):
        await chat.say(XIAOLIN, Forge(said))
    for said in ("volunteer.asked:0:", "volunteer.figures:0:"):
        await chat.say(WU, Forge(said))
    await chat.say(XIAOWANG, Press("✅ 已当面核对身份"))
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


async def visit(chat: Dialogue) -> None:
    """A helper with a photo signs in with a position, needs help, is well again, and is said not to have come."""
    for said in (Forge("volunteer.photo:0:"), Photo(file="face")):
        await chat.say(XIAOLIN, said)
    await chat.say(XIAOWANG, Press("✅ 照片是本人"))
    for said in ("/order", Press("🔧 修东西"), Press("✅ 叫人来")):
        await chat.say(AQIANG, said)
    await chat.say(XIAOLIN, Press("🙋 我去"))
    for said in (Press("📍 到门口了"), Location(26.08, 119.3), Press("🆘 需要帮忙"), Press("😊 都好")):
        await chat.say(XIAOLIN, said)
    order_id = (await chat.town.count("orders")) or 1
    await chat.say(AQIANG, Forge(f"order.no_show:{order_id}:"))
    await chat.say(XIAOLIN, Forge("volunteer.mine:0:"))
    assert await chat.town.count("lapses") == 1


async def shift(chat: Dialogue) -> None:
    """A shift is posted, grabbed, walked, and counted."""
    for said in (
        "shift.post:0:",
        "🛡 巡防",
        "榕荫小区",
        "6-10 9:40",
        "就这一次",
        "60 分钟",
        "3 人",
        "1号楼",
        "就这些",
        "✅ 提交",
    ):
        typed = said in ("榕荫小区", "6-10 9:40")
        await chat.say(WU, said if typed else Forge(said) if ":0:" in said else Press(said))
    for who in (XIAOLIN, AMEI, XIAOWANG):
        for said in ("shift.list:0:", "shift.open:1:", "task.claim:2:", "task.queue:2:"):
            await chat.say(who, Forge(said))
    await chat.say(LIU, Forge("shift.open:1:"))
    await chat.say(AMEI, Forge("task.release:2:"))
    for said in (
        Press("▶️ 开始巡防"),
        Press("📍 1号楼"),
        Press("🤝 劝和一起"),
        Press("跳过"),
        Press("🔎 线索一条"),
        "车",
    ):
        await chat.say(XIAOLIN, said)
    for said in (Location(26.08, 119.3), Press("🏁 巡完了"), Press("✅ 都来了"), Press("跳过")):
        await chat.say(XIAOLIN, said)
    for said in ("shift.record:1:", "shift.month:0:"):
        await chat.say(WU, Forge(said))


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
