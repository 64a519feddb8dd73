"""An aiogram bot plays a whole conversation, and its models know every field of every answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, F, types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.filters import Command, CommandStart
from aiogram.utils.media_group import MediaGroupBuilder
from bot_side import TOKEN, BotSide
from by_aiogram import complaints, unknown_fields

from webchat.client import WebchatClient
from webchat.samples import sample

Message, Keys = types.Message, types.InlineKeyboardMarkup


class StrictSession(AiohttpSession):
    """aiogram's session, noting which fields it was sent that it does not know, and which methods it has called."""

    def __init__(self, url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(url))
        self.unknown: set[str] = set()
        self.called: set[str] = set()

    def check_response(self, *args: Any, **kwargs: Any) -> Any:
        """Read an answer."""
        response = super().check_response(*args, **kwargs)
        self.unknown.update(unknown_fields(response.result))
        self.called.add(kwargs["method"].__api_method__)
        return response


def keys(*labels: str) -> Keys:
    """A row of inline buttons."""
    return Keys(inline_keyboard=[[types.InlineKeyboardButton(text=label, callback_data=label) for label in labels]])


async def start(message: Message) -> None:
    """A greeting with a keyboard."""
    row = [types.KeyboardButton(text="📷 随手拍"), types.KeyboardButton(text="电话", request_contact=True)]
    menu = types.ReplyKeyboardMarkup(keyboard=[row], resize_keyboard=True)
    await message.answer(f"您好，{message.from_user.mention_html()}", parse_mode="HTML", reply_markup=menu)


async def photo(message: Message, bot: Bot) -> None:
    """A picture comes back, fetched and sent anew; the second of an album brings the album back."""
    data = (await bot.download(message.photo[-1])).read()
    picture = types.BufferedInputFile(data, "p.png")
    await message.answer_photo(picture, caption=f"{len(data)} 字节", reply_markup=keys("✅"))
    if message.media_group_id and not message.caption:
        album = MediaGroupBuilder(caption="都收到了")
        album.add_photo(picture)
        album.add_photo(message.photo[-1].file_id)
        await message.answer_media_group(album.build())


async def pressed(query: types.CallbackQuery) -> None:
    """An alert; the card is changed, pinned and answered."""
    await query.answer("登记好了", show_alert=True)
    card = await query.message.edit_caption(caption="编号 0312", reply_markup=keys("撤回"))
    await card.pin()
    told = await card.reply("<i>请看上面</i>", parse_mode="HTML")
    await told.edit_text("<b>请看上面</b>", parse_mode="HTML")
    await (await told.answer("一会儿就删")).delete()


async def rest(message: Message) -> None:
    """Whatever else people send comes back as it is."""
    await message.forward(message.chat.id)
    await message.copy_to(message.chat.id)


async def mentioned(message: Message, bot: Bot) -> None:
    """All about the group that a bot can ask."""
    chat = message.chat.id
    full = await bot.get_chat(chat)
    count = await bot.get_chat_member_count(chat)
    owner = [one.user.first_name for one in await bot.get_chat_administrators(chat) if one.status == "creator"]
    me = await bot.get_chat_member(chat, bot.id)
    await bot.send_chat_action(chat, "typing")
    await message.reply(f"{full.title} {count} {owner[0]} {me.status}")


@asynccontextmanager
async def aiogram_bot(url: str) -> AsyncIterator[StrictSession]:
    """An unmodified aiogram bot that polls; no answer may have held what it does not know."""
    session = StrictSession(url)
    bot, dispatcher = Bot(TOKEN, session=session), Dispatcher()
    dispatcher.message.register(start, CommandStart())
    dispatcher.message.register(mentioned, F.text.contains("@jinlin_bot"))
    dispatcher.message.register(mentioned, Command("group"))
    dispatcher.message.register(photo, F.photo)
    dispatcher.message.register(rest, F.chat.type == "private")
    dispatcher.callback_query.register(pressed)
    for kind in ("edited_message", "my_chat_member", "chat_member", "message"):

        async def heard(_: object) -> None:
            """It is enough that it could be read."""

        dispatcher.observers[kind].register(heard)
    await bot.set_my_commands([types.BotCommand(command="group", description="本群")], language_code="zh")
    await bot.get_my_commands(language_code="zh")
    await bot.get_webhook_info()
    polling = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False, polling_timeout=5)
    )
    yield session
    await dispatcher.stop_polling()
    await polling
    await session.close()


async def test_a_whole_conversation_with_no_field_that_aiogram_does_not_know(
    chat: WebchatClient, webchat_url: str
) -> None:
    """Text, keyboard, photo, album, alert, edits, deletion, pin, forwards, and what can be asked about a group."""
    await chat.person("小<b>林", id=1001, username="xiaolin")
    picture = sample("插座").data

    async with aiogram_bot(webchat_url) as session:
        await chat.say(1001, "/start")
        greeting = await chat.until_text(1001, "您好")
        await chat.photo(1001, data=picture, caption="插座坏了")
        card = await chat.until_text(1001, "字节")
        alert = await chat.press(1001, "✅", wait=5)
        edited = await chat.until_text(1001, "编号 0312")
        await chat.until(1001, lambda message: message["text"] == "请看上面" and message["edited"] == 1)
        await chat.photo(1001, data=picture, count=2, caption="两张")
        album = await chat.until_text(1001, "都收到了")
        for what in ("voice", "sticker", "video"):
            await chat.post(f"/{what}", person=1001)
        await chat.document(1001, "名单.txt", b"hello")
        await chat.post("/location", person=1001, latitude=26, longitude=119)
        said = await chat.say(1001, "https://t.me 错子")
        await chat.post("/edit", person=1001, message=said["id"], text="错字")
        await chat.press(1001, "电话")
        back = await chat.until(1001, lambda message: "contact" in message and "forwarded_from" not in message)
        await chat.say(1001, "最后", reply_to=greeting["id"])
        await chat.until(1001, lambda message: message["text"] == "最后" and "forwarded_from" not in message)
        whole = await chat.chat(1001)

    assert session.unknown == set()
    assert greeting["entities"][0]["type"] == "text_mention"
    assert greeting["keyboard"] == [["📷 随手拍", "电话"]]
    assert card["text"] == f"{len(picture)} 字节"
    assert alert["answer"] == {"text": "登记好了", "show_alert": True}
    assert (edited["id"], edited["edited"]) == (card["id"], 1)
    assert whole["pinned"]["id"] == card["id"]
    assert album["media_group_id"]
    assert back["contact"]["first_name"] == "小<b>林"
    assert "一会儿就删" not in {message["text"] for message in whole["messages"]}
    assert {"getFile", "sendMediaGroup", "copyMessage", "pinChatMessage"} <= session.called


