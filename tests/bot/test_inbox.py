"""Receiving and handling: stored before confirmed, in order, and nobody waits for somebody else's trouble."""

import asyncio
import contextlib
from typing import Any

import pytest
from dialogue import SILENCE, Dialogue, Forge, Photo, Press, Raw
from factories import AQIANG, LIU, NAINAI, Town, stranger
from fake_api import FakeApi
from telegram import Update
from telegram.ext import TypeHandler

from bot.inbox import Poller, lane_of
from bot.transport import BadToken, Unreachable
from handlers.context import Turn
from storage.database import Conflict, TransactionLost
from storage.queries import inbox


class _PolledApi(FakeApi):
    """Hands out batches of updates, and looks what is stored each time it is asked for more."""

    def __init__(self, town: Town, *batches: list[dict[str, Any]]) -> None:
        super().__init__()
        self.town = town
        self.batches = list(batches)
        self.asked: list[tuple[int, int]] = []  # (offset, how many are stored)
        self.all_given = asyncio.Event()

    async def call(self, method: str, params: dict[str, Any], **more: Any) -> Any:
        if method != "getUpdates":
            return await super().call(method, params, **more)
        self.asked.append((params["offset"], await self.town.count("inbox")))
        if not self.batches:
            self.all_given.set()
            await asyncio.Event().wait()
        batch = self.batches.pop(0)
        if batch and "error" in batch[0]:
            raise batch[0]["error"]
        return batch


async def _poll(town: Town, api: _PolledApi) -> None:
    poller = Poller(database=town.database, transport=api, clock=town.clock, bot_id=1)
    polling = asyncio.create_task(poller.run())
    await asyncio.wait([polling, asyncio.create_task(api.all_given.wait())], return_when=asyncio.FIRST_COMPLETED)
    polling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await polling


def _words(number: int, chat: int = 7) -> dict[str, Any]:
    return {"update_id": number, "message": {"chat": {"id": chat}, "text": "x"}}


async def test_updates_are_confirmed_only_when_they_are_stored(town: Town) -> None:
    api = _PolledApi(town, [_words(1), _words(2)], [_words(3)])

    await _poll(town, api)

    assert api.asked == [(0, 0), (3, 2), (4, 3)]


async def test_a_failed_poll_is_tried_again_from_where_it_was(town: Town) -> None:
    api = _PolledApi(town, [_words(1)], [{"error": Unreachable("TimeoutError")}], [_words(2)])

    await _poll(town, api)

    assert api.asked == [(0, 0), (2, 1), (2, 1), (3, 2)]


async def test_a_refused_token_ends_polling(town: Town) -> None:
    api = _PolledApi(town, [{"error": BadToken("Unauthorized")}])

    with pytest.raises(BadToken):
        await _poll(town, api)


async def test_the_same_update_twice_is_stored_once(town: Town) -> None:
    api = _PolledApi(town, [_words(1)], [_words(1), _words(2)])

    await _poll(town, api)

    assert await town.count("inbox") == 2


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        ({"message": {"chat": {"id": 5}, "from": {"id": 6}}}, 5),
        ({"edited_message": {"chat": {"id": -5}}}, -5),
        ({"callback_query": {"from": {"id": 6}, "message": {"chat": {"id": -7}}}}, -7),
        ({"callback_query": {"from": {"id": 6}, "inline_message_id": "x"}}, 6),
        ({"my_chat_member": {"chat": {"id": 8}, "from": {"id": 6}}}, 8),
        ({"poll_answer": {"user": {"id": 9}}}, 9),
        ({"poll": {"id": "x"}}, 0),
        ({"something_new": [1, 2]}, 0),
        ({"message": {"chat": {"id": "odd"}}}, 0),
        ({}, 0),
    ],
)
def test_an_update_belongs_to_its_chat_whatever_its_kind(update: dict[str, Any], lane: int) -> None:
    assert lane_of({"update_id": 1, **update}) == lane


