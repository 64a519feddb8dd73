"""In groups: only when addressed, nothing private, and the rest in private chat."""

from typing import Any

import pytest
from dialogue import SILENCE, Correction, Dialogue, Forge, Photo, Popup, Press, Raw, Reply, Voice
from factories import AQIANG, B3_GROUP, LIU, NAINAI, WU, XIAOWANG, ZHAO, Room, Speaker, stranger

NEW_GROUP = Room(id=-3001, title="新群")
FIND = Reply("/report", to=Photo("消防通道又堵了"), author=AQIANG)


@pytest.mark.parametrize("said", ["大家好", "消防通道又堵了", Photo("消防通道又堵了"), Voice(), Correction("改了")])
async def test_what_is_not_said_to_the_bot_is_none_of_its_business(chat: Dialogue, said: object) -> None:
    await chat.play(AQIANG, [(said, SILENCE)], room=B3_GROUP)

    assert await chat.town.count("reports") == 0


async def test_a_photo_found_in_the_group_becomes_its_authors_report(chat: Dialogue) -> None:
    await chat.play(LIU, [(FIND, "请发图的邻居确认*")], room=B3_GROUP)
    assert chat.buttons(B3_GROUP) == ["📷 去确认"]

    await chat.play(AQIANG, [(Press("📷 去确认"), "这样登记对吗*🚒*")], room=B3_GROUP)
    await chat.play(AQIANG, [(Press("✅ 提交"), ["登记好了，编号 0001*", "🚒*"])])

    assert await chat.town.count("reports", "group_id IS NOT NULL") == 1


async def test_the_group_hears_when_it_is_done_and_nothing_more(chat: Dialogue) -> None:
    await test_a_photo_found_in_the_group_becomes_its_authors_report(chat)
    chat.heard(B3_GROUP)
    await chat.play(XIAOWANG, [(Press("🧾 受理"), Popup("*"))])
    await chat.play(XIAOWANG, [(Press("✅ 提交结果"), "*"), ("弄好了", ["*", "*"]), (Press("核实无误"), Popup("*"))])
    assert chat.heard(B3_GROUP) == []

    await chat.play(AQIANG, [(Press("👍 解决了"), Popup("*"))])

    (told,) = chat.heard(B3_GROUP)
    assert "0001" in told
    assert "阿强" not in told


async def test_somebody_elses_find_is_not_mine_to_report(chat: Dialogue) -> None:
    await chat.play(LIU, [(FIND, "*")], room=B3_GROUP)

    await chat.play(NAINAI, [(Press("📷 去确认"), "只有发这张图的邻居能确认*")], room=B3_GROUP)

    assert await chat.town.count("dialogues") == 0


async def test_a_find_is_reported_once(chat: Dialogue) -> None:
    await test_a_photo_found_in_the_group_becomes_its_authors_report(chat)

    await chat.play(AQIANG, [(Press("📷 去确认"), "*已经办过了*")], room=B3_GROUP)


async def test_a_stranger_whose_photo_was_found_joins_first(chat: Dialogue) -> None:
    await chat.play(LIU, [(Reply("/report", to=Photo("消防通道又堵了"), author=ZHAO), "*")], room=B3_GROUP)

    await chat.play(ZHAO, [(Press("📷 去确认"), ["您好*先替您留着*", "您住哪里*"])], room=B3_GROUP)


