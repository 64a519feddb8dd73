"""python-telegram-bot as its first page shows it: an echo, everything by default. `python ptb_echo.py URL TOKEN`."""

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, TypeHandler, filters


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    if update.message:
        await update.message.reply_text(update.message.text or "")


async def press(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a press."""
    if update.callback_query:
        await update.callback_query.answer()


def main(url: str, token: str) -> None:
    """Poll until killed."""
    application = Application.builder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(TypeHandler(Update, press))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