async def test_an_update_received_twice_is_answered_once(chat: Dialogue) -> None:
    update = chat.update(AQIANG, "/menu")

    await chat.receive(update)
    await chat.receive(update)
    await chat.settle()

    assert len(chat.heard(AQIANG)) == 1


async def test_updates_out_of_order_are_handled_as_they_came(chat: Dialogue) -> None:
    earlier, later = chat.update(AQIANG, "/menu"), chat.update(AQIANG, "/help")

    await chat.receive(later)
    await chat.receive(earlier)
    await chat.settle()

    assert [text[:3] for text in chat.heard(AQIANG)] == ["近邻 ", "有什么"]


async def test_a_batch_is_handled_as_it_happened_in_whatever_order_it_comes(chat: Dialogue) -> None:
    earlier, later = chat.update(AQIANG, "/menu"), chat.update(AQIANG, "/help")

    await chat.receive(later, earlier)
    await chat.settle()

    assert [text[:3] for text in chat.heard(AQIANG)] == ["有什么", "近邻 "]


@pytest.mark.parametrize(
    "update",
    [
        {"something_of_the_future": {"a": [1, {"b": 2}]}},
        {
            "inline_query": {
                "id": "1",
                "from": {"id": 5, "is_bot": False, "first_name": "x"},
                "query": "x",
                "offset": "",
            }
        },
        {},
    ],
)
async def test_an_update_of_an_unknown_kind_does_no_harm(chat: Dialogue, update: dict[str, Any]) -> None:
    await chat.receive(chat.update(AQIANG, Raw(update)))
    await chat.play(AQIANG, [("/menu", "有什么事*")])

    assert await chat.town.count("inbox", "state = 'done'") == 2


async def test_an_unknown_field_does_no_harm(chat: Dialogue) -> None:
    update = chat.update(AQIANG, "/menu")
    update["message"]["mood"] = {"kind": "good"}
    update["message"]["from"]["has_a_cat"] = True

    await chat.receive(update)
    await chat.settle()

    assert len(chat.heard(AQIANG)) == 1


async def test_what_cannot_be_read_is_set_aside_and_nobody_else_waits(chat: Dialogue) -> None:
    chat.patient = True
    broken = {"update_id": 900001, "message": {"chat": {"id": AQIANG.id}, "text": "no date, no number"}}

    await chat.receive(broken, chat.update(NAINAI, "/menu"))
    await chat.worker.step()
    await chat.drain()

    assert len(chat.heard(NAINAI)) == 1
    await chat.settle()
    assert await chat.town.count("inbox", "state = 'poison'") == 1
    assert chat.heard(AQIANG) == []


async def test_whoever_sent_what_cannot_be_read_gets_an_apology(chat: Dialogue) -> None:
    chat.patient = True
    said = chat.update(AQIANG, "/menu")
    said["message"]["photo"] = {"of": "the future"}
    pressed = chat.update(NAINAI, Forge("x"))
    pressed["callback_query"]["message"] = ["of the future"]

    await chat.receive(said, pressed)
    await chat.settle()

    assert ["没处理好" in text for whom in (AQIANG, NAINAI) for text in chat.heard(whom)] == [True, True]


async def test_what_was_damaged_where_it_is_stored_is_apologised_for_and_nobody_else_waits(chat: Dialogue) -> None:
    chat.patient = True
    await chat.receive(chat.update(AQIANG, "/menu"))
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE inbox SET payload = :damaged", damaged=tx.seal({}).token[:-1])

    await chat.receive(chat.update(NAINAI, "/menu"))
    await chat.settle()

    assert len(chat.heard(NAINAI)) == 1
    assert ["没处理好" in text for text in chat.heard(AQIANG)] == [True]


@pytest.mark.parametrize(
    "update",
    [
        {"message": []},
        {"message": {"chat": 5, "from": {"id": 5}}},
        {"message": {"chat": {"id": -5, "type": "group"}, "from": {"id": "5"}}},
        {"callback_query": {"id": "5"}},
    ],
)
async def test_nobody_is_made_up_to_apologise_to(chat: Dialogue, update: dict[str, Any]) -> None:
    chat.patient = True
    before = await chat.town.count("people")

    await chat.receive(chat.update(AQIANG, Raw(update)))
    await chat.settle()

    assert (await chat.town.count("people") - before, chat.api.calls) == (0, [])


