"""Whatever anybody sends: it is answered, nothing breaks, and nothing of anybody else's is changed."""

import html
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from bounds import bounded
from cast import Cast
from factories import B3_GROUP
from guards import broken, guards, rows
from hypothesis import given
from hypothesis import strategies as st
from matrix import draft
from updates import data, person, updates, waits_for_an_answer
from world import World

from handlers.registry import FLOWS, KEYS
from handlers.texts import Texts
from storage.queries import dialogues, people
from storage.records import Person
from webchat.markup import parse_html

ACTORS = (
    "nobody yet",
    "stranger",
    "newcomer",
    "resident",
    "volunteer",
    "grid worker",
    "staff",
    "unit",
    "admin",
    "erased",
)
ROLES = {"volunteer", "grid worker", "staff", "unit", "admin"}
NEW_ACCOUNT = 424_242
LIMITS = {"text": 4096, "caption": 1024}
STATES = st.none() | st.sampled_from([(flow.name, step) for flow in FLOWS.values() for step in flow.steps])


def account(who: str, cast: Cast) -> int:
    """From which account somebody writes."""
    return NEW_ACCOUNT if who == "nobody yet" else cast.by[who, "near"].id


def keys(texts: Texts) -> list[str]:
    """What the keyboard's keys say."""
    return [*sorted(word for key in KEYS for word in texts.labels(key)), "🔧 修东西", "🍚 送饭"]


async def stand(world: World, cast: Cast, actor: Person, state: tuple[str, str] | None) -> None:
    """Put somebody in the middle of a conversation."""
    if state is not None and (actor.joined_at is not None or state[0] == "join"):
        flow, step = state
        await dialogues.save(
            world.held.tx, chat_id=actor.telegram_id or 0, person_id=actor.id, flow=flow, step=step,
            draft=draft(flow, cast), expires_at=world.clock.at + timedelta(hours=1), now=world.clock.at,
        )  # fmt: skip


async def met(world: World, who: str, cast: Cast) -> Person:
    """Whoever it is, known to the bot."""
    tx = world.held.tx
    found = await people.by_telegram(tx, account(who, cast))
    if found is not None:
        return found
    return await people.add(tx, telegram_id=NEW_ACCOUNT, language="zh", contact_mode="chat", now=world.clock.at)


async def promised(world: World, update: dict[str, Any], *, account: int) -> None:
    """One update is handled and answered as promised."""
    last = await world.last_said()
    await world.hand(update)
    assert await world.poison() == []
    person = await people.by_telegram(world.held.tx, account)
    said = await world.said(last, person_id=person.id) if person else []
    if "callback_query" in update:
        assert [kind for kind, _ in said].count("answer") == 1, f"the button spins: {said}"
    if waits_for_an_answer(update):
        assert said, "silence"
    await world.chat.drain()
    failed = await world.held.tx.all(str, "SELECT template || ': ' || error FROM outbox WHERE state = 'failed'")
    assert failed == []


def sendable(calls: Sequence[Any]) -> None:
    """Everything that was sent is what Telegram takes."""
    for call in calls:
        for key, limit in LIMITS.items():
            if call.params.get(key) is not None:
                readable(call.params[key], limit)
        if call.method == "answerCallbackQuery":
            assert len(call.params.get("text", "")) <= 200
        for row in (call.params.get("reply_markup") or {}).get("inline_keyboard", []):
            for button in row:
                assert button["text"].strip()
                assert 0 < len(button.get("callback_data", "x").encode()) <= 64


def readable(markup: str, limit: int) -> None:
    """Telegram's HTML, not too long, and never nothing."""
    text, _ = parse_html(markup)
    assert text == html.unescape(re.sub(r"<[^>]*>", "", markup))
    assert text.strip(), repr(markup)
    assert len(text) <= limit


def tried(world: World, cast: Cast, who: str, state: tuple[str, str] | None, sent: list[dict[str, Any]]) -> None:
    """Somebody in some conversation sends these, one after another."""

    async def run() -> None:
        await stand(world, cast, await met(world, who, cast), state)
        for update in sent:
            await promised(world, update, account=account(who, cast))
        sendable(world.chat.api.calls)

    with world.attempt():
        actor = world.run(met(world, who, cast))
        watched = guards(actor, roles=who in ROLES)
        world.run(run())
        touched = [g for g in watched if g.table in world.held.tx.written]
        after = world.run(rows(world, touched))
        sums = world.run(world.held.tx.all(int, "SELECT SUM(minutes) FROM movements GROUP BY transfer_id"))
    with world.attempt():
        world.run(met(world, who, cast))
        before = world.run(rows(world, touched))
    assert broken(touched, before, after) == []
    assert not any(sums)


@given(drawn=st.data(), who=st.sampled_from(ACTORS), state=STATES)
@bounded(250)
@pytest.mark.slow
def test_whatever_is_sent_is_answered_and_breaks_nothing(
    stage: tuple[World, Cast], drawn: st.DataObject, who: str, state: tuple[str, str] | None
) -> None:
    world, cast = stage
    some = st.lists(updates(account(who, cast), keys(world.chat.texts)), min_size=1, max_size=4)

    tried(world, cast, who, state, drawn.draw(some))


@pytest.mark.parametrize("stage", ["postgresql"], indirect=True)
@given(drawn=st.data(), who=st.sampled_from(ACTORS), state=STATES)
@bounded(40)
def test_so_it_is_on_postgresql_for_a_few_tries(
    stage: tuple[World, Cast], drawn: st.DataObject, who: str, state: tuple[str, str] | None
) -> None:
    world, cast = stage
    some = st.lists(updates(account(who, cast), keys(world.chat.texts)), min_size=1, max_size=4)

    tried(world, cast, who, state, drawn.draw(some))


@pytest.mark.parametrize("stage", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("word", ["\x00", "a\x00b", "/start g_\x00", "/start d_\x00", "/start i_\x00", "/bind \x00"])
def test_a_sign_that_postgresql_cannot_keep_is_answered_like_any_other(stage: tuple[World, Cast], word: str) -> None:
    world, cast = stage
    number = account("grid worker", cast)
    chats = {"private": {"id": number, "type": "private", "first_name": "\x00"}}
    chats["bound"] = {"id": B3_GROUP.id, "type": "supergroup", "title": "\x00"}
    for chat in chats.values():
        entities = [{"type": "bot_command", "offset": 0, "length": len(word.split()[0])}] if word[0] == "/" else []
        message = {"message_id": 1, "date": 1, "from": person(number, "\x00"), "text": word, "entities": entities}

        tried(world, cast, "grid worker", None, [{"message": {**message, "chat": chat}}])


@given(forged=st.lists(data(), min_size=2, max_size=6), who=st.sampled_from(ACTORS), state=STATES)
@bounded(300)
@pytest.mark.slow
def test_whatever_is_forged_is_answered_and_breaks_nothing(
    stage: tuple[World, Cast], forged: list[str], who: str, state: tuple[str, str] | None
) -> None:
    world, cast = stage
    number = account(who, cast)
    shown = {"message_id": 1, "date": 1, "chat": {"id": number, "type": "private", "first_name": "甲"}, "text": "…"}

    sent = [
        {"callback_query": {"id": str(n), "from": person(number), "chat_instance": "1", "message": shown, "data": word}}
        for n, word in enumerate(forged)
    ]
    tried(world, cast, who, state, sent)
