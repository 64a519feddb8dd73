"""Groups: made, joined, left, upgraded; and the bot's standing in them."""

from contextlib import ExitStack
from typing import Any

from webchat import wire
from webchat.errors import Refused
from webchat.hearing import PRESENT
from webchat.hub import Hub
from webchat.posting import Place, service
from webchat.records import Bot, Chat, Wire
from webchat.world import SUPERGROUP_BASE

KINDS = {"group", "supergroup"}
LAST_GROUP_ID = -999_999_999_999


def group_view(chat: Chat) -> Wire:
    """A group for the control API."""
    return {
        "id": chat.id,
        "title": chat.title,
        "kind": chat.kind,
        "members": chat.members,
        "bots": chat.bots,
        "forum": chat.forum,
        "topics": [
            {"id": int(id_), "name": topic["name"], "closed": topic["closed"]} for id_, topic in chat.topics.items()
        ],
    }


def make_group(hub: Hub, *, title: str, id_: int, kind: str, forum: bool, members: list[int], bot: Bot | None) -> Chat:
    """A new group, or the one that has this id already; Refused when the kind or id will not do."""
    if kind not in KINDS:
        raise Refused("kind must be group or supergroup")
    if forum and kind != "supergroup":
        raise Refused("only a supergroup can be a forum")
    if not title.strip() or not members:
        raise Refused("a group needs a title and at least one member")
    id_ = id_ or hub.world.free_group_id(kind)
    if not (LAST_GROUP_ID <= id_ < 0 if kind == "group" else id_ < LAST_GROUP_ID):
        raise Refused("a group's id is below 0, a supergroup's below -1000000000000")
    known = hub.world.present(id_)
    if known is not None:
        return known
    people = list(dict.fromkeys(members))
    chat = Chat(key=str(id_), id=id_, kind=kind, title=title.strip(), forum=forum, members=people)
    hub.world.save_chat(chat)
    created = "group_chat_created" if kind == "group" else "supergroup_chat_created"
    service(hub, Place(chat=chat), actor=_owner(hub, chat), content={created: True})
    if bot is not None:
        set_bot(hub, chat, bot, "member")
    return chat


def _owner(hub: Hub, chat: Chat) -> Wire:
    return wire.user(hub.world.people[chat.members[0]])


def set_bot(hub: Hub, chat: Chat, bot: Bot, status: str, rights: list[str] | None = None) -> None:
    """Change a bot's standing in a group and tell it; as administrator with these rights, or the usual ones."""
    if not chat.members:
        return
    old = chat.bots.get(str(bot.id), "left")
    actor, me = _owner(hub, chat), wire.bot_user(bot)
    with hub.changing(chat, me, actor):
        chat.bots[str(bot.id)] = status
        chat.rights.pop(str(bot.id), None)
        if rights is not None:
            chat.rights[str(bot.id)] = rights
    if status in PRESENT and old not in PRESENT:
        service(hub, Place(chat=chat), actor=actor, content={"new_chat_members": [me]})
    elif status not in PRESENT and old in PRESENT:
        service(hub, Place(chat=chat), actor=actor, content={"left_chat_member": me})


def change_members(hub: Hub, chat: Chat, *, add: list[int], remove: list[int]) -> None:
    """People join and leave; Refused where nobody would be left, or somebody would do both."""
    if set(add) & set(remove):
        raise Refused("nobody can be in add and in remove")
    joined = [id_ for id_ in dict.fromkeys(add) if id_ not in chat.members]
    gone = [id_ for id_ in dict.fromkeys(remove) if id_ in chat.members]
    if len(chat.members) + len(joined) == len(gone):
        raise Refused("the last member cannot leave")
    if joined:
        enter(hub, chat, [wire.user(hub.world.people[id_]) for id_ in joined], _owner(hub, chat))
    for id_ in gone:
        person = wire.user(hub.world.people[id_])
        with hub.changing(chat, person, person):
            take_out(hub, chat, person, person)


def enter(hub: Hub, chat: Chat, people: list[Wire], actor: Wire, **how: Any) -> None:
    """People come into a group, which ends bans and requests; ``how`` is what bots are told of the way they came."""
    with ExitStack() as changes:
        for person in reversed(people):  # told of in the order of their coming
            changes.enter_context(hub.changing(chat, person, actor, **how))
        for person in people:
            chat.banned.pop(str(person["id"]), None)
            chat.requests.pop(str(person["id"]), None)
            chat.members.append(person["id"])
        service(hub, Place(chat=chat), actor=actor, content={"new_chat_members": people})


def take_out(hub: Hub, chat: Chat, person: Wire, actor: Wire, by: Bot | None = None) -> None:
    """A person is no longer in a group, because they or somebody else wanted it so."""
    chat.members.remove(person["id"])
    chat.rights.pop(str(person["id"]), None)
    chat.joined_by.pop(str(person["id"]), None)
    service(hub, Place(chat=chat), actor=actor, content={"left_chat_member": person}, by=by)


def migrate(hub: Hub, chat: Chat) -> Chat:
    """Turn a group into a supergroup with a new id; the old id answers with the new one from now on."""
    if chat.kind != "group":
        raise Refused("only a group can be migrated")
    id_ = SUPERGROUP_BASE - 500_000 - abs(chat.id) % 500_000
    while hub.world.group(id_):
        id_ -= 1
    new = Chat(
        key=str(id_),
        id=id_,
        kind="supergroup",
        title=chat.title,
        members=list(chat.members),
        bots=dict(chat.bots),
        rights=dict(chat.rights),
        description=chat.description,
        restricted=dict(chat.restricted),
        banned=dict(chat.banned),
        links=chat.links,
        joined_by=dict(chat.joined_by),
        requests=chat.requests,
    )
    chat.links, chat.requests = {}, {}
    hub.world.save_chat(new)
    actor = _owner(hub, chat)
    service(hub, Place(chat=chat), actor=actor, content={"migrate_to_chat_id": id_})
    chat.migrated_to = id_
    hub.world.save_chat(chat)
    service(hub, Place(chat=new), actor=actor, content={"migrate_from_chat_id": chat.id})
    return new
