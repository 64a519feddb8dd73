"""From a raw update to python-telegram-bot's, quickly: what people usually send is copied from a blank one.

Its own way calls for each message a constructor with a hundred arguments. What is made here is the same object,
which a test holds us to; whatever has a field more, or an odd one, is read in the library's own way.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import telegram
from telegram.constants import ChatType, MessageEntityType

from handlers.context import Bot

T = TypeVar("T", bound=telegram.TelegramObject)
_Turn = Callable[[Any, Bot], object]
_OURS = {"from": "from_user"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Odd(Exception):
    """What a mould does not know."""


class _Mould(Generic[T]):
    """Copies of one blank object. `identity`: the fields that tell two apart; `turns`: how a value is turned."""

    def __init__(
        self, blank: T, *, identity: Sequence[str], needs: Sequence[str], may: Sequence[str], turns: dict[str, _Turn]
    ) -> None:
        kind = self._kind = type(blank)
        slots = {name: getattr(kind, name) for one in kind.__mro__ for name in getattr(one, "__slots__", ())}
        self._blank = [(slot.__set__, getattr(blank, name)) for name, slot in slots.items()]
        known: dict[str, _Turn | None] = {**dict.fromkeys([*needs, *may]), **turns}
        self._fields = {name: (slots[_OURS.get(name, name)].__set__, turn) for name, turn in known.items()}
        self._identity = [slots[name].__get__ for name in identity]
        self._needs = needs
        self._set_identity = slots["_id_attrs"].__set__
        self._set_bot = slots["_bot"].__set__

    def make(self, raw: dict[str, Any], bot: Bot) -> T:
        """The object. Raises _Odd."""
        fields = self._fields
        made = self._kind.__new__(self._kind)
        for put, value in self._blank:
            put(made, value)
        try:
            for name in self._needs:
                raw[name]
            for name, value in raw.items():
                put, turn = fields[name]
                put(made, value if turn is None else turn(value, bot))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            raise _Odd from error
        self._set_identity(made, tuple([get(made) for get in self._identity]))
        self._set_bot(made, bot)
        return made

    def list(self, raw: list[dict[str, Any]], bot: Bot) -> tuple[T, ...]:
        """Several. Raises _Odd."""
        return tuple([self.make(one, bot) for one in raw])


def _moment(value: int, _: Bot) -> datetime:
    if value <= 0:
        raise _Odd  # of a message that is not there any more
    return datetime.fromtimestamp(value, UTC)


def _one_of(members: dict[str, Any]) -> _Turn:
    return lambda value, _: members[value]


_USER = _Mould(
    telegram.User(0, "", is_bot=False),
    identity=("id",),
    needs=("id", "is_bot", "first_name"),
    may=("last_name", "username", "language_code", "is_premium"),
    turns={},
)
_CHAT = _Mould(
    telegram.Chat(0, "private"),
    identity=("id",),
    needs=("id", "type"),
    may=("title", "username", "first_name", "last_name"),
    turns={"type": _one_of({member.value: member for member in ChatType})},
)
_ENTITY = _Mould(
    telegram.MessageEntity("bold", 0, 0),
    identity=("type", "offset", "length"),
    needs=("type", "offset", "length"),
    may=(),
    turns={"type": _one_of({member.value: member for member in MessageEntityType})},
)
_MESSAGE = _Mould(
    telegram.Message(0, _EPOCH, telegram.Chat(0, "private")),
    identity=("message_id", "chat"),
    needs=("message_id", "date", "chat"),
    may=("text", "caption", "media_group_id"),
    turns={
        "date": _moment,
        "edit_date": _moment,
        "chat": _CHAT.make,
        "from": _USER.make,
        "entities": _ENTITY.list,
        "caption_entities": _ENTITY.list,
        "photo": telegram.PhotoSize.de_list,
        "reply_markup": telegram.InlineKeyboardMarkup.de_json,
    },
)
_PRESS = _Mould(
    telegram.CallbackQuery("", telegram.User(0, "", is_bot=False), ""),
    identity=("id",),
    needs=("id", "from", "chat_instance"),
    may=("data",),
    turns={"from": _USER.make, "message": _MESSAGE.make},
)
_UPDATE = _Mould(
    telegram.Update(0),
    identity=("update_id",),
    needs=("update_id",),
    may=(),
    turns={"message": _MESSAGE.make, "callback_query": _PRESS.make},
)


def update_of(raw: dict[str, Any], bot: Bot) -> telegram.Update:
    """The update. Raises whatever python-telegram-bot raises for one that it cannot read."""
    try:
        return _UPDATE.make(raw, bot)
    except _Odd:
        return telegram.Update.de_json(raw, bot)
