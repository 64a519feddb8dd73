"""The control API about people, groups and what they see; docs/webchat.md describes each call."""

import re
from dataclasses import replace
from itertools import islice

from webchat import acting, membership
from webchat.asks import MAX_WAIT, Action, Ask
from webchat.chat_view import chat_detail, chat_view
from webchat.entities import plain
from webchat.errors import Refused
from webchat.records import Person, Wire
from webchat.view import message_view, visible

USERNAME = re.compile(r"(?:[A-Za-z][A-Za-z0-9_]{2,31})?")


def person_view(person: Person) -> Wire:
    """A person for the page."""
    return {
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "language": person.language,
        "avatar": person.avatar,
        "elder": person.elder,
        "note": person.note,
        "phone": person.phone,
        "deactivated": person.deactivated,
    }


async def put_person(ask: Ask) -> Wire:
    """Add a person, or change the one with that id."""
    world = ask.hub.world
    id_ = ask.whole("id", world.free_person_id())
    if id_ <= 0 or id_ in world.bots:
        raise Refused("id must be above 0 and no bot's")
    known = world.people.get(id_)
    name = plain(ask.text("name", known.name if known else None, most=64)).strip()
    if not any(letter.isprintable() and not letter.isspace() for letter in name):
        raise Refused("name must not be empty, and some of it visible")
    old = known or Person(id=id_, name=name)
    username = ask.text("username", old.username)
    if not USERNAME.fullmatch(username):
        raise Refused("username must have 3 to 32 characters of A-Z a-z 0-9 _ and begin with a letter")
    named = world.user_named(username)
    if named not in (None, id_):
        raise Refused(f"username {username} is taken")
    phone = ask.text("phone", old.phone)
    if phone:
        acting.check_phone(phone)
    person = replace(
        old,
        name=name,
        username=username,
        language=ask.text("language", old.language, most=16),
        avatar=ask.text("avatar", old.avatar, most=64),
        elder=ask.flag("elder", default=old.elder),
        note=ask.text("note", old.note, most=200),
        phone=phone,
        deactivated=ask.flag("deactivated", default=old.deactivated),
    )
    world.put_person(person)
    for bot in reversed(world.bots.values()):  # the last touched is the first in the list of chats
        world.save_chat(world.direct(bot, id_))
    return person_view(person)


async def people(ask: Ask) -> Wire:
    """Everybody."""
    return {"people": [person_view(person) for person in ask.hub.world.people.values()]}


async def put_group(ask: Ask) -> Wire:
    """Make a group; its first member is its owner."""
    forum = ask.flag("forum")
    chat = membership.make_group(
        ask.hub,
        title=ask.text("title", most=128),
        id_=ask.whole("id", 0),
        kind=ask.text("kind", "supergroup" if forum else "group"),
        forum=forum,
        members=ask.ids("members"),
        bot=ask.bot() if ask.flag("bot", default=True) else None,
    )
    return membership.group_view(chat)


async def members(ask: Ask) -> Wire:
    """People come into a group and leave it."""
    chat = ask.group(ask.whole("group"))
    membership.change_members(ask.hub, chat, add=ask.ids("add"), remove=ask.ids("remove"))
    return membership.group_view(chat)


async def migrate(ask: Ask) -> Wire:
    """A group becomes a supergroup with a new id."""
    return membership.group_view(membership.migrate(ask.hub, ask.group(ask.whole("group"))))


async def kick_bot(ask: Ask) -> Wire:
    """The bot is thrown out of a group."""
    chat = ask.group(ask.whole("group"))
    membership.set_bot(ask.hub, chat, ask.bot(), "kicked")
    return membership.group_view(chat)


async def add_bot(ask: Ask) -> Wire:
    """The bot is added (again) to a group, as a member or (``admin``, ``rights``) as an administrator."""
    chat = ask.group(ask.whole("group"))
    rights = ask.rights()
    status = "administrator" if ask.flag("admin") or rights is not None else "member"
    membership.set_bot(ask.hub, chat, ask.bot(), status, rights)
    return membership.group_view(chat)


async def chats(ask: Ask) -> Wire:
    """Somebody's list of chats."""
    person = ask.person()
    seen = [chat_view(ask.hub, chat, person) for chat in ask.hub.world.chats_of(person.id)]
    return {"chats": seen, "version": ask.hub.world.version}


async def messages(ask: Ask) -> Wire:
    """What there is in a chat, or what is new or changed since a version; waits for it when asked to."""
    hub = ask.hub
    person = ask.person()
    chat = ask.chat(person)
    after, since = ask.whole("after", 0), ask.whole("since", 0)
    mine = "after" in ask and "since" not in ask
    most = ask.whole("limit", 1_000)
    if most < 1:
        raise Refused("limit must be at least 1")
    older = ask.whole("before", 0)

    def found() -> list[Wire]:
        if older:
            seen = islice((one for one in hub.world.before(chat, older) if visible(one, person.id)), most)
            return [message_view(hub, one, person.id) for one in reversed(list(seen))]
        changed = [one for one in hub.world.changed_since(chat, since) if visible(one, person.id)]
        kept = [one for one in changed if one.id > after and (since or not one.deleted)]
        return [message_view(hub, one, person.id) for one in kept[-most:]]

    wait = min(ask.number("wait", 0), MAX_WAIT)
    hub.store.commit()
    await hub.world.changed.wait_until(lambda: bool(found()) if mine else chat.version > since, wait)
    read = chat.read.get(str(person.id), 0)
    if ask.flag("read") and read < chat.last_id:
        chat.read[str(person.id)] = chat.last_id
        hub.world.save_chat(chat)
    return chat_detail(hub, chat, person) | {"messages": found(), "read": read}


async def changes(ask: Ask) -> Wire:
    """Waits until anything at all changes; tells the version."""
    world = ask.hub.world
    since = ask.whole("since", 0)
    await world.changed.wait_until(lambda: world.version > since, min(ask.number("wait", 0), MAX_WAIT))
    return {"version": world.version}


ROUTES: dict[tuple[str, str], Action] = {
    ("POST", "/people"): put_person,
    ("GET", "/people"): people,
    ("POST", "/groups"): put_group,
    ("POST", "/groups/{group}/members"): members,
    ("POST", "/groups/{group}/migrate"): migrate,
    ("POST", "/groups/{group}/kick-bot"): kick_bot,
    ("POST", "/groups/{group}/add-bot"): add_bot,
    ("GET", "/chats"): chats,
    ("GET", "/messages"): messages,
    ("GET", "/changes"): changes,
}
