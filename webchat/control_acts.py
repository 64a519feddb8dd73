"""The control API about what people do in their chats; docs/webchat.md describes each call."""

from functools import wraps

from webchat import acting, links, pressing, reacting, samples
from webchat.asks import MAX_WAIT, Action, Ask
from webchat.chat_view import chat_id_for
from webchat.errors import Refused
from webchat.records import Chat, Message, Person, Upload, Wire
from webchat.view import message_view


def once(action: Action) -> Action:
    """The action, done a single time under one mark of its person: asked for again, it tells what came of it.

    Refused where something else is asked for under a mark that was used.
    """

    @wraps(action)
    async def unless_done(ask: Ask) -> Wire:
        mark = ask.text("once", "", most=64)
        if not mark:
            return dict(await action(ask))
        person = ask.person()
        chat = ask.chat(person)
        asked = ask.digest(action.__name__)
        done = ask.hub.world.said_before(chat, person.id, mark)
        if done is None:
            sent = await action(ask)
            done = ask.hub.world.find(chat, int(sent["id"]))
            assert done is not None  # noqa: S101  # it was sent just now
            ask.hub.world.mark(chat, done, once=mark, asked=asked)
        elif done.asked != asked:
            raise Refused("something else was sent under this mark; a new message needs a new one")
        return _told(ask, chat, done, person)

    return unless_done


def _told(ask: Ask, chat: Chat, message: Message, person: Person) -> Wire:
    """What came of it; an album as a whole."""
    seen = message_view(ask.hub, message, person.id)
    group = message.wire.get("media_group_id")
    if not group:
        return seen
    sent = [one for one in ask.hub.world.messages[chat.key].values() if one.wire.get("media_group_id") == group]
    return seen | {"album": [message_view(ask.hub, one, person.id) for one in sent]}


async def say(ask: Ask) -> Wire:
    """A person says something."""
    person = ask.person()
    message = acting.say(ask.hub, person, ask.place(person), ask.text("text", most=10_000))
    return message_view(ask.hub, message, person.id)


async def photo(ask: Ask) -> Wire:
    """A person sends one photo or an album."""
    person = ask.person()
    count = ask.whole("count", 1)
    if not 1 <= count <= 10:
        raise Refused("count must be 1 to 10")
    if "data" in ask:
        picture = Upload(name="photo", mime="", data=ask.data("data"))
    else:
        picture = samples.sample(ask.text("sample", samples.FIRST))
    sent = acting.send_photos(ask.hub, person, ask.place(person), [picture] * count, ask.text("caption", ""))
    views = [message_view(ask.hub, message, person.id) for message in sent]
    return views[0] | {"album": views} if count > 1 else views[0]


def _spoken(ask: Ask, person: Person, content: Wire) -> Wire:
    return message_view(ask.hub, acting.speak(ask.hub, person, ask.place(person), content), person.id)


async def voice(ask: Ask) -> Wire:
    """A person sends a voice note."""
    person = ask.person()
    data = ask.data("data") if "data" in ask else None
    mime = ask.text("mime", "audio/ogg", most=80).partition(";")[0]
    message = acting.send_voice(ask.hub, person, ask.place(person), ask.whole("seconds", 3), data, mime)
    return message_view(ask.hub, message, person.id)


async def document(ask: Ask) -> Wire:
    """A person sends a file."""
    upload = Upload(name=ask.text("name", most=200), mime=ask.text("mime", ""), data=ask.data("data"))
    content = acting.kept(ask.hub, upload, "document") | acting.captioned(ask.text("caption", ""))
    return _spoken(ask, ask.person(), content)


async def video(ask: Ask) -> Wire:
    """A person sends a video; its bytes are not looked at."""
    data = ask.data("data") if "data" in ask else b"webchat"
    content = acting.kept(ask.hub, Upload(name="video.mp4", mime="video/mp4", data=data), "video", 3)
    return _spoken(ask, ask.person(), content | acting.captioned(ask.text("caption", "")))


async def sticker(ask: Ask) -> Wire:
    """A person sends a sticker."""
    picture = samples.sample(ask.text("sample", samples.FIRST))
    return _spoken(ask, ask.person(), acting.kept(ask.hub, picture, "sticker"))


async def location(ask: Ask) -> Wire:
    """A person sends a place on the map."""
    person = ask.person()
    point = ask.number("latitude"), ask.number("longitude")
    message = acting.send_location(ask.hub, person, ask.place(person), *point)
    return message_view(ask.hub, message, person.id)


async def contact(ask: Ask) -> Wire:
    """A person sends a phone number."""
    person = ask.person()
    name = ask.text("name", "", most=64)
    message = acting.send_contact(ask.hub, person, ask.place(person), ask.text("phone"), name)
    return message_view(ask.hub, message, person.id)


async def edit(ask: Ask) -> Wire:
    """A person changes a message of theirs."""
    person = ask.person()
    chat = ask.chat(person)
    message = acting.edit(ask.hub, person, chat, ask.named_message(chat), ask.text("text", most=10_000))
    return message_view(ask.hub, message, person.id)


async def react(ask: Ask) -> Wire:
    """A person reacts to a message; without an emoji the reaction is taken away."""
    person = ask.person()
    chat = ask.chat(person)
    message = ask.named_message(chat)
    reacting.react(ask.hub, person, chat, message, ask.text("emoji", ""))
    return message_view(ask.hub, message, person.id)


async def press(ask: Ask) -> Wire:
    """A person presses a button."""
    person = ask.person()
    chat = ask.chat(person)
    return await pressing.press(
        ask.hub,
        person,
        chat,
        message=ask.message(chat, "message"),
        data=ask.text("data", ""),
        label=ask.text("label", ""),
        wait=min(ask.number("wait", 0), MAX_WAIT),
        phone=ask.text("phone", ""),
    )


async def follow(ask: Ask) -> Wire:
    """A person opens a deep link."""
    person = ask.person()
    chat, message = acting.follow(ask.hub, person, ask.text("link"), ask.bot())
    return message_view(ask.hub, message, person.id) | {"chat": chat_id_for(ask.hub, chat)}


async def join(ask: Ask) -> Wire:
    """A person follows an invite link into a group, or asks to be let in."""
    chat, joined = links.join(ask.hub, ask.person(), ask.text("link"))
    return {"chat": chat.id, "joined": joined}


async def block(ask: Ask) -> Wire:
    """A person blocks the bot, or no longer."""
    acting.block(ask.hub, ask.person(), ask.bot(), blocked=ask.flag("blocked", default=True))
    return {"ok": True}


ROUTES: dict[tuple[str, str], Action] = {
    ("POST", "/say"): once(say),
    ("POST", "/photo"): once(photo),
    ("POST", "/voice"): once(voice),
    ("POST", "/document"): once(document),
    ("POST", "/video"): video,
    ("POST", "/sticker"): sticker,
    ("POST", "/location"): once(location),
    ("POST", "/contact"): once(contact),
    ("POST", "/edit"): edit,
    ("POST", "/react"): react,
    ("POST", "/press"): press,
    ("POST", "/follow"): follow,
    ("POST", "/join"): join,
    ("POST", "/block"): block,
}