async def test_report_without_anything_to_report_says_how(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/report", "要登记哪一条*")], room=B3_GROUP)


async def test_commands_tapped_in_a_group_are_answered_once_in_a_while(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [("/bind", "这一步由网格员来办，邻居们不用管。"), ("/bind", SILENCE), ("/report", SILENCE)],
        room=B3_GROUP,
    )
    await chat.play(LIU, [("/report", SILENCE), (FIND, "请发图的邻居确认*")], room=B3_GROUP)
    await chat.play(LIU, [("/report", "要登记哪一条*")], room=NEW_GROUP)

    await chat.advance(minutes=31)
    await chat.play(NAINAI, [("/report", "要登记哪一条*")], room=B3_GROUP)


@pytest.mark.parametrize("command", ["/my", "/privacy", "/who", "/desk", "/start", "/help", "/settings", "/menu"])
async def test_any_other_command_is_led_into_private_chat(chat: Dialogue, command: str) -> None:
    await chat.play(AQIANG, [(command, "*私聊*")], room=B3_GROUP)

    assert chat.buttons(B3_GROUP)[-1].endswith("去私聊")
    for word in ("102", "阿强", "139"):
        assert word not in chat.last(B3_GROUP).text


async def test_the_way_into_private_chat_leads_to_the_menu(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/my", "*私聊*")], room=B3_GROUP)

    await chat.play(AQIANG, [(Press("*去私聊"), "有什么事*")], room=B3_GROUP)


async def test_the_answer_hangs_on_the_message_it_answers(chat: Dialogue) -> None:
    await chat.play(LIU, [(FIND, "*")], room=B3_GROUP)

    assert chat.last(B3_GROUP).replies_to is not None


def _membership(room: Room, old: str, new: str, *, by: Speaker = XIAOWANG) -> Raw:
    def member(status: str) -> dict[str, Any]:
        user = {"id": 1, "is_bot": True, "first_name": "近邻"}
        return {"status": status, "user": user} | ({"until_date": 0} if status == "kicked" else {})

    return Raw(
        {
            "my_chat_member": {
                "chat": {"id": room.id, "type": "supergroup", "title": room.title},
                "from": {"id": by.id, "is_bot": False, "first_name": "x"},
                "date": 1,
                "old_chat_member": member(old),
                "new_chat_member": member(new),
            }
        }
    )


async def test_the_bot_greets_the_group_it_is_added_to_and_a_grid_worker_binds_it(chat: Dialogue) -> None:
    await chat.play(
        XIAOWANG,
        [
            (_membership(NEW_GROUP, "left", "member"), ["大家好，我是近邻*", "谢谢您把我请进群*/bind*"]),
            ("/bind", "这个群是哪里的*"),
            (Press("3号楼"), "好，这个群现在是3号楼的群*"),
        ],
        room=NEW_GROUP,
    )

    assert await chat.town.count("groups", "chat_id = -3001 AND place_id IS NOT NULL") == 1


async def test_the_greeting_has_no_command_to_tap_and_no_word_of_what_only_staff_do(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(_membership(NEW_GROUP, "left", "member", by=AQIANG), "大家好*")], room=NEW_GROUP)

    assert "/bind" not in chat.last(NEW_GROUP).text
    assert "<code>/report</code>" in chat.last(NEW_GROUP).markup
    assert chat.screen(AQIANG) == []


async def test_a_group_is_bound_by_a_code_as_well(chat: Dialogue) -> None:
    await chat.play(WU, [("/bind B3", "好，这个群现在是3号楼的群*"), ("/bind XX", "没有找到*")], room=NEW_GROUP)


async def test_a_resident_cannot_bind_a_group_by_word_or_by_tap(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/bind", "*由网格员来办*"), ("/bind B3", "*办不了*")], room=NEW_GROUP)
    await chat.play(XIAOWANG, [("/bind", "这个群是哪里的*")], room=NEW_GROUP)

    await chat.play(AQIANG, [(Press("3号楼"), Popup("*办不了*"))], room=NEW_GROUP)
    await chat.play(stranger(), [(Press("3号楼"), Popup("*办不了*"))], room=NEW_GROUP)

    assert await chat.town.count("groups", "chat_id = -3001 AND place_id IS NOT NULL") == 0


async def test_a_private_action_forged_in_a_group_shows_nothing_there(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/my", "*私聊*")], room=B3_GROUP)

    for data in ("my.export:0:", "my.erase_yes:0:", "settings.language:0:en", "report.join:1:"):
        await chat.play(AQIANG, [(Forge(data), Popup("这个按键已经失效了*"))], room=B3_GROUP)


async def test_a_group_that_threw_the_bot_out_is_left_and_comes_back_when_it_is_added_again(chat: Dialogue) -> None:
    await chat.play(XIAOWANG, [(_membership(B3_GROUP, "member", "kicked"), SILENCE)], room=B3_GROUP)
    assert await chat.town.count("groups", "left_at IS NOT NULL") == 1

    await chat.play(XIAOWANG, [(_membership(B3_GROUP, "left", "member", by=AQIANG), "大家好*")], room=B3_GROUP)

    assert await chat.town.count("groups", "left_at IS NOT NULL") == 0


async def test_a_group_that_becomes_a_supergroup_goes_on_under_its_new_number(chat: Dialogue) -> None:
    message = chat.message(AQIANG, "x", room=B3_GROUP)
    del message["text"]

    await chat.play(AQIANG, [(Raw({"message": message | {"migrate_to_chat_id": -100777}}), SILENCE)], room=B3_GROUP)

    assert await chat.town.count("groups", "chat_id = -100777 AND place_id IS NOT NULL") == 1
    await chat.play(AQIANG, [("/report", "要登记哪一条*")], room=Room(id=-100777, title="3号楼邻居群"))


async def test_whoever_calls_the_bot_by_its_name_is_led_into_private_chat(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [("@jinlin_bot 我妈家灯坏了", "这件事私聊说，别在群里发地址和电话。"), ("@somebody_else 你好", SILENCE)],
        room=B3_GROUP,
    )

    assert chat.buttons(B3_GROUP) == ["💬 去私聊"]


async def test_a_grid_worker_is_offered_only_places_of_their_own_grid(chat: Dialogue) -> None:
    await chat.play(XIAOWANG, [("/bind", "这个群是哪里的*")], room=B3_GROUP)

    assert chat.buttons(B3_GROUP) == ["3号楼", "4号楼"]
