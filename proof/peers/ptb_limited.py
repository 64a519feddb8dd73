"""python-telegram-bot with its AIORateLimiter: an echo that gathers a broadcast when told to.

`python ptb_limited.py URL TOKEN`; `/broadcast FIRST COUNT WORDS` sends the words to COUNT chats from FIRST on.
"""

import asyncio
import sys

from telegram import Update
from telegram.ext import AIORateLimiter, Application, CommandHandler, ContextTypes, MessageHandler, filters


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    if update.message:
        await update.message.reply_text(update.message.text or "")


async def broadcast(_: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Send it to all, and go on listening meanwhile."""
    first, count, words = context.args or ("0", "0", "")

    async def send() -> None:
        sends = (context.bot.send_message(int(first) + i, words) for i in range(int(count)))
        await asyncio.gather(*sends, return_exceptions=True)

    context.application.create_task(send())


def main(url: str, token: str) -> None:
    """Poll until killed."""
    builder = Application.builder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    application = builder.rate_limiter(AIORateLimiter(max_retries=5)).build()
    application.add_handler(CommandHandler("broadcast", broadcast))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
