"""Groups: who hears what, who comes and goes, upgrades."""

import pytest
from bot_side import BotSide

from webchat.client import WebchatClient, WebchatError


@pytest.fixture
async def group(chat: WebchatClient, bot: BotSide, granny: int) -> int:
    """A group with the bot in it; what that told the bot is confirmed."""
    made = await chat.group("3号楼", [granny])
    await settle(bot)
    return int(made["id"])


async def settle(bot: BotSide) -> list[dict]:
    """Take and confirm all that waits."""
    updates = await bot.updates()
    if updates:
        await bot.updates(offset=updates[-1]["update_id"] + 1)
    return updates


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("今天停水吗", False),
        ("/report", True),
        ("/report@jinlin_bot 停水", True),
        ("/report@JINLIN_BOT", True),
        ("/report@other_bot", False),
        ("请问 @jinlin_bot 停水吗", True),
        ("@jinlin_bottle 好", False),
    ],
)
async def test_in_privacy_mode_a_bot_hears_only_what_is_meant_for_it(
    text: str, heard: bool, chat: WebchatClient, bot: BotSide, granny: int, group: int
) -> None:
    """Commands and mentions of it."""
    await chat.say(granny, text, chat=group)

    assert bool(await bot.updates()) is heard


async def test_in_privacy_mode_a_bot_hears_replies_to_it(
    chat: WebchatClient, bot: BotSide, granny: int, group: int
) -> None:
    """The reply carries what it answers."""
    asked = await bot.call("sendMessage", chat_id=group, text="几点？")
    await chat.say(granny, "八点", chat=group, reply_to=asked["message_id"])

    [update] = await bot.updates()

    assert update["message"]["reply_to_message"]["text"] == "几点？"


async def test_without_privacy_mode_or_as_administrator_a_bot_hears_all(
    chat: WebchatClient, bot: BotSide, granny: int, group: int
) -> None:
    """Either will do."""
    await chat.post("/privacy", on=False)
    await chat.say(granny, "一", chat=group)
    await chat.post("/privacy", on=True)
    await chat.say(granny, "二", chat=group)
    await chat.post(f"/groups/{group}/add-bot", admin=True)
    await chat.say(granny, "三", chat=group)

    said = [update["message"]["text"] for update in await bot.updates() if "text" in update.get("message", {})]

    assert said == ["一", "三"]


