"""Rows that hardly ever change are kept for a while, and what was damaged stops only whoever looks into it."""

import pytest
from factories import KEY

from storage.crypto import BadKey, Cipher, UnknownKey, new_key
from storage.database import Database
from storage.queries import places
from storage.rows import Damaged, Kept, Mapper
from storage.states import PlaceKind


async def put(database: Database, name: str) -> int:
    """A place of that name."""
    async with database.write() as tx:
        return await places.put(
            tx,
            code="C1",
            kind=PlaceKind.COMMUNITY,
            parent_id=None,
            cell_id=None,
            name_zh=name,
            name_en=name,
            floor=None,
            area=None,
            latitude=None,
            longitude=None,
            door="door",
        )


def test_what_was_read_is_believed_for_a_minute() -> None:
    now = [100.0]
    kept = Kept(lambda: now[0])
    kept.fresh()[1] = "a place"

    now[0] += 59
    before = dict(kept.fresh())
    now[0] += 2
    after = dict(kept.fresh())

    assert (before, after) == ({1: "a place"}, {})


async def test_a_place_that_is_brought_up_to_date_is_seen_at_once(database: Database) -> None:
    place_id = await put(database, "旧名")
    async with database.write() as tx:
        await places.by_id(tx, place_id)

    await put(database, "新名")

    async with database.read() as tx:
        assert (await places.by_id(tx, place_id)).name_zh == "新名"


def test_a_damaged_value_is_no_error_until_somebody_looks_into_it() -> None:
    cipher = Cipher(KEY)
    open_it = Mapper(cipher).maker(dict, "", lambda: ["context"])

    found = open_it([cipher.seal({"c": 1}).token[:-1]])

    assert isinstance(found, Damaged)
    with pytest.raises(BadKey):
        found["c"]


def test_what_another_key_has_sealed_is_an_error_at_once() -> None:
    open_it = Mapper(Cipher(KEY)).maker(dict, "", lambda: ["context"])

    with pytest.raises(UnknownKey):
        open_it([Cipher(new_key()).seal({}).token])
