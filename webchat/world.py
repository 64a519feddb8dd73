"""The state of the little world: who is there, which chats they have, what was said in them."""

from collections.abc import Iterator
from dataclasses import fields, replace

from webchat import wire
from webchat.bell import Bell
from webchat.clock import Clock
from webchat.records import Bot, Chat, Message, Person, Wire
from webchat.store import Store, revive

FIRST_PERSON = 1001
GROUP_BASE = -4_000_000_000
SUPERGROUP_BASE = -1_002_000_000_000
AHEAD = 1_000_000  # changes that are not written down with a chat: after a restart no version is given a second time


class World:
    """People, bots, chats and messages in memory, written through to the store at each change.

    ``version`` grows by one with each change anybody may see, and never starts anew.
    """

    def __init__(self, store: Store, clock: Clock, bots: list[Bot]) -> None:
        self.store = store
        self.clock = clock
        self.changed = Bell()
        self.version = 0
        self.people: dict[int, Person] = {}
        self.chats: dict[str, Chat] = {}
        self.messages: dict[str, dict[int, Message]] = {}
        self._recent: dict[str, dict[int, None]] = {}  # chat -> message ids, latest change last
        self._marked: dict[tuple[str, int, str], Message] = {}  # chat, person and mark -> what was sent under it
        self._given = [replace(bot) for bot in bots]
        kept = {bot.id: bot for bot in (revive(Bot, item) for item in store.all("bot"))}
        self.bots: dict[int, Bot] = {}
        for bot in bots:
            self.bots[bot.id] = kept.get(bot.id, bot)
            self.bots[bot.id].token = bot.token
        self._load()

    def _load(self) -> None:
        for item in self.store.all("person"):
            person = revive(Person, item)
            self.people[person.id] = person
        for item in self.store.all("chat"):
            chat = revive(Chat, item)
            self.chats[chat.key] = chat
        messages = sorted((revive(Message, item) for item in self.store.all("message")), key=_order)
        for message in messages:
            self.messages.setdefault(message.chat, {})[message.id] = message
            self._index(message)
        for message in sorted(messages, key=lambda message: message.version):
            self._recent.setdefault(message.chat, {})[message.id] = None
        self.version = max((chat.version for chat in self.chats.values()), default=-AHEAD) + AHEAD

    # ---- people and bots

    def put_person(self, person: Person) -> None:
        """Add a person or change what is known of them."""
        self.people[person.id] = person
        self.store.put("person", str(person.id), person)
        self._tick()

    def free_person_id(self) -> int:
        """The next id nobody has."""
        taken = self.people.keys() | self.bots.keys()
        return max((id_ for id_ in taken if id_ >= FIRST_PERSON), default=FIRST_PERSON - 1) + 1

    def save_bot(self, bot: Bot) -> None:
        """Write down what changed on a bot."""
        self.store.put("bot", str(bot.id), bot)

    def forget_settings(self, bot: Bot) -> None:
        """Make a bot as it was before it said anything about itself."""
        given = next(one for one in self._given if one.id == bot.id)
        fresh = Bot(id=given.id, token=given.token, username=given.username, name=given.name)
        for field in fields(Bot):
            setattr(bot, field.name, getattr(fresh, field.name))
        self.save_bot(bot)

    def bot_named(self, username: str) -> Bot | None:
        """The bot of that user name, in any case."""
        wanted = username.lower().lstrip("@")
        return next((bot for bot in self.bots.values() if bot.username.lower() == wanted), None)

    def user_named(self, username: str) -> int | None:
        """The id of the bot or person of that user name, in any case."""
        wanted = username.lower()
        bot = self.bot_named(username)
        named = (one.id for one in self.people.values() if wanted and one.username.lower() == wanted)
        return bot.id if bot else next(named, None)

    def user(self, id_: int) -> Wire | None:
        """A person or a bot as a User; None when nobody has that id."""
        if id_ in self.people:
            return wire.user(self.people[id_])
        return wire.bot_user(self.bots[id_]) if id_ in self.bots else None

    # ---- chats

    def direct(self, bot: Bot, person: int) -> Chat:
        """The private chat of a person with a bot; made when it is first asked for."""
        key = f"dm:{bot.id}:{person}"
        if key not in self.chats:
            self.chats[key] = Chat(key=key, id=person, kind="private", members=[person], bots={str(bot.id): "member"})
        return self.chats[key]

    def group(self, id_: int) -> Chat | None:
        """A group by its id; None when there is none."""
        return self.chats.get(str(id_))

    def present(self, id_: int) -> Chat | None:
        """A group by its present or a former id; None when there is none."""
        chat = self.group(id_)
        while chat is not None and chat.migrated_to:
            chat = self.group(chat.migrated_to)
        return chat

    def free_group_id(self, kind: str) -> int:
        """The next id no group has."""
        base = GROUP_BASE if kind == "group" else SUPERGROUP_BASE
        id_ = base - sum(1 for chat in self.chats.values() if chat.kind == kind) - 1
        while self.group(id_):
            id_ -= 1
        return id_

    def save_chat(self, chat: Chat) -> None:
        """Write down what changed on a chat and let those who watch it know."""
        self.chats[chat.key] = chat
        chat.version = self._tick()
        self.store.put("chat", chat.key, chat)

    def chats_of(self, person: int) -> list[Chat]:
        """The chats somebody is in, latest change first."""
        mine = [chat for chat in self.chats.values() if person in chat.members and not chat.migrated_to]
        return sorted(mine, key=lambda chat: -chat.version)

    def chat_wire(self, chat: Chat) -> Wire:
        """A chat as it stands in a Message."""
        return wire.chat(chat, self.people.get(chat.id))

    # ---- messages

    def add(self, chat: Chat, message: Message) -> None:
        """Put a new message at the end of its chat; its id and version are set here."""
        chat.last_id += 1
        message.id = chat.last_id
        message.wire = {"message_id": message.id, **message.wire}
        self.messages.setdefault(chat.key, {})[message.id] = message
        self.save_message(chat, message)

    def save_message(self, chat: Chat, message: Message) -> None:
        """Write down a message that is new or has changed."""
        self.save_chat(chat)
        message.version = chat.version
        recent = self._recent.setdefault(chat.key, {})
        recent.pop(message.id, None)
        recent[message.id] = None
        self.store.put("message", f"{chat.key}/{message.id}", message)

    def delete(self, chat: Chat, message: Message) -> None:
        """Take a message away, from the pinned ones too."""
        message.deleted = True
        if message.id in chat.pinned:
            chat.pinned.remove(message.id)
        self.save_message(chat, message)

    def find(self, chat: Chat, id_: int) -> Message | None:
        """A message that is there and not deleted."""
        message = self.messages.get(chat.key, {}).get(id_)
        return None if message is None or message.deleted else message

    def before(self, chat: Chat, id_: int) -> Iterator[Message]:
        """The messages older than one, newest first."""
        return (one for one in self.newest_first(chat) if one.id < id_)

    def mark(self, chat: Chat, message: Message, *, once: str, asked: str) -> None:
        """Remember the mark under which a person sent a message, and what they asked for."""
        message.once, message.asked = once, asked
        self._index(message)
        self.save_message(chat, message)

    def _index(self, message: Message) -> None:
        if message.once:
            self._marked[message.chat, message.wire["from"]["id"], message.once] = message

    def said_before(self, chat: Chat, person: int, once: str) -> Message | None:
        """What a person has sent under this mark, be it deleted meanwhile."""
        return self._marked.get((chat.key, person, once))

    def newest_first(self, chat: Chat) -> Iterator[Message]:
        """The messages that are not deleted, newest first."""
        return (one for one in reversed(self.messages.get(chat.key, {}).values()) if not one.deleted)

    def changed_since(self, chat: Chat, version: int) -> list[Message]:
        """Messages that are new, edited or deleted since a version, in the order of their ids."""
        found: list[Message] = []
        for id_ in reversed(self._recent.get(chat.key, {})):
            message = self.messages[chat.key][id_]
            if message.version <= version:
                break
            found.append(message)
        return sorted(found, key=lambda message: message.id)

    # ---- the whole

    def clear(self) -> None:
        """Forget people, chats and messages; the bots keep what they said about themselves."""
        self.people.clear()
        self.chats.clear()
        self.messages.clear()
        self._recent.clear()
        self._marked.clear()
        self.store.clear(keep=("bot", "clock", "counter", "shown"))
        self._tick()

    def touch(self) -> int:
        """Let everybody look again, though nothing that is kept has changed; the new version."""
        return self._tick()

    def _tick(self) -> int:
        self.version += 1
        self.changed.ring()
        return self.version


def _order(message: Message) -> tuple[str, int]:
    return (message.chat, message.id)
