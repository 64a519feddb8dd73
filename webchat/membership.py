"""Groups: made, joined, left, upgraded; and the bot's standing in them."""

from webchat import wire
from webchat.errors import Refused
from webchat.groups import status_of
from webchat.hearing import PRESENT
from webchat.hub import Hub
from webchat.posting import service
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
    }


def make_group(hub: Hub, *, title: str, id_: int, kind: str, members: list[int], bot: Bot | None) -> Chat:
    """A new group, or the one that has this id already; Refused when the kind or id will not do."""
    if kind not in KINDS:
        raise Refused("kind must be group or supergroup")
    if not title.strip() or not members:
        raise Refused("a group needs a title and at least one member")
    id_ = id_ or hub.world.free_group_id(kind)
    if not (LAST_GROUP_ID <= id_ < 0 if kind == "group" else id_ < LAST_GROUP_ID):
        raise Refused("a group's id is below 0, a supergroup's below -1000000000000")
    known = hub.world.group(id_)
    if known is not None:
        return known
    chat = Chat(key=str(id_), id=id_, kind=kind, title=title.strip(), members=list(dict.fromkeys(members)))
    hub.world.save_chat(chat)
    created = "group_chat_created" if kind == "group" else "supergroup_chat_created"
    service(hub, chat, actor=_owner(hub, chat), content={created: True})
    if bot is not None:
        set_bot(hub, chat, bot, "member")
    return chat


def _owner(hub: Hub, chat: Chat) -> Wire:
    return wire.user(hub.world.people[chat.members[0]])


def set_bot(hub: Hub, chat: Chat, bot: Bot, status: str) -> None:
    """Change a bot's standing in a group and tell it."""
    old = chat.bots.get(str(bot.id), "left")
    if old == status or not chat.members:
        return
    actor, me = _owner(hub, chat), wire.bot_user(bot)
    chat.bots[str(bot.id)] = status
    hub.world.save_chat(chat)
    hub.member_changed(chat, actor=actor, bot=bot, old=old, new=status)
    if status in PRESENT and old not in PRESENT:
        service(hub, chat, actor=actor, content={"new_chat_members": [me]})
    elif status not in PRESENT:
        service(hub, chat, actor=actor, content={"left_chat_member": me})


def change_members(hub: Hub, chat: Chat, *, add: list[int], remove: list[int]) -> None:
    """People join and leave."""
    joined = [id_ for id_ in dict.fromkeys(add) if id_ not in chat.members]
    gone = [id_ for id_ in remove if id_ in chat.members]
    if len(chat.members) + len(joined) == len(gone):
        raise Refused("the last member cannot leave")
    actor = _owner(hub, chat)
    if joined:
        chat.members.extend(joined)
        people = [wire.user(hub.world.people[id_]) for id_ in joined]
        service(hub, chat, actor=actor, content={"new_chat_members": people})
        for person in people:
            hub.person_changed(chat, actor=actor, person=person, old="left", new="member")
    for id_ in gone:
        person = wire.user(hub.world.people[id_])
        old = status_of(chat, id_)
        chat.members.remove(id_)
        service(hub, chat, actor=person, content={"left_chat_member": person})
        hub.person_changed(chat, actor=person, person=person, old=old, new="left")


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
    )
    hub.world.save_chat(new)
    actor = _owner(hub, chat)
    service(hub, chat, actor=actor, content={"migrate_to_chat_id": id_})
    chat.migrated_to = id_
    hub.world.save_chat(chat)
    service(hub, new, actor=actor, content={"migrate_from_chat_id": chat.id})
    return new
