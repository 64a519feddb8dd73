"""What webchat remembers: people, bots, chats, messages and files, as plain data."""

from dataclasses import dataclass, field
from typing import Any

Wire = dict[str, Any]  # a JSON object as the Bot API or the control API writes it


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may be played on the page."""

    id: int
    name: str
    username: str = ""
    language: str = "zh-hans"
    avatar: str = ""
    elder: bool = False
    note: str = ""
    phone: str = ""  # what their card says
    deactivated: bool = False


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file's description; its bytes lie in the store under the same id."""

    id: str
    unique: str
    kind: str
    name: str
    mime: str
    path: str  # relative, as getFile tells it
    size: int
    width: int = 0
    height: int = 0
    duration: int = 0


# The four below change in place: they are the server's state, and the store writes them down at each change.
@dataclass(kw_only=True, slots=True)
class Bot:
    """One token's bot and what it has said about itself."""

    id: int
    token: str
    username: str
    name: str
    privacy: bool = True
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[str, list[Wire]] = field(default_factory=dict)  # "scope|language" -> commands
    menu_button: Wire = field(default_factory=lambda: {"type": "commands"})
    menu_buttons: dict[str, Wire] = field(default_factory=dict)
    webhook: Wire = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Chat:
    """A private chat of one person with one bot, or a group."""

    key: str
    id: int
    kind: str  # private | group | supergroup
    title: str = ""
    description: str = ""
    forum: bool = False
    topics: dict[str, Wire] = field(default_factory=dict)  # thread id -> look, creator, whether it is closed
    members: list[int] = field(default_factory=list)
    bots: dict[str, str] = field(default_factory=dict)  # bot id -> member | administrator | left | kicked
    rights: dict[str, list[str]] = field(default_factory=dict)  # an administrator's id -> what they may do
    restricted: dict[str, Wire] = field(default_factory=dict)  # person id -> permissions and until_date
    banned: dict[str, int] = field(default_factory=dict)  # person id -> until when; 0: for good
    started: bool = False
    blocked: bool = False
    last_id: int = 0
    version: int = 0
    last_bot: int = 0
    pinned: list[int] = field(default_factory=list)
    keyboard: Wire = field(default_factory=dict)
    keyboard_for: list[int] = field(default_factory=list)  # empty: everybody here
    read: dict[str, int] = field(default_factory=dict)  # person id -> last message read
    migrated_to: int = 0
    links: dict[str, Wire] = field(default_factory=dict)  # address -> ChatInviteLink
    joined_by: dict[str, str] = field(default_factory=dict)  # person id -> the link they came by
    requests: dict[str, Wire] = field(default_factory=dict)  # person id -> link and date of asking to join


@dataclass(kw_only=True, slots=True)
class Message:
    """One message as the Bot API tells it, and what only the page needs to know."""

    chat: str
    id: int
    wire: Wire
    bot: int = 0  # 0: a person's or a service message
    version: int = 0
    edits: int = 0
    deleted: bool = False
    keyboard: Wire = field(default_factory=dict)  # the reply keyboard or removal it carried
    only_for: int = 0  # an ephemeral message's one reader
    once: str = ""  # the mark under which a person sent it: what is sent again under it is not another message
    asked: str = ""  # what was asked for under that mark, as a digest
    reacted: dict[str, str] = field(default_factory=dict)  # a person's or bot's id -> emoji

    @property
    def topic(self) -> int:
        """The topic of a forum it stands in; 0 for none."""
        return int(self.wire.get("message_thread_id", 0))


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that came with a request."""

    name: str
    mime: str
    data: bytes
