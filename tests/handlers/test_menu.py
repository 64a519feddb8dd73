"""Where everybody begins and comes back to; who looks after me; words out of the blue."""

import pytest
from dialogue import Correction, Dialogue, Photo, Press, Voice
from factories import AQIANG, LIU, NAINAI, WU, XIAOHE, XIAOWANG, Speaker, stranger

from storage.states import Role


async def test_the_keyboard_fits_who_somebody_is(chat: Dialogue) -> None:
    for who, works in ((AQIANG, False), (NAINAI, False), (LIU, False), (XIAOWANG, True), (WU, True), (XIAOHE, True)):
        await chat.play(who, [("/menu", "有什么事*")])

        assert ("🗂 工作台" in chat.keys(who)) == works, who
        assert "☎️ 联系社区" in chat.keys(who)


async def test_every_key_of_every_keyboard_is_answered(chat: Dialogue) -> None:
    for who in (AQIANG, NAINAI, XIAOWANG):
        await chat.play(who, [("/menu", "*")])
        for key in chat.keys(who):
            before = len(chat.screen(who))
            await chat.say(who, key)
            assert len(chat.screen(who)) > before, key
            await chat.say(who, "/cancel")


@pytest.mark.parametrize("command", ["/start", "/menu", "/help", "/settings", "/my", "/privacy", "/who", "/report"])
async def test_every_command_is_answered_once(chat: Dialogue, command: str) -> None:
    await chat.play(AQIANG, [(command, "*")])


async def test_help_names_the_staffs_tools_to_staff_alone(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/help", "近邻*")])
    await chat.play(WU, [("/help", "近邻*/desk*")])

    assert "/desk" not in chat.last(AQIANG).text


async def test_settings_change_language_and_keyboard(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/settings", "要换语言*"), (Press("👵 换成长辈版"), "换好了*")])
    elder = chat.keys(AQIANG)
    await chat.play(AQIANG, [("/settings", "您现在用的是长辈版*"), (Press("换回普通版"), "换好了*")])

    assert elder != chat.keys(AQIANG)
    await chat.play(AQIANG, [(Press("English"), "*"), ("/menu", "*")])
    assert (await chat.town.person(AQIANG)).language == "en"


async def test_traditional_characters_are_made_from_the_simplified_ones(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/settings", "*"), (Press("繁體"), "換好了*"), ("/menu", "有什麼事*")])


async def test_a_key_is_understood_in_whatever_language_it_was_shown(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/settings", "*"), (Press("繁體"), "換好了*"), ("📋 我的", "*"), ("📋 Mine", "*")])


async def test_who_looks_after_me_is_named_with_the_numbers_to_ring(chat: Dialogue) -> None:
    captains = "梯长刘叔 13900001006 网格员小王 13900001003"
    offices = "物业*社区电话：059155500100 急救 120 · 报警 110 · 火警 119"

    await chat.play(
        AQIANG, [("/who", f"有事找谁 📍 3号楼2梯102 {captains} 现在值班：值班员老周 13900000101 {offices}")]
    )


async def test_a_role_that_the_name_does_not_say_is_said(chat: Dialogue) -> None:
    await chat.town.resident("许师傅", "B3-2-502", roles=((Role.BUILDING_CAPTAIN, "B3"),))

    await chat.play(AQIANG, [("/who", "*楼栋长：许师傅 网格员小王*")])


async def test_a_captains_number_is_for_confirmed_neighbours_the_grid_workers_for_all(chat: Dialogue) -> None:
    newcomer = await chat.town.resident("小吴", "B3-2-401", verified=False)
    beside = await chat.town.resident("小郑", "B3-1-401")

    await chat.play(newcomer, [("/who", "*梯长刘叔 网格员小王 13900001003*")])
    await chat.play(beside, [("/who", "*网格员小王 13900001003*")])

    assert "13900001006" not in chat.last(newcomer).text + chat.last(beside).text


async def test_a_stranger_is_told_how_to_join_whatever_they_say(chat: Dialogue) -> None:
    for said in ("你好", Photo("x"), Voice(), "/who", "/nonsense"):
        await chat.play(stranger(), [(said, ["您好*先替您留着*", "您住哪里*"])])


async def test_a_stranger_can_have_help_settings_and_privacy_without_joining(chat: Dialogue) -> None:
    await chat.play(
        stranger(), [("/help", "近邻*"), ("/settings", "要换语言*"), ("/privacy", "*"), ("/cancel", "现在没有*")]
    )


async def test_a_corrected_message_is_answered_with_a_request_to_send_it_anew(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/menu", "*"), (Correction("消防通道堵了"), "改过的消息我看不到*")])


async def test_cancel_without_anything_open_says_so(chat: Dialogue) -> None:
    await chat.play(AQIANG, [("/cancel", "现在没有正在办的事*")])


async def test_two_devices_of_one_person_share_one_conversation(chat: Dialogue) -> None:
    second = Speaker(id=AQIANG.id, name="住户阿强", language="en")

    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "这样登记对吗*")])
    await chat.play(second, [(Press("✅ 提交"), ["登记好了*", "🚒*"])])
