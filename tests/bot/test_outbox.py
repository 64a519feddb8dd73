"""Sending: who goes first, what stays in order, and what every answer of the Bot API leads to."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from dialogue import Dialogue, Photo, Popup, Press
from factories import AMEI, AQIANG, B3_GROUP, LIU, NAINAI, XIAOWANG, Speaker
from fake_api import FakeApi

from bot.limits import Limits
from bot.outbox import Sender
from bot.transport import ApiError, Forbidden, Rejected, TooMany, Unreachable
from community.people import Housemate
from community.tell import show, tell
from handlers import registry
from handlers.render import Renderer
from storage.database import Transaction
from storage.queries import outbox
from storage.records import Person
from storage.states import OutboxKind, Priority

HOME = {"zh": "某户", "en": "a flat"}


async def put(chat: Dialogue, whom: Speaker, name: str, priority: Priority = Priority.NOTICE) -> None:
    person = await chat.town.person(whom)
    async with chat.town.database.write() as tx:
        await tell(tx, person, Housemate(place=HOME, name=name), priority=priority, now=chat.clock.now())


def said(chat: Dialogue) -> list[str]:
    """The names in what was sent, in the order it was sent."""
    return [p["text"].partition("登记成了")[0] for p in chat.api.sent("sendMessage")]


async def states(chat: Dialogue) -> list[str]:
    async with chat.town.database.read() as tx:
        return await tx.all(str, "SELECT state FROM outbox ORDER BY id")


def sender(chat: Dialogue, api: FakeApi, *, rate: float = 0, in_flight: int = 8) -> Sender:
    return Sender(
        database=chat.town.database,
        transport=api,
        renderer=Renderer(texts=chat.texts, cards=registry.CARDS, commands=registry.COMMANDS, bot="jinlin_bot"),
        limits=Limits(rate=rate),
        here=chat.town.here,
        in_flight=in_flight,
        monotonic=lambda: chat.monotonic,
    )


class _HeldApi(FakeApi):
    """Answers a call only when it is let through."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[dict[str, Any], asyncio.Event]] = []

    async def call(self, method: str, params: dict[str, Any], **more: Any) -> Any:
        gate = asyncio.Event()
        self.waiting.append((params, gate))
        await gate.wait()
        return await super().call(method, params, **more)

    async def let_through(self, count: int = 1) -> None:
        for _ in range(count):
            self.waiting.pop(0)[1].set()
        for _ in range(3):
            await asyncio.sleep(0)


async def started(held: _HeldApi, sending: Sender) -> list[str]:
    """The names of what is in flight after one more cycle."""
    await sending.cycle()
    await asyncio.sleep(0)
    return [str(p.get("text", p)).partition("登记成了")[0] for p, _ in held.waiting]


