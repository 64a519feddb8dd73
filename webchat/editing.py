"""The Bot API's methods that change what a message says, and answer presses."""

from collections.abc import Callable, Iterable

from webchat import deep_links, keyboards, targets, wire
from webchat.errors import bad_request
from webchat.hub import Hub
from webchat.params import Call
from webchat.records import Bot, Chat, Message, Wire
from webchat.sending import caption_of, file_of, text_of

SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
CAPTION = ("caption", "caption_entities", "show_caption_above_media")


def _to_edit(hub: Hub, bot: Bot, call: Call) -> tuple[Chat, Message]:
    if "chat_id" not in call:
        raise bad_request("chat_id is empty")
    if "message_id" not in call:
        raise bad_request("message identifier is not specified")
    chat = targets.chat_of(hub, bot, call["chat_id"])
    message = targets.message_of(hub, chat, call["message_id"], "to edit")
    if message.bot != bot.id or message.keyboard or "forward_origin" in message.wire:
        raise bad_request("message can't be edited")
    return chat, message


def _replace(hub: Hub, chat: Chat, message: Message, call: Call, fields: Iterable[str], new: Wire) -> Wire:
    """Put new content in the place of the named fields; BotApiError when nothing would change."""
    markup = keyboards.only_inline(call.get("reply_markup"))
    gone = {*fields, "reply_markup"}
    changed = {name: value for name, value in message.wire.items() if name not in gone} | new
    if markup:
        changed["reply_markup"] = markup
    if changed == message.wire:
        raise bad_request(SAME)
    message.wire = changed | {"edit_date": hub.clock.seconds()}
    message.edits += 1
    hub.world.save_message(chat, message)
    return message.wire


def edit_text(hub: Hub, bot: Bot, call: Call) -> object:
    """editMessageText."""
    if "rich_message" in call:
        raise bad_request("rich messages are not spoken here")
    chat, message = _to_edit(hub, bot, call)
    if "text" not in message.wire:
        raise bad_request("there is no text in the message to edit")
    new = text_of(hub, call)
    if call.get("link_preview_options"):
        new["link_preview_options"] = call["link_preview_options"]
    return _replace(hub, chat, message, call, ("text", "entities", "link_preview_options"), new)


def edit_caption(hub: Hub, bot: Bot, call: Call) -> object:
    """editMessageCaption."""
    chat, message = _to_edit(hub, bot, call)
    if not wire.file_id_of(message.wire):
        raise bad_request("there is no caption in the message to edit")
    return _replace(hub, chat, message, call, CAPTION, caption_of(hub, call.values))


def edit_media(hub: Hub, bot: Bot, call: Call) -> object:
    """editMessageMedia."""
    chat, message = _to_edit(hub, bot, call)
    media = call["media"]
    file = file_of(hub, bot, call, media["media"], media["type"], media.get("duration", 0))
    new = wire.attachment(file) | caption_of(hub, media)
    return _replace(hub, chat, message, call, (*wire.MEDIA, *CAPTION, "text", "entities"), new)


def edit_markup(hub: Hub, bot: Bot, call: Call) -> object:
    """editMessageReplyMarkup."""
    chat, message = _to_edit(hub, bot, call)
    return _replace(hub, chat, message, call, (), {})


def answer_callback(hub: Hub, bot: Bot, call: Call) -> object:
    """answerCallbackQuery."""
    url = call.text("url")
    deep = deep_links.read(url)
    if url and (deep is None or deep.username.lower() != bot.username.lower() or not deep.payload):
        raise bad_request("URL_INVALID")
    answer: Wire = {"text": call.text("text"), "show_alert": bool(call.get("show_alert"))}
    if url:
        answer["url"] = url
    if not hub.answer(bot, call["callback_query_id"], answer):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return True


METHODS: dict[str, Callable[[Hub, Bot, Call], object]] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageMedia": edit_media,
    "editMessageReplyMarkup": edit_markup,
    "answerCallbackQuery": answer_callback,
}
