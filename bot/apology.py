"""To whom we owe an apology: an update that could not be handled, brought down to what it takes to answer it."""

from typing import Any


def bare(payload: dict[str, Any], lane: int) -> dict[str, Any]:
    """Who wrote or pressed, in which chat; nothing of what. Empty when it does not even say that.

    `lane`: the chat's id; of a private chat, its person's. It alone is left of what was damaged.
    """
    if not payload and lane > 0:
        payload = {"message": {"chat": {"id": lane, "type": "private"}}}
    press = _object(payload, "callback_query")
    message = _object(payload, "message") or _object(payload, "edited_message")
    chat = _object(message, "chat")
    sender = _sender(press or message, chat)
    if sender and isinstance(press.get("id"), str):
        return {"callback_query": {"id": press["id"], "from": sender, "chat_instance": ""}}
    if not sender or not isinstance(chat.get("id"), int):
        return {}
    number = message.get("message_id")
    return {
        "message": {
            "message_id": number if isinstance(number, int) else 0,
            "date": 0,
            "chat": {"id": chat["id"], "type": str(chat.get("type"))},
            "from": sender,
        }
    }


def _sender(holder: dict[str, Any], chat: dict[str, Any]) -> dict[str, Any]:
    user = _object(holder, "from")
    number, language = user.get("id"), user.get("language_code")
    if not isinstance(number, int) and chat.get("type") == "private":
        number = chat.get("id")  # of a private chat: its person's
    if not isinstance(number, int):
        return {}
    spoken = {"language_code": language} if isinstance(language, str) else {}
    return {"id": number, "is_bot": False, "first_name": "", **spoken}


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}
