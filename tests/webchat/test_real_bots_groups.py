"""What happens in groups is read by aiogram, which checks every answer and update strictly."""

from aiogram import Bot, types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from bot_side import BotSide

from webchat.client import WebchatClient
from webchat.standing import RIGHTS

KINDS = ["message", "chat_member", "my_chat_member", "message_reaction", "chat_join_request"]


async def test_aiogram_reads_topics_members_links_and_reactions(chat: WebchatClient, bot: BotSide, granny: int) -> None:
    """Its own objects come of what the calls answer and of every update."""
    await bot.updates(allowed_updates=KINDS)
    for id_, name in ((1002, "小林"), (1003, "小王")):
        await chat.person(name, id=id_)
    group = (await chat.group("3号楼", [granny, 1002], forum=True))["id"]
    await chat.post(f"/groups/{group}/add-bot", rights=list(RIGHTS))
    reader = Bot(bot.token, session=AiohttpSession(api=TelegramAPIServer.from_base(bot.url)))
    async with reader:
        topic = await reader.create_forum_topic(group, "停水")
        said = await chat.say(granny, "几点？", chat=group, topic=topic.message_thread_id)
        await chat.react(granny, said["id"], "👍", chat=group)
        await reader.promote_chat_member(group, 1002, can_pin_messages=True)
        administrators = await reader.get_chat_administrators(group)
        await reader.promote_chat_member(group, 1002)
        await reader.restrict_chat_member(group, 1002, types.ChatPermissions(can_send_messages=True))
        restricted = await reader.get_chat_member(group, 1002)
        await reader.ban_chat_member(group, 1002)
        banned = await reader.get_chat_member(group, 1002)
        link = await reader.create_chat_invite_link(group, creates_join_request=True)
        await chat.join(1003, link.invite_link)
        await reader.approve_chat_join_request(group, 1003)
        await reader.close_forum_topic(group, topic.message_thread_id)
        full = await reader.get_chat(group)

    updates = [types.Update.model_validate(update) for update in await bot.updates()]

    assert {update.event_type for update in updates} == set(KINDS)
    assert [type(one) for one in administrators] == [types.ChatMemberOwner, *[types.ChatMemberAdministrator] * 2]
    assert isinstance(restricted, types.ChatMemberRestricted)
    assert isinstance(banned, types.ChatMemberBanned)
    assert full.is_forum
