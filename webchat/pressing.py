"""A person presses a button: inline, on the reply keyboard, or a link."""

from webchat import acting, deep_links
from webchat.chat_view import chat_id_for
from webchat.errors import Refused
from webchat.hearing import PRESENT
from webchat.hub import Hub, Query
from webchat.posting import Place
from webchat.records import Chat, Message, Person, Wire
from webchat.view import keyboard_of, message_view, visible

MY_PLACE = (26.0745, 119.2965)  # what a location button sends where the request names no place


async def press(
    hub: Hub,
    person: Person,
    chat: Chat,
    *,
    message: Message | None,
    data: str = "",
    label: str = "",
    wait: float = 0,
    phone: str = "",
) -> Wire:
    """Find the button and press it; the answer says what came of it. Refused when there is no such button."""
    if not data and not label:
        raise Refused("data or label is needed")
    exact = _inline(hub, person, chat, message, data=data, label=label, exact=True)
    key = None if message or data else _key(chat, person, label, exact=True)
    if exact is None and key is None and label:
        exact = _inline(hub, person, chat, message, data=data, label=label, exact=False)
        key = None if message or data or exact else _key(chat, person, label, exact=False)
    if exact is not None:
        return await _press_inline(hub, person, chat, *exact, wait)
    if key is not None:
        sent = _press_key(hub, person, chat, key, phone)
        return {"message": message_view(hub, sent, person.id), "chat": chat_id_for(hub, chat)}
    there = ", ".join(_labels(hub, person, chat))
    raise Refused(f"there is no button {data or label!r} here; to be seen: {there}", code="no_button")


def _inline(
    hub: Hub, person: Person, chat: Chat, message: Message | None, *, data: str, label: str, exact: bool
) -> tuple[Message, Wire] | None:
    for one in [message] if message else hub.world.newest_first(chat):
        if not visible(one, person.id):
            continue
        for row in one.wire.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if data and button.get("callback_data") != data:
                    continue
                if not label or (button["text"] == label if exact else button["text"].startswith(label)):
                    return one, button
    return None


def _key(chat: Chat, person: Person, label: str, *, exact: bool) -> Wire | None:
    for row in keyboard_of(chat, person.id).get("keyboard", []):
        for button in row:
            text = str(button["text"])
            if text == label or (not exact and text.startswith(label)):
                return dict(button)
    return None


def _labels(hub: Hub, person: Person, chat: Chat) -> list[str]:
    labels: list[str] = []
    for one in hub.world.newest_first(chat):
        rows = one.wire.get("reply_markup", {}).get("inline_keyboard", [])
        labels += [button["text"] for row in rows for button in row]
        if len(labels) > 20:
            break
    keys = keyboard_of(chat, person.id).get("keyboard", [])
    return labels[:20] + [str(button["text"]) for row in keys for button in row]


async def _press_inline(hub: Hub, person: Person, chat: Chat, message: Message, button: Wire, wait: float) -> Wire:
    bot = hub.world.bots[message.bot]
    if "url" in button:
        url = str(button["url"])
        if deep_links.read(url) is None:
            return {"url": url}
        there, sent = acting.follow(hub, person, url, bot)
        return {"message": message_view(hub, sent, person.id), "chat": chat_id_for(hub, there)}
    if "copy_text" in button:
        return {"copied": button["copy_text"]["text"]}
    if "callback_data" not in button:
        raise Refused("webchat does not know what this kind of button does")
    if chat.blocked or chat.bots.get(str(bot.id)) not in PRESENT:
        raise Refused("the bot is no longer in this chat", code="gone")
    query = hub.ask(bot, person.id, chat, message, str(button["callback_data"]))
    if not wait:
        return {"query": query.id}
    return {"query": query.id, "answer": await _answer(hub, query, wait)}


async def _answer(hub: Hub, query: Query, seconds: float) -> Wire | None:
    hub.store.commit()
    await query.bell.wait_until(lambda: query.answer is not None, seconds)
    return query.answer


def _press_key(hub: Hub, person: Person, chat: Chat, button: Wire, phone: str) -> Message:
    place = Place(chat=chat)
    if button.get("request_contact"):
        return acting.send_contact(hub, person, place, phone or person.phone or f"1380000{person.id % 10_000:04d}", "")
    if button.get("request_location"):
        return acting.send_location(hub, person, place, *MY_PLACE)
    return acting.say(hub, person, place, str(button["text"]))
