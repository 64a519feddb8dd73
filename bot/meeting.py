"""Meeting the Bot API at the start: who we are, and that it knows our commands and how updates come to us."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import structlog
from telegram import User

from bot.settings import SettingsError
from bot.transport import ApiError, BadToken, Rejected, Transport
from handlers import registry
from handlers.commands import offered
from handlers.keyboards import STAFF
from handlers.texts import Texts

if TYPE_CHECKING:
    from bot.webhook import Webhook

log = structlog.get_logger()
_BACK_OFF_S = (0.5, 1, 2, 5, 10)


async def meet(
    transport: Transport,
    stopping: asyncio.Event,
    *,
    texts: Texts | None = None,
    webhook: "Webhook | None" = None,
    drop_webhook: bool = False,
) -> User | None:
    """Wait, with back-off, until the Bot API says who we are; None when we are to stop before that.

    Whoever receives introduces us in the words of `texts`, and its webhook announced or an earlier one dropped.
    Raises BadToken, SettingsError.
    """
    failures = 0
    while not stopping.is_set():
        try:
            me = await transport.call("getMe", {})
            if webhook is not None:
                await webhook.announce()
            elif drop_webhook:
                await transport.call("deleteWebhook", {})
            if texts is not None:
                await _introduce(transport, texts)
            return User.de_json(me)
        except BadToken:
            raise
        except Rejected as error:
            raise SettingsError(f"the Bot API refused JINLIN_WEBHOOK_URL: {error}") from error
        except ApiError as error:
            pause = _BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)]
            failures += 1
            log.warning("the Bot API does not answer yet", error=str(error), again_in_s=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)
    return None


async def _introduce(transport: Transport, texts: Texts) -> None:
    """What an empty chat and our profile say of us, and what the menu of commands holds."""
    scopes = (
        ("all_private_chats", registry.COMMANDS, ()),
        ("all_group_chats", registry.GROUP_COMMANDS, ()),
        ("all_chat_administrators", registry.GROUP_COMMANDS, STAFF),  # who set a group up may bind it
    )
    for language in ("zh", "en"):  # Telegram tells languages by two letters: there is one Chinese
        calls: list[tuple[str, dict[str, Any]]] = [
            ("setMyDescription", {"description": texts.label(language, "about")}),
            ("setMyShortDescription", {"short_description": texts.label(language, "about_short")}),
        ]
        for scope, names, roles in scopes:
            commands = offered(texts, language, names, roles=roles)
            calls.append(("setMyCommands", {"commands": commands, "scope": {"type": scope}}))
        for method, params in calls:
            if language != "zh":
                params["language_code"] = language
            try:
                await transport.call(method, params)
            except Rejected as error:
                log.warning("the Bot API refused how we introduce ourselves", method=method, error=str(error))
