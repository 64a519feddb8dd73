"""What the walks and random tries have found, each once more by itself."""

from typing import Any

import pytest
from dialogue import SILENCE, Dialogue, Forge, Popup, Raw
from factories import AQIANG, B3_GROUP, WU, XIAOWANG, Room

from bot import inbox
from bot.inbox import lane_of, number_of
from storage.states import Role

CHANNEL = {"id": -88, "type": "channel", "title": "频道"}
BARE: dict[str, Any] = {"message_id": 7, "date": 1}


@pytest.mark.parametrize("code", [None, "B3", "G2", "property_rongyin"])
async def test_nobody_moves_to_where_nobody_lives(chat: Dialogue, code: str | None) -> None:
    number = (await chat.town.place(code)).id if code else 999_999
    before = await chat.town.person(AQIANG)

    await chat.play(AQIANG, [("/menu", "*"), (Forge(f"join.move:{number}:"), Popup("没有找到*"))])

    assert (await chat.town.person(AQIANG)).place_id == before.place_id


async def test_a_group_is_taken_from_its_place_only_by_who_may_bind_groups_there(chat: Dialogue) -> None:
    other = await chat.town.resident("小方", None, roles=((Role.GRID_WORKER, "G1"),))
    bound = "chat_id = :chat AND place_id = :place"

    await chat.play(other, [("/bind B1", "*办不了*")], room=B3_GROUP)

    place = (await chat.town.place("B3")).id
    assert await chat.town.count("groups", bound, chat=B3_GROUP.id, place=place) == 1
    await chat.play(WU, [("/bind B1", "好，这个群现在是1号楼的群*")], room=B3_GROUP)
    await chat.play(XIAOWANG, [("/bind B3", "*办不了*")], room=B3_GROUP)


@pytest.mark.parametrize(
    "update",
    [
        {"channel_post": {**BARE, "chat": CHANNEL, "text": "/start"}},
        {"message": {**BARE, "chat": {"id": -2001, "type": "supergroup", "title": "群"}, "text": "/report"}},
        {"message": {**BARE, "chat": {"id": 1005, "type": "private", "first_name": "甲"}, "text": "/menu"}},
        {"message_reaction_count": {"chat": CHANNEL, "message_id": 7, "date": 1, "reactions": []}},
    ],
)
async def test_what_names_no_sender_is_met_with_silence_and_makes_nobody_up(
    chat: Dialogue, update: dict[str, Any]
) -> None:
    people, groups = await chat.town.count("people"), await chat.town.count("groups")

    await chat.play(AQIANG, [(Raw(update), SILENCE)], room=B3_GROUP)

    assert (await chat.town.count("people"), await chat.town.count("groups")) == (people, groups)
    assert await chat.town.count("inbox", "state = 'done'") == 1


async def test_a_group_that_moves_without_saying_who_moved_it_is_followed(chat: Dialogue) -> None:
    news = {**BARE, "chat": {"id": B3_GROUP.id, "type": "group", "title": "群"}, "migrate_to_chat_id": -100777}

    await chat.play(AQIANG, [(Raw({"message": news}), SILENCE)], room=B3_GROUP)

    await chat.play(AQIANG, [("/report", "要登记哪一条*")], room=Room(id=-100777, title="群"))


@pytest.mark.parametrize("number", [None, "5", True, 1.0, 2**63, [5]])
async def test_an_update_without_a_number_is_left_out_and_the_others_are_taken(chat: Dialogue, number: object) -> None:
    odd = {"update_id": number, "message": {}}
    fine = chat.update(AQIANG, "/menu")

    await inbox.keep(chat.town.database, chat.clock, bot_id=1, updates=[odd, {"message": {}}, fine])

    assert (number_of(odd), number_of([5]), number_of(fine)) == (None, None, fine["update_id"])
    assert await chat.town.count("inbox") == 1


def test_a_chat_whose_number_cannot_be_kept_is_in_nobodys_lane() -> None:
    assert lane_of({"update_id": 1, "message": {"chat": {"id": 2**63}}}) == 0
    assert lane_of({"update_id": 1, "message": {"chat": {"id": True}}}) == 0
