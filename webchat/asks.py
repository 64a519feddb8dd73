"""What a control request asks for: its JSON body or its query, read with clear refusals."""

import base64
import hashlib
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from webchat.errors import Refused
from webchat.hub import Hub
from webchat.identity import acting_person
from webchat.posting import Place
from webchat.records import Bot, Chat, Message, Person
from webchat.standing import RIGHTS

MAX_WAIT = 50.0  # seconds
LARGEST = 2**53  # whole numbers up to this are exact in JSON


class Ask:
    """One request's values; each reader says what it wanted when it finds something else."""

    def __init__(self, hub: Hub, values: Mapping[str, Any]) -> None:
        self.hub = hub
        self.values = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None, most: int = 4_096) -> str:
        """A text of at most ``most`` characters."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise Refused(f"{name} must be a text")
        if len(value) > most:
            raise Refused(f"{name} must have at most {most} characters")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A number; a query's text is read as one."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        try:
            number = float(value) if isinstance(value, int | float | str) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if isinstance(value, bool) or not abs(number) <= LARGEST:
            raise Refused(f"{name} must be a number")
        return number

    def whole(self, name: str, default: int | None = None) -> int:
        """An integer."""
        value = self.number(name, default)
        if value != int(value):
            raise Refused(f"{name} must be a whole number")
        return int(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if value in ("1", "true", "0", "false"):
            return value in ("1", "true")
        raise Refused(f"{name} must be true or false")

    def ids(self, name: str) -> list[int]:
        """A list of people who exist."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or any(isinstance(id_, bool) or not isinstance(id_, int) for id_ in value):
            raise Refused(f"{name} must be a list of ids")
        for id_ in value:
            acting_person(self.hub.world, id_)
        return value

    def rights(self) -> list[str] | None:
        """An administrator's rights; None where the request names none."""
        value = self.values.get("rights")
        if value is not None and (not isinstance(value, list) or any(one not in RIGHTS for one in value)):
            raise Refused(f"rights must be a list of {', '.join(RIGHTS)}")
        return value

    def data(self, name: str) -> bytes:
        """Bytes in base64."""
        try:
            return base64.b64decode(self.text(name, most=80 * 1024 * 1024), validate=True)
        except ValueError:  # binascii.Error, or letters beyond ASCII
            raise Refused(f"{name} must be base64") from None

    def digest(self, call: str) -> str:
        """What is asked for in this call, as a digest: the same for the same."""
        asked = orjson.dumps([call, self.values], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(asked).hexdigest()

    def bot(self) -> Bot:
        """The bot named by id or user name; the first one where none is."""
        bots = self.hub.world.bots
        given = self.values.get("bot")
        if given is None:
            return next(iter(bots.values()))
        word = str(given)
        found = next((bot for bot in bots.values() if str(bot.id) == word), None) or self.hub.world.bot_named(word)
        if found is None:
            raise Refused(f"there is no bot {given}")
        return found

    def person(self) -> Person:
        """Who acts."""
        return acting_person(self.hub.world, self.whole("person"))

    def chat(self, person: Person) -> Chat:
        """The chat meant: none or the person's own id is the private chat; a bot's id the one with that bot.

        A group that became a supergroup is followed to its new id.
        """
        bot = self.bot()
        id_ = self.whole("chat", person.id)
        if id_ == person.id:
            return self.hub.world.direct(bot, person.id)
        if id_ in self.hub.world.bots:
            return self.hub.world.direct(self.hub.world.bots[id_], person.id)
        chat = self.group(id_)
        if person.id not in chat.members:
            raise Refused(f"person {person.id} is not in chat {id_}")
        return chat

    def place(self, person: Person) -> Place:
        """Where the person wants to say something; an answer goes where the answered message stands."""
        chat = self.chat(person)
        reply_to = self.message(chat, "reply_to")
        topic = self.whole("topic", reply_to.topic if reply_to else 0)
        if topic and str(topic) not in chat.topics:
            raise Refused(f"there is no topic {topic} in this chat")
        return Place(chat=chat, topic=topic, reply_to=reply_to)

    def group(self, id_: int) -> Chat:
        """A group by its present or former id."""
        chat = self.hub.world.present(id_)
        if chat is None:
            raise Refused(f"there is no chat {id_}")
        return chat

    def message(self, chat: Chat, name: str) -> Message | None:
        """A message of the chat by its id; None when the request names none."""
        if name not in self:
            return None
        message = self.hub.world.find(chat, self.whole(name))
        if message is None:
            raise Refused(f"there is no message {self.values[name]} in this chat")
        return message

    def named_message(self, chat: Chat) -> Message:
        """The message of the chat that the request must name."""
        message = self.message(chat, "message")
        if message is None:
            raise Refused("message is needed")
        return message


Action = Callable[[Ask], Awaitable[Any]]  # what a call of the control API does