async def test_a_conversation_that_cannot_be_read_is_given_up_and_its_person_goes_on(chat: Dialogue) -> None:
    chat.patient = True
    await chat.play(AQIANG, [("/report", "怎么了*")])
    await chat.play(NAINAI, [("/report", "怎么了*")])
    person = await chat.town.person(AQIANG)
    async with chat.town.database.write() as tx:
        await tx.run("UPDATE dialogues SET draft = :draft WHERE person_id = :id", draft=b"nonsense", id=person.id)

    await chat.play(AQIANG, [("楼道灯不亮了", "*没处理好*"), ("/menu", "有什么事*")])

    assert await chat.town.count("dialogues") == 1


class _Trouble:
    """A handler before all others that fails when somebody says the word."""

    def __init__(self, chat: Dialogue, error: Exception, *, times: int = 99) -> None:
        self.error, self.times, self.tried = error, times, 0
        chat.application.add_handler(TypeHandler(Update, self._hear), group=-1)

    async def _hear(self, update: Update, _: Turn) -> None:
        message = update.effective_message
        if message and message.text == "麻烦" and self.times:
            self.times -= 1
            self.tried += 1
            raise self.error


class _Slow:
    """A handler before all others: each update takes a second, and somebody else wants to write after the first."""

    def __init__(self, chat: Dialogue) -> None:
        self.chat = chat
        self.writing: asyncio.Task[int] | None = None
        chat.application.add_handler(TypeHandler(Update, self._hear), group=-2)

    async def _hear(self, _: Update, __: Turn) -> None:
        self.chat.monotonic += 1
        self.writing = self.writing or asyncio.create_task(self._write())

    async def _write(self) -> int:
        """How many updates are done when it is their turn."""
        async with self.chat.town.database.write() as tx:
            return await tx.need(int, "SELECT COUNT(*) FROM inbox WHERE state = 'done'")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_batch_gives_way_to_whoever_waits_for_the_writer_and_is_done_all_the_same(chat: Dialogue) -> None:
    slow = _Slow(chat)

    await chat.receive(*(chat.update(who, "/menu") for who in (AQIANG, NAINAI, LIU)))
    taken = await chat.worker.step()

    assert slow.writing is not None
    assert (await slow.writing, taken, await chat.town.count("inbox", "state = 'done'")) == (1, 3, 3)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_after_it_gave_way_a_batch_still_holds_back_the_chat_of_what_failed(chat: Dialogue) -> None:
    chat.patient = True
    _Slow(chat)
    _Trouble(chat, RuntimeError("x"), times=1)

    await chat.receive(chat.update(AQIANG, "麻烦"), chat.update(NAINAI, "/menu"), chat.update(AQIANG, "/menu"))
    await chat.worker.step()

    assert await chat.town.count("inbox", "state = 'done'") == 1


async def test_what_cannot_be_handled_is_tried_three_times_and_apologised_for_once(chat: Dialogue) -> None:
    chat.patient = True
    trouble = _Trouble(chat, RuntimeError("x"))

    await chat.play(AQIANG, [("麻烦", "*没处理好*")])

    assert trouble.tried == 3
    assert await chat.town.count("inbox", "state = 'poison'") == 1


async def test_an_error_is_kept_by_its_kind_and_place_and_never_by_its_words(chat: Dialogue) -> None:
    chat.patient = True
    _Trouble(chat, RuntimeError("陈奶奶说的话"))

    await chat.say(AQIANG, "麻烦")

    async with chat.town.database.read() as tx:
        error = await tx.need(str, "SELECT error FROM inbox WHERE state = 'poison'")
    assert error.startswith("RuntimeError at test_inbox.py:")


