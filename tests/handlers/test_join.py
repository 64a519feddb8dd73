"""Joining: by the buttons, by a door's code, by an invitation; and whatever can go wrong on the way."""

import pytest
from dialogue import Contact, Dialogue, Edited, Forge, Photo, Popup, Press, Sticker, Voice
from factories import AQIANG, LIU, NAINAI, WU, XIAOWANG, ZHAO, Speaker, stranger

from storage.states import Role

CONSENT = [(Press("跳过"), "*请看一下您的资料怎么用*"), (Press("✅ 同意"), "登记好了*")]


async def door(chat: Dialogue, code: str) -> str:
    return "/start d_" + (await chat.town.place(code)).door


async def home(chat: Dialogue, who: Speaker) -> str | None:
    person = await chat.town.person(who)
    async with chat.town.database.read() as tx:
        return await tx.one(str, "SELECT code FROM places WHERE id = :id", id=person.place_id)


async def test_a_newcomer_picks_estate_building_stairwell_and_flat_and_the_captain_is_asked(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            ("/start", ["您好，我是近邻*", "您住哪里*"]),
            (Press("榕荫小区"), "榕荫小区，请接着选。"),
            (Press("3号楼"), "3号楼，请接着选。"),
            (Press("2梯"), "3号楼2梯，请接着选。"),
            (Press("101"), "您住3号楼2梯101。怎么称呼您*"),
            ("小赵", "留个电话*"),
            ("139 0000 5555", "小赵，请看一下您的资料怎么用*"),
            (Press("✅ 同意"), "登记好了，小赵，欢迎！*确认您的住址*"),
        ],
    )

    assert await home(chat, ZHAO) == "B3-2-101"
    assert chat.heard(LIU) == ["👋 “小赵”登记住在3号楼2梯101，是这一户的人吗？"]
    assert chat.keys(ZHAO)[0] == "📷 随手拍"


async def test_a_captains_tap_confirms_and_the_household_hears_of_it(chat: Dialogue) -> None:
    await _joined(chat, ZHAO, "B3-2-102")

    await chat.play(LIU, [(Press("✅ 通过"), Edited("👋 3号楼2梯102*的新邻居已经确认。"))])

    assert chat.heard(ZHAO) == ["您在3号楼2梯102的住址确认好了，现在可以代表您家投票。"]
    assert chat.heard(AQIANG) == ["小赵登记成了3号楼2梯102的住户。不认识的话请告诉社区：/who"]
    assert (await chat.town.person(ZHAO)).verified_at is not None


async def test_a_captains_no_takes_the_flat_away_and_says_where_to_turn(chat: Dialogue) -> None:
    await _joined(chat, ZHAO, "B3-2-102")

    await chat.play(LIU, [(Press("🚫 拒绝"), Edited("*没有通过确认*"))])

    assert "没有通过确认" in chat.heard(ZHAO)[0]
    assert await home(chat, ZHAO) is None


async def test_a_second_tap_on_a_confirmed_newcomer_says_it_is_done(chat: Dialogue) -> None:
    await _joined(chat, ZHAO, "B3-2-102")
    person = await chat.town.person(ZHAO)

    await chat.play(
        LIU, [(Press("✅ 通过"), Edited("*已经确认*")), (Forge(f"newcomer.confirm:{person.id}:"), Popup("*"))]
    )

    assert len(chat.heard(ZHAO)) == 1


async def _joined(chat: Dialogue, who: Speaker, code: str) -> None:
    await chat.play(who, [(await door(chat, code), ["您好*", "您住*"]), (who.name[-2:], "留个电话*"), *CONSENT])
    chat.heard(LIU)


async def test_a_doors_code_asks_no_question_about_the_place(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [(await door(chat, "B3-2-101"), ["您好*", "您住3号楼2梯101。怎么称呼您*"]), ("小赵", "留个电话*"), *CONSENT],
    )

    assert await home(chat, ZHAO) == "B3-2-101"


async def test_a_stairwells_code_asks_for_the_flat_only(chat: Dialogue) -> None:
    await chat.play(
        ZHAO, [(await door(chat, "B3-2"), ["您好*", "3号楼2梯，请接着选。"]), (Press("301"), "您住3号楼2梯301*")]
    )


async def test_a_code_that_was_never_ours_is_refused_and_the_stranger_can_still_join(chat: Dialogue) -> None:
    await chat.play(
        stranger(),
        [
            ("/start d_nonsense", "*没有*"),
            ("/start i_nonsense", "*没有*"),
            ("/start g_nonsense", ["您好*", "您住哪里*"]),
            ("/start", ["您好*", "您住哪里*"]),
        ],
    )


