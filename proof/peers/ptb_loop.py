"""python-telegram-bot with a plain loop: an echo that sends a broadcast one after another, sleeping when told to.

`python ptb_loop.py URL TOKEN`; `/broadcast FIRST COUNT WORDS` sends the words to COUNT chats from FIRST on.
"""

import asyncio
import sys
from datetime import timedelta

from telegram import Bot, Update
from telegram.error import RetryAfter
from telegram.ext import Application, CommandHandler, ContextTypes, MessageHandler, filters


async def say(bot: Bot, chat_id: int, words: str) -> None:
    """Send a message; a 429 is slept over."""
    while True:
        try:
            await bot.send_message(chat_id, words)
        except RetryAfter as error:
            pause = error.retry_after
            await asyncio.sleep(pause.total_seconds() if isinstance(pause, timedelta) else pause)
        else:
            return


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    if update.message:
        await say(context.bot, update.message.chat_id, update.message.text or "")


async def broadcast(_: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Send it to all, and go on listening meanwhile."""
    first, count, words = context.args or ("0", "0", "")

    async def send() -> None:
        for i in range(int(count)):
            await say(context.bot, int(first) + i, words)

    context.application.create_task(send())


def main(url: str, token: str) -> None:
    """Poll until killed."""
    builder = Application.builder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    application = builder.build()
    application.add_handler(CommandHandler("broadcast", broadcast))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