async def test_a_failing_update_leaves_nothing_of_what_it_began(chat: Dialogue) -> None:
    chat.patient = True
    _Trouble(chat, RuntimeError("x"))
    somebody = stranger()

    await chat.say(somebody, "麻烦")

    async with chat.town.database.read() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM dialogues") == 0


async def test_a_failing_update_holds_back_its_own_chat_only(chat: Dialogue) -> None:
    chat.patient = True
    _Trouble(chat, RuntimeError("x"))

    await chat.receive(chat.update(AQIANG, "麻烦"), chat.update(AQIANG, "/menu"), chat.update(NAINAI, "/menu"))
    await chat.worker.step()
    await chat.drain()

    assert chat.heard(AQIANG) == []
    assert len(chat.heard(NAINAI)) == 1

    await chat.settle()

    apology, menu = chat.heard(AQIANG)
    assert "没处理好" in apology
    assert menu.startswith("有什么事")


async def test_an_update_that_failed_once_is_handled_at_the_next_try(chat: Dialogue) -> None:
    _Trouble(chat, RuntimeError("x"), times=1)

    await chat.play(AQIANG, [("麻烦", "这个我没看懂*")])


async def test_after_a_kill_the_batch_is_handled_one_by_one(chat: Dialogue) -> None:
    await chat.receive(*(chat.update(who, "/menu") for who in (AQIANG, NAINAI, LIU)))
    await _kill_after_taking(chat)

    assert [await chat.worker.step() for _ in range(4)] == [1, 1, 1, 0]
    await chat.drain()
    assert [len(chat.heard(who)) for who in (AQIANG, NAINAI, LIU)] == [1, 1, 1]


async def test_an_update_that_kills_the_process_each_time_is_set_aside_alone(chat: Dialogue) -> None:
    chat.patient = True
    await chat.receive(*(chat.update(who, "/menu") for who in (AQIANG, NAINAI)))
    for _ in range(3):
        await _kill_after_taking(chat)

    await chat.settle()

    assert await chat.town.count("inbox", "state = 'poison'") == 1
    (apology,) = chat.heard(AQIANG)
    assert "没处理好" in apology
    assert chat.heard(NAINAI)[0].startswith("有什么事")


async def _kill_after_taking(chat: Dialogue) -> None:
    async with chat.town.database.write() as tx:
        await inbox.count_tries(tx, [row.id for row in inbox.together(await inbox.waiting(tx, limit=50))])


async def test_a_lost_transaction_is_redone_one_by_one_and_nothing_is_done_twice(chat: Dialogue) -> None:
    trouble = _Trouble(chat, TransactionLost("disk full"), times=1)

    await chat.receive(chat.update(NAINAI, Photo("楼道灯不亮了")), chat.update(AQIANG, "麻烦"))
    await chat.settle()

    assert trouble.tried == 1
    assert [len(chat.heard(who)) for who in (NAINAI, AQIANG)] == [1, 1]


async def test_a_transaction_lost_again_and_again_leaves_the_update_waiting(chat: Dialogue) -> None:
    _Trouble(chat, TransactionLost("disk full"))
    await chat.receive(chat.update(AQIANG, "麻烦"))

    for _ in range(2):
        with pytest.raises(TransactionLost):
            await chat.worker.step()

    assert await chat.town.count("inbox", "state = 'waiting'") == 1


async def test_however_often_the_database_fails_an_update_is_handled_once_it_does_no_more(chat: Dialogue) -> None:
    trouble = _Trouble(chat, TransactionLost("disk full"), times=5)
    await chat.receive(chat.update(AQIANG, "麻烦"))
    for _ in range(5):
        with pytest.raises(TransactionLost):
            await chat.worker.step()

    await chat.settle()

    assert trouble.tried == 5
    assert await chat.town.count("inbox", "state = 'done'") == 1
    assert len(chat.heard(AQIANG)) == 1