async def test_whoever_scans_their_own_door_is_told_where_they_are(chat: Dialogue) -> None:
    await chat.play(AQIANG, [(await door(chat, "B3-2-102"), "这里是3号楼2梯102*")])


async def test_whoever_scans_another_door_may_move_and_is_confirmed_anew(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [
            (await door(chat, "B3-2-401"), "这是3号楼2梯401的门牌码*"),
            (Press("✅ 搬到这里了"), Edited("这里是3号楼2梯401*")),
        ],
    )

    assert await home(chat, AQIANG) == "B3-2-401"
    assert (await chat.town.person(AQIANG)).verified_at is None
    assert len(chat.heard(LIU)) == 1


async def test_whoever_scans_another_door_may_stay(chat: Dialogue) -> None:
    await chat.play(
        AQIANG,
        [(await door(chat, "B3-2-401"), "这是3号楼2梯401*"), (Press("不用了"), Edited("这里是3号楼2梯102*"))],
    )

    assert await home(chat, AQIANG) == "B3-2-102"
    assert (await chat.town.person(AQIANG)).verified_at is not None


async def test_a_shared_contact_is_taken_and_somebody_elses_is_not(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            (await door(chat, "B3-2-101"), ["您好*", "您住*"]),
            ("小赵", "留个电话*"),
            (Contact("+8613900005555", own=False), ["这不像电话号码*", "留个电话*"]),
            ("没有", ["这不像电话号码*", "留个电话*"]),
            (Contact("+8613900005555"), "*资料怎么用*"),
        ],
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("<b>小赵</b>", "<b>小赵</b>"),
        ("小\u200b赵\u202e", "小赵"),
        ("علي", "علي"),
        ("😀小赵", "😀小赵"),
        ("  小   赵 ", "小 赵"),
        ("字" * 30, "字" * 30),
        ("O'Brien & Söhne", "O'Brien & Söhne"),
    ],
)
async def test_a_name_is_kept_as_people_write_it_without_what_cannot_be_seen(
    chat: Dialogue, name: str, kept: str
) -> None:
    who = stranger("小赵")
    await chat.play(
        who, [(await door(chat, "B3-2-101"), ["您好*", "您住*"]), (name, "留个电话*"), (Press("跳过"), "*资料*")]
    )

    await chat.play(who, [(Press("✅ 同意"), f"登记好了，{kept}，欢迎*")])

    assert "<b>" not in chat.last(who).markup


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("字" * 31, "*31*30*"),
        ("字" * 4097, "*4097*30*"),
        ("\u200b\u200e", "*名字*"),
        ("😀", "*名字*"),
        ("...", "*名字*"),
    ],
)
async def test_a_name_that_is_none_is_refused_and_asked_for_again(chat: Dialogue, name: str, answer: str) -> None:
    await chat.play(ZHAO, [(await door(chat, "B3-2-101"), ["您好*", "您住*"]), (name, "*"), ("小赵", "留个电话*")])


async def test_a_photo_or_sticker_is_no_name_and_the_first_photo_is_taken_up_afterwards(chat: Dialogue) -> None:
    await chat.play(ZHAO, [(await door(chat, "B3-2-101"), ["您好*", "您住*"])])

    await chat.play(ZHAO, [(Photo("井盖坏了"), ["收到，先替您留着*", "您住*"])])
    for said in (Photo("x"), Sticker(), Voice()):
        await chat.play(ZHAO, [(said, ["*怎么称呼您*", "您住*"])])

    await chat.play(ZHAO, [("小赵", "*"), (Press("跳过"), "*"), (Press("✅ 同意"), ["登记好了*", "*这样登记对吗*🕳*"])])


async def test_a_place_is_picked_by_its_name_typed_as_well(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            ("/start", ["您好*", "您住哪里*"]),
            ("榕荫小区", "榕荫小区，请接着选。"),
            ("99号楼", ["请点下面的按键*", "榕荫小区，请接着选。"]),
            ("3号楼", "3号楼，请接着选。"),
        ],
    )


async def test_back_goes_up_again_and_cancel_leaves(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            ("/start", ["您好*", "您住哪里*"]),
            (Press("榕荫小区"), "榕荫小区，请接着选。"),
            (Press("3号楼"), "3号楼，请接着选。"),
            (Press("⬅️ 返回"), "榕荫小区，请接着选。"),
            (Press("⬅️ 返回"), "您住哪里*"),
            (Press("❌ 取消"), "好，不办了*"),
            ("/cancel", "现在没有正在办的事*"),
        ],
    )

    assert (await chat.town.person(ZHAO)).joined_at is None


