"""A bot built on the unmodified python-telegram-bot holds a conversation; aiogram has a file of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from bot_side import BotSide
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, ReplyKeyboardMarkup, Update
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, RetryAfter
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from webchat.client import WebchatClient
from webchat.samples import sample

TOKEN = "1:local"
Context = ContextTypes.DEFAULT_TYPE


@pytest.fixture(autouse=True)
def durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns about its coming change unless one takes part in it."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


async def greet(update: Update, context: Context) -> None:
    """/start."""
    keys = ReplyKeyboardMarkup([["📷 随手拍", "🧺 一键下单"]], resize_keyboard=True)
    await update.effective_message.reply_html(f"您好，{update.effective_user.mention_html()}", reply_markup=keys)


async def take_photo(update: Update, context: Context) -> None:
    """A photo comes back with its size and a button."""
    file = await update.effective_message.photo[-1].get_file()
    data = await file.download_as_bytearray()
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("✅ 提交", callback_data="send:0312")]])
    await update.effective_message.reply_photo(bytes(data), caption=f"{len(data)} 字节", reply_markup=keys)


async def submit(update: Update, context: Context) -> None:
    """The button answers and edits its card."""
    await update.callback_query.answer("登记好了", show_alert=True)
    await update.callback_query.edit_message_caption("编号 0312")


async def report(update: Update, context: Context) -> None:
    """/report in a group."""
    await update.effective_message.reply_text("请私聊说", do_quote=True)


@asynccontextmanager
async def ptb(url: str) -> AsyncIterator[Application]:
    """An unmodified python-telegram-bot application that polls."""
    builder = Application.builder().token(TOKEN).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    app = builder.build()
    app.add_handler(CommandHandler("start", greet))
    app.add_handler(CommandHandler("report", report))
    app.add_handler(MessageHandler(filters.PHOTO, take_photo))
    app.add_handler(CallbackQueryHandler(submit))
    async with app:
        await app.updater.start_polling(timeout=5)
        await app.start()
        yield app
        await app.updater.stop()
        await app.stop()


async def test_a_real_bot_holds_a_conversation(chat: WebchatClient, webchat_url: str) -> None:
    """Start, photo with download, button with answer, edit, and a command in a group."""
    await chat.person("小<b>林", id=1001)
    group = await chat.group("3号楼", [1001])
    picture = sample("插座").data

    async with ptb(webchat_url):
        await chat.say(1001, "/start")
        greeting = await chat.until_text(1001, "您好")
        await chat.photo(1001, data=picture, caption="插座坏了")
        card = await chat.until_text(1001, "字节")
        pressed = await chat.press(1001, "✅ 提交", wait=5)
        edited = await chat.until_text(1001, "编号 0312")
        await chat.say(1001, "随便聊聊", chat=group["id"])
        asked = await chat.say(1001, "/report@jinlin_bot", chat=group["id"])
        answer = await chat.until_text(1001, "请私聊说", chat=group["id"])

    assert greeting["text"] == "您好，小<b>林"
    assert greeting["entities"][0]["type"] == "text_mention"
    assert greeting["keyboard"] == [["📷 随手拍", "🧺 一键下单"]]
    assert card["text"] == f"{len(picture)} 字节"
    assert pressed["answer"] == {"text": "登记好了", "show_alert": True}
    assert (edited["id"], edited["edited"], edited["buttons"]) == (card["id"], 1, [])
    assert answer["reply_to"]["id"] == asked["id"]
    assert len(await chat.messages(1001, chat=group["id"], after=asked["id"])) == 1


async def test_python_telegram_bot_gets_its_own_exceptions(chat: WebchatClient, bot: BotSide, webchat_url: str) -> None:
    """Each refusal arrives as the exception the library documents."""
    await chat.person("陈奶奶", id=1001)
    group = await chat.group("3号楼", [1001])
    await chat.say(1001, "/start")
    new = await chat.post(f"/groups/{group['id']}/migrate")
    builder = Application.builder().token(TOKEN).base_url(f"{webchat_url}/bot")

    async with builder.build().bot as ours:
        with pytest.raises(ChatMigrated) as migrated:
            await ours.send_message(group["id"], "x")
        await chat.fault("429", retry_after=7)
        with pytest.raises(RetryAfter) as later:
            await ours.send_message(1001, "x")
        sent = await ours.send_message(1001, "一样的")
        with pytest.raises(BadRequest, match="not modified"):
            await sent.edit_text("一样的")
        await chat.block(1001)
        with pytest.raises(Forbidden, match="blocked by the user"):
            await ours.send_message(1001, "x")
        first = asyncio.create_task(ours.get_updates(offset=2**31, timeout=5))
        while not first.done():
            await bot.updates(offset=2**31)
        with pytest.raises(Conflict):
            await first

    assert migrated.value.new_chat_id == new["id"]
    assert later.value.retry_after.total_seconds() == 7


async def test_python_telegram_bot_reads_back_all_it_can_set(chat: WebchatClient, webchat_url: str) -> None:
    """Commands, names, chats, members, albums, places: every answer is parsed by the library."""
    await chat.person("陈奶奶", id=1001)
    await chat.say(1001, "/start")
    group = await chat.group("3号楼", [1001])
    await chat.post(f"/groups/{group['id']}/add-bot", admin=True)
    builder = Application.builder().token(TOKEN).base_url(f"{webchat_url}/bot")
    picture = sample("漏水").data

    async with builder.build().bot as bot:
        await bot.set_my_commands([("start", "开始"), ("help", "帮助")], language_code="zh")
        commands = await bot.get_my_commands(language_code="zh")
        await bot.set_my_description("一个邻里助手")
        described = await bot.get_my_description()
        full = await bot.get_chat(group["id"])
        owner = await bot.get_chat_member(group["id"], 1001)
        admins = await bot.get_chat_administrators(group["id"])
        link = await bot.create_chat_invite_link(group["id"], name="门口")
        album = await bot.send_media_group(1001, [InputMediaPhoto(picture), InputMediaPhoto(picture)])
        changed = await bot.send_photo(1001, picture)
        await changed.edit_media(InputMediaPhoto(sample("饭菜").data, caption="午饭"))
        place = await bot.send_venue(1001, 26.07, 119.29, "长者食堂", "3号楼一层")
        copied = await bot.copy_message(1001, 1001, place.message_id)
        forwarded = await bot.forward_message(group["id"], 1001, album[0].message_id)
        await bot.pin_chat_message(1001, place.message_id)
        await bot.set_message_reaction(1001, 1, "👍")
        menu = await bot.get_chat_menu_button()
        voice = await bot.send_voice(1001, b"OggS....", duration=3)
        hook = await bot.get_webhook_info()

    assert [command.command for command in commands] == ["start", "help"]
    assert described.description == "一个邻里助手"
    assert (full.type, full.title, owner.status) == ("group", "3号楼", "creator")
    assert {admin.user.id for admin in admins} == {1001, 1}
    assert link.name == "门口"
    assert album[0].media_group_id == album[1].media_group_id
    assert (place.venue.title, menu.type, hook.url) == ("长者食堂", "commands", "")
    assert voice.voice.duration.total_seconds() == 3
    assert forwarded.forward_origin.sender_user.is_bot
    messages = {message["id"]: message for message in await chat.messages(1001)}
    assert messages[copied.message_id]["venue"]["title"] == "长者食堂"
    assert messages[changed.message_id]["text"] == "午饭"
    assert (await chat.chat(1001))["pinned"]["id"] == place.message_id
