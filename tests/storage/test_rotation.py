"""Changing the key: every sealed column, under load, interrupted, and never before all is done."""

import asyncio
import base64
import hmac
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import orjson
import private_day
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from dialogue import Dialogue, Photo
from factories import AQIANG, KEY, NAINAI, START, StillClock, Town, stranger

from bot import key_watch
from community.here import Here
from community.neighbourhood import Neighbourhood
from storage import rotation
from storage.crypto import BadKey, Cipher, UnknownKey, new_key
from storage.database import Database, DatabaseError, connect
from storage.keys import keys_of
from storage.migrations import migrate
from storage.queries import people, sealed
from storage.queries.sealed import NOT_SEALED, SEALED
from storage.rotation import rotate
from storage.states import ContactMode

NEW = new_key()


async def at_once(_: float) -> None:
    """In the place of a pause: others have a turn."""
    await asyncio.sleep(0)


def silent(_: str) -> None:
    """Nobody looks on."""


@pytest.fixture
async def url(engine: str, templates: Any, tmp_path: Path) -> AsyncIterator[str]:
    """A town sealed with the old key."""
    made = await asyncio.to_thread(templates.copy, engine, "town", tmp_path)
    yield made
    await asyncio.to_thread(templates.drop, made, "town")


Opening = Callable[..., Any]


@pytest.fixture
async def opened(url: str) -> AsyncIterator[Opening]:
    """Opens the database with a key (and old ones) as a process does at its start."""
    there: list[Database] = []

    async def open_with(key: str, *old: str) -> Database:
        database = await connect(url, Cipher(key, old=old))
        there.append(database)
        await migrate(database)
        return database

    yield open_with
    for database in there:
        await database.close()


@pytest.fixture
async def talk(
    clock: StillClock, neighbourhood: Neighbourhood, here: Callable[[], Here]
) -> AsyncIterator[Callable[[Database], Any]]:
    """Starts a bot on a database, to talk to."""
    running: list[Dialogue] = []

    async def start(database: Database) -> Dialogue:
        town = Town(database=database, clock=clock, neighbourhood=neighbourhood, here=here)
        running.append(await Dialogue(town).start())
        return running[-1]

    yield start
    for chat in running:
        await chat.stop()


async def columns_of_bytes(database: Database) -> set[str]:
    async with database.read() as tx:
        if database.engine == "sqlite":
            found = await tx.all(
                str,
                "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
                "WHERE m.type = 'table' AND c.type = 'BLOB'",
            )
        else:
            found = await tx.all(
                str,
                "SELECT table_name || '.' || column_name FROM information_schema.columns "
                "WHERE table_schema = 'public' AND data_type = 'bytea'",
            )
    return set(found)


async def opened_values(database: Database) -> dict[str, list[object]]:
    """Every sealed value of every column. Raises BadKey."""
    async with database.read() as tx:
        tokens = {
            str(c): await tx.all(
                bytes, f"SELECT {c.name} FROM {c.table} WHERE {c.name} IS NOT NULL ORDER BY {', '.join(c.key)}"
            )
            for c in SEALED
        }
    return {column: [database.cipher.open(token) for token in found] for column, found in tokens.items()}


async def test_every_column_of_bytes_is_sealed_or_said_not_to_be(database: Database) -> None:
    """A new one in neither list fails here: whoever adds it decides."""
    listed = [*map(str, SEALED), *NOT_SEALED]

    assert sorted(listed) == sorted(await columns_of_bytes(database))


async def test_the_key_of_a_column_is_its_primary_key(database: Database) -> None:
    for column in SEALED:
        async with database.read() as tx:
            if database.engine == "sqlite":
                found = await tx.all(
                    str, f"SELECT name FROM pragma_table_info('{column.table}') WHERE pk > 0 ORDER BY pk"
                )
            else:
                found = await tx.all(
                    str,
                    "SELECT CAST(a.attname AS TEXT) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
                    "AND a.attnum = ANY(i.indkey) WHERE i.indisprimary "
                    f"AND i.indrelid = CAST('{column.table}' AS regclass) ORDER BY array_position(i.indkey, a.attnum)",
                )

        assert tuple(found) == column.key, str(column)


async def test_after_a_day_every_value_is_sealed_anew_and_opens_with_the_new_key_alone(
    opened: Opening, talk: Callable[[Database], Any]
) -> None:
    old = await opened(KEY)
    chat = await talk(old)
    await private_day.live(chat)
    before = await opened_values(old)
    assert [column for column, values in before.items() if not values] == [], "each column is put to the test"

    both = await opened(NEW, KEY)
    count = await rotate(both, said=silent, sleep=at_once)

    new = await opened(NEW)
    assert await opened_values(new) == before
    assert count == sum(map(len, before.values()))
    async with new.read() as tx:
        (found,) = await people.by_phone(tx, private_day.PHONES[0])
        assert found.phone is not None
        assert new.cipher.open(found.phone.token) == private_day.PHONES[0]
    with pytest.raises(BadKey, match="not the key"):
        await opened(KEY)