async def test_back_from_the_name_asks_the_place_again(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            ("/start", ["您好*", "您住哪里*"]),
            (Press("榕荫小区"), "*"),
            (Press("3号楼"), "*"),
            (Press("2梯"), "*"),
            (Press("101"), "您住3号楼2梯101*"),
            (Press("⬅️ 返回"), "*请接着选*"),
        ],
    )


async def test_back_works_at_every_step_after_the_name(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            (await door(chat, "B3-2-101"), ["您好*", "您住*"]),
            ("小赵", "留个电话*"),
            (Press("⬅️ 返回"), "您住3号楼2梯101*"),
            ("小赵", "留个电话*"),
            (Press("跳过"), "*资料怎么用*"),
            (Press("⬅️ 返回"), "留个电话*"),
            (Press("❌ 取消"), "好，不办了*"),
        ],
    )


async def test_an_earlier_steps_button_changes_nothing_and_says_so(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            ("/start", ["您好*", "您住哪里*"]),
            (Press("榕荫小区"), "榕荫小区，请接着选。"),
            (Press("河畔新村"), ["请点下面的按键*", "榕荫小区，请接着选。"]),
            (Press("3号楼"), "3号楼，请接着选。"),
            (Press("2梯"), "*"),
            (Press("101"), "您住3号楼2梯101*"),
            (Press("2梯"), Popup("这一步已经过去了*")),
            ("小赵", "留个电话*"),
        ],
    )


async def test_a_command_in_mid_dialogue_is_carried_out_and_the_dialogue_goes_on(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            (await door(chat, "B3-2-101"), ["您好*", "您住*"]),
            ("/help", "近邻*"),
            ("小赵", "留个电话*"),
        ],
    )


async def test_what_a_stranger_brought_is_taken_up_after_joining(chat: Dialogue) -> None:
    who = stranger("小钱")
    await chat.play(
        who,
        [
            (Photo("楼道灯不亮了"), ["您好*先替您留着*", "您住哪里*"]),
            (Press("榕荫小区"), "*"),
            (Press("3号楼"), "*"),
            (Press("2梯"), "*"),
            (Press("101"), "您住*"),
            ("小钱", "留个电话*"),
            (Press("跳过"), "*资料*"),
            (Press("✅ 同意"), ["登记好了*", "这样登记对吗*"]),
            (Press("✅ 提交"), ["登记好了，编号 0001*", "*0001*"]),
        ],
    )


async def test_a_strangers_command_is_taken_up_after_joining(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            ("/my", ["您好*先替您留着*", "您住哪里*"]),
            (Press("榕荫小区"), "*"),
            (Press("3号楼"), "*"),
            (Press("2梯"), "*"),
            (Press("101"), "您住*"),
            ("小赵", "留个电话*"),
            (Press("跳过"), "*资料*"),
            (Press("✅ 同意"), ["登记好了*", "*"]),
        ],
    )


async def test_without_consent_nobody_has_joined(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            (await door(chat, "B3-2-101"), ["您好*", "您住*"]),
            ("小赵", "留个电话*"),
            (Press("跳过"), "*资料*"),
            ("好的", "我在呢。上面那件，请点一下按键*"),
            ("就这样吧", ["请点下面的按键*", "*资料*"]),
        ],
    )

    person = await chat.town.person(ZHAO)
    assert (person.name, person.joined_at) == (None, None)


async def test_a_double_tap_on_consent_joins_once(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            (await door(chat, "B3-2-101"), ["您好*", "您住*"]),
            ("小赵", "留个电话*"),
            (Press("跳过"), "*资料*"),
            ([Press("✅ 同意"), Press("✅ 同意")], [Popup("这一步已经过去了*"), "登记好了*"]),
        ],
    )

    assert len(chat.heard(LIU)) == 1


async def test_an_invited_grid_worker_gives_a_name_and_has_the_role(chat: Dialogue) -> None:
    payload = await chat.town.invite(Role.GRID_WORKER, "G2")
    who = stranger("小孙")

    await chat.play(
        who,
        [
            (f"/start {payload}", ["您好*", "*怎么称呼您*"]),
            ("小孙", "留个电话*"),
            (Press("跳过"), "*资料*"),
            (Press("✅ 同意"), ["您现在是*的网格员了*", "登记好了*"]),
            ("/desk", "*都办结了*"),
        ],
    )

    assert "🗂 工作台" in chat.keys(who)