async def test_an_update_that_others_are_always_ahead_of_is_redone_and_has_had_one_try(chat: Dialogue) -> None:
    trouble = _Trouble(chat, Conflict("another was first"), times=5)

    await chat.receive(chat.update(AQIANG, "麻烦"), chat.update(NAINAI, "/menu"))
    await chat.settle()

    assert trouble.tried == 5
    assert await chat.town.count("inbox", "state = 'done' AND tries = 1") == 2
    assert [len(chat.heard(who)) for who in (AQIANG, NAINAI)] == [1, 1]


async def test_whoever_alone_breaks_the_transaction_rests_meanwhile_nobody_waits_and_is_set_aside(
    chat: Dialogue,
) -> None:
    chat.patient = True
    _Trouble(chat, TransactionLost("something of its own"))
    await chat.receive(chat.update(AQIANG, "麻烦"))

    for _ in range(4):
        chat.monotonic += 61
        await chat.receive(chat.update(NAINAI, "/menu"))
        for _ in range(6):
            with contextlib.suppress(TransactionLost):
                await chat.worker.step()
        await chat.drain()
        assert len(chat.heard(NAINAI)) == 1

    assert await chat.town.count("inbox", "state = 'poison'") == 1
    assert "没处理好" in chat.heard(AQIANG)[0]


async def test_after_an_outage_all_goes_on_in_the_order_it_came(chat: Dialogue) -> None:
    trouble = _Trouble(chat, TransactionLost("disk full"), times=3)
    await chat.receive(*(chat.update(who, what) for who, what in ((AQIANG, "麻烦"), (NAINAI, "/menu"))))
    with pytest.raises(TransactionLost):
        await chat.worker.step()

    await chat.settle()

    assert trouble.tried == 3
    async with chat.town.database.read() as tx:
        answered = "SELECT p.telegram_id FROM outbox o JOIN people p ON p.id = o.person_id ORDER BY o.id"
        first, *_ = await tx.all(int, answered)
    assert first == AQIANG.id


async def test_what_waited_behind_an_update_that_failed_has_had_no_try(chat: Dialogue) -> None:
    _Trouble(chat, RuntimeError("x"), times=1)

    await chat.receive(chat.update(AQIANG, "麻烦"), chat.update(AQIANG, "/menu"))
    await chat.settle()

    assert await chat.town.count("inbox", "tries = 2") == 1
    assert await chat.town.count("inbox", "tries = 1") == 1


async def test_a_strangers_first_word_that_is_refused_is_still_answered(chat: Dialogue) -> None:
    await chat.play(stranger(), [("/start i_nonsense", "*没有*")])


async def test_a_strangers_first_press_that_is_refused_is_still_answered(chat: Dialogue) -> None:
    somebody = stranger()

    await chat.play(somebody, [(Forge("settings.language:0:klingon"), "*没有*")])

    assert await chat.town.count("people", f"telegram_id = {somebody.id}") == 1


async def test_a_stranger_chooses_a_language_before_joining(chat: Dialogue) -> None:
    somebody = stranger()

    await chat.play(somebody, [("/settings", "要换语言*"), (Press("English"), "*")])

    assert (await chat.town.person(somebody)).language == "en"


async def test_whoever_unblocks_the_bot_is_reachable_again(chat: Dialogue) -> None:
    def change(old: str, new: str) -> Raw:
        def member(status: str) -> dict[str, Any]:
            user = {"id": 1, "is_bot": True, "first_name": "近邻"}
            return {"status": status, "user": user} | ({"until_date": 0} if status == "kicked" else {})

        sender = {"id": AQIANG.id, "is_bot": False, "first_name": "x"}
        return Raw(
            {
                "my_chat_member": {
                    "chat": {"id": AQIANG.id, "type": "private", "first_name": "x"},
                    "from": sender,
                    "date": 1,
                    "old_chat_member": member(old),
                    "new_chat_member": member(new),
                }
            }
        )

    await chat.play(AQIANG, [(change("member", "kicked"), SILENCE)])
    assert (await chat.town.person(AQIANG)).unreachable_at == chat.clock.now()

    await chat.play(AQIANG, [(change("kicked", "member"), SILENCE)])
    assert (await chat.town.person(AQIANG)).unreachable_at is None