async def test_the_old_key_may_be_left_out_only_when_all_is_done(opened: Opening) -> None:
    with pytest.raises(BadKey, match=r"not the key.*JINLIN_OLD_SECRET_KEY"):
        await opened(NEW)
    both = await opened(NEW, KEY)

    with pytest.raises(BadKey, match=r"`jinlin rotate-key`"):
        await opened(NEW)
    with pytest.raises(BadKey, match=r"`jinlin rotate-key`"):
        await opened(KEY)

    await rotate(both, said=silent, sleep=at_once)
    assert await keys_of(both) == {Cipher(NEW).fingerprint}
    await opened(NEW)


async def test_a_second_run_finds_nothing_to_do(opened: Opening) -> None:
    both = await opened(NEW, KEY)
    first = await rotate(both, said=silent, sleep=at_once)

    assert first > 0
    assert await rotate(both, said=silent, sleep=at_once) == 0
    assert await rotate(await opened(NEW), said=silent, sleep=at_once) == 0


async def test_an_interrupted_run_is_gone_on_with(opened: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    both = await opened(NEW, KEY)
    total = sum(map(len, (await opened_values(both)).values()))
    turns = 0

    async def cut_off(_: float) -> None:
        nonlocal turns
        turns += 1
        if turns == 3:  # the first is the wait for bots that have the old key alone
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await rotate(both, said=silent, sleep=cut_off)

    with pytest.raises(BadKey):
        await opened(NEW)
    assert 0 < await rotate(both, said=silent, sleep=at_once) < total
    await opened_values(await opened(NEW))


async def test_a_bot_goes_on_answering_while_everything_is_sealed_anew(
    opened: Opening, talk: Callable[[Database], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 1)
    before = await talk(await opened(KEY))
    people_ = [await before.town.resident(f"住户{n}", phone=f"1390000{n:04d}") for n in range(40)]
    await before.say(AQIANG, "/report")  # a draft of before, gone on with afterwards
    await before.receive(before.update(NAINAI, "/help"))  # and an update that still waits
    chat = await talk(await opened(NEW, KEY))
    asked = 0

    async def speak() -> None:
        nonlocal asked
        while not rotating.done():
            who = people_[asked % len(people_)]
            await chat.play(who, [(Photo("消防通道又堵了"), ["*"]), ("/cancel", "好，不办了*")])
            await chat.say(stranger(), "/start")
            asked += 1

    async def pause(_: float) -> None:
        await asyncio.sleep(0.01)  # as long as the others need for a turn

    rotating = asyncio.ensure_future(rotate(await opened(NEW, KEY), said=silent, sleep=pause))
    await speak()
    await rotating

    assert asked > 2
    after = await talk(await opened(NEW))
    await after.settle()
    assert await after.town.count("inbox", "state <> 'done'") == 0
    assert [len(chat.heard(NAINAI)) + len(after.heard(NAINAI))] == [1]
    await after.say(AQIANG, Photo("楼道灯不亮了"))
    assert "这样登记对吗" in after.last(AQIANG).text
    await opened_values(after.town.database)


async def test_what_was_written_meanwhile_is_not_written_over(opened: Opening) -> None:
    both = await opened(NEW, KEY)
    column = next(c for c in SEALED if str(c) == "people.name")
    async with both.write() as tx:
        (value,) = await sealed.stale(tx, column, mark=both.cipher.mark, after=None, limit=1)
        await tx.run("UPDATE people SET name = :name WHERE id = :id", name=tx.seal("改了名"), id=value.k0)

        done = await sealed.replace(tx, column, value, by=both.cipher.reseal(value.token), hashed=None)

        assert done is False
        stored = await tx.need(bytes, "SELECT name FROM people WHERE id = :id", id=value.k0)
    assert both.cipher.open(stored) == "改了名"


async def test_a_phone_number_is_found_by_either_key_while_the_key_is_changed(opened: Opening) -> None:
    old, both = await opened(KEY), await opened(NEW, KEY)
    for database, account, phone in ((old, 1, "13911110001"), (both, 2, "13911110002")):
        async with database.write() as tx:
            one = await people.add(tx, telegram_id=account, language="zh", contact_mode=ContactMode.CHAT, now=START)
            await people.set_phone(tx, person_id=one.id, phone=phone)

    async with both.read() as tx:
        found = [[p.telegram_id for p in await people.by_phone(tx, phone)] for phone in ("13911110001", "13911110002")]

    assert found == [[1], [2]]


async def test_a_bot_that_still_seals_with_the_old_key_makes_it_needed_again(opened: Opening) -> None:
    """It was started with both keys the wrong way round; the new key alone is refused until all is done again."""
    swapped = await opened(KEY, NEW)
    both = await opened(NEW, KEY)
    await rotate(both, said=silent, sleep=at_once)
    async with swapped.write() as tx:
        await people.set_phone(tx, person_id=1, phone="13911110003")

    await key_watch.look(swapped)

    with pytest.raises(BadKey, match=r"`jinlin rotate-key`"):
        await opened(NEW)
    assert await rotate(both, said=silent, sleep=at_once) == 1
    await opened_values(await opened(NEW))


async def test_a_bot_that_never_stops_sealing_with_the_old_key_is_named_as_the_reason(
    opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    swapped, both = await opened(KEY, NEW), await opened(NEW, KEY)
    monkeypatch.setattr(rotation, "BATCH", 1)

    async def meanwhile(_: float) -> None:
        async with swapped.write() as tx:
            await people.set_phone(tx, person_id=1, phone="13911110003")

    with pytest.raises(DatabaseError, match="still seals with the old key"):
        await rotate(both, said=silent, sleep=meanwhile)


async def test_a_running_bot_that_has_the_old_key_alone_ends_before_it_does_harm(
    opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_watch, "LOOK_EVERY_S", 0)
    old = await opened(KEY)
    await key_watch.look(old)
    await opened(NEW, KEY)

    with pytest.raises(BadKey, match="more than one key"):
        await asyncio.wait_for(key_watch.watch(old), 10)


async def test_a_damaged_value_is_named_and_the_old_key_stays_needed(opened: Opening) -> None:
    both = await opened(NEW, KEY)
    async with both.write() as tx:
        token = await tx.need(bytes, "SELECT name FROM people WHERE id = 1")
        await tx.run("UPDATE people SET name = :name WHERE id = 1", name=token[:-1])

    with pytest.raises(BadKey, match=r"^people\.name of 1: "):
        await rotate(both, said=silent, sleep=at_once)

    with pytest.raises(BadKey, match=r"`jinlin rotate-key`"):
        await opened(NEW)


def first_format(key: str, value: object) -> bytes:
    """A token as the first version of this program wrote it: without the key's id."""
    raw, nonce = base64.urlsafe_b64decode(key), os.urandom(12)
    return b"\x01" + nonce + AESGCM(hmac.digest(raw, b"seal", "sha256")).encrypt(nonce, orjson.dumps(value), b"\x01")


async def test_what_the_first_version_sealed_still_opens_and_is_sealed_anew(opened: Opening) -> None:
    old = await opened(KEY)
    async with old.write() as tx:
        await tx.run("UPDATE people SET name = :name WHERE id = 1", name=first_format(KEY, "住户甲"))
    both = await opened(NEW, KEY)
    assert [c.open(first_format(KEY, "住户甲")) for c in (old.cipher, both.cipher)] == ["住户甲"] * 2

    await rotate(both, said=silent, sleep=at_once)

    assert "住户甲" in (await opened_values(await opened(NEW)))["people.name"]
    with pytest.raises(BadKey):
        Cipher(NEW).open(first_format(KEY, "住户甲"))


def test_a_key_nobody_gave_is_told_from_a_damaged_value() -> None:
    token = Cipher(KEY).seal("x").token

    with pytest.raises(UnknownKey):
        Cipher(NEW).open(token)
    for damaged in (token[:-1], token[:9], b"", b"\x07" + token[1:]):
        with pytest.raises(BadKey) as caught:
            Cipher(KEY).open(damaged)
        assert not isinstance(caught.value, UnknownKey)


def test_a_token_cannot_be_passed_off_as_another_keys() -> None:
    """The key's id is authenticated with the value."""
    one, other = Cipher(KEY), Cipher(NEW, old=[KEY])
    token = one.seal("x").token

    with pytest.raises(BadKey):
        other.open(other.mark + token[len(one.mark) :])


def test_each_old_key_is_checked_and_named() -> None:
    with pytest.raises(BadKey, match="JINLIN_OLD_SECRET_KEY"):
        Cipher(NEW, old=["short"])


async def test_a_bot_that_meets_another_keys_value_stops_and_sets_nothing_aside(
    opened: Opening, talk: Callable[[Database], Any]
) -> None:
    old, both = await talk(await opened(KEY)), await talk(await opened(NEW, KEY))
    await both.receive(both.update(AQIANG, "/menu"))
    await rotate(both.town.database, said=silent, sleep=at_once)
    waits = old.update(NAINAI, "/privacy")  # shows what is sealed
    await old.receive(waits)
    await both.settle()
    await old.receive(old.update(NAINAI, "/privacy"))

    with pytest.raises(UnknownKey, match="JINLIN_OLD_SECRET_KEY"):
        await old.settle()

    assert await both.town.count("inbox", "state = 'poison'") == 0
    assert await both.town.count("outbox", "state = 'failed'") == 0
    await both.settle()
    assert await both.town.count("inbox", "state <> 'done'") == 0
