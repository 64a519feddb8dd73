"""What is held about me, who opened it, and how it is taken along or forgotten."""

from typing import Any

import orjson
from dialogue import Dialogue, Edited, Forge, Photo, Popup, Press
from factories import AQIANG, NAINAI, WU, XIAOLIN, XIAOWANG, Speaker
from ordering import claim, order

from community import permissions
from storage.crypto import BadKey


async def opened_by(chat: Dialogue) -> None:
    """小林 is shown where 陈奶奶 lives."""
    whose, viewer = await chat.town.person(NAINAI), await chat.town.person(XIAOLIN)
    async with chat.town.database.write() as tx:
        address = await permissions.open_address(
            tx, chat.town.here(), whose, viewer=viewer, role="volunteer", subject=("task", 1)
        )
    assert address.phone == "13900001001"
    assert address.place["zh"] == "3号楼2梯301"


async def test_whoever_is_held_sees_what_is_held(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/privacy", "*陈奶奶*13900001001*3号楼2梯301*")])


async def test_whoever_opened_my_address_is_named_with_role_and_time(chat: Dialogue) -> None:
    await opened_by(chat)

    await chat.play(NAINAI, [("/privacy", "*今天 9:00*小林*")])


async def test_nobody_but_myself_sees_who_opened_my_address(chat: Dialogue) -> None:
    await opened_by(chat)

    await chat.play(AQIANG, [("/privacy", "*")])

    assert "小林" not in chat.last(AQIANG).text
    assert "陈奶奶" not in chat.last(AQIANG).text


async def exported(chat: Dialogue) -> dict[str, Any]:
    return await exported_by(chat, NAINAI)


async def exported_by(chat: Dialogue, who: Speaker) -> dict[str, Any]:
    """All that somebody takes along."""
    await chat.play(who, [("/privacy", "*"), (Press("📤 导出"), "这是*全部资料*")])
    document = chat.last(who).document
    assert document is not None
    found: dict[str, Any] = orjson.loads(document[1])
    return found


async def test_the_export_holds_everything_in_a_form_machines_read(chat: Dialogue) -> None:
    await opened_by(chat)
    await chat.play(NAINAI, [(Photo("楼道灯不亮了"), "*"), (Press("✅ 提交"), ["*", "*"])])

    found = await exported(chat)

    assert (found["name"], found["phone"]) == ("陈奶奶", "13900001001")
    assert found["reports"][0]["words"] == "楼道灯不亮了"
    assert [line["by"] for line in found["address_opened"]] == ["小林"]


async def test_the_export_holds_nothing_of_anybody_else(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), ["*", "*"])])
    await chat.play(NAINAI, [(Photo("消防通道堵了"), ["*", "*"]), (Press("👍 我也遇到了"), "*")])

    assert (await exported(chat))["reports"] == []


async def test_erasing_is_asked_once_more_and_can_be_left(chat: Dialogue) -> None:
    await chat.play(
        NAINAI,
        [("/privacy", "*"), (Press("🗑 删除我的资料"), "删除后*确定吗*"), (Press("不用了"), Edited("好，资料都留着。"))],
    )

    assert (await chat.town.person(NAINAI)).joined_at is not None