async def test_a_group_with_mentions_comings_and_goings_is_understood(chat: WebchatClient, webchat_url: str) -> None:
    """Every update about it, and every answer about who is in it."""
    for id_, name in ((1001, "小林"), (1002, "阿强")):
        await chat.person(name, id=id_)

    async with aiogram_bot(webchat_url) as session:
        group = (await chat.group("3号楼", [1001]))["id"]
        await chat.say(1001, "随便聊聊", chat=group)
        asked = await chat.say(1001, "@jinlin_bot 在吗", chat=group)
        answer = await chat.until_text(1001, "3号楼 2 小林 member", chat=group)
        await chat.post(f"/groups/{group}/add-bot", admin=True)
        await chat.post(f"/groups/{group}/members", add=[1002])
        await chat.post(f"/groups/{group}/members", remove=[1002])
        await chat.post(f"/groups/{group}/migrate")
        await chat.say(1001, "/group", chat=group)
        later = await chat.until_text(1001, "3号楼 2 小林 administrator", chat=group)
        await chat.post(f"/groups/{group}/kick-bot")
        await chat.block(1001)
        await chat.block(1001, blocked=False)
        await chat.say(1001, "/start")
        await chat.until_text(1001, "您好")

    assert session.unknown == set()
    assert answer["reply_to"]["id"] == asked["id"]
    assert later["version"]


async def test_a_field_that_aiogram_does_not_know_is_found(chat: WebchatClient, webchat_url: str) -> None:
    """Wherever it stands: the check above can fail."""
    await chat.person("小林", id=1001)
    await chat.say(1001, "/start")
    odd = {"message_id": 9, "date": 1, "chat": {"id": 1001, "type": "private", "tilte": "x"}, "txet": "x"}

    async with aiogram_bot(webchat_url) as session:
        await chat.until_text(1001, "您好")
        await chat.post("/inject", update={"message": odd | {"reply_to_message": odd}, "massage": odd})
        await chat.say(1001, "最后")
        await chat.until_text(1001, "最后")

    assert session.unknown == {"Chat.tilte", "Message.txet", "Update.massage"}


def test_a_call_with_a_field_that_aiogram_does_not_know_is_found() -> None:
    """Or with one too few, or of the wrong kind; the complaint does not say what stands in it."""
    button = {"text": "机密", "callback_data": "x"}

    def send(**given: Any) -> list[str]:
        return complaints("sendMessage", {"chat_id": 1, "text": "机密", **given})

    assert send(reply_markup={"inline_keyboard": [[button]]}) == []
    assert complaints("sendPhoto", {"chat_id": 1, "photo": {"upload": "机密.png", "size": 9}}) == []
    assert send(tekst="机密") == ["sendMessage: unknown SendMessage.tekst"]
    assert send(reply_markup={"inline_keyboard": [[button | {"colour": "机密"}]]}) == [
        "sendMessage: unknown InlineKeyboardButton.colour"
    ]
    assert complaints("sendMassage", {}) == ["sendMassage: there is no such method"]
    assert complaints("sendMessage", {"chat_id": 1}) == ["sendMessage: text: missing"]
    wrong = complaints("sendMessage", {"chat_id": ["机密"], "text": "机密"})
    assert wrong
    assert all("机密" not in one for one in wrong)


async def test_aiogram_gets_its_own_exceptions(chat: WebchatClient, bot: BotSide, webchat_url: str) -> None:
    """Each refusal arrives as the exception the library documents."""
    await chat.person("陈奶奶", id=1001)
    await chat.say(1001, "/start")
    group = await chat.group("3号楼", [1001])
    await chat.post(f"/groups/{group['id']}/migrate")

    async with Bot(TOKEN, session=StrictSession(webchat_url)) as ours:
        await chat.fault("429", retry_after=7)
        with pytest.raises(TelegramRetryAfter) as later:
            await ours.send_message(1001, "x")
        with pytest.raises(TelegramBadRequest, match="message is too long"):
            await ours.send_message(1001, "长" * 4097)
        with pytest.raises(TelegramMigrateToChat):
            await ours.send_message(group["id"], "x")
        await chat.block(1001)
        with pytest.raises(TelegramForbiddenError, match="blocked by the user"):
            await ours.send_message(1001, "x")
        await ours.set_webhook("http://127.0.0.1:9/hook")
        with pytest.raises(TelegramConflictError):
            await ours.get_updates()
        await ours.delete_webhook()

    assert later.value.retry_after == 7