async def test_a_bot_is_told_when_it_is_added_and_thrown_out(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """my_chat_member, then 403 for what it sends."""
    made = await chat.group("3号楼", [granny])
    await chat.post(f"/groups/{made['id']}/kick-bot")

    changes = [one["my_chat_member"] for one in await settle(bot) if "my_chat_member" in one]
    status, answer = await bot.raw("sendMessage", chat_id=made["id"], text="x")

    assert [change["new_chat_member"]["status"] for change in changes] == ["member", "kicked"]
    assert (status, answer["description"]) == (403, "Forbidden: bot was kicked from the group chat")


async def test_blocking_tells_the_bot_too(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Blocked and back."""
    await chat.block(granny)
    await chat.block(granny, blocked=False)

    changes = [one["my_chat_member"]["new_chat_member"]["status"] for one in await bot.updates()]

    assert changes == ["kicked", "member"]


async def test_a_group_that_becomes_a_supergroup_has_a_new_id(
    chat: WebchatClient, bot: BotSide, granny: int, group: int
) -> None:
    """Both sides are told, and the old id answers with the new one."""
    new = (await chat.post(f"/groups/{group}/migrate"))["id"]

    status, answer = await bot.raw("sendMessage", chat_id=group, text="x")
    told = [update["message"] for update in await bot.updates()]

    assert (status, answer["parameters"]) == (400, {"migrate_to_chat_id": new})
    assert [one.get("migrate_to_chat_id") or one["migrate_from_chat_id"] for one in told] == [new, group]
    assert str(new).startswith("-100")
    assert (await chat.say(granny, "还在", chat=group))["text"] == "还在"


async def test_a_plain_member_has_no_rights(bot: BotSide, granny: int, group: int, chat: WebchatClient) -> None:
    """No invite link, no deleting of what others said."""
    said = await chat.say(granny, "/x", chat=group)

    _, link = await bot.raw("exportChatInviteLink", chat_id=group)
    _, deleted = await bot.raw("deleteMessage", chat_id=group, message_id=said["id"])

    assert "not enough rights" in link["description"]
    assert "message can't be deleted" in deleted["description"]


async def test_a_contact_cannot_be_asked_for_in_a_group(bot: BotSide, group: int) -> None:
    """Such buttons work in private chats only."""
    keys = {"keyboard": [[{"text": "电话", "request_contact": True}]]}

    _, answer = await bot.raw("sendMessage", chat_id=group, text="x", reply_markup=keys)

    assert "private chats only" in answer["description"]


async def test_an_ephemeral_message_has_one_reader(chat: WebchatClient, bot: BotSide, granny: int, group: int) -> None:
    """The others of the group do not see it."""
    await chat.person("小林", id=1002)
    await chat.post(f"/groups/{group}/members", add=[1002])
    only = {"receiver_user_id": granny}
    await bot.call("sendMessage", chat_id=group, text="只给您看", ephemeral_message_parameters=only)

    hers = [message["text"] for message in await chat.messages(granny, chat=group)]
    his = [message["text"] for message in await chat.messages(1002, chat=group)]

    assert "只给您看" in hers
    assert "只给您看" not in his


async def test_somebody_outside_neither_reads_nor_speaks(chat: WebchatClient, granny: int, group: int) -> None:
    """A clear refusal."""
    await chat.person("路人", id=1002)

    with pytest.raises(WebchatError, match="is not in chat"):
        await chat.messages(1002, chat=group)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"remove": [1001, 1002]}, "the last member cannot leave"),
        ({"remove": [1002, 1002, 1001]}, "the last member cannot leave"),
        ({"add": [1003], "remove": [1003]}, "in add and in remove"),
        ({"add": [1001, 1001], "remove": [1001, 1001]}, "in add and in remove"),
    ],
)
async def test_a_group_never_loses_its_last_member(
    change: dict[str, list[int]], words: str, chat: WebchatClient, granny: int
) -> None:
    """However it is asked for, it is refused and everybody stays."""
    for id_, name in ((1002, "小林"), (1003, "阿强")):
        await chat.person(name, id=id_)
    group = await chat.group("3号楼", [granny, 1002])

    with pytest.raises(WebchatError, match=words):
        await chat.post(f"/groups/{group['id']}/members", **change)

    assert (await chat.post(f"/groups/{group['id']}/members"))["members"] == [granny, 1002]


async def test_who_is_named_twice_leaves_once(chat: WebchatClient, granny: int) -> None:
    """And is asked in once."""
    await chat.person("小林", id=1002)
    group = await chat.group("3号楼", [granny])

    added = await chat.post(f"/groups/{group['id']}/members", add=[1002, 1002])
    removed = await chat.post(f"/groups/{group['id']}/members", remove=[1002, 1002])

    assert (added["members"], removed["members"]) == ([granny, 1002], [granny])


async def test_a_migrated_groups_link_and_former_id_lead_to_where_it_is_now(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """Nobody joins the group that is no more."""
    await chat.person("小林", id=1002)
    group = await chat.group("3号楼", [granny], id=-5)
    await chat.post("/groups/-5/add-bot", admin=True)
    link = await bot.call("createChatInviteLink", chat_id=-5)
    new = await chat.post("/groups/-5/migrate")

    joined = await chat.join(1002, link["invite_link"])
    same = await chat.group("3号楼", [granny], id=group["id"])

    assert joined["chat"] == new["id"] == same["id"] != -5
    assert same["members"] == [granny, 1002]


async def test_a_new_group_takes_an_id_that_is_free(chat: WebchatClient, granny: int) -> None:
    """Also where ids were given before."""
    await chat.group("甲", [granny], id=-4_000_000_002)

    made = await chat.group("乙", [granny])

    assert (made["title"], made["id"]) == ("乙", -4_000_000_003)


async def test_who_administers_a_group_sees_its_administrators_commands(
    chat: WebchatClient, bot: BotSide, granny: int
) -> None:
    """Not its owner only."""
    await chat.person("小林", id=1002)
    group = await chat.group("3号楼", [granny, 1002], kind="supergroup")
    await chat.post(f"/groups/{group['id']}/add-bot", rights=["can_promote_members", "can_pin_messages"])
    await bot.call(
        "setMyCommands",
        commands=[{"command": "pin", "description": "置顶"}],
        scope={"type": "all_chat_administrators"},
    )
    before = (await chat.chat(1002, chat=group["id"]))["bots"][0]["commands"]

    await bot.call("promoteChatMember", chat_id=group["id"], user_id=1002, can_pin_messages=True)

    assert before == []
    assert (await chat.chat(1002, chat=group["id"]))["bots"][0]["commands"][0]["command"] == "pin"
