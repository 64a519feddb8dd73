"""The Bot API's methods in which a bot speaks of itself: name, commands, menu, webhook, files."""

import re
from collections.abc import Callable

from webchat import files, targets, wire
from webchat.errors import bad_request
from webchat.hub import Hub
from webchat.methods import DOWNLOAD_LIMIT
from webchat.params import Call
from webchat.records import Bot, Wire
from webchat.updates import KINDS
from webchat.webhook import DEFAULT_CONNECTIONS, Told, checked_webhook

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"(?:[a-z]{2})?")
# Which stores of names a method reads or writes.
NAMES = {"Name": "names", "Description": "descriptions", "ShortDescription": "short_descriptions"}
FIELDS = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}


def get_me(_hub: Hub, bot: Bot, _call: Call) -> object:
    """getMe."""
    return wire.me(bot)


def _language(call: Call) -> str:
    code = call.text("language_code")
    if not LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _scope(hub: Hub, bot: Bot, call: Call) -> str:
    scope = call.get("scope") or {"type": "default"}
    parts = [scope["type"]]
    if "chat_id" in scope:
        chat = targets.chat_of(hub, bot, scope["chat_id"])
        parts.append(str(chat.id))
    if "user_id" in scope:
        parts.append(str(scope["user_id"]))
    return "/".join(parts) + "|" + _language(call)


def set_commands(hub: Hub, bot: Bot, call: Call) -> object:
    """setMyCommands."""
    commands: list[Wire] = call["commands"]
    for command in commands:
        command["command"] = str(command["command"]).removeprefix("/")
        if not COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
    bot.commands[_scope(hub, bot, call)] = commands
    hub.world.save_bot(bot)
    return True


def get_commands(hub: Hub, bot: Bot, call: Call) -> object:
    """getMyCommands."""
    return bot.commands.get(_scope(hub, bot, call), [])


def delete_commands(hub: Hub, bot: Bot, call: Call) -> object:
    """deleteMyCommands."""
    bot.commands.pop(_scope(hub, bot, call), None)
    hub.world.save_bot(bot)
    return True


def commands_for(bot: Bot, *, person: int, chat: int, admin: bool, language: str) -> list[Wire]:
    """The commands somebody sees in a chat: the narrowest scope that has any, their language first."""
    if chat > 0:
        scopes = [f"chat/{chat}", "all_private_chats", "default"]
    else:
        scopes = [f"chat_member/{chat}/{person}"]
        scopes += [f"chat_administrators/{chat}"] if admin else []
        scopes += [f"chat/{chat}"]
        scopes += ["all_chat_administrators"] if admin else []
        scopes += ["all_group_chats", "default"]
    for scope in scopes:
        for code in (language[:2], ""):
            commands = bot.commands.get(f"{scope}|{code}")
            if commands:
                return commands
    return []


def set_text(what: str) -> Callable[[Hub, Bot, Call], object]:
    """setMyName, setMyDescription, setMyShortDescription."""

    def method(hub: Hub, bot: Bot, call: Call) -> object:
        held: dict[str, str] = getattr(bot, NAMES[what])
        held[_language(call)] = call.text(FIELDS[what])
        if what == "Name" and held.get(""):
            bot.name = held[""]
        hub.world.save_bot(bot)
        return True

    return method


def get_text(what: str) -> Callable[[Hub, Bot, Call], object]:
    """getMyName, getMyDescription, getMyShortDescription."""

    def method(_hub: Hub, bot: Bot, call: Call) -> object:
        held: dict[str, str] = getattr(bot, NAMES[what])
        default = bot.name if what == "Name" else ""
        return {FIELDS[what]: held.get(_language(call)) or held.get("") or default}

    return method


def set_menu_button(hub: Hub, bot: Bot, call: Call) -> object:
    """setChatMenuButton."""
    button = call.get("menu_button") or {"type": "default"}
    if "chat_id" in call:
        targets.chat_of(hub, bot, call["chat_id"])
        bot.menu_buttons[str(call["chat_id"])] = button
    else:
        bot.menu_button = button if button["type"] != "default" else {"type": "commands"}
    hub.world.save_bot(bot)
    return True


def get_menu_button(_hub: Hub, bot: Bot, call: Call) -> object:
    """getChatMenuButton."""
    return bot.menu_buttons.get(str(call.get("chat_id", "")), bot.menu_button)


def remember_allowed(hub: Hub, bot: Bot, call: Call) -> None:
    """Keep ``allowed_updates`` for the calls that follow; unknown kinds are passed over."""
    if "allowed_updates" in call:
        bot.allowed = [kind for kind in call["allowed_updates"] if kind in KINDS]
        hub.world.save_bot(bot)


def set_webhook(hub: Hub, bot: Bot, call: Call) -> object:
    """setWebhook; an empty address takes the webhook away."""
    if not call.text("url"):
        return delete_webhook(hub, bot, call)
    connections = call.get("max_connections") or DEFAULT_CONNECTIONS
    hook = checked_webhook(call.text("url"), call.text("secret_token"), connections)
    same = hook == bot.webhook
    remember_allowed(hub, bot, call)
    _change_webhook(hub, bot, call, hook)
    return Told(description="Webhook is already set" if same else "Webhook was set")


def delete_webhook(hub: Hub, bot: Bot, call: Call) -> object:
    """deleteWebhook."""
    had = bool(bot.webhook)
    _change_webhook(hub, bot, call, {})
    return Told(description="Webhook was deleted" if had else "Webhook is already deleted")


def _change_webhook(hub: Hub, bot: Bot, call: Call, hook: Wire) -> None:
    if hook.get("url") != bot.webhook.get("url"):
        hub.webhooks[bot.id].last_error = {}
    bot.webhook = hook
    if call.get("drop_pending_updates"):
        hub.queues[bot.id].drop_all()
    hub.world.save_bot(bot)
    hub.queues[bot.id].bell.ring()
    hub.webhooks[bot.id].restart()


def webhook_info(hub: Hub, bot: Bot, _call: Call) -> object:
    """getWebhookInfo."""
    return hub.webhooks[bot.id].info()


def get_file(hub: Hub, bot: Bot, call: Call) -> object:
    """getFile: the path is relative, as Telegram's own servers tell it."""
    asked = call.text("file_id")
    file = files.named(hub.store, bot.id, asked)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable" if asked else "invalid file_id")
    if file.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    small = "s" if asked.endswith("-s") else ""
    return {
        "file_id": asked.removeprefix(f"{bot.id}-"),  # as every answer has it before it goes to its bot
        "file_unique_id": file.unique + small,
        "file_size": file.size,
        "file_path": files.path_for(bot.id, file),
    }


def profile_photos(hub: Hub, _bot: Bot, call: Call) -> object:
    """getUserProfilePhotos: nobody here has any."""
    targets.user_of(hub, call["user_id"])
    return {"total_count": 0, "photos": []}


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "getMe": get_me,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    **{f"setMy{what}": set_text(what) for what in NAMES},
    **{f"getMy{what}": get_text(what) for what in NAMES},
    "setChatMenuButton": set_menu_button,
    "getChatMenuButton": get_menu_button,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "getFile": get_file,
    "getUserProfilePhotos": profile_photos,
}
