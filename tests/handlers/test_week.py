"""📅 我的一周: what is to be done, roughly where; and the same as a file that calendars take in."""

from datetime import UTC, datetime

from dialogue import Dialogue, Edited, Forge, Popup, Press
from factories import START, XIAOLIN
from icalendar import Calendar, Event
from ordering import claim, order

from community import calendar_feed
from handlers.calendar_file import Entry, written
from handlers.week import page_at

SECRETS = ("陈奶奶", "13900001001", "301", "2梯")


async def file_of(chat: Dialogue) -> tuple[str, dict[str, Event]]:
    """The calendar that 小林 gets, as text and by the ids of its entries."""
    await chat.say(XIAOLIN, "/tasks")
    await chat.say(XIAOLIN, Press("📅 我的一周"))
    await chat.play(XIAOLIN, [(Press("📅 加到日历"), "📅 点开这个文件*不会变成两件*")])
    document = chat.last(XIAOLIN).document
    assert document is not None
    assert document[0] == "jinlin.ics"
    calendar = Calendar.from_ical(document[1])
    return document[1].decode(), {str(e["uid"]): e for e in calendar.walk("VEVENT")}


async def test_the_week_names_time_service_and_building_and_nobody(chat: Dialogue) -> None:
    await chat.play(XIAOLIN, [("/tasks", "*"), (Press("📅 我的一周"), "📅 我的一周 这七天您手上没有事。")])
    await order(chat)
    await claim(chat)

    await chat.play(
        XIAOLIN, [("/tasks", ["*", "*"]), (Press("📅 我的一周"), "📅 我的一周 今天 13:00 🔧 修东西 · 3号楼")]
    )


async def test_the_file_holds_the_same_in_utc_and_no_secret(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)

    text, found = await file_of(chat)

    [event] = found.values()
    assert event["uid"] == "task-1@c1.jinlin"
    assert event.decoded("dtstart") == datetime(2025, 6, 10, 5, tzinfo=UTC)
    assert (str(event["summary"]), str(event["location"]), str(event["status"])) == ("修东西", "3号楼", "CONFIRMED")
    assert not [secret for secret in SECRETS if secret in text]


async def test_a_second_file_has_the_same_ids_and_takes_back_what_was_given_back(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    _, before = await file_of(chat)
    await chat.say(XIAOLIN, "/tasks")
    await chat.advance(minutes=5)
    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("*"), Edited("*")])])
    await order(chat, "🍚 送饭")
    await claim(chat)

    _, after = await file_of(chat)

    assert set(before) < set(after)
    one = next(iter(before))
    assert str(after[one]["status"]) == "CANCELLED"
    assert int(after[one]["sequence"]) > int(before[one]["sequence"])
    assert len(after) == 2


def test_long_and_odd_words_are_folded_and_escaped() -> None:
    """No line is longer than 75 bytes; commas, semicolons and line breaks come back as they were."""
    title = "修东西, 换灯泡; 还有\n别的" + "很长" * 40
    entry = Entry(task_id=7, title=title, place="3号楼", due=START, minutes=30, created_at=START, gone=False)

    page = written([entry], community="C1", name="我的一周", now=START)

    assert all(len(line.encode()) <= 75 for line in page.split("\r\n"))
    [event] = Calendar.from_ical(page).walk("VEVENT")
    assert str(event["summary"]) == title
    assert "DTSTART:20250610T010000Z" in page


async def test_when_the_last_thing_was_given_back_there_is_a_file_that_says_so(chat: Dialogue) -> None:
    await chat.play(XIAOLIN, [("/tasks", "*"), (Press("📅 我的一周"), "*没有事。")])
    before = chat.buttons(XIAOLIN)
    await order(chat)
    await claim(chat)
    await chat.say(XIAOLIN, Press("↩️ 去不了"))

    _, events = await file_of(chat)

    assert "📅 加到日历" not in before
    assert [str(event["status"]) for event in events.values()] == ["CANCELLED"]


async def test_a_feed_follows_by_itself_where_the_bot_is_reached_from_outside(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    await file_of(chat)
    assert "🔗 让日历自己更新" not in chat.buttons(XIAOLIN)
    await chat.play(XIAOLIN, [(Forge("task.feed:0:"), "*")])
    async with chat.town.database.write() as tx:
        await calendar_feed.announce(tx, "https://bot.example/hook")
        assert await tx.all(int, "SELECT person_id FROM calendar_feeds") == []

    await file_of(chat)
    await chat.play(XIAOLIN, [(Press("🔗 让日历自己更新"), "🔗*https://bot.example/hook/week/*.ics*旧的作废。")])
    first = feed_of(chat)
    page = await fetched(chat, first)
    assert page is not None
    assert "STATUS:CONFIRMED" in page
    assert not [secret for secret in SECRETS if secret in page]
    await chat.say(XIAOLIN, "/tasks")
    await chat.play(XIAOLIN, [(Press("↩️ 去不了"), [Popup("*"), Edited("*")])])
    assert "STATUS:CANCELLED" in (await fetched(chat, first) or "")

    await file_of(chat)
    await chat.say(XIAOLIN, Press("🔗 让日历自己更新"))
    second = feed_of(chat)
    assert (await fetched(chat, first), await fetched(chat, second) is None) == (None, False)
    await chat.say(XIAOLIN, Forge("my.erase_yes:0:"))
    assert await fetched(chat, second) is None


def feed_of(chat: Dialogue) -> str:
    """The token in the address that was given last."""
    return chat.last(XIAOLIN).text.partition("/week/")[2].partition(".ics")[0]


async def fetched(chat: Dialogue, token: str) -> str | None:
    """What a calendar gets there."""
    async with chat.town.database.read() as tx:
        return await page_at(tx, chat.town.here(), chat.texts, token)