async def test_a_resident_who_follows_an_invitation_gets_the_role_at_once(chat: Dialogue) -> None:
    payload = await chat.town.invite(Role.VOLUNTEER, "G2")

    await chat.play(AQIANG, [(f"/start {payload}", "您现在是*的志愿者了*")])

    assert await chat.town.count("audit", "action = 'role_given'") == 1


async def test_an_invitation_is_good_as_often_as_it_says_and_no_more(chat: Dialogue) -> None:
    payload = await chat.town.invite(Role.VOLUNTEER, "G2", uses=1)

    await chat.play(AQIANG, [(f"/start {payload}", "您现在是*志愿者*")])
    await chat.play(NAINAI, [(f"/start {payload}", "*过期*")])

    assert await chat.town.count("roles", "role = 'volunteer' AND revoked_at IS NULL") == 3


async def test_an_expired_invitation_gives_nothing(chat: Dialogue) -> None:
    payload = await chat.town.invite(Role.STAFF, "C1", days=7)
    await chat.advance(days=7, seconds=1)

    await chat.play(AQIANG, [(f"/start {payload}", "*过期*")])

    assert "🗂 工作台" not in chat.keys(AQIANG)


async def test_an_invitation_used_up_while_somebody_was_joining_is_refused_at_the_end(chat: Dialogue) -> None:
    payload = await chat.town.invite(Role.STAFF, "C1", uses=1)
    who = stranger("小孙")
    await chat.play(who, [(f"/start {payload}", ["您好*", "*"]), ("小孙", "留个电话*"), (Press("跳过"), "*资料*")])
    await chat.play(AQIANG, [(f"/start {payload}", "您现在是*工作人员*")])

    await chat.play(who, [(Press("✅ 同意"), Popup("*"))])

    assert await chat.town.count("roles", "role = 'staff' AND revoked_at IS NULL") == 4


async def test_an_invitation_to_a_household_confirms_without_a_captain(chat: Dialogue) -> None:
    payload = await chat.town.invite(Role.RESIDENT, "B3-2-301")
    who = stranger("小孙")

    await chat.play(
        who,
        [
            (f"/start {payload}", ["您好*", "您住3号楼2梯301*"]),
            ("小孙", "留个电话*"),
            (Press("跳过"), "*资料*"),
            (Press("✅ 同意"), "登记好了*"),
        ],
    )

    assert (await chat.town.person(who)).verified_at is not None


async def test_newcomers_are_confirmed_by_the_grid_worker_where_there_is_no_captain(chat: Dialogue) -> None:
    await chat.play(ZHAO, [(await door(chat, "B3-1-101"), ["您好*", "您住*"]), ("小赵", "留个电话*"), *CONSENT])

    assert len(chat.heard(XIAOWANG)) == 1
    assert chat.heard(LIU) == []
    assert chat.heard(WU) == []


async def test_a_captain_cannot_confirm_for_another_stairwell(chat: Dialogue) -> None:
    await chat.play(ZHAO, [(await door(chat, "B3-1-101"), ["您好*", "您住*"]), ("小赵", "留个电话*"), *CONSENT])
    person = await chat.town.person(ZHAO)

    await chat.play(LIU, [("/menu", "*"), (Forge(f"newcomer.confirm:{person.id}:"), Popup("*"))])

    assert (await chat.town.person(ZHAO)).verified_at is None


async def test_a_stale_draft_is_forgotten_after_a_day(chat: Dialogue) -> None:
    await chat.play(ZHAO, [(await door(chat, "B3-2-101"), ["您好*", "您住*"])])
    await chat.advance(hours=24, seconds=1)

    await chat.play(ZHAO, [("小赵", ["您好*", "您住哪里*"])])


async def test_what_was_brought_first_outlives_a_command_on_the_way(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            (Photo("井盖坏了"), ["您好*先替您留着*", "您住哪里*"]),
            ("/my", ["您好*先替您留着*", "您住哪里*"]),
            *[(Press(name), "*") for name in ("榕荫小区", "3号楼", "2梯", "101")],
            ("小赵", "留个电话*"),
            (Press("跳过"), "*"),
            (Press("✅ 同意"), ["登记好了*", "*这样登记对吗*🕳*"]),
        ],
    )


async def test_back_from_the_name_leads_to_the_flats(chat: Dialogue) -> None:
    await chat.play(
        ZHAO,
        [
            ("/start", ["*", "*"]),
            *[(Press(name), "*") for name in ("榕荫小区", "3号楼", "2梯", "101")],
            (Press("⬅️ 返回"), "3号楼2梯，请接着选。"),
            (Press("102"), "您住3号楼2梯102。怎么称呼您*"),
        ],
    )