async def personal_values(chat: Dialogue) -> set[str]:
    """Every sealed value that can still be opened, and every plain text, in all rows of all tables."""
    database = chat.town.database
    values: set[str] = set()
    async with database.read() as tx:
        if database.engine == "sqlite":
            tables = await tx.all(str, "SELECT name FROM sqlite_master WHERE type = 'table'")
        else:
            tables = await tx.all(str, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in tables:
            if table in ("inbox", "places", "meta") or table.startswith("sqlite_"):
                continue
            if database.engine == "sqlite":
                columns = await tx.all(str, f"SELECT name FROM pragma_table_info('{table}')")
            else:
                columns = await tx.all(
                    str, f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"
                )
            for column in columns:
                for found in await tx.all(object, f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'):
                    if isinstance(found, bytes):
                        try:
                            values.add(str(database.cipher.open(found)))
                        except (BadKey, ValueError):
                            continue
                    else:
                        values.add(str(found))
    return values


async def test_after_erasing_nothing_personal_is_left_in_any_row(chat: Dialogue) -> None:
    await opened_by(chat)
    await chat.play(NAINAI, [(Photo("我家301门口的灯不亮"), "*")])
    await chat.play(NAINAI, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*")])

    await chat.play(NAINAI, [(Press("🗑 确定删除"), "您的资料删除了*")])

    left = await personal_values(chat)
    for word in ("陈奶奶", "13900001001", "301门口"):
        assert [v for v in left if word in v] == []
    async with chat.town.database.read() as tx:
        assert await tx.need(int, "SELECT COUNT(*) FROM people WHERE telegram_id = 1001 AND place_id IS NOT NULL") == 0


async def test_after_erasing_one_is_a_stranger_again(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*"), (Press("🗑 确定删除"), "*删除了*")])

    assert chat.keys(NAINAI) == []
    await chat.play(NAINAI, [("/my", ["您好*", "您住哪里*"]), ("/cancel", "好，不办了*"), ("/privacy", "*")])
    assert "陈奶奶" not in chat.last(NAINAI).text


async def test_a_double_tap_erases_once_and_says_goodbye_once(chat: Dialogue) -> None:
    await chat.play(NAINAI, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*")])

    twice = [Press("🗑 确定删除"), Press("🗑 确定删除")]
    await chat.say(NAINAI, twice)

    assert [t for t in chat.heard(NAINAI) if "删除了" in t] == [
        "您的资料删除了。谢谢您来过，要用的时候发 /start 就行。"
    ]


async def test_an_open_report_of_somebody_erased_goes_on_without_a_name(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), ["*", "*"])])
    await chat.play(AQIANG, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*"), (Press("🗑 确定删除"), "*删除了*")])
    chat.heard(AQIANG)

    await chat.play(XIAOWANG, [(Press("属实，派给*"), Popup("*"))])

    assert chat.heard(AQIANG) == []
    assert await chat.town.count("reports", "state = 'assigned'") == 1


async def test_roles_end_with_erasing(chat: Dialogue) -> None:
    await chat.play(XIAOWANG, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*"), (Press("🗑 确定删除"), "*删除了*")])

    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), ["*", "*"])])

    assert chat.heard(XIAOWANG) == []
    await chat.play(XIAOWANG, [(Forge("report.accept:1:"), ["您好*", "您住哪里*"])])


async def test_what_waited_at_the_desk_of_somebody_erased_goes_to_the_one_above(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(Photo("消防通道又堵了"), "*"), (Press("✅ 提交"), ["*", "*"])])
    await chat.play(XIAOWANG, [(Press("🧾 受理"), [Popup("*"), Edited("*")])])
    chat.heard(WU)

    await chat.play(XIAOWANG, [("/privacy", "*"), (Press("🗑 删除我的资料"), "*"), (Press("🗑 确定删除"), "*")])

    assert chat.heard(WU)[0].startswith("🚒 0001")
    assert "网格员小王" not in chat.card(AQIANG, "🚒 0001*").text
    assert await chat.town.count("reports", "keeper_id IS NOT NULL") == 0


async def test_whoever_is_forgotten_is_left_without_the_address_they_were_on_their_way_to(chat: Dialogue) -> None:
    await order(chat)
    await claim(chat)
    assert "13900001001" in chat.last(XIAOLIN).text

    await chat.say(XIAOLIN, Forge("my.erase_yes:0:"))

    seen = "".join(message.text for message in chat.screen(XIAOLIN))
    assert "13900001001" not in seen
    assert "301" not in seen
    assert "这条已经收起来了。" in seen