async def until(happened: Callable[[], bool]) -> None:
    """Let the others run until something has happened."""
    for _ in range(100_000):
        if happened():
            return
        await asyncio.sleep(0)
    raise TimeoutError


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_message_that_shows_itself_after_a_later_one_is_not_overlooked(chat: Dialogue) -> None:
    sending = sender(chat, chat.api)
    first, second = await chat.town.person(AQIANG), await chat.town.person(NAINAI)
    async with chat.town.database.write() as slow:
        await tell(slow, first, Housemate(place=HOME, name="1"), priority=Priority.REPLY, now=chat.clock.now())
        async with chat.town.database.write() as quick:
            await tell(quick, second, Housemate(place=HOME, name="2"), priority=Priority.REPLY, now=chat.clock.now())
        for _ in range(3):
            await sending.cycle()
            await asyncio.sleep(0)
            chat.monotonic += 2
        assert said(chat) == ["2"]

    await sending.cycle()
    await asyncio.sleep(0)

    assert said(chat) == ["2", "1"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_what_is_queued_after_the_sender_began_to_look_rings_for_its_next_look(
    chat: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = sender(chat, chat.api)
    await put(chat, AQIANG, "1")
    await sending.cycle()
    await asyncio.sleep(0)
    marked = outbox.arrived

    async def mark_slowly(tx: Transaction, messages: Any, **how: Any) -> None:
        await marked(tx, messages, **how)
        await put(chat, NAINAI, "2")

    monkeypatch.setattr(outbox, "arrived", mark_slowly)
    await sending.cycle()
    monkeypatch.undo()
    await sending.cycle()
    await asyncio.sleep(0)

    assert said(chat) == ["1", "2"]


async def test_what_is_urgent_goes_before_what_is_old(chat: Dialogue) -> None:
    order = (Priority.NOTICE, Priority.TASK, Priority.REPLY, Priority.EMERGENCY)
    for priority, whom in zip(order, (AQIANG, NAINAI, LIU, AMEI), strict=True):
        await put(chat, whom, priority.name, priority)

    await chat.drain()

    assert said(chat) == ["EMERGENCY", "REPLY", "TASK", "NOTICE"]


async def test_within_a_chat_and_a_priority_the_order_is_kept(chat: Dialogue) -> None:
    for number in range(10):
        await put(chat, AQIANG, str(number))

    await chat.drain()

    assert said(chat) == [str(number) for number in range(10)]


async def test_a_chat_has_one_message_of_a_priority_in_flight_at_a_time(chat: Dialogue) -> None:
    held = _HeldApi()
    sending = sender(chat, held)
    for whom, name in ((AQIANG, "1"), (AQIANG, "2"), (NAINAI, "3")):
        await put(chat, whom, name)

    assert await started(held, sending) == ["1", "3"]
    assert await started(held, sending) == ["1", "3"]
    await held.let_through(2)
    assert await started(held, sending) == ["2"]


@pytest.mark.parametrize(
    "error", [TooMany("Too Many Requests: retry after 1", 1), Unreachable("TimeoutError"), Forbidden("Forbidden")]
)
async def test_what_goes_along_is_held_back_when_what_is_before_it_does_not_arrive(
    chat: Dialogue, error: ApiError
) -> None:
    """And nothing overtakes: what was refused for good is left out, what is tried again stays in front."""
    chat.api.refuse(error, chat_id=AQIANG.id)
    for name in ("1", "2", "3"):
        await put(chat, AQIANG, name)

    sending = sender(chat, chat.api)
    await sending.cycle()
    await until(lambda: not sending._tasks)
    assert said(chat) == ["1"]
    for _ in range(6):
        chat.monotonic += 1
        chat.clock.advance(seconds=1)
        await sending.cycle()
        await until(lambda: not sending._tasks)

    assert said(chat)[1:] == (["2", "3"] if isinstance(error, Forbidden) else ["1", "2", "3"])


async def test_no_more_are_in_flight_than_there_are_places(chat: Dialogue) -> None:
    held = _HeldApi()
    sending = sender(chat, held, in_flight=2)
    for whom in (AQIANG, NAINAI, LIU):
        await put(chat, whom, whom.name)

    assert len(await started(held, sending)) == 2
    await held.let_through(1)
    assert len(await started(held, sending)) == 2


async def test_a_place_is_free_only_when_its_mark_has_committed(chat: Dialogue) -> None:
    held = _HeldApi()
    sending = sender(chat, held, in_flight=1)
    await put(chat, AQIANG, "1")
    await started(held, sending)
    await held.let_through()

    assert await states(chat) == ["sending"]

    await sending.cycle()

    assert await states(chat) == ["sent"]


async def test_after_a_crash_what_was_in_flight_is_sent_again(chat: Dialogue) -> None:
    held = _HeldApi()
    await put(chat, AQIANG, "1")
    await started(held, sender(chat, held))
    assert await states(chat) == ["sending"]

    stopping = asyncio.Event()
    running = asyncio.create_task(chat.sender.run(stopping))
    await until(lambda: bool(chat.api.calls))
    stopping.set()
    await running

    assert said(chat) == ["1"]
    assert await states(chat) == ["sent"]


async def test_a_stop_sees_what_is_in_flight_to_its_end(chat: Dialogue) -> None:
    held = _HeldApi()
    sending = sender(chat, held)
    await put(chat, AQIANG, "1")
    stopping = asyncio.Event()
    running = asyncio.create_task(sending.run(stopping))
    await until(lambda: bool(held.waiting))

    stopping.set()
    await held.let_through()
    await running

    assert await states(chat) == ["sent"]


async def a_card(chat: Dialogue) -> int:
    """A report whose card the grid worker has."""
    await chat.say(AQIANG, Photo("消防通道又堵了"))
    await chat.say(AQIANG, Press("✅ 提交"))
    chat.heard(XIAOWANG)
    return 1


async def touch(tx: Transaction, chat: Dialogue, report: int) -> None:
    """Everything that shows the report is to be brought up to date."""
    for kind in ("report", "report_mine"):
        await outbox.refresh_cards(tx, kind=kind, subject_id=report, priority=Priority.TASK, now=chat.clock.now())


async def test_no_edit_goes_before_its_message(chat: Dialogue) -> None:
    await chat.say(AQIANG, Photo("消防通道又堵了"))
    await chat.receive(chat.update(AQIANG, Press("✅ 提交")))
    await chat.worker.step()
    held = _HeldApi()
    sending = sender(chat, held)
    await started(held, sending)
    assert [p for p, _ in held.waiting if p.get("chat_id") == XIAOWANG.id and "photo" in p]

    async with chat.town.database.write() as tx:
        await tx.run("UPDATE reports SET state = 'accepted'")
        await touch(tx, chat, 1)
    await started(held, sending)
    assert not any("message_id" in p for p, _ in held.waiting)

    await held.let_through(len(held.waiting))
    await started(held, sending)
    assert any("message_id" in p and p["chat_id"] == XIAOWANG.id for p, _ in held.waiting)


async def test_a_card_that_changes_before_it_was_sent_is_sent_once_as_it_is_now(chat: Dialogue) -> None:
    await chat.say(AQIANG, Photo("消防通道又堵了"))
    await chat.receive(chat.update(AQIANG, Press("✅ 提交")))
    await chat.worker.step()
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE reports SET state = 'declined'")
        await touch(tx, chat, 1)

    await chat.drain()

    made = [c for c in chat.api.calls if c.params.get("chat_id") == XIAOWANG.id]
    assert [c.method for c in made] == ["sendPhoto"]
    assert chat.last(XIAOWANG).buttons == []


async def test_several_edits_of_a_card_become_one(chat: Dialogue) -> None:
    report = await a_card(chat)
    before = len(chat.api.calls)
    async with chat.town.database.write() as tx:
        for state in ("accepted", "submitted", "accepted"):
            await tx.run("UPDATE reports SET state = :state", state=state)
            await touch(tx, chat, report)
    await chat.drain()

    made = [c for c in chat.api.calls[before:] if c.params.get("chat_id") == XIAOWANG.id]
    assert [c.method for c in made] == ["editMessageCaption"]


async def test_an_edit_that_changes_nothing_is_not_sent(chat: Dialogue) -> None:
    report = await a_card(chat)
    before = len(chat.api.calls)
    async with chat.town.database.write() as tx:
        await touch(tx, chat, report)

    await chat.drain()

    assert len(chat.api.calls) == before


async def test_a_card_shown_again_takes_the_buttons_off_its_predecessor(chat: Dialogue) -> None:
    report = await a_card(chat)
    first = chat.last(XIAOWANG)
    assert first.buttons
    staff = await chat.town.person(XIAOWANG)
    async with chat.town.database.write() as tx:
        await show(tx, staff, "report", report, priority=Priority.REPLY, now=chat.clock.now())

    await chat.drain()

    assert first.buttons == []
    assert chat.last(XIAOWANG).buttons
    assert chat.last(XIAOWANG).id != first.id


async def test_buttons_that_cannot_be_taken_off_any_more_trouble_nobody(chat: Dialogue) -> None:
    report = await a_card(chat)
    chat.api.refuse(Rejected("Bad Request: message can't be edited"), method="editMessageReplyMarkup")
    staff = await chat.town.person(XIAOWANG)
    async with chat.town.database.write() as tx:
        await show(tx, staff, "report", report, priority=Priority.REPLY, now=chat.clock.now())

    await chat.drain()

    assert await chat.town.count("outbox", "state = 'failed'") == 0
    assert len(chat.heard(XIAOWANG)) == 1


async def test_a_429_holds_back_that_chat_alone_until_its_time(chat: Dialogue) -> None:
    chat.api.refuse(TooMany("Too Many Requests: retry after 7", 7), chat_id=AQIANG.id)
    await put(chat, AQIANG, "1")
    await put(chat, NAINAI, "2")

    await chat.drain()
    assert len(chat.api.shown(NAINAI.id)) == 1
    assert chat.api.shown(AQIANG.id) == []

    chat.monotonic += 6.9
    await chat.drain()
    assert chat.api.shown(AQIANG.id) == []

    chat.monotonic += 0.2
    await chat.drain()
    assert len(chat.api.shown(AQIANG.id)) == 1


async def test_two_chats_that_are_flooded_at_once_hold_back_all(chat: Dialogue) -> None:
    for whom in (AQIANG, NAINAI):
        chat.api.refuse(TooMany("Too Many Requests: retry after 7", 7), chat_id=whom.id)
        await put(chat, whom, whom.name)
    await chat.drain()
    await put(chat, LIU, "3")

    await chat.drain()
    assert chat.api.shown(LIU.id) == []

    chat.monotonic += 7.1
    await chat.drain()
    assert [len(chat.api.shown(who.id)) for who in (AQIANG, NAINAI, LIU)] == [1, 1, 1]


async def test_what_gets_no_answer_is_tried_again_later_and_later(chat: Dialogue) -> None:
    pauses = (0.5, 1, 2, 5, 10, 10)
    chat.api.refuse(Unreachable("HTTP 502"), chat_id=AQIANG.id, times=len(pauses))
    await put(chat, AQIANG, "1")
    await chat.drain()

    for pause in pauses:
        calls = len(chat.api.calls)
        chat.clock.advance(seconds=pause - 0.1)
        await chat.drain()
        assert len(chat.api.calls) == calls
        chat.clock.advance(seconds=0.2)
        await chat.drain()
        assert len(chat.api.calls) == calls + 1

    assert said(chat)[-1] == "1"
    assert await states(chat) == ["sent"]


async def test_while_the_api_is_away_nothing_is_given_up_and_soon_after_everything_is_sent(chat: Dialogue) -> None:
    chat.api.refuse(Unreachable("ClientConnectorError"), times=10_000)
    for whom in (AQIANG, NAINAI, LIU):
        await put(chat, whom, whom.name)
    for _ in range(360):
        await chat.drain()
        chat.clock.advance(seconds=10)
        chat.monotonic += 10
    tried = len(chat.api.calls)
    chat.api.relent()

    for _ in range(10):
        chat.clock.advance(seconds=1)
        chat.monotonic += 1
        await chat.drain()

    assert tried <= 3 * 360
    assert await states(chat) == ["sent"] * 3


async def test_what_alone_gets_no_answer_while_others_do_is_set_aside_in_the_end(chat: Dialogue) -> None:
    chat.api.refuse(Unreachable("HTTP 500"), chat_id=AQIANG.id, times=1000)
    await put(chat, AQIANG, "1")
    begin = chat.clock.now()

    while (await states(chat))[0] in ("waiting", "sending"):
        await put(chat, NAINAI, "2")
        for _ in range(2):
            await chat.sender.cycle()
            await asyncio.sleep(0)
            chat.clock.advance(seconds=10)
            chat.monotonic += 10

    assert (await states(chat))[0] == "failed"
    assert set((await states(chat))[1:-1]) == {"sent"}
    assert chat.clock.now() - begin > timedelta(minutes=10)


async def test_whoever_blocked_the_bot_is_marked_unreachable(chat: Dialogue) -> None:
    chat.api.refuse(Forbidden("Forbidden: bot was blocked by the user"))
    await put(chat, AQIANG, "1")

    await chat.drain()

    assert (await chat.town.person(AQIANG)).unreachable_at == chat.clock.now()
    assert await states(chat) == ["failed"]


async def test_whoever_writes_again_is_reachable_again(chat: Dialogue) -> None:
    chat.patient = True
    chat.api.refuse(Forbidden("Forbidden: bot was blocked by the user"))
    await put(chat, AQIANG, "1")
    await chat.drain()

    await chat.say(AQIANG, "/menu")

    assert (await chat.town.person(AQIANG)).unreachable_at is None


async def test_a_group_that_threw_the_bot_out_is_left(chat: Dialogue) -> None:
    group = await chat.town.group()
    chat.api.refuse(Forbidden("Forbidden: bot was kicked from the supergroup chat"))
    async with chat.town.database.write() as tx:
        await tell(tx, group, Housemate(place=HOME, name="x"), priority=Priority.TASK, now=chat.clock.now())

    await chat.drain()

    assert await chat.town.count("groups", "left_at IS NOT NULL") == 1


async def test_what_will_never_work_is_set_aside_with_its_reason(chat: Dialogue) -> None:
    chat.api.refuse(Rejected("Bad Request: chat not found"))
    await put(chat, AQIANG, "1")
    await put(chat, AQIANG, "2")

    await chat.drain()

    assert await states(chat) == ["failed", "sent"]
    assert await chat.town.count("outbox", "error = 'Bad Request: chat not found'") == 1


async def test_a_group_that_became_a_supergroup_is_followed(chat: Dialogue) -> None:
    group = await chat.town.group()
    said_migrated = Rejected("Bad Request: group chat was upgraded to a supergroup chat", -1002001)
    chat.api.refuse(said_migrated, chat_id=B3_GROUP.id)
    async with chat.town.database.write() as tx:
        await tell(tx, group, Housemate(place=HOME, name="x"), priority=Priority.TASK, now=chat.clock.now())

    await chat.drain()

    assert len(chat.api.shown(-1002001)) == 1
    assert await chat.town.count("groups", "chat_id = -1002001 AND place_id IS NOT NULL") == 1
    assert await states(chat) == ["sent"]


async def _press_verdict(chat: Dialogue) -> None:
    """A press whose answer waits to be sent."""
    await a_card(chat)
    await chat.receive(chat.update(XIAOWANG, Press("🧾 受理")))
    while await chat.worker.step():
        pass


async def test_the_answer_to_a_press_goes_first(chat: Dialogue) -> None:
    await put(chat, XIAOWANG, "emergency", Priority.EMERGENCY)
    await _press_verdict(chat)

    await chat.drain()

    kinds = [c.method for c in chat.api.calls if c.method in ("answerCallbackQuery", "editMessageCaption")]
    assert kinds[0] == "answerCallbackQuery"


async def test_an_answer_too_late_for_its_press_comes_as_a_message(chat: Dialogue) -> None:
    await _press_verdict(chat)
    before = len(chat.api.sent("answerCallbackQuery"))
    chat.clock.advance(seconds=26)

    await chat.drain()

    assert len(chat.api.sent("answerCallbackQuery")) == before
    assert any("0001" in text for text in chat.heard(XIAOWANG))


async def test_an_answer_the_api_finds_too_old_comes_as_a_message(chat: Dialogue) -> None:
    await _press_verdict(chat)
    chat.api.refuse(
        Rejected("Bad Request: query is too old and response timeout expired or query ID is invalid"),
        method="answerCallbackQuery",
    )

    await chat.drain()

    assert any("0001" in text for text in chat.heard(XIAOWANG))
    assert await chat.town.count("outbox", "state = 'failed'") == 0


async def test_an_empty_answer_that_comes_too_late_is_dropped(chat: Dialogue) -> None:
    await chat.say(AQIANG, Photo("消防通道又堵了"))
    await chat.receive(chat.update(AQIANG, Press("✏️ 修改")))
    while await chat.worker.step():
        pass
    chat.heard(AQIANG)
    chat.clock.advance(seconds=26)

    await chat.drain()

    assert len(chat.heard(AQIANG)) == 1


async def test_an_outcome_whose_message_is_gone_comes_as_a_message(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/privacy", "*"), (Press("🗑 删除我的资料"), "删除后*")])
    chat.api.chats[AQIANG.id].pop()
    await chat.receive(
        {
            "update_id": 990001,
            "callback_query": {
                "id": "q",
                "from": {"id": AQIANG.id, "is_bot": False, "first_name": "x"},
                "message": {"message_id": 4711, "date": 0, "chat": {"id": AQIANG.id, "type": "private"}},
                "chat_instance": "1",
                "data": "my.keep:0:",
            },
        }
    )

    await chat.settle()

    assert chat.heard(AQIANG) == ["好，资料都留着。"]


async def test_an_answer_that_takes_its_forerunners_place_is_one_message(chat: Dialogue) -> None:
    """An album's photos come one by one; the preview is edited, not said again."""
    album = [Photo("消防通道又堵了", album="a", file="1"), Photo(album="a", file="2"), Photo(album="a", file="3")]

    await chat.play(AQIANG, [(album, "这样登记对吗*3*")])


async def test_a_person_without_a_chat_is_sent_nothing(chat: Dialogue) -> None:
    person = await chat.town.person(AQIANG)
    await put(chat, AQIANG, "1")
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE people SET telegram_id = NULL WHERE id = :id", id=person.id)

    await chat.drain()

    assert chat.api.calls == []
    assert await states(chat) == ["dropped"]


async def put_nonsense(chat: Dialogue, priority: Priority) -> None:
    """What cannot be rendered."""
    person: Person = await chat.town.person(AQIANG)
    async with chat.town.database.write() as tx:
        await outbox.put(
            tx,
            priority=priority,
            kind=OutboxKind.SAY,
            person_id=person.id,
            group_id=None,
            template="no/such_text",
            context={"c": {}},
            now=chat.clock.now(),
        )


async def test_a_text_that_cannot_be_rendered_is_set_aside_and_holds_nobody_back(chat: Dialogue) -> None:
    await put_nonsense(chat, Priority.TASK)
    await put(chat, AQIANG, "2")

    await chat.drain()

    assert said(chat) == ["2"]
    assert await states(chat) == ["failed", "sent"]


async def test_whoever_waits_for_an_answer_that_cannot_be_rendered_hears_an_apology(chat: Dialogue) -> None:
    await put_nonsense(chat, Priority.REPLY)

    await chat.drain()

    assert [text.split("，")[0] for text in said(chat)] == ["对不起"]


async def test_a_damaged_row_is_apologised_for_and_holds_nobody_back(chat: Dialogue) -> None:
    await put(chat, AQIANG, "1", Priority.REPLY)
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE outbox SET context = :damaged", damaged=tx.seal({"c": {}}).token[:-1])
    await put(chat, NAINAI, "2")

    await chat.drain()

    assert sorted(text.split("，")[0] for text in said(chat)) == ["2", "对不起"]


@pytest.mark.parametrize("rate", [28.0])
async def test_within_the_limits_a_hundred_people_are_told_in_under_four_seconds(chat: Dialogue, rate: float) -> None:
    person = await chat.town.person(AQIANG)
    async with chat.town.database.write() as tx:
        for number in range(100):
            account = 9000 + number
            await tx.run(
                "INSERT INTO people (telegram_id, language, contact_mode, keyboard, created_at) "
                "VALUES (:account, 'zh', 'chat', 'plain', 1)",
                account=account,
            )
        ids = await tx.all(int, "SELECT id FROM people WHERE telegram_id >= 9000 ORDER BY id")
        for number in ids:
            await outbox.put(
                tx,
                priority=Priority.NOTICE,
                kind=OutboxKind.SAY,
                person_id=number,
                group_id=None,
                template="flow/cancelled",
                context={"c": {}},
                now=chat.clock.now(),
            )
    assert person
    sending, begin = sender(chat, chat.api, rate=rate), chat.monotonic

    while await chat.town.count("outbox", "state <> 'sent'"):
        wait = await sending.cycle()
        await asyncio.sleep(0)
        chat.monotonic += max(0.005, min(wait, 0.05))

    assert 3.3 < chat.monotonic - begin < 4.0


async def test_a_reply_overtakes_a_broadcast_under_way(chat: Dialogue) -> None:
    for number in range(30):
        await put(chat, (NAINAI, LIU, AMEI)[number % 3], f"notice {number}")
    sending = sender(chat, chat.api, rate=28)
    await sending.cycle()
    await asyncio.sleep(0)
    await put(chat, AQIANG, "reply", Priority.REPLY)

    for _ in range(4):
        chat.monotonic += 0.05
        await sending.cycle()
        await asyncio.sleep(0)

    assert "reply" in said(chat)
    assert len(said(chat)) < 10


@pytest.mark.parametrize("error", [Unreachable("x"), TooMany("x", 1), Forbidden("x"), Rejected("x"), ApiError("x")])
async def test_no_error_of_the_api_stops_the_sender(chat: Dialogue, error: ApiError) -> None:
    chat.api.refuse(error, chat_id=AQIANG.id)
    await put(chat, AQIANG, "1")
    await put(chat, NAINAI, "2")

    await chat.drain()
    chat.clock.advance(seconds=2)
    chat.monotonic += 2
    await chat.drain()

    assert "2" in said(chat)


async def test_a_pressed_button_is_answered_on_the_button(chat: Dialogue) -> None:
    await a_card(chat)

    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*0001*"))])


async def test_what_was_put_off_goes_when_the_clock_was_put_back(chat: Dialogue) -> None:
    chat.api.refuse(Unreachable("x"), chat_id=AQIANG.id, times=1)
    await put(chat, AQIANG, "1")
    await put(chat, NAINAI, "2")
    await chat.drain()
    await put(chat, LIU, "3")

    chat.town.clock.advance(days=-1)
    chat.monotonic += 60
    await chat.drain()

    assert sorted(said(chat)[-2:]) == ["1", "3"]
